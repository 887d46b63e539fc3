"""Recording scans: what is answered, what is stored, in how many statements."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.checkins import queries, services
from app.checkins.models import Admission, Attendance, QuarantinedScan, Scan
from app.checkins.services import IncomingScan, record_scans
from app.checkins.states import Decision, Direction, Evidence, ScanSource, Verdict
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db, is_sqlite
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus, ReentryPolicy
from tests.checkins.making import (
    code_of,
    gate_person,
    issue,
    make_registration,
    scan,
    scan_of,
)
from tests.factories import make_coming_fair, make_fair, make_gate, make_staff, make_student
from tests.statements import count_statements

V = Verdict


def codes(answers):
    return [answer.code for answer in answers]


def rows():
    return db.session.scalar(select(func.count()).select_from(Scan))


def test_a_first_scan_is_green_and_says_who_came_as_which_number():
    fair = make_fair()
    gate = make_gate(fair=fair, name="南门 1 号口")
    student = make_student(name="陈思远", school_name="江城理工大学")
    scan(fair, make_registration(fair), gate=gate)
    answer = scan(fair, make_registration(fair, student=student), gate=gate)
    assert (answer.code, answer.name, answer.school) == (V.ADMITTED, "陈*远", "江城理工大学")
    assert (answer.number, answer.inside, answer.stored) == (2, 2, "new")
    assert answer.is_unverified is False


def test_the_stored_row_says_how_it_came_and_holds_no_code():
    fair, by = make_fair(), gate_person()
    registration, gate = make_registration(fair), make_gate(fair=fair)
    told = utcnow() - timedelta(hours=5)
    scan(fair, registration, gate=gate, by=by, device_time=told)
    row = db.session.scalars(select(Scan)).one()
    assert (row.fair_id, row.gate_id, row.actor_id) == (fair.id, gate.id, by.id)
    assert (row.source, row.evidence) == (ScanSource.STAFF, Evidence.STAFF_SCAN)
    assert (row.answer, row.direction, row.shown) == (V.ADMITTED, Direction.IN, None)
    assert row.device_time == told
    assert row.ticket_hash == registration.tickets[0].hash
    assert abs(row.scanned_at - utcnow()) < timedelta(seconds=5)


def test_the_second_scan_of_a_ticket_is_blue_with_the_first_time_and_gate():
    fair = make_fair()
    registration = make_registration(fair)
    with frozen(utcnow() - timedelta(minutes=30)):
        first = scan(fair, registration, gate=make_gate(fair=fair, name="南门 2 号口"))
        then = utcnow()
    again = scan(fair, registration, gate=make_gate(fair=fair))
    assert (first.code, again.code) == (V.ADMITTED, V.ALREADY_ADMITTED)
    assert (again.first.at, again.first.gate) == (then, "南门 2 号口")
    assert again.number is None


def test_an_id_that_is_stored_already_gets_its_stored_answer_again():
    fair = make_fair()
    incoming = scan_of(make_registration(fair))
    by = gate_person()
    first, again = (scan(fair, incoming, by=by) for _ in range(2))
    assert (first.code, again.code) == (V.ADMITTED, V.ADMITTED)
    assert (first.stored, again.stored) == ("new", "known")
    assert again.name == first.name
    assert rows() == 1


def test_an_unknown_code_sent_twice_is_one_row():
    fair, incoming = make_fair(), scan_of(None)
    assert [scan(fair, incoming).stored for _ in range(2)] == ["new", "known"]
    assert rows() == 1


def test_the_same_id_with_another_ticket_is_set_aside_and_shows_nobody():
    fair = make_fair()
    incoming = scan_of(make_registration(fair))
    other = make_registration(fair)
    scan(fair, incoming)
    answer = scan(fair, scan_of(other, id=incoming.id))
    assert (answer.code, answer.stored, answer.name) == (V.CANNOT_RECORD, "quarantined", "")
    scan(fair, scan_of(other, id=incoming.id))
    kept = db.session.scalars(select(QuarantinedScan)).one()
    assert kept.scan_id == str(incoming.id)
    assert code_of(other).encode() not in kept.body
    assert rows() == 1


def test_the_same_id_from_another_hand_is_set_aside():
    fair = make_fair()
    incoming = scan_of(make_registration(fair))
    scan(fair, incoming)
    assert scan(fair, incoming, by=make_staff()).stored == "quarantined"


def test_a_typed_short_code_finds_the_ticket_and_is_graded_so():
    fair = make_fair()
    registration = make_registration(fair)
    short = registration.tickets[0].short_code
    answer = scan(fair, registration, code=f" {short[:3].lower()}-{short[3:]} ")
    row = db.session.scalars(select(Scan)).one()
    assert answer.code is V.ADMITTED
    assert (row.evidence, row.ticket_hash) == (Evidence.TYPED, registration.tickets[0].hash)


def test_a_short_code_of_another_fair_is_unknown_here():
    other = make_registration()
    answer = scan(make_fair(), other, code=other.tickets[0].short_code)
    row = db.session.scalars(select(Scan)).one()
    assert (answer.code, row.ticket_hash) == (V.UNKNOWN, None)


def test_foreign_text_is_an_unknown_code_and_is_stored():
    answer = scan(make_fair(), None, code="https://example.org/menu\0 😀" * 9)
    row = db.session.scalars(select(Scan)).one()
    assert (answer.code, answer.name, len(row.ticket_hash)) == (V.UNKNOWN, "", 16)


@pytest.mark.parametrize(
    ("given", "hall", "expected"),
    [
        ({"status": RegistrationStatus.WAITLISTED}, {}, V.WAITLISTED),
        ({"status": RegistrationStatus.CANCELLED}, {}, V.REVOKED),
        ({}, {"status": FairStatus.POSTPONED}, V.NOT_OPEN),
        ({}, {"doors_at": timedelta(minutes=12)}, V.NOT_OPEN),
        ({}, {"ends_at": -timedelta(minutes=1)}, V.OVER),
    ],
)
def test_whoever_may_not_come_in_is_told_why_and_is_not_counted(given, hall, expected):
    # Times count from the test, not from when its file was read: a long suite lies between.
    now = utcnow()
    fair = make_fair(
        **{key: now + one if isinstance(one, timedelta) else one for key, one in hall.items()}
    )
    registration = make_registration(fair, **given)
    answer = scan(fair, registration)
    assert answer.code is expected
    assert queries.count_attended(fair) == 0
    assert db.session.scalar(select(func.count()).select_from(Admission)) == 0
    assert rows() == 1


def test_a_ticket_of_another_fair_names_the_right_one():
    here, there = make_fair(), make_coming_fair(title_zh="西安站")
    answer = scan(here, make_registration(there))
    assert answer.code is V.WRONG_FAIR
    assert (answer.other_fair.slug, answer.other_fair.title_zh) == (there.slug, "西安站")
    assert answer.other_fair.starts_at == there.starts_at


def test_a_replaced_code_is_dead_and_the_new_one_lives():
    fair = make_fair()
    registration = make_registration(fair)
    old = code_of(registration)
    registration.tickets[0].revoked_at = utcnow() - timedelta(minutes=1)
    registration.generation += 1
    issue(registration)
    assert scan(fair, registration, code=old).code is V.REVOKED
    assert scan(fair, registration).code is V.ADMITTED
    assert scan(fair, registration, code=old).since is not None


def test_an_unverified_walk_in_goes_in_with_a_mark():
    fair = make_fair()
    answer = scan(fair, make_registration(fair, verified_at=None))
    assert (answer.code, answer.is_unverified) == (V.ADMITTED, True)


# -- policies --------------------------------------------------------------------------


def story(policy, *steps, days=()):
    """In and out as given ("in", "out", or a number of days to wait first)."""
    fair = make_fair(reentry=policy, ends_at=utcnow() + timedelta(days=9))
    registration, told = make_registration(fair), []
    now = utcnow()
    for step in steps:
        if isinstance(step, int):
            now += timedelta(days=step)
            continue
        now += timedelta(minutes=1)
        with frozen(now):
            told.append(scan(fair, registration, out=step == "out").code.value)
    return told


@pytest.mark.parametrize(
    ("policy", "steps", "expected"),
    [
        ("once", ["in", "in"], ["admitted", "already_admitted"]),
        ("once", ["in", "out", "in"], ["admitted", "exited", "already_admitted"]),
        ("reentry", ["in", "in"], ["admitted", "already_admitted"]),
        ("reentry", ["in", "out", "in"], ["admitted", "exited", "re_entry"]),
        (
            "reentry",
            ["in", "out", "in", "in"],
            ["admitted", "exited", "re_entry", "already_admitted"],
        ),
        ("daily", ["in", "out", "in"], ["admitted", "exited", "already_admitted"]),
        ("daily", ["in", 1, "in", "in"], ["admitted", "admitted", "already_admitted"]),
        ("free", ["in", "in", "out", "in"], ["admitted", "re_entry", "exited", "re_entry"]),
    ],
)
def test_each_policy_says_what_a_second_entry_is(policy, steps, expected):
    assert story(ReentryPolicy(policy), *steps) == expected


def test_leaving_is_allowed_after_the_end():
    fair = make_fair()
    registration = make_registration(fair)
    scan(fair, registration)
    with frozen(fair.ends_at + timedelta(minutes=5)):
        assert scan(fair, registration, out=True).code is V.EXITED
    assert queries.count_people(fair) == queries.Counts(inside=0, attended=1)


# -- a full hall -----------------------------------------------------------------------


def test_a_full_hall_lets_one_in_for_one_out():
    fair = make_fair(permitted_number=1)
    first, second = make_registration(fair), make_registration(fair)
    assert scan(fair, first).code is V.ADMITTED
    full = scan(fair, second)
    assert (full.code, full.inside, full.permitted) == (V.CAPACITY, 1, 1)
    assert scan(fair, first).code is V.ALREADY_ADMITTED
    assert queries.count_attended(fair) == 1
    scan(fair, first, out=True)
    assert scan(fair, second).code is V.ADMITTED
    assert queries.count_people(fair) == queries.Counts(inside=1, attended=2)


def test_a_supervisor_lets_somebody_into_a_full_hall_with_a_reason():
    fair = make_fair(permitted_number=0)
    registration, by = make_registration(fair), make_staff()
    answer = scan(fair, registration)
    row = queries.get_scan(fair, answer.id)
    with pytest.raises(services.decisions.ReasonNeeded):
        services.decide(row, Decision.LET_IN, by=by, may_override=True)
    said = services.decide(row, Decision.LET_IN, by=by, may_override=True, reason="带队老师")
    assert said is V.OVERRIDE
    found = queries.find_attendance(registration.id)
    assert found.flags == ["override_capacity"]
    assert scan(fair, registration).code is V.ALREADY_ADMITTED
    entry = db.session.scalars(select(AuditEntry).filter_by(action="scan.decide")).one()
    assert (entry.reason, entry.actor_id) == ("带队老师", by.id)


# -- statements ------------------------------------------------------------------------


@pytest.mark.parametrize("permitted", [None, 1000, 3])
@pytest.mark.parametrize("policy", list(ReentryPolicy))
def test_a_first_scan_takes_at_most_five_statements_and_any_other_eight(policy, permitted):
    fair = make_fair(reentry=policy, permitted_number=permitted)
    gate, by = make_gate(fair=fair), gate_person()
    registration, late = make_registration(fair), make_registration(fair)
    with frozen(fair.opens_doors_at - timedelta(minutes=5)):
        early = scan_of(late)
        record_scans(fair, [early], gate=gate, actor=by, source=ScanSource.STAFF)
    # Where few places are left, gates on PostgreSQL first take turns at the hall itself.
    turn = int(permitted == 3 and not is_sqlite())
    steps = [
        ("first", scan_of(registration), 5 + turn),
        ("again", scan_of(registration), 8),
        ("out", scan_of(registration, out=True), 8),
        ("back", scan_of(registration), 8),
        ("after a refusal", scan_of(late), 8),
        ("unknown", scan_of(None), 8),
        ("typed", scan_of(None, code="ABCDEF"), 8),
    ]
    steps.append(("repeat", steps[0][1], 8))
    used = {}
    for name, incoming, _ in steps:
        with count_statements() as seen:
            record_scans(fair, [incoming], gate=gate, actor=by, source=ScanSource.STAFF)
        used[name] = len(seen)
    assert {name: used[name] for name, _, most in steps if used[name] > most} == {}


def test_a_batch_takes_as_many_statements_as_one_scan():
    fair, by = make_fair(), gate_person()
    batch = [scan_of(make_registration(fair)) for _ in range(40)]
    with count_statements() as seen:
        answers = record_scans(fair, batch, gate=None, actor=by, source=ScanSource.STAFF)
    assert set(codes(answers)) == {V.ADMITTED}
    assert sorted(answer.number for answer in answers) == list(range(1, 41))
    assert len(seen) <= 5


# -- batches ---------------------------------------------------------------------------


def test_answers_come_in_the_order_of_the_scans():
    fair, by = make_fair(), gate_person()
    registration = make_registration(fair)
    now = utcnow()
    batch = [
        scan_of(registration, scanned_at=now - timedelta(minutes=1)),
        scan_of(None),
        scan_of(registration, scanned_at=now - timedelta(minutes=9)),
        scan_of(registration, out=True, scanned_at=now - timedelta(minutes=5)),
        scan_of(registration, scanned_at=now - timedelta(minutes=8)),
    ]
    answers = record_scans(fair, batch, gate=None, actor=by, source=ScanSource.STAFF)
    assert codes(answers) == [V.RE_ENTRY, V.UNKNOWN, V.ADMITTED, V.EXITED, V.ALREADY_ADMITTED]
    assert answers[4].first.at == now - timedelta(minutes=9)
    assert queries.find_attendance(registration.id).first_at == now - timedelta(minutes=9)
    again = record_scans(fair, batch[::-1], gate=None, actor=by, source=ScanSource.STAFF)
    assert codes(again) == codes(answers)[::-1]
    assert {answer.stored for answer in again} == {"known"}


def test_one_id_twice_in_a_batch_is_one_scan():
    fair, incoming = make_fair(), scan_of(None)
    answers = record_scans(
        fair, [incoming, incoming], gate=None, actor=gate_person(), source=ScanSource.STAFF
    )
    assert (len(answers), rows()) == (2, 1)


def test_the_cache_is_what_all_rows_derive():
    fair = make_fair()
    registration = make_registration(fair)
    for out in (False, True, False, False):
        scan(fair, registration, out=out)
    before = _attendance(registration)
    services.rederive_fair(fair)
    assert _attendance(registration) == before
    assert before["duplicates"] == 0


def _attendance(registration):
    row = queries.find_attendance(registration.id)
    return {column.name: getattr(row, column.name) for column in Attendance.__table__.columns}


# -- guessing --------------------------------------------------------------------------


def test_more_than_twenty_unknown_codes_a_minute_raise_one_alarm_and_block_nobody():
    fair, by = make_fair(), gate_person()
    gate = make_gate(fair=fair)
    for number in range(30):
        assert scan(fair, None, by=by, gate=gate, code=f"wrong {number}").code is V.UNKNOWN
    assert scan(fair, make_registration(fair), by=by).code is V.ADMITTED
    [alarm] = queries.list_alarms(fair)
    assert (alarm.actor_id, alarm.object_label) == (by.id, gate.name)
    assert alarm.after["unknown"] == 21


def test_twenty_unknown_codes_are_no_alarm():
    fair = make_fair()
    for number in range(20):
        scan(fair, None, code=f"wrong {number}")
    assert queries.list_alarms(fair) == []


# -- figures ---------------------------------------------------------------------------


def test_arrivals_are_counted_by_the_minute():
    fair = make_fair()
    start = utcnow().replace(second=30)
    for minutes in (9, 9, 3):
        with frozen(start - timedelta(minutes=minutes)):
            scan(fair, make_registration(fair))
    with frozen(start):
        found = queries.arrivals_per_minute(fair, 10)
    assert [number for _, number in found] == [2, 0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_a_scan_that_names_its_ticket_needs_no_code():
    fair = make_fair()
    registration = make_registration(fair)
    incoming = IncomingScan(id=uuid7(), ticket_hash=registration.tickets[0].hash)
    assert scan(fair, incoming).code is V.ADMITTED
