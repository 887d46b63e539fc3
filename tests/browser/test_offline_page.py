"""The page itself: kept from the first visit, renewed only in peace, readable before the gate."""

import shutil
import subprocess

import pytest

from app.checkins import services
from app.core.clock import utcnow
from app.tours.queries import get_fair
from tests.browser.conftest import FLAGS, LAPTOP, PHONE, find_chromium, start_site, stop_site
from tests.browser.phone import LIT, PATIENT, GatePhone, change_page, make_crowd
from tests.browser.test_gate import contrast

pytestmark = pytest.mark.any_database


@pytest.fixture
def own_site(tmp_path, chromium):
    """A server that a test may renew."""
    site = start_site(tmp_path, "renewed")
    yield site
    stop_site(site)


@pytest.fixture(scope="module")
def scene(site):
    return make_crowd(site, 6)


def is_renewed(page):
    return page.locator("meta[name=renewed]").count() == 1


def test_a_new_page_waits_until_nothing_is_unsent(chromium, own_site):
    scene = make_crowd(own_site, 30)
    context = chromium.new_context(base_url=own_site.url, viewport=PHONE, locale="zh-CN")
    serializer = own_site.app.session_interface.get_signing_serializer(own_site.app)
    session = {"_user_id": scene["supervisor"].get_id(), "_fresh": True, "_permanent": True}
    cookie = {"name": "xunpin", "value": serializer.dumps(session), "url": own_site.url}
    context.add_cookies([cookie])
    phone = GatePhone(context.new_page(), scene).join()
    own_site.stop()
    for code in scene["codes"]:
        phone.pass_through(code)
    # The server comes back with another page, but nothing of the API answers yet.
    context.route("**/api/**", lambda route: route.abort())
    own_site.start("tests.browser.renewed:app")
    phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).update()")
    phone.page.evaluate(
        """async () => {
          const found = await navigator.serviceWorker.getRegistration();
          for (let n = 0; n < 200 && !found.waiting; n += 1) {
            await new Promise((go) => { setTimeout(go, 50); });
          }
          return Boolean(found.waiting);
        }"""
    )
    # Asked outright it refuses; and closed and opened again the old page still serves the queue.
    phone.page.evaluate(
        """async () => {
          const found = await navigator.serviceWorker.getRegistration();
          found.waiting?.postMessage('take-over');
        }"""
    )
    phone.page.close()
    phone = GatePhone(context.new_page(), scene)
    phone.page.goto("/scanner/")
    phone.page.locator("#unsent[data-number='30']").wait_for()
    assert not is_renewed(phone.page)
    context.unroute("**/api/**")
    phone.wait_sent()
    phone.page.close()
    # Nothing is unsent: the next worker that starts may serve the page it came with.
    page = context.new_page()
    page.goto("/scanner/")
    page.evaluate(
        """async () => {
          const found = await navigator.serviceWorker.getRegistration();
          (found.waiting ?? found.active).postMessage('take-over');
          await new Promise((go) => { setTimeout(go, 500); });
        }"""
    )
    page.reload()
    assert is_renewed(page)
    context.close()


def test_the_page_opens_without_a_network_after_one_visit(visit, scene):
    visitor = visit().sign_in(scene["supervisor"])
    phone = GatePhone(visitor.page, scene).join()
    visitor.context.set_offline(True)
    phone.page.reload()
    phone.page.locator("#gate-page:not([hidden])").wait_for()
    phone.pass_through(scene["codes"][0])
    kept = phone.kept()["caches"]
    addresses = [url for urls in kept.values() for url in urls]
    assert any(url.endswith("/scanner/") for url in addresses)
    assert [url for url in addresses if "/api/" in url or url.endswith("/session")] == []
    assert visitor.faults == []
    visitor.context.set_offline(False)


