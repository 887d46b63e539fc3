"""The scanner without a network: nothing lost, nothing doubled, nothing green unstored."""

import re
import signal
from contextlib import suppress

import pytest
from playwright.sync_api import Error
from sqlalchemy import select

from app.checkins.models import Scan
from app.checkins.services.epochs import begin_epoch
from app.checkins.states import Verdict
from app.core.db import db
from tests.browser.phone import (
    BROKEN,
    LIT,
    PATIENT,
    GatePhone,
    change_page,
    make_crowd,
    own_chromium,
)


@pytest.fixture
def gate_phone(visit, site):
    """A maker of gate phones in the hands of the scene's supervisor, ready to scan."""

    def gate_phone(scene, *changes, **given):
        visitor = visit(**given).sign_in(scene["supervisor"])
        if changes:
            change_page(visitor.context, *changes)
        phone = GatePhone(visitor.page, scene).join()
        phone.visitor = visitor
        return phone

    return gate_phone


def stored(site, scene):
    """The fair's scans as the server has them, in the phone's order."""
    with site.database():
        return list(
            db.session.scalars(select(Scan).filter_by(fair_id=scene["fair_id"]).order_by(Scan.seq))
        )


def test_fifty_scans_without_a_server_and_a_dead_phone_are_fifty_scans(chromium, own_site):
    scene = make_crowd(own_site, 50)
    with own_chromium(chromium, own_site) as phone:
        phone.open().sign_in(scene["supervisor"])
        gate = GatePhone(phone.page, scene).join()
        own_site.stop()
        for code in scene["codes"]:
            gate.pass_through(f"{own_site.url}/t/{code}")
        gate.wait_unsent(50)
        kept = gate.dump()
        phone.kill()
        # The phone comes back, the server does not: the page opens from its own copy.
        phone.open()
        phone.page.goto(f"{own_site.url}/scanner/")
        gate = GatePhone(phone.page, scene)
        phone.page.locator("#unsent[data-number='50']").wait_for()
        own_site.start()
        gate.wait_sent()
        phone.page.locator("#unsent").wait_for(state="hidden")
        rows = stored(own_site, scene)
        assert [row.seq for row in rows] == list(range(1, 51))
        assert len({row.ticket_hash for row in rows}) == 50
        assert {row.shown for row in rows} == {Verdict.ADMITTED}
        # Nobody can read off the phone whom it let in: not before, not after.
        for text in (kept, gate.dump()):
            assert [word for person in scene["people"] for word in person if word in text] == []
            assert [code for code in scene["codes"] if code in text] == []


def portal(route):
    route.fulfill(status=200, content_type="text/html", body="<html>Welcome to the wifi</html>")


def portal_json(route):
    route.fulfill(status=200, json={"results": [], "epoch": None})


def portal_echo(route):
    scans = route.request.post_data_json["scans"]
    results = [{"id": scan["id"], "stored": "new"} for scan in scans]
    route.fulfill(status=200, json={"results": results})


def login_page(route):
    route.fulfill(status=302, headers={"Location": "http://127.0.0.1:9/login"})


def cut(route):
    route.fetch()
    with suppress(Error):  # the page has stopped waiting already
        route.abort("connectionreset")


