from datetime import timedelta

import pytest
from flask import session
from sqlalchemy import select

from app.accounts import totp
from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.services import hash_password
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.notices.models import Notice
from app.web.limits import limiter
from tests.factories import make_recruiter, make_staff, make_student, make_user, save
from tests.live import run_together

PASSWORD = "three plain words"
HASH = hash_password(PASSWORD)
EN = {"Accept-Language": "en"}


def make_clerk(role=Role.PLANNER, **given):
    return make_staff(role, password_hash=HASH, **given)


def code_for(client, phone="13800000001", **query):
    client.post("/login", query_string=query, data={"phone": phone})
    return newest_payload()["code"]


def newest_payload():
    return db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one().payload


def log_in_by_password(client, user, password=PASSWORD, **given):
    return client.post(
        "/login/password", data={"email": user.email, "password": password}, headers=EN, **given
    )


def is_signed_in(client):
    return client.get("/account").status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_and_its_code_sign_a_student_in(client, language):
    headers = {"Accept-Language": language}
    page = client.get("/login", headers=headers)
    assert ("Send code" if language == "en" else "发送验证码") in page.text
    code = code_for(client)
    page = client.get("/login/code", headers=headers)
    assert "138****0001" in page.text
    answer = client.post("/login/code", data={"code": code}, headers=headers)
    assert answer.status_code == 303
    user = db.session.scalars(select(User)).one()
    assert user.role is Role.STUDENT
    assert user.last_login_at is not None
    assert is_signed_in(client)


def test_known_and_unknown_phones_hear_the_same(client, new_client):
    make_student(user=make_user(Role.STUDENT, phone="13800000001"))
    answers = []
    for browser, phone in ((client, "13800000001"), (new_client(), "13800000002")):
        answer = browser.post("/login", data={"phone": phone})
        page = browser.get("/login/code").text.replace(phone[-4:], "")
        answers.append((answer.status_code, answer.location, strip_tokens(page)))
    assert answers[0] == answers[1]


def strip_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


@pytest.mark.parametrize("phone", ["", "abc", "13800", "\x00", "😀" * 5, "1" * 5000])
def test_a_bad_number_keeps_what_was_typed(client, phone):
    answer = client.post("/login", data={"phone": phone}, headers=EN)
    assert answer.status_code == 422
    if phone in {"abc", "13800"}:
        assert f'value="{phone}"' in answer.text
        assert "11 digits" in answer.text


@pytest.mark.parametrize("code", ["", "abc", "\x00", "😀", "1" * 500])
def test_a_bad_code_is_refused_in_the_form(client, code):
    code_for(client)
    assert client.post("/login/code", data={"code": code}).status_code == 422


