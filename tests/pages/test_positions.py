import pytest

from app.core.db import db
from app.places.states import EducationLevel
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_participation,
    make_position,
    make_stop,
    make_tour,
)
from tests.statements import count_statements

ENGLISH = {"Accept-Language": "en"}
CHINESE = {"Accept-Language": "zh-CN"}


def offer(*fairs, employer=None, **given):
    employer = employer or make_employer()
    position = make_position(employer=employer, **given)
    for fair in fairs:
        make_participation(fair=fair, employer=employer, positions=[position])
    return position


def test_positions_of_all_fairs_to_come_name_each_meeting_once(client):
    stop = make_stop(city="武汉", city_en="Wuhan")
    fairs = [make_coming_fair(stop=stop), make_coming_fair(stop=stop)]
    offer(*fairs, title="机械设计工程师")
    page = client.get("/positions?q=机械", headers=ENGLISH).text
    assert "1 position" in page
    assert page.count("Wuhan ") == 2
    for fair in fairs:
        assert f"/fairs/{fair.slug}/employers/" in page


def test_a_tour_lists_the_positions_of_its_own_fairs(client):
    tour = make_tour()
    offer(make_coming_fair(tour=tour), title="焊接工程师")
    offer(make_coming_fair(), title="别处的会计")
    page = client.get(f"/tours/{tour.slug}/positions").text
    assert "焊接工程师" in page
    assert "别处的会计" not in page
    assert f"/tours/{tour.slug}/positions" in client.get(f"/tours/{tour.slug}").text
    assert client.get("/tours/no-such-tour/positions").status_code == 404


def test_filters_stand_in_the_address_with_their_counts_and_can_be_taken_away(client):
    fair = make_coming_fair()
    delegation = make_delegation(code="YQ", name_zh="乐清分团")
    for level in (EducationLevel.MASTERS, EducationLevel.BACHELORS):
        employer = make_employer(delegation=delegation)
        offer(fair, employer=employer, title="工程师", levels=[level], majors=["机械类"])
    offer(fair, title="不限", levels=[])
    page = client.get("/positions?q=工程师", headers=CHINESE).text
    assert "level=masters" in page
    page = client.get("/positions?q=工程师&level=masters&delegation=YQ", headers=CHINESE).text
    assert "1 个岗位" in page
    assert "学历：硕士" in page
    assert "分团：乐清分团" in page
    assert 'href="/positions?q=%E5%B7%A5%E7%A8%8B%E5%B8%88&amp;delegation=YQ"' in page


def test_an_empty_search_shows_the_way_back(client):
    offer(make_coming_fair())
    page = client.get("/positions?q=养蜂", headers=ENGLISH).text
    assert "No position fits" in page
    assert "Show all positions" in page
    assert (
        "No positions yet"
        in client.get(
            f"/tours/{make_coming_fair(tour=make_tour()).tour.slug}/positions", headers=ENGLISH
        ).text
    )


def test_a_single_character_is_explained_rather_than_looked_for(client):
    fair = make_coming_fair()
    offer(fair, title="电工")
    assert "at least two characters" in client.get("/positions?q=电", headers=ENGLISH).text
    page = client.get(f"/fairs/{fair.slug}?q=电", headers=ENGLISH).text
    assert "电工" in page


@pytest.mark.parametrize(
    "query",
    [
        "level=x&pay=-1&delegation=x&pillar=x&category=9999&page=x",
        "page=999999",
        "q=%00&endpoint=pages.home&_external=1",
        "q=%F0%9F%98%80&major=%25&place=_",
        "pay=9999999&page=0",
    ],
)
def test_senseless_addresses_never_break_the_pages(client, query):
    tour = make_tour()
    fair = make_coming_fair(tour=tour)
    offer(fair)
    for path in ("/positions", f"/tours/{tour.slug}/positions", f"/fairs/{fair.slug}"):
        answer = client.get(f"{path}?{query}", follow_redirects=True)
        assert answer.status_code == 200, path


def test_a_page_beyond_the_last_leads_to_the_last(client):
    offer(make_coming_fair(), title="工程师")
    answer = client.get("/positions?q=工程师&page=7")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("&page=1")


def test_more_positions_need_no_more_statements(client):
    tour = make_tour()
    fair = make_coming_fair(tour=tour)
    offer(fair)
    for path in ("/positions", f"/tours/{tour.slug}/positions"):
        db.session.expunge_all()
        with count_statements() as few:
            client.get(path)
        for _ in range(8):
            offer(db.session.merge(fair))
        db.session.expunge_all()
        with count_statements() as many:
            client.get(path)
        assert len(many) == len(few)
