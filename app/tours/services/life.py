"""The life of a fair: published, postponed, put back, cancelled, closed."""

from datetime import datetime

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.core.text import N_
from app.jobs.errands import leave_errand
from app.tours.models import Fair
from app.tours.services.listeners import tell_listeners
from app.tours.services.locks import hold
from app.tours.services.log import note_fair
from app.tours.services.times import moved
from app.tours.states import FAIR_FLOW, FairStatus

# One job a room that has people to tell; each room registers its own in tasks.py.
FAIR_CHANGED_JOBS = ("fairs.changed.employers", "fairs.changed.students")


class DatesNeeded(DomainError):
    """A fair cannot be put back at times that are no times."""

    code = "dates-needed"
    message = N_("The end must be after the start.")


class ReasonNeeded(DomainError):
    """People who made plans must be told why."""

    code = "reason-needed"
    message = N_("Write a reason; everybody concerned will read it.")


def publish_fair(fair: Fair, *, by: User) -> Fair:
    """Show a fair to everybody; from now on students register and employers apply."""
    _move(fair, FairStatus.PUBLISHED)
    fair.published_at = fair.published_at or utcnow()
    fair.status_reason = ""
    note_fair("fair.publish", fair, by)
    tell_listeners(fair)
    return fair


def postpone_fair(
    fair: Fair,
    *,
    reason: str,
    by: User,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Fair:
    """Put a fair off. With a new time it is on again at once, without one it waits for it."""
    _ask_reason(reason)
    _move(fair, FairStatus.POSTPONED)
    fair.status_reason = reason
    note_fair("fair.postpone", fair, by, reason=reason)
    tell_listeners(fair)
    if starts_at is None:
        announce(fair, "postponed", reason)
        return fair
    return republish(fair, starts_at=starts_at, ends_at=ends_at, reason=reason, by=by)


def republish(
    fair: Fair,
    *,
    starts_at: datetime,
    by: User,
    ends_at: datetime | None = None,
    reason: str = "",
) -> Fair:
    """Put a postponed fair back with its new time; every deadline moves along."""
    _move(fair, FairStatus.PUBLISHED)
    times = moved(fair, starts_at, ends_at)
    if times["ends_at"] <= starts_at:
        raise DatesNeeded(field="ends_at")
    before = {name: getattr(fair, name) for name in times}
    for name, value in times.items():
        setattr(fair, name, value)
    fair.published_at = fair.published_at or utcnow()
    fair.status_reason = reason
    note_fair("fair.republish", fair, by, reason=reason, before=before, after=times)
    tell_listeners(fair)
    announce(fair, "moved", reason)
    return fair


def cancel_fair(fair: Fair, *, reason: str, by: User) -> Fair:
    """Call a fair off for good; whoever was coming is told why."""
    was_public = fair.is_public
    if was_public:
        _ask_reason(reason)
    _move(fair, FairStatus.CANCELLED)
    fair.status_reason = reason
    note_fair("fair.cancel", fair, by, reason=reason)
    tell_listeners(fair)
    if was_public:
        announce(fair, "cancelled", reason)
    return fair


def mark_closed(fair: Fair, *, by: User | None) -> Fair:
    """Note that a fair is over; reports calls this and freezes the figures with it."""
    _move(fair, FairStatus.CLOSED)
    fair.closed_at = utcnow()
    note_fair("fair.close", fair, by)
    tell_listeners(fair)
    return fair


def announce(fair: Fair, what: str, reason: str = "") -> None:
    """Let every room tell its people: ``what`` is postponed, cancelled or moved."""
    for name in FAIR_CHANGED_JOBS:
        leave_errand(name, fair_id=fair.id, what=what, reason=reason)


def _move(fair: Fair, target: FairStatus) -> None:
    """Move the status; the row is locked, so of two verbs at once the second sees the first."""
    db.session.flush()
    hold(fair)
    fair.status = FAIR_FLOW.check(fair.status, target)


def _ask_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded(field="reason")
