"""The yearly report: this year so far, against its targets and against last year."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.accounts.permissions import Scope
from app.core.clock import today
from app.core.db import db
from app.participations.models import Participation
from app.places.models import Delegation
from app.places.states import EducationLevel
from app.reports import measures
from app.reports.models import ExternalFigure
from app.reports.queries.counting import (
    Chosen,
    Counts,
    count_by,
    count_everything,
    count_students_by,
    intents_by_level,
)
from app.reports.queries.entered import (
    NOTHING,
    Entered,
    entered_totals,
    list_targets,
    list_years,
)
from app.reports.queries.fairs import choose, day_of, is_of_fairs, list_held, with_entered
from app.reports.states import Measure
from app.tours.models import Fair, Tour
from app.tours.states import FairStatus

# What the report opens with, and what its table lists.
HEADLINES = (Measure.FAIRS, Measure.POSITIONS, Measure.INTENTS)
# Targets are set for the whole bureau.
SHOWN = tuple(Measure)
# Levels that stand in the report even while they are nought.
LEVELS = (
    EducationLevel.DOCTORAL,
    EducationLevel.MASTERS,
    EducationLevel.BACHELORS,
    EducationLevel.JUNIOR_COLLEGE,
)


@dataclass(frozen=True)
class Period:
    """What is known of some days: counted here, and entered by hand."""

    first_on: date
    last_on: date
    chosen: Chosen
    counts: Counts
    entered: dict[Measure, Entered]

    def total(self, measure: Measure) -> int | None:
        """Counted and entered together; None where it cannot be known."""
        return with_entered(self.counts, self.entered).get(measure.value)

    def known(self, measure: Measure) -> int | None:
        """The same, but None where nothing at all was counted or entered for these days."""
        entered = self.added(measure)
        is_known = bool(self.chosen.fairs or entered.counted)
        if measure is Measure.FAIRS and entered.is_complete:
            is_known = True
        return self.total(measure) if is_known else None

    def added(self, measure: Measure) -> Entered:
        """The totals entered for a figure."""
        return self.entered.get(measure, NOTHING)


@dataclass(frozen=True)
class Line:
    """One figure of the report with what it is compared to."""

    measure: Measure
    value: int | None
    counted: int | None
    entered: Entered
    last_year: int | None
    last_year_entered: Entered
    same_days: int | None

    @property
    def figure(self) -> measures.Figure:
        """Its name, unit and definition."""
        return measures.FIGURES[self.measure.value]

    @property
    def ratio(self) -> int | None:
        """Against all of last year, in whole per cent."""
        return measures.ratio_to_last_year(self.value, self.last_year)

    @property
    def change(self) -> Decimal | None:
        """Year on year, in per cent."""
        return measures.year_on_year(self.value, self.same_days)


@dataclass(frozen=True)
class TargetLine:
    """One target and how far it is reached."""

    measure: Measure
    value: int | None
    target: int
    is_reconstructed: bool

    @property
    def completion(self) -> Decimal | None:
        """In per cent to two decimals."""
        return measures.completion(self.value, self.target)

    @property
    def missing(self) -> int:
        """How much is still to be reached; 0 once it is."""
        return max(0, self.target - (self.value or 0))


@dataclass(frozen=True)
class LevelLine:
    """People with an intent of one level; ``level`` None are totals that were not split."""

    level: EducationLevel | None
    people: int
    share: Decimal
    change: Decimal | None


@dataclass(frozen=True)
class Months:
    """Fairs by month: this year up to its last month, all of last year, and what has no month."""

    now: list[int | None]
    before: list[int]
    now_without: int
    before_without: int


@dataclass(frozen=True)
class GroupLine:
    """A delegation's or a tour's figures; ``row`` None is everybody without one."""

    row: Any
    counts: Counts


@dataclass(frozen=True)
class Annual:
    """The yearly report."""

    year: int
    as_of: date
    this: Period
    last: Period
    lines: list[Line]
    targets: list[TargetLine]
    levels: list[LevelLine]
    months: Months
    delegations: list[GroupLine]
    tours: list[GroupLine]

    def line(self, measure: Measure) -> Line:
        """The line of one figure."""
        return next(line for line in self.lines if line.measure is measure)

    @property
    def headlines(self) -> list[Line]:
        """The three totals the report opens with."""
        return [self.line(measure) for measure in HEADLINES]

    @property
    def open_fairs(self) -> int:
        """How many of this year's fairs are not closed, so that their figures still move."""
        return sum(fair.status is not FairStatus.CLOSED for fair in self.this.chosen.fairs)

    @property
    def left_out(self) -> list[ExternalFigure]:
        """Totals of this year that reach beyond the report's day and so do not count yet."""
        return [row for line in self.lines for row in line.entered.beyond]

    @property
    def is_reconstructed(self) -> bool:
        """Whether any figure shown rests on a reconstructed total."""
        return any(
            line.entered.is_reconstructed or line.last_year_entered.is_reconstructed
            for line in self.lines
        )


