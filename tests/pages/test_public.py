from datetime import timedelta

import pytest

from app.core.clock import utcnow
from app.participations.states import ParticipationStatus
from app.places.states import EducationLevel
from app.tours.states import FairStatus
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_stop,
    make_tour,
)
from tests.factories.registrations import make_registration
from tests.statements import count_statements


def offer(fair, title="机械设计工程师", **given):
    employer = make_employer()
    position = make_position(employer=employer, title=title, **given)
    return make_participation(fair=fair, employer=employer, positions=[position])


def test_the_first_page_shows_the_tour_that_is_on_and_its_fairs(client):
    tour = make_tour(title_zh="引才专列春季行", title_en="Talent train")
    stop = make_stop(tour=tour, city="武汉", city_en="Wuhan")
    make_fair(tour=tour, stop=stop, title_zh="江城双选会", title_en="River city fair")
    page = client.get("/", headers={"Accept-Language": "zh-CN"}).text
    assert "引才专列春季行" in page
    assert "江城双选会" in page
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Talent train" in page
    assert "River city fair" in page


def test_the_first_page_says_so_when_nothing_is_planned(client):
    page = client.get("/", headers={"Accept-Language": "en"})
    assert "No fair is planned" in page.text


def test_a_draft_is_nobodys_business(client):
    fair = make_coming_fair(status=FairStatus.DRAFT, published_at=None)
    assert client.get(f"/fairs/{fair.slug}").status_code == 404
    assert client.get(f"/fairs/{fair.slug}/plan").status_code == 404


def test_a_cancelled_fair_says_why(client):
    fair = make_coming_fair(status=FairStatus.CANCELLED, status_reason="场地停电")
    assert "场地停电" in client.get(f"/fairs/{fair.slug}").text


def test_positions_are_found_by_words_level_and_pay(client):
    fair = make_fair()
    offer(fair, "机械设计工程师", levels=[EducationLevel.MASTERS], pay_low=15000, pay_high=20000)
    offer(fair, "会计", levels=[EducationLevel.BACHELORS], pay_low=5000, pay_high=6000)
    url = f"/fairs/{fair.slug}"
    assert "会计" in client.get(url).text
    for query in ("q=机械", "level=masters", "pay=12000"):
        page = client.get(f"{url}?{query}").text
        assert "机械设计工程师" in page, query
        assert "会计" not in page, query


@pytest.mark.parametrize("query", ["level=nonsense", "pay=-1", "page=999", "q=%00%F0%9F%98%80%25_"])
def test_senseless_filters_never_break_the_page(client, query):
    fair = make_fair()
    offer(fair)
    assert client.get(f"/fairs/{fair.slug}?{query}").status_code == 200


def test_an_employer_that_withdrew_is_gone_from_the_public_pages(client):
    fair = make_fair()
    gone = offer(fair)
    gone.status = ParticipationStatus.WITHDRAWN
    url = f"/fairs/{fair.slug}/employers/{gone.employer.slug}"
    assert client.get(url).status_code == 404


def test_the_plan_shows_the_way_to_one_booth(client):
    fair = make_fair()
    booth = make_booth(fair=fair, code="A03")
    one = make_participation(fair=fair, booth=booth, employer=make_employer(short_name="瓯屿智造"))
    page = client.get(f"/fairs/{fair.slug}/plan?booth=A03").text
    assert f"/fairs/{fair.slug}/employers/{one.employer.slug}" in page
    assert "A03 瓯屿智造" in page


def test_the_page_of_a_fair_needs_no_more_statements_for_more_employers(client, database):
    small, large = make_fair(), make_fair()
    offer(small)
    for _ in range(12):
        offer(large)
    with count_statements() as few:
        database.expunge_all()
        client.get(f"/fairs/{small.slug}")
    with count_statements() as many:
        database.expunge_all()
        client.get(f"/fairs/{large.slug}")
    assert len(many) == len(few)


def test_a_tour_is_shown_while_one_of_its_fairs_is_public(client):
    tour = make_tour()
    assert client.get(f"/tours/{tour.slug}").status_code == 404
    make_coming_fair(tour=tour)
    assert client.get(f"/tours/{tour.slug}").status_code == 200


def test_health_answers_without_signing_in(client):
    answer = client.get("/healthz")
    assert answer.json["status"] == "ok"


def test_a_fair_that_is_over_offers_no_registration(client):
    start = utcnow() - timedelta(days=3)
    fair = make_fair(starts_at=start, ends_at=start + timedelta(hours=3), doors_at=None)
    page = client.get(f"/fairs/{fair.slug}", headers={"Accept-Language": "en"}).text
    assert "Register" not in page


@pytest.mark.parametrize("page", ["/", "/tours/train"])
def test_a_fair_that_is_cancelled_or_put_off_is_not_one_to_visit(client, page):
    tour = make_tour(slug="train")
    make_coming_fair(tour=tour, title_en="Held")
    make_coming_fair(tour=tour, title_en="Off", status=FairStatus.CANCELLED)
    make_coming_fair(tour=tour, title_en="Later", status=FairStatus.POSTPONED)
    text = client.get(page, headers={"Accept-Language": "en"}).text
    to_visit, put_off = text.split("Postponed or cancelled")
    assert "Held" in to_visit
    assert ("Off" in to_visit, "Off" in put_off) == (False, True)
    assert ("Later" in to_visit, "planned for" in put_off) == (False, True)


def test_a_cancelled_fair_offers_other_fairs_and_no_search(client):
    fair = make_coming_fair(tour=make_tour(slug="train"), status=FairStatus.CANCELLED)
    page = client.get(f"/fairs/{fair.slug}", headers={"Accept-Language": "en"}).text
    assert 'href="/tours/train">See other fairs' in page
    assert 'name="q"' not in page


def test_a_student_finds_the_own_ticket_on_the_card_of_a_fair(client, log_in):
    mine, other = make_coming_fair(), make_coming_fair()
    registration = make_registration(mine)
    log_in(registration.student.user)
    page = client.get("/").text
    assert f"/me/tickets/{registration.uid}" in page
    assert f"/fairs/{mine.slug}/register" not in page
    assert f"/fairs/{other.slug}/register" in page
