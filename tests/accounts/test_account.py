import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.accounts import totp
from app.accounts.permissions import Role
from app.accounts.services import hash_password, verify_password
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from app.notices.models import Notice
from tests.factories import make_recruiter, make_staff, make_student, make_user, save

PASSWORD = "three plain words"
HASH = hash_password(PASSWORD)
EN = {"Accept-Language": "en"}


def newest(template):
    query = select(Notice).where(Notice.template == template).order_by(Notice.id.desc()).limit(1)
    return db.session.scalars(query).one_or_none()


@pytest.fixture
def clerk(log_in):
    return log_in(make_staff(Role.PLANNER, password_hash=HASH, locale="en"))


@pytest.fixture
def student(log_in):
    return log_in(make_student().user)


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_everybody_has_an_account_page_in_their_language(client, log_in, locale):
    for user in (make_staff(locale=locale), make_recruiter(locale=locale), make_student().user):
        user.locale = locale
        log_in(save(user))
        page = client.get("/account")
        assert page.status_code == 200
        assert ("My account" if locale == "en" else "我的账号") in page.text


def test_name_language_and_theme_are_kept(client, clerk):
    data = {"name": "林 梅", "locale": "zh_Hans", "theme": "dark"}
    assert client.post("/account", data=data).status_code == 303
    db.session.refresh(clerk)
    assert (clerk.name, clerk.locale, clerk.theme) == ("林 梅", "zh_Hans", "dark")


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 81}, {"locale": "fr"}, {"theme": "pink"}, {"name": "\x00"}],
)
def test_settings_that_cannot_be_are_refused_and_kept_in_the_form(client, clerk, wrong):
    data = {"name": "林梅", "locale": "en", "theme": ""} | wrong
    assert client.post("/account", data=data).status_code == 422
    db.session.refresh(clerk)
    assert clerk.name != "林梅"


def test_more_than_the_form_asks_for_changes_nothing_else(client, clerk):
    data = {"name": "x", "locale": "en", "theme": "", "role": "administrator", "email": "a@b.cn"}
    before = (clerk.role, clerk.email)
    client.post("/account", data=data)
    db.session.refresh(clerk)
    assert (clerk.role, clerk.email) == before


def test_a_student_keeps_the_name_of_the_profile(client, student):
    name = student.name
    assert client.post("/account", data={"locale": "en", "theme": ""}).status_code == 303
    db.session.refresh(student)
    assert student.name == name


def test_the_password_is_changed_by_who_knows_it_and_others_are_out(
    client, new_client, log_in, clerk
):
    elsewhere = new_client()
    log_in(clerk, elsewhere)
    data = {"current": PASSWORD, "password": "quite another one"}
    assert client.post("/account/password", data=data).status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    db.session.refresh(clerk)
    assert verify_password(clerk.password_hash, "quite another one")


@pytest.mark.parametrize(
    ("current", "password"),
    [("wrong password", "quite another one"), (PASSWORD, "short"), ("", ""), (PASSWORD, "x" * 200)],
)
def test_a_password_change_without_proof_or_with_a_weak_one_fails(client, clerk, current, password):
    answer = client.post("/account/password", data={"current": current, "password": password})
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    db.session.refresh(clerk)
    assert verify_password(clerk.password_hash, PASSWORD)


def test_a_new_address_counts_when_its_owner_has_said_yes(client, new_client, clerk):
    before = clerk.email
    data = {"email": "New@Example.org", "password": PASSWORD}
    assert client.post("/account/email", data=data).status_code == 303
    db.session.refresh(clerk)
    assert clerk.email == before
    mail = newest("accounts/email-change")
    assert mail.recipient == "new@example.org"
    link = f"/account/email/{mail.payload['token']}"
    assert new_client().get(link).status_code == 200
    assert new_client().post(link).status_code == 303
    db.session.refresh(clerk)
    assert clerk.email == "new@example.org"
    assert clerk.email_verified_at is not None
    assert newest("accounts/email-changed").recipient == before


