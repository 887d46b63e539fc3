"""Employers, the people who act for them, and what they hire."""

from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.accounts.permissions import Role
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted
from app.core.db import Model
from app.core.files import StoredFile
from app.core.wordindex import WordIndex
from app.employers.states import EmployerStatus, Ownership, Papers, PayPeriod, PillarIndustry
from app.places.models import Delegation
from app.places.states import EducationLevel

SOON = timedelta(days=60)
# What a month holds of each period: 21.75 paid days (人社部发〔2008〕3号) of eight hours.
MONTHLY = {PayPeriod.YEAR: 1 / 12, PayPeriod.DAY: 21.75, PayPeriod.HOUR: 174.0}


class Employer(StoredFile, Model):
    """A company or institution that hires. Its stored file is the business licence.

    ``uscc`` is the 18-character unified social credit code (GB 32100-2015), null for
    those with only a 15-digit registration number.
    """

    __tablename__ = "employer"
    __table_args__ = (Index("ix_employer_status_submitted_at", "status", "submitted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    name_en: Mapped[str] = mapped_column(default="")
    short_name: Mapped[str] = mapped_column(default="")
    uscc: Mapped[str | None] = mapped_column(unique=True)
    registration_number: Mapped[str | None] = mapped_column(unique=True)
    ownership: Mapped[Ownership] = mapped_column(default=Ownership.PRIVATE)
    industry: Mapped[str] = mapped_column(default="")
    pillar_industry: Mapped[PillarIndustry | None]
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    city: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    headcount: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    introduction: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    contact_email: Mapped[str] = mapped_column(default="")
    licence_valid_until: Mapped[date | None]
    initials: Mapped[str] = mapped_column(default="", index=True)
    status: Mapped[EmployerStatus] = mapped_column(default=EmployerStatus.PENDING, index=True)
    status_reason: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime] = mapped_column(default=utcnow)
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    delegation: Mapped[Delegation | None] = relationship()
    reviewed_by: Mapped[User | None] = relationship()
    members: Mapped[list["EmployerMember"]] = relationship(back_populates="employer")
    positions: Mapped[list["Position"]] = relationship(
        back_populates="employer", order_by="Position.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def display_name(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    def papers_on(self, day: date) -> Papers:
        """How the licence stands on a day; one without an end is valid for good (长期)."""
        if self.file_key is None:
            return Papers.MISSING
        if self.licence_valid_until is None or self.licence_valid_until > day + SOON:
            return Papers.COMPLETE
        return Papers.EXPIRED if self.licence_valid_until < day else Papers.EXPIRING


class EmployerMember(Model):
    """Somebody who acts for an employer; a person acts for one employer only."""

    __tablename__ = "employer_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), unique=True)
    role: Mapped[Role] = mapped_column(default=Role.RECRUITER)
    job_title: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]

    employer: Mapped[Employer] = relationship(back_populates="members")
    user: Mapped[User] = relationship()


class Position(Model):
    """A post an employer hires for, written once and offered at many fairs.

    ``openings`` is the headcount, null for 若干 (unknown). Pay is kept as written and as a
    range in yuan per ``pay_period``, both null where it is negotiable or unreadable.
    ``hints`` are wordings a reviewer should look at.
    """

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("openings is null or openings > 0", name="openings"),
        CheckConstraint("pay_high is null or pay_high >= pay_low", name="pay"),
        Index("ix_position_employer_id_archived_at", "employer_id", "archived_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    employer_id: Mapped[int] = mapped_column(ForeignKey("employer.id"))
    title: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    openings: Mapped[int | None]
    majors: Mapped[list[str]] = mapped_column(default=list)
    place: Mapped[str] = mapped_column(default="")
    pay_text: Mapped[str] = mapped_column(default="")
    pay_low: Mapped[int | None]
    pay_high: Mapped[int | None]
    pay_period: Mapped[PayPeriod | None]
    pay_months: Mapped[int | None]
    description: Mapped[str] = mapped_column(default="")
    requirements: Mapped[str] = mapped_column(default="")
    benefits: Mapped[str] = mapped_column(default="")
    valid_until: Mapped[date | None]
    hints: Mapped[list[str]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    employer: Mapped[Employer] = relationship(back_populates="positions")
    level_rows: Mapped[list["PositionLevel"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", back_populates="position"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def levels(self) -> list[EducationLevel]:
        """The education levels asked for, best first; empty means any."""
        asked = {row.level for row in self.level_rows}
        return [level for level in EducationLevel if level in asked]

    @levels.setter
    def levels(self, levels: list[EducationLevel]) -> None:
        kept = {row.level: row for row in self.level_rows}
        self.level_rows = [
            kept.get(level) or PositionLevel(level=level) for level in dict.fromkeys(levels)
        ]

    @property
    def monthly_low(self) -> float | None:
        """The lower end in yuan a month, for comparing."""
        if self.pay_low is None:
            return None
        return self.pay_low * MONTHLY.get(self.pay_period or PayPeriod.MONTH, 1.0)


class PositionLevel(Model):
    """One education level a position asks for."""

    __tablename__ = "position_level"
    __table_args__ = (UniqueConstraint("position_id", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    level: Mapped[EducationLevel]

    position: Mapped[Position] = relationship(back_populates="level_rows")


class PositionEntry(Model):
    """What is searched of one position, made of it and of its employer.

    The texts are folded (``core.words``). ``levels`` has a bit for each level that is taken,
    in the order of :class:`EducationLevel`, all of them where none is named. ``pay`` is the
    upper end in yuan a month, ``city`` the place up to its first mark, as written.
    ``categories`` are the codes of the majors' categories, ``wholes`` of those named as a
    whole, each between blanks; ``majors``, with bars between them, is empty where any will
    do. ``open_until`` is when the last fair ends that shows the position; while it is set, the
    words stand in ``POSITION_WORDS`` too.
    """

    __tablename__ = "position_entry"

    position_id: Mapped[int] = mapped_column(
        ForeignKey("position.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    title: Mapped[str]
    text: Mapped[str]
    majors: Mapped[str]
    categories: Mapped[str]
    wholes: Mapped[str]
    place: Mapped[str]
    city: Mapped[str]
    levels: Mapped[int]
    pay: Mapped[int | None]
    delegation_id: Mapped[int | None]
    pillar_industry: Mapped[PillarIndustry | None]
    open_until: Mapped[datetime | None] = mapped_column(index=True)


def level_bit(level: EducationLevel) -> int:
    """The bit of a level in an entry's ``levels``."""
    return 1 << list(EducationLevel).index(level)


def pillar_mark(pillar: PillarIndustry | None) -> str:
    """The token of a pillar industry in the index of words: letters only."""
    return f"=i{(pillar or '').replace('_', '')}"


POSITION_WORDS = WordIndex("position_words", cast(Table, PositionEntry.__table__))
