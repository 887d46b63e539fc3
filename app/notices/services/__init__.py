"""Writing to the outbox, and moving what stands in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import changed_one, db
from app.core.errors import DomainError
from app.core.masking import mask_phone
from app.core.text import N_
from app.jobs.queue import URGENT, enqueue
from app.notices.models import Notice
from app.notices.services.budgets import (
    LIMITS,
    SmsUnavailable,
    TextOffer,
    TextsDown,
    TooManyTexts,
    budget_of,
    can_send_sms,
    check_budget,
    check_texts,
    configure,
    hold_purse,
    know_promises,
    offer_texts,
    sends_texts,
)
from app.notices.states import NOTICE_FLOW, Channel, NoticeStatus
from app.notices.templates import TEMPLATES, template_of

__all__ = [
    "LIMITS",
    "Addressee",
    "CannotRetry",
    "SmsUnavailable",
    "TextOffer",
    "TextsDown",
    "TooManyTexts",
    "budget_of",
    "can_send_sms",
    "check_budget",
    "check_texts",
    "claim",
    "configure",
    "hold_purse",
    "know_promises",
    "mark_read",
    "mark_sent",
    "mark_trouble",
    "offer_texts",
    "pack",
    "postpone",
    "queue_many",
    "queue_notice",
    "retry",
    "sends_texts",
    "unpack",
    "wipe_secrets",
]


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

    The inbox has it always; ``email`` and ``phone`` None: not by this way.
    """

    user_id: int
    inbox: str
    label: str
    locale: str
    payload: Mapping[str, Any]
    email: str | None = None
    phone: str | None = None


def queue_many(
    template: str,
    addressees: Iterable[Addressee],
    *,
    cause: str,
    fair_id: int,
    hint: str = "",
) -> None:
    """Write a notice to each of many in the caller's transaction, with three statements.

    ``hint`` is what goes to a phone instead: a notice of its own with no more of the payload
    than its variables. Its budgets were asked before (:func:`check_texts`). Workers are woken
    for mails and text messages after the commit.
    """
    now, lying, going, hinting = utcnow(), [], [], []
    variables = template_of(hint).sms or ()
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
        if hint and one.phone:
            hints = {
                "template": hint,
                "payload": pack({name: one.payload[name] for name in variables}),
                "recipient_label": mask_phone(one.phone),
                "channel": Channel.SMS,
                "status": NoticeStatus.QUEUED,
                "budget_key": budget_of(fair_id),
            }
            hinting.append({"uid": random_code(), "recipient": one.phone, **shared, **hints})
    # Apart, because rows that fill other columns cost a statement each time they alternate.
    for rows in (lying, going, hinting):
        if rows:
            db.session.execute(insert(Notice), rows)
    for row in going + hinting:
        enqueue("notices.send", uid=row["uid"])


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
