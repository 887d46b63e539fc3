"""PostgreSQL: everything a batch writes in one statement, or no more than may stand."""

import pytest
from sqlalchemy import func, select

from app.checkins.merge import NO_DAY
from app.checkins.models import Admission, Attendance, HallCount, Scan
from app.checkins.services import record_scans, statements
from app.checkins.services.at_once import write_at_once
from app.checkins.states import Direction, Evidence, ScanSource
from app.core.db import db, is_sqlite
from tests.checkins.making import make_registration
from tests.core.test_bulk import MOMENT, scan_row
from tests.factories import make_fair
from tests.statements import count_statements


@pytest.fixture(autouse=True)
def _on_postgresql(app):
    if is_sqlite():
        pytest.skip("SQLite writes step by step")


class Batch:
    """Two people who come for the first time."""

    def __init__(self):
        self.fair = make_fair()
        self.people = [make_registration(self.fair) for _ in range(2)]
        self.scans = [scan_row(self.fair) for _ in self.people]
        self.admissions = [
            {
                "fair_id": self.fair.id,
                "registration_id": person.id,
                "day": NO_DAY,
                "cycle": 0,
                "scan_id": scan["id"],
            }
            for person, scan in zip(self.people, self.scans, strict=True)
        ]
        self.attendances = [
            {
                "registration_id": person.id,
                "fair_id": self.fair.id,
                "first_at": MOMENT,
                "first_gate_id": None,
                "last_direction": direction,
                "last_at": MOMENT,
                "evidence": Evidence.STAFF_SCAN,
                "duplicates": 0,
                "flags": [],
            }
            for person, direction in zip(self.people, (Direction.IN, Direction.OUT), strict=True)
        ]
        self.ids = {scan["id"] for scan in self.scans}

    def write(self):
        return write_at_once(
            db.session.connection(),
            admissions=self.admissions,
            scans=self.scans,
            attendances=self.attendances,
            fair_id=self.fair.id,
            shard=3,
        )


def rows(model):
    return db.session.scalar(select(func.count()).select_from(model))


def head_count():
    return [(row.shard, row.attended, row.inside) for row in db.session.scalars(select(HallCount))]


def test_all_of_it_is_written_and_counted():
    batch = Batch()
    written = batch.write()
    assert (written.won, written.stored) == (batch.ids, batch.ids)
    assert written.added == {person.id for person in batch.people}
    assert head_count() == [(3, 2, 1)]
    assert (rows(Scan), rows(Admission), rows(Attendance)) == (2, 2, 2)


def test_where_a_place_is_taken_nothing_but_the_other_places_is_written():
    batch = Batch()
    [winner] = [scan_row(batch.fair)]
    statements.ADD_SCANS.add(db.session.connection(), [winner])
    taken = batch.admissions[0] | {"scan_id": winner["id"]}
    statements.ADD_ADMISSIONS.add(db.session.connection(), [taken])
    written = batch.write()
    assert written.won == {batch.scans[1]["id"]}
    assert (written.stored, written.added) == (None, None)
    assert (rows(Scan), rows(Attendance), head_count()) == (1, 0, [])


def test_where_a_scan_is_stored_already_nobody_is_counted():
    batch = Batch()
    statements.ADD_SCANS.add(db.session.connection(), batch.scans[:1])
    written = batch.write()
    assert (written.won, written.stored) == (batch.ids, {batch.scans[1]["id"]})
    assert written.added is None
    assert (rows(Scan), rows(Attendance), head_count()) == (2, 0, [])


def test_whoever_has_an_attendance_is_not_counted_again():
    batch = Batch()
    statements.ADD_ATTENDANCES.add(db.session.connection(), batch.attendances[:1])
    assert batch.write().added == {batch.people[1].id}
    assert head_count() == [(3, 1, 0)]


def test_first_scans_take_two_statements():
    from tests.checkins.test_scans import gate_person, scan_of

    fair, by = make_fair(), gate_person()
    scans = [scan_of(make_registration(fair)) for _ in range(5)]
    with count_statements() as seen:
        record_scans(fair, scans, gate=None, actor=by, source=ScanSource.STAFF)
    assert len(seen) == 2
