"""At a stand without a network: what was saved is asked, and a yes makes a candidate."""

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.checkins.models import Device
from app.checkins.services import revoke_device
from app.core.db import db
from app.intents.models import BoothContact, BoothScan, Intent
from app.intents.states import Step
from app.students.models import Student
from tests.browser.conftest import LAPTOP
from tests.browser.phone import change_page, make_crowd, own_chromium
from tests.browser.stand import WATCH_SAVED, StandPage


def student_of(site, name):
    with site.database():
        student = next(row for row in db.session.scalars(select(Student)) if row.name == name)
        return db.session.get(User, student.user_id)


def stored(site, scene):
    with site.database():
        query = select(BoothScan).filter_by(participation_id=scene["participation_id"])
        return list(db.session.scalars(query.order_by(BoothScan.seq)))


@pytest.fixture
def stand_page(visit, site):
    """A maker of stands' phones in the hands of the scene's owner."""

    def stand_page(scene, broken=None, **given):
        visitor = visit(**given).sign_in(scene["owner"])
        if broken:
            change_page(visitor.context, broken)
        phone = StandPage(visitor.page, scene)
        phone.visitor = visitor
        return phone.join() if not broken else phone

    return stand_page


def test_two_tickets_scanned_offline_on_a_phone_that_dies_become_a_question_and_a_candidate(
    chromium, own_site, visit_at
):
    scene = make_crowd(own_site, 2)
    with own_chromium(chromium, own_site) as phone:
        phone.open().sign_in(scene["owner"])
        stand = StandPage(phone.page, scene).join()
        own_site.stop()
        words = stand.meet(f"{own_site.url}/t/{scene['codes'][0]}", "interviewed")
        assert "(1)" in words or "（1）" in words
        stand.meet(scene["codes"][1], "resume_received")
        stand.wait_unsent(2)
        kept = stand.dump()
        phone.kill()
        # The phone comes back, the server does not: what was saved is there.
        phone.open()
        phone.page.goto(f"{own_site.url}/scanner/")
        stand = StandPage(phone.page, scene)
        phone.page.locator("#unsent[data-number='2']").wait_for()
        assert phone.page.locator("#log-box [data-log] li").count() == 2
        own_site.start()
        stand.wait_sent()
        phone.page.locator("#unsent").wait_for(state="hidden")
        after = stand.dump()
    rows = stored(own_site, scene)
    assert [(row.seq, row.step) for row in rows] == [
        (1, Step.INTERVIEWED),
        (2, Step.RESUME_RECEIVED),
    ]
    # Nobody can read off the phone whom it met: not before, not after.
    for text in (kept, after):
        assert [word for person in scene["people"] for word in person if word in text] == []
        assert [code for code in scene["codes"] if code in text] == []
    with own_site.database():
        assert db.session.scalars(select(Intent)).all() == []
        contact = db.session.scalars(select(BoothContact).filter_by(scan_id=rows[0].id)).one()
        student = contact.registration.student
        name, user, public = student.name, student.user, contact.participation.public_code
    laptop = visit_at(own_site, viewport=LAPTOP).sign_in(scene["owner"])
    laptop.page.goto("/employer/candidates")
    laptop.check()
    assert name not in laptop.page.inner_text("main")
    pocket = visit_at(own_site).sign_in(user)
    pocket.page.goto("/me/shares")
    pocket.check()
    pocket.page.locator(f"a[href='/b/{public}']").first.click()
    pocket.page.wait_for_load_state()
    pocket.check()
    pocket.page.locator("form button[name=given]").first.click()
    pocket.page.wait_for_load_state()
    laptop.page.goto("/employer/candidates")
    assert name in laptop.page.inner_text("main")
    assert laptop.faults == pocket.faults == []


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_stand_says_what_it_read_and_what_it_saved_before(stand_page, site, language):
    scene = make_crowd(site, 1)
    stand = stand_page(scene, language=language)
    first = stand.read(scene["codes"][0])
    assert {"zh-CN": "向这名学生提议什么", "en-GB": "What do you propose"}[language] in first
    stand.visitor.check()
    assert {"zh-CN": "已保存", "en-GB": "Saved"}[language] in stand.choose("shortlisted")
    stand.visitor.check()
    stand.next()
    stand.wait_sent()
    # The server knows a masked name; it shows, and is kept nowhere.
    masked = scene["people"][0][0][0] + "*"
    stand.wait_until(
        f"() => document.querySelector('#last [data-last-name]').textContent.startsWith({masked!r})"
    )
    again = stand.read(scene["codes"][0])
    assert {"zh-CN": "已保存：入围", "en-GB": "Saved at"}[language] in again
    pressed = stand.page.locator("#stand-choose [aria-pressed=true]")
    assert pressed.get_attribute("data-step") == "shortlisted"
    stand.choose("interviewed")
    stand.next()
    stand.wait_sent()
    assert masked not in stand.dump()
    with site.database():
        row = db.session.scalars(
            select(BoothContact).filter_by(participation_id=scene["participation_id"])
        ).one()
        assert row.step is Step.INTERVIEWED
    assert stand.visitor.faults == []


