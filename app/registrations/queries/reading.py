"""Reading registrations and tickets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.fields import BadField, read_bytes
from app.core.masking import mask_name
from app.notices.models import Notice
from app.notices.states import Channel, NoticeStatus
from app.registrations.models import FairEligibility, FairSeats, Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import (
    hash_of,
    make_code,
    read_code,
    read_short_code,
    show_short_code,
)
from app.students.models import Student
from app.tours.models import Fair
from app.tours.states import FairStatus

R = RegistrationStatus
HASH_BYTES = 16
LONGEST_SHORT_CODE = 20
# What is typed and cannot be a short code is kept as one that nobody has.
NO_SHORT_CODE = "-"
# How the room of the gates answers; the factory says.
_attendance: list[Callable[[int], Any]] = []
# What is decided on under a lock is read again, whatever the session remembers.
_FRESH = {"populate_existing": True}


def know_attendance(find: Callable[[int], Any]) -> None:
    """Take the question "did they come?", which only a room above can answer."""
    _attendance[:] = [find]


def first_entry(registration: Registration) -> datetime | None:
    """When the holder of a registration first came in, if they did."""
    found = _attendance[0](registration.id) if _attendance else None
    return None if found is None else found.first_at


def whole() -> Select[Registration]:
    """Registrations with everything a page about one person shows."""
    return select(Registration).options(
        joinedload(Registration.fair).joinedload(Fair.venue),
        joinedload(Registration.student).joinedload(Student.user),
        selectinload(Registration.tickets),
    )


def _one(query: Select[Registration]) -> Registration:
    registration = db.session.scalars(query).one_or_none()
    if registration is None:
        raise NotFound()
    return registration


def get_registration(uid: str) -> Registration:
    """A registration by its name, whoever it is of: for staff and other rooms."""
    return _one(whole().where(Registration.uid == uid))


def get_own_registration(user: User, uid: str) -> Registration:
    """A registration by its name, for the student it belongs to."""
    own = whole().join(Student).where(Student.user_id == user.id)
    return _one(own.where(Registration.uid == uid))


def find_unlinked_registration(student_uid: str, uid: str) -> Registration | None:
    """A registration of a student without an account, for the browser that made it."""
    own = whole().join(Student).where(Student.uid == student_uid, Student.user_id.is_(None))
    return db.session.scalars(own.where(Registration.uid == uid)).one_or_none()


def find_registration(fair: Fair, student: Student) -> Registration | None:
    """A student's registration for a fair, whatever its state."""
    query = select(Registration).filter_by(fair_id=fair.id, student_id=student.id)
    return db.session.scalars(query, execution_options=_FRESH).one_or_none()


def list_registrations(student: Student) -> list[Registration]:
    """A student's registrations with fair and tickets, the latest fair first."""
    query = whole().where(Registration.student_id == student.id).join(Registration.fair)
    return list(db.session.scalars(query.order_by(Fair.starts_at.desc(), Registration.id.desc())))


def waitlist_position(registration: Registration) -> int:
    """The place in the queue, from 1; 0 for somebody who does not wait."""
    if registration.status is not R.WAITLISTED or registration.waitlisted_at is None:
        return 0
    since = registration.waitlisted_at
    before = or_(
        Registration.waitlisted_at < since,
        and_(Registration.waitlisted_at == since, Registration.id <= registration.id),
    )
    query = select(func.count()).where(
        Registration.fair_id == registration.fair_id, Registration.status == R.WAITLISTED, before
    )
    return db.session.scalar(query) or 0


def oldest_waitlisted(fair: Fair) -> Registration | None:
    """Who moves up next."""
    query = select(Registration).filter_by(fair_id=fair.id, status=R.WAITLISTED)
    order = query.order_by(Registration.waitlisted_at, Registration.id).limit(1)
    return db.session.scalars(order, execution_options=_FRESH).first()


def seats_taken(fair: Fair) -> int:
    """How many places of a fair are taken."""
    return db.session.scalar(select(FairSeats.taken).filter_by(fair_id=fair.id)) or 0


