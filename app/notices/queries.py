"""Reading the outbox and the inbox."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.notices.models import Notice
from app.notices.states import Channel, NoticeStatus


@dataclass(frozen=True)
class OutboxFilter:
    """What of the outbox to show. ``fairs`` None means all, else only those of these fairs."""

    status: NoticeStatus | None = None
    channel: Channel | None = None
    template: str = ""
    fairs: frozenset[int] | None = None


@dataclass(frozen=True)
class Way:
    """What became of what was sent to many by one way: gone out, still waiting, given up."""

    sent: int = 0
    queued: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a message to many outside the inbox."""

    mails: Way
    texts: Way

    @property
    def is_waiting(self) -> bool:
        """Whether something has still to go out."""
        return bool(self.mails.queued or self.texts.queued)


def get_notice(uid: str, *, fairs: frozenset[int] | None = None) -> Notice:
    """The notice with an id; with ``fairs``, only if it belongs to one of them."""
    query = select(Notice).filter_by(uid=uid)
    if fairs is not None:
        query = query.where(Notice.fair_id.in_(fairs))
    notice = db.session.scalars(query).one_or_none()
    if notice is None:
        raise NotFound()
    return notice


def list_outbox(wanted: OutboxFilter, page: int = 1) -> Page[Notice]:
    """What was sent and what waits, newest first; the inbox is not part of it."""
    query = _outbox(wanted)
    if wanted.status is not None:
        query = query.where(Notice.status == wanted.status)
    return paged(query.order_by(Notice.created_at.desc(), Notice.id.desc()), page)


def count_outbox(wanted: OutboxFilter) -> dict[NoticeStatus, int]:
    """How many notices stand where, whatever status is being looked at."""
    part = _outbox(wanted).with_only_columns(Notice.status, func.count()).group_by(Notice.status)
    return {row[0]: row[1] for row in db.session.execute(part)}


def _outbox(wanted: OutboxFilter) -> Select[Any]:
    query = select(Notice).where(Notice.channel != Channel.INBOX)
    if wanted.channel is not None:
        query = query.where(Notice.channel == wanted.channel)
    if wanted.template:
        query = query.where(Notice.template == wanted.template)
    if wanted.fairs is not None:
        query = query.where(Notice.fair_id.in_(wanted.fairs))
    return query


def list_outbox_templates() -> Sequence[str]:
    """The names of the notices there are."""
    query = select(Notice.template).where(Notice.channel != Channel.INBOX)
    return db.session.scalars(query.distinct().order_by(Notice.template)).all()


def list_newest(limit: int = 40) -> Sequence[Notice]:
    """What went out last, for the demonstration's page."""
    query = select(Notice).where(Notice.channel != Channel.INBOX)
    return db.session.scalars(query.order_by(Notice.id.desc()).limit(limit)).all()


def list_due(moment: datetime, limit: int = 100) -> Sequence[str]:
    """The ids of notices that should be tried by a moment, oldest first."""
    return db.session.scalars(
        select(Notice.uid)
        .where(Notice.status == NoticeStatus.QUEUED, Notice.next_attempt_at <= moment)
        .order_by(Notice.next_attempt_at)
        .limit(limit)
    ).all()


def count_waiting(moment: datetime) -> int:
    """How many notices were written before a moment and have still not gone out."""
    query = select(func.count(Notice.id)).where(
        Notice.status == NoticeStatus.QUEUED, Notice.created_at < moment
    )
    return db.session.scalar(query) or 0


def count_failed(since: datetime) -> int:
    """How many notices written since a moment were given up."""
    query = select(func.count(Notice.id)).where(
        Notice.status == NoticeStatus.FAILED, Notice.created_at >= since
    )
    return db.session.scalar(query) or 0


def list_inbox(user_id: int, page: int = 1) -> Page[Notice]:
    """What somebody was told, newest first."""
    query = select(Notice).where(Notice.user_id == user_id, Notice.channel == Channel.INBOX)
    return paged(query.order_by(Notice.created_at.desc(), Notice.id.desc()), page, 20)


def count_unread(user_id: int) -> int:
    """How many of these somebody has not seen."""
    query = select(func.count(Notice.id)).where(
        Notice.user_id == user_id, Notice.channel == Channel.INBOX, Notice.read_at.is_(None)
    )
    return db.session.scalar(query) or 0


def outcomes_of(causes: Iterable[str]) -> dict[str, Outcome]:
    """What became of the notices that were written for some causes, in one statement."""
    counted: dict[tuple[str | None, Channel], dict[str, int]] = defaultdict(dict)
    wanted = list(causes)
    query = (
        select(Notice.cause, Notice.channel, Notice.status, func.count())
        .where(Notice.cause.in_(wanted), Notice.cause.is_not(None))
        .group_by(Notice.cause, Notice.channel, Notice.status)
    )
    for cause, channel, status, count in db.session.execute(query):
        counted[cause, channel][status.value] = count
    return {
        cause: Outcome(Way(**counted[cause, Channel.MAIL]), Way(**counted[cause, Channel.SMS]))
        for cause in wanted
    }


def count_text_messages(*, since: datetime, budget_key: str = "") -> int:
    """How many text messages were queued since a moment, of one budget or of all."""
    query = select(func.count(Notice.id)).where(
        Notice.channel == Channel.SMS, Notice.created_at >= since
    )
    if budget_key:
        query = query.where(Notice.budget_key == budget_key)
    return db.session.scalar(query) or 0


def has_sms_trouble(since: datetime) -> bool:
    """Whether text messages were tried since a moment and none of them went out."""
    recent = select(Notice.id).where(Notice.channel == Channel.SMS, Notice.created_at >= since)
    tried = recent.where(Notice.status != NoticeStatus.SENT, Notice.last_error != "")
    if db.session.scalar(tried.limit(1)) is None:
        return False
    return db.session.scalar(recent.where(Notice.status == NoticeStatus.SENT).limit(1)) is None
