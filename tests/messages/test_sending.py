"""Sent to exactly those who were counted, once each, whatever breaks in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.services import notify_user
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.messages import queries, services, tasks
from app.messages.models import OrganiserMessage
from app.messages.placeholders import Words
from app.messages.states import MessageStatus, RecipientStatus, Segment
from app.notices import channels
from app.notices.models import Notice
from app.notices.queries import Way
from app.notices.rendering import write
from app.notices.states import Channel, NoticeStatus
from app.registrations.services.telling import facts_of
from app.registrations.states import RegistrationStatus
from tests.factories import make_fair, make_recruiter, make_staff, make_user, make_venue
from tests.messages.hall import (
    employer_at,
    fresh,
    inbox,
    later,
    mails,
    outgoing,
    reach_of,
    reader,
    recipients,
    register,
    send,
    work,
)
from tests.statements import count_statements

ENGLISH = Words(
    "提醒", "{name}，{date}见。", "Reminder", "{name}, see you on {date}, {fair}, {venue}."
)


@pytest.fixture
def fair(database):
    venue = make_venue(name_zh="体育馆", name_en="Sports hall")
    return make_fair(title_zh="武汉站双选会", title_en="Wuhan fair", venue=venue)


def test_everybody_of_the_group_gets_it_once_in_the_inbox_and_by_mail(fair):
    one = register(fair, user=reader(email="a@example.org"))
    two = register(fair, user=reader(email=None))
    register(fair, RegistrationStatus.CANCELLED)
    message = send(fair)
    work()
    work()
    assert sorted(n.user_id for n in inbox()) == sorted([one.student.user_id, two.student.user_id])
    assert [n.recipient for n in mails()] == ["a@example.org"]
    assert fresh(message).status is MessageStatus.SENT
    assert (fresh(message).written, fresh(message).left_out) == (2, 0)


def test_by_mail_only_if_that_was_wanted(fair):
    register(fair, user=reader(email="a@example.org"))
    message = send(fair, by_mail=False)
    work()
    assert len(inbox()) == 1
    assert mails() == []
    assert message.mails == 0


def test_each_reads_it_in_their_language_with_their_own_name(fair):
    register(fair, user=reader(email="en@example.org", locale="en"), name="Chen Siyuan")
    register(fair, user=reader(email="zh@example.org", locale=None), name="王小明")
    send(fair, words=ENGLISH)
    work()
    letters = {notice.recipient: write(notice) for notice in mails()}
    assert letters["zh@example.org"].content.startswith("王小明，2026年")
    assert letters["en@example.org"].subject == "Reminder"
    assert "Chen Siyuan, see you on" in letters["en@example.org"].content
    assert letters["en@example.org"].content.endswith("Wuhan fair, Sports hall.")


def test_without_english_everybody_gets_the_chinese_text(fair):
    register(fair, user=reader(email="en@example.org", locale="en"))
    send(fair)
    work()
    assert write(mails()[0]).subject == "布展提醒：武汉站双选会"


def test_the_foot_of_a_mail_turns_such_messages_off(fair, client):
    user = reader(email="a@example.org")
    register(fair, user=user)
    send(fair)
    work()
    letter = write(mails()[0])
    address = letter.text.rsplit("http://localhost", 1)[1].strip()
    assert "/messages-off/" in address
    assert "/messages-off/" not in letter.content
    assert client.get(address).status_code == 200
    assert user.messages_off_at is None, "programs open links, people press buttons"
    client.post(address, data={"wanted": "no"})
    db.session.refresh(user)
    assert user.messages_off_at is not None
    assert reach_of(fair, Segment.STUDENTS_REGISTERED).people == 0


def test_mail_programs_find_the_way_out_in_the_head_of_a_mail_to_many_only(fair, monkeypatch):
    heads = []
    monkeypatch.setattr(
        channels.EmailMessage, "send", lambda mail: heads.append(mail.extra_headers)
    )
    register(fair, user=reader(email="a@example.org"))
    send(fair)
    work()
    other = make_user(Role.STUDENT, email="b@example.org")
    with transaction():
        notify_user(other, "registrations/moved-up", **facts_of(fair, "en"), uid="x")
    ordinary = db.session.query(Notice).filter_by(user_id=other.id, channel=Channel.MAIL).one()
    for notice in (mails()[0], ordinary):
        channels.send_mail(notice, write(notice), channels.ways())
    assert heads[0]["List-Unsubscribe"].startswith("<http://localhost/messages-off/")
    assert "List-Unsubscribe" not in heads[1]


def test_who_left_or_turned_messages_off_meanwhile_is_left_out(fair):
    gone, off, stays = register(fair), register(fair), register(fair)
    message = send(fair)
    gone.status = RegistrationStatus.CANCELLED
    off.student.user.messages_off_at = utcnow()
    db.session.commit()
    work()
    assert [n.user_id for n in inbox()] == [stays.student.user_id]
    states = {one.user_id: one.status for one in recipients(message)}
    assert states[gone.student.user_id] is RecipientStatus.LEFT_OUT
    assert states[off.student.user_id] is RecipientStatus.LEFT_OUT
    assert (fresh(message).written, fresh(message).left_out) == (1, 2)


def test_who_joins_after_the_button_gets_nothing(fair):
    register(fair)
    send(fair)
    register(fair)
    work()
    assert len(inbox()) == 1


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)


@pytest.fixture
def breaks(monkeypatch):
    """A worker that dies at its second step, before that one's commit."""
    real, steps = services.send_some, []

    def dying(message, *, after):
        steps.append(after)
        last = real(message, after=after)
        if len(steps) == 2:
            raise RuntimeError("the power went")
        return last

    monkeypatch.setattr(services, "send_some", dying)
    return steps


