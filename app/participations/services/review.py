"""What a reviewer decides about an application, and what happens when nobody confirms."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, IllegalTransition
from app.core.text import N_
from app.employers.states import EmployerStatus
from app.participations.models import Participation
from app.participations.queries import list_to_remind
from app.participations.services.moves import move, set_columns, tell
from app.participations.states import LIVE, ParticipationStatus
from app.tours.models import Fair

CONFIRM_DAYS = 7
LAST_DAYS = timedelta(days=2)
REMIND_BEFORE = timedelta(hours=30)
FRESH = timedelta(hours=12)


def deadline_of(fair: Fair, *, days: int = CONFIRM_DAYS) -> datetime:
    """Until when an employer approved now is to confirm.

    ``days`` from now, but not after the fair's own date for it, and two days before the
    fair at the latest; where that leaves less than a day, a day, and the start at the end.
    """
    now = utcnow()
    latest = fair.confirm_by or fair.starts_at - LAST_DAYS
    deadline = min(now + timedelta(days=days), latest, fair.starts_at - LAST_DAYS)
    if deadline < now + timedelta(days=1):
        deadline = min(now + timedelta(days=1), fair.starts_at)
    return deadline if deadline > now else fair.ends_at


def approve(participation: Participation, *, by: User | None, days: int = CONFIRM_DAYS) -> None:
    """Say yes, and ask the employer to confirm with named people before a deadline.

    ``by`` None: the waiting list's rule says it, nobody in person.
    """
    if participation.employer.status is not EmployerStatus.APPROVED:
        raise Conflict(N_("Review the company itself first; it is not approved."))
    deadline = deadline_of(participation.fair, days=days)
    move(
        participation,
        ParticipationStatus.APPROVED,
        by=by,
        action="approve" if by else "move-up",
        reviewed_at=utcnow(),
        reviewed_by_id=by.id if by else None,
        confirm_by=deadline,
        reminded_at=None,
        status_reason="",
    )
    tell(participation, "approved", confirm_by=deadline)


def approve_all(
    participations: Sequence[Participation], *, by: User, days: int = CONFIRM_DAYS
) -> tuple[int, list[Participation]]:
    """Approve several; return how many were, and those that could not be."""
    left = []
    for participation in participations:
        try:
            approve(participation, by=by, days=days)
        except (Conflict, IllegalTransition):
            left.append(participation)
    return len(participations) - len(left), left


def return_(participation: Participation, reason: str, *, by: User) -> None:
    """Send an application back to be changed; the employer is told why."""
    _decide(participation, ParticipationStatus.RETURNED, "return", reason, by)
    tell(participation, "returned", reason=reason)


def reject(participation: Participation, reason: str, *, by: User) -> None:
    """Say no; the employer is told why."""
    _decide(participation, ParticipationStatus.REJECTED, "reject", reason, by)
    tell(participation, "rejected", reason=reason)


def waitlist(participation: Participation, *, by: User) -> None:
    """Put an application on the waiting list: no booth is left for it now."""
    move(
        participation,
        ParticipationStatus.WAITLISTED,
        by=by,
        action="waitlist",
        reviewed_at=utcnow(),
        reviewed_by_id=by.id,
    )
    tell(participation, "waitlisted")


def _decide(
    participation: Participation,
    target: ParticipationStatus,
    action: str,
    reason: str,
    by: User,
) -> None:
    if not reason.strip():
        raise DomainError(N_("Say why, so that the company knows what to do."), field="reason")
    move(
        participation,
        target,
        by=by,
        action=action,
        reason=reason,
        status_reason=reason,
        reviewed_at=utcnow(),
        reviewed_by_id=by.id,
    )


def remind_unconfirmed() -> int:
    """Remind whoever must confirm within thirty hours, once each; return how many.

    Who was approved only today has the deadline fresh in mind and is left alone.
    """
    now = utcnow()
    told = 0
    for participation in list_to_remind(now, now + REMIND_BEFORE):
        fresh = participation.reviewed_at and participation.reviewed_at > now - FRESH
        try:
            set_columns(participation, ParticipationStatus.APPROVED, reminded_at=now)
        except Conflict:
            continue  # confirmed or withdrawn this very moment
        if not fresh:
            tell(participation, "confirm-reminder", confirm_by=participation.confirm_by)
            told += 1
    return told


def tell_change(fair: Fair, what: str, reason: str = "") -> int:
    """Tell every employer concerned that a fair was postponed, moved or cancelled."""
    query = select(Participation).filter_by(fair_id=fair.id).where(Participation.status.in_(LIVE))
    concerned = db.session.scalars(query).all()
    for participation in concerned:
        tell(participation, "fair-changed", what=what, reason=reason)
    return len(concerned)
