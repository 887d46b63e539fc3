"""The cost of one scan must not grow with the fair: how SQLite says it will look things up."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.checkins.services import record_scans
from app.checkins.states import ScanSource
from app.core.db import db, is_sqlite
from tests.checkins.making import gate_person, make_registration, scan_of
from tests.factories import make_fair, make_gate


def plans_of(act):
    """Each statement of an act with the steps of its plan."""
    seen = []

    def note(_connection, _cursor, statement, parameters, _context, executemany):
        if statement.split(None, 1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            seen.append((statement, parameters[0] if executemany else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    connection = db.session.connection()
    return [
        (statement, step.detail)
        for statement, parameters in seen
        for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


def test_no_statement_of_a_scan_walks_through_everybody_who_came():
    if not is_sqlite():
        pytest.skip("PostgreSQL plans by statistics, which a small test database has not")
    fair, by = make_fair(), gate_person()
    gate, registration = make_gate(fair=fair), make_registration(fair)

    def act():
        for out in (False, False, True, False):
            scans = [scan_of(registration, out=out)]
            record_scans(fair, scans, gate=gate, actor=by, source=ScanSource.STAFF)

    steps = plans_of(act)
    assert len(steps) > 20
    whole = ("ix_scan_fair_id", "ix_attendance_fair_id", "SCAN scan", "SCAN attendance")
    assert [step for step in steps if any(word in step[1] for word in whole)] == []
