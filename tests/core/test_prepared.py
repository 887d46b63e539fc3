"""Statements compiled once: they find and store what SQLAlchemy does by itself."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app.checkins.models import HallCount, Scan
from app.checkins.states import Verdict
from app.core.codes import uuid7
from app.core.db import db
from app.core.prepared import Prepared, run_text
from app.students.models import Student
from tests.checkins.making import make_registration
from tests.core.test_bulk import scan_row
from tests.factories import make_fair
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app")
COLUMNS = (Scan.id, Scan.answer, Scan.shown, Scan.ticket_hash, Scan.scanned_at, Scan.device_time)
BY_IDS = select(*COLUMNS).where(Scan.id.in_(bindparam("ids", expanding=True)))


def make_scans(number):
    """Stored scans, each a second later than the one before; their ids."""
    fair, moment = make_fair(), datetime(2026, 3, 1, 9, 30, 5, 123456, UTC)
    rows = [
        scan_row(fair, id=uuid7(), scanned_at=moment + timedelta(seconds=n)) for n in range(number)
    ]
    db.session.execute(insert(Scan), rows)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 8])
def test_a_list_of_any_length_finds_what_sqlalchemy_finds(number):
    ids = make_scans(9)[:number]
    by_hand = db.session.execute(BY_IDS, {"ids": ids}).all()
    found = Prepared(BY_IDS).run(db.session.connection(), {"ids": ids})
    assert sorted(map(tuple, found)) == sorted(map(tuple, by_hand))
    assert len(found) == number


def test_rows_are_read_by_the_types_of_their_columns():
    person = make_registration(make_fair()).student
    statement = select(Student.name, Student.level, Student.created_at)
    by_id = Prepared(statement.where(Student.id == bindparam("person")))
    [row] = by_id.run(db.session.connection(), {"person": person.id})
    assert (row.name, row.level, row.created_at) == (person.name, person.level, person.created_at)


def test_values_and_constants_are_given_as_the_types_of_their_columns_say():
    [id_] = make_scans(1)
    east = timezone(timedelta(hours=8))
    later = Prepared(
        BY_IDS.where(
            Scan.scanned_at < bindparam("before", type_=Scan.scanned_at.type),
            Scan.answer == Verdict.ALREADY_ADMITTED,
        )
    )
    for hour, expected in ((17, 0), (18, 1)):
        before = datetime(2026, 3, 1, hour, 30, tzinfo=east) - timedelta(minutes=15)
        found = later.run(db.session.connection(), {"ids": [id_], "before": before})
        assert len(found) == expected


def test_lists_of_like_length_share_one_text():
    ids = make_scans(9)
    statement = Prepared(BY_IDS)
    with count_statements() as seen:
        for number in range(1, 10):
            statement.run(db.session.connection(), {"ids": ids[:number]})
    assert len(seen) == 9
    # 1, 2, 4, 8 and 16 places.
    assert len(set(seen)) == 5


def test_a_refused_row_is_sqlalchemys_error_and_the_transaction_goes_on():
    fair = make_fair()
    statement = Prepared(insert(HallCount))
    values = {"fair_id": fair.id, "shard": 0, "attended": 1, "inside": 1}
    assert statement.run(db.session.connection(), values) == []
    with pytest.raises(IntegrityError), db.session.begin_nested():
        statement.run(db.session.connection(), values)
    assert db.session.get(HallCount, (fair.id, 0)).attended == 1


def test_what_is_listened_for_is_heard():
    with count_statements() as seen:
        assert [tuple(row) for row in run_text(db.session.connection(), "select 1, 2", ())] == [
            (1, 2)
        ]
    assert seen == ["select 1, 2"]