def annual_report(year: int, as_of: date | None = None, *, scope: Scope | None = None) -> Annual:
    """The report of a year up to a day (its last known day if none is given)."""
    as_of = clamp(year, as_of) if as_of else last_known_day(year, scope=scope)
    first_on = date(year, 1, 1)
    this = _period(first_on, as_of, scope)
    last = _period(date(year - 1, 1, 1), date(year - 1, 12, 31), scope)
    same = _period(date(year - 1, 1, 1), _year_before(as_of), scope)
    lines = [_line(measure, this, last, same) for measure in SHOWN]
    return Annual(
        year,
        as_of,
        this,
        last,
        lines,
        _targets(year, this),
        _levels(this, same),
        _months(this, last),
        _delegations(this),
        _tours(this),
    )


def clamp(year: int, day: date) -> date:
    """A day inside a year: its nearest."""
    return min(max(day, date(year, 1, 1)), date(year, 12, 31))


def last_known_day(year: int, *, scope: Scope | None = None) -> date:
    """Today; for a year that is over, the last day anything was held or entered for."""
    end = date(year, 12, 31)
    if today() <= end:
        return max(today(), date(year, 1, 1))
    held = list_held(date(year, 1, 1), end, scope=scope)
    entered = db.session.scalar(
        select(func.max(ExternalFigure.last_on)).where(
            ExternalFigure.removed_at.is_(None),
            ExternalFigure.first_on >= date(year, 1, 1),
            ExternalFigure.last_on <= end,
        )
    )
    days = [day_of(fair) for fair in held[-1:]] + ([entered] if entered else [])
    return clamp(year, max(days)) if days else end


def report_years() -> list[int]:
    """The years a report may be opened for: those with fairs, totals or targets, and this one."""
    first = db.session.scalar(select(func.min(Fair.starts_at)))
    years = set(list_years(today().year))
    if first is not None:
        years.update(range(first.year, today().year + 1))
    return sorted(years, reverse=True)


def fairs_of(period: Period) -> list[tuple[Fair, Counts]]:
    """Every fair of a period with its figures, in six statements."""
    own = count_by(period.chosen, Fair.id)
    students = count_students_by(period.chosen, Fair.id) if _sees_students(period) else {}
    return [
        (fair, {**own.get(fair.id, {}), **students.get(fair.id, {})})
        for fair in period.chosen.fairs
    ]


# ---------------------------------------------------------------------------- pieces


def _period(first_on: date, last_on: date, scope: Scope | None) -> Period:
    chosen = choose(first_on, last_on, scope=scope)
    entered = (
        {}
        if is_of_fairs(scope)
        else entered_totals(first_on, last_on, delegations=chosen.delegations)
    )
    return Period(first_on, last_on, chosen, count_everything(chosen), entered)


