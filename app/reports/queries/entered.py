"""Totals entered by hand, and how they join what was counted.

The rule, so that nothing is counted twice:

1. A total says only what this system did not count itself; it is *added* to what it did.
2. A total counts for a period if all its days lie inside it. One that reaches beyond is left
   out whole (it cannot be split), and the period says that it is not complete.
3. For one figure, every day counts once. Of totals whose days overlap, one for the whole
   bureau goes before one of a delegation (it contains it), then the longer before the
   shorter (a year contains its months), then the earlier entered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.errors import NotFound
from app.reports.models import ExternalFigure, Target
from app.reports.states import Measure


@dataclass(frozen=True)
class Entered:
    """The totals that count for one figure in one period, and those left out."""

    counted: tuple[ExternalFigure, ...] = ()
    contained: tuple[ExternalFigure, ...] = ()
    beyond: tuple[ExternalFigure, ...] = field(default=())

    @property
    def value(self) -> int:
        """What the counted totals add."""
        return sum(row.value for row in self.counted)

    @property
    def is_reconstructed(self) -> bool:
        """Whether part of it was put together afterwards."""
        return any(row.is_reconstructed for row in self.counted)

    @property
    def is_complete(self) -> bool:
        """Whether no total reaches over the period's edge."""
        return not self.beyond


NOTHING = Entered()


def join_totals(rows: Iterable[ExternalFigure], first_on: date, last_on: date) -> Entered:
    """Apply the rule to the totals of one figure."""
    touching = [row for row in rows if row.first_on <= last_on and row.last_on >= first_on]
    inside = [row for row in touching if first_on <= row.first_on and row.last_on <= last_on]
    counted: list[ExternalFigure] = []
    contained = []
    for row in sorted(inside, key=_rank):
        if any(_overlap(row, other) for other in counted):
            contained.append(row)
        else:
            counted.append(row)
    beyond = tuple(row for row in touching if row not in inside)
    return Entered(tuple(counted), tuple(contained), beyond)


def entered_totals(
    first_on: date, last_on: date, *, delegations: frozenset[int] | None = None
) -> dict[Measure, Entered]:
    """The totals of every figure that touch a period; for delegations, only their own."""
    query = select(ExternalFigure).where(
        ExternalFigure.removed_at.is_(None),
        ExternalFigure.first_on <= last_on,
        ExternalFigure.last_on >= first_on,
    )
    if delegations is not None:
        query = query.where(ExternalFigure.delegation_id.in_(delegations))
    rows: dict[Measure, list[ExternalFigure]] = {}
    for row in db.session.scalars(query.options(joinedload(ExternalFigure.delegation))):
        rows.setdefault(row.measure, []).append(row)
    return {measure: join_totals(of_one, first_on, last_on) for measure, of_one in rows.items()}


def list_totals(year: int) -> Sequence[ExternalFigure]:
    """The totals that touch a year, as the page of totals lists them."""
    query = (
        select(ExternalFigure)
        .where(
            ExternalFigure.removed_at.is_(None),
            ExternalFigure.first_on <= date(year, 12, 31),
            ExternalFigure.last_on >= date(year, 1, 1),
        )
        .options(joinedload(ExternalFigure.delegation))
        .order_by(ExternalFigure.first_on, ExternalFigure.last_on, ExternalFigure.id)
    )
    return db.session.scalars(query).all()


def totals_with_verdict(year: int) -> list[tuple[ExternalFigure, str]]:
    """The totals that touch a year, and what becomes of each in the report of the whole year.

    "counted", "contained" (another holds its days) or "beyond" (it reaches out of the year).
    """
    rows = list_totals(year)
    verdicts: dict[int, str] = {}
    for measure in {row.measure for row in rows}:
        of_one = [row for row in rows if row.measure is measure]
        found = join_totals(of_one, date(year, 1, 1), date(year, 12, 31))
        for verdict in ("counted", "contained", "beyond"):
            verdicts.update({row.id: verdict for row in getattr(found, verdict)})
    return [(row, verdicts[row.id]) for row in rows]


def get_total(total_id: int, *, removed: bool = False) -> ExternalFigure:
    """The total with an id; a removed one only where it is asked for."""
    found = db.session.get(ExternalFigure, total_id)
    if found is None or (found.removed_at is not None) != removed:
        raise NotFound()
    return found


def list_targets(year: int) -> dict[Measure, Target]:
    """What a year is to reach, in the order of the figures."""
    rows = {row.measure: row for row in db.session.scalars(select(Target).filter_by(year=year))}
    return {measure: rows[measure] for measure in Measure if measure in rows}


def list_years(this_year: int) -> list[int]:
    """The years something is known of, from totals and targets, and this one; latest first."""
    spans = db.session.execute(
        select(ExternalFigure.first_on, ExternalFigure.last_on).where(
            ExternalFigure.removed_at.is_(None)
        )
    )
    years = {this_year, this_year - 1}
    for first_on, last_on in spans:
        years.update(range(first_on.year, last_on.year + 1))
    years.update(db.session.scalars(select(Target.year).distinct()))
    return sorted(years, reverse=True)


def _rank(row: ExternalFigure) -> tuple[bool, int, int]:
    return (row.delegation_id is not None, -(row.last_on - row.first_on).days, row.id or 0)


def _overlap(row: ExternalFigure, other: ExternalFigure) -> bool:
    if row.first_on > other.last_on or other.first_on > row.last_on:
        return False
    scopes = {row.delegation_id, other.delegation_id}
    return None in scopes or len(scopes) == 1
