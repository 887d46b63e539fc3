"""Reviewing at size: the queue, its filters, what is odd, and approving the clean ones."""

from datetime import timedelta

import pytest

from app.accounts.permissions import Role, Scope
from app.core.clock import local, utcnow
from app.core.db import db
from app.employers.states import EmployerStatus
from app.participations import queries
from app.participations.states import ParticipationStatus as S
from app.participations.states import ReviewHint as H
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_staff,
)
from tests.statements import count_statements

ALL = Scope(bureau=True)
EN = {"Accept-Language": "en"}


@pytest.fixture
def fair():
    return make_coming_fair()


def clean_employer(**given):
    """A company with a licence that is valid for good."""
    return make_employer(**{"file_key": "licence", "file_name": "licence.pdf"} | given)


def waiting(fair, minutes=0, **given):
    """An application handed in so many minutes after the first, with nothing odd about it."""
    employer = given.pop("employer", None) or clean_employer()
    position = make_position(
        employer=employer, **{"openings": 3, "pay_text": "8千-1.2万/月"} | given
    )
    return make_participation(
        fair=fair,
        employer=employer,
        status=S.SUBMITTED,
        positions=[position],
        submitted_at=utcnow() - timedelta(days=1) + timedelta(minutes=minutes),
    )


def odd(participation):
    fair = participation.fair
    day = local(fair.starts_at).date()
    return queries.find_oddities(fair, day, ALL)[participation.id]


def test_a_whole_application_has_no_hints(fair):
    assert odd(waiting(fair)).is_clean


@pytest.mark.parametrize(
    ("position", "hint"),
    [
        ({"openings": None}, H.OPENINGS),
        ({"pay_text": ""}, H.PAY),
        ({"hints": ["限男"]}, H.WORDING),
    ],
)
def test_what_is_odd_about_positions_is_counted(fair, position, hint):
    assert odd(waiting(fair, **position)).counts == {hint: 1}


@pytest.mark.parametrize(
    ("employer", "hint"),
    [
        ({"file_key": None}, H.PAPERS_MISSING),
        ({"licence_valid_until": -1}, H.PAPERS_EXPIRED),
        ({"licence_valid_until": 10}, H.PAPERS_EXPIRING),
        ({"status": EmployerStatus.PENDING}, H.COMPANY),
    ],
)
def test_papers_are_judged_as_they_will_be_on_the_day(fair, employer, hint):
    if isinstance(days := employer.get("licence_valid_until"), int):
        day = local(fair.starts_at).date() + timedelta(days=days)
        employer = {"licence_valid_until": day}
    assert odd(waiting(fair, employer=clean_employer(**employer))).hints == (hint,)


def test_two_credit_codes_of_one_organisation_are_seen(fair):
    first = waiting(fair, employer=clean_employer(uscc="91330300MA2AAAAA1X"))
    clean_employer(name="瓯屿智造温州分公司", uscc="93330300MA2AAAAA1Q")
    assert odd(first).same_code == ("瓯屿智造温州分公司",)


def test_an_application_without_positions_is_odd(fair):
    empty = make_participation(fair=fair, employer=clean_employer(), status=S.SUBMITTED)
    assert odd(empty).hints == (H.NO_POSITIONS,)


def test_staying_away_is_remembered_at_the_next_stop(fair):
    employer = clean_employer()
    for _ in range(2):
        make_participation(fair=make_fair(), employer=employer, status=S.NO_SHOW)
    assert odd(waiting(fair, employer=employer)).counts == {H.NO_SHOW: 2}


def test_the_list_is_narrowed_by_hint_and_says_how_many(client, log_in, fair):
    clean, vague = waiting(fair), waiting(fair, openings=None)
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    page = client.get(f"{address}?hint=openings", headers=EN).text
    assert vague.employer.name in page
    assert clean.employer.name not in page
    page = client.get(f"{address}?hint=none", headers=EN).text
    assert clean.employer.name in page
    assert vague.employer.name not in page
    assert "Approve 1 without hints" in page
    assert client.get(f"{address}?hint=nonsense").status_code == 200


def test_the_queue_walks_through_everybody_and_round_again(client, log_in, fair):
    rows = [waiting(fair, minutes) for minutes in range(4)]
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    seen, here = [], f"{address}/{rows[0].employer.slug}"
    for _ in rows:
        seen.append(here.rsplit("/", 1)[-1])
        page = client.get(here, headers=EN).text
        here = page.split('data-key="j"')[0].rsplit('href="', 1)[-1].split('"')[0]
    assert seen == [row.employer.slug for row in rows]
    assert here.endswith(rows[0].employer.slug)


def test_an_answer_leads_on_within_the_filters(client, log_in, fair):
    delegation = make_delegation()
    first = waiting(fair, 0, employer=clean_employer(delegation=delegation))
    waiting(fair, 1)
    third = waiting(fair, 2, employer=clean_employer(delegation=delegation))
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review"
    kept = f"?delegation={delegation.id}"
    answer = client.post(f"{address}/{first.employer.slug}/approve{kept}")
    assert answer.location == f"{address}/{third.employer.slug}{kept}"
    answer = client.post(f"{address}/{third.employer.slug}/approve{kept}")
    assert answer.location == f"{address}{kept}"


def test_the_clean_ones_are_named_before_they_are_approved(client, log_in, fair):
    clean, vague = waiting(fair), waiting(fair, openings=None)
    log_in(make_staff(Role.REVIEWER))
    page = client.get(f"/staff/fairs/{fair.slug}/review-clean", headers=EN).text
    assert clean.employer.name in page
    assert vague.employer.name not in page
    assert "Approve 1 employer?" in page
    client.post(
        f"/staff/fairs/{fair.slug}/review",
        data={"employer": [clean.employer.slug], "sure": "1"},
    )
    for row in (clean, vague):
        db.session.refresh(row)
    assert (clean.status, vague.status) == (S.APPROVED, S.SUBMITTED)
    page = client.get(f"/staff/fairs/{fair.slug}/review-clean", headers=EN).text
    assert "Nobody waits without hints" in page


def test_odd_words_are_marked_where_they_stand_with_the_reason(client, log_in, fair):
    text = "熟悉机床；限 男 性，五官端正 <b>"
    row = waiting(fair, requirements=text, hints=["限男性"])
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/fairs/{fair.slug}/review/{row.employer.slug}"
    page = client.get(address, headers=EN).text
    assert ">限 男 性</mark>" in page
    assert "&lt;b&gt;" in page
    assert "A post may neither ask for a sex nor prefer one" in page
    assert "就业促进法" in client.get(address, headers={"Accept-Language": "zh-CN"}).text


def test_finding_what_is_odd_asks_no_more_for_more_applications(fair):
    waiting(fair, openings=None)
    db.session.expire_all()
    day = local(fair.starts_at).date()
    with count_statements() as one:
        queries.find_oddities(fair, day, ALL)
    for minutes in range(20):
        waiting(fair, minutes, hints=["限男"])
    with count_statements() as many:
        queries.find_oddities(fair, day, ALL)
    assert len(many) == len(one) <= 5
