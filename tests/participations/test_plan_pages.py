"""The planner's pages: the hall, its zones, who stands where."""

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.participations.queries import list_booths, list_zones, plan_of
from app.participations.services import Grid, assign_booth, make_grid, withdraw
from app.participations.states import BoothKind
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_participation,
    make_staff,
)
from tests.statements import count_statements

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}
GRID = {
    "hall": "",
    "rows": "4",
    "columns": "8",
    "zone_rows": "4",
    "zone_columns": "4",
    "aisle_rows": "2",
    "aisle_columns": "0",
    "pattern": "A01",
    "entrance": "bottom",
}


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER))


@pytest.fixture
def fair(planner):
    fair = make_coming_fair()
    make_grid(fair, Grid(rows=4, columns=8, zone_rows=4, zone_columns=4, aisle_rows=2), by=planner)
    return fair


def booth(fair, code):
    return next(one for one in list_booths(fair) if one.code == code)


def test_a_hall_is_laid_out_in_one_form(client, planner):
    fair = make_coming_fair()
    address = f"/staff/fairs/{fair.slug}/plan"
    assert client.get(address).headers["Location"] == f"{address}/layout"
    assert client.get(f"{address}/layout", headers=ZH).status_code == 200
    assert client.post(f"{address}/layout", data=GRID).status_code == 303
    assert len(plan_of(fair).booths) == 32
    for headers, word in ((ZH, "分配展位"), (EN, "Assign booths")):
        assert word in client.get(address, headers=headers).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows", "0"),
        ("rows", "many"),
        ("columns", "61"),
        ("pattern", ""),
        ("pattern", "😀"),
        ("pattern", "{row}"),
        ("entrance", "roof"),
        ("hall", "x" * 21),
    ],
)
def test_a_faulty_hall_is_not_made(client, planner, field, value):
    fair = make_coming_fair()
    answer = client.post(f"/staff/fairs/{fair.slug}/plan/layout", data=GRID | {field: value})
    assert answer.status_code == 422
    assert "xp-errors" in answer.text
    assert list_booths(fair) == []


def test_more_than_700_booths_are_refused(client, planner):
    fair = make_coming_fair()
    data = GRID | {"rows": "60", "columns": "60"}
    answer = client.post(f"/staff/fairs/{fair.slug}/plan/layout", data=data)
    assert answer.status_code == 422


def test_squares_are_marked_by_clicking(client, fair):
    address = f"/staff/fairs/{fair.slug}/plan/squares"
    square = booth(fair, "A02")
    for mark, kind in (("blocked", BoothKind.BLOCKED), ("booth", BoothKind.BOOTH)):
        data = {"mark": mark, "square": square.id, "label": "服务台"}
        answer = client.post(address, data=data)
        assert f"mark={mark}" in answer.headers["Location"]
        db.session.refresh(square)
        assert square.kind is kind
    assert square.label == "服务台"
    client.post(address, data={"mark": "power", "square": square.id})
    db.session.refresh(square)
    assert square.has_power
    for data in ({}, {"mark": "roof", "square": "1"}, {"mark": "aisle", "square": "999999"}):
        assert client.post(address, data=data).status_code == 303


def test_zones_are_named(client, fair):
    delegation = make_delegation(name_zh="乐清分团")
    address = f"/staff/fairs/{fair.slug}/plan/zones"
    data = {
        "zone-A-name_zh": "智能装备",
        "zone-A-delegation_id": delegation.id,
        "zone-A-pillar_industry": "electrical",
    }
    assert client.post(f"{address}/A", data=data).status_code == 303
    zone = list_zones(fair)[0]
    assert (zone.name_zh, zone.delegation) == ("智能装备", delegation)
    assert "智能装备" in client.get(f"/staff/fairs/{fair.slug}/plan", headers=ZH).text
    long = {"zone-A-name_zh": "长" * 21}
    assert client.post(f"{address}/A", data=long).status_code == 422
    assert client.post(f"{address}/Z", data=data).status_code == 404


def test_employer_first_then_booth(client, fair):
    participation = make_participation(fair=fair, employer=make_employer(short_name="心屿数科"))
    slug = participation.employer.slug
    address = f"/staff/fairs/{fair.slug}/plan"
    page = client.get(f"{address}?employer={slug}", headers=ZH).text
    assert "is-fit" in page
    assert f"booth=A01&amp;employer={slug}#picked" in page
    # Without script the link asks once more.
    asked = client.get(f"{address}?employer={slug}&booth=B02", headers=ZH).text
    assert "把 B02 安排给 心屿数科？" in asked
    client.post(f"{address}/assign", data={"employer": slug, "booth": "B02"}, headers=ZH)
    page = client.get(address, headers=ZH).text
    assert "心屿数科 已安排到 B02" in page
    assert f"{address}/undo" in page
    assert plan_of(fair).find("B02").employer == "心屿数科"


