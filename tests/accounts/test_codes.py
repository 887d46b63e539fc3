from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import LoginCode, User
from app.accounts.permissions import Role
from app.accounts.services import (
    BadPhone,
    SmsUnavailable,
    check_code,
    get_or_create_student_user,
    normalise_phone,
    request_code,
)
from app.accounts.states import CodeOutcome, CodePurpose
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import TooMany
from app.core.transaction import transaction
from app.notices import services as notices
from app.notices.models import Notice
from tests.live import run_together

PHONE = "13800000001"


def ask(phone=PHONE, nonce="browser", **given):
    request_code(given.pop("purpose", CodePurpose.LOGIN), phone, nonce=nonce, locale="en", **given)
    return newest_code()


def newest_code():
    db.session.flush()
    notice = db.session.scalars(select(Notice).order_by(Notice.id.desc()).limit(1)).one()
    return notice.payload["code"]


def try_code(code, nonce="browser", phone=PHONE, **given):
    return check_code(given.pop("purpose", CodePurpose.LOGIN), phone, code, nonce=nonce, **given)


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "138 0000 0001",
        "+86 138-0000-0001",
        "１３８０００００００１",
        "008613800000001",
    ],
)
def test_a_phone_number_may_be_typed_in_many_ways(typed):
    assert normalise_phone(typed) == PHONE


@pytest.mark.parametrize(
    "typed",
    ["", "1380000000", "12800000001", "138000000012", "1380000000x", "😀13800000001", "8" * 999],
)
def test_what_is_no_mobile_number_is_refused(typed):
    with pytest.raises(BadPhone):
        normalise_phone(typed)


def test_the_right_code_opens_once():
    code = ask()
    assert try_code(code) is CodeOutcome.OK
    assert try_code(code) is CodeOutcome.EXPIRED


def test_a_code_may_be_typed_with_blanks_and_full_width_digits():
    code = ask()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert try_code(f" {wide[:3]} {wide[3:]}") is CodeOutcome.OK


def test_five_wrong_tries_lock_the_right_one_out():
    code = ask()
    wrong = "000000" if code != "000000" else "111111"
    outcomes = [try_code(wrong) for _ in range(5)]
    assert outcomes == [CodeOutcome.WRONG] * 4 + [CodeOutcome.LOCKED]
    assert try_code(code) is CodeOutcome.LOCKED


def test_a_code_is_good_for_five_minutes():
    code = ask()
    with clock.frozen(utcnow() + timedelta(minutes=5, seconds=1)):
        assert try_code(code) is CodeOutcome.EXPIRED


def test_a_code_belongs_to_the_browser_the_phone_the_purpose_and_the_act_it_was_asked_for():
    code = ask(purpose=CodePurpose.ACT, subject="intent:1:preliminary")
    assert try_code(code) is CodeOutcome.EXPIRED
    act = {"purpose": CodePurpose.ACT}
    assert try_code(code, subject="intent:2:preliminary", **act) is CodeOutcome.EXPIRED
    subject = "intent:1:preliminary"
    assert try_code(code, nonce="other", subject=subject, **act) is CodeOutcome.EXPIRED
    assert try_code(code, phone="13800000002", subject=subject, **act) is CodeOutcome.EXPIRED
    assert try_code(code, subject=subject, **act) is CodeOutcome.OK


def test_a_strangers_request_does_not_spoil_ones_own_code():
    code = ask(nonce="owner")
    with clock.frozen(utcnow() + timedelta(seconds=61)):
        ask(nonce="stranger")
        assert try_code(code, nonce="owner") is CodeOutcome.OK


def test_a_phone_gets_one_code_a_minute_five_an_hour_ten_a_day():
    ask()
    with pytest.raises(TooMany) as refused:
        ask()
    assert refused.value.retry_after == 60
    start, sent = utcnow(), 1
    for minute in range(2, 24 * 60, 2):
        with clock.frozen(start + timedelta(minutes=minute)):
            try:
                ask()
                sent += 1
            except TooMany:
                if minute < 60:
                    assert sent == 5
    assert sent == 10


def test_the_code_stands_nowhere_in_clear():
    code = ask()
    row = db.session.execute(select(LoginCode.__table__)).mappings().one()
    assert code not in str(dict(row))
    sealed = db.session.execute(select(Notice.__table__)).mappings().one()
    assert code not in sealed["recipient_label"]


def test_codes_end_with_the_budget_of_the_day_and_of_the_fair(monkeypatch):
    monkeypatch.setattr(notices.LIMITS, "sms_per_fair", 2)
    ask("13800000001", budget_key="fair:1")
    ask("13800000002", budget_key="fair:1")
    with pytest.raises(SmsUnavailable):
        ask("13800000003", budget_key="fair:1")
    ask("13800000003", budget_key="fair:2")
    monkeypatch.setattr(notices.LIMITS, "sms_per_day", 3)
    with pytest.raises(SmsUnavailable):
        ask("13800000004")
    with clock.frozen(utcnow() + timedelta(days=1)):
        ask("13800000004")


def test_one_phone_has_one_account():
    user = get_or_create_student_user(PHONE, locale="en")
    assert user.role is Role.STUDENT
    assert user.phone == PHONE
    assert user.phone_last4 == "0001"
    assert get_or_create_student_user(PHONE, locale="zh_Hans").id == user.id
    assert user.locale == "en"


@pytest.mark.own_database
def test_a_code_used_twice_at_once_opens_once(live_app):
    with live_app.app_context(), transaction():
        code = ask()

    def use(_index):
        with transaction():
            return try_code(code)

    results = run_together(live_app, 8, use)
    assert sorted(results).count(CodeOutcome.OK) == 1, results
    assert not [result for result in results if isinstance(result, Exception)]


@pytest.mark.own_database
def test_guesses_in_parallel_count_like_guesses_in_a_row(live_app):
    with live_app.app_context(), transaction():
        code = ask()

    def guess(index):
        with transaction():
            return try_code(str((int(code) + 1 + index) % 10**6).zfill(6))

    run_together(live_app, 20, guess)
    with live_app.app_context():
        with transaction():
            assert try_code(code) is CodeOutcome.LOCKED
        assert db.session.scalar(select(LoginCode.tries)) == 5


@pytest.mark.own_database
def test_requests_at_once_send_one_code(live_app):
    def request(_index):
        with transaction():
            ask()

    results = run_together(live_app, 8, request)
    assert sum(isinstance(result, TooMany) for result in results) == 7, results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Notice.id))) == 1


@pytest.mark.own_database
def test_two_first_logins_at_once_make_one_account(live_app):
    def come(_index):
        with transaction():
            return get_or_create_student_user(PHONE, locale="en").id

    results = run_together(live_app, 6, come)
    assert len(set(results)) == 1, results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 1
