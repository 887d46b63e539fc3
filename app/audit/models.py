"""The activity log: append-only, and it imports nobody."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.db import Model


class AuditEntry(Model):
    """One act: who (id and label, kept as they were), what, on what, before and after.

    ``action`` is ``<object>.<verb>`` such as ``fair.publish``; ``fair_id`` and
    ``delegation_id`` narrow the log for people with a scope and are no foreign keys.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_object_kind_object_id", "object_kind", "object_id"),
        Index("ix_audit_entry_at_id", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_label: Mapped[str] = mapped_column(default="")
    action: Mapped[str] = mapped_column(index=True)
    object_kind: Mapped[str]
    object_id: Mapped[int | None]
    object_label: Mapped[str] = mapped_column(default="")
    fair_id: Mapped[int | None] = mapped_column(index=True)
    delegation_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(default="")