def test_wrong_codes_are_counted_through_the_page_and_then_locked(client):
    code = code_for(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert client.post("/login/code", data={"code": wrong}).status_code == 422
    answer = client.post("/login/code", data={"code": code}, headers=EN)
    assert answer.status_code == 422
    assert "Get a new code" in answer.text


def test_another_browser_cannot_use_the_code(client, new_client):
    code = code_for(client)
    thief = new_client()
    assert thief.post("/login/code", data={"code": code}).location.endswith("/login")
    with clock.frozen(utcnow() + timedelta(minutes=2)):
        code_for(thief)
        assert thief.post("/login/code", data={"code": code}).status_code == 422


def test_a_second_code_within_the_minute_is_refused(client):
    code_for(client)
    assert client.post("/login/code/again").status_code == 429
    with clock.frozen(utcnow() + timedelta(seconds=61)):
        assert client.post("/login/code/again").status_code == 303


def test_after_signing_in_one_goes_where_one_wanted_to_go(client):
    code = code_for(client, next="/fairs/wuhan?day=1")
    answer = client.post("/login/code", data={"code": code})
    assert answer.location == "/fairs/wuhan?day=1"


def test_a_closed_students_account_stays_closed(client):
    make_user(Role.STUDENT, phone="13800000001", disabled_at=utcnow())
    code = code_for(client)
    assert client.post("/login/code", data={"code": code}).status_code == 403
    assert not is_signed_in(client)


def test_staff_and_employers_sign_in_with_a_password(client, new_client):
    assert log_in_by_password(client, make_clerk()).location in {"/staff/", "/"}
    assert is_signed_in(client)
    browser = new_client()
    owner = make_recruiter(password_hash=HASH)
    assert log_in_by_password(browser, owner).location in {"/employer/", "/"}
    assert is_signed_in(browser)


def test_capitals_in_the_address_do_not_matter(client):
    user = make_clerk(email="lin.mei@example.org")
    answer = client.post(
        "/login/password", data={"email": " Lin.Mei@Example.org ", "password": PASSWORD}
    )
    assert answer.status_code == 303, user


def test_wrong_unknown_disabled_and_locked_hear_the_same(client, new_client):
    known = make_clerk()
    disabled = make_clerk(disabled_at=utcnow())
    locked = make_clerk(locked_until=utcnow() + timedelta(minutes=5), failed_logins=10)
    tries = [
        (known.email, "wrong password"),
        ("nobody@example.org", PASSWORD),
        (disabled.email, PASSWORD),
        (locked.email, PASSWORD),
    ]
    pages = set()
    for email, password in tries:
        answer = new_client().post(
            "/login/password", data={"email": email, "password": password}, headers=EN
        )
        assert answer.status_code == 422
        page = answer.text.replace(email, "")
        pages.add(tuple(strip_tokens(page)))
    assert len(pages) == 1


def test_ten_wrong_passwords_shut_the_account_for_a_quarter_of_an_hour(client):
    user = make_clerk()
    for _ in range(10):
        assert log_in_by_password(client, user, "wrong password").status_code == 422
    assert log_in_by_password(client, user).status_code == 422
    with clock.frozen(utcnow() + timedelta(minutes=15, seconds=1)):
        assert log_in_by_password(client, user, "wrong password").status_code == 422
        assert log_in_by_password(client, user).status_code == 303
    db.session.refresh(user)
    assert user.failed_logins == 0


def test_a_student_has_no_password_to_guess(client):
    make_user(Role.STUDENT, email="student@example.org")
    answer = client.post(
        "/login/password", data={"email": "student@example.org", "password": PASSWORD}
    )
    assert answer.status_code == 422


def test_an_old_hash_is_made_anew_on_the_way_in(client):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    user = make_staff(Role.PLANNER, password_hash=old)
    assert log_in_by_password(client, user).status_code == 303
    db.session.refresh(user)
    assert "m=19456,t=2" in user.password_hash


def with_second_factor(user):
    user.totp_secret, user.totp_enabled_at = totp.new_secret(), utcnow()
    return save(user)


def present_code(user):
    return totp.code_at(user.totp_secret, totp.step_of(utcnow()))


def test_the_second_factor_is_asked_for_after_the_password(client):
    user = with_second_factor(make_clerk())
    assert log_in_by_password(client, user).location == "/login/second"
    assert not is_signed_in(client)
    assert client.get("/login/second", headers=EN).status_code == 200
    assert client.post("/login/second", data={"code": "000000x"}).status_code == 422
    assert client.post("/login/second", data={"code": present_code(user)}).status_code == 303
    assert is_signed_in(client)


def test_a_code_of_the_app_opens_once(client, new_client):
    user = with_second_factor(make_clerk())
    code = present_code(user)
    log_in_by_password(client, user)
    assert client.post("/login/second", data={"code": code}).status_code == 303
    other = new_client()
    log_in_by_password(other, user)
    assert other.post("/login/second", data={"code": code}).status_code == 422


def test_the_right_password_does_not_forgive_wrong_codes_of_the_app(client):
    user = with_second_factor(make_clerk())
    for _ in range(10):
        log_in_by_password(client, user)
        client.post("/login/second", data={"code": "000000"})
    log_in_by_password(client, user)
    assert client.post("/login/second", data={"code": present_code(user)}).status_code in {302, 422}
    assert not is_signed_in(client)


def test_the_password_alone_is_forgotten_after_ten_minutes(client):
    user = with_second_factor(make_clerk())
    log_in_by_password(client, user)
    with clock.frozen(utcnow() + timedelta(minutes=11)):
        answer = client.post("/login/second", data={"code": present_code(user)})
    assert answer.location == "/login/password"


def test_an_administrator_without_a_second_factor_is_asked_to_set_it_up(client):
    log_in_by_password(client, make_clerk(Role.ADMINISTRATOR))
    assert "second factor" in client.get("/account", headers=EN).text


def test_logout_needs_a_post_and_ends_the_session(client):
    log_in_by_password(client, make_clerk())
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 303
    assert not is_signed_in(client)


def test_nothing_planted_in_the_session_survives_the_login(client):
    user = make_clerk()
    with client.session_transaction() as planted:
        planted.update(planted="evil", nonce="known to the attacker", _user_id="x:1", next=None)
    with client:
        log_in_by_password(client, user)
        assert "planted" not in session
        assert session.get("nonce") is None
        assert session["_user_id"] == user.get_id()


def test_two_logins_do_not_share_a_session(client):
    user = make_clerk()
    with client:
        log_in_by_password(client, user)
        before = dict(session)
    client.post("/logout")
    code = code_for(client)
    with client:
        client.post("/login/code", data={"code": code})
        assert session["_user_id"] != before["_user_id"]
        assert session.permanent


def test_an_old_session_version_is_dead_on_the_next_request(client):
    user = make_clerk()
    log_in_by_password(client, user)
    user.session_version += 1
    save(user)
    assert not is_signed_in(client)


def test_a_disabled_account_is_out_on_the_next_request(client):
    user = make_clerk()
    log_in_by_password(client, user)
    user.disabled_at = utcnow()
    save(user)
    assert not is_signed_in(client)


def test_staff_sessions_end_after_twelve_idle_hours_and_after_seven_days(client):
    start = utcnow()
    with clock.frozen(start):
        log_in_by_password(client, make_clerk())
    with clock.frozen(start + timedelta(hours=11)):
        assert is_signed_in(client)
    with clock.frozen(start + timedelta(hours=22)):
        assert is_signed_in(client)
    with clock.frozen(start + timedelta(hours=34, minutes=10)):
        assert not is_signed_in(client)


def test_a_week_is_the_longest_even_with_a_click_every_hour(client):
    start = utcnow()
    with clock.frozen(start):
        log_in_by_password(client, make_clerk())
    for hours in range(8, 7 * 24, 8):
        with clock.frozen(start + timedelta(hours=hours)):
            assert is_signed_in(client)
    with clock.frozen(start + timedelta(days=7, minutes=1)):
        assert not is_signed_in(client)


def test_students_stay_signed_in_for_ninety_days(client):
    start = utcnow()
    with clock.frozen(start):
        client.post("/login/code", data={"code": code_for(client)})
    with clock.frozen(start + timedelta(days=89)):
        assert is_signed_in(client)
    with clock.frozen(start + timedelta(days=90, minutes=1)):
        assert not is_signed_in(client)


def test_an_answer_that_changes_nothing_sends_no_cookie_to_overtake_one_that_does(client):
    client.post("/login/code", data={"code": code_for(client)})
    with client.session_transaction() as session:
        assert session.permanent
    # A page with a form gives the session its token for forms, once.
    assert "Set-Cookie" in client.get("/me").headers
    for path in ("/me", "/fairs", "/scanner/session", "/static/css/base.css"):
        with client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers, path


def test_hammering_one_account_is_slowed_down(app, client):
    limiter.enabled = True
    try:
        answers = [
            client.post("/login/password", data={"email": "a@example.org", "password": "x"})
            for _ in range(21)
        ]
        other = client.post("/login/password", data={"email": "b@example.org", "password": "x"})
    finally:
        limiter.enabled = False
        limiter.reset()
    assert [answer.status_code for answer in answers[:20]] == [422] * 20
    assert answers[20].status_code == 429
    assert other.status_code == 422


def test_a_crowd_behind_one_address_is_not_slowed_down(app, new_client):
    limiter.enabled = True
    try:
        answers = [
            new_client().post("/login", data={"phone": f"139{number:08d}"}).status_code
            for number in range(150)
        ]
    finally:
        limiter.enabled = False
        limiter.reset()
    assert set(answers) == {303}


@pytest.mark.own_database
def test_wrong_passwords_in_parallel_are_all_counted(live_app):
    with live_app.app_context():
        number = make_clerk().id

    def guess(_index):
        from app.accounts.services import settle_password_login

        user = db.session.get(User, number)
        with transaction():
            return settle_password_login(user, good=False)

    run_together(live_app, 12, guess)
    with live_app.app_context():
        user = db.session.get(User, number)
        assert user.failed_logins == 10
        assert user.locked_until is not None


@pytest.mark.own_database
def test_one_code_of_the_app_at_two_desks_opens_one(live_app):
    from app.accounts.services import settle_second_factor

    with live_app.app_context():
        user = with_second_factor(make_clerk())
        number, code = user.id, present_code(user)

    def enter(_index):
        user = db.session.get(User, number)
        with transaction():
            return settle_second_factor(user, code)

    assert sorted(run_together(live_app, 6, enter)) == [False] * 5 + [True]
