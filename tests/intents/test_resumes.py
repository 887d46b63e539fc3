"""What an employer gets of a student: nothing before consent, a minute at a time, nothing after."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.files import attach, keep
from app.intents import services
from app.intents.models import DataView
from app.intents.states import Given, Side, Step
from tests.factories import make_recruiter
from tests.intents.scene import make_scene, make_unshared, share

PDF = b"%PDF-1.4 a resume"


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def inside(scene, log_in):
    log_in(scene.recruiter)
    return scene


def text_of(answer):
    return answer.get_data(as_text=True)


def at(intent, *more):
    return "/".join([f"/employer/candidates/{intent.uid}", *more])


# -- T07: nothing of a student in any state but shared ----------------------------------


def in_state(scene, state):
    if state == "unshared":
        return make_unshared(scene)
    if state == "shortlisted unshared":
        return services.mark(make_unshared(scene), Step.SHORTLISTED, by=scene.recruiter)
    if state == "refused":
        return services.decline(make_unshared(scene), side=Side.STUDENT, by=scene.student.user)
    if state == "contact only":
        return share(scene, Given.CONTACT)
    if state == "taken back":
        return services.withdraw_share(share(scene), by=scene.student.user)
    intent = share(scene)
    scene.student.resumes[0].removed_at = utcnow()
    return intent


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("unshared", 404),
        ("shortlisted unshared", 404),
        ("refused", 404),
        ("contact only", 404),
        ("taken back", 410),
        ("removed", 410),
    ],
)
def test_the_resume_is_refused_in_every_state_but_shared(client, inside, state, status):
    intent = in_state(inside, state)
    db.session.commit()
    assert client.post(at(intent, "resume")).status_code == status
    assert db.session.scalars(select(DataView)).all() == []


@pytest.mark.parametrize("state", ["unshared", "shortlisted unshared", "refused"])
def test_without_consent_no_page_says_name_or_phone(client, inside, state):
    intent = in_state(inside, state)
    db.session.commit()
    assert client.post(at(intent, "phone")).status_code == 410
    for address in (at(intent), at(intent, "state"), "/employer/candidates"):
        page = text_of(client.get(address))
        assert inside.student.name not in page
        assert inside.student.user.phone not in page


def test_a_page_that_was_taken_back_is_gone_for_every_act(client, inside):
    intent = in_state(inside, "taken back")
    db.session.commit()
    assert client.get(at(intent)).status_code == 410
    assert client.get(at(intent, "state")).status_code == 410
    for act in ("phone", "resume", "propose", "remind", "note", "mark/shortlisted", "confirm"):
        assert client.post(at(intent, *act.split("/"))).status_code == 410
    page = text_of(client.get("/employer/candidates"))
    assert inside.student.name not in page
    assert at(intent) not in page


# -- T08: the link to a resume -----------------------------------------------------------


def open_link(client, intent):
    answer = client.post(at(intent, "resume"))
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_resume_opens_for_a_minute_and_the_look_is_written_down(client, inside):
    intent = share(inside)
    link = open_link(client, intent)
    page = client.get(link)
    assert "三年减速器项目经验" in text_of(page)
    assert page.headers["Cache-Control"] == "no-store"
    view = db.session.scalars(select(DataView)).one()
    assert (view.what, view.viewer_label) == ("resume", "周敏")
    with frozen(utcnow() + timedelta(seconds=61)):
        assert client.get(link).status_code == 410


def test_a_file_leaves_as_a_download(client, inside):
    resume = inside.student.resumes[0]
    resume.text = None
    attach(resume, keep(PDF, "简历.pdf", limit=1_000_000), at=utcnow())
    db.session.commit()
    with client.get(open_link(client, share(inside))) as answer:
        assert answer.get_data() == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_link_is_of_one_browser(client, new_client, inside, log_in):
    link = open_link(client, share(inside))
    other = new_client()
    log_in(inside.recruiter, other)
    assert other.get(link).status_code == 403
    colleague = new_client()
    log_in(make_recruiter(inside.employer, Role.RECRUITER), colleague)
    assert colleague.get(link).status_code == 403
    stranger = new_client()
    log_in(make_recruiter(), stranger)
    assert stranger.get(link).status_code == 403


def test_a_link_is_dead_once_the_share_is_taken_back(client, inside):
    intent = share(inside)
    link = open_link(client, intent)
    services.withdraw_share(intent, by=inside.student.user)
    db.session.commit()
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "a.b", "e30.AAAA", "啊", "%00", "." * 300])
def test_a_made_up_link_opens_nothing(client, inside, token):
    assert client.get(f"/employer/resumes/{token}").status_code in (404, 410)


def test_the_phone_shows_for_a_while_after_it_was_asked_for(client, inside):
    intent = share(inside)
    phone = inside.student.user.phone
    assert phone not in text_of(client.get(at(intent)))
    assert client.post(at(intent, "phone")).status_code == 303
    assert f"tel:{phone}" in text_of(client.get(at(intent)))
    assert db.session.scalars(select(DataView.what)).one() == "phone"
    with frozen(utcnow() + timedelta(minutes=6)):
        assert phone not in text_of(client.get(at(intent)))
