import json
import socket
import time
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from sqlalchemy import select, text

from app.accounts.permissions import Role
from app.accounts.services import notify_user
from app.core import clock
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import IllegalTransition
from app.core.transaction import transaction
from app.notices import channels, queries, tasks
from app.notices.channels import NotDelivered, Ways, is_safe_gateway, signature
from app.notices.models import Notice
from app.notices.rendering import read, write
from app.notices.services import (
    BACKOFF,
    MOST_ATTEMPTS,
    CannotRetry,
    can_send_sms,
    claim,
    mark_sent,
    pack,
    queue_notice,
    retry,
    unpack,
    wipe_secrets,
)
from app.notices.states import Channel, NoticeStatus
from tests.factories import make_staff, make_user
from tests.live import run_together


@pytest.fixture(autouse=True)
def open_ways(app):
    """Nothing is shut from an earlier test, and the way out is the file of this test."""
    tasks._shut_until.clear()
    before = app.extensions["notices"]
    yield
    app.extensions["notices"] = before
    tasks._shut_until.clear()


def choose(app, tmp_path, **given):
    app.extensions["notices"] = Ways(folder=tmp_path, **given)


def make_notice(template="accounts/login-code", channel=Channel.SMS, **given):
    usual = {
        "recipient": "13800000001",
        "recipient_label": "138****0001",
        "locale": "en",
        "payload": {"code": "123456"},
    }
    if channel is Channel.MAIL:
        usual |= {"recipient": "a@example.org", "recipient_label": "a***@example.org"}
    notice = queue_notice(template, channel=channel, **usual | given)
    db.session.commit()
    return notice


def reset_mail(**given):
    return make_notice(
        "accounts/password-reset", Channel.MAIL, payload={"token": "secret-token"}, **given
    )


def again(notice):
    db.session.expire_all()
    return notice


def fail_with(monkeypatch, error):
    sent = []

    def broken(notice):
        sent.append(notice.uid)
        raise error

    monkeypatch.setattr(channels, "send", broken)
    return sent


def test_a_notice_is_sent_once_and_noted(app, tmp_path):
    choose(app, tmp_path, in_clear=True)
    notice = make_notice()
    tasks.send(notice.uid)
    tasks.send(notice.uid)
    assert again(notice).status is NoticeStatus.SENT
    assert (notice.attempts, notice.sent_at is None) == (1, False)
    lines = [json.loads(line) for line in (tmp_path / "outbox.log").read_text().splitlines()]
    assert len(lines) == 1
    assert "123456" in lines[0]["text"]


def test_the_file_names_nobody_and_no_code_where_people_are_real(app, tmp_path):
    choose(app, tmp_path)
    tasks.send(make_notice().uid)
    tasks.send(reset_mail().uid)
    written = (tmp_path / "outbox.log").read_text()
    assert "138****0001" in written
    for secret in ("123456", "13800000001", "secret-token", "a@example.org"):
        assert secret not in written


def test_a_notice_speaks_its_recipients_language(app):
    english = write(make_notice())
    chinese = write(make_notice(locale="zh_Hans"))
    assert english.sms.startswith("Your code to sign in: 123456")
    assert chinese.sms.startswith("登录验证码：123456")


def test_a_mail_names_the_public_address_and_the_host(app):
    letter = write(reset_mail())
    assert "http://localhost/password/reset/secret-token" in letter.text
    assert "\n\n\n" not in letter.text
    assert "Wenzhou" in letter.text
    assert "Wenzhou" not in letter.content


@pytest.mark.parametrize("name", ["email-change", "email-confirm", "invitation", "password-reset"])
@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_every_mail_with_a_link_can_be_written(app, name, locale):
    letter = write(
        make_notice(
            f"accounts/{name}",
            Channel.MAIL,
            locale=locale,
            payload={"token": "t", "who": "王敏", "place": "瓯屿智造"},
        )
    )
    assert "http://localhost/" in letter.text
    assert letter.subject


def test_a_subject_is_one_line_whatever_the_payload_says(app):
    letter = write(make_notice(payload={"code": "1\r\nBcc: evil@example.org"}))
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_a_payload_keeps_dates_and_moments():
    moment = datetime(2026, 3, 15, 1, tzinfo=UTC)
    payload = {"at": moment, "on": [date(2026, 3, 15)], "n": 3, "none": None, "role": Role.STUDENT}
    packed = pack(payload)
    json.dumps(packed)
    assert unpack(packed) == payload | {"role": "student"}


