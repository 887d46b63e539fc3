"""The outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted, EncryptedJSON
from app.core.db import Model
from app.notices.states import Channel, NoticeStatus


class Notice(Model):
    """One message to one person by one channel, written in the transaction of its cause.

    The recipient and the payload (which may hold a one-time code) are sealed;
    ``recipient_label`` is masked. ``budget_key`` (``fair:12``) counts text messages
    against a budget; ``user_id`` is no foreign key since accounts live above. ``cause``
    (``message:…``) is what many notices were written for, where that is counted. A payload
    that held a secret is wiped when that has had its time.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_status_next_attempt_at", "status", "next_attempt_at"),
        Index("ix_notice_budget_key_created_at", "budget_key", "created_at"),
        Index("ix_notice_channel_created_at", "channel", "created_at"),
        Index("ix_notice_template_is_wiped_created_at", "template", "is_wiped", "created_at"),
        # Of the few that have a cause; the others cost it nothing.
        Index(
            "ix_notice_cause",
            "cause",
            "channel",
            "status",
            sqlite_where=text("cause is not null"),
            postgresql_where=text("cause is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    channel: Mapped[Channel]
    user_id: Mapped[int | None] = mapped_column(index=True)
    recipient: Mapped[str] = mapped_column(Encrypted("notice"))
    recipient_label: Mapped[str]
    template: Mapped[str]
    locale: Mapped[str] = mapped_column(default="zh_Hans")
    payload: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("notice"))
    is_wiped: Mapped[bool] = mapped_column(default=False)
    fair_id: Mapped[int | None] = mapped_column(index=True)
    budget_key: Mapped[str] = mapped_column(default="")
    cause: Mapped[str | None]
    status: Mapped[NoticeStatus] = mapped_column(default=NoticeStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_error: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
