"""Reading gates, scans and attendances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.audit.services import Actor
from app.checkins import merge
from app.checkins.models import Attendance, Device, DisplayLink, Gate, GateStaff, Scan
from app.checkins.states import DeviceRole, Direction, Verdict
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.registrations.models import Registration, Ticket
from app.tours.models import Fair

# The greatest id PostgreSQL compares with an integer; an address may say any number.
GREATEST_ID = (1 << 31) - 1
# What is decided on is read again, whatever the session remembers.
_FRESH = {"populate_existing": True}


@dataclass(frozen=True)
class Counts:
    """A fair's people: how many are inside now, and how many came at all (人)."""

    inside: int
    attended: int


# -- gates -----------------------------------------------------------------------------


def list_gates(fair: Fair, *, open_only: bool = False) -> list[Gate]:
    """A fair's gates in order, with who stands there."""
    query = (
        select(Gate)
        .where(Gate.fair_id == fair.id)
        .options(selectinload(Gate.staff).joinedload(GateStaff.user))
        .order_by(Gate.position, Gate.id)
    )
    if open_only:
        query = query.where(Gate.closed_at.is_(None))
    return list(db.session.scalars(query, execution_options=_FRESH))


def get_gate(fair: Fair, gate_id: int) -> Gate:
    """A gate of a fair."""
    query = select(Gate).where(Gate.id == min(gate_id, GREATEST_ID), Gate.fair_id == fair.id)
    gate = db.session.scalars(query).one_or_none()
    if gate is None:
        raise NotFound()
    return gate


def find_gate_by_code(code: str) -> Gate | None:
    """The gate whose poster says a code."""
    query = select(Gate).where(Gate.code == code.upper().replace("\0", ""))
    return db.session.scalars(query.options(joinedload(Gate.fair))).one_or_none()


def find_gate(gate_id: int) -> Gate | None:
    """A gate by its id, with its fair."""
    query = select(Gate).where(Gate.id == min(gate_id, GREATEST_ID))
    return db.session.scalars(query.options(joinedload(Gate.fair))).one_or_none()


def gate_of(fair: Fair, user: User) -> Gate | None:
    """The first open gate of a fair that somebody is assigned to."""
    query = (
        select(Gate)
        .join(GateStaff)
        .where(Gate.fair_id == fair.id, Gate.closed_at.is_(None), GateStaff.user_id == user.id)
        .order_by(Gate.position, Gate.id)
    )
    return db.session.scalars(query.limit(1)).first()


def count_scans_by_gate(fair: Fair) -> dict[int, int]:
    """How many people each gate let in first."""
    query = (
        select(Attendance.first_gate_id, func.count())
        .where(Attendance.fair_id == fair.id, Attendance.first_gate_id.is_not(None))
        .group_by(Attendance.first_gate_id)
    )
    return {gate_id: number for gate_id, number in db.session.execute(query) if gate_id}


# -- devices ---------------------------------------------------------------------------


def get_device(fair: Fair, uid: str) -> Device:
    """A device of a fair."""
    query = select(Device).where(Device.uid == uid.replace("\0", ""), Device.fair_id == fair.id)
    device = db.session.scalars(query, execution_options=_FRESH).one_or_none()
    if device is None:
        raise NotFound()
    return device


def count_unsent(fair: Fair) -> int:
    """How many gate phones of a fair last said that they hold scans that are not here yet."""
    query = select(func.count()).where(
        Device.fair_id == fair.id,
        Device.role == DeviceRole.GATE,
        Device.revoked_at.is_(None),
        Device.reported_queue > 0,
    )
    return db.session.scalar(query) or 0


# -- scans -----------------------------------------------------------------------------


def get_scan(fair: Fair, scan_id: UUID) -> Scan:
    """A scan made at a fair."""
    query = select(Scan).where(Scan.id == scan_id, Scan.fair_id == fair.id)
    scan = db.session.scalars(query, execution_options=_FRESH).one_or_none()
    if scan is None:
        raise NotFound()
    return scan


def find_last_scan(fair_id: int, by: User) -> Scan | None:
    """The last scan somebody made at a fair, whatever it was answered."""
    query = (
        select(Scan)
        .where(Scan.fair_id == fair_id, Scan.actor_id == by.id, Scan.voided_at.is_(None))
        .order_by(Scan.received_at.desc(), Scan.id.desc())
    )
    return db.session.scalars(query.limit(1)).first()