def enrolment(site, scene):
    with site.database():
        fair = get_fair(scene["fair"])
        _, secret = services.enrol_device(fair, gate=None, by=scene["supervisor"])
    return secret


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_borrowed_phone_becomes_a_gate_phone_by_one_tap(visit, site, scene, language):
    secret = enrolment(site, scene)
    visitor = visit(language=language)
    page = visitor.page
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/scanner/#enrol={secret}")
    page.locator("[data-ready=enrol]:not([hidden])").wait_for()
    # The secret has left the address, and nobody was asked anything yet.
    assert page.evaluate("location.hash") == ""
    assert [url for url in asked if "/api/" in url or secret in url.partition("#")[0]] == []
    visitor.check()
    page.click("[data-form=enrol] [type=submit]")
    phone = GatePhone(page, scene).wait_ready()
    assert secret not in phone.dump()
    phone.scan(scene["codes"][1 if language == "zh-CN" else 2])
    phone.lit("admitted")
    other = visit(language=language)
    other.page.goto(f"/scanner/#enrol={secret}")
    other.page.click("[data-form=enrol] [type=submit]")
    other.page.locator("[data-ready=failed]:not([hidden])").wait_for()
    other.check()


def test_a_phone_nobody_set_up_says_how(visit):
    visitor = visit()
    visitor.page.goto("/scanner/")
    visitor.page.locator("[data-ready=nothing]:not([hidden])").wait_for()
    visitor.check()


def test_a_phone_that_comes_while_the_server_is_busy_is_let_in_without_a_tap(visit, scene):
    visitor = visit().sign_in(scene["supervisor"])
    page = visitor.page
    calls = []

    def busy(route):
        calls.append(route.request.url)
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"error": {"code": "busy"}})

    page.route("**/staff/fairs/*/devices", busy)
    page.clock.install()
    with page.expect_response("**/devices"):
        page.goto(f"/scanner/#fair={scene['fair']}&gate={scene['gate_id']}")
    while len(calls) < 5:
        with page.expect_response("**/devices"):
            page.clock.run_for(2_000)
    page.locator("[data-ready=failed]:not([hidden])").wait_for()
    assert len(calls) == 5
    page.unroute("**/staff/fairs/*/devices", busy)
    page.clock.run_for(10_000)
    page.locator("#gate-page:not([hidden])").wait_for()


def test_whoever_is_signed_out_is_led_to_sign_in_and_back(visit, scene):
    page = visit().page
    page.goto(f"/scanner/#fair={scene['fair']}&gate={scene['gate_id']}")
    sign_in = page.locator("[data-sign-in]:visible")
    sign_in.wait_for()
    back = f"/staff/fairs/{scene['fair']}/gates/{scene['gate_id']}"
    assert sign_in.get_attribute("href") == back


def test_an_address_without_https_says_so_and_leads_to_the_page_that_works_there(
    chromium, site, scene
):
    flags = [*FLAGS, "--host-resolver-rules=MAP venue.example 127.0.0.1"]
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=flags, headless=True
    )
    try:
        page = browser.new_page(locale="zh-CN", viewport=PHONE)
        url = site.url.replace("127.0.0.1", "venue.example")
        page.goto(f"{url}/scanner/#fair={scene['fair']}&gate={scene['gate_id']}")
        page.locator("[data-ready=insecure]:not([hidden])").wait_for()
        assert "https" in page.inner_text("[data-ready=insecure] h1")
        online = page.get_attribute("[data-ready=insecure] [data-online]", "href")
        assert online == f"/staff/fairs/{scene['fair']}/gates/{scene['gate_id']}/online"
    finally:
        browser.close()


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1440"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_gate_is_accessible_fits_and_asks_no_other_host(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport).sign_in(scene["supervisor"])
    phone = GatePhone(visitor.page, scene).join()
    page = phone.page
    visitor.check()
    visitor.context.set_offline(True)
    phone.scan("7K4-M92")
    phone.lit("unverified")
    page.locator(f"{LIT} [data-act=let-in]").click()
    page.locator("#unsent:not([hidden])").wait_for()
    for box in ("sheet", "log", "type"):
        page.locator(f"[data-act={box}]").first.click()
        page.locator("dialog[open]").wait_for()
        visitor.check()
        page.keyboard.press("Escape")
    visitor.context.set_offline(False)
    for result in page.evaluate(
        "() => [...document.querySelectorAll('.xp-scan')].map((one) => one.dataset.result)"
    ):
        page.evaluate(
            """(result) => { for (const one of document.querySelectorAll('.xp-scan')) {
                 one.hidden = one.dataset.result !== result;
                 for (const line of one.querySelectorAll('.why, .todo, .strip')) {
                   line.textContent = '一行字 a line';
                 } } }""",
            result,
        )
        assert contrast(page, f"[data-result={result}]") >= 4.5, result


