"""A gate phone in a supervisor's hand."""

import re

import pytest

from app.checkins.models import Scan
from app.registrations.queries import find_registration
from app.registrations.services import register
from app.registrations.states import RegistrationSource
from app.tours.queries import get_fair
from tests import factories as make
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.scene import make_running_fair


@pytest.fixture(scope="module")
def scene(site):
    with site.database():
        scene = make_running_fair()
        fair = get_fair(scene["fair"])
        codes = []
        for _ in range(8):
            student = make.make_student()
            register(student, fair, source=RegistrationSource.SELF, verified=True)
            codes.append(find_registration(fair, student).ticket.short_code)
        return scene | {"codes": codes}


@pytest.fixture
def open_gate(visit, scene):
    def open_gate(**given):
        visitor = visit(**given).sign_in(scene["supervisor"])
        visitor.page.goto(f"/staff/fairs/{scene['fair']}/gates/{scene['gate_id']}/online")
        visitor.page.click("#start")
        return visitor

    return open_gate


def type_code(page, code):
    page.click("[data-act=type]")
    page.fill("#short", code)
    page.press("#short", "Enter")


def contrast(page, selector):
    """The lowest contrast of any words inside an element against its own background."""
    return page.evaluate(
        """selector => {
          const channel = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
          const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
          const rgb = text => text.match(/[\\d.]+/g).map(Number);
          const solid = el => { for (; el; el = el.parentElement) {
            const c = rgb(getComputedStyle(el).backgroundColor);
            if (c.length < 4 || c[3] > 0) return c; } return [0, 0, 0]; };
          const root = document.querySelector(selector); let least = 21;
          const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) { const el = walk.currentNode.parentElement;
            if (!walk.currentNode.textContent.trim() || !el.offsetParent) continue;
            const a = light(rgb(getComputedStyle(el).color)), b = light(solid(el));
            least = Math.min(least, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)); }
          return least; }""",
        selector,
    )


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1440"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_ticket_is_green_once_and_loudly_blue_the_second_time(
    open_gate, scene, language, viewport
):
    visitor = open_gate(language=language, viewport=viewport)
    page, code = visitor.page, scene["codes"].pop()
    type_code(page, code)
    green = page.locator("[data-result=admitted]:visible")
    green.wait_for()
    assert contrast(page, "[data-result=admitted]") >= 4.5
    green.wait_for(state="hidden")
    # The same code within ten seconds repeats its light; another device sees the truth.
    other = open_gate(language=language, viewport=viewport)
    type_code(other.page, code)
    other.page.locator("[data-result=already_admitted]:visible").wait_for()
    assert contrast(other.page, "[data-result=already_admitted]") >= 4.5
    assert visitor.faults == other.faults == []


def test_an_unknown_code_is_red_and_says_what_to_do(open_gate):
    visitor = open_gate()
    type_code(visitor.page, "ZZZZZ9")
    red = visitor.page.locator("[data-result=unknown]:visible")
    red.wait_for()
    assert red.locator("h2").inner_text()
    assert contrast(visitor.page, "[data-result=unknown]") >= 4.5


def test_every_verdict_screen_can_be_read(open_gate):
    visitor = open_gate()
    results = visitor.page.evaluate(
        "() => [...document.querySelectorAll('.xp-scan')].map(e => e.dataset.result)"
    )
    assert len(results) >= 12
    for result in results:
        visitor.page.evaluate(
            """r => document.querySelectorAll('.xp-scan').forEach(
                 e => { e.hidden = e.dataset.result !== r })""",
            result,
        )
        assert contrast(visitor.page, f"[data-result={result}]") >= 4.5, result


def test_an_entry_is_undone_by_who_let_them_in(open_gate, scene):
    visitor = open_gate()
    page = visitor.page
    type_code(page, scene["codes"].pop())
    page.locator("[data-result=admitted]:visible").wait_for()
    with page.expect_response(re.compile("undo")) as undone:
        page.locator("[data-result=admitted] [data-act=undo]").click()
    assert undone.value.ok
    with visitor.site.database() as session:
        assert session.query(Scan).filter(Scan.voided_at.is_not(None)).count() >= 1


def test_without_a_server_nothing_is_green(open_gate, scene):
    visitor = open_gate()
    page = visitor.page
    page.route(re.compile("/scans$"), lambda route: route.abort())
    type_code(page, scene["codes"].pop())
    page.locator("[data-result=cannot_record]:visible").wait_for()
    assert page.locator("[data-result=admitted]:visible").count() == 0


def test_a_usb_scanner_types_into_the_page(open_gate, scene):
    visitor = open_gate(viewport=LAPTOP)
    page = visitor.page
    page.locator("#keys").focus()
    page.keyboard.type(scene["codes"].pop())
    page.keyboard.press("Enter")
    page.locator("[data-result=admitted]:visible").wait_for()


@pytest.mark.any_database
def test_the_gate_page_is_accessible_and_fits(open_gate):
    visitor = open_gate()
    assert visitor.axe() == []
    assert visitor.overflow() <= 0
