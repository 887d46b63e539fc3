"""A short text message to those no mail reaches: counted, paid for, sent once each or not."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.messages import queries, services
from app.messages.models import OrganiserMessage
from app.messages.states import Segment
from app.notices.models import Notice
from app.notices.queries import Way
from app.notices.rendering import write
from app.notices.services import TextsDown, TooManyTexts, queue_notice
from app.notices.states import Channel, NoticeStatus
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair
from tests.english import client, new_client
from tests.factories import make_fair, make_staff
from tests.live import run_together
from tests.messages.hall import (
    allow_texts,
    employer_at,
    fresh,
    inbox,
    later,
    mails,
    outgoing,
    reach_of,
    reader,
    register,
    send,
    texts,
    work,
)
from tests.messages.test_pages import address, carried, preview
from tests.statements import count_statements

__all__ = ["client", "new_client"]

REGISTERED = Segment.STUDENTS_REGISTERED


@pytest.fixture
def fair(database, monkeypatch):
    allow_texts(monkeypatch)
    return make_fair(title_zh="武汉站双选会", title_en="Wuhan fair")


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER, locale="en"))


def without_mail(fair, number=1):
    return [register(fair, user=reader()) for _ in range(number)]


def paid_by(fair_id):
    """A text message that this fair has paid for already."""
    queue_notice(
        "registrations/moved-up",
        channel=Channel.SMS,
        recipient="13800000001",
        recipient_label="138",
        payload={"fair": "武汉"},
        budget_key=f"fair:{fair_id}",
    )
    db.session.commit()


# ---------------------------------------------------------------------------- to whom


def test_only_students_with_a_phone_and_without_an_address_are_counted(fair):
    without_mail(fair, 2)
    register(fair, user=reader(email="a@example.org"))
    register(fair, user=reader(messages_off_at=utcnow()))
    register(fair, user=reader(disabled_at=utcnow()))
    nowhere = register(fair, user=reader())
    nowhere.student.user.phone = nowhere.student.user.phone_hash = None
    register(fair, RegistrationStatus.CANCELLED)
    db.session.commit()
    reach = reach_of(fair, REGISTERED)
    assert (reach.people, reach.mails, reach.texts) == (4, 1, 2)


def test_people_of_employers_get_none(fair):
    member = employer_at(fair).employer.members[0].user
    member.phone, member.phone_hash, member.email = "13800000009", "some hash", None
    db.session.commit()
    assert reach_of(fair, Segment.EMPLOYERS_CONFIRMED).texts == 0


def test_they_get_one_that_names_the_fair_and_says_nothing_else(fair):
    (one,) = without_mail(fair)
    register(fair, user=reader(email="a@example.org"))
    message = send(fair, by_text=True)
    work()
    (text,) = texts()
    assert (text.user_id, text.recipient) == (one.student.user_id, one.student.user.phone)
    assert (text.template, text.payload) == ("messages/hint", {"fair": "武汉站双选会"})
    paid = (text.budget_key, text.fair_id, text.cause)
    assert paid == (f"fair:{fair.id}", fair.id, message.cause)
    assert one.student.user.phone not in text.recipient_label
    assert write(text).sms == "关于武汉站双选会有一条新消息，请登录巡聘查看。"
    assert (len(inbox()), len(mails()), fresh(message).texts) == (2, 1, 1)


def test_a_long_title_is_cut_and_english_readers_get_theirs(fair):
    fair.title_zh, fair.title_en = "二" * 30, "A fair with a very long title"
    register(fair, user=reader(locale="en"))
    without_mail(fair)
    send(fair, by_text=True)
    work()
    assert [one.payload["fair"] for one in texts()] == ["A fair with a very …", "二" * 19 + "…"]


def test_nobody_gets_one_unless_that_was_wanted(fair):
    without_mail(fair)
    message = send(fair)
    work()
    assert (texts(), message.texts, len(inbox())) == ([], 0, 1)


def test_who_turned_messages_off_meanwhile_or_joined_later_gets_none(fair):
    stays, off = without_mail(fair, 2)
    message = send(fair, by_text=True)
    off.student.user.messages_off_at = utcnow()
    db.session.commit()
    without_mail(fair)
    work()
    assert [one.user_id for one in texts()] == [stays.student.user_id]
    assert fresh(message).texts == 2


def test_somebody_who_lost_the_address_after_the_button_gets_no_text(fair):
    """What was counted and paid for is what may go."""
    without_mail(fair)
    other = register(fair, user=reader(email="a@example.org"))
    send(fair, by_text=True)
    other.student.user.email = None
    db.session.commit()
    work()
    assert len(texts()) == 1


def test_a_worker_that_dies_between_sends_each_text_once(fair, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    real, calls = services.queue_many, []

    def dying(*args, **given):
        calls.append(1)
        real(*args, **given)
        if len(calls) == 2:
            raise RuntimeError("the power went")

    monkeypatch.setattr(services, "queue_many", dying)
    without_mail(fair, 5)
    send(fair, by_text=True)
    with pytest.raises(RuntimeError):
        work()
    assert len(texts()) == 2, "the second step fell with the worker"
    with frozen(later()):
        work()
    users = [one.user_id for one in texts()]
    assert len(users) == len(set(users)) == 5


def test_what_became_of_them_is_counted_apart_from_the_mails(fair):
    without_mail(fair, 3)
    register(fair, user=reader(email="a@example.org"))
    message = send(fair, by_text=True)
    work()
    first, second, _ = texts()
    first.status, second.status = NoticeStatus.SENT, NoticeStatus.FAILED
    db.session.commit()
    found = queries.count_outcomes([fresh(message)])[message.id]
    assert found.texts == Way(sent=1, queued=1, failed=1)
    assert found.mails == Way(queued=1)
    assert found.is_waiting


def test_the_log_says_how_many_text_messages_were_sent(fair):
    without_mail(fair, 2)
    send(fair, by_text=True)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="message.send")).one()
    assert entry.after == {"segment": "students_registered", "people": 2, "texts": 2}


# ---------------------------------------------------------------------------- budgets


@pytest.mark.parametrize(
    ("budgets", "left"), [({"fair": 3}, (999, 2)), ({"day": 3}, (2, 999)), ({"fair": 0}, (999, 0))]
)
def test_more_than_what_is_left_is_refused_with_numbers_and_nothing_goes(
    fair, monkeypatch, budgets, left
):
    paid_by(fair.id)
    allow_texts(monkeypatch, **budgets)
    without_mail(fair, 3)
    with pytest.raises(TooManyTexts) as refused:
        send(fair, by_text=True)
    assert refused.value.params == {"wanted": 3, "day": left[0], "fair": left[1]}
    assert db.session.query(OrganiserMessage).count() == 0
    work()
    assert (inbox(), len(texts())) == ([], 1)
    send(fair)
    work()
    assert (len(inbox()), len(texts())) == (3, 1)


def test_exactly_what_is_left_goes_and_another_fair_has_its_own(fair, monkeypatch):
    allow_texts(monkeypatch, fair=2)
    other = make_fair()
    for where in (fair, other):
        without_mail(where, 2)
        send(where, by_text=True)
    work()
    assert len(texts()) == 4


def test_what_is_promised_and_not_yet_written_is_spent(fair, monkeypatch):
    allow_texts(monkeypatch, fair=3)
    without_mail(fair, 2)
    first = send(fair, by_text=True)
    with pytest.raises(TooManyTexts):
        send(fair, by_text=True)
    with transaction():
        services.stop_message(fresh(first), by=make_staff())
    send(fair, by_text=True)
    work()
    assert len(texts()) == 2


def test_a_promise_is_kept_though_the_budget_is_spent_meanwhile(fair, monkeypatch):
    allow_texts(monkeypatch, fair=2)
    without_mail(fair, 2)
    send(fair, by_text=True)
    paid_by(fair.id)
    work()
    assert len(texts()) == 3


def test_while_none_goes_out_or_none_is_registered_none_is_promised(fair, monkeypatch):
    without_mail(fair)
    paid_by(fair.id)
    texts()[0].last_error = "gateway: ConnectTimeout"
    db.session.commit()
    with pytest.raises(TextsDown):
        send(fair, by_text=True)
    with frozen(utcnow() + timedelta(minutes=11)):
        send(fair, by_text=True)
    allow_texts(monkeypatch, templates=())
    with pytest.raises(TextsDown):
        send(fair, by_text=True)


def test_a_batch_with_texts_costs_the_same_however_many_are_in_it(fair, monkeypatch):
    costs = []
    for number, where in ((3, fair), (30, make_fair())):
        monkeypatch.setattr(services, "BATCH", number)
        without_mail(where, number)
        send(where, by_text=True)
        with count_statements() as seen:
            work()
        costs.append(len(seen))
    assert costs[0] == costs[1]


@pytest.mark.own_database
def test_two_fairs_at_one_moment_do_not_both_take_the_last_of_the_day(live_app, monkeypatch):
    allow_texts(monkeypatch, day=3)
    with live_app.app_context():
        by_id, asked = make_staff(Role.PLANNER).id, []
        for _ in range(4):
            fair = make_fair()
            without_mail(fair, 2)
            asked.append((fair.id, reach_of(fair, REGISTERED).key))

    def press(index):
        fair_id, seen = asked[index]
        with transaction():
            services.send_message(
                db.session.get(Fair, fair_id),
                outgoing(by_text=True),
                key=f"page {index}",
                seen=seen,
                by=db.session.get(User, by_id),
            )
        return "sent"

    results = run_together(live_app, 4, press)
    assert results.count("sent") == 1, results
    assert sum(isinstance(one, TooManyTexts) for one in results) == 3, results


# ---------------------------------------------------------------------------- pages


def test_the_last_page_offers_it_with_numbers_and_it_goes_when_ticked(client, planner, fair):
    without_mail(fair, 2)
    register(fair, user=reader(email="a@example.org"))
    assert "The next page offers a short text message" in client.get(address(fair)).text
    page = preview(client, fair)
    assert "Also send a short text message to the 2 people who have no e-mail" in page.text
    assert "Left of the text messages: 1,000 today, 1,000 for this fair." in page.text
    assert "There is a new message about Wuhan fair." in page.text
    assert "by_text" not in carried(page), "off unless ticked"
    sent = client.post(address(fair), data=carried(page) | {"step": "send", "by_text": "y"})
    assert sent.status_code == 303
    work()
    assert len(texts()) == 2
    shown = client.get(sent.headers["Location"]).text
    assert "It is on its way. People: 3, text messages: 2." in shown
    assert re.search(r"Text messages waiting</dt><dd>2<", shown)
    listed = client.get(f"/staff/fairs/{fair.slug}/messages").text
    assert "Text messages: 0 gone out, 2 waiting" in listed


def test_failed_texts_lead_to_the_outbox(client, planner, fair):
    without_mail(fair)
    message = send(fair, by_text=True)
    work()
    texts()[0].status = NoticeStatus.FAILED
    db.session.commit()
    shown = client.get(f"/staff/fairs/{fair.slug}/messages/{message.uid}").text
    assert "Failed text messages in the outbox" in shown
    listed = client.get("/staff/outbox?status=failed&template=messages/hint").text
    assert texts()[0].recipient_label in listed


def test_the_tick_survives_the_way_back_to_the_form(client, planner, fair):
    without_mail(fair)
    ticked = carried(preview(client, fair)) | {"by_text": "y"}
    form = client.post(address(fair), data=ticked | {"step": "edit"})
    assert carried(form)["by_text"] == "y"
    again = preview(client, fair, by_text="y")
    assert re.search(r'name="by_text"[^>]* checked', again.text)
    assert "In the inbox and by text message" in again.text


def test_nothing_is_offered_to_nobody_nor_where_none_goes_out(client, planner, fair, monkeypatch):
    register(fair, user=reader(email="a@example.org"))
    assert 'name="by_text"' not in preview(client, fair).text
    without_mail(fair)
    allow_texts(monkeypatch, templates={"accounts/login-code"})
    assert 'name="by_text"' not in preview(client, fair, by_text="y").text
    assert "The next page offers" not in client.get(address(fair)).text


def test_what_does_not_fit_is_said_and_the_message_goes_without(client, planner, fair, monkeypatch):
    without_mail(fair, 2)
    page = preview(client, fair)
    allow_texts(monkeypatch, day=1)
    asked = client.post(address(fair), data=carried(page) | {"step": "send", "by_text": "y"})
    assert asked.status_code == 422
    assert "2 text messages are more than what is left, 1 of today and 1000 of this" in asked.text
    assert re.search(r'name="by_text"[^>]* disabled', asked.text)
    assert "That is not enough." in asked.text
    assert db.session.query(Notice).filter_by(template=services.TEMPLATE).count() == 0
    sent = client.post(address(fair), data=carried(asked) | {"step": "send"})
    assert sent.status_code == 303
    work()
    assert (len(inbox()), texts()) == (2, [])


def test_a_count_of_texts_that_changed_is_asked_about_again(client, planner, fair):
    (one,) = without_mail(fair)
    page = preview(client, fair, by_mail="")
    one.student.user.email = "a@example.org"
    db.session.commit()
    asked = client.post(address(fair), data=carried(page) | {"step": "send", "by_text": "y"})
    assert asked.status_code == 422
    assert 'name="by_text"' not in asked.text