def half(route):
    answer = route.fetch()
    body = answer.body()
    with suppress(Error):
        route.fulfill(response=answer, body=body[: len(body) // 2])


def forbidden(route):
    route.fulfill(status=403, content_type="text/html", body="<html>Sign in first</html>")


FAULTS = [portal, portal_json, portal_echo, login_page, cut, half, forbidden]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_an_answer_that_is_none_leaves_the_scan_in_the_queue_and_it_is_stored_once(
    gate_phone, site, fault
):
    scene = make_crowd(site, 2)
    phone = gate_phone(scene)
    phone.page.route("**/api/v1/scans", fault)
    for code in scene["codes"]:
        phone.pass_through(code)
    phone.wait_unsent(2)
    assert {row["state"] for row in phone.kept()["scans"]} == {0}
    phone.page.unroute("**/api/v1/scans")
    phone.wait_sent()
    rows = stored(site, scene)
    assert [row.seq for row in rows] == [1, 2]
    assert {row.answer for row in rows} == {Verdict.ADMITTED}


def test_a_frozen_server_is_not_waited_for(chromium, own_site):
    scene = make_crowd(own_site, 1)
    with own_chromium(chromium, own_site) as phone:
        phone.open().sign_in(scene["supervisor"])
        gate = GatePhone(phone.page, scene).join()
        own_site.signal(signal.SIGSTOP)
        gate.scan(scene["codes"][0])
        # The server says nothing, the phone does: green from its own list, and it says so.
        assert re.search("[(（]1[)）]", gate.lit("admitted"))
        gate.next()
        own_site.signal(signal.SIGCONT)
        gate.wait_sent()
        assert len(stored(own_site, scene)) == 1


def test_a_scan_that_the_server_answered_is_lit_by_its_answer(gate_phone, site):
    scene = make_crowd(site, 1)
    one, two = gate_phone(scene, PATIENT), gate_phone(scene, PATIENT)
    one.pass_through(scene["codes"][0])
    two.scan(scene["codes"][0])
    assert "南门 1 号口" in two.lit("already_admitted")
    two.wait_sent()
    assert [row.shown for row in stored(site, scene)] == [None, None]


SYNC_AT_ADD = """() => {
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function synced(...given) {
    const request = add.apply(this, given);
    dispatchEvent(new Event('online'));
    return request;
  };
}"""


def test_a_verdict_that_a_round_under_way_brings_lights_the_scan(gate_phone, site):
    scene = make_crowd(site, 1)
    one, two = gate_phone(scene, PATIENT), gate_phone(scene, PATIENT)
    one.pass_through(scene["codes"][0])
    two.page.evaluate(SYNC_AT_ADD)
    two.scan(scene["codes"][0])
    assert "南门 1 号口" in two.lit("already_admitted")
    two.wait_sent()
    assert [row.shown for row in stored(site, scene)] == [None, None]


def test_two_tabs_count_together_and_send_nothing_twice_at_once(gate_phone, site):
    scene = make_crowd(site, 12)
    phone = gate_phone(scene)
    other = GatePhone(phone.visitor.context.new_page(), scene)
    other.page.goto("/scanner/")
    other.wait_ready()
    under_way, most = set(), []

    def begin(request):
        if "/api/v1/scans" in request.url:
            under_way.add(request)
            most.append(len(under_way))

    def end(request):
        under_way.discard(request)

    for page in (phone.page, other.page):
        page.on("request", begin)
        page.on("requestfinished", end)
        page.on("requestfailed", end)
    for number, code in enumerate(scene["codes"]):
        (phone, other)[number % 2].pass_through(code)
    phone.visitor.context.set_offline(True)
    for number, code in enumerate(scene["codes"]):
        (other, phone)[number % 2].pass_through(code, "already_admitted")
    phone.visitor.context.set_offline(False)
    phone.wait_sent()
    assert [row.seq for row in stored(site, scene)] == list(range(1, 25))
    assert max(most) == 1


# What a full phone does to a write. (Chromium's own quota override no longer reaches IndexedDB.)
REFUSALS = {
    "at the write": "throw new DOMException('full', 'QuotaExceededError');",
    "at the commit": "const request = add.apply(this, given); this.transaction.abort();"
    " return request;",
}
FULL = """() => {
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function full(...given) { %s };
  window.giveRoom = () => { IDBObjectStore.prototype.add = add; };
}"""


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("has_network", [True, False], ids=["online", "offline"])
def test_a_phone_without_room_goes_black_and_never_green(gate_phone, site, refusal, has_network):
    scene = make_crowd(site, 2)
    phone = gate_phone(scene)
    phone.pass_through(scene["codes"][0])
    phone.visitor.context.set_offline(not has_network)
    phone.page.evaluate(FULL % refusal)
    phone.scan(scene["codes"][1])
    phone.lit("cannot_record")
    assert phone.page.locator(f"#v-admitted{LIT}").count() == 0
    assert len(stored(site, scene)) == 1
    phone.page.evaluate("() => window.giveRoom()")
    phone.look_away()
    phone.page.locator(f"{LIT} [data-act=retry]").click()
    phone.lit("admitted")
    phone.visitor.context.set_offline(False)
    phone.wait_sent()
    assert [row.seq for row in stored(site, scene)] == [1, 2]


@pytest.mark.parametrize("is_new_epoch", [True, False], ids=["new epoch", "numbers only"])
def test_after_a_restore_the_phone_fills_the_server_again(gate_phone, site, is_new_epoch):
    scene = make_crowd(site, 5)
    phone = gate_phone(scene)
    for code in scene["codes"]:
        phone.pass_through(code)
    phone.wait_sent()
    before = [(row.id, row.answer) for row in stored(site, scene)]
    lose_scans(site, scene, is_new_epoch=is_new_epoch)
    refill(phone)
    assert [(row.id, row.answer) for row in stored(site, scene)] == before


def lose_scans(site, scene, *, is_new_epoch):
    """What a restore of an older backup leaves of the fair's scans: nothing."""
    with site.database() as session:
        scans = "select id from scan where fair_id = :fair"
        for lost in (
            "attendance where fair_id = :fair",
            "admission where fair_id = :fair",
            f"scan_record where scan_id in ({scans})",
            "scan where fair_id = :fair",
        ):
            session.execute(db.text(f"delete from {lost}"), {"fair": scene["fair_id"]})
        session.execute(db.text("update device set contiguous_seq = 0, acknowledged_seq = 0"))
        if is_new_epoch:
            begin_epoch()


def refill(phone):
    """Let the phone speak with the server until both agree again."""
    phone.page.evaluate("() => dispatchEvent(new Event('online'))")
    phone.wait_for("(kept) => kept.kits.every((one) => one.refilled)")
    phone.wait_sent()


def test_what_is_said_afterwards_waits_like_a_scan(gate_phone, site):
    scene = make_crowd(site, 1)
    phone = gate_phone(scene)
    phone.visitor.context.set_offline(True)
    phone.scan("7K4-M92")
    phone.lit("unverified")
    phone.page.locator(f"{LIT} [data-act=turn-away]").click()
    phone.pass_through(scene["codes"][0])
    phone.page.click("[data-act=undo-last]")
    phone.page.locator("#last [data-act=undo-last]").wait_for(state="hidden")
    phone.wait_unsent(2)
    # The light is free again: an undone entry never was.
    phone.pass_through(scene["codes"][0])
    phone.visitor.context.set_offline(False)
    phone.wait_sent()
    turned, undone, green = stored(site, scene)
    assert turned.decision.value == "turned_away"
    assert undone.voided_at is not None
    assert (green.voided_at, green.shown) == (None, Verdict.ADMITTED)


# -- the same with one promise broken: each must be noticed ---------------------------------


def test_a_page_that_believes_every_200_loses_scans(gate_phone, site):
    scene = make_crowd(site, 1)
    phone = gate_phone(scene, BROKEN["any 200 is an answer"], PATIENT)
    phone.page.route("**/api/v1/scans", portal_echo)
    phone.scan(scene["codes"][0])
    # While the portal stands the page says "on the server", and it is not. (Afterwards the gap in
    # the numbers would bring the scan back, as after a restore.)
    phone.wait_for("(kept) => kept.scans.some((one) => one.state === 1)")
    phone.page.locator("#unsent").wait_for(state="hidden")
    assert stored(site, scene) == []


def test_a_page_that_goes_green_unstored_is_seen(gate_phone, site):
    scene = make_crowd(site, 1)
    phone = gate_phone(scene, BROKEN["green without a record"])
    phone.page.evaluate(FULL % REFUSALS["at the write"])
    phone.scan(scene["codes"][0])
    phone.lit("admitted")
    assert stored(site, scene) == []


def test_a_page_that_forgets_what_was_acknowledged_cannot_refill_a_server(gate_phone, site):
    scene = make_crowd(site, 2)
    phone = gate_phone(scene, BROKEN["purge on acknowledgement"])
    for code in scene["codes"]:
        phone.pass_through(code)
    phone.wait_for("(kept) => kept.scans.length === 0")
    lose_scans(site, scene, is_new_epoch=True)
    refill(phone)
    assert stored(site, scene) == []


def test_tabs_that_count_alone_get_in_each_others_way(gate_phone, site):
    scene = make_crowd(site, 3)
    phone = gate_phone(scene, BROKEN["a count for each tab"])
    other = GatePhone(phone.visitor.context.new_page(), scene)
    other.page.goto("/scanner/")
    other.wait_ready()
    phone.pass_through(scene["codes"][0])
    other.pass_through(scene["codes"][1])
    phone.scan(scene["codes"][2])
    phone.lit("cannot_record")
