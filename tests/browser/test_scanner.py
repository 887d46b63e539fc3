"""The gate page in a real browser: what is read, what is lit, and nothing green unstored."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.checkins.models import Scan
from app.checkins.states import Decision, Verdict
from app.core.clock import utcnow
from app.core.db import db
from app.core.qr import QUIET, _matrix, qr_png
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair
from tests.browser.conftest import FLAGS, LAPTOP, PHONE, Visitor, find_chromium
from tests.browser.scene import make_running_fair
from tests.checkins.making import code_of, make_registration

LIT = ".xp-scan:not([hidden])"


@pytest.fixture
def scene(site):
    with site.database():
        scene = make_running_fair()
        fair = db.session.scalars(select(Fair).filter_by(slug=scene["fair"])).one()
        people = {
            "first": make_registration(fair),
            "second": make_registration(fair),
            "waiting": make_registration(fair, status=RegistrationStatus.WAITLISTED),
            "gone": make_registration(
                fair,
                status=RegistrationStatus.CANCELLED,
                cancelled_at=utcnow() - timedelta(hours=2),
            ),
        }
        scene["codes"] = {name: f"{site.url}/t/{code_of(one)}" for name, one in people.items()}
        scene["short"] = people["second"].tickets[0].short_code
        scene["fair_id"] = fair.id
    return scene


@pytest.fixture
def gate(visit, scene):
    """A maker of gate pages, open and started."""

    def open_gate(visitor=None, **given):
        visitor = (visitor or visit(**given)).sign_in(scene["supervisor"])
        page = visitor.page
        page.goto(f"/staff/fairs/{scene['fair']}/gates/{scene['gate_id']}/online")
        page.wait_for_selector("#conn[data-state=online]")
        return visitor

    return open_gate


def scan(page, text):
    """As a USB scanner does: keys and Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def lit(page, verdict):
    page.wait_for_selector(f"#v-{verdict}{LIT}")


def count_scans(site, scene):
    with site.database():
        return db.session.scalar(
            select(func.count()).select_from(Scan).filter_by(fair_id=scene["fair_id"])
        )


@pytest.mark.parametrize(
    ("language", "viewport"), [("zh-CN", PHONE), ("en-GB", PHONE), ("zh-CN", LAPTOP)]
)
def test_the_first_scan_is_green_and_the_second_blue(gate, scene, language, viewport):
    visitor = gate(language=language, viewport=viewport)
    page = visitor.page
    visitor.check()
    scan(page, scene["codes"]["first"])
    lit(page, "admitted")
    assert re.search("请进|Please go in", page.inner_text(LIT))
    page.wait_for_selector(LIT, state="detached", timeout=4_000)
    assert "1" in page.inner_text("[data-inside]")
    # The same code again within ten seconds: the same light, no new scan.
    scan(page, scene["codes"]["first"])
    lit(page, "admitted")
    assert count_scans(visitor.site, scene) == 1
    page.reload()
    page.wait_for_selector("#conn[data-state=online]")
    scan(page, scene["codes"]["first"])
    lit(page, "already_admitted")
    visitor.check()
    assert count_scans(visitor.site, scene) == 2


def test_every_verdict_is_lit_with_its_words_and_buttons(gate, scene):
    visitor = gate()
    page = visitor.page
    for text, verdict in (
        ("https://example.org/menu", "unknown"),
        (scene["codes"]["gone"], "revoked"),
        (scene["codes"]["waiting"], "waitlisted"),
    ):
        scan(page, text)
        lit(page, verdict)
        assert page.inner_text(f"{LIT} .todo")
        visitor.check()
        page.click(f"{LIT} [data-act=next]")
    scan(page, scene["short"])
    lit(page, "admitted")
    page.click("[data-act=out]")
    scan(page, scene["short"])
    page.wait_for_selector("#strip:not([hidden])")
    page.click("[data-act=in]")
    scan(page, scene["short"])
    lit(page, "re_entry")


def test_the_words_of_every_verdict_can_be_read(gate):
    page = gate().page
    found = page.evaluate(
        """() => {
          const light = (c) => c.map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
          const ratio = (a, b) => {
            const [x, y] = [light(rgb(a)), light(rgb(b))].sort((p, q) => q - p);
            return (x + 0.05) / (y + 0.05);
          };
          return [...document.querySelectorAll('#gate .xp-scan')].map((section) => {
            section.hidden = false;
            const style = getComputedStyle(section);
            const grounds = style.backgroundImage === 'none'
              ? [style.backgroundColor]
              : style.backgroundImage.match(/rgb\\([^)]*\\)/g);
            const texts = [...section.querySelectorAll('h2, .who, .why, .todo, .is-line')];
            const worst = Math.min(...texts.flatMap((text) => grounds.map(
              (ground) => ratio(getComputedStyle(text).color, ground))));
            const button = getComputedStyle(section.querySelector('.xp-bigbtn:not(.is-line)'));
            section.hidden = true;
            return [section.dataset.result, worst, ratio(button.color, button.backgroundColor)];
          });
        }"""
    )
    assert {key for key, *_ in found} == {verdict.value for verdict in Verdict}
    assert [row for row in found if min(row[1:]) < 4.5] == []


