"""Moving up from the waiting list by rule, and what is said about staying away."""

from datetime import timedelta

import pytest

from app.accounts.permissions import Role
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.employers.queries import get_own_employer
from app.notices.models import Notice
from app.participations import queries, services
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_recruiter,
    make_staff,
    make_user,
)

EN = {"Accept-Language": "en"}


def in_line(fair, minutes, **given):
    """Somebody on the waiting list, in the order of the minutes."""
    employer = given.pop("employer", None) or make_employer()
    return make_participation(
        fair=fair,
        employer=employer,
        status=S.WAITLISTED,
        submitted_at=utcnow() - timedelta(days=2) + timedelta(minutes=minutes),
        **given,
    )


def leaves(fair, **given):
    """Somebody who is coming and then is not."""
    participation = make_participation(fair=fair, **given)
    services.withdraw(participation, by=make_user())
    return participation


def status_of(*rows):
    for row in rows:
        db.session.refresh(row)
    return [row.status for row in rows]


def test_the_longest_waiting_moves_up():
    fair = make_coming_fair()
    second, first = in_line(fair, 2), in_line(fair, 1)
    leaves(fair)
    assert status_of(first, second) == [S.APPROVED, S.WAITLISTED]
    assert first.confirm_by is not None


def test_a_place_stays_with_its_delegation_where_somebody_of_it_waits():
    fair, delegation = make_coming_fair(), make_delegation()
    stranger = in_line(fair, 1)
    own = in_line(fair, 2, employer=make_employer(delegation=delegation))
    leaves(fair, employer=make_employer(delegation=delegation))
    assert status_of(stranger, own) == [S.WAITLISTED, S.APPROVED]


def test_who_stayed_away_twice_is_passed_over():
    fair, unreliable = make_coming_fair(), make_employer()
    for _ in range(2):
        make_participation(fair=make_fair(), employer=unreliable, status=S.NO_SHOW)
    first, second = in_line(fair, 1, employer=unreliable), in_line(fair, 2)
    leaves(fair)
    assert status_of(first, second) == [S.WAITLISTED, S.APPROVED]


def test_the_freed_booth_goes_along_where_it_has_what_is_needed():
    fair = make_coming_fair()
    dark, lit = make_booth(fair=fair), make_booth(fair=fair, column=1, has_power=True)
    first = in_line(fair, 1, needs_power=True)
    leaves(fair, booth=dark)
    assert status_of(first) == [S.APPROVED]
    assert first.booth_id is None, "no power there"
    second = in_line(fair, 2, needs_power=True)
    leaves(fair, booth=lit)
    assert status_of(second) == [S.APPROVED]
    assert second.booth_id == lit.id
    third = in_line(fair, 3, needs_large=True)
    leaves(fair, booth=make_booth(fair=fair, column=2))
    assert (status_of(third), third.booth_id) == ([S.APPROVED], None)
    fourth = in_line(fair, 4, needs_large=True)
    wide = make_booth(fair=fair, column=3, is_large=True)
    leaves(fair, booth=wide)
    assert (status_of(fourth), fourth.booth_id) == ([S.APPROVED], wide.id)


def test_nobody_moves_up_once_the_fair_has_begun():
    fair = make_fair()
    first = in_line(fair, 1)
    leaves(fair)
    assert status_of(first) == [S.WAITLISTED]


def test_every_lapsed_approval_moves_somebody_else_up():
    fair = make_coming_fair()
    late = {"status": S.APPROVED, "confirm_by": utcnow() - timedelta(minutes=1)}
    gone = [make_participation(fair=fair, **late) for _ in range(2)]
    line = [in_line(fair, minutes) for minutes in range(3)]
    assert services.lapse_unconfirmed() == 2
    assert status_of(*gone) == [S.LAPSED] * 2
    assert status_of(*line) == [S.APPROVED, S.APPROVED, S.WAITLISTED]


# ---------------------------------------------------------------------------- staying away


@pytest.fixture
def owner():
    return make_recruiter()


@pytest.fixture
def missed(owner):
    return make_participation(fair=make_fair(), employer=get_own_employer(owner), status=S.NO_SHOW)


def test_an_excused_absence_does_not_count(missed, owner):
    reviewer = make_staff(Role.REVIEWER)
    services.write_appeal(missed, "高速封路", by=owner)
    assert queries.count_no_shows([missed.employer_id]) == {missed.employer_id: 1}
    services.decide_appeal(missed, True, by=reviewer)
    db.session.flush()
    assert queries.count_no_shows([missed.employer_id]) == {}
    told = db.session.query(Notice).filter_by(template="participations/appeal-answered").all()
    assert {notice.user_id for notice in told} == {owner.id}


def test_a_no_is_explained_and_counts(missed, owner):
    reviewer = make_staff(Role.REVIEWER)
    services.write_appeal(missed, "忘了", by=owner)
    with pytest.raises(DomainError):
        services.decide_appeal(missed, False, " ", by=reviewer)
    services.decide_appeal(missed, False, "没有提前告知", by=reviewer)
    assert queries.count_no_shows([missed.employer_id]) == {missed.employer_id: 1}
    with pytest.raises(Conflict):
        services.decide_appeal(missed, True, by=reviewer)


def test_a_company_writes_once_and_within_two_weeks(missed, owner):
    with frozen(missed.fair.ends_at + services.APPEAL_TIME), pytest.raises(Conflict):
        services.write_appeal(missed, "高速封路", by=owner)
    services.write_appeal(missed, "高速封路", by=owner)
    db.session.refresh(missed)
    with pytest.raises(Conflict):
        services.write_appeal(missed, "还有", by=owner)


def test_the_pages_lead_from_the_absence_to_the_answer(client, log_in, missed, owner):
    slug, company = missed.fair.slug, missed.employer.slug
    log_in(owner)
    assert "Say what happened" in client.get(f"/employer/fairs/{slug}", headers=EN).text
    address = f"/employer/fairs/{slug}/appeal"
    assert client.post(address, data={"text": " "}).status_code == 422
    assert client.post(address, data={"text": "高速封路 <i>"}).status_code == 303
    assert "can no longer write" in client.get(address, headers=EN).text
    log_in(make_staff(Role.REVIEWER))
    page = client.get(f"/staff/fairs/{slug}/no-shows", headers=EN).text
    assert "高速封路 &lt;i&gt;" in page
    address = f"/staff/fairs/{slug}/no-shows/{company}"
    assert client.post(address, data={"accept": "no", "answer": ""}).status_code == 422
    assert client.post(address, data={"accept": "yes"}).status_code == 303
    assert "Excused" in client.get(f"/staff/fairs/{slug}/no-shows", headers=EN).text
    assert client.post(address, data={"accept": "yes"}).status_code == 422
    log_in(owner)
    assert "has excused it" in client.get(f"/employer/fairs/{slug}", headers=EN).text