def _line(measure: Measure, this: Period, last: Period, same: Period) -> Line:
    # A total that covers all of last year says nothing of its first months alone.
    base = same.known(measure) if same.added(measure).is_complete else None
    return Line(
        measure,
        this.known(measure),
        this.counts.get(measure.value),
        this.added(measure),
        last.known(measure),
        last.added(measure),
        base,
    )


def _targets(year: int, this: Period) -> list[TargetLine]:
    if this.chosen.delegations is not None:
        return []
    return [
        TargetLine(measure, this.total(measure), target.value, this.added(measure).is_reconstructed)
        for measure, target in list_targets(year).items()
    ]


def _levels(this: Period, same: Period) -> list[LevelLine]:
    now, before = intents_by_level(this.chosen), intents_by_level(same.chosen)
    unsplit = this.added(Measure.INTENTS).value
    # Where everything was entered as one total, no level is known to be nought.
    always = LEVELS if now or not unsplit else ()
    levels = [level for level in EducationLevel if level in always or level in now]
    people = [now.get(level, {}).get("intents", 0) for level in levels]
    base = same.added(Measure.INTENTS)
    comparable = base.is_complete and not base.counted
    parts = measures.shares([*people, unsplit])
    found = [
        LevelLine(
            level,
            count,
            share,
            measures.year_on_year(count, before.get(level, {}).get("intents"))
            if comparable
            else None,
        )
        for level, count, share in zip(levels, people, parts, strict=False)
    ]
    return found + ([LevelLine(None, unsplit, parts[-1], None)] if unsplit else [])


def _months(this: Period, last: Period) -> Months:
    now, now_without = _by_month(this)
    before, before_without = _by_month(last)
    upto = this.last_on.month
    shown: list[int | None] = [n if month < upto else None for month, n in enumerate(now)]
    return Months(shown, before, now_without, before_without)


def _by_month(period: Period) -> tuple[list[int], int]:
    """Fairs in each month, and how many were entered without a month of their own."""
    found = [0] * 12
    for fair in period.chosen.fairs:
        found[day_of(fair).month - 1] += 1
    without = 0
    for row in period.added(Measure.FAIRS).counted:
        if (row.first_on.year, row.first_on.month) == (row.last_on.year, row.last_on.month):
            found[row.first_on.month - 1] += row.value
        else:
            without += row.value
    return found, without


def _delegations(this: Period) -> list[GroupLine]:
    found = count_by(this.chosen, Participation.delegation_id)
    for measure, entered in this.entered.items():
        for row in entered.counted:
            if row.delegation_id is not None:
                counts = found.setdefault(row.delegation_id, {})
                counts[measure.value] = (counts.get(measure.value) or 0) + row.value
    rows = _by_id(Delegation, found)
    return _by_intents(GroupLine(rows.get(key), counts) for key, counts in found.items())


def _tours(this: Period) -> list[GroupLine]:
    found = count_by(this.chosen, Fair.tour_id)
    for fair in this.chosen.fairs:
        found.setdefault(fair.tour_id, {})
    for key, counts in found.items():
        counts["fairs"] = sum(fair.tour_id == key for fair in this.chosen.fairs)
    if _sees_students(this):
        for key, counts in count_students_by(this.chosen, Fair.tour_id).items():
            found[key].update(counts)
    rows = _by_id(Tour, found)
    return _by_intents(GroupLine(rows.get(key), counts) for key, counts in found.items())


def _by_intents(lines: Any) -> list[GroupLine]:
    """The most intents first; what belongs to no group last."""
    return sorted(
        lines,
        key=lambda line: (
            line.row is None,
            -(line.counts.get("intents") or 0),
            -(line.counts.get("employer_visits") or 0),
            line.row.id if line.row is not None else 0,
        ),
    )


def _by_id(model: Any, found: dict[Any, Counts]) -> dict[Any, Any]:
    ids = [key for key in found if key is not None]
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}


def _sees_students(period: Period) -> bool:
    return period.chosen.delegations is None


def _year_before(day: date) -> date:
    """The same day a year earlier (29 February: the 28th)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