def test_nothing_is_green_without_the_server(gate, scene):
    visitor = gate()
    page = visitor.page
    visitor.context.set_offline(True)
    scan(page, scene["codes"]["first"])
    lit(page, "cannot_record")
    assert page.get_attribute("#conn", "data-state") == "offline"
    assert count_scans(visitor.site, scene) == 0
    visitor.context.set_offline(False)
    page.click(f"{LIT} [data-act=retry]")
    lit(page, "admitted")
    assert count_scans(visitor.site, scene) == 1


@pytest.mark.parametrize("body", ["<html>Welcome to the wifi</html>", "{}", '{"results": []}'])
def test_a_captive_portals_answer_is_no_answer(gate, scene, body):
    visitor = gate()
    page = visitor.page
    page.route("**/scans", lambda route: route.fulfill(status=200, body=body))
    scan(page, scene["codes"]["first"])
    lit(page, "cannot_record")


def test_the_last_person_can_be_taken_back(gate, scene):
    visitor = gate()
    page = visitor.page
    scan(page, scene["codes"]["first"])
    lit(page, "admitted")
    page.wait_for_selector(LIT, state="detached", timeout=4_000)
    page.click("[data-act=undo-last]")
    page.locator("[data-inside]", has_text=re.compile("^0$")).wait_for()
    scan(page, scene["codes"]["first"])
    lit(page, "admitted")


def test_a_decision_on_amber_is_stored(gate, scene):
    visitor = gate()
    page = visitor.page
    scan(page, scene["codes"]["waiting"])
    lit(page, "waitlisted")
    page.click(f"{LIT} [data-act=turn-away]")
    page.wait_for_selector("#strip:not([hidden])")
    with visitor.site.database():
        row = db.session.scalars(select(Scan).filter_by(fair_id=scene["fair_id"])).one()
        assert row.decision is Decision.TURNED_AWAY


def test_a_supervisor_lets_in_against_a_revoked_ticket_with_a_reason(gate, scene):
    page = gate().page
    scan(page, scene["codes"]["gone"])
    lit(page, "revoked")
    page.click(f"{LIT} [data-act=override]")
    page.fill("#reason", "带队老师")
    page.keyboard.press("Enter")
    lit(page, "override")


def test_a_short_code_is_typed_and_a_photo_is_read(gate, scene, tmp_path):
    page = gate().page
    page.click("[data-act=type]")
    page.keyboard.type(f"{scene['short'][:3]}-{scene['short'][3:]}".lower())
    page.keyboard.press("Enter")
    lit(page, "admitted")
    page.wait_for_selector(LIT, state="detached", timeout=4_000)
    picture = tmp_path / "ticket.png"
    picture.write_bytes(qr_png(scene["codes"]["first"]))
    page.set_input_files("#photo input", str(picture))
    lit(page, "admitted")


def film(path, text, width=640, height=480):
    """A camera's film of a QR code, held still: 4:2:0 frames of grey."""
    rows = _matrix(text)
    side = len(rows) + 2 * QUIET
    box = height // side
    left, top = (width - side * box) // 2, (height - side * box) // 2
    picture = bytearray(b"\xff" * (width * height))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            for line in range(box) if dark else ():
                at = (top + (y + QUIET) * box + line) * width + left + (x + QUIET) * box
                picture[at : at + box] = bytes(box)
    colour = b"\x80" * (width * height // 2)
    frame = b"FRAME\n" + bytes(picture) + colour
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode() + frame * 5)


def test_the_camera_reads_a_ticket_once(chromium, site, scene, tmp_path, gate):
    reel = tmp_path / "ticket.y4m"
    film(reel, scene["codes"]["first"])
    flags = [*FLAGS, f"--use-file-for-fake-video-capture={reel}"]
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=flags, headless=True
    )
    try:
        visitor = Visitor(browser, site, language="zh-CN", viewport=PHONE)
        page = gate(visitor).page
        page.click("#start")
        lit(page, "admitted")
        page.wait_for_selector(LIT, state="detached", timeout=4_000)
        # It stays in the picture: no second light, no second scan.
        page.wait_for_timeout(2_000)
        assert page.query_selector(LIT) is None
        assert visitor.faults == []
    finally:
        browser.close()
    assert count_scans(site, scene) == 1
