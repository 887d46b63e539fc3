"""The organiser's lists of tours and fairs, as a browser meets them."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.clock import frozen, utcnow
from app.tours.states import FairStatus
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_school,
    make_staff,
    make_stop,
    make_tour,
    make_venue,
)
from tests.statements import count_statements
from tests.tours.plans import EN, ZH


def test_the_list_of_fairs_speaks_both_languages(client, planner):
    make_fair(title_zh="江城双选会", title_en="Rivertown fair")
    chinese = client.get("/staff/fairs", headers=ZH).text
    assert "江城双选会" in chinese
    assert "新建场次" in chinese
    english = client.get("/staff/fairs", headers=EN).text
    assert "Rivertown fair" in english
    assert "New fair" in english


def test_past_fairs_stand_on_their_own_tab(client, planner):
    now = utcnow()
    make_fair(title_zh="去年的", starts_at=now - timedelta(days=9), ends_at=now - timedelta(days=8))
    make_coming_fair(title_zh="下次的")
    coming = client.get("/staff/fairs", headers=ZH).text
    assert "下次的" in coming
    assert "去年的" not in coming
    past = client.get("/staff/fairs?when=past", headers=ZH).text
    assert "去年的" in past
    assert "下次的" not in past
    both = client.get("/staff/fairs?when=all", headers=ZH).text
    assert "去年的" in both
    assert "下次的" in both


def test_filters_are_an_address(client, planner):
    tour = make_tour(delegations=[make_delegation(code="ruian")])
    make_coming_fair(title_zh="专列场", tour=tour, city="合肥")
    make_coming_fair(title_zh="本地场", city="温州", status=FairStatus.DRAFT)
    for query, seen in (
        (f"tour={tour.slug}", "专列场"),
        ("city=合肥", "专列场"),
        (f"delegation={tour.delegations[0].id}", "专列场"),
        ("status=draft", "本地场"),
        ("q=本地", "本地场"),
    ):
        page = client.get(f"/staff/fairs?{query}", headers=ZH).text
        assert seen in page, query
        assert ("专列场" in page) != ("本地场" in page), query
    assert 'value="合肥" selected' in client.get("/staff/fairs?city=合肥", headers=ZH).text


@pytest.mark.parametrize("path", ["/staff/fairs", "/staff/calendar", "/staff/tours"])
@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%25%5F",
        "q=" + "字" * 500,
        "tour=%F0%9F%8E%93",
        "month=2026-13",
        "month=x",
        "month=2026-2",
        "month=%E0%A5%A8-1",
        "status=never",
        "delegation=x",
        "delegation=" + "9" * 30,
        "page=0",
        "page=-3",
        "page=99999",
        "city=%00",
        "when=never",
    ],
)
def test_filters_take_anything(client, planner, path, query):
    make_coming_fair(tour=make_tour())
    assert client.get(f"{path}?{query}").status_code == 200


def test_the_calendar_shows_a_month_with_its_fairs(client, planner):
    with frozen(datetime(2027, 3, 10, tzinfo=UTC)):
        late = datetime(2027, 3, 31, 23, tzinfo=UTC)  # already April at home
        start = datetime(2027, 3, 15, 1, tzinfo=UTC)
        make_fair(title_zh="三月场", starts_at=start, ends_at=start + timedelta(hours=3))
        make_fair(title_zh="四月场", starts_at=late, ends_at=late + timedelta(hours=2))
        page = client.get("/staff/calendar", headers=ZH).text
        assert "2027年3月" in page
        assert "09:00 三月场" in page
        assert "四月场" not in page
        april = client.get("/staff/calendar?month=2027-04", headers=EN).text
        assert "April 2027" in april
        assert "month=2027-05" in april
        empty = client.get("/staff/calendar?month=2031-12", headers=ZH).text
        assert "这个月没有场次" in empty
        assert "month=2032-01" in empty


def test_people_of_one_fair_see_only_that_one(client, log_in):
    mine = make_coming_fair(title_zh="我的场")
    make_coming_fair(title_zh="别人的场")
    log_in(make_staff(Role.SUPERVISOR, scope_kind=ScopeKind.FAIR, scope_id=mine.id))
    for path in ("/staff/fairs", "/staff/calendar?month=" + f"{mine.starts_at:%Y-%m}"):
        page = client.get(path, headers=ZH).text
        assert "别人的场" not in page
    assert "我的场" in client.get("/staff/fairs", headers=ZH).text


def test_people_of_one_fair_are_not_told_that_other_stops_have_none(client, log_in):
    tour = make_tour()
    stop = make_stop(tour=tour)
    make_coming_fair(tour=tour, stop=stop)
    mine = make_coming_fair(tour=tour)
    log_in(make_staff(Role.SUPERVISOR, scope_kind=ScopeKind.FAIR, scope_id=mine.id))
    page = client.get(f"/staff/tours/{tour.slug}", headers=EN).text
    assert "None of your fairs is here." in page
    assert "No fair here yet" not in page


def make_full(number):
    for _ in range(number):
        tour = make_tour(delegations=[make_delegation()])
        stop = make_stop(tour=tour)
        make_coming_fair(
            tour=tour,
            stop=stop,
            venue=make_venue(),
            host_school=make_school(),
            delegation=make_delegation(),
        )


@pytest.mark.parametrize("path", ["/staff/fairs", "/staff/tours"])
def test_lists_do_not_ask_more_for_more(client, planner, path):
    def statements():
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    make_full(2)
    few = statements()
    make_full(18)
    assert statements() == few


def test_a_tours_page_does_not_ask_more_for_more(client, planner):
    tour = make_tour()

    def statements():
        with count_statements() as seen:
            assert client.get(f"/staff/tours/{tour.slug}").status_code == 200
        return len(seen)

    for _ in range(2):
        make_coming_fair(tour=tour, stop=make_stop(tour=tour))
    few = statements()
    for _ in range(18):
        make_coming_fair(tour=tour, stop=make_stop(tour=tour))
    assert statements() == few
