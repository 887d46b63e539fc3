"""Gates, devices, scans and what follows from them."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.checkins.states import (
    Decision,
    DeviceRole,
    Direction,
    Evidence,
    RecordKind,
    RulingKind,
    ScanSource,
    Verdict,
)
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import EncryptedJSON
from app.core.db import Model
from app.participations.models import Participation
from app.places.states import GateDirection
from app.registrations.models import Registration
from app.tours.models import Fair


class Gate(Model):
    """A gate of a fair. ``code`` is what its poster says (``/g/<code>``)."""

    __tablename__ = "gate"
    __table_args__ = (UniqueConstraint("fair_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    name: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True, default=lambda: random_code(16))
    direction: Mapped[GateDirection] = mapped_column(default=GateDirection.BOTH)
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    staff: Mapped[list["GateStaff"]] = relationship(
        back_populates="gate", cascade="all, delete-orphan"
    )


class GateStaff(Model):
    """Somebody who is to stand at a gate."""

    __tablename__ = "gate_staff"
    __table_args__ = (UniqueConstraint("gate_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    gate: Mapped[Gate] = relationship(back_populates="staff")
    user: Mapped[User] = relationship()


class Device(Model):
    """A phone that scans: of a signed-in member of staff, or borrowed and enrolled by QR.

    ``contiguous_seq`` is a mark up to which no number is missing, kept so that gaps are
    looked for from there; ``acknowledged_seq`` is what the device itself says was the
    highest number ever acknowledged, so that a restore shows. ``role`` *booth* belongs to
    an employer's stand and checks nobody in. ``pin_tries`` counts wrong supervisor PINs
    since ``pin_tried_at``.
    """

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))
    role: Mapped[DeviceRole] = mapped_column(default=DeviceRole.GATE)
    participation_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id"))
    name: Mapped[str] = mapped_column(default="")
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    acknowledged_seq: Mapped[int] = mapped_column(default=0)
    contiguous_seq: Mapped[int] = mapped_column(default=0)
    reported_queue: Mapped[int | None]
    offset_ms: Mapped[int | None]
    pin_tries: Mapped[int] = mapped_column(default=0)
    pin_tried_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
    gate: Mapped[Gate | None] = relationship()
    user: Mapped[User | None] = relationship()
    participation: Mapped[Participation | None] = relationship()


class DeviceEnrolment(Model):
    """A secret, shown as a QR code, that makes one borrowed phone a device: ten minutes, once."""

    __tablename__ = "device_enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))


class SupervisorPin(Model):
    """The number that allows an override at a gate of a fair: PBKDF2-HMAC-SHA-256 of it.

    Devices hold the same facts, so that a supervisor can act without a network; that is
    why it is no Argon2, which browsers lack.
    """

    __tablename__ = "supervisor_pin"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    iterations: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    set_at: Mapped[datetime] = mapped_column(default=utcnow)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Scan(Model):
    """One scan, as it was made: every field is written once (CHECKIN protocol, section 4).

    ``id`` is a UUIDv7 minted where the code was decoded and is the scan's identity only.
    ``scanned_at`` is the best estimate of the true time, ``device_time`` the raw clock.
    ``ticket_hash`` is null only for a typed code that was never found. ``shown``,
    ``decision`` and ``voided_*`` go from null to a value once.
    """

    __tablename__ = "scan"
    __table_args__ = (
        Index("ix_scan_fair_id_scanned_at", "fair_id", "scanned_at"),
        Index("ix_scan_ticket_hash", "ticket_hash"),
        Index("ix_scan_device_id_seq", "device_id", "seq"),
        CheckConstraint(
            "(source = 'device' and device_id is not null and seq is not null)"
            " or (source in ('staff', 'desk', 'paper') and actor_id is not null)"
            " or (source = 'self')",
            name="who",
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[int | None]
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ticket_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    direction: Mapped[Direction] = mapped_column(default=Direction.IN)
    scanned_at: Mapped[datetime]
    device_time: Mapped[datetime | None]
    offset_ms: Mapped[int | None]
    source: Mapped[ScanSource]
    evidence: Mapped[Evidence]
    roster_version: Mapped[int | None]
    answer: Mapped[Verdict]
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    shown: Mapped[Verdict | None]
    decision: Mapped[Decision | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decision_reason: Mapped[str] = mapped_column(default="")
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    void_reason: Mapped[str] = mapped_column(default="")

    gate: Mapped[Gate | None] = relationship()


class ScanRecord(Model):
    """Something a device said about a scan afterwards, once for each id.

    What it says is written into the scan's own fields; this row makes the record
    repeatable and keeps who said it when.
    """

    __tablename__ = "scan_record"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    scan_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("scan.id"), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    kind: Mapped[RecordKind]
    value: Mapped[str | None]
    said_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=utcnow)


class QuarantinedScan(Model):
    """A record that could not be stored as a scan, kept with its bytes for a person to look at.

    ``device_uid`` names a device this database does not know (any more), ``seq`` the
    number it had there, so that it is not reported missing. ``settled_at`` says when somebody
    took it in, or left it out for good.
    """

    __tablename__ = "quarantined_scan"
    __table_args__ = (Index("ix_quarantined_scan_device_id_seq", "device_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    device_uid: Mapped[str] = mapped_column(default="")
    scan_id: Mapped[str] = mapped_column(default="")
    seq: Mapped[int | None]
    why: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_sha256: Mapped[str] = mapped_column(unique=True)
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Admission(Model):
    """The arbiter of "one green": the primary key decides which scan let somebody in.

    ``day`` is the fair's date for the policy *daily*, else the constant 1970-01-01;
    ``cycle`` counts the exits before this entry for *re-entry after exit*, else 0.
    """

    __tablename__ = "admission"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    cycle: Mapped[int] = mapped_column(primary_key=True)
    scan_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("scan.id", deferrable=True, initially="DEFERRED"), index=True
    )


class Attendance(Model):
    """What the scans of one registration come to: a cache of ``merge.derive``."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index("ix_attendance_fair_id_first_at", "fair_id", "first_at"),
        Index("ix_attendance_fair_id_last_direction", "fair_id", "last_direction"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    first_at: Mapped[datetime]
    first_gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))
    last_direction: Mapped[Direction]
    last_at: Mapped[datetime]
    evidence: Mapped[Evidence]
    duplicates: Mapped[int] = mapped_column(default=0)
    flags: Mapped[list[str]] = mapped_column(default=list)

    registration: Mapped[Registration] = relationship()
    first_gate: Mapped[Gate | None] = relationship()


