"""Applying, reviewing, confirming, lapsing, arriving."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, IllegalTransition, StaleVersion
from app.employers.states import EmployerStatus
from app.jobs.errands import leave_errand
from app.notices.models import Notice
from app.participations import queries, services
from app.participations.models import Participation
from app.participations.services import Person, Wish
from app.participations.states import ParticipationStatus as S
from app.participations.tasks import lapse, remind, tell_employers
from app.tours.states import FairStatus
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_staff,
    make_tour,
)

START = datetime(2026, 3, 22, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def owner():
    return make_recruiter(make_employer(short_name="心屿数科"))


@pytest.fixture
def employer(owner):
    return db.session.scalars(select(type(owner))).first() and own(owner)


def own(owner):
    from app.employers.queries import get_own_employer

    return get_own_employer(owner)


@pytest.fixture
def reviewer():
    return make_staff(Role.REVIEWER)


def told(name):
    query = select(Notice).filter_by(template=f"participations/{name}")
    return db.session.scalars(query).all()


def fair_at(start=START, **given):
    usual = {"starts_at": start, "ends_at": start + timedelta(hours=3), "doors_at": None}
    return make_fair(**usual | given)


# ---------------------------------------------------------------------------- applying


def test_one_application_reaches_several_fairs(owner, employer):
    fairs = [make_coming_fair() for _ in range(3)]
    first, second = make_position(employer=employer), make_position(employer=employer)
    made = services.submit(
        employer,
        [
            Wish(fairs[0], [first, second], needs_power=True, note="角落"),
            Wish(fairs[1], [first]),
        ],
        by=owner,
    )
    assert [one.status for one in made] == [S.SUBMITTED, S.SUBMITTED]
    assert [len(one.offered) for one in made] == [2, 1]
    assert made[0].needs_power
    assert queries.find_own(fairs[2], employer) is None
    assert made[0].offered[0].openings == first.openings


def test_one_closed_fair_stops_the_whole_application(owner, employer):
    position = make_position(employer=employer)
    open_fair, closed = make_coming_fair(), make_fair()
    with pytest.raises(Conflict):
        services.submit(employer, [Wish(open_fair, [position]), Wish(closed, [position])], by=owner)


@pytest.mark.parametrize("status", [EmployerStatus.REJECTED, EmployerStatus.SUSPENDED])
def test_a_company_that_was_turned_away_cannot_apply(status):
    employer = make_employer(status=status)
    wish = Wish(make_coming_fair(), [make_position(employer=employer)])
    with pytest.raises(Conflict):
        services.submit(employer, [wish], by=make_recruiter(employer))


def test_an_application_needs_positions_of_its_own(owner, employer):
    fair = make_coming_fair()
    for positions in ([], [make_position()]):
        with pytest.raises(DomainError):
            services.submit(employer, [Wish(fair, positions)], by=owner)
    with pytest.raises(DomainError):
        services.submit(employer, [], by=owner)


def test_the_tours_deadline_counts_where_the_fair_has_none():
    tour = make_tour(applications_close_at=NOW + timedelta(days=1))
    fair = fair_at(tour=tour)
    assert services.closes_at(fair) == NOW + timedelta(days=1)
    fair.applications_close_at = NOW + timedelta(days=3)
    assert services.closes_at(fair) == NOW + timedelta(days=3)
    assert services.takes_applications(fair, NOW)
    assert not services.takes_applications(fair, NOW + timedelta(days=3))
    fair.status = FairStatus.POSTPONED
    assert not services.takes_applications(fair, NOW)


def test_who_withdrew_applies_again_on_the_same_row(owner, employer):
    fair, position = make_coming_fair(), make_position(employer=employer)
    (made,) = services.submit(employer, [Wish(fair, [position])], by=owner)
    code = made.public_code
    services.withdraw(made, by=owner)
    (again,) = services.submit(employer, [Wish(fair, [position])], by=owner)
    assert again is made
    assert (again.status, again.public_code) == (S.SUBMITTED, code)


def test_a_waiting_application_is_replaced_by_a_newer_one(owner, employer):
    fair = make_coming_fair()
    first, second = make_position(employer=employer), make_position(employer=employer)
    (made,) = services.submit(employer, [Wish(fair, [first])], by=owner)
    services.submit(employer, [Wish(fair, [second])], by=owner)
    assert [row.position for row in made.offered] == [second]


def test_an_application_is_edited_while_nobody_has_decided(owner, employer, reviewer):
    fair, position = make_coming_fair(), make_position(employer=employer)
    (made,) = services.submit(employer, [Wish(fair, [position])], by=owner)
    services.return_(made, "岗位太少", by=reviewer)
    more = [position, make_position(employer=employer)]
    change = {"needs_power": True, "needs_large": True, "remark": "靠门", "by": owner}
    with pytest.raises(StaleVersion):
        services.edit_application(made, more, version=made.version - 1, **change)
    services.edit_application(made, more, version=made.version, **change)
    assert (made.status, len(made.offered), made.note) == (S.SUBMITTED, 2, "靠门")
    assert (made.needs_power, made.needs_large) == (True, True)
    services.approve(made, by=reviewer)
    with pytest.raises(Conflict):
        services.edit_application(made, more, version=made.version, **change)


# ---------------------------------------------------------------------------- review


def test_approving_asks_to_confirm_before_a_deadline(owner, employer, reviewer):
    with frozen(NOW):
        participation = make_participation(
            fair=fair_at(), employer=employer, status=S.SUBMITTED, submitted_at=NOW
        )
        services.approve(participation, by=reviewer, days=7)
    assert participation.status is S.APPROVED
    assert participation.confirm_by == NOW + timedelta(days=7)
    assert participation.reviewed_by is reviewer
    assert len(told("approved")) == 2  # inbox and mail


@pytest.mark.parametrize(
    ("days_before", "confirm_by", "expected"),
    [
        (21, None, timedelta(days=7)),
        (5, None, timedelta(days=3)),
        (21, timedelta(days=4), timedelta(days=4)),
        (2, None, timedelta(days=1)),
        (0.5, None, timedelta(days=0.5)),
        (-0.05, None, timedelta(hours=3) - timedelta(days=0.05)),
    ],
)
def test_the_deadline_leaves_time_and_never_passes_the_fair(days_before, confirm_by, expected):
    fair = fair_at(NOW + timedelta(days=days_before))
    fair.confirm_by = confirm_by and NOW + confirm_by
    with frozen(NOW):
        assert services.deadline_of(fair, days=7) == NOW + expected


def test_a_company_that_is_not_approved_cannot_be(reviewer):
    employer = make_employer(status=EmployerStatus.PENDING)
    participation = make_participation(
        fair=make_coming_fair(), employer=employer, status=S.SUBMITTED
    )
    with pytest.raises(Conflict):
        services.approve(participation, by=reviewer)


@pytest.mark.parametrize(
    ("verb", "status", "notice"),
    [("return_", S.RETURNED, "returned"), ("reject", S.REJECTED, "rejected")],
)
def test_a_refusal_tells_why(owner, employer, reviewer, verb, status, notice):
    participation = make_participation(
        fair=make_coming_fair(), employer=employer, status=S.SUBMITTED
    )
    with pytest.raises(DomainError):
        getattr(services, verb)(participation, " ", by=reviewer)
    getattr(services, verb)(participation, "材料不全", by=reviewer)
    assert (participation.status, participation.status_reason) == (status, "材料不全")
    assert told(notice)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.reason, entry.fair_id) == ("材料不全", participation.fair_id)


def test_many_are_approved_and_those_that_cannot_be_are_named(reviewer):
    fair = make_coming_fair()
    good = [make_participation(fair=fair, status=S.SUBMITTED) for _ in range(3)]
    bad = make_participation(fair=fair, status=S.REJECTED)
    done, left = services.approve_all([*good, bad], by=reviewer)
    assert (done, left) == (3, [bad])


def test_the_waiting_list_leads_to_approval(owner, employer, reviewer):
    participation = make_participation(
        fair=make_coming_fair(), employer=employer, status=S.SUBMITTED
    )
    services.waitlist(participation, by=reviewer)
    assert told("waitlisted")
    services.approve(participation, by=reviewer)
    assert participation.status is S.APPROVED
    with pytest.raises(IllegalTransition):
        services.waitlist(participation, by=reviewer)


# ---------------------------------------------------------------------------- confirming


def test_confirming_names_the_people(owner, employer, reviewer):
    participation = make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.APPROVED,
        confirm_by=utcnow() + timedelta(days=1),
    )
    with pytest.raises(DomainError):
        services.confirm(participation, [], by=owner)
    services.confirm(participation, [Person("陈静", "招聘主管", "13800000000")], by=owner)
    assert participation.status is S.CONFIRMED
    assert [one.name for one in participation.representatives] == ["陈静"]
    services.confirm(participation, [Person("李一"), Person("王二")], by=owner)
    assert [one.name for one in participation.representatives] == ["李一", "王二"]


def test_too_late_is_too_late(owner, employer):
    participation = make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.APPROVED,
        confirm_by=utcnow() - timedelta(seconds=1),
    )
    with pytest.raises(Conflict):
        services.confirm(participation, [Person("陈静")], by=owner)


def test_an_approval_lapses_and_frees_the_booth(owner, employer):
    fair = make_coming_fair()
    planner = make_staff(Role.PLANNER)
    booth = make_booth(fair=fair)
    participation = make_participation(
        fair=fair,
        employer=employer,
        status=S.APPROVED,
        booth=booth,
        confirm_by=utcnow() - timedelta(minutes=1),
    )
    following = make_participation(fair=fair, status=S.WAITLISTED)
    kept = make_participation(
        fair=fair, status=S.APPROVED, confirm_by=utcnow() + timedelta(minutes=1)
    )
    lapse()
    db.session.refresh(participation)
    assert (participation.status, participation.booth_id) == (S.LAPSED, None)
    db.session.refresh(kept)
    assert kept.status is S.APPROVED
    assert told("lapsed")
    db.session.refresh(following)
    assert (following.status, following.booth_id) == (S.APPROVED, booth.id)
    assert {row.user_id for row in told("place-taken")} == {planner.id}
    lapse()
    assert len(told("lapsed")) == 2


def test_a_withdrawal_is_told_where_somebody_waits(owner, employer):
    fair, planner = make_coming_fair(), make_staff(Role.PLANNER)
    participation = make_participation(fair=fair, employer=employer)
    services.withdraw(make_participation(fair=fair), by=owner)
    assert not told("place-free")
    doubtful = make_employer(status=EmployerStatus.PENDING)
    waiting = make_participation(fair=fair, employer=doubtful, status=S.WAITLISTED)
    services.withdraw(participation, by=owner)
    assert {row.user_id for row in told("place-free")} == {planner.id}
    assert waiting.status is S.WAITLISTED, "a company that is not approved never moves up by itself"


def test_a_reminder_comes_once_and_not_right_after_the_approval(owner, employer):
    tomorrow = utcnow() + timedelta(hours=20)
    make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.APPROVED,
        confirm_by=tomorrow,
        reviewed_at=utcnow() - timedelta(days=5),
    )
    make_participation(
        fair=make_coming_fair(),
        employer=employer,
        status=S.APPROVED,
        confirm_by=tomorrow,
        reviewed_at=utcnow(),
    )
    remind()
    remind()
    assert len(told("confirm-reminder")) == 2  # one employer, inbox and mail


def test_everybody_concerned_hears_of_a_change(owner, employer):
    fair = make_coming_fair()
    make_participation(fair=fair, employer=employer, status=S.SUBMITTED)
    gone = make_recruiter()
    make_participation(fair=fair, employer=own(gone), status=S.WITHDRAWN)
    errand = leave_errand("fairs.changed.employers", fair_id=fair.id, what="postponed")
    tell_employers(errand, fair_id=fair.id, what="postponed", reason="台风")
    assert errand.done_at is not None
    assert {row.user_id for row in told("fair-changed")} == {owner.id}
    tell_employers(leave_errand("fairs.changed.employers", fair_id=0), fair_id=0)


# ---------------------------------------------------------------------------- the day


def test_an_arrival_is_noted_once_and_taken_back(reviewer):
    participation = make_participation(status=S.CONFIRMED)
    assert services.record_arrival(participation, by=reviewer, via="poster")
    assert not services.record_arrival(participation, by=reviewer)
    assert (participation.status, participation.arrived_via) == (S.ARRIVED, "poster")
    services.undo_arrival(participation, by=reviewer)
    assert (participation.status, participation.arrived_at) == (S.CONFIRMED, None)


def test_coming_confirms_who_never_did(reviewer):
    participation = make_participation(status=S.APPROVED)
    services.record_arrival(participation, by=reviewer)
    assert participation.status is S.ARRIVED
    assert participation.confirmed_at


def test_an_employer_cannot_say_days_before_that_it_is_here(owner, employer):
    participation = make_participation(fair=make_coming_fair(), employer=employer)
    with pytest.raises(Conflict):
        services.record_arrival(participation, by=owner, via="self")


def test_who_did_not_come_is_marked_after_the_fair(reviewer):
    fair = make_fair()
    missing = [make_participation(fair=fair) for _ in range(2)]
    here = make_participation(fair=fair, status=S.ARRIVED)
    assert services.mark_no_shows(fair, by=reviewer) == 2
    assert {one.status for one in missing} == {S.NO_SHOW}
    assert here.status is S.ARRIVED
    assert services.mark_no_shows(fair, by=reviewer) == 0
    counted = queries.count_no_shows([missing[0].employer_id, here.employer_id])
    assert counted == {missing[0].employer_id: 1}
    assert queries.list_past_of(missing[0].employer)[0].missed


def test_waiting_ends_with_a_free_booth_once_the_time_to_arrive_is_over(reviewer):
    fair = make_fair()
    fair.arrivals_until = fair.starts_at
    participation = make_participation(fair=fair, booth=make_booth(fair=fair))
    with (
        frozen(services.late_from(fair) - timedelta(seconds=1)),
        pytest.raises(Conflict) as caught,
    ):
        services.release_absent(participation, by=reviewer)
    assert caught.value.code == "not-late-yet"
    with frozen(services.late_from(fair)):
        services.release_absent(participation, by=reviewer)
        assert participation.no_show_at == utcnow()
    assert (participation.status, participation.booth) == (S.NO_SHOW, None)
    services.record_arrival(participation, by=reviewer)
    assert participation.status is S.ARRIVED


def test_states_move_only_along_the_flow(reviewer):
    participation = make_participation(status=S.REJECTED)
    for verb in (services.approve, services.waitlist, services.withdraw, services.undo_arrival):
        with pytest.raises(IllegalTransition):
            verb(participation, by=reviewer)
    row = db.session.get(Participation, participation.id)
    assert row.status is S.REJECTED
