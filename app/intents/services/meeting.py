"""Meeting a student at a booth: when tickets may be read there, whose, and how many in a day.

A booth's phone (``stands``) and the page of the company's people online meet by the same rules.
A scan gives nothing: it asks (``contacts``), and what the company sees until the yes is masked.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from app.accounts.models import User
from app.audit import services as audit
from app.core.clock import today, utcnow
from app.core.db import changed_one, db, insert_if_absent
from app.core.errors import Conflict
from app.core.text import N_
from app.intents.models import BoothContact, ContactQuota, Intent
from app.intents.services.contacts import NO_SCAN, Proposal, ask_student
from app.intents.services.record import find_intent
from app.intents.states import Fault, Step
from app.participations.models import Participation
from app.participations.states import COMING, ParticipationStatus
from app.registrations.models import Ticket
from app.registrations.queries import (
    find_ticket_by_hash,
    find_ticket_by_short_code,
    hash_from_text,
)
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair
from app.tours.states import FairStatus

# How many people one member of an employer may scan in a day, wrong codes included.
DAILY_CONTACTS = 300
# Booths are set up before the doors open and packed up after the end.
SCANS_BEFORE, SCANS_AFTER = timedelta(hours=2), timedelta(hours=12)
STANDING = frozenset({ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED})
OPEN_FAIRS = frozenset({FairStatus.PUBLISHED, FairStatus.CLOSED})


class NotHere(Conflict):
    """The employer does not take part in the fair, or the fair does not take place."""

    code = "not-here"
    message = N_("This employer is not at this fair now.")


class NotToday(Conflict):
    """Tickets are scanned at the fair."""

    code = "not-today"
    message = N_("Tickets can be scanned on the day of the fair.")


def meet(participation: Participation, typed: str, *, by: User) -> Intent | BoothContact | Fault:
    """Somebody of an employer reads a student's ticket on the page for it, online.

    Returns what the two have where the student gives already, else the question, which asks for
    the resume and no more, or what is wrong. Commit whatever it is: a wrong code takes one of
    the day's scans too.
    """
    check_here(participation)
    if not scans_open(participation, utcnow()):
        raise NotToday()
    ticket = _find_ticket(participation.fair, typed)
    if ticket is not None and ticket.revoked_at is None:
        known = find_intent(ticket.registration.student_id, participation)
        if known is not None and known.is_shared:
            return known
    if not may_meet(participation, ticket, by=by, day=today(participation.fair.time_zone)):
        return Fault.CAPPED
    asked = Proposal(scan_id=NO_SCAN, step=Step.RESUME_RECEIVED, scanned_at=utcnow(), by=by)
    return ask_by_ticket(participation, ticket, asked)


def ask_by_ticket(
    participation: Participation, ticket: Ticket | None, proposal: Proposal
) -> BoothContact | Fault:
    """Make a question of a ticket that was read at a booth, or say what is wrong with it."""
    fault = _judge(participation, ticket)
    if ticket is None or fault is not None:
        return fault or Fault.UNKNOWN
    return ask_student(participation, ticket.registration, proposal)


def may_meet(participation: Participation, ticket: Ticket | None, *, by: User, day: date) -> bool:
    """Take one of somebody's scans of a day, unless the booth has met this student.

    A wrong code takes one too, so nobody harvests and nobody guesses.
    """
    if ticket is not None and _has_met(participation, ticket):
        return True
    return _take_scan(participation, by, day=day)


def scans_open(participation: Participation, now: datetime) -> bool:
    """Whether tickets may be scanned at a booth: on the day, from setting up to packing up."""
    fair = participation.fair
    return fair.opens_doors_at - SCANS_BEFORE <= now < fair.ends_at + SCANS_AFTER


def has_stand(participation: Participation, now: datetime) -> bool:
    """Whether a company's phones may be made the stand's now: confirmed, and not packed up yet."""
    fair = participation.fair
    is_standing = participation.status in STANDING and fair.status in OPEN_FAIRS
    return is_standing and now < fair.ends_at + SCANS_AFTER


def is_here(participation: Participation) -> bool:
    """Whether an employer takes part in a fair that takes place."""
    return participation.fair.status in OPEN_FAIRS and participation.status in COMING


def check_here(participation: Participation) -> None:
    """Raise :class:`NotHere` unless the employer takes part in a fair that takes place."""
    if not is_here(participation):
        raise NotHere()


def _judge(participation: Participation, ticket: Ticket | None) -> Fault | None:
    """Why the holder of a ticket cannot be met at a booth; None where nothing stands against it."""
    if ticket is None:
        return Fault.UNKNOWN
    if ticket.fair_id != participation.fair_id:
        return Fault.ELSEWHERE
    if ticket.revoked_at is not None:
        return Fault.REPLACED
    registration = ticket.registration
    is_confirmed = registration.status is RegistrationStatus.CONFIRMED
    if not is_confirmed or registration.student.closed_at is not None:
        return Fault.NOT_REGISTERED
    return None


def _find_ticket(fair: Fair, typed: str) -> Ticket | None:
    hash_ = hash_from_text(typed)
    return find_ticket_by_hash(hash_) if hash_ else find_ticket_by_short_code(fair, typed)


def _has_met(participation: Participation, ticket: Ticket) -> bool:
    met = select(BoothContact.id).filter_by(
        participation_id=participation.id, registration_id=ticket.registration_id
    )
    if db.session.scalar(met) is not None:
        return True
    return find_intent(ticket.registration.student_id, participation) is not None


def _take_scan(participation: Participation, by: User, *, day: date) -> bool:
    """Take one of a day's scans; the first refusal of a day is written into the log."""
    insert_if_absent(ContactQuota, user_id=by.id, day=day, taken=0)
    mine = update(ContactQuota).where(ContactQuota.user_id == by.id, ContactQuota.day == day)
    below = mine.where(ContactQuota.taken < DAILY_CONTACTS)
    if changed_one(below.values(taken=ContactQuota.taken + 1)):
        return True
    if changed_one(mine.where(ContactQuota.alarmed_at.is_(None)).values(alarmed_at=utcnow())):
        _alarm(participation, by)
    return False


def _alarm(participation: Participation, by: User) -> None:
    audit.record(
        "contact.capped",
        by=by,
        on="participation",
        object_id=participation.id,
        label=participation.employer.display_name,
        fair_id=participation.fair_id,
        delegation_id=participation.delegation_id,
        after={"scans": DAILY_CONTACTS},
    )
