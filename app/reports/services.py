"""Closing fairs, publishing figures, setting targets, entering totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import User
from app.audit.services import changes, record
from app.checkins.services import rederive_fair
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, StaleVersion
from app.core.text import N_
from app.participations import services as participations
from app.places.models import Delegation
from app.reports import queries
from app.reports.models import ExternalFigure, FairSnapshot, Target
from app.reports.states import Measure
from app.tours import services as tours
from app.tours.models import Fair
from app.tours.states import FairStatus

# The greatest number a column holds; nobody counts so far.
GREATEST = 2_000_000_000


class NotYetHeld(DomainError):
    """A fair that has not begun has no figures to publish."""

    code = "not-yet-held"
    message = N_(
        "This fair has not begun yet. Postpone or cancel it, or close it once it was held."
    )


class NotClosed(DomainError):
    """Only published figures can be corrected."""

    code = "not-closed"
    message = N_("The fair is not closed yet: its figures are still moving.")


class ReasonMissing(DomainError):
    """A correction without a reason cannot be understood later."""

    code = "reason-missing"
    message = N_("Write in a few words what was corrected.")


class TotalRefused(DomainError):
    """A total that says nothing or cannot be."""

    code = "total-refused"


# ---------------------------------------------------------------------------- fairs


def close_fair(fair: Fair, *, by: User | None) -> FairSnapshot:
    """End a fair: employers not seen are absent, and the figures are published as number 1.

    A fair may be closed as soon as it has begun, because some end early.
    """
    if utcnow() < fair.starts_at:
        raise NotYetHeld()
    tours.mark_closed(fair, by=by)
    participations.mark_no_shows(fair, by=by)
    db.session.flush()
    # Times or re-entry may have been changed after people came: count by what holds now.
    rederive_fair(fair)
    return _publish(fair, by=by, note="")


def correct_figures(fair: Fair, *, note: str, by: User) -> FairSnapshot:
    """Publish the figures of a closed fair again, as they are known now; the old ones stay."""
    db.session.refresh(fair, with_for_update=True)
    if fair.status is not FairStatus.CLOSED:
        raise NotClosed()
    if not note.strip():
        raise ReasonMissing(field="note")
    return _publish(fair, by=by, note=note.strip())


def _publish(fair: Fair, *, by: User | None, note: str) -> FairSnapshot:
    figures = queries.fair_figures(fair)
    waiting = queries.list_unsynced_devices(fair)
    last = db.session.scalar(select(func.max(FairSnapshot.number)).filter_by(fair_id=fair.id))
    snapshot = FairSnapshot(
        fair_id=fair.id,
        number=(last or 0) + 1,
        figures={
            "counts": figures.counts,
            "parts": figures.parts.to_json(),
            "waiting_for": [device.name or device.uid[:6] for device in waiting],
        },
        is_provisional=bool(waiting),
        note=note,
        taken_by_id=by.id if by else None,
    )
    db.session.add(snapshot)
    db.session.flush()
    record(
        "figures.publish" if snapshot.number == 1 else "figures.correct",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        delegation_id=fair.delegation_id,
        after={"number": snapshot.number, "provisional": snapshot.is_provisional},
        reason=note,
    )
    return snapshot


# ---------------------------------------------------------------------------- targets


def set_targets(
    year: int,
    values: Mapping[Measure, int | None],
    *,
    seen: Mapping[Measure, int | None] | None = None,
    by: User | None,
) -> None:
    """Set what a year is to reach; None takes a target away, figures not named stay.

    ``seen`` is what the editor's page showed: a target somebody else changed since is not
    overwritten unseen.
    """
    rows = queries.list_targets(year)
    now = {measure: rows[measure].value if measure in rows else None for measure in values}
    if seen is not None:
        moved = [m for m, new in values.items() if now[m] != seen.get(m) and now[m] != new]
        if moved:
            raise StaleVersion([(m.label, now[m], values[m]) for m in moved])
    changed = {measure: new for measure, new in values.items() if now[measure] != new}
    for measure, new in changed.items():
        row = rows.get(measure)
        if new is None and row is not None:
            db.session.delete(row)
        elif row is not None:
            row.value = new or 0
        elif new is not None:
            db.session.add(Target(year=year, measure=measure, value=new))
    db.session.flush()
    if changed:
        record(
            "targets.set",
            by=by,
            on="targets",
            label=str(year),
            before={measure.value: now[measure] for measure in changed},
            after={measure.value: new for measure, new in changed.items()},
        )


# ---------------------------------------------------------------------------- totals


@dataclass(frozen=True)
class TotalDetails:
    """What somebody enters as a total."""

    measure: Measure
    first_on: date
    last_on: date
    value: int
    source: str
    delegation: Delegation | None = None
    is_reconstructed: bool = False
    note: str = ""

    def values(self) -> dict[str, Any]:
        """By column."""
        return {
            "measure": self.measure,
            "first_on": self.first_on,
            "last_on": self.last_on,
            "value": self.value,
            "source": self.source,
            "delegation_id": self.delegation.id if self.delegation else None,
            "is_reconstructed": self.is_reconstructed,
            "note": self.note,
        }


TOTAL_LABELS = {
    "measure": N_("Figure"),
    "first_on": N_("First day"),
    "last_on": N_("Last day"),
    "value": N_("Total"),
    "source": N_("Source"),
    "delegation_id": N_("Delegation"),
    "is_reconstructed": N_("Reconstructed"),
    "note": N_("Note"),
}


def enter_total(details: TotalDetails, *, by: User | None) -> ExternalFigure:
    """Enter a total of what was not counted here."""
    _check_total(details)
    row = ExternalFigure(**details.values(), entered_by_id=by.id if by else None)
    db.session.add(row)
    db.session.flush()
    _note_total("total.enter", row, by, after=details.values())
    return row


def change_total(
    row: ExternalFigure, details: TotalDetails, *, version: int | None, by: User
) -> ExternalFigure:
    """Change an entered total; ``version`` is the one the editor saw (None: overwrite)."""
    _check_total(details)
    db.session.refresh(row, with_for_update=True)
    before, after = changes(row, details.values())
    if version is not None and row.version != version:
        raise _stale_total(row, before, after)
    for name, value in after.items():
        setattr(row, name, value)
    db.session.flush()
    if after:
        _note_total("total.change", row, by, before=before, after=after)
    return row


def remove_total(row: ExternalFigure, *, by: User) -> ExternalFigure:
    """Take a total out of every figure; it can be brought back."""
    row.removed_at = utcnow()
    _note_total("total.remove", row, by)
    return row


def restore_total(row: ExternalFigure, *, by: User) -> ExternalFigure:
    """Bring a removed total back."""
    row.removed_at = None
    _note_total("total.restore", row, by)
    return row


def _check_total(details: TotalDetails) -> None:
    if details.last_on < details.first_on:
        raise TotalRefused(N_("The last day lies before the first."), code="dates", field="last_on")
    if not 0 <= details.value <= GREATEST:
        raise TotalRefused(N_("Write a whole number, 0 or more."), code="value", field="value")
    if not details.source.strip():
        raise TotalRefused(N_("Say where this total comes from."), code="source", field="source")


def _stale_total(
    row: ExternalFigure, before: dict[str, Any], after: dict[str, Any]
) -> StaleVersion:
    error = StaleVersion([(TOTAL_LABELS[name], before[name], after[name]) for name in after])
    error.params["version"] = row.version
    return error


def _note_total(action: str, row: ExternalFigure, by: User | None, **more: Any) -> None:
    days = f"{row.first_on.isoformat()}/{row.last_on.isoformat()}"
    record(
        action,
        by=by,
        on="total",
        object_id=row.id,
        label=f"{row.measure.value} {days}",
        delegation_id=row.delegation_id,
        **more,
    )


# ---------------------------------------------------------------------------- the reference years

REFERENCE_TOTALS = (
    (
        date(2021, 1, 1),
        date(2021, 12, 31),
        "按公开报道的比例倒推",
        ((Measure.FAIRS, 446), (Measure.POSITIONS, 496_000), (Measure.INTENTS, 67_000)),
    ),
    (
        date(2022, 1, 1),
        date(2022, 10, 15),
        "公开报道",
        (
            (Measure.FAIRS, 651),
            (Measure.POSITIONS, 818_000),
            (Measure.INTENTS, 80_000),
            (Measure.DOCTORAL, 484),
            (Measure.MASTERS, 3_305),
        ),
    ),
)
REFERENCE_TARGETS = {Measure.DOCTORAL: 300, Measure.MASTERS: 3_000}


def seed_reference_years(by: User | None = None) -> None:
    """Enter the totals of 2021 and of 2022 up to 15 October, and 2022's targets.

    The whole of 2021 is reconstructed from the ratios that were published for 2022. Doing it
    twice changes nothing.
    """
    known = {
        (row.measure, row.first_on, row.last_on)
        for year in (2021, 2022)
        for row in queries.list_totals(year)
    }
    for first_on, last_on, source, values in REFERENCE_TOTALS:
        for measure, value in values:
            if (measure, first_on, last_on) not in known:
                details = TotalDetails(
                    measure,
                    first_on,
                    last_on,
                    value,
                    source,
                    is_reconstructed=first_on.year == 2021,
                )
                enter_total(details, by=by)
    missing = set(REFERENCE_TARGETS) - set(queries.list_targets(2022))
    set_targets(2022, {m: v for m, v in REFERENCE_TARGETS.items() if m in missing}, by=by)