def test_a_short_code_is_typed_and_a_foreign_code_is_no_contact(stand_page, site):
    scene = make_crowd(site, 1)
    stand = stand_page(scene)
    stand.scan("https://example.org/a-poster")
    stand.page.locator("#strip:not([hidden])").wait_for()
    assert stand.kept()["contacts"] == []
    stand.page.locator("[data-act=type]").click()
    stand.page.fill("#short", scene["people"][0][2].lower())
    stand.page.keyboard.press("Enter")
    stand.page.locator("#stand-choose:not([hidden])").wait_for()
    stand.choose("preliminary")
    stand.next()
    stand.wait_sent()
    [row] = stored(site, scene)
    assert (row.step, row.short_code) == (Step.PRELIMINARY, scene["people"][0][2])


def test_there_are_no_lights_no_directions_and_no_numbers_of_the_hall(stand_page, site):
    stand = stand_page(make_crowd(site, 1))
    for hidden in ("[data-way]", "[data-inside]", "#v-admitted", "#v-unknown"):
        assert not stand.page.locator(hidden).first.is_visible()
    stand.page.locator("[data-act=sheet]").click()
    assert not stand.page.locator("[data-gates]").is_visible()
    assert stand.page.locator("#sheet [data-online]").get_attribute("href").startswith("/employer/")
    stand.visitor.check()


def test_a_new_epoch_fills_the_server_again(stand_page, site):
    scene = make_crowd(site, 2)
    stand = stand_page(scene)
    for code in scene["codes"]:
        stand.meet(code, "shortlisted")
    stand.wait_sent()
    with site.database():
        db.session.execute(BoothScan.__table__.delete())
        db.session.execute(BoothContact.__table__.delete())
    # The server's highest number fell below what it once acknowledged.
    stand.wait_for("(kept) => kept.kits.every((one) => one.refilled)")
    stand.wait_sent()
    assert [row.seq for row in stored(site, scene)] == [1, 2]


ADD = "store.addContact(device, { wire: wireOf(light, step), at: light.moment.at });"
SAVED_FIRST = (
    "stand.js",
    f"const row = await {ADD}",
    "const row = { id: 'x', at: light.moment.at, ticket: light.ticket, wire: { step } };"
    f" setTimeout(() => {ADD[:-1]}, 300);",
)


@pytest.mark.parametrize("broken", [None, SAVED_FIRST], ids=["as it is", "saved before the log"])
def test_saved_is_said_only_of_what_is_in_the_log(stand_page, site, broken):
    scene = make_crowd(site, 1)
    stand = stand_page(scene, broken)
    if broken:
        stand.page.goto(f"{site.url}/scanner/#fair={scene['fair']}&booth=1")
        stand.page.locator("#gate-page:not([hidden])").wait_for()
    stand.page.evaluate(WATCH_SAVED)
    stand.meet(scene["codes"][0], "interviewed")
    logged = stand.wait_until("() => window.loggedAtSaved.length && window.loggedAtSaved")
    assert logged == ([0] if broken else [1])


NO_ADOPTION = (
    "join.js",
    "if (kit.role === 'booth') await store.adoptContacts(kit.device, uuid7);",
    "",
)


@pytest.mark.parametrize("broken", [None, NO_ADOPTION], ids=["as it is", "without adoption"])
def test_a_phone_that_joins_anew_sends_what_its_old_device_could_not(stand_page, site, broken):
    scene = make_crowd(site, 2)
    stand = stand_page(scene, broken)
    link = f"{site.url}/scanner/#fair={scene['fair']}&booth=1"
    stand.page.goto(link)
    stand.page.locator("#gate-page:not([hidden]) #conn[data-state=online]").wait_for()
    stand.meet(scene["codes"][0], "interviewed")
    stand.wait_sent()
    with site.database():
        old = db.session.scalars(
            select(Device).filter_by(participation_id=scene["participation_id"])
        ).one()
        revoke_device(old, by=db.session.get(User, old.user_id), reason="lost")
    stand.wait_for("(kept) => kept.kits.some((one) => one.stranger)")
    stand.meet(scene["codes"][1], "shortlisted")
    stand.wait_unsent(1)
    # Whoever opens the link again gets a device, and what waited goes up under new numbers.
    stand.page.goto("about:blank")
    stand.page.goto(link)
    stand.wait_for("(kept) => kept.kits.length === 2")
    stand.page.locator("#gate-page:not([hidden]) #conn[data-state=online]").wait_for()
    if broken:
        # It waits with the old device, which nobody asks any more.
        assert [row["state"] for row in stand.kept()["contacts"]].count(0) == 1
        assert len(stored(site, scene)) == 1
        return
    stand.wait_sent()
    first, second = sorted(stored(site, scene), key=lambda row: row.device_id)
    assert (first.step, second.step) == (Step.INTERVIEWED, Step.SHORTLISTED)
    assert (first.device_id != second.device_id, second.seq) == (True, 1)
    assert stand.visitor.faults == []
