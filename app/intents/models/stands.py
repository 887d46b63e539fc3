"""Students whom stands met with their phones: questions that wait for an answer."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.checkins.models import Device
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import Model
from app.intents.states import ContactState, Step
from app.participations.models import Participation
from app.registrations.models import Registration


class BoothContact(Model):
    """A student whose ticket a stand scanned, and the step the stand proposes: a question.

    It counts nowhere and shows nobody's name; once the student says yes there is a share and
    an intent, and those count. ``step``, ``scanned_at`` and ``scan_id`` are those of the
    newest scan (``services.contacts`` has the rule).
    """

    __tablename__ = "booth_contact"
    __table_args__ = (UniqueConstraint("participation_id", "registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True)
    step: Mapped[Step]
    scanned_at: Mapped[datetime]
    scan_id: Mapped[uuid.UUID]
    state: Mapped[ContactState] = mapped_column(default=ContactState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    lapses_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    participation: Mapped[Participation] = relationship()
    registration: Mapped[Registration] = relationship()

    @property
    def is_waiting(self) -> bool:
        """Whether the student is to answer now."""
        return self.state is ContactState.WAITING


class BoothScan(Model):
    """One scan of a stand's phone as it was sent, written once; ``contact_id`` once it is known.

    ``id`` is a UUIDv7 minted on the phone, ``scanned_at`` the best estimate of the true time.
    Of ticket and short code one is there, until both are forgotten with the student.
    """

    __tablename__ = "booth_scan"
    __table_args__ = (
        Index("ix_booth_scan_device_id_seq", "device_id", "seq"),
        CheckConstraint("ticket_hash is null or short_code is null", name="ticket"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[int]
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("booth_contact.id"), index=True)
    ticket_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    short_code: Mapped[str | None]
    step: Mapped[Step]
    scanned_at: Mapped[datetime]
    device_time: Mapped[datetime | None]
    offset_ms: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(default=utcnow)

    device: Mapped[Device] = relationship()
    contact: Mapped[BoothContact | None] = relationship()
