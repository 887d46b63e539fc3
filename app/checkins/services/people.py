"""Checking people in without a gate phone: at the poster, and at the help desk."""

from datetime import timedelta
from uuid import UUID

from app.accounts.models import User
from app.audit.services import Actor, record
from app.checkins.models import Gate
from app.checkins.queries import count_searches
from app.checkins.services.answers import Answer, IncomingScan
from app.checkins.services.scans import record_scans
from app.checkins.states import Evidence, ScanSource
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.errors import DomainError, TooMany
from app.core.text import N_
from app.registrations.models import Registration
from app.registrations.queries import search_people
from app.registrations.services import register_at_desk
from app.students.services import Profile
from app.tours.models import Fair

SEARCHES = 10
SEARCH_WINDOW = timedelta(minutes=1)
SEARCH = "desk.search"
FULL_PHONE = 7


class NoTicket(DomainError):
    """A cancelled registration cannot be checked in."""

    code = "no-ticket"
    message = N_("This registration is cancelled. Register this person again.")


def check_in_self(
    registration: Registration,
    *,
    gate: Gate,
    by: Actor | None,
    scan_id: UUID,
    evidence: Evidence = Evidence.POSTER,
) -> Answer:
    """Check a student in who stands at a gate's poster or screen.

    ``by`` is None for a walk-in without an account, whose phone is not confirmed yet.
    """
    scan = IncomingScan(id=scan_id, ticket_hash=_ticket_hash(registration))
    fair, source = registration.fair, ScanSource.SELF
    [answer] = record_scans(fair, [scan], gate=gate, actor=by, source=source, evidence=evidence)
    return answer


def check_in_at_desk(registration: Registration, *, by: User, scan_id: UUID) -> Answer:
    """Check somebody in by hand, found by name or phone at the help desk."""
    scan = IncomingScan(id=scan_id, ticket_hash=_ticket_hash(registration))
    fair, source = registration.fair, ScanSource.DESK
    [answer] = record_scans(
        fair, [scan], gate=None, actor=by, source=source, evidence=Evidence.MANUAL
    )
    return answer


def register_and_check_in(
    fair: Fair, profile: Profile, *, phone: str | None, check_in: bool, by: User
) -> tuple[Registration, Answer | None]:
    """Register somebody who stands at the desk, and let them in at once if asked to."""
    registration = register_at_desk(fair, profile, by=by, phone=phone)
    if not check_in or not fair.is_open_at(utcnow()):
        return registration, None
    return registration, check_in_at_desk(registration, by=by, scan_id=uuid7())


def search_desk(fair: Fair, text: str, *, by: User) -> list[Registration]:
    """Find people of a fair for the desk. Every search is logged with who made it.

    Ten a minute each (:class:`TooMany`), whatever is found.
    """
    now = utcnow()
    if count_searches(by, now - SEARCH_WINDOW) >= SEARCHES:
        raise TooMany(N_("You have searched 10 times in a minute. Wait a little."))
    found = search_people(fair, text, limit=20)
    record(
        SEARCH,
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after={"text": _loggable(text), "found": len(found)},
    )
    return found


def _loggable(text: str) -> str:
    """What was typed, without a whole phone number."""
    digits = sum(ch.isdigit() for ch in text)
    shown = text[:40]
    return f"****{shown[-4:]}" if digits >= FULL_PHONE else shown


def _ticket_hash(registration: Registration) -> bytes:
    ticket = registration.ticket
    if ticket is None:
        raise NoTicket()
    return ticket.hash