def test_an_address_of_another_account_hears_it_and_the_page_says_nothing(client, clerk):
    other = make_user(Role.STAFF)
    answers = []
    for email in (other.email, "free@example.org"):
        answer = client.post("/account/email", data={"email": email, "password": PASSWORD})
        answers.append((answer.status_code, answer.location))
    assert answers[0] == answers[1]
    assert newest("accounts/email-in-use").recipient == other.email
    assert newest("accounts/email-change").recipient == "free@example.org"


def test_an_address_taken_in_the_meantime_is_refused(client, clerk):
    client.post("/account/email", data={"email": "soon@example.org", "password": PASSWORD})
    link = f"/account/email/{newest('accounts/email-change').payload['token']}"
    make_user(Role.STAFF, email="soon@example.org")
    assert client.post(link).status_code == 409
    db.session.refresh(clerk)
    assert clerk.email != "soon@example.org"


def test_changing_the_address_needs_the_password(client, clerk):
    answer = client.post("/account/email", data={"email": "n@example.org", "password": "no"})
    assert answer.status_code == 422
    assert newest("accounts/email-change") is None


@pytest.mark.parametrize(
    "email", ["", "x", "a@", "a@b", "a b@c.cn", "x" * 300 + "@e.cn", "a@e.cn\x00\r\n", "😀@e.cn"]
)
def test_what_is_no_address_is_refused(client, clerk, email):
    answer = client.post("/account/email", data={"email": email, "password": PASSWORD})
    assert answer.status_code in {422, 303}
    if answer.status_code == 303:
        assert "\n" not in newest("accounts/email-change").recipient


def test_a_student_may_add_an_address(client, student):
    client.post("/account/email", data={"email": "s@example.org"})
    client.post(f"/account/email/{newest('accounts/email-change').payload['token']}")
    db.session.refresh(student)
    assert student.email == "s@example.org"


def test_a_new_phone_is_proved_by_a_code_sent_there(client, student):
    assert client.post("/account/phone", data={"phone": "13800000077"}).status_code == 303
    code = newest("accounts/phone-code")
    assert code.recipient == "13800000077"
    assert "138****0077" in client.get("/account/phone/code").text
    answer = client.post("/account/phone/code", data={"code": code.payload["code"]})
    assert answer.status_code == 303
    db.session.refresh(student)
    assert (student.phone, student.phone_last4) == ("13800000077", "0077")


def test_a_code_for_the_new_phone_signs_nobody_in(client, new_client, student):
    client.post("/account/phone", data={"phone": "13800000077"})
    code = newest("accounts/phone-code").payload["code"]
    assert client.post("/login/code", data={"code": code}).status_code == 302
    with clock.frozen(utcnow() + timedelta(minutes=2)):
        browser = new_client()
        browser.post("/login", data={"phone": "13800000077"})
        assert browser.post("/login/code", data={"code": code}).status_code == 422


def test_a_phone_of_another_account_is_refused(client, student):
    make_user(Role.STUDENT, phone="13800000077")
    client.post("/account/phone", data={"phone": "13800000077"})
    code = newest("accounts/phone-code").payload["code"]
    assert client.post("/account/phone/code", data={"code": code}).status_code == 409
    db.session.refresh(student)
    assert student.phone != "13800000077"


def test_ending_all_sessions_keeps_this_one(client, new_client, log_in, clerk):
    elsewhere = new_client()
    log_in(clerk, elsewhere)
    assert client.post("/account/sessions/end").status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_the_second_factor_is_set_up_with_a_first_code(client, clerk):
    assert client.post("/account/second-factor/begin").status_code == 303
    page = client.get("/account/second-factor/confirm")
    assert "data:image/png;base64," in page.text
    db.session.refresh(clerk)
    assert clerk.totp_enabled_at is None
    assert client.post("/account/second-factor/confirm", data={"code": "1"}).status_code == 422
    code = totp.code_at(clerk.totp_secret, totp.step_of(utcnow()))
    answer = client.post("/account/second-factor/confirm", data={"code": code})
    assert answer.location == "/account/second-factor/codes"
    shown = client.get("/account/second-factor/codes").text
    db.session.refresh(clerk)
    assert len(clerk.recovery_hashes) == 10
    assert clerk.totp_enabled_at is not None
    assert shown.count("<li><code") == 10
    assert client.get("/account/second-factor/codes").status_code == 302


