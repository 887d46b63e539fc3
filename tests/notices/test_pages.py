import pytest
from sqlalchemy import select

from app.accounts.permissions import Role, ScopeKind
from app.accounts.services import notify_user
from app.audit.models import AuditEntry
from app.core.db import db
from app.notices.channels import Ways
from app.notices.models import Notice
from app.notices.services import queue_notice
from app.notices.states import Channel, NoticeStatus
from tests.factories import make_fair, make_recruiter, make_staff, make_student, save
from tests.statements import count_statements

EN = {"Accept-Language": "en"}


def make_notice(channel=Channel.SMS, template="accounts/login-code", **given):
    status = given.pop("status", None)
    usual = {"recipient": "13800000001", "recipient_label": "138****0001", "locale": "en"}
    payload = {"code": "123456", "token": "secret-token"}
    notice = queue_notice(template, channel=channel, payload=payload, **usual | given)
    if status is not None:
        notice.status = status
    db.session.commit()
    return notice


@pytest.fixture
def demo(app, tmp_path):
    before = app.extensions["notices"]
    app.extensions["notices"] = Ways(folder=tmp_path, is_demo=True)
    yield
    app.extensions["notices"] = before


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_the_outbox_shows_what_went_out_without_codes_or_numbers(client, log_in, locale):
    log_in(make_staff(Role.PLANNER, locale=locale))
    make_notice()
    make_notice(Channel.MAIL, "accounts/password-reset", recipient="a@example.org")
    page = client.get("/staff/outbox").text
    assert ("Code to sign in" if locale == "en" else "登录验证码") in page
    assert "138****0001" in page
    for secret in ("123456", "13800000001", "secret-token", "a@example.org"):
        assert secret not in page


def test_the_outbox_is_filtered_by_state_channel_and_kind(client, log_in):
    log_in(make_staff(Role.PLANNER, locale="en"))
    make_notice(recipient_label="sms-queued")
    make_notice(
        Channel.MAIL, "accounts/password-reset", recipient_label="mail-failed"
    ).status = NoticeStatus.FAILED
    db.session.commit()
    for query, seen, unseen in (
        ("status=failed", "mail-failed", "sms-queued"),
        ("channel=sms", "sms-queued", "mail-failed"),
        ("template=accounts/password-reset", "mail-failed", "sms-queued"),
        ("status=rubbish&channel=rubbish&page=rubbish", "mail-failed", "\x00"),
    ):
        page = client.get(f"/staff/outbox?{query}").text
        assert seen in page
        assert unseen not in page


def test_a_failed_notice_is_sent_again_and_logged(client, log_in):
    planner = log_in(make_staff(Role.PLANNER))
    notice = make_notice(status=NoticeStatus.FAILED)
    assert client.post(f"/staff/outbox/{notice.uid}/retry").status_code == 303
    db.session.refresh(notice)
    assert (notice.status, notice.attempts) == (NoticeStatus.QUEUED, 0)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("notice.retry", planner.id)


def test_who_plans_one_fair_sees_its_notices_only(client, log_in):
    fair, other = make_fair(), make_fair()
    log_in(make_staff(Role.PLANNER, ScopeKind.FAIR, fair.id, locale="en"))
    make_notice(recipient_label="own-fair", fair_id=fair.id)
    foreign = make_notice(
        recipient_label="other-fair", fair_id=other.id, status=NoticeStatus.FAILED
    )
    make_notice(recipient_label="no-fair")
    page = client.get("/staff/outbox").text
    assert "own-fair" in page
    assert "other-fair" not in page
    assert "no-fair" not in page
    assert client.post(f"/staff/outbox/{foreign.uid}/retry").status_code == 404


def test_the_outbox_costs_the_same_for_two_rows_and_for_twenty(client, log_in):
    log_in(make_staff(Role.PLANNER))
    counts = []
    for more in (2, 18):
        for _ in range(more):
            make_notice(Channel.MAIL, "accounts/email-changed")
        client.get("/staff/outbox")
        with count_statements() as seen:
            assert client.get("/staff/outbox").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_one_notice_that_cannot_be_written_does_not_hide_the_others(client, log_in, demo):
    user = log_in(make_staff(Role.PLANNER, locale="en"))
    make_notice(Channel.MAIL, "no/such-template", recipient_label="lost")
    notify_user(user, "no/such-template")
    notify_user(user, "accounts/email-changed")
    db.session.commit()
    assert "no/such-template" in client.get("/staff/outbox").text
    assert "Your e-mail address was changed" in client.get("/inbox").text
    assert client.get("/demo/outbox").status_code == 200


@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
@pytest.mark.parametrize("make", [make_staff, make_recruiter, lambda: make_student().user])
def test_everybody_reads_what_they_were_told(client, log_in, make, locale):
    user = make()
    user.locale = locale
    log_in(save(user))
    assert client.get("/inbox").status_code == 200
    notify_user(user, "accounts/email-changed")
    notify_user(make_staff(), "accounts/password-changed")
    db.session.commit()
    page = client.get("/inbox").text
    subject = "Your e-mail address was changed" if locale == "en" else "你的邮箱已更换"
    assert page.count(f">{subject}<") == 1
    assert "Your password" not in page


def test_looking_at_the_inbox_changes_nothing_and_the_button_does(client, log_in):
    user = log_in(make_staff())
    notify_user(user, "accounts/email-changed")
    db.session.commit()
    query = select(Notice.read_at).where(Notice.channel == Channel.INBOX)
    client.get("/inbox")
    assert db.session.scalar(query) is None
    assert client.post("/inbox/read").status_code == 303
    assert db.session.scalar(query) is not None
    assert client.post("/inbox/read", headers={"HX-Request": "true"}).status_code == 204


def test_nobody_marks_the_messages_of_others_as_read(client, log_in):
    other = make_staff()
    notify_user(other, "accounts/email-changed")
    db.session.commit()
    log_in(make_staff())
    client.post("/inbox/read")
    query = select(Notice.read_at).where(Notice.channel == Channel.INBOX)
    assert db.session.scalar(query) is None


def test_outside_the_demonstration_there_is_no_window_on_the_codes(client):
    make_notice()
    answer = client.get("/demo/outbox")
    assert answer.status_code == 404
    assert "123456" not in answer.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_demonstration_shows_codes_and_links(client, demo, language):
    make_notice()
    make_notice(Channel.MAIL, "accounts/password-reset")
    page = client.get("/demo/outbox", headers={"Accept-Language": language}).text
    assert "123456" in page
    assert 'href="http://localhost/password/reset/secret-token"' in page
    part = client.get("/demo/outbox?part=1", headers=EN).text
    assert "<html" not in part
    assert "123456" in part


def test_what_a_notice_says_cannot_become_markup(client, log_in, demo):
    user = log_in(make_staff())
    evil = "<script>alert(1)</script>"
    notify_user(user, "accounts/invitation", token="t", who=evil, place=evil)
    db.session.commit()
    assert evil not in client.get("/inbox").text
    assert evil not in client.get("/demo/outbox").text
