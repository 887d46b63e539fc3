"""The hall: the code on the screen, the network that blinks, and a phone that scans it."""

import re
import shutil
import subprocess

import pytest

from app.checkins.services import screens
from app.core.clock import utcnow
from tests.browser.conftest import LAPTOP
from tests.browser.scene import make_running_fair

SCREEN = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def scene(site):
    with site.database():
        return make_running_fair()


def shown_code(page):
    return page.locator("#code path").get_attribute("d")


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_screen_shows_a_code_that_a_camera_reads(visit, scene, tmp_path, language):
    visitor = visit(language=language, viewport=SCREEN).sign_in(scene["supervisor"])
    page = visitor.page
    page.goto(f"/fairs/{scene['fair']}/gates/{scene['gate_id']}/screen")
    page.wait_for_selector("[data-state=live]")
    visitor.check()
    # Everything fits the wall without scrolling.
    assert page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    if shutil.which("zbarimg") is None:
        pytest.skip("no zbarimg on this machine: the picture cannot be read")
    page.screenshot(path=tmp_path / "screen.png")
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", str(tmp_path / "screen.png")], capture_output=True, text=True
    ).stdout.strip()
    code = re.search(r"/l/([0-9A-Z]{26})$", read).group(1)
    with visitor.site.database():
        said = screens.read_live_code(code)
    assert said.gate_id == scene["gate_id"]
    assert said.is_current(utcnow())


def test_the_screen_goes_on_without_a_network_and_says_when_its_codes_run_out(visit, scene):
    visitor = visit(viewport=LAPTOP).sign_in(scene["supervisor"])
    page = visitor.page
    page.clock.install()
    page.goto(f"/fairs/{scene['fair']}/gates/{scene['gate_id']}/screen")
    page.wait_for_selector("[data-state=live]")
    page.clock.run_for(1_000)
    before = shown_code(page)
    visitor.context.set_offline(True)
    page.clock.run_for(60_000)
    page.wait_for_selector("#offline:visible")
    assert page.locator("[data-state=live]").count() == 1
    assert shown_code(page) != before
    page.clock.run_for(8 * 60_000)
    assert page.locator("[data-state=live]").count() == 1
    page.clock.run_for(3 * 60_000)
    page.wait_for_selector("[data-state=out]")
    assert page.locator("#code").is_hidden()
    visitor.context.set_offline(False)
    page.clock.run_for(20_000)
    page.wait_for_selector("[data-state=live]")
    assert page.locator("#offline").is_hidden()


def test_whoever_holds_an_old_code_is_told_to_scan_again(visit, scene):
    visitor = visit()
    with visitor.site.database():
        old = screens.live_code(scene["gate_id"], screens.step_at(utcnow()) - 3)
        now = screens.live_code(scene["gate_id"], screens.step_at(utcnow()))
    visitor.page.goto(f"/l/{old}")
    assert "这个码已经换了" in visitor.page.inner_text("main")
    visitor.check()
    visitor.page.goto(f"/l/{now}")
    visitor.page.wait_for_url("**/g/**")
    visitor.check()
