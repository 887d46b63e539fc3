"""The list of contradictions: tickets shown green twice, people let in against a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import User
from app.checkins import merge
from app.checkins.models import Attendance, Device, Gate, Ruling, Scan
from app.checkins.services.rulings import read_facts
from app.checkins.states import Decision, RulingKind
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.registrations.models import Registration, Ticket
from app.tours.models import Fair


@dataclass(frozen=True)
class Sighting:
    """One green: the scan, where and by whose hand. ``was_offline``: decided by the phone alone."""

    scan: Any
    gate: str
    hand: str
    was_offline: bool


@dataclass(frozen=True)
class Doubled:
    """A registration with greens too many: each group is one admission cycle, in order."""

    registration: Registration
    attendance: Attendance
    groups: list[list[Sighting]]


@dataclass(frozen=True)
class Overridden:
    """Somebody who counts although the ticket said otherwise, and who said so."""

    registration: Registration
    attendance: Attendance
    gate: str
    by: str
    reason: str


def count_conflicts(fair: Fair) -> int:
    """How many registrations wait for a decision, by one statement."""
    return db.session.scalar(select(func.count()).select_from(_open(fair).subquery())) or 0


def list_conflicts(fair: Fair, page: int = 1) -> Page[Doubled]:
    """The conflicts of a fair nobody has decided on, newest first, in few statements."""
    query = _open(fair).order_by(Attendance.last_at.desc(), Attendance.registration_id)
    found = paged(query.options(*_WITH_PERSON), page)
    sightings = _sightings(fair, [row.registration for row in found.items])
    items = [Doubled(row.registration, row, sightings[row.registration_id]) for row in found.items]
    return Page(items, found.number, found.size, found.total)


def list_overrides(fair: Fair, limit: int = 50) -> list[Overridden]:
    """The people who count against their ticket's verdict, newest first."""
    query = (
        select(Attendance)
        .where(Attendance.fair_id == fair.id, cast(Attendance.flags, String) != "[]")
        .options(*_WITH_PERSON)
        .order_by(Attendance.last_at.desc(), Attendance.registration_id)
    )
    rows = db.session.scalars(query.limit(limit)).all()
    said = _decisions(fair, [row.registration_id for row in rows])
    return [
        Overridden(row.registration, row, *said.get(row.registration_id, ("", "", "")))
        for row in rows
    ]


def list_rulings(fair: Fair, kinds: Sequence[RulingKind], limit: int = 20) -> Sequence[Ruling]:
    """What was decided lately, newest first, also what was taken back."""
    query = (
        select(Ruling)
        .where(Ruling.fair_id == fair.id, Ruling.kind.in_(kinds))
        .options(
            joinedload(Ruling.registration).joinedload(Registration.student),
            joinedload(Ruling.device),
            joinedload(Ruling.made_by),
        )
        .order_by(Ruling.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query, execution_options=_FRESH).all()


def get_ruling(fair: Fair, uid: str) -> Ruling:
    """A ruling of a fair."""
    query = select(Ruling).where(Ruling.uid == uid.replace("\0", ""), Ruling.fair_id == fair.id)
    ruling = db.session.scalars(query, execution_options=_FRESH).one_or_none()
    if ruling is None:
        raise NotFound()
    return ruling


# -- pieces ----------------------------------------------------------------------------

_FRESH = {"populate_existing": True}
_WITH_PERSON = (
    joinedload(Attendance.registration).joinedload(Registration.student),
    joinedload(Attendance.first_gate),
)


def _open(fair: Fair) -> Select[Attendance]:
    """Attendances with more greens too many than somebody has accepted."""
    accepted = (
        select(func.coalesce(func.max(Ruling.duplicates), 0))
        .where(
            Ruling.registration_id == Attendance.registration_id,
            Ruling.kind == RulingKind.ALL_RIGHT,
            Ruling.undone_at.is_(None),
        )
        .correlate(Attendance)
        .scalar_subquery()
    )
    return select(Attendance).where(
        Attendance.fair_id == fair.id,
        Attendance.duplicates > 0,
        Attendance.duplicates > accepted,
    )


def _sightings(
    fair: Fair, registrations: Sequence[Registration]
) -> dict[int, list[list[Sighting]]]:
    """The doubled greens of registrations, by cycle, with gates and hands."""
    rows, tickets = read_facts([row.id for row in registrations])
    found: dict[int, list[list[Any]]] = {}
    for registration in registrations:
        own = registration.id
        counted = merge.counting(rows[own], tickets[own], registration, fair)
        cycles = merge.greens_by_cycle([row for row, _ in counted], fair)
        found[own] = [list(greens) for greens in cycles.values() if len(greens) > 1]
    places = _places([row.id for groups in found.values() for group in groups for row in group])
    return {
        own: [
            [Sighting(row, *places[row.id], was_offline=row.shown is not None) for row in group]
            for group in groups
        ]
        for own, groups in found.items()
    }


def _places(scan_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """The gate and the hand of scans: the phone's name, else the person's."""
    query = (
        select(Scan.id, Gate.name, Device.name, Device.uid, User.name)
        .outerjoin(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(User, User.id == Scan.actor_id)
        .where(Scan.id.in_(scan_ids))
    )
    return {
        id_: (gate or "", device or (uid[:6] if uid else "") or person or "")
        for id_, gate, device, uid, person in db.session.execute(query)
    }


def _decisions(fair: Fair, registration_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """Gate, person and reason of the last decision to let each of them in."""
    person = aliased(User)
    query = (
        select(Ticket.registration_id, Gate.name, person.name, Device.name, Scan.decision_reason)
        .select_from(Scan)
        .join(Ticket, Ticket.hash == Scan.ticket_hash)
        .outerjoin(Gate, Gate.id == Scan.gate_id)
        .outerjoin(Device, Device.id == Scan.device_id)
        .outerjoin(person, person.id == Scan.decided_by_id)
        .where(
            Scan.fair_id == fair.id,
            Ticket.registration_id.in_(registration_ids),
            Scan.decision == Decision.LET_IN,
            Scan.voided_at.is_(None),
        )
        .order_by(Scan.scanned_at, Scan.id)
    )
    return {
        own: (gate or "", name or device or "", reason or "")
        for own, gate, name, device, reason in db.session.execute(query)
    }
