"""Tours, the cities they stop at, and the fairs held there."""

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import DEFAULT_ZONE, utcnow
from app.core.db import Model
from app.core.files import StoredFile
from app.places.models import Delegation, School, Venue
from app.tours.states import (
    DocumentKind,
    FairKind,
    FairMode,
    FairPhase,
    FairPlace,
    FairStatus,
    ReentryPolicy,
)

tour_delegation = Table(
    "tour_delegation",
    Model.metadata,
    Column("tour_id", ForeignKey("tour.id"), primary_key=True),
    Column("delegation_id", ForeignKey("delegation.id"), primary_key=True),
)


class Tour(Model):
    """A tour 引才专列: cities in order, and the fairs held in them."""

    __tablename__ = "tour"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    summary_zh: Mapped[str] = mapped_column(default="")
    summary_en: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    applications_close_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    stops: Mapped[list["Stop"]] = relationship(
        back_populates="tour", order_by="Stop.position", cascade="all, delete-orphan"
    )
    fairs: Mapped[list["Fair"]] = relationship(back_populates="tour", order_by="Fair.starts_at")
    delegations: Mapped[list[Delegation]] = relationship(
        secondary=tour_delegation, order_by=Delegation.position
    )

    __mapper_args__ = {"version_id_col": version}


class Stop(Model):
    """A stop 站: a city on the route, with the days spent there."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("leaves_on >= arrives_on", name="dates"),
        Index("ix_stop_tour_id_position", "tour_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tour.id"))
    position: Mapped[int]
    city: Mapped[str]
    city_en: Mapped[str] = mapped_column(default="")
    arrives_on: Mapped[date]
    leaves_on: Mapped[date]
    note: Mapped[str] = mapped_column(default="")

    tour: Mapped[Tour] = relationship(back_populates="stops")
    fairs: Mapped[list["Fair"]] = relationship(back_populates="stop", order_by="Fair.starts_at")


class Fair(Model):
    """A fair 场次: one session at one venue, of a tour or on its own.

    ``permitted_number`` people may be inside at a time; ``capacity`` is how many may
    register (null: no limit). Employers apply until ``applications_close_at``, confirm
    until ``confirm_by`` and arrive between ``arrivals_from`` and ``arrivals_until``.
    ``online_visitors`` is entered by hand and never added to those who came in.
    """

    __tablename__ = "fair"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("capacity is null or capacity >= 0", name="capacity"),
        Index("ix_fair_status_starts_at", "status", "starts_at"),
        Index("ix_fair_city_starts_at", "city", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    tour_id: Mapped[int | None] = mapped_column(ForeignKey("tour.id"), index=True)
    stop_id: Mapped[int | None] = mapped_column(ForeignKey("stop.id"), index=True)
    title_zh: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    summary_zh: Mapped[str] = mapped_column(default="")
    summary_en: Mapped[str] = mapped_column(default="")
    kind: Mapped[FairKind] = mapped_column(default=FairKind.TWO_WAY_FAIR)
    mode: Mapped[FairMode] = mapped_column(default=FairMode.ONSITE)
    place: Mapped[FairPlace] = mapped_column(default=FairPlace.OUTBOUND)
    city: Mapped[str]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    host_school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    doors_at: Mapped[datetime | None]
    time_zone: Mapped[str] = mapped_column(default=DEFAULT_ZONE)
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    permitted_number: Mapped[int | None]
    capacity: Mapped[int | None]
    expected_people: Mapped[int | None]
    reentry: Mapped[ReentryPolicy] = mapped_column(default=ReentryPolicy.REENTRY)
    applications_close_at: Mapped[datetime | None]
    confirm_by: Mapped[datetime | None]
    arrivals_from: Mapped[datetime | None]
    arrivals_until: Mapped[datetime | None]
    online_visitors: Mapped[int | None]
    status: Mapped[FairStatus] = mapped_column(default=FairStatus.DRAFT)
    status_reason: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    tour: Mapped[Tour | None] = relationship(back_populates="fairs")
    stop: Mapped[Stop | None] = relationship(back_populates="fairs")
    venue: Mapped[Venue | None] = relationship()
    host_school: Mapped[School | None] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    created_by: Mapped[User | None] = relationship()
    documents: Mapped[list["FairDocument"]] = relationship(
        back_populates="fair", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    def title_in(self, locale: str | None) -> str:
        """Its title for somebody who reads ``en`` or Chinese."""
        return (self.title_en if locale == "en" else "") or self.title_zh

    @property
    def opens_doors_at(self) -> datetime:
        """When people are let in: the doors' time, else half an hour before the start."""
        return self.doors_at or self.starts_at - timedelta(minutes=30)

    @property
    def is_public(self) -> bool:
        """Whether visitors may see the fair's page."""
        return self.status is not FairStatus.DRAFT and self.published_at is not None

    @property
    def needs_permits(self) -> bool:
        """Whether the law asks for a police permit and plans: 1,000 people or more.

        大型群众性活动安全管理条例 (State Council order 505), article 2.
        """
        expected = max(self.expected_people or 0, self.capacity or 0, self.permitted_number or 0)
        return expected >= 1000 and self.mode is not FairMode.ONLINE

    def is_open_at(self, moment: datetime) -> bool:
        """Whether people may go in at a moment: from the doors' opening to the end."""
        if self.status not in (FairStatus.PUBLISHED, FairStatus.CLOSED):
            return False
        return self.opens_doors_at <= moment < self.ends_at

    def takes_registrations_at(self, moment: datetime) -> bool:
        """Whether a student may register at a moment (walk-ins: until the fair's end)."""
        if self.status is not FairStatus.PUBLISHED or moment >= self.ends_at:
            return False
        if self.opens_doors_at <= moment:
            return True
        opens = self.registration_opens_at or self.published_at or self.created_at
        closes = self.registration_closes_at or self.ends_at
        return opens <= moment < closes

    def takes_applications_at(self, moment: datetime) -> bool:
        """Whether an employer may apply at a moment."""
        closes = self.applications_close_at or self.starts_at
        return self.status is FairStatus.PUBLISHED and moment < min(closes, self.starts_at)

    def phase_at(self, moment: datetime) -> FairPhase:
        """What a visitor should be told at a moment."""
        if self.status is FairStatus.CANCELLED:
            return FairPhase.CANCELLED
        if self.status is FairStatus.POSTPONED:
            return FairPhase.POSTPONED
        if self.status is FairStatus.CLOSED or moment >= self.ends_at:
            return FairPhase.ENDED
        if moment >= self.opens_doors_at:
            return FairPhase.ONGOING
        opens = self.registration_opens_at
        if opens is not None and moment < opens:
            return FairPhase.UPCOMING
        if self.takes_registrations_at(moment):
            return FairPhase.OPEN
        return FairPhase.REGISTRATION_CLOSED


class FairDocument(StoredFile, Model):
    """A paper of a fair: permit, plans, contract."""

    __tablename__ = "fair_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"), index=True)
    kind: Mapped[DocumentKind]
    note: Mapped[str] = mapped_column(default="")
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    fair: Mapped[Fair] = relationship(back_populates="documents")


class FairCheck(Model):
    """An item of a fair's readiness list that a person ticks (the rest is computed)."""

    __tablename__ = "fair_check"
    __table_args__ = (UniqueConstraint("fair_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    key: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime] = mapped_column(default=utcnow)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
