"""Messages to many, and for whom each was."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import Model
from app.messages.states import MessageStatus, RecipientStatus, Segment
from app.places.models import Delegation
from app.tours.models import Fair


class OrganiserMessage(Model):
    """One message of the organiser to a segment of a fair, or of all fairs of its stop.

    ``key`` comes from the page that asked for the last time, so that a button pressed twice
    sends once. ``number`` counts the fair's messages of a day (``sent_on``, there).
    What was counted when it was confirmed stays: ``heads`` employers or students, ``people``
    written to, ``mails`` of them by mail too, ``texts`` of those without an e-mail by text
    message too (none, where that was not wanted), ``declined`` who want no such messages,
    ``unreachable`` employers or students without an account. ``written`` and ``left_out``
    grow while it is being sent.
    """

    __tablename__ = "organiser_message"
    __table_args__ = (
        UniqueConstraint("fair_id", "sent_on", "number"),
        CheckConstraint("(subject_en = '') = (body_en = '')", name="english"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    key: Mapped[str] = mapped_column(unique=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    sent_on: Mapped[date]
    number: Mapped[int]
    segment: Mapped[Segment]
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    whole_stop: Mapped[bool] = mapped_column(default=False)
    by_mail: Mapped[bool] = mapped_column(default=True)
    subject_zh: Mapped[str]
    body_zh: Mapped[str]
    subject_en: Mapped[str] = mapped_column(default="")
    body_en: Mapped[str] = mapped_column(default="")
    status: Mapped[MessageStatus] = mapped_column(default=MessageStatus.SENDING)
    heads: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    mails: Mapped[int] = mapped_column(default=0)
    texts: Mapped[int] = mapped_column(default=0, server_default="0")
    declined: Mapped[int] = mapped_column(default=0)
    unreachable: Mapped[int] = mapped_column(default=0)
    written: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    finished_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    created_by: Mapped[User | None] = relationship()

    @property
    def cause(self) -> str:
        """What its notices in the outbox are found by."""
        return f"message:{self.uid}"

    @property
    def dealt_with(self) -> int:
        """For how many of its people it is decided what became of it."""
        return self.written + self.left_out


class MessageRecipient(Model):
    """Somebody a message is for: one row a person, so that nobody gets it twice.

    ``fair_id`` is the fair it speaks of to them; ``by_text`` whether a text message tells them
    that it is there; ``at`` when their turn came.
    """

    __tablename__ = "message_recipient"
    __table_args__ = (
        UniqueConstraint("message_id", "user_id"),
        Index("ix_message_recipient_message_id_status_id", "message_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("organiser_message.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    by_text: Mapped[bool] = mapped_column(default=False, server_default=false())
    status: Mapped[RecipientStatus] = mapped_column(default=RecipientStatus.WAITING)
    at: Mapped[datetime | None]

    message: Mapped[OrganiserMessage] = relationship()