def read_code(page, selector, folder):
    """What an independent reader finds in an element, as it is painted."""
    if shutil.which("zbarimg") is None:
        pytest.skip("no zbarimg on this machine: the picture cannot be read")
    picture = folder / "code.png"
    page.locator(selector).screenshot(path=picture, animations="disabled")
    found = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True)
    return found.stdout.strip()


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1440"])
def test_whoever_has_no_ticket_reads_off_a_red_phone_without_a_network_where_to_register(
    visit, site, scene, viewport, tmp_path
):
    visitor = visit(viewport=viewport).sign_in(scene["supervisor"])
    change_page(visitor.context, PATIENT)
    phone = GatePhone(visitor.page, scene).join()
    phone.wait_for("(kept) => kept.kits.every((one) => one.fair.register)")
    visitor.context.set_offline(True)
    phone.scan("https://example.org/menu")
    phone.lit("unknown")
    here = f"{site.url}/fairs/{scene['fair']}/register"
    assert read_code(phone.page, f"{LIT} [data-join] svg", tmp_path) == here
    # A ticket that was replaced has a successor: its holder registers for nothing.
    with site.database():
        replaced = make_revoked(get_fair(scene["fair"]))
    visitor.context.set_offline(False)
    visitor.check()
    phone.page.click(f"{LIT} [data-act=next]")
    phone.wait_ready()
    phone.scan(replaced)
    phone.lit("revoked")
    assert not phone.page.locator(f"{LIT} [data-join]").is_visible()


def test_the_language_is_changed_on_the_phone_and_kept(visit, scene):
    visitor = visit(language="zh-CN").sign_in(scene["supervisor"])
    phone = GatePhone(visitor.page, scene).join()
    page = phone.page
    page.click("[data-act=sheet]")
    page.click("#sheet [data-lang=en]")
    page.get_by_role("button", name="Type a code").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    visitor.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Type a code").wait_for()
    phone.scan("https://example.org/menu")
    phone.lit("unknown")
    assert page.inner_text(f"{LIT} h2") == "Code not known"


def test_a_full_hall_says_one_out_one_in(visit, site):
    scene = make_crowd(site, 1)
    with site.database():
        get_fair(scene["fair"]).permitted_number = 1
    visitor = visit().sign_in(scene["supervisor"])
    phone = GatePhone(visitor.page, scene).join()
    phone.pass_through(scene["codes"][0])
    phone.page.locator("#hall.is-full:not([hidden])").wait_for()


def test_the_supervisor_lets_in_by_a_pin_that_nobody_can_read_off_the_phone(visit, site, scene):
    pin = "804172"
    facts = services.make_pin(pin)
    with site.database():
        fair = get_fair(scene["fair"])
        services.set_supervisor_pin(fair, facts, by=scene["supervisor"])
        registration = make_revoked(fair)
    visitor = visit().sign_in(scene["supervisor"])
    phone = GatePhone(visitor.page, scene).join()
    page = phone.page
    phone.wait_for("(kept) => kept.kits.every((one) => one.pin)")
    phone.scan(registration)
    phone.lit("revoked")
    visitor.context.set_offline(True)
    page.locator(f"{LIT} [data-act=override]").click()
    page.fill("#pin", "111112")
    page.keyboard.press("Enter")
    page.locator("#pin-fault:not(:empty)").wait_for()
    page.fill("#pin", pin)
    page.fill("#reason", "带队老师")
    phone.look_away()
    page.click("[data-pin-do]")
    phone.lit("override")
    assert pin not in phone.dump()
    visitor.context.set_offline(False)
    phone.wait_sent()
    assert {row["state"] for row in phone.kept()["records"]} == {1}


def make_revoked(fair):
    from tests.checkins.making import code_of, issue, make_registration

    registration = make_registration(fair, ticket=False)
    issue(registration, revoked_at=utcnow())
    return code_of(registration)