def find_seat(scan: Scan) -> Any:
    """The registration a scan's ticket belongs to (id, fair_id, exits so far), or None."""
    exits = (
        select(func.count())
        .select_from(Scan)
        .join(Ticket, Ticket.hash == Scan.ticket_hash)
        .where(
            Ticket.registration_id == Registration.id,
            Scan.fair_id == Registration.fair_id,
            Scan.answer == Verdict.EXITED,
            Scan.voided_at.is_(None),
        )
        .correlate(Registration)
        .scalar_subquery()
    )
    query = (
        select(Registration.id, Registration.fair_id, exits.label("exits"))
        .join(Ticket, Ticket.registration_id == Registration.id)
        .where(Ticket.hash == scan.ticket_hash)
    )
    return db.session.execute(query).one_or_none()


def list_alarms(fair: Fair, *, since: timedelta = timedelta(hours=1)) -> Sequence[AuditEntry]:
    """The alarms about unknown codes of the last hour, newest first."""
    query = select(AuditEntry).where(
        AuditEntry.action == "scan.unknown-alarm",
        AuditEntry.fair_id == fair.id,
        AuditEntry.at > utcnow() - since,
    )
    return db.session.scalars(query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())).all()


# -- attendance ------------------------------------------------------------------------


def find_attendance(registration_id: int) -> Attendance | None:
    """Whether and when somebody came."""
    query = select(Attendance).where(Attendance.registration_id == registration_id)
    return db.session.scalars(
        query.options(joinedload(Attendance.first_gate)), execution_options=_FRESH
    ).one_or_none()


def list_attendances(registration_ids: Sequence[int]) -> dict[int, Attendance]:
    """The attendances of many, by registration; whoever did not come is missing."""
    query = select(Attendance).where(Attendance.registration_id.in_(registration_ids))
    found = db.session.scalars(
        query.options(joinedload(Attendance.first_gate)), execution_options=_FRESH
    )
    return {row.registration_id: row for row in found}


def count_people(fair: merge.Hall) -> Counts:
    """Inside now and attended, by one statement."""
    inside = func.count().filter(Attendance.last_direction == Direction.IN)
    query = select(inside, func.count()).where(Attendance.fair_id == fair.id)
    return Counts(*db.session.execute(query).one())


def count_inside(fair: Fair) -> int:
    """How many people are inside now."""
    return count_people(fair).inside


def count_attended(fair: Fair) -> int:
    """How many distinct people came (人)."""
    return count_people(fair).attended


def arrivals_per_minute(fair: Fair, minutes: int = 30) -> list[tuple[datetime, int]]:
    """How many people came for the first time in each of the last minutes, oldest first.

    The last entry is the minute that is running.
    """
    end = utcnow().replace(second=0, microsecond=0) + timedelta(minutes=1)
    start = end - timedelta(minutes=minutes)
    query = select(Attendance.first_at).where(
        Attendance.fair_id == fair.id, Attendance.first_at >= start, Attendance.first_at < end
    )
    counts = [0] * minutes
    for moment in db.session.scalars(query):
        counts[int((moment - start).total_seconds() // 60)] += 1
    return [(start + timedelta(minutes=index), number) for index, number in enumerate(counts)]


# -- the help desk ---------------------------------------------------------------------


def count_searches(by: Actor, since: datetime) -> int:
    """How often somebody searched for people since a moment."""
    query = select(func.count()).where(
        AuditEntry.action == "desk.search", AuditEntry.actor_id == by.id, AuditEntry.at > since
    )
    return db.session.scalar(query) or 0


# -- display links ---------------------------------------------------------------------


def list_display_links(fair: Fair) -> Sequence[DisplayLink]:
    """A fair's display links that are in force, newest first."""
    query = select(DisplayLink).where(
        DisplayLink.fair_id == fair.id, DisplayLink.revoked_at.is_(None)
    )
    return db.session.scalars(query.order_by(DisplayLink.id.desc())).all()


def get_display_link(fair: Fair, link_id: int) -> DisplayLink:
    """A display link of a fair."""
    query = select(DisplayLink).where(
        DisplayLink.id == min(link_id, GREATEST_ID), DisplayLink.fair_id == fair.id
    )
    link = db.session.scalars(query).one_or_none()
    if link is None:
        raise NotFound()
    return link


def find_display_link(fair: Fair, link_ids: Sequence[int]) -> DisplayLink | None:
    """One of these display links that opens a fair's screens and was not revoked."""
    query = select(DisplayLink).where(
        DisplayLink.id.in_(link_ids),
        DisplayLink.fair_id == fair.id,
        DisplayLink.revoked_at.is_(None),
    )
    return db.session.scalars(query.limit(1), execution_options=_FRESH).first()