def send_and_crash(fair):
    for _ in range(5):
        register(fair, user=reader(email=None))
    message = send(fair)
    with pytest.raises(RuntimeError):
        work()
    return message


def test_a_worker_that_dies_between_leaves_nobody_out_and_writes_to_nobody_twice(
    fair, small_steps, breaks
):
    message = send_and_crash(fair)
    assert len(inbox()) == 2, "the second step fell with the worker"
    with frozen(later()):
        work()
    assert sorted(n.user_id for n in inbox()) == sorted(r.user_id for r in recipients(message))
    assert len(inbox()) == 5
    assert fresh(message).written == 5


def test_the_tooth_a_worker_that_forgets_whose_turn_it_was_writes_twice(
    fair, small_steps, breaks, monkeypatch
):
    """Without the rows the same crash is seen: people who got it get it again."""
    everybody = services._claim

    def forgetful(message, ids):
        users = list(everybody(message, ids))
        for one in recipients(message):
            one.status = RecipientStatus.WAITING
        db.session.flush()
        return users

    monkeypatch.setattr(services, "_claim", forgetful)
    monkeypatch.setattr(tasks, "advance", lambda errand, cursor: None)
    for _ in range(2):
        register(fair, user=reader(email=None))
    send(fair)
    with pytest.raises(RuntimeError):
        work()
    stop_after(monkeypatch, 3)
    with frozen(later()), pytest.raises(TypeError):
        work()
    assert len(inbox()) > 2


def stop_after(monkeypatch, steps):
    real, left = services.send_some, [steps]

    def counted(message, *, after):
        left[0] -= 1
        if not left[0]:
            raise TypeError("enough seen")
        return real(message, after=after)

    monkeypatch.setattr(services, "send_some", counted)


def test_of_two_workers_with_the_same_message_each_person_is_one_s(fair, small_steps):
    for _ in range(4):
        register(fair, user=reader(email=None))
    message = send(fair)
    with transaction():
        services.send_some(queries.find_message(message.id), after=0)
    with transaction():
        services.send_some(queries.find_message(message.id), after=0)
    assert len({n.user_id for n in inbox()}) == len(inbox()) == 4


def test_a_button_pressed_twice_sends_one_message(fair):
    register(fair)
    first = send(fair, key="the same page")
    second = send(fair, key="the same page")
    assert first.id == second.id
    work()
    assert len(inbox()) == 1


def test_another_count_than_the_one_that_was_shown_is_asked_about_again(fair):
    register(fair)
    seen = reach_of(fair, Segment.STUDENTS_REGISTERED).key
    register(fair)
    by = make_staff(Role.PLANNER)
    with pytest.raises(services.AudienceChanged) as refused, transaction():
        services.send_message(fair, outgoing(), key="k", seen=seen, by=by)
    assert refused.value.params == {"before": "1", "now": 2}
    assert db.session.query(OrganiserMessage).count() == 0


def test_as_many_people_reached_in_another_way_are_asked_about_again_in_other_words(fair):
    somebody = register(fair).student.user
    seen = reach_of(fair, Segment.STUDENTS_REGISTERED).key
    somebody.email = None if somebody.email else "somebody@example.org"
    db.session.commit()
    with pytest.raises(services.ReachChanged), transaction():
        services.send_message(fair, outgoing(), key="k", seen=seen, by=make_staff(Role.PLANNER))


