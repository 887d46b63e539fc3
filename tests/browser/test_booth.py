"""Two people, two phones: from a resume at the booth to a signed letter of intent."""

import pytest

from app.registrations.services import register
from app.registrations.states import RegistrationSource
from app.tours.queries import get_fair
from tests import factories as make
from tests.browser.conftest import LAPTOP
from tests.browser.scene import make_running_fair


@pytest.fixture(scope="module")
def scene(site):
    with site.database():
        return make_running_fair()


@pytest.fixture
def student(site, scene):
    with site.database():
        user, _code = make_registered(scene, "陈思远")
        return user


def make_registered(scene, name):
    """A student with a ticket: who they are and its short code."""
    student, fair = make.make_student(name=name), get_fair(scene["fair"])
    row = register(student, fair, source=RegistrationSource.SELF, verified=True)
    return student.user, row.ticket.short_code


def press(page, action):
    """Press the one button of the form that posts to an address ending with ``action``."""
    page.locator(f"form[action$='{action}'] button[type=submit]:visible").first.click()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_both_confirm_on_their_own_device_and_sign_a_letter(visit, scene, student, language):
    phone = visit(language=language).sign_in(student)
    laptop = visit(language=language, viewport=LAPTOP).sign_in(scene["owner"])

    phone.page.goto(f"/b/{scene['booth']}")
    phone.check()
    phone.page.locator("form button[name=given]").first.click()
    phone.page.wait_for_load_state()

    laptop.page.goto("/employer/candidates")
    laptop.check()
    laptop.page.locator("main a[href^='/employer/candidates/']").first.click()
    laptop.page.wait_for_load_state()
    laptop.check()
    assert "陈思远" in laptop.page.inner_text("main")
    press(laptop.page, "/mark/shortlisted")
    laptop.page.wait_for_load_state()
    if laptop.page.locator("form[action$='/propose']").count() == 0:
        laptop.page.locator("a[href$='/position']:visible").first.click()
        laptop.page.locator("main form").locator("select, input[type=radio]").first.wait_for()
        radio = laptop.page.locator("main form input[type=radio]")
        if radio.count():
            radio.last.check(force=True)
        else:
            laptop.page.locator("main form select").select_option(index=1)
        laptop.page.locator("main form button[type=submit]").last.click()
        laptop.page.wait_for_load_state()
    press(laptop.page, "/propose")
    laptop.page.wait_for_load_state()
    laptop.check()

    uid = laptop.page.url.rstrip("/").split("/")[-1]
    phone.page.goto(f"/me/intents/{uid}")
    phone.check()
    press(phone.page, "/confirm")
    phone.page.wait_for_load_state()
    # The other page updates by itself.
    laptop.page.locator("a[href$='/letter'], form[action$='/letter']").first.wait_for(
        timeout=15_000
    )

    laptop.page.goto(f"/employer/candidates/{uid}/letter")
    laptop.check()
    laptop.page.locator("main form button[type=submit]").last.click()
    laptop.page.wait_for_url("**/employer/agreements/**")
    press(laptop.page, "/sign")
    laptop.page.wait_for_load_state()
    code = laptop.page.url.split("/employer/agreements/")[1].split("/")[0].split("?")[0]
    phone.page.goto(f"/me/agreements/{code}")
    phone.check()
    press(phone.page, "/sign")
    phone.page.wait_for_load_state()
    phone.page.goto(f"/a/{code}")
    phone.check()
    words = phone.page.inner_text("main")
    assert "WZ-" in words
    assert "陈思远" not in words
    assert phone.faults == laptop.faults == []


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "林若溪"), ("en-GB", "何知远")])
def test_a_ticket_read_on_the_companys_page_is_a_question_first(visit, site, scene, language, name):
    with site.database():
        student, code = make_registered(scene, name)
    laptop = visit(language=language, viewport=LAPTOP).sign_in(scene["owner"])
    phone = visit(language=language).sign_in(student)
    phone.page.goto("/me")
    laptop.page.goto(f"/employer/booth/{scene['fair']}")
    laptop.page.fill("#code", code)
    laptop.page.keyboard.press("Enter")
    laptop.page.wait_for_load_state()
    laptop.page.locator("#scan-state form[action$='/withdraw']").first.wait_for()
    laptop.check()
    assert name not in laptop.page.content()

    phone.page.reload()
    phone.check()
    phone.page.locator(".xp-note a[href='/me/shares']").click()
    phone.page.locator(f"a[href='/b/{scene['booth']}']").first.click()
    phone.page.wait_for_load_state()
    phone.check()
    phone.page.locator("form button[name=given]").first.click()
    phone.page.wait_for_load_state()

    # The company's page changes by itself, and the same ticket now opens the candidate.
    laptop.page.locator("#scan-state a[href^='/employer/candidates/']", has_text=name).wait_for()
    laptop.check()
    laptop.page.fill("#code", code)
    laptop.page.keyboard.press("Enter")
    laptop.page.wait_for_url("**/employer/candidates/**")
    assert name in laptop.page.inner_text("main")
    assert phone.faults == laptop.faults == []
