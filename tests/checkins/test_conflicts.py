"""Tickets shown green twice: which, where, and what the organiser makes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.checkins import services
from app.checkins.models import Admission, Attendance, Ruling, Scan
from app.checkins.states import Decision, Direction, ScanSource, Verdict
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.tours.models import Fair
from app.tours.states import ReentryPolicy
from tests.checkins.making import make_registration, scan
from tests.factories import make_fair, make_gate, make_staff
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


def offline_green(fair, registration, gate, *, minutes, by=None, **given):
    """A scan a phone showed green by itself, uploaded later."""
    given.setdefault("shown", Verdict.ADMITTED)
    row = Scan(
        id=uuid7(),
        fair_id=fair.id,
        gate_id=gate.id,
        actor_id=(by or make_staff()).id,
        source=ScanSource.STAFF,
        ticket_hash=registration.tickets[-1].hash,
        scanned_at=utcnow() - timedelta(minutes=minutes),
        evidence="staff_scan",
        answer=Verdict.ALREADY_ADMITTED,
        **given,
    )
    db.session.add(row)
    db.session.flush()
    services.rederive(fair, [registration.id])
    return row


@pytest.fixture(autouse=True)
def noon():
    """Far from midnight, where a day's entry would be two."""
    with frozen(utcnow().replace(hour=4, minute=0)):
        yield


@pytest.fixture
def fair():
    return make_fair(reentry=ReentryPolicy.ONCE)


@pytest.fixture
def gates(fair):
    return make_gate(fair=fair, name="South"), make_gate(fair=fair, name="North")


@pytest.fixture
def doubled(fair, gates):
    """A registration that two gates without a network let in."""
    registration = make_registration(fair)
    rows = [
        offline_green(fair, registration, gate, minutes=minutes)
        for gate, minutes in zip(gates, (30, 10), strict=True)
    ]
    return registration, rows


def attendance(registration):
    db.session.expire_all()
    return db.session.get(Attendance, registration.id)


def page_of(client, fair, language=ENGLISH):
    return client.get(f"/staff/fairs/{fair.slug}/conflicts", headers=language)


def test_a_conflict_names_both_times_gates_and_hands(client, log_in, fair, doubled):
    log_in(make_staff(Role.SUPERVISOR))
    page = page_of(client, fair)
    assert "South" in page.text
    assert "North" in page.text
    assert "20 minutes apart" in page.text
    assert doubled[0].student.masked_name in page.text
    assert doubled[0].student.name not in page.text
    assert page.text.count("decided without a network") == 2
    gates_page = client.get(f"/staff/fairs/{fair.slug}/gates", headers=ENGLISH)
    assert "1 ticket was shown green" in gates_page.text


def test_without_conflicts_the_page_says_so(client, log_in, fair):
    log_in(make_staff(Role.SUPERVISOR))
    page = page_of(client, fair)
    assert "No ticket was shown green twice" in page.text
    assert "Nobody was let in against a verdict" in page.text


@pytest.mark.parametrize("kept", [0, 1])
def test_keeping_one_scan_voids_the_others_with_a_reason(client, log_in, fair, doubled, kept):
    registration, rows = doubled
    by = log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{fair.slug}/conflicts/{registration.uid}/keep"
    answer = client.post(address, data={"scan": str(rows[kept].id)}, headers=ENGLISH)
    assert answer.status_code == 303
    assert attendance(registration).duplicates == 0
    assert attendance(registration).first_at == rows[kept].scanned_at
    other = db.session.get(Scan, rows[1 - kept].id)
    assert other.voided_by_id == by.id
    assert other.void_reason == "Another scan of the same ticket was kept"
    # The kept one holds the ticket's place: a third showing is not green.
    assert db.session.scalar(select(Admission.scan_id)) == rows[kept].id
    assert scan(fair, registration).code is Verdict.ALREADY_ADMITTED
    assert services.count_conflicts(fair) == 0


