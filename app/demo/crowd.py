"""Registrations, scans and attendance of the sample world, in bulk.

Rows are made as the services would make them; ``tests/demo`` holds them against
``checkins.merge.derive`` and against the seats counted.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from app.accounts.models import User
from app.checkins.models import Admission, Attendance, Gate, Scan
from app.checkins.services import recount
from app.checkins.states import Direction, Evidence, ScanSource, Verdict
from app.core.codes import SHORT, uuid7
from app.core.crypto import newest_ticket_key_id
from app.core.db import db
from app.demo.people import code
from app.places.states import GateDirection
from app.registrations.models import FairSeats, Registration, Ticket
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.registrations.tickets import hash_of, make_code
from app.students.models import Student
from app.tours.models import Fair

# The admission day of every policy but "daily".
NO_DAY = date(1970, 1, 1)


def register_all(
    fair: Fair, students: Sequence[Student], rng: Random, *, now: datetime, waitlisted: int = 0
) -> list[Registration]:
    """Register students before the doors open; the last ``waitlisted`` are on the list."""
    opens = fair.registration_opens_at or fair.created_at
    until = min(now, fair.opens_doors_at)
    span = max(1.0, (until - opens).total_seconds())
    key_id, used = newest_ticket_key_id(), set[str]()
    registrations = []
    for number, student in enumerate(students):
        # Most register in the last days.
        at = opens + timedelta(seconds=span * (1 - rng.random() ** 2))
        waits = number >= len(students) - waitlisted
        registration = Registration(
            uid=code(rng),
            fair=fair,
            student=student,
            status=RegistrationStatus.WAITLISTED if waits else RegistrationStatus.CONFIRMED,
            source=RegistrationSource.SELF,
            verified_at=at,
            generation=0 if waits else 1,
            registered_at=at,
            waitlisted_at=at if waits else None,
        )
        if not waits:
            registration.tickets.append(_ticket(registration, fair, rng, key_id, used, at))
        registrations.append(registration)
    db.session.add_all(registrations)
    tickets = [ticket for registration in registrations for ticket in registration.tickets]
    for version, ticket in enumerate(tickets, start=1):
        ticket.version = version
    taken = len(students) - waitlisted
    db.session.add(FairSeats(fair_id=fair.id, taken=taken, version=len(tickets)))
    db.session.flush()
    return registrations


def _ticket(
    registration: Registration, fair: Fair, rng: Random, key_id: int, used: set[str], at: datetime
) -> Ticket:
    short = "".join(rng.choice(SHORT) for _ in range(6))
    while short in used:
        short = "".join(rng.choice(SHORT) for _ in range(6))
    used.add(short)
    return Ticket(
        hash=hash_of(make_code(registration.uid, registration.generation, key_id)),
        fair_id=fair.id,
        generation=registration.generation,
        key_id=key_id,
        short_code=short,
        issued_at=at,
    )


def let_in(
    fair: Fair,
    registrations: Sequence[Registration],
    gates: Sequence[Gate],
    staff: User,
    rng: Random,
    *,
    until: datetime,
    leaving: float,
) -> list[Attendance]:
    """Scan everybody in, thickest half an hour after the doors opened; some leave again."""
    entrances = [gate for gate in gates if gate.direction is not GateDirection.EXIT]
    exits = [gate for gate in gates if gate.direction is not GateDirection.ENTRANCE]
    span = max(60.0, (until - fair.opens_doors_at).total_seconds() - 60)
    rows: list[object] = []
    attendances = []
    for registration in registrations:
        at = fair.opens_doors_at + timedelta(seconds=span * rng.betavariate(2.2, 1.7))
        gate = rng.choice(entrances)
        scan = _scan(fair, registration, gate, staff, at, Direction.IN)
        attendance = Attendance(
            registration_id=registration.id,
            fair_id=fair.id,
            first_at=at,
            first_gate_id=gate.id,
            last_direction=Direction.IN,
            last_at=at,
            evidence=Evidence.STAFF_SCAN,
        )
        rows += [scan, attendance]
        attendances.append(attendance)
        stay = timedelta(minutes=rng.randint(20, 90))
        if rng.random() < leaving and at + stay < until:
            out = _scan(fair, registration, rng.choice(exits), staff, at + stay, Direction.OUT)
            attendance.last_direction, attendance.last_at = Direction.OUT, out.scanned_at
            rows.append(out)
    db.session.add_all(rows)
    db.session.flush()
    admissions = [
        Admission(
            fair_id=fair.id, registration_id=registration.id, day=NO_DAY, cycle=0, scan_id=scan.id
        )
        for registration, scan in zip(
            registrations,
            (row for row in rows if isinstance(row, Scan) and row.direction is Direction.IN),
            strict=True,
        )
    ]
    db.session.add_all(admissions)
    db.session.flush()
    recount(fair)
    return attendances


def _scan(
    fair: Fair, registration: Registration, gate: Gate, staff: User, at: datetime, way: Direction
) -> Scan:
    ticket = registration.tickets[-1]
    return Scan(
        id=uuid7(),
        fair_id=fair.id,
        gate_id=gate.id,
        actor_id=staff.id,
        ticket_hash=ticket.hash,
        direction=way,
        scanned_at=at.astimezone(UTC),
        device_time=at.astimezone(UTC),
        source=ScanSource.STAFF,
        evidence=Evidence.STAFF_SCAN,
        answer=Verdict.ADMITTED if way is Direction.IN else Verdict.EXITED,
        received_at=at.astimezone(UTC),
    )