def has_free_seat(fair: Fair) -> bool:
    """Whether a new registration would get a place now, as far as one can tell by looking."""
    if fair.capacity is None:
        return True
    return oldest_waitlisted(fair) is None and seats_taken(fair) < fair.capacity


def count_by_status(fair: Fair) -> dict[RegistrationStatus, int]:
    """How many registrations of a fair stand where; every status is named."""
    query = select(Registration.status, func.count()).filter_by(fair_id=fair.id)
    counts = dict.fromkeys(R, 0)
    for status, number in db.session.execute(query.group_by(Registration.status)):
        counts[status] = number
    return counts


def is_code_late(phone_label: str, *, now: datetime) -> bool:
    """Whether the last one-time code to a (masked) phone still has not gone out.

    Half a minute is more than a worker and a gateway need.
    """
    query = (
        select(Notice.status, Notice.created_at)
        .where(
            Notice.channel == Channel.SMS,
            Notice.recipient_label == phone_label,
            Notice.template == "accounts/login-code",
            Notice.created_at > now - timedelta(minutes=15),
        )
        .order_by(Notice.created_at.desc(), Notice.id.desc())
    )
    last = db.session.execute(query.limit(1)).first()
    if last is None or last.status is NoticeStatus.SENT:
        return False
    return bool(last.created_at <= now - timedelta(seconds=30))


def list_fairs_with_room(now: datetime) -> list[int]:
    """Fairs to come where somebody waits although a place is free."""
    waits = exists().where(Registration.fair_id == Fair.id, Registration.status == R.WAITLISTED)
    query = (
        select(Fair.id)
        .join(FairSeats, FairSeats.fair_id == Fair.id)
        .where(Fair.status == FairStatus.PUBLISHED, Fair.ends_at > now, waits)
        .where(or_(Fair.capacity.is_(None), FairSeats.taken < Fair.capacity))
        .order_by(Fair.id)
    )
    return list(db.session.scalars(query))


def list_standing_ids(fair: Fair) -> list[int]:
    """Everybody who is registered or waiting, in the order they came."""
    query = select(Registration.id).where(
        Registration.fair_id == fair.id, Registration.status != R.CANCELLED
    )
    return list(db.session.scalars(query.order_by(Registration.id)))


def list_unreminded_ids(fair: Fair, *, registered_before: datetime) -> list[int]:
    """Registered people of a fair nobody has reminded, but those who have only just come."""
    query = select(Registration.id).where(
        Registration.fair_id == fair.id,
        Registration.status == R.CONFIRMED,
        Registration.reminded_at.is_(None),
        Registration.registered_at < registered_before,
    )
    return list(db.session.scalars(query.order_by(Registration.id)))


def list_by_ids(ids: Sequence[int]) -> list[Registration]:
    """Registrations with student and account, for those that still stand."""
    query = (
        select(Registration)
        .options(
            joinedload(Registration.fair).joinedload(Fair.venue),
            joinedload(Registration.student).joinedload(Student.user),
        )
        .where(Registration.id.in_(ids), Registration.status != R.CANCELLED)
        .order_by(Registration.id)
    )
    return list(db.session.scalars(query))


# -- tickets ---------------------------------------------------------------------------


def hash_from_text(text: str) -> bytes | None:
    """The stored hash of a scanned or typed ticket code, or None if it is none."""
    code = read_code(text)
    return hash_of(code) if code else None


def short_code_from_text(text: str) -> str | None:
    """Six typed characters as they stand under a QR code, or None for anything else."""
    return read_short_code(text)


def ticket_from_fields(told: Mapping[str, Any]) -> tuple[bytes | None, str | None]:
    """The ticket a device names: its hash, or a short code as it was typed, one of both.

    Raises ``BadField``.
    """
    ticket, short_code = read_bytes(told, "ticket", length=HASH_BYTES), told.get("short_code")
    if (ticket is None) == (short_code is None):
        raise BadField("ticket")
    if ticket is not None:
        return ticket, None
    if not isinstance(short_code, str) or not 0 < len(short_code) <= LONGEST_SHORT_CODE:
        raise BadField("short_code")
    return None, read_short_code(short_code) or NO_SHORT_CODE