def set_up(client, user):
    client.post("/account/second-factor/begin")
    db.session.refresh(user)
    code = totp.code_at(user.totp_secret, totp.step_of(utcnow()))
    client.post("/account/second-factor/confirm", data={"code": code})
    page = client.get("/account/second-factor/codes").text
    return re.findall(r"<code[^>]*>([0-9A-Z]{5}-[0-9A-Z]{5})</code>", page)


def test_a_recovery_code_opens_once_in_any_writing(client, clerk):
    codes = set_up(client, clerk)
    client.post("/logout")
    for expected, typed in ((303, codes[0].lower().replace("-", " ")), (422, codes[0])):
        client.post("/login/password", data={"email": clerk.email, "password": PASSWORD})
        assert client.post("/login/second", data={"code": typed}).status_code == expected
        client.post("/logout")
    db.session.refresh(clerk)
    assert len(clerk.recovery_hashes) == 9


def test_switching_the_second_factor_off_needs_the_password(client, clerk):
    set_up(client, clerk)
    off = "/account/second-factor/off"
    assert client.post(off, data={"password": "wrong password"}).status_code == 422
    assert client.post(off, data={"password": PASSWORD}).status_code == 303
    db.session.refresh(clerk)
    assert clerk.totp_secret is None
    assert clerk.recovery_hashes == []


def test_new_recovery_codes_make_the_old_ones_void(client, clerk):
    set_up(client, clerk)
    before = list(clerk.recovery_hashes)
    answer = client.post("/account/second-factor/codes", data={"password": PASSWORD})
    assert answer.status_code == 303
    db.session.refresh(clerk)
    assert not set(before) & set(clerk.recovery_hashes)


def test_a_second_set_up_does_not_replace_a_factor_in_use(client, clerk):
    set_up(client, clerk)
    secret = clerk.totp_secret
    assert client.post("/account/second-factor/begin").status_code == 409
    db.session.refresh(clerk)
    assert clerk.totp_secret == secret


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1234567890, "89005924"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds, code):
    # RFC 6238, appendix B, SHA-1; ours are the last six of its eight digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.code_at(secret, seconds // 30) == code[-6:]


def test_the_secrets_stand_nowhere_in_clear(client, clerk):
    codes = set_up(client, clerk)
    row = str(db.session.execute(text('SELECT * FROM "user"')).one())
    assert clerk.totp_secret not in row
    assert not any(code.replace("-", "") in row for code in codes)


def test_students_have_no_password_pages(client, student):
    for path in ("/account/password", "/account/second-factor"):
        assert client.get(path).status_code == 404


def test_the_language_is_switched_on_the_page_one_is_on(client, clerk):
    answer = client.post("/language", data={"locale": "zh_Hans", "next": "/account?x=1"})
    assert answer.location == "/account?x=1"
    assert "我的账号" in client.get("/account").text
    db.session.refresh(clerk)
    assert clerk.locale == "zh_Hans"


def test_a_guest_keeps_the_language_through_the_login(client):
    client.post("/language", data={"locale": "en", "next": "/login"})
    assert "Send code" in client.get("/login", headers={"Accept-Language": "zh"}).text


def test_an_unknown_language_changes_nothing(client, clerk):
    assert client.post("/language", data={"locale": "../../etc"}).status_code == 303
    db.session.refresh(clerk)
    assert clerk.locale == "en"


def test_the_theme_is_kept(client, clerk):
    client.post("/theme", data={"theme": "dark"})
    db.session.refresh(clerk)
    assert clerk.theme == "dark"
    client.post("/theme", data={"theme": "pink"})
    db.session.refresh(clerk)
    assert clerk.theme is None