def test_trouble_is_tried_again_later_and_later_and_then_given_up(monkeypatch):
    sent = fail_with(monkeypatch, NotDelivered("no"))
    notice = make_notice(template="accounts/password-changed", payload={"at": utcnow()})
    moment, waits = utcnow(), []
    for _ in range(MOST_ATTEMPTS):
        with clock.frozen(moment):
            tasks.send(notice.uid)
            again(notice)
        waits.append(round((notice.next_attempt_at - moment).total_seconds() / 60))
        moment = notice.next_attempt_at
    assert tuple(waits[:-1]) == BACKOFF
    assert len(sent) == MOST_ATTEMPTS == 8
    assert notice.status is NoticeStatus.FAILED
    assert notice.last_error == "no"
    tasks.send(notice.uid)
    assert len(sent) == MOST_ATTEMPTS


def test_a_way_that_is_shut_is_not_knocked_at_by_everybody(monkeypatch):
    sent = fail_with(monkeypatch, NotDelivered("down", is_down=True))
    first, second = make_notice(), make_notice()
    tasks.send(first.uid)
    tasks.send(second.uid)
    assert sent == [first.uid]
    assert again(second).attempts == 0
    with clock.frozen(utcnow() + timedelta(minutes=2)):
        tasks.send(second.uid)
    assert sent == [first.uid, second.uid]


def test_a_template_that_cannot_be_written_fails_visibly(monkeypatch):
    notice = make_notice(template="no/such-template", payload={})
    tasks.send(notice.uid)
    assert again(notice).last_error == "TemplateNotFound"
    assert notice.status is NoticeStatus.QUEUED


def test_the_sweep_wakes_what_was_missed(app, monkeypatch):
    woken = []
    monkeypatch.setattr(tasks, "enqueue_now", lambda name, **given: woken.append((name, given)))
    lost, fresh = make_notice(), make_notice()
    db.session.execute(
        text("UPDATE notice SET next_attempt_at = :at WHERE uid = :uid"),
        {"at": (utcnow() - timedelta(minutes=1)).replace(tzinfo=None), "uid": lost.uid},
    )
    db.session.commit()
    tasks.sweep()
    assert woken == [("notices.send", {"uid": lost.uid})], fresh


def test_secrets_are_forgotten_when_they_have_had_their_time():
    sent, waiting, mail = make_notice(), make_notice(), reset_mail()
    mark_sent(sent)
    db.session.commit()
    with clock.frozen(utcnow() + timedelta(minutes=9)):
        assert wipe_secrets() == 0
    with clock.frozen(utcnow() + timedelta(minutes=11)):
        assert wipe_secrets() == 2
        assert wipe_secrets() == 0
    assert (sent.status, sent.payload) == (NoticeStatus.SENT, None)
    assert (waiting.status, waiting.payload) == (NoticeStatus.FAILED, None)
    assert mail.payload is not None
    assert read(sent) is None


def test_what_was_wiped_cannot_be_sent_again():
    notice = make_notice()
    with clock.frozen(utcnow() + timedelta(minutes=11)):
        wipe_secrets()
    with pytest.raises(CannotRetry):
        retry(notice, by=make_staff())


def test_only_a_failed_notice_is_sent_again():
    notice = make_notice()
    with pytest.raises(IllegalTransition):
        retry(notice, by=make_staff())


def test_nothing_personal_stands_in_the_table_in_clear():
    make_notice()
    reset_mail()
    rows = str(db.session.execute(text("SELECT * FROM notice")).all())
    for secret in ("123456", "13800000001", "secret-token", "a@example.org"):
        assert secret not in rows


def test_a_person_is_told_by_inbox_and_mail_and_a_student_by_text_message_too():
    clerk = make_staff(locale="en")
    student = make_user(Role.STUDENT)
    for user in (clerk, student):
        notify_user(user, "registrations/reminder", fair_id=7, fair="Wuhan", when="9:00")
    db.session.commit()
    told = [(n.user_id, n.channel, n.fair_id, n.locale) for n in db.session.scalars(select(Notice))]
    assert told == [
        (clerk.id, Channel.INBOX, 7, "en"),
        (clerk.id, Channel.MAIL, 7, "en"),
        (student.id, Channel.INBOX, 7, "zh_Hans"),
        (student.id, Channel.SMS, 7, "zh_Hans"),
    ]


def test_a_spent_budget_does_not_keep_news_from_the_inbox(monkeypatch):
    from app.notices import services

    monkeypatch.setattr(services.LIMITS, "sms_per_fair", 0)
    notify_user(make_user(Role.STUDENT), "registrations/reminder", fair_id=7)
    db.session.commit()
    assert [n.channel for n in db.session.scalars(select(Notice))] == [Channel.INBOX]


def test_text_messages_count_as_unavailable_while_none_goes_out(monkeypatch):
    assert can_send_sms()
    fail_with(monkeypatch, NotDelivered("gateway", is_down=True))
    notice = make_notice()
    tasks.send(notice.uid)
    assert not can_send_sms()
    with clock.frozen(utcnow() + timedelta(minutes=11)):
        assert can_send_sms()


