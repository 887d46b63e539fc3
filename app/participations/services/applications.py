"""What an employer does: apply, change, confirm, withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit.services import Actor
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, DomainError, StaleVersion
from app.core.text import N_
from app.employers.models import Employer, Position
from app.employers.states import EmployerStatus
from app.participations.models import OfferedPosition, Participation, Representative
from app.participations.queries import find_own
from app.participations.services.moves import move, note, note_release, set_columns
from app.participations.services.waiting import fill_place
from app.participations.states import COMING, ParticipationStatus
from app.tours.models import Fair
from app.tours.states import FairStatus

EDITABLE = frozenset(
    {
        ParticipationStatus.DRAFT,
        ParticipationStatus.SUBMITTED,
        ParticipationStatus.RETURNED,
        ParticipationStatus.WAITLISTED,
    }
)
MAY_APPLY = frozenset({EmployerStatus.PENDING, EmployerStatus.RETURNED, EmployerStatus.APPROVED})


@dataclass(frozen=True)
class Wish:
    """One fair an employer wants to come to, and what it brings there."""

    fair: Fair
    positions: Sequence[Position]
    needs_power: bool = False
    note: str = ""
    needs_large: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody who comes to the fair."""

    name: str
    job_title: str = ""
    phone: str = ""


def closes_at(fair: Fair) -> datetime:
    """Until when employers may apply: the fair's own deadline, else its tour's, else the start."""
    deadline = fair.applications_close_at
    if deadline is None and fair.tour is not None:
        deadline = fair.tour.applications_close_at
    return min(deadline or fair.starts_at, fair.starts_at)


def takes_applications(fair: Fair, moment: datetime) -> bool:
    """Whether an employer may apply to a fair at a moment."""
    return fair.status is FairStatus.PUBLISHED and moment < closes_at(fair)


def submit(employer: Employer, wishes: Sequence[Wish], *, by: Actor) -> list[Participation]:
    """Apply to one fair or to several at once: all of them or, in one transaction, none.

    Who withdrew, lapsed or was returned applies again on the same row; an application that
    still waits is replaced by what is wished now.
    """
    if employer.status not in MAY_APPLY:
        raise Conflict(N_("Your company cannot apply at the moment; ask the organiser why."))
    if not wishes:
        raise DomainError(N_("Choose at least one fair."), field="fairs")
    return [_submit(employer, wish, by) for wish in wishes]


def may_change(participation: Participation, moment: datetime) -> bool:
    """Whether an application can be changed at a moment.

    What a reviewer sent back may be handed in again after the deadline, until the fair begins.
    """
    if participation.status not in EDITABLE:
        return False
    fair = participation.fair
    if participation.status is ParticipationStatus.RETURNED:
        return fair.status is FairStatus.PUBLISHED and moment < fair.starts_at
    return takes_applications(fair, moment)


def _submit(employer: Employer, wish: Wish, by: Actor, *, late: bool = False) -> Participation:
    fair, now = wish.fair, utcnow()
    if not late and not takes_applications(fair, now):
        raise Conflict(N_("Applications for %(fair)s have closed."), fair=fair.title_zh)
    insert_if_absent(
        Participation,
        fair_id=fair.id,
        employer_id=employer.id,
        delegation_id=employer.delegation_id,
        status=ParticipationStatus.DRAFT,
        created_at=now,
    )
    participation = find_own(fair, employer)
    if participation is None:
        raise Conflict()
    _offer(participation, employer, wish.positions)
    facts: dict[str, Any] = {
        "needs_power": wish.needs_power,
        "needs_large": wish.needs_large,
        "note": wish.note,
    }
    if participation.status in (ParticipationStatus.SUBMITTED, ParticipationStatus.WAITLISTED):
        set_columns(participation, participation.status, **facts)
        note(participation, by=by, action="edit", positions=len(wish.positions))
        return participation
    move(
        participation,
        ParticipationStatus.SUBMITTED,
        by=by,
        action="submit",
        submitted_at=now,
        status_reason="",
        delegation_id=employer.delegation_id,
        confirm_by=None,
        confirmed_at=None,
        **facts,
    )
    return participation


def edit_application(
    participation: Participation,
    positions: Sequence[Position],
    *,
    needs_power: bool,
    needs_large: bool = False,
    remark: str,
    version: int,
    by: Actor,
) -> None:
    """Change an application that still waits; a returned one goes back to the reviewer."""
    if participation.status not in EDITABLE:
        raise Conflict(N_("This application has been decided and can no longer be changed."))
    if not may_change(participation, utcnow()):
        raise Conflict(
            N_("Applications for %(fair)s have closed."), fair=participation.fair.title_zh
        )
    if participation.version != version:
        differs = [
            (
                N_("Positions"),
                _titles([row.position for row in participation.offered]),
                _titles(positions),
            ),
            (N_("Power"), participation.needs_power, needs_power),
            (N_("Double booth"), participation.needs_large, needs_large),
            (N_("Note"), participation.note, remark),
        ]
        raise StaleVersion(
            [one for one in differs if one[1] != one[2]],
            current_version=participation.version,
        )
    _submit(
        participation.employer,
        Wish(participation.fair, positions, needs_power, remark, needs_large),
        by,
        late=True,
    )


def _titles(positions: Sequence[Position]) -> list[str]:
    return [position.title for position in positions]


def _offer(participation: Participation, employer: Employer, positions: Sequence[Position]) -> None:
    """Bring these positions, keeping the rows of those brought already."""
    if not positions:
        raise DomainError(
            N_("Choose at least one position for %(fair)s."), fair=participation.fair.title_zh
        )
    if any(position.employer_id != employer.id for position in positions):
        raise DomainError()
    kept = {row.position_id: row for row in participation.offered}
    rows = []
    for position in positions:
        row = kept.get(position.id) or OfferedPosition(position=position)
        row.openings = position.openings
        rows.append(row)
    participation.offered = rows
    db.session.flush()


def confirm(participation: Participation, people: Sequence[Person], *, by: Actor) -> None:
    """Say for sure that the employer comes, with named people, before the deadline."""
    if not people:
        raise DomainError(N_("Name at least one person who comes."), field="people")
    now = utcnow()
    if participation.status is ParticipationStatus.CONFIRMED:
        _name(participation, people)
        note(participation, by=by, action="people", people=len(people))
        return
    if participation.confirm_by is not None and participation.confirm_by < now:
        raise Conflict(N_("The time to confirm has passed; ask the organiser."))
    move(
        participation,
        ParticipationStatus.CONFIRMED,
        by=by,
        action="confirm",
        confirmed_at=now,
    )
    _name(participation, people)


def _name(participation: Participation, people: Sequence[Person]) -> None:
    participation.representatives = [
        Representative(name=one.name, job_title=one.job_title, phone=one.phone or None)
        for one in people
    ]
    db.session.flush()


def withdraw(participation: Participation, *, by: Actor, reason: str = "") -> None:
    """Step back; the booth becomes free."""
    booth_id, was_coming = participation.booth_id, participation.status in COMING
    move(
        participation,
        ParticipationStatus.WITHDRAWN,
        by=by,
        action="withdraw",
        reason=reason,
        status_reason=reason,
        booth_id=None,
    )
    note_release(participation, booth_id, by)
    if was_coming:
        fill_place(participation, booth_id)
