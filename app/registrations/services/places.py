"""Taking a place at a fair, waiting for one, giving it back."""

from datetime import datetime

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import db
from app.core.errors import DomainError
from app.core.text import N_
from app.registrations import queries
from app.registrations.models import Registration
from app.registrations.services import issuing, seats, telling
from app.registrations.services.eligibility import check_eligible
from app.registrations.states import REGISTRATION_FLOW, RegistrationSource, RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair
from app.tours.states import FairPhase, FairStatus

R = RegistrationStatus


class RegistrationClosed(DomainError):
    """Nobody can register for this fair now."""

    code = "registration-closed"
    message = N_("Registration for this fair is closed.")

    SENTENCES = {
        FairPhase.UPCOMING: N_("Registration for this fair has not opened yet."),
        FairPhase.ENDED: N_("This fair is over."),
        FairPhase.CANCELLED: N_("This fair has been cancelled."),
        FairPhase.POSTPONED: N_(
            "This fair has been postponed; registration opens with the new date."
        ),
    }

    def __init__(self, phase: FairPhase) -> None:
        super().__init__(self.SENTENCES.get(phase, self.message))


def register(
    student: Student,
    fair: Fair,
    *,
    source: RegistrationSource = RegistrationSource.SELF,
    verified: bool = True,
    now: datetime | None = None,
) -> Registration:
    """Give a student a place, or one on the waiting list where all are taken.

    Somebody who stands there already keeps what they have; somebody who cancelled comes
    back on the same row with a new ticket. Raises :class:`RegistrationClosed` and
    ``NotEligible``.
    """
    now = now or utcnow()
    seats.hold(fair)
    found = queries.find_registration(fair, student)
    if found is not None and found.status is not R.CANCELLED:
        if verified and found.verified_at is None:
            found.verified_at = now
            issuing.stamp(found)
        return found
    _check_open(fair, source, now)
    check_eligible(student, fair)
    move_up(fair, now=now)
    status = R.CONFIRMED if seats.take_seat(fair) else R.WAITLISTED
    registration = found or _add(student, fair)
    if found is not None:
        REGISTRATION_FLOW.check(found.status, status)
        found.generation += 1
    registration.status = status
    registration.source = source
    registration.registered_at = now
    registration.waitlisted_at = now if status is R.WAITLISTED else None
    registration.verified_at = now if verified else None
    registration.cancelled_at, registration.cancel_reason = None, ""
    registration.reminded_at = None
    issuing.issue(registration, now=now)
    issuing.stamp(registration)
    return registration


def _add(student: Student, fair: Fair) -> Registration:
    registration = Registration(uid=random_code(), fair=fair, student=student, generation=0)
    db.session.add(registration)
    return registration


def _check_open(fair: Fair, source: RegistrationSource, now: datetime) -> None:
    """The desk and lists may register people until the end, whatever the window of others."""
    open_for_desk = fair.status is FairStatus.PUBLISHED and now < fair.ends_at
    if source in (RegistrationSource.DESK, RegistrationSource.IMPORT) and open_for_desk:
        return
    if not fair.takes_registrations_at(now):
        raise RegistrationClosed(fair.phase_at(now))


def cancel(registration: Registration, *, by: User | None, reason: str = "") -> None:
    """Give a place back: the ticket dies at once and the oldest waiting person moves up."""
    now = utcnow()
    fair = registration.fair
    seats.hold(fair)
    db.session.refresh(registration)
    if now >= fair.ends_at:
        raise issuing.FairIsOver()
    before = registration.status
    registration.status = REGISTRATION_FLOW.check(before, R.CANCELLED)
    registration.cancelled_at, registration.cancel_reason = now, reason
    registration.waitlisted_at = None
    issuing.revoke(registration, now=now, why=reason)
    issuing.stamp(registration)
    issuing.note(registration, "registration.cancel", by=by, reason=reason)
    db.session.flush()
    if before is R.CONFIRMED:
        seats.free_seat(fair)
    move_up(fair, now=now)


def come_back(registration: Registration) -> Registration:
    """Take a place again after cancelling: on the same row, with a new ticket."""
    verified = registration.verified_at is not None
    return register(
        registration.student, registration.fair, source=registration.source, verified=verified
    )


def move_up(fair: Fair, *, now: datetime | None = None) -> list[Registration]:
    """Give free places to those who wait longest, and tell them."""
    now = now or utcnow()
    moved: list[Registration] = []
    if fair.status is not FairStatus.PUBLISHED or now >= fair.ends_at:
        return moved
    while (waiting := queries.oldest_waitlisted(fair)) is not None and seats.take_seat(fair):
        waiting.status = REGISTRATION_FLOW.check(waiting.status, R.CONFIRMED)
        waiting.waitlisted_at = None
        issuing.stamp(waiting)
        db.session.flush()
        moved.append(waiting)
    for registration in moved:
        telling.tell(registration, "registrations/moved-up")
    return moved
