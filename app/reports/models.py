"""Frozen figures, targets, and totals that were entered by hand."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import Model
from app.places.models import Delegation
from app.reports.states import Measure
from app.tours.models import Fair


class FairSnapshot(Model):
    """The figures of a fair as they were published; a correction is a further snapshot."""

    __tablename__ = "fair_snapshot"
    __table_args__ = (UniqueConstraint("fair_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    number: Mapped[int]
    figures: Mapped[dict[str, Any]]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime] = mapped_column(default=utcnow)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    fair: Mapped[Fair] = relationship()
    taken_by: Mapped[User | None] = relationship()


class Target(Model):
    """What a year is to reach."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("year", "measure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    measure: Mapped[Measure]
    value: Mapped[int]
    note: Mapped[str] = mapped_column(default="")


class ExternalFigure(Model):
    """A total entered by hand: last year's, or of fairs run elsewhere.

    Counts for the days ``first_on`` to ``last_on``; ``delegation_id`` null is the whole
    bureau. ``is_reconstructed`` marks a figure nobody counted at the time. A removed total
    counts for nothing and can be brought back.
    """

    __tablename__ = "external_figure"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="dates"),
        CheckConstraint("value >= 0", name="value"),
        Index("ix_external_figure_measure_first_on", "measure", "first_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    measure: Mapped[Measure]
    first_on: Mapped[date]
    last_on: Mapped[date]
    value: Mapped[int]
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    is_reconstructed: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    entered_at: Mapped[datetime] = mapped_column(default=utcnow)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    delegation: Mapped[Delegation | None] = relationship()
