"""Schools, venues, delegations."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utcnow
from app.core.db import Model

# The values a layout is made of are part of this room's tables; others take them from here.
from app.places.layouts import HallLayout as HallLayout
from app.places.layouts import Layout as Layout
from app.places.layouts import Square as Square
from app.places.layouts import layout_from
from app.places.layouts import read_layout as read_layout
from app.places.states import GateDirection


class School(Model):
    """A school students come from.

    ``moe_code`` is the ministry's 10-digit identification code, null for the few without
    (military, foreign, other). ``search_text`` is names, former names, abbreviations and
    pinyin (initials and in full) in lower case, for the type-ahead.
    """

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(primary_key=True)
    moe_code: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    name_en: Mapped[str] = mapped_column(default="")
    former_names: Mapped[list[str]] = mapped_column(default=list)
    abbreviations: Mapped[list[str]] = mapped_column(default=list)
    initials: Mapped[str] = mapped_column(default="", index=True)
    search_text: Mapped[str] = mapped_column(default="")
    province: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="", index=True)
    tier: Mapped[str] = mapped_column(default="")
    supervisor: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")
    is_double_first_class: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Delegation(Model):
    """A county's delegation (分团): employers and officers belong to one."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]


class Venue(Model):
    """A place where fairs are held, with its halls and its gates."""

    __tablename__ = "venue"
    __table_args__ = (Index("ix_venue_city_name_zh", "city", "name_zh"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    city: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    directions: Mapped[str] = mapped_column(default="")
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    permitted_number: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    school: Mapped[School | None] = relationship()
    halls: Mapped[list["Hall"]] = relationship(
        back_populates="venue", order_by="Hall.position", cascade="all, delete-orphan"
    )
    gates: Mapped[list["VenueGate"]] = relationship(
        back_populates="venue", order_by="VenueGate.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}


class Hall(Model):
    """A hall of a venue."""

    __tablename__ = "hall"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)

    venue: Mapped[Venue] = relationship(back_populates="halls")


class VenueLayout(Model):
    """How a venue's halls are laid out as a rule; a fair begins with a copy of it.

    ``layout`` is what :mod:`app.places.layouts` reads: halls with their squares.
    """

    __tablename__ = "venue_layout"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str]
    layout: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    venue: Mapped[Venue] = relationship()

    __mapper_args__ = {"version_id_col": version}

    def to_layout(self) -> Layout:
        """Its halls as values."""
        return layout_from(self.layout)


class VenueGate(Model):
    """A gate of a venue; a fair held there begins with a copy of it."""

    __tablename__ = "venue_gate"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), index=True)
    name: Mapped[str]
    direction: Mapped[GateDirection] = mapped_column(default=GateDirection.BOTH)
    position: Mapped[int] = mapped_column(default=0)

    venue: Mapped[Venue] = relationship(back_populates="gates")
