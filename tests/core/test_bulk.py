"""Rows in bulk: stored as SQLAlchemy stores them, by one statement."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from app.checkins.models import Attendance, Scan
from app.checkins.services.statements import ADD_SCANS, MERGE_ATTENDANCES
from app.checkins.states import Direction, Evidence, ScanSource, Verdict
from app.core import bulk
from app.core.bulk import BulkInsert
from app.core.codes import uuid7
from app.core.db import db, is_sqlite
from app.places.models import School
from tests.checkins.making import make_registration
from tests.factories import make_fair
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app")
MOMENT = datetime(2026, 3, 1, 9, 30, 5, 123456, UTC)


def scan_row(fair, **given):
    return {
        "id": uuid7(),
        "fair_id": fair.id,
        "device_id": None,
        "seq": None,
        "gate_id": None,
        "actor_id": None,
        "ticket_hash": bytes(range(240, 256)),
        "direction": Direction.OUT,
        "scanned_at": MOMENT,
        "device_time": None,
        "offset_ms": -5,
        "source": ScanSource.SELF,
        "evidence": Evidence.TYPED,
        "roster_version": None,
        "answer": Verdict.ALREADY_ADMITTED,
        "received_at": MOMENT,
        "shown": None,
        "decision": None,
        "decided_at": None,
        "decided_by_id": None,
        "voided_at": None,
    } | given


def add(insert, rows):
    return insert.add(db.session.connection(), rows)


def test_every_kind_of_value_comes_back_as_it_was():
    fair = make_fair()
    here = MOMENT.astimezone(timezone(timedelta(hours=8)))
    row = scan_row(fair, scanned_at=here, shown=Verdict.CAPACITY)
    assert add(ADD_SCANS, [row]) == [row["id"]]
    stored = db.session.get(Scan, row["id"])
    assert {name: getattr(stored, name) for name in row} == row
    assert (stored.scanned_at.tzinfo, stored.decision_reason, stored.void_reason) == (UTC, "", "")
    assert stored.voided_by_id is None


def test_what_is_stored_reads_like_what_the_models_store():
    fair = make_fair()
    ours, theirs = scan_row(fair), scan_row(fair)
    add(ADD_SCANS, [ours])
    db.session.add(Scan(**theirs))
    db.session.flush()
    raw = db.session.connection().exec_driver_sql("SELECT * FROM scan").mappings().all()
    [first, second] = [{**row, "id": type(row["id"])} for row in raw]
    assert first == second


def test_lists_and_overwriting_work_too():
    registration = make_registration(make_fair())
    row = {
        "registration_id": registration.id,
        "fair_id": registration.fair_id,
        "first_at": MOMENT,
        "first_gate_id": None,
        "last_direction": Direction.IN,
        "last_at": MOMENT,
        "evidence": Evidence.STAFF_SCAN,
        "duplicates": 0,
        "flags": [],
    }
    add(MERGE_ATTENDANCES, [row])
    add(MERGE_ATTENDANCES, [row | {"duplicates": 2, "flags": ["override_over"]}])
    [stored] = db.session.scalars(select(Attendance)).all()
    assert (stored.duplicates, stored.flags) == (2, ["override_over"])


def test_what_is_there_is_left_out_and_not_returned():
    fair = make_fair()
    old, new = scan_row(fair), scan_row(fair)
    add(ADD_SCANS, [old])
    assert add(ADD_SCANS, [old | {"offset_ms": 7}, new, new]) == [new["id"]]
    assert db.session.get(Scan, old["id"]).offset_ms == -5


def test_texts_are_values_and_never_sql():
    names = ["' OR 1 = 1 --", '"; DROP TABLE school; --', "%s %(id)s ? :id", "武汉 🎓", "\\x00"]
    lists: dict = {"former_names": [], "abbreviations": names, "created_at": MOMENT}
    insert = BulkInsert(School, ["name", *lists], returning="name", conflict="DO NOTHING")
    assert sorted(add(insert, [{"name": name} | lists for name in names])) == sorted(names)
    stored = db.session.scalars(select(School.name).where(School.abbreviations.is_not(None))).all()
    stored = [name for name in stored if name in names]
    assert sorted(stored) == sorted(names)


def test_more_rows_than_a_statement_takes_go_in_by_several(monkeypatch):
    monkeypatch.setattr(bulk, "MOST_VALUES", 100)
    fair = make_fair()
    insert = BulkInsert(Scan, list(scan_row(fair)), returning="id", conflict="DO NOTHING")
    rows = [scan_row(fair) for _ in range(11)]
    with count_statements() as seen:
        ids = add(insert, rows)
    assert sorted(ids) == sorted(row["id"] for row in rows)
    assert len(seen) == (3 if is_sqlite() else 1)


def test_postgresql_sees_one_text_whatever_the_number():
    if is_sqlite():
        pytest.skip("SQLite gets VALUES")
    fair = make_fair()
    with count_statements() as seen:
        for number in (1, 2, 7):
            add(ADD_SCANS, [scan_row(fair) for _ in range(number)])
    assert len(set(seen)) == 1