def test_a_decision_is_taken_back_by_new_rows_and_never_by_changing_old_ones(
    client, log_in, fair, doubled
):
    registration, rows = doubled
    log_in(make_staff(Role.SUPERVISOR))
    base = f"/staff/fairs/{fair.slug}"
    client.post(
        f"{base}/conflicts/{registration.uid}/keep", data={"scan": str(rows[1].id)}, headers=ENGLISH
    )
    ruling = db.session.scalars(select(Ruling)).one()
    for _ in range(2):
        assert client.post(f"{base}/rulings/{ruling.uid}/undo").status_code == 303
    assert attendance(registration).duplicates == 1
    assert attendance(registration).first_at == rows[0].scanned_at
    assert db.session.get(Scan, rows[0].id).voided_at is not None
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 3
    copy = db.session.scalars(select(Scan).where(Scan.source == ScanSource.DESK)).one()
    assert (copy.gate_id, copy.shown, copy.scanned_at) == (
        rows[0].gate_id,
        rows[0].shown,
        rows[0].scanned_at,
    )
    assert services.count_conflicts(fair) == 1
    assert "taken back at" in page_of(client, fair).text
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["ruling.make", "ruling.undo"]


def test_all_right_changes_nothing_but_the_list_until_there_is_another(
    client, log_in, fair, gates, doubled
):
    registration, _ = doubled
    log_in(make_staff(Role.SUPERVISOR))
    base = f"/staff/fairs/{fair.slug}"
    client.post(f"{base}/conflicts/{registration.uid}/accept")
    assert services.count_conflicts(fair) == 0
    assert attendance(registration).duplicates == 1
    assert db.session.scalar(select(func.count()).where(Scan.voided_at.is_not(None))) == 0
    offline_green(fair, registration, gates[0], minutes=1)
    assert services.count_conflicts(fair) == 1
    ruling = db.session.scalars(select(Ruling)).one()
    client.post(f"{base}/rulings/{ruling.uid}/undo")
    assert services.count_conflicts(fair) == 1


def test_who_decides_second_is_told_that_it_is_decided(client, log_in, fair, doubled):
    registration, rows = doubled
    log_in(make_staff(Role.SUPERVISOR))
    base = f"/staff/fairs/{fair.slug}/conflicts/{registration.uid}"
    client.post(f"{base}/keep", data={"scan": str(rows[0].id)})
    client.post(f"{base}/keep", data={"scan": str(rows[1].id)}, headers=ENGLISH)
    assert "no longer contradict" in page_of(client, fair).text
    client.post(f"{base}/accept")
    assert db.session.scalar(select(func.count()).select_from(Ruling)) == 1


@pytest.mark.parametrize("scan_id", ["", "x", "00000000-0000-0000-0000-000000000000", "\0", "😀"])
def test_a_made_up_scan_is_refused_and_nothing_is_void(client, log_in, fair, doubled, scan_id):
    registration, _ = doubled
    log_in(make_staff(Role.SUPERVISOR))
    address = f"/staff/fairs/{fair.slug}/conflicts/{registration.uid}/keep"
    assert client.post(address, data={"scan": scan_id}).status_code == 303
    assert db.session.scalar(select(func.count()).where(Scan.voided_at.is_not(None))) == 0


def test_registrations_of_another_fair_are_not_found(client, log_in, doubled):
    registration, rows = doubled
    other = make_fair()
    log_in(make_staff(Role.SUPERVISOR, ScopeKind.FAIR, other.id))
    base = f"/staff/fairs/{other.slug}/conflicts/{registration.uid}"
    assert client.post(f"{base}/keep", data={"scan": str(rows[0].id)}).status_code == 404
    assert client.get(f"/staff/fairs/{registration.fair.slug}/conflicts").status_code == 404


def test_the_planner_looks_but_does_not_decide(client, log_in, fair, doubled):
    registration, rows = doubled
    log_in(make_staff(Role.PLANNER))
    assert "Keep this one" not in page_of(client, fair).text
    address = f"/staff/fairs/{fair.slug}/conflicts/{registration.uid}/keep"
    assert client.post(address, data={"scan": str(rows[0].id)}).status_code == 403