def test_a_group_with_nobody_to_write_to_is_refused(fair):
    register(fair, RegistrationStatus.CANCELLED)
    with pytest.raises(services.NobodyThere):
        send(fair)


def test_a_fair_sends_so_many_messages_a_day_and_goes_on_tomorrow(fair, monkeypatch):
    monkeypatch.setattr(services.LIMITS, "per_day", 2)
    register(fair)
    for _ in range(2):
        send(fair)
    assert services.left_today(fair) == 0
    with pytest.raises(services.DayIsFull):
        send(fair)
    other = make_fair()
    register(other)
    send(other)
    with frozen(utcnow() + timedelta(days=1)):
        assert services.left_today(fair) == 2
        send(fair)


def test_two_at_the_same_moment_take_two_numbers_and_never_one_too_many(fair, monkeypatch):
    monkeypatch.setattr(services.LIMITS, "per_day", 2)
    register(fair)
    send(fair)
    # The second looked before the first had written itself down.
    monkeypatch.setattr(queries, "count_of_day", lambda fair, day: 0)
    assert send(fair).number == 2
    with pytest.raises(services.DayIsFull):
        send(fair)


def test_a_stopped_message_goes_to_nobody_else(fair, small_steps, monkeypatch):
    for _ in range(4):
        register(fair)
    by = make_staff(Role.PLANNER)
    message = send(fair)
    with transaction():
        services.send_some(queries.find_message(message.id), after=0)
    with transaction():
        services.stop_message(queries.find_message(message.id), by=by)
    work()
    assert len(inbox()) == 2
    assert fresh(message).status is MessageStatus.STOPPED
    assert actions() == ["message.send", "message.stop"]


def actions():
    query = select(AuditEntry.action).where(AuditEntry.object_kind == "message")
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_the_log_says_who_sent_what_to_whom_and_no_names(fair):
    register(fair)
    by = make_staff(Role.PLANNER, name="林晓")
    send(fair, by=by)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="message.send")).one()
    assert (entry.actor_label, entry.fair_id) == ("林晓", fair.id)
    assert entry.after == {"segment": "students_registered", "people": 1, "texts": 0}


def test_people_of_a_company_are_called_by_their_name_else_by_the_company_s(fair):
    participation = employer_at(fair, people=0, short_name="瓯江电气")
    make_recruiter(participation.employer, name="周敏", email="zhou@example.org")
    make_recruiter(participation.employer, name="", email="office@example.org")
    send(fair, Segment.EMPLOYERS_CONFIRMED)
    work()
    said = {n.recipient: write(n).content.split("，")[0] for n in mails()}
    assert said == {"zhou@example.org": "周敏", "office@example.org": "瓯江电气"}


def test_what_became_of_the_mails_is_counted_by_message(fair):
    for number in range(3):
        register(fair, user=reader(email=f"{number}@example.org"))
    message, other = send(fair), send(fair)
    work()
    first, second = mails()[:2]
    first.status, second.status = NoticeStatus.SENT, NoticeStatus.FAILED
    db.session.commit()
    found = queries.count_outcomes([fresh(message), fresh(other)])
    assert found[message.id].mails == Way(sent=1, queued=1, failed=1)
    assert found[other.id].mails.queued == 3


def test_turning_messages_off_changes_nothing_about_necessary_notices(fair):
    user = make_user(Role.STUDENT, email="a@example.org", messages_off_at=utcnow())
    with transaction():
        notify_user(user, "registrations/moved-up", fair="武汉站")
    assert db.session.query(Notice).filter_by(user_id=user.id).count() >= 2


def statements_to_send_to(number, fair):
    for _ in range(number):
        register(fair, user=reader(email=f"{number}-{_}@example.org"))
    message = send(fair)
    with count_statements() as seen:
        work()
    assert fresh(message).written == number
    return len(seen)


def test_a_batch_costs_the_same_however_many_are_in_it(database, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 4)
    few = statements_to_send_to(4, make_fair())
    monkeypatch.setattr(services, "BATCH", 40)
    many = statements_to_send_to(40, make_fair())
    assert many == few


def test_confirming_costs_the_same_for_two_and_for_forty(fair):
    costs = []
    for number, where in ((2, fair), (40, make_fair())):
        for _ in range(number):
            register(where)
        seen = reach_of(where, Segment.STUDENTS_REGISTERED).key
        by = make_staff(Role.PLANNER)
        db.session.commit()
        with count_statements() as statements, transaction():
            services.send_message(where, outgoing(), key=f"k{number}", seen=seen, by=by)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12
