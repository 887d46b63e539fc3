"""A company's library of positions."""

from dataclasses import dataclass, field
from datetime import date

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, StaleVersion
from app.core.text import N_
from app.employers.models import Employer, Position
from app.employers.pay import parse_pay
from app.employers.queries import count_positions
from app.employers.services.index import index_positions
from app.employers.wording import hints_in
from app.places.states import EducationLevel

MOST_POSITIONS = 500


@dataclass(frozen=True)
class PositionDetails:
    """A position as somebody writes it; ``openings`` is None for 若干, no level means any."""

    title: str
    openings: int | None = None
    category: str = ""
    levels: list[EducationLevel] = field(default_factory=list)
    majors: list[str] = field(default_factory=list)
    place: str = ""
    pay_text: str = ""
    description: str = ""
    requirements: str = ""
    benefits: str = ""
    valid_until: date | None = None


LABELS = {
    "title": N_("Position"),
    "openings": N_("Openings"),
    "category": N_("Category"),
    "levels": N_("Education"),
    "majors": N_("Majors"),
    "place": N_("Place of work"),
    "pay_text": N_("Pay"),
    "description": N_("Work"),
    "requirements": N_("Requirements"),
    "benefits": N_("Benefits"),
    "valid_until": N_("Valid until"),
}


def create_position(employer: Employer, details: PositionDetails, *, by: User) -> Position:
    """Add a position to the library."""
    if count_positions(employer) >= MOST_POSITIONS:
        raise DomainError(
            N_("There are %(most)s positions already; archive some first."), most=MOST_POSITIONS
        )
    position = Position(employer=employer, title=details.title)
    _write(position, details)
    db.session.add(position)
    db.session.flush()
    index_positions([position.id])
    _note(position, "create", by)
    return position


def edit_position(
    position: Position, details: PositionDetails, *, version: int, by: User
) -> Position:
    """Change a position; :class:`StaleVersion` if a colleague was faster."""
    db.session.refresh(position, with_for_update=True)
    if position.version != version:
        differs = [
            (label, getattr(position, name), getattr(details, name))
            for name, label in LABELS.items()
            if getattr(position, name) != getattr(details, name)
        ]
        raise StaleVersion(differs, current_version=position.version)
    _write(position, details)
    db.session.flush()
    index_positions([position.id])
    _note(position, "edit", by)
    return position


def copy_position(position: Position, *, by: User) -> Position:
    """A second position like this one, to be changed."""
    details = PositionDetails(**{name: getattr(position, name) for name in LABELS})
    return create_position(position.employer, details, by=by)


def archive_position(position: Position, *, by: User) -> None:
    """Put a position away; fairs it was brought to keep it."""
    db.session.refresh(position, with_for_update=True)
    if position.archived_at is None:
        position.archived_at = utcnow()
        _note(position, "archive", by)


def restore_position(position: Position, *, by: User) -> None:
    """Take a position back into the library."""
    db.session.refresh(position, with_for_update=True)
    if position.archived_at is not None:
        position.archived_at = None
        _note(position, "restore", by)


def _write(position: Position, details: PositionDetails) -> None:
    """Set what was written and what is read from it: pay and hints."""
    for name in LABELS:
        if name != "levels":
            setattr(position, name, getattr(details, name))
    position.levels = list(details.levels)
    pay = parse_pay(details.pay_text)
    position.pay_text = pay.text
    position.pay_low, position.pay_high = pay.low, pay.high
    position.pay_period, position.pay_months = pay.period, pay.months
    written = (details.title, details.description, details.requirements, details.benefits)
    position.hints = hints_in("\n".join(written))


def _note(position: Position, action: str, by: User) -> None:
    record(
        f"position.{action}",
        by=by,
        on="position",
        object_id=position.id,
        label=f"{position.employer.display_name} · {position.title}",
        delegation_id=position.employer.delegation_id,
    )
