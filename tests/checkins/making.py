"""Makers for the tests of this room."""

from uuid import UUID

from sqlalchemy import func, select

from app.checkins.models import Attendance, HallCount
from app.checkins.services import IncomingScan, record_scans
from app.checkins.states import Direction, ScanSource
from app.core.clock import utcnow
from app.core.codes import random_short_code, uuid7
from app.core.db import db
from app.registrations.models import Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import hash_of, make_code
from tests.factories import make_fair, make_staff, make_student, save


def make_registration(fair=None, *, status=RegistrationStatus.CONFIRMED, ticket=True, **given):
    """A registration with its ticket."""
    fair = fair or make_fair()
    student = given.pop("student", None) or make_student()
    registration = save(
        Registration(
            **{
                "fair": fair,
                "student": student,
                "status": status,
                "verified_at": utcnow(),
            }
            | given
        )
    )
    if ticket:
        issue(registration)
    return registration


def issue(registration, **given):
    code = make_code(registration.uid, registration.generation, 1)
    ticket = Ticket(
        hash=hash_of(code),
        registration=registration,
        fair_id=registration.fair.id,
        generation=registration.generation,
        key_id=1,
        short_code=random_short_code(),
        **given,
    )
    save(ticket)
    return ticket


def code_of(registration):
    ticket = registration.tickets[-1]
    return make_code(registration.uid, ticket.generation, ticket.key_id)


def scan_of(registration, *, out=False, **given):
    given.setdefault("id", uuid7())
    given.setdefault("code", code_of(registration) if registration else "https://example.org/x")
    return IncomingScan(direction=Direction.OUT if out else Direction.IN, **given)


def scan(fair, registration, *, gate=None, by=None, **given):
    """Record one scan and return its answer."""
    incoming = registration if isinstance(registration, IncomingScan) else None
    incoming = incoming or scan_of(registration, **given)
    by = by or gate_person()
    [answer] = record_scans(fair, [incoming], gate=gate, actor=by, source=ScanSource.STAFF)
    return answer


def gate_person():
    from app.accounts.models import User

    found = db.session.scalars(select(User).filter_by(name="Gate person")).first()
    return found or make_staff(name="Gate person")


def head_counts():
    """Fair → (attended, inside), as kept and as counted; fairs without anybody left out."""
    kept = select(HallCount.fair_id, func.sum(HallCount.attended), func.sum(HallCount.inside))
    inside = func.count().filter(Attendance.last_direction == Direction.IN)
    counted = select(Attendance.fair_id, func.count(), inside)
    pairs = []
    for query, group in ((kept, HallCount.fair_id), (counted, Attendance.fair_id)):
        rows = db.session.execute(query.group_by(group))
        pairs.append({fair_id: both for fair_id, *both in rows if any(both)})
    return pairs


def uid(number):
    return UUID(int=number)