@pytest.mark.own_database
def test_of_several_workers_one_takes_a_notice(live_app):
    with live_app.app_context():
        uid = make_notice().uid

    def take(_index):
        with transaction():
            return claim(uid) is not None

    assert sorted(run_together(live_app, 8, take)) == [False] * 7 + [True]


@pytest.mark.own_database
def test_a_worker_that_died_loses_its_notice_to_the_sweep(live_app):
    with live_app.app_context():
        uid = make_notice().uid
        with transaction():
            assert claim(uid) is not None
        assert queries.list_due(utcnow()) == []
        with clock.frozen(utcnow() + timedelta(minutes=3)):
            assert queries.list_due(utcnow()) == [uid]
            with transaction():
                assert claim(uid).attempts == 2


@pytest.fixture
def blackhole():
    """A server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


def test_a_mail_server_that_says_nothing_slows_no_request(app, client, tmp_path, blackhole):
    choose(app, tmp_path, mail="smtp", smtp_host="127.0.0.1", smtp_port=blackhole)
    user = make_staff(password_hash="x")
    start = time.perf_counter()
    answer = client.post("/password/forgot", data={"email": user.email})
    assert answer.status_code == 303
    assert time.perf_counter() - start < 1
    assert queries.list_due(utcnow())


def test_a_silent_mail_server_is_given_up_in_time_and_tried_again(
    app, tmp_path, blackhole, monkeypatch
):
    monkeypatch.setattr(channels, "TIMEOUT", 0.3)
    choose(app, tmp_path, mail="smtp", smtp_host="127.0.0.1", smtp_port=blackhole)
    notice = reset_mail()
    start = time.perf_counter()
    tasks.send(notice.uid)
    assert time.perf_counter() - start < 3
    assert again(notice).status is NoticeStatus.QUEUED
    assert notice.last_error.startswith("mail server: ")
    choose(app, tmp_path)
    with clock.frozen(utcnow() + timedelta(minutes=2)):
        tasks.send(notice.uid)
    assert again(notice).status is NoticeStatus.SENT


class Answer:
    def __init__(self, status, body):
        self.status_code, self.body = status, body

    def json(self):
        if isinstance(self.body, str):
            raise requests.JSONDecodeError("no", "", 0)
        return self.body


GATEWAY = {
    "sms": "http",
    "sms_url": "https://sms.example.org/send",
    "sms_key_id": "key-1",
    "sms_key": "the key of the gateway",
    "sms_sign_name": "巡聘",
    "sms_templates": {"accounts/login-code": "SMS_001"},
}


def test_a_text_message_goes_to_the_gateway_as_template_and_variables(app, tmp_path, monkeypatch):
    choose(app, tmp_path, **GATEWAY)
    posted = {}

    def post(url, **given):
        posted.update(given, url=url)
        return Answer(200, {"ok": True})

    monkeypatch.setattr(requests, "post", post)
    notice = make_notice()
    tasks.send(notice.uid)
    assert again(notice).status is NoticeStatus.SENT
    assert posted["url"] == GATEWAY["sms_url"]
    assert posted["timeout"] == 10
    assert posted["allow_redirects"] is False
    form = dict(posted["data"])
    assert json.loads(form["variables"]) == {"code": "123456"}
    assert (form["phone"], form["template"], form["id"]) == ("13800000001", "SMS_001", notice.uid)
    signed = form.pop("signature")
    assert signed == signature(form, GATEWAY["sms_key"])
    assert signed != signature(form | {"phone": "13900000000"}, GATEWAY["sms_key"])
    assert GATEWAY["sms_key"] not in str(form)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, "<html>Welcome to the hotel</html>"),
        Answer(200, {}),
        Answer(200, {"ok": False}),
        Answer(302, {"ok": True}),
        Answer(503, {"ok": True}),
        requests.ConnectTimeout(),
        requests.ConnectionError(),
    ],
)
def test_anything_but_a_clear_yes_is_no_delivery(app, tmp_path, monkeypatch, answer):
    choose(app, tmp_path, **GATEWAY)

    def post(url, **given):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(requests, "post", post)
    notice = make_notice()
    tasks.send(notice.uid)
    assert again(notice).status is NoticeStatus.QUEUED
    assert notice.last_error


def test_a_notice_without_a_template_at_the_gateway_says_so(app, tmp_path):
    choose(app, tmp_path, **GATEWAY | {"sms_templates": {}})
    notice = make_notice()
    tasks.send(notice.uid)
    assert "XUNPIN_SMS_TEMPLATES" in again(notice).last_error


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://sms.example.org/send", True),
        ("http://sms.example.org/send", False),
        ("ftp://sms.example.org", False),
        ("https://", False),
        ("https://user:pass@sms.example.org/", False),
        ("", False),
    ],
)
def test_codes_go_to_https_gateways_only(url, safe):
    assert is_safe_gateway(url) is safe
