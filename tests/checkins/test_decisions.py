"""Undoing a scan, letting in, turning away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.checkins import queries, services
from app.checkins.states import Decision, Verdict
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.registrations.states import RegistrationStatus
from tests.checkins.making import (
    gate_person,
    make_registration,
    scan,
)
from tests.factories import make_fair, make_staff

V = Verdict


# -- undo and decisions ----------------------------------------------------------------


def test_a_voided_winner_frees_its_place_and_the_next_scan_is_green():
    fair = make_fair()
    registration, by = make_registration(fair), gate_person()
    answer = scan(fair, registration, by=by)
    services.undo_scan(queries.get_scan(fair, answer.id), by=by)
    assert queries.find_attendance(registration.id) is None
    assert queries.count_people(fair) == queries.Counts(0, 0)
    assert scan(fair, registration, by=by).code is V.ADMITTED
    assert db.session.scalars(select(AuditEntry.action)).all() == ["scan.void"]


def test_gate_staff_take_back_their_own_last_scan_for_two_minutes():
    fair = make_fair()
    by, other = gate_person(), make_staff()
    first, last = (scan(fair, make_registration(fair), by=by) for _ in range(2))
    too_late = services.decisions.UndoTooLate
    with pytest.raises(too_late):
        services.undo_scan(queries.get_scan(fair, first.id), by=by)
    with pytest.raises(too_late):
        services.undo_scan(queries.get_scan(fair, last.id), by=other)
    with frozen(utcnow() + timedelta(minutes=3)), pytest.raises(too_late):
        services.undo_scan(queries.get_scan(fair, last.id), by=by)
    services.undo_scan(queries.get_scan(fair, last.id), by=by)
    services.undo_scan(
        queries.get_scan(fair, first.id), by=other, may_undo_any=True, reason="扫错人"
    )
    assert queries.count_attended(fair) == 0


def test_undoing_a_scan_twice_changes_nothing():
    fair, by = make_fair(), make_staff()
    answer = scan(fair, make_registration(fair), by=by)
    for _ in range(2):
        services.void_scan(queries.get_scan(fair, answer.id), by=by)
    assert len(db.session.scalars(select(AuditEntry.id)).all()) == 1


def test_gate_staff_decide_on_amber_and_blue_only():
    fair = make_fair()
    by = gate_person()
    waiting = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    amber = queries.get_scan(fair, scan(fair, waiting).id)
    assert services.decide(amber, Decision.LET_IN, by=by) is V.OVERRIDE
    assert queries.find_attendance(waiting.id).flags == ["override_waitlisted"]
    gone = make_registration(fair, status=RegistrationStatus.CANCELLED)
    red = queries.get_scan(fair, scan(fair, gone).id)
    with pytest.raises(services.decisions.Forbidden):
        services.decide(red, Decision.LET_IN, by=by)
    assert services.decide(red, Decision.TURNED_AWAY, by=by) is V.REVOKED
    assert queries.find_attendance(gone.id) is None


def test_nobody_is_let_in_whom_no_attendance_could_remember():
    fair = make_fair()
    for answer in (scan(fair, None), scan(fair, make_registration())):
        row = queries.get_scan(fair, answer.id)
        with pytest.raises(services.decisions.NobodyToLetIn):
            services.decide(row, Decision.LET_IN, by=make_staff(), may_override=True, reason="x")


def test_a_decision_is_made_once():
    fair, by = make_fair(), gate_person()
    registration = make_registration(fair)
    scan(fair, registration)
    blue = queries.get_scan(fair, scan(fair, registration).id)
    services.decide(blue, Decision.TURNED_AWAY, by=by)
    services.decide(blue, Decision.TURNED_AWAY, by=by)
    with pytest.raises(services.decisions.Conflict):
        services.decide(blue, Decision.LET_IN, by=by)


def test_somebody_turned_away_before_moving_up_the_list_was_not_there():
    fair = make_fair()
    registration = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    scan(fair, registration)
    registration.status = RegistrationStatus.CONFIRMED
    db.session.commit()
    services.rederive_fair(fair)
    assert queries.find_attendance(registration.id) is None
    assert scan(fair, registration).code is V.ADMITTED
