"""Tickets: issued, replaced, revoked. The code itself is never stored."""

from datetime import datetime

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.codes import random_short_code
from app.core.crypto import newest_ticket_key_id
from app.core.db import db
from app.core.errors import DomainError
from app.core.text import N_
from app.registrations import queries
from app.registrations.models import Registration, Ticket
from app.registrations.services import seats
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import hash_of, make_code


class FairIsOver(DomainError):
    """A place or a ticket of a past fair cannot be changed any more."""

    code = "fair-over"
    message = N_("This fair is over.")


class NoTicket(DomainError):
    """A cancelled registration has no ticket to replace."""

    code = "no-ticket"
    message = N_("This registration is cancelled. Register again to get a new ticket.")


def reissue_ticket(registration: Registration, *, by: User | None, why: str) -> Ticket:
    """Replace the ticket: the old code is worthless from this moment."""
    now = utcnow()
    seats.hold(registration.fair)
    db.session.refresh(registration)
    if registration.status is RegistrationStatus.CANCELLED:
        raise NoTicket()
    if now >= registration.fair.ends_at:
        raise FairIsOver()
    revoke(registration, now=now, why=why)
    registration.generation += 1
    ticket = issue(registration, now=now)
    stamp(registration)
    note(registration, "ticket.reissue", by=by, reason=why)
    return ticket


def ticket_code(ticket: Ticket) -> str:
    """The code of a ticket, derived again."""
    return make_code(ticket.registration.uid, ticket.generation, ticket.key_id)


def issue(registration: Registration, *, now: datetime) -> Ticket:
    """Write the ticket of the present generation; the caller holds the fair's seats."""
    key_id = newest_ticket_key_id()
    code = make_code(registration.uid, registration.generation, key_id)
    ticket = Ticket(
        hash=hash_of(code),
        fair_id=registration.fair.id,
        generation=registration.generation,
        key_id=key_id,
        short_code=_free_short_code(registration.fair.id),
        issued_at=now,
    )
    registration.tickets.append(ticket)
    db.session.flush()
    return ticket


def _free_short_code(fair_id: int) -> str:
    """A code this fair never issued; the held seats keep others from choosing it too."""
    code = random_short_code()
    while queries.has_short_code(fair_id, code):
        code = random_short_code()
    return code


def revoke(registration: Registration, *, now: datetime, why: str) -> None:
    """Make every ticket of a registration worthless from a moment on."""
    for ticket in registration.tickets:
        if ticket.revoked_at is None:
            ticket.revoked_at, ticket.revoked_why = now, why


def stamp(registration: Registration) -> None:
    """Tell gate phones that something about a registration's tickets has changed.

    The caller holds the fair's seats.
    """
    version = seats.next_version(registration.fair)
    for ticket in registration.tickets:
        ticket.version = version


def note(registration: Registration, action: str, *, by: User | None, reason: str = "") -> None:
    """Log what staff do; what students do to their own place stands in the row itself."""
    if by is not None and by.is_staff:
        record(
            action,
            by=by,
            on="registration",
            object_id=registration.id,
            label=registration.student.masked_name,
            fair_id=registration.fair_id,
            reason=reason,
        )