def find_ticket_by_hash(hash_: bytes) -> Ticket | None:
    """The ticket with a hash, valid or not, with its registration and student."""
    return db.session.scalars(_tickets().filter_by(hash=hash_)).one_or_none()


def find_ticket_by_short_code(fair: Fair, text: str) -> Ticket | None:
    """The ticket of a fair with a short code as it was typed, valid or not."""
    code = read_short_code(text)
    if code is None:
        return None
    return db.session.scalars(_tickets().filter_by(fair_id=fair.id, short_code=code)).one_or_none()


def has_short_code(fair_id: int, code: str) -> bool:
    """Whether a fair has issued this short code before."""
    query = select(Ticket.id).filter_by(fair_id=fair_id, short_code=code)
    return db.session.scalar(query) is not None


def list_codes(fair: Fair) -> list[str]:
    """The ticket codes of everybody who is registered, in the order they came."""
    query = (
        select(Registration.uid, Ticket.generation, Ticket.key_id)
        .join(Ticket.registration)
        .where(Registration.fair_id == fair.id, Registration.status == R.CONFIRMED)
        .where(Ticket.revoked_at.is_(None))
        .order_by(Registration.id)
    )
    return [make_code(*row) for row in db.session.execute(query)]


def list_tickets_since(fair_id: int, version: int, limit: int) -> Sequence[Any]:
    """Tickets of a fair that changed after a version, the revoked ones too, by version.

    Rows of (version, hash, uid, generation, key_id, revoked_at, status, cancelled_at,
    verified_at, name, school_name, level). At least ``limit`` where there are so many;
    those of one version come together.
    """
    of_fair = _roster.where(Ticket.fair_id == fair_id)
    rows = list(db.session.execute(of_fair.where(Ticket.version > version).limit(limit)))
    if len(rows) == limit:
        last = rows[-1].version
        same = db.session.execute(of_fair.where(Ticket.version == last))
        rows = [row for row in rows if row.version < last] + list(same)
    return rows


def code_of(uid: str, generation: int, key_id: int) -> str:
    """The code of a ticket, derived again from what a row says of it."""
    return make_code(uid, generation, key_id)


_roster = (
    select(
        Ticket.version,
        Ticket.hash,
        Registration.uid,
        Ticket.generation,
        Ticket.key_id,
        Ticket.revoked_at,
        Registration.status,
        Registration.cancelled_at,
        Registration.verified_at,
        Student.name,
        Student.school_name,
        Student.level,
    )
    .join(Ticket.registration)
    .join(Registration.student)
    .order_by(Ticket.version, Ticket.id)
)


def list_for_paper(fair: Fair) -> list[tuple[str, str, str, str]]:
    """Who is expected, for a sign-in sheet on paper, by short code.

    Short code, masked name, school, masked phone: what a helper at the door may see.
    """
    query = (
        select(Ticket.short_code, Student.name, Student.school_name, Student.phone_last4)
        .join(Ticket.registration)
        .join(Registration.student)
        .where(Registration.fair_id == fair.id, Registration.status == R.CONFIRMED)
        .where(Ticket.revoked_at.is_(None))
        .order_by(Ticket.short_code)
    )
    return [
        (
            show_short_code(code),
            mask_name(name or ""),
            school or "",
            f"****{last4}" if last4 else "",
        )
        for code, name, school, last4 in db.session.execute(query)
    ]


def _tickets() -> Select[Ticket]:
    to_person = joinedload(Ticket.registration)
    return select(Ticket).options(
        to_person.joinedload(Registration.student).joinedload(Student.user),
        to_person.joinedload(Registration.fair),
    )


def find_eligibility(fair: Fair) -> FairEligibility | None:
    """Whom a fair is for; None where everybody may come."""
    found = db.session.get(FairEligibility, fair.id)
    return None if found is None or found.is_empty else found


def list_confirmed_students(fair: Fair) -> Sequence[Student]:
    """Who has a place at a fair."""
    query = (
        select(Student)
        .join(Registration, Registration.student_id == Student.id)
        .where(Registration.fair_id == fair.id, Registration.status == R.CONFIRMED)
        .options(joinedload(Student.school))
    )
    return db.session.scalars(query).all()
