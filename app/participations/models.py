"""An employer at a fair: the application, its people, its booth, what it offers there."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted
from app.core.db import Model
from app.core.files import StoredFile
from app.employers.models import Employer, Position
from app.employers.states import PillarIndustry
from app.participations.states import BoothKind, Bundle, ParticipationStatus, PrintStatus
from app.places.models import Delegation
from app.tours.models import Fair


class Booth(Model):
    """A square of a fair's hall: a booth with its code, an aisle, or blocked.

    ``row`` and ``column`` place it in the hall's grid, both from 0. ``zone`` is the letter
    before the number in the code; a zone may be meant for a delegation or an industry.
    A spare booth is not given automatically; a large one is as wide as two.
    ``label`` says what stands on a blocked square (服务台, 面试间). A booth turned into an
    aisle keeps its code, so that it can be turned back.
    """

    __tablename__ = "booth"
    __table_args__ = (
        UniqueConstraint("fair_id", "hall", "row", "column"),
        UniqueConstraint("fair_id", "code"),
        Index("ix_booth_fair_id_zone", "fair_id", "zone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    hall: Mapped[str] = mapped_column(default="")
    row: Mapped[int]
    column: Mapped[int]
    code: Mapped[str | None]
    kind: Mapped[BoothKind] = mapped_column(default=BoothKind.BOOTH)
    zone: Mapped[str] = mapped_column(default="")
    has_power: Mapped[bool] = mapped_column(default=False)
    is_large: Mapped[bool] = mapped_column(default=False)
    is_spare: Mapped[bool] = mapped_column(default=False)
    label: Mapped[str] = mapped_column(default="")

    fair: Mapped[Fair] = relationship()


class FloorPlan(Model):
    """What holds for a fair's plan as a whole; a plan nobody set anything for has no row.

    ``version`` rises with every change of the hall, so that two people at once are told.
    ``spare`` booths are kept free by the automatic placement. Employers may choose among
    the free booths until ``picks_until`` (null: they may not).
    """

    __tablename__ = "floor_plan"
    __table_args__ = (CheckConstraint("spare >= 0", name="spare"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    spare: Mapped[int] = mapped_column(default=0)
    picks_until: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()


class BoothZone(Model):
    """What a zone of a fair is called and for whom it is meant."""

    __tablename__ = "booth_zone"
    __table_args__ = (UniqueConstraint("fair_id", "zone"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    zone: Mapped[str]
    name_zh: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    pillar_industry: Mapped[PillarIndustry | None]

    delegation: Mapped[Delegation | None] = relationship()


class Participation(Model):
    """An employer's application to one fair, and what became of it.

    ``public_code`` stands in the QR of the booth sign (``/b/<code>``) and stays with the
    employer when the booth changes. ``delegation_id`` is the employer's at the time.
    """

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("fair_id", "employer_id"),
        Index("ix_participation_fair_id_status", "fair_id", "status"),
        CheckConstraint(
            "booth_id is null or status in ('approved', 'confirmed', 'arrived', 'no_show')",
            name="booth",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    status: Mapped[ParticipationStatus] = mapped_column(default=ParticipationStatus.DRAFT)
    status_reason: Mapped[str] = mapped_column(default="")
    booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id"), unique=True)
    public_code: Mapped[str] = mapped_column(unique=True, default=lambda: random_code(16))
    needs_power: Mapped[bool] = mapped_column(default=False)
    needs_large: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirm_by: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    arrived_via: Mapped[str] = mapped_column(default="")
    no_show_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    fair: Mapped[Fair] = relationship()
    employer: Mapped[Employer] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    booth: Mapped[Booth | None] = relationship()
    reviewed_by: Mapped[User | None] = relationship()
    representatives: Mapped[list["Representative"]] = relationship(
        back_populates="participation", order_by="Representative.id", cascade="all, delete-orphan"
    )
    offered: Mapped[list["OfferedPosition"]] = relationship(
        back_populates="participation", order_by="OfferedPosition.id", cascade="all, delete-orphan"
    )

    appeal: Mapped["NoShowAppeal | None"] = relationship(back_populates="participation")

    __mapper_args__ = {"version_id_col": version}


class NoShowAppeal(Model):
    """What an employer says about not having come, and what the organiser made of it.

    One word each: a second appeal would be the same again. ``accepted`` null: not decided.
    """

    __tablename__ = "no_show_appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), unique=True)
    text: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=utcnow)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accepted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    participation: Mapped[Participation] = relationship(back_populates="appeal")


class Representative(Model):
    """A named person who comes to the fair for an employer (参会人员)."""

    __tablename__ = "representative"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), index=True)
    name: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    participation: Mapped[Participation] = relationship(back_populates="representatives")


class OfferedPosition(Model):
    """A position brought to one fair; ``openings`` there, null for 若干."""

    __tablename__ = "offered_position"
    __table_args__ = (
        UniqueConstraint("participation_id", "position_id"),
        CheckConstraint("openings is null or openings > 0", name="openings"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    openings: Mapped[int | None]

    participation: Mapped[Participation] = relationship(back_populates="offered")
    position: Mapped[Position] = relationship()


class BoothMove(Model):
    """One assignment of a booth, so that the last one can be undone.

    Moves made by one act share a ``batch`` and are undone together. ``because`` are the
    reasons of an automatic placement (``[code, params]`` each); null where a person chose.
    """

    __tablename__ = "booth_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"))
    from_booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id"))
    to_booth_id: Mapped[int | None] = mapped_column(ForeignKey("booth.id"))
    batch: Mapped[str] = mapped_column(default=lambda: random_code(16), index=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    because: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    undone_at: Mapped[datetime | None]

    participation: Mapped[Participation] = relationship()


class BoothHold(Model):
    """A free booth that an employer is choosing: nobody else may take it until it expires.

    One hold a booth and one an employer, both by the database.
    """

    __tablename__ = "booth_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booth.id"), unique=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id"), unique=True)
    expires_at: Mapped[datetime]

    booth: Mapped[Booth] = relationship()
    participation: Mapped[Participation] = relationship()


class Rivalry(Model):
    """Two employers that should not stand near each other, at any fair."""

    __tablename__ = "rivalry"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    first: Mapped[Employer] = relationship(foreign_keys=first_id)
    second: Mapped[Employer] = relationship(foreign_keys=second_id)


class PrintJob(StoredFile, Model):
    """A bundle of pages somebody asked for, how far it is, and its file until it expires.

    ``beat_at`` moves on while a worker draws; one that stands still has lost its worker.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        Index("ix_print_job_fair_id_created_at", "fair_id", "created_at"),
        # Two clicks at once order one bundle.
        Index(
            "uq_print_job_unfinished",
            "fair_id",
            "bundle",
            unique=True,
            sqlite_where=text("status in ('waiting', 'running')"),
            postgresql_where=text("status in ('waiting', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    bundle: Mapped[Bundle]
    size: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="zh_Hans")
    status: Mapped[PrintStatus] = mapped_column(default=PrintStatus.WAITING)
    problem: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    fair: Mapped[Fair] = relationship()
