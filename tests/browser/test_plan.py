"""The floor plan in a real browser: drawn by mouse and keyboard, walked through on a phone."""

import pytest

from app.participations.queries import get_booth, plan_of
from app.participations.services import Grid, assign_booth, let_employers_pick, make_grid
from app.tours.queries import get_fair
from tests import factories as make
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.scene import make_planner

SMALL = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def scene(site):
    with site.database():
        planner = make_planner()
        fair = make.make_coming_fair(venue=make.make_venue(), title_zh="画图双选会")
        make_grid(fair, Grid(rows=2, columns=4, zone_columns=2, entrance="bottom"), by=planner)
        employer = make.make_employer(short_name="瓯屿智造", initials="oyzz")
        stands = make.make_participation(fair=fair, employer=employer)
        assign_booth(stands, get_booth(fair, "A01"), by=planner)
        owner_of = make.make_participation(fair=fair)
        owner = make.make_recruiter(owner_of.employer)
        let_employers_pick(fair, fair.starts_at, by=planner)
        return {"fair": fair.slug, "planner": planner, "owner": owner}


def squares(site, slug):
    with site.database():
        plan = plan_of(get_fair(slug))
        return {booth.code: booth.square for booth in plan.booths}


def cell(page, row, column):
    return page.locator(f"[data-row='{row}'][data-column='{column}']")


def drag(page, one, other):
    start, end = one.bounding_box(), other.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + 5, steps=6)
    page.mouse.up()


def test_squares_are_dragged_painted_and_taken_back(visit, site, scene):
    visitor = visit(viewport=LAPTOP).sign_in(scene["planner"])
    page = visitor.page
    page.goto(f"/staff/fairs/{scene['fair']}/plan/draw")
    visitor.check()
    before = squares(site, scene["fair"])
    # A02 goes to the aisle of the last row: it snaps to the square under the pointer.
    drag(page, cell(page, *before["A02"]), cell(page, 2, 0))
    assert "A02" in cell(page, 2, 0).inner_text()
    page.locator("input[value=wall]").check(force=True)
    drag(page, cell(page, *before["B01"]), cell(page, *before["B02"]))
    assert "is-blocked" in cell(page, *before["B02"]).get_attribute("class")
    page.keyboard.press("Control+z")
    assert "is-booth" in cell(page, *before["B02"]).get_attribute("class")
    page.keyboard.press("Control+y")
    assert "is-blocked" in cell(page, *before["B01"]).get_attribute("class")
    page.locator("[data-editor-undo]").click()
    page.locator("[data-editor-save] button").click()
    page.wait_for_url("**/plan/layout")
    after = squares(site, scene["fair"])
    assert after["A02"] == (2, 0)
    assert after["B01"] == before["B01"]
    visitor.check()


def test_the_keyboard_does_all_of_it(visit, site, scene):
    visitor = visit(viewport=LAPTOP).sign_in(scene["planner"])
    page = visitor.page
    page.goto(f"/staff/fairs/{scene['fair']}/plan/draw")
    before = squares(site, scene["fair"])
    cell(page, 0, 0).focus()
    # Where an employer stands, Delete says so and does nothing.
    page.keyboard.press("Delete")
    assert "瓯屿智造" in page.locator("[data-editor-status]").inner_text()
    row, column = before["B04"]
    cell(page, row, column).focus()
    page.keyboard.press("Shift+ArrowDown")
    assert "B04" in cell(page, row + 1, column).inner_text()
    page.keyboard.press("ArrowUp")
    page.locator("input[value=booth]").check(force=True)
    cell(page, row, column).focus()
    page.keyboard.press("Enter")
    page.locator("[data-editor-save] button").press("Enter")
    page.wait_for_url("**/plan/layout")
    after = squares(site, scene["fair"])
    assert after["B04"] == (row + 1, column)
    assert len(after) == len(before) + 1
    assert not visitor.faults


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("viewport", [SMALL, LAPTOP], ids=["360", "1440"])
def test_a_visitor_finds_an_employer_and_the_way(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport)
    page = visitor.page
    page.goto(f"/fairs/{scene['fair']}/plan")
    visitor.check()
    page.fill("#q", "oy")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=oy**")
    page.locator("a", has_text="瓯屿智造").first.click()
    page.wait_for_url("**booth=A01**")
    assert page.locator("polyline.way").count() == 1
    assert page.locator(".xp-waywords li").count() >= 2
    visitor.check()


def test_an_employer_chooses_its_booth_on_a_phone(visit, site, scene):
    visitor = visit(viewport=PHONE).sign_in(scene["owner"])
    page = visitor.page
    page.goto(f"/employer/fairs/{scene['fair']}/booth")
    visitor.check()
    page.select_option("#booth", index=0)
    page.locator("#picked button").first.click()
    page.wait_for_load_state()
    visitor.check()
    page.locator("#picked button").first.click()
    page.wait_for_url(lambda url: url.split("#")[0].endswith(scene["fair"]))
    with site.database():
        assert plan_of(get_fair(scene["fair"])).taken == 2


@pytest.mark.any_database
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1440"])
def test_the_planners_pages_are_accessible_and_fit(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport).sign_in(scene["planner"])
    fair = f"/staff/fairs/{scene['fair']}"
    for path in ("plan", "plan/placing", "plan/layout", "plan/draw", "print", "print/signs"):
        visitor.page.goto(f"{fair}/{path}")
        visitor.check()