class HallCount(Model):
    """How many people came to a fair and are inside: the sums of its attendances, kept.

    Counting thousands of rows at each scan would make scans slower with everyone who
    comes. A fair's count is spread over a few rows (``shard``), because on PostgreSQL a
    row is held until the commit and gates would wait for each other; only the sums mean
    something, a single row may be below zero.
    """

    __tablename__ = "hall_count"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True)
    attended: Mapped[int] = mapped_column(default=0)
    inside: Mapped[int] = mapped_column(default=0)


class Ruling(Model):
    """What an organiser decided about stored scans, so that it can be read and taken back.

    ``scans`` are the ids that were looked at, ``voided`` those struck out by this ruling,
    ``restored`` the new rows that stand for them since it was taken back: a scan's own
    fields are written once, so what was void stays void and a copy counts instead.
    ``duplicates`` is how many greens too many were accepted by *all right*.
    """

    __tablename__ = "ruling"
    __table_args__ = (Index("ix_ruling_fair_id_kind", "fair_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    kind: Mapped[RulingKind]
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    kept_scan_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("scan.id"))
    scans: Mapped[list[str]] = mapped_column(default=list)
    voided: Mapped[list[str]] = mapped_column(default=list)
    restored: Mapped[list[str]] = mapped_column(default=list)
    duplicates: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    registration: Mapped[Registration | None] = relationship()
    device: Mapped[Device | None] = relationship()
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])


class PaperList(Model):
    """Names that stood on paper, entered afterwards as scans.

    ``lines`` is what was typed with what was found, sealed: ``{"lines": [{text, code,
    last4, name, verdict, registration, candidates}]}``. Applied once; taken back once.
    """

    __tablename__ = "paper_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    gate_id: Mapped[int | None] = mapped_column(ForeignKey("gate.id"))
    came_at: Mapped[datetime]
    reason: Mapped[str]
    lines: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON("paper-list"))
    entered: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(default=utcnow)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    fair: Mapped[Fair] = relationship()
    gate: Mapped[Gate | None] = relationship()
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])


class DisplayLink(Model):
    """A revocable link that opens a fair's board or gate screen without signing in."""

    __tablename__ = "display_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Epoch(Model):
    """The life this database is in: a restore begins a new one (one row, id 1)."""

    __tablename__ = "epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(default=utcnow)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
