"""The pages of data rights, as students, strangers and others meet them."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from app.accounts.permissions import Role
from app.core.db import db
from app.intents.services import log_view
from app.privacy import services
from app.privacy.wording import NOTICES
from app.students.services import PRIVACY_VERSION
from tests.factories import make_coming_fair, make_recruiter, make_staff, make_student, make_user
from tests.factories.registrations import make_registration
from tests.intents.scene import make_scene, share
from tests.statements import count_statements

OWN = ["/me/data", "/me/export.json", "/me/export.xlsx", "/me/close"]
WORDS = Path(__file__).parents[2] / "templates" / "privacy" / "notices"
# The words of a version never change once somebody has agreed to them: a change is a new
# version (students.services.PRIVACY_VERSION, privacy.wording.NOTICES, two new files).
SEALED = {
    "2026-01.en": "3a9e49964215d18a",
    "2026-01.zh": "c0b7da935487a9b3",
}


@pytest.mark.parametrize("path", ["/me", *OWN])
def test_strangers_are_asked_who_they_are(client, database, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=")


@pytest.mark.parametrize("path", OWN)
def test_others_have_no_such_page(client, log_in, database, path):
    for user in (make_staff(), make_recruiter()):
        log_in(user)
        assert client.get(path).status_code == 403


def test_nobody_but_students_closes_an_account_here(client, log_in, database):
    staff = log_in(make_staff())
    assert client.post("/me/close").status_code == 403
    assert staff.is_active


def test_staff_and_employers_are_led_to_their_own_pages(client, log_in, database):
    log_in(make_staff())
    assert client.get("/me").location == "/staff/"
    log_in(make_recruiter())
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ["谁有我的简历和电话", "看过 1 次", "注销账号", "撤回"]),
        ("en", ["Who has my resume and phone", "looked at once", "Close my account", "Take back"]),
    ],
)
def test_my_page_says_who_has_my_data_and_who_looked(client, log_in, database, language, words):
    scene = make_scene()
    intent = share(scene)
    log_view(intent, "phone", by=scene.recruiter)
    log_in(scene.student.user)
    page = client.get("/me", headers={"Accept-Language": language}).text
    for word in (scene.student.name, scene.employer.name, "周敏", *words):
        assert word in page
    assert f"/me/intents/{intent.uid}/withdraw-share" in page
    assert scene.student.user.phone not in page


def test_my_page_asks_for_a_fixed_number_of_statements(client, log_in, database):
    def count(scene, others):
        for _ in range(others):
            other = make_scene(with_resume=False)
            make_registration(other.fair, scene.student)
            other.student = scene.student
            share(other, given="contact")
        log_in(scene.student.user)
        with count_statements() as seen:
            assert client.get("/me").status_code == 200
        return len(seen)

    scene = make_scene()
    share(scene)
    assert count(scene, 1) == count(scene, 6)


def test_whoever_never_registered_has_the_same_rights(client, log_in, database):
    user = log_in(make_user(Role.STUDENT))
    page = client.get("/me").text
    assert "/me/data" in page
    assert "/me/close" in page
    assert user.phone in client.get("/me/data").text
    assert client.get("/me/export.json").json["account"]["phone"] == user.phone
    assert client.get("/me/export.xlsx").status_code == 200
    assert client.post("/me/close").status_code == 303
    assert user.phone is None


@pytest.mark.parametrize(
    ("language", "word"), [("zh-CN", "我的全部信息"), ("en", "Everything held")]
)
def test_everything_held_can_be_read(client, log_in, database, language, word):
    scene = make_scene()
    share(scene)
    log_in(scene.student.user)
    page = client.get("/me/data", headers={"Accept-Language": language}).text
    assert word in page
    assert scene.student.user.phone in page
    assert scene.employer.name in page
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", re.sub(r"<[^>]*>", "", page.split("<main")[1]))


def test_news_can_be_taken_back(client, log_in, database):
    student = make_student(wants_news=True)
    log_in(student.user)
    assert "/me/news/withdraw" in client.get("/me").text
    assert client.post("/me/news/withdraw").status_code == 303
    assert not student.wants_news
    assert "/me/news/withdraw" not in client.get("/me").text


def test_looking_at_what_closing_means_closes_nothing(client, log_in, database):
    student = make_student()
    log_in(student.user)
    page = client.get("/me/close")
    assert page.status_code == 200
    assert student.name in page.text
    assert student.closed_at is None


def test_closing_ends_every_session_and_says_so(client, new_client, log_in, database):
    registration = make_registration(make_coming_fair())
    user, phone = registration.student.user, new_client()
    log_in(user)
    log_in(user, phone)
    assert phone.get("/me").status_code == 200
    answer = client.post("/me/close", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.location) == (303, "/")
    home = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Your account is closed" in home
    for browser in (client, phone):
        assert browser.get("/me").status_code == 302
    assert registration.status == "cancelled"


def test_the_employers_page_is_gone_after_closing(client, new_client, log_in, database):
    scene = make_scene()
    intent = share(scene)
    company = new_client()
    log_in(scene.recruiter, company)
    assert company.get(f"/employer/candidates/{intent.uid}").status_code == 200
    log_in(scene.student.user)
    client.post("/me/close")
    assert company.get(f"/employer/candidates/{intent.uid}").status_code == 410


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "不收集身份证号"), ("en", "never ask")])
def test_the_notice_says_how_long(client, database, monkeypatch, language, word):
    monkeypatch.setattr(services.RULES, "months", 17)
    page = client.get("/privacy", headers={"Accept-Language": language}).text
    assert word in page
    assert "17" in page
    assert PRIVACY_VERSION in page


def test_each_version_of_the_notice_stays_readable(client, database):
    assert NOTICES[0] == PRIVACY_VERSION
    for version in NOTICES:
        assert client.get(f"/privacy/{version}").status_code == 200
    for strange in ("2019-01", "..", "x" * 300, "%00"):
        assert client.get(f"/privacy/{strange}").status_code == 404


def test_the_words_of_a_version_never_change(database):
    found = {
        path.stem: sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(WORDS.glob("*.html"))
    }
    assert found == SEALED
    assert {name.rpartition(".")[0] for name in found} == set(NOTICES)


def test_a_former_version_says_so(client, database, monkeypatch):
    monkeypatch.setattr("app.privacy.views.NOTICES", ("2099-01", *NOTICES))
    page = client.get(f"/privacy/{NOTICES[-1]}", headers={"Accept-Language": "en"}).text
    assert "former version" in page
    db.session.rollback()
