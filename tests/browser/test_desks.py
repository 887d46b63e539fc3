"""The organiser's and the company's desks: signing in, planning, publishing, applying."""

import pytest

from app.participations.states import ParticipationStatus
from app.tours.states import FairStatus
from tests import factories as make
from tests.browser.conftest import LAPTOP, PHONE
from tests.browser.scene import PASSWORD, make_planner, make_running_fair

LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
WINDOWS = pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["390", "1440"])


@pytest.fixture(scope="module")
def scene(site):
    with site.database():
        make_running_fair()  # two tours at once: the home page has a band for each
        scene = make_running_fair()
        planner = make_planner()
        draft = make.make_coming_fair(status=FairStatus.DRAFT, published_at=None)
        coming = make.make_coming_fair(title_zh="秦岭双选会", title_en="Qinling fair")
        applicant = make.make_employer()
        make.make_participation(
            fair=coming,
            employer=applicant,
            positions=[make.make_position(employer=applicant)],
            status=ParticipationStatus.SUBMITTED,
        )
        return scene | {
            "planner_email": planner.email,
            "planner": planner,
            "draft": draft.slug,
            "coming": coming.slug,
        }


def sign_in(visitor, email):
    page = visitor.page
    page.goto("/login/password")
    visitor.check()
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.any_database
@LANGUAGES
@WINDOWS
def test_the_organisers_pages_are_accessible_and_fit(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport)
    sign_in(visitor, scene["planner_email"])
    fair = f"/staff/fairs/{scene['coming']}"
    for path in (
        "/staff/",
        "/staff/tours",
        "/staff/fairs",
        "/staff/calendar",
        fair,
        f"{fair}/review",
        f"{fair}/plan",
        f"{fair}/edit",
        "/staff/employers",
    ):
        visitor.page.goto(path)
        visitor.check()


def test_a_draft_is_published_on_a_page_that_names_it(visit, scene):
    visitor = visit(viewport=LAPTOP).sign_in(scene["planner"])
    page = visitor.page
    page.goto(f"/staff/fairs/{scene['draft']}/publish")
    visitor.check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    answer = page.goto(f"/fairs/{scene['draft']}")
    assert answer.status == 200


@pytest.mark.any_database
@LANGUAGES
@WINDOWS
def test_the_companys_pages_are_accessible_and_fit(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport)
    sign_in(visitor, scene["owner_email"])
    for path in (
        "/employer/",
        "/employer/profile",
        "/employer/posts",
        "/employer/posts/new",
        "/employer/fairs",
        f"/employer/fairs/{scene['fair']}",
        "/employer/candidates",
        f"/employer/booth/{scene['fair']}",
        "/employer/members",
    ):
        visitor.page.goto(path)
        visitor.check()


@pytest.mark.any_database
@LANGUAGES
@WINDOWS
def test_the_public_pages_are_accessible_and_fit(visit, scene, language, viewport):
    visitor = visit(language=language, viewport=viewport)
    fair = f"/fairs/{scene['fair']}"
    for path in (
        "/",
        fair,
        f"{fair}?view=employers",
        f"{fair}?view=plan",
        f"{fair}/plan",
        f"{fair}?q=没有这样的岗位",
        "/login",
        "/privacy",
    ):
        visitor.page.goto(path)
        visitor.check()