def test_overrides_stand_apart_with_who_and_why(client, log_in, fair):
    registration = make_registration(fair)
    ticket = registration.tickets[-1]
    ticket.revoked_at = utcnow() - timedelta(hours=1)
    by = make_staff(Role.SUPERVISOR, name="Supervisor Xu")
    said = scan(fair, registration, by=by)
    assert said.code is Verdict.REVOKED
    row = db.session.get(Scan, said.id)
    services.decide(row, Decision.LET_IN, by=by, may_override=True, reason="Knows the host")
    log_in(by)
    page = page_of(client, fair)
    assert "Knows the host" in page.text
    assert "Supervisor Xu" in page.text
    assert "Ticket revoked" in page.text
    assert "No ticket was shown green twice" in page.text


def test_the_list_takes_as_many_statements_for_two_as_for_twenty(client, log_in, fair, gates):
    log_in(make_staff(Role.SUPERVISOR))
    by = make_staff()

    def more(number):
        for _ in range(number):
            registration = make_registration(db.session.get(Fair, fair.id))
            for gate, minutes in zip(gates, (30, 10), strict=True):
                offline_green(fair, registration, gate, minutes=minutes, by=by)
        db.session.commit()

    def look():
        db.session.expunge_all()
        with count_statements() as seen:
            assert client.get(f"/staff/fairs/{fair.slug}/conflicts").status_code == 200
        return len(seen)

    address_of = fair.slug
    more(2)
    few = look()
    fair = db.session.scalars(select(Fair).filter_by(slug=address_of)).one()
    gates = [db.session.merge(gate) for gate in gates]
    more(18)
    assert look() <= few


# -- the table of policies (T04) -------------------------------------------------------

A, R, X, B = Verdict.ADMITTED, Verdict.RE_ENTRY, Verdict.EXITED, Verdict.ALREADY_ADMITTED
IN, OUT = Direction.IN, Direction.OUT


@pytest.mark.parametrize(
    ("policy", "answers"),
    [
        # in, in again, out, in, in again
        (ReentryPolicy.ONCE, [A, B, X, B, B]),
        (ReentryPolicy.REENTRY, [A, B, X, R, B]),
        (ReentryPolicy.DAILY, [A, B, X, B, B]),
        (ReentryPolicy.FREE, [A, R, X, R, R]),
    ],
)
def test_a_shared_ticket_is_answered_by_the_fairs_policy(policy, answers):
    fair = make_fair(reentry=policy)
    registration = make_registration(fair)
    steps = [IN, IN, OUT, IN, IN]
    start = utcnow() - timedelta(minutes=50)
    said = [
        scan(
            fair,
            registration,
            out=direction is OUT,
            scanned_at=start + timedelta(minutes=5 * number),
        ).code
        for number, direction in enumerate(steps)
    ]
    assert said == answers


def test_daily_lets_the_same_ticket_in_once_on_each_day_of_the_fairs_zone():
    now = utcnow()
    fair = make_fair(
        reentry=ReentryPolicy.DAILY,
        starts_at=now - timedelta(days=2),
        doors_at=now - timedelta(days=2),
        ends_at=now + timedelta(days=1),
    )
    registration = make_registration(fair)
    moments = [now - timedelta(days=1), now - timedelta(days=1) + timedelta(seconds=30), now]
    said = [scan(fair, registration, scanned_at=moment).code for moment in moments]
    assert said == [A, B, A]
    assert attendance(registration).duplicates == 0


@pytest.mark.parametrize(
    ("policy", "duplicates"),
    [
        (ReentryPolicy.ONCE, 2),
        (ReentryPolicy.REENTRY, 1),
        (ReentryPolicy.DAILY, 2),
        (ReentryPolicy.FREE, 0),
    ],
)
def test_greens_of_gates_apart_are_conflicts_by_the_same_policy(policy, duplicates):
    fair = make_fair(reentry=policy, starts_at=utcnow() - timedelta(hours=1))
    gate, registration = make_gate(fair=fair), make_registration(fair)
    offline_green(fair, registration, gate, minutes=9)
    offline_green(fair, registration, gate, minutes=7)
    offline_green(
        fair, registration, gate, minutes=6, direction=Direction.OUT, shown=Verdict.EXITED
    )
    offline_green(fair, registration, gate, minutes=4)
    assert attendance(registration).duplicates == duplicates
