"""Reading the activity log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Select, func, or_, select

from app.audit.models import AuditEntry
from app.core.db import db, like
from app.core.paging import Page, paged


class Reach(Protocol):
    """How far somebody may look: everything, or what belongs to some fairs and delegations."""

    @property
    def bureau(self) -> bool: ...

    @property
    def delegations(self) -> Collection[int]: ...

    @property
    def fairs(self) -> Collection[int]: ...


@dataclass(frozen=True)
class LogFilter:
    """What of the log to show; ``since`` and ``until`` are moments, the latter excluded."""

    actor: int | None = None
    action: str = ""
    kind: str = ""
    fair: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_entries(wanted: LogFilter, within: Reach, page: int = 1) -> Page[AuditEntry]:
    """The entries that fit, newest first, as far as ``within`` reaches."""
    query = _visible(within)
    exact = {
        AuditEntry.actor_id: wanted.actor,
        AuditEntry.action: wanted.action or None,
        AuditEntry.object_kind: wanted.kind or None,
        AuditEntry.fair_id: wanted.fair,
    }
    for column, value in exact.items():
        if value is not None:
            query = query.where(column == value)
    if wanted.text:
        query = query.where(AuditEntry.object_label.ilike(like(wanted.text), escape="\\"))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return paged(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()), page)


def list_actors(within: Reach) -> Sequence[tuple[int, str]]:
    """Who stands in the log: (id, the name used last)."""
    who = (AuditEntry.actor_id, AuditEntry.actor_label)
    query = _visible(within).where(AuditEntry.actor_id.is_not(None)).group_by(*who)
    rows = db.session.execute(query.with_only_columns(*who).order_by(func.max(AuditEntry.at)))
    last = {int(row[0]): str(row[1]) for row in rows if row[0] is not None}
    return sorted(last.items(), key=lambda pair: pair[1])


def list_actions(within: Reach) -> Sequence[str]:
    """What was done, by code."""
    query = _visible(within).with_only_columns(AuditEntry.action).distinct()
    return db.session.scalars(query.order_by(AuditEntry.action)).all()


def list_kinds(within: Reach) -> Sequence[str]:
    """What kinds of things it was done to."""
    query = _visible(within).with_only_columns(AuditEntry.object_kind).distinct()
    return db.session.scalars(query.order_by(AuditEntry.object_kind)).all()


def _visible(within: Reach) -> Select[Any]:
    query = select(AuditEntry)
    if within.bureau:
        return query
    return query.where(
        or_(
            AuditEntry.fair_id.in_(within.fairs),
            AuditEntry.delegation_id.in_(within.delegations),
        )
    )
