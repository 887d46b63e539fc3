"""Writing to the outbox, and moving what stands in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.audit.services import Actor, record
from app.core.clock import at_zone, today, utcnow
from app.core.codes import random_code
from app.core.db import changed_one, db
from app.core.errors import DomainError
from app.core.text import N_
from app.jobs.queue import URGENT, enqueue
from app.notices.models import Notice
from app.notices.queries import count_text_messages, has_sms_trouble
from app.notices.states import NOTICE_FLOW, Channel, NoticeStatus
from app.notices.templates import TEMPLATES, template_of


class SmsUnavailable(DomainError):
    """No text message can be sent now: a budget is spent."""

    code = "sms-unavailable"
    message = N_("Text messages cannot be sent at the moment. Ask the staff at the desk.")


@dataclass
class Limits:
    """How many text messages may go out; the factory says."""

    sms_per_day: int = 20_000
    sms_per_fair: int = 5_000


LIMITS = Limits()
ALWAYS = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def configure(*, sms_per_day: int, sms_per_fair: int) -> None:
    """Take the budgets of this installation."""
    LIMITS.sms_per_day, LIMITS.sms_per_fair = sms_per_day, sms_per_fair


def queue_notice(
    template: str,
    *,
    channel: Channel,
    recipient: str,
    recipient_label: str,
    user_id: int | None = None,
    locale: str = "zh_Hans",
    payload: Mapping[str, Any] | None = None,
    fair_id: int | None = None,
    budget_key: str = "",
) -> Notice:
    """Write one notice in the caller's transaction; the worker is woken after the commit.

    ``payload`` fills the template and may hold texts, numbers, dates and moments, in lists
    and mappings too. A text message beyond its budget raises :class:`SmsUnavailable`.
    """
    if channel is Channel.SMS:
        check_budget(budget_key)
    now = utcnow()
    notice = Notice(
        uid=random_code(),
        template=template,
        channel=channel,
        recipient=recipient,
        recipient_label=recipient_label,
        user_id=user_id,
        locale=locale,
        payload=pack(payload or {}),
        fair_id=fair_id,
        budget_key=budget_key,
        created_at=now,
        next_attempt_at=now,
    )
    if channel is Channel.INBOX:
        # It lies where it will be read: there is nothing to send.
        notice.status, notice.sent_at = NoticeStatus.SENT, now
    db.session.add(notice)
    if channel is not Channel.INBOX:
        urgent = template_of(template).secret_for is not None
        enqueue("notices.send", priority=URGENT if urgent else 0, uid=notice.uid)
    return notice


@dataclass(frozen=True)
class Addressee:
    """One of the many who get the same kind of notice: how they are reached, and their payload.

    ``email`` None: in the inbox only.
    """

    user_id: int
    inbox: str
    label: str
    locale: str
    payload: Mapping[str, Any]
    email: str | None = None


def queue_many(
    template: str, addressees: Iterable[Addressee], *, cause: str, fair_id: int | None = None
) -> None:
    """Write a notice to each of many in the caller's transaction, with two statements.

    Workers are woken for the mails after the commit. Not for text messages.
    """
    now, lying, going = utcnow(), [], []
    for one in addressees:
        shared = {
            "user_id": one.user_id,
            "recipient_label": one.label,
            "template": template,
            "locale": one.locale,
            "payload": pack(one.payload),
            "fair_id": fair_id,
            "cause": cause,
            "created_at": now,
            "next_attempt_at": now,
        }
        lies = {"channel": Channel.INBOX, "status": NoticeStatus.SENT, "sent_at": now}
        lying.append({"uid": random_code(), "recipient": one.inbox, **shared, **lies})
        if one.email:
            goes = {"channel": Channel.MAIL, "status": NoticeStatus.QUEUED}
            going.append({"uid": random_code(), "recipient": one.email, **shared, **goes})
    # Apart, because rows that fill other columns cost a statement each time they alternate.
    for rows in (lying, going):
        if rows:
            db.session.execute(insert(Notice), rows)
    for row in going:
        enqueue("notices.send", uid=row["uid"])


def check_budget(budget_key: str = "") -> None:
    """Raise :class:`SmsUnavailable` if the day's or the fair's text messages are spent.

    Two requests at once may both take the last one: a purse, not a secret.
    """
    midnight = at_zone(datetime.combine(today(), time.min))
    if count_text_messages(since=midnight) >= LIMITS.sms_per_day:
        raise SmsUnavailable()
    if budget_key and count_text_messages(since=ALWAYS, budget_key=budget_key) >= (
        LIMITS.sms_per_fair
    ):
        raise SmsUnavailable()


def can_send_sms(budget_key: str = "") -> bool:
    """Whether a text message sent now would arrive: a budget is left and the gateway answers."""
    try:
        check_budget(budget_key)
    except SmsUnavailable:
        return False
    return not has_sms_trouble(utcnow() - timedelta(minutes=10))


def pack(value: Any) -> Any:
    """A payload as JSON can hold it: moments and dates become marked texts."""
    if isinstance(value, Mapping):
        return {str(name): pack(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [pack(part) for part in value]
    if isinstance(value, datetime):
        return {"$moment": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def unpack(value: Any) -> Any:
    """A payload as the templates want it: the reverse of :func:`pack`."""
    if isinstance(value, Mapping):
        if set(value) == {"$moment"}:
            return datetime.fromisoformat(value["$moment"])
        if set(value) == {"$date"}:
            return date.fromisoformat(value["$date"])
        return {name: unpack(part) for name, part in value.items()}
    return [unpack(part) for part in value] if isinstance(value, list) else value


# A notice that is being sent is not sent by a second worker meanwhile.
LEASE = timedelta(minutes=2)
BACKOFF = (1, 2, 4, 8, 15, 30, 60)
MOST_ATTEMPTS = len(BACKOFF) + 1


class CannotRetry(DomainError):
    """A notice that cannot be sent again."""

    code = "cannot-retry"
    message = N_("What this notice said has been deleted. Let the person ask for a new one.")


def claim(uid: str) -> Notice | None:
    """Take one waiting notice to send, or None if another worker has it or it is not due.

    Commit before sending. Whoever dies on the way loses it to the sweep when the lease ends.
    """
    now = utcnow()
    mine = update(Notice).where(
        Notice.uid == uid, Notice.status == NoticeStatus.QUEUED, Notice.next_attempt_at <= now
    )
    if not changed_one(mine.values(attempts=Notice.attempts + 1, next_attempt_at=now + LEASE)):
        return None
    return db.session.scalars(
        select(Notice).filter_by(uid=uid).execution_options(populate_existing=True)
    ).one()


def mark_sent(notice: Notice) -> None:
    """It has gone out."""
    if notice.status is not NoticeStatus.QUEUED:
        return  # the lease ended and another worker was faster
    notice.status = NOTICE_FLOW.check(notice.status, NoticeStatus.SENT)
    notice.sent_at, notice.last_error = utcnow(), ""


def mark_trouble(notice: Notice, error: str) -> None:
    """It did not go out: try again later, each time later, and give up after the last time."""
    if notice.status is not NoticeStatus.QUEUED:
        return
    notice.last_error = error[:300]
    if notice.attempts >= MOST_ATTEMPTS:
        notice.status = NOTICE_FLOW.check(notice.status, NoticeStatus.FAILED)
    else:
        minutes = BACKOFF[min(notice.attempts, len(BACKOFF)) - 1]
        notice.next_attempt_at = utcnow() + timedelta(minutes=minutes)


def postpone(notice: Notice) -> None:
    """Its channel is known to be down: this was no attempt."""
    notice.attempts -= 1
    notice.next_attempt_at = utcnow() + timedelta(minutes=1)


def retry(notice: Notice, *, by: Actor) -> None:
    """Send a failed notice again, from the beginning."""
    if notice.payload is None:
        raise CannotRetry()
    notice.status = NOTICE_FLOW.check(notice.status, NoticeStatus.QUEUED)
    notice.attempts, notice.next_attempt_at = 0, utcnow()
    record(
        "notice.retry",
        by=by,
        on="notice",
        object_id=notice.id,
        label=f"{notice.template} {notice.recipient_label}",
        fair_id=notice.fair_id,
    )
    enqueue("notices.send", uid=notice.uid)


def wipe_secrets() -> int:
    """Forget every payload whose secret has had its time; return how many.

    One that has not gone out by then is useless and fails.
    """
    now, wiped = utcnow(), 0
    for name, listed in TEMPLATES.items():
        if listed.secret_for is None:
            continue
        for notice in db.session.scalars(
            select(Notice)
            .where(Notice.template == name, Notice.created_at < now - listed.secret_for)
            .where(Notice.is_wiped.is_(False))
            .limit(500)
        ):
            notice.payload, notice.is_wiped, wiped = None, True, wiped + 1
            if notice.status is NoticeStatus.QUEUED:
                notice.status = NOTICE_FLOW.check(notice.status, NoticeStatus.FAILED)
                notice.last_error = notice.last_error or "too late"
    return wiped


def mark_read(user_id: int) -> None:
    """Somebody has seen what lies in their inbox."""
    db.session.execute(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.channel == Channel.INBOX, Notice.read_at.is_(None))
        .values(read_at=utcnow())
        .execution_options(synchronize_session=False)
    )