def test_a_booth_that_just_went_says_so(client, fair, planner):
    first = make_participation(fair=fair, employer=make_employer(short_name="心屿数科"))
    assign_booth(first, booth(fair, "B02"), by=planner)
    late = make_participation(fair=fair)
    address = f"/staff/fairs/{fair.slug}/plan"
    data = {"employer": late.employer.slug, "booth": "B02"}
    answer = client.post(f"{address}/assign", data=data, headers=ZH)
    page = client.get(answer.headers["Location"], headers=ZH).text
    assert "B02 刚被 心屿数科 占用，请另选" in page
    db.session.refresh(late)
    assert late.booth_id is None


@pytest.mark.parametrize(
    "data", [{}, {"employer": "x"}, {"booth": "A01"}, {"employer": "x\0", "booth": "😀"}]
)
def test_what_is_not_there_cannot_be_assigned(client, fair, data):
    assert client.post(f"/staff/fairs/{fair.slug}/plan/assign", data=data).status_code == 404


def test_a_taken_booth_can_be_moved_or_emptied(client, fair, planner):
    participation = make_participation(fair=fair)
    assign_booth(participation, booth(fair, "A01"), by=planner)
    slug, address = participation.employer.slug, f"/staff/fairs/{fair.slug}/plan"
    page = client.get(f"{address}?booth=A01", headers=ZH).text
    assert f"{address}/unassign" in page
    client.post(f"{address}/unassign", data={"employer": slug})
    assert plan_of(fair).find("A01").state == "free"
    client.post(f"{address}/undo")
    assert plan_of(fair).find("A01").state == "taken"
    assert client.get(f"{address}/{slug}/sign").status_code == 200


def test_the_rest_is_placed_and_taken_back_as_one(client, fair):
    for _ in range(5):
        make_participation(fair=fair)
    address = f"/staff/fairs/{fair.slug}/plan"
    client.post(f"{address}/rest")
    assert plan_of(fair).taken == 5
    client.post(f"{address}/undo", data={"batch": "another"})
    assert plan_of(fair).taken == 5
    client.post(f"{address}/undo")
    assert plan_of(fair).taken == 0
    assert client.post(f"{address}/undo").status_code == 303


def test_what_needs_a_look_is_framed(client, fair, planner):
    participation = make_participation(fair=fair, needs_power=True)
    assign_booth(participation, booth(fair, "A01"), by=planner)
    gone = make_participation(fair=fair, employer=make_employer(short_name="廊语文旅"))
    assign_booth(gone, booth(fair, "A02"), by=planner)
    withdraw(gone, by=planner)
    page = client.get(f"/staff/fairs/{fair.slug}/plan", headers=ZH).text
    assert page.count('class="booth is-clash"') == 2
    assert "廊语文旅 已退出" in page
    assert "要电源，这里没有" in page


def test_a_hall_in_use_stays(client, fair, planner):
    assign_booth(make_participation(fair=fair), booth(fair, "A01"), by=planner)
    client.post(f"/staff/fairs/{fair.slug}/plan/remove", data={"hall": ""})
    assert len(plan_of(fair).booths) == 32
    answer = client.post(f"/staff/fairs/{fair.slug}/plan/layout", data=GRID, headers=ZH)
    assert answer.status_code == 422
    assert "已安排了单位" in answer.text


def test_an_empty_hall_goes(client, fair):
    client.post(f"/staff/fairs/{fair.slug}/plan/remove", data={"hall": ""})
    assert list_booths(fair) == []


def test_a_planner_of_one_delegation_places_only_its_employers(client, log_in, fair):
    delegation = make_delegation()
    own = make_participation(fair=fair, employer=make_employer(delegation=delegation))
    other = make_participation(fair=fair)
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, delegation.id))
    address = f"/staff/fairs/{fair.slug}/plan"
    assert client.get(address).status_code == 200
    data = {"employer": other.employer.slug, "booth": "A01"}
    assert client.post(f"{address}/assign", data=data).status_code == 404
    client.post(f"{address}/rest")
    assert [one.participation for one in plan_of(fair).booths if one.participation] == [own]
    assert client.get(f"{address}/layout").status_code == 403
    assert client.post(f"{address}/layout", data=GRID).status_code == 403


def test_the_plan_asks_no_more_for_more_employers(client, fair, planner):
    def cost():
        with count_statements() as seen:
            assert client.get(f"/staff/fairs/{fair.slug}/plan").status_code == 200
        return len(seen)

    delegation = make_delegation()

    def fill(codes):
        for code in codes:
            employer = make_employer(delegation=delegation)
            assign_booth(
                make_participation(fair=fair, employer=employer), booth(fair, code), by=planner
            )
            make_participation(
                fair=fair, employer=make_employer(delegation=delegation), status=S.APPROVED
            )

    fill(["A01", "A02"])
    few = cost()
    fill([f"B{number:02d}" for number in range(1, 13)])
    assert cost() == few
