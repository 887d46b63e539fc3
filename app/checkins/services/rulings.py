"""What the organiser decides about scans that are stored: keep one, accept all, void a range.

A scan is never changed back (its fields are written once, whatever the order rows arrive
in), so taking a ruling back writes new rows that stand for the voided ones.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from app.accounts.models import User
from app.audit.services import record
from app.checkins import merge
from app.checkins.models import Device, Ruling, Scan
from app.checkins.services import statements
from app.checkins.services.attendance import rederive
from app.checkins.states import RulingKind, ScanSource
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import changed_one, db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.registrations.models import Registration, Ticket
from app.tours.models import Fair

# How many ids one statement names.
CHUNK = 500
_COPIED = (
    "fair_id",
    "gate_id",
    "ticket_hash",
    "direction",
    "scanned_at",
    "device_time",
    "offset_ms",
    "evidence",
    "roster_version",
    "answer",
    "shown",
    "decision",
    "decided_at",
    "decided_by_id",
    "decision_reason",
)


class NothingToRule(Conflict):
    """The scans no longer contradict each other: somebody has decided, or one was undone."""

    code = "nothing-to-rule"
    message = N_("These scans no longer contradict each other. Look again.")


class ReasonMissing(DomainError):
    """Voiding many scans says why."""

    code = "reason-missing"
    message = N_("Please write down the reason.")


class NoScansThere(DomainError):
    """A time in which a phone made no scan that still counts."""

    code = "no-scans-there"
    message = N_("This phone has no scan in that time that still counts.")


def keep_one(registration: Registration, kept: UUID, *, by: User, reason: str) -> Ruling:
    """Keep one of the greens of a cycle; the others are void. The kept one holds the place."""
    greens = _hold_conflict(registration, kept)
    ids = [row.id for row in greens]
    voided = void_scans([id_ for id_ in ids if id_ != kept], by=by, reason=reason)
    _readmit(registration.fair, [registration.id])
    return _rule(
        registration.fair,
        RulingKind.KEEP_ONE,
        by=by,
        reason=reason,
        registration_id=registration.id,
        kept_scan_id=kept,
        scans=ids,
        voided=voided,
    )


def accept_all(registration: Registration, *, by: User, reason: str) -> Ruling:
    """Say that all greens of a registration are right: nothing changes, the list is shorter.

    One more green later is a new conflict.
    """
    rows = _hold_greens(registration)
    ids = [row.id for greens in rows for row in greens if len(greens) > 1]
    if not ids:
        raise NothingToRule()
    return _rule(
        registration.fair,
        RulingKind.ALL_RIGHT,
        by=by,
        reason=reason,
        registration_id=registration.id,
        scans=ids,
        duplicates=sum(len(greens) - 1 for greens in rows),
    )


def void_device_range(
    device: Device, first_at: datetime | None, last_at: datetime | None, *, by: User, reason: str
) -> Ruling:
    """Strike out everything a phone scanned between two moments (both included)."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if first_at is None or last_at is None:
        raise NoScansThere(field="first_at")
    in_range = select(Scan.id).where(
        Scan.device_id == device.id,
        Scan.scanned_at.between(first_at, last_at),
        Scan.voided_at.is_(None),
    )
    ids = list(db.session.scalars(in_range.order_by(Scan.scanned_at, Scan.id)))
    if not ids:
        raise NoScansThere(field="first_at")
    voided = void_scans(ids, by=by, reason=reason)
    fair = db.session.get_one(Fair, device.fair_id)
    return _rule(
        fair,
        RulingKind.DEVICE_RANGE,
        by=by,
        reason=reason,
        device_id=device.id,
        first_at=first_at,
        last_at=last_at,
        scans=voided,
        voided=voided,
    )


def undo_ruling(ruling: Ruling, *, by: User) -> None:
    """Take a ruling back: what it voided counts again, as new rows. Twice changes nothing."""
    statement = update(Ruling).where(Ruling.id == ruling.id, Ruling.undone_at.is_(None))
    if not changed_one(statement.values(undone_at=utcnow(), undone_by_id=by.id)):
        return
    fair = db.session.get_one(Fair, ruling.fair_id)
    restored = restore_scans(fair, [UUID(text) for text in ruling.voided], by=by)
    db.session.refresh(ruling)
    ruling.restored = [str(id_) for id_ in restored]
    db.session.flush()
    _note("ruling.undo", ruling, by, scans=len(restored))


def void_scans(ids: Collection[UUID], *, by: User, reason: str) -> list[UUID]:
    """Strike many scans out, free their admissions and derive again; return those changed."""
    changed: list[UUID] = []
    for some in _chunks(sorted(ids)):
        statement = (
            update(Scan)
            .where(Scan.id.in_(some), Scan.voided_at.is_(None))
            .values(voided_at=utcnow(), voided_by_id=by.id, void_reason=reason)
            .returning(Scan.id)
        )
        done = db.session.scalars(statement, execution_options={"synchronize_session": False})
        changed += done.all()
        db.session.connection().execute(statements.FREE_ADMISSIONS, {"scan_ids": some})
    for fair, registrations in _people_of(changed).items():
        _readmit(fair, registrations)
    return changed


def restore_scans(fair: Fair, ids: Collection[UUID], *, by: User) -> list[UUID]:
    """Write new rows that say what voided ones said; return their ids."""
    made: list[UUID] = []
    for some in _chunks(sorted(ids)):
        rows = db.session.scalars(
            select(Scan).where(Scan.id.in_(some), Scan.voided_at.is_not(None)),
            execution_options={"populate_existing": True},
        )
        copies = [
            {name: getattr(row, name) for name in _COPIED}
            | {"id": uuid7(), "actor_id": by.id, "source": ScanSource.DESK, "received_at": utcnow()}
            for row in rows
        ]
        if copies:
            db.session.execute(insert(Scan), copies)
        made += [copy["id"] for copy in copies]
    _readmit(fair, _people_of(made).get(fair, []))
    return made


# -- pieces ----------------------------------------------------------------------------


def _hold_conflict(registration: Registration, scan_id: UUID) -> list[Any]:
    """The greens of the cycle a scan stands in; more than one of them."""
    for greens in _hold_greens(registration):
        if len(greens) > 1 and any(row.id == scan_id for row in greens):
            return greens
    raise NothingToRule()


def _hold_greens(registration: Registration) -> list[list[Any]]:
    """A registration's greens by cycle, while nobody else can scan it."""
    [seat] = db.session.connection().execute(
        statements.HOLD_SEATS, {"registration_ids": [registration.id]}
    )
    rows, tickets = read_facts([registration.id])
    counted = merge.counting(rows[seat.id], tickets[seat.id], seat, registration.fair)
    cycles = merge.greens_by_cycle([row for row, _ in counted], registration.fair)
    return [list(greens) for greens in cycles.values()]


def read_facts(
    registration_ids: Sequence[int],
) -> tuple[dict[int, list[Any]], dict[int, dict[bytes, datetime | None]]]:
    """Everything scanned by the tickets of registrations, and those tickets, by registration."""
    rows: dict[int, list[Any]] = {id_: [] for id_ in registration_ids}
    tickets: dict[int, dict[bytes, datetime | None]] = {id_: {} for id_ in registration_ids}
    values = {"registration_ids": list(registration_ids)}
    for row in db.session.connection().execute(statements.FACTS, values):
        rows[row.registration_id].append(row)
        tickets[row.registration_id][row.ticket_hash] = row.revoked_at
    return rows, tickets


def _readmit(fair: Fair, registration_ids: Iterable[int]) -> None:
    """Derive attendances anew, and give every cycle with a green its admission."""
    for some in _chunks(sorted(registration_ids)):
        rederive(fair, some)
        seats = db.session.connection().execute(
            statements.HOLD_SEATS, {"registration_ids": list(some)}
        )
        rows, tickets = read_facts(some)
        places = []
        for seat in seats:
            counted = merge.counting(rows[seat.id], tickets[seat.id], seat, fair)
            cycles = merge.greens_by_cycle([row for row, _ in counted], fair)
            places += [
                {
                    "fair_id": fair.id,
                    "registration_id": seat.id,
                    "day": day,
                    "cycle": cycle,
                    "scan_id": greens[0].id,
                }
                for (day, cycle), greens in cycles.items()
            ]
        if places:
            statements.ADD_ADMISSIONS.add(db.session.connection(), places)


def _people_of(scan_ids: Sequence[UUID]) -> dict[Fair, list[int]]:
    """Whose registrations scans belong to, by the fair of the registration."""
    found: dict[int, set[int]] = {}
    for some in _chunks(sorted(scan_ids)):
        query = (
            select(Ticket.fair_id, Ticket.registration_id)
            .join(Scan, Scan.ticket_hash == Ticket.hash)
            .where(Scan.id.in_(some))
        )
        for fair_id, registration_id in db.session.execute(query):
            found.setdefault(fair_id, set()).add(registration_id)
    return {db.session.get_one(Fair, id_): sorted(ids) for id_, ids in found.items()}


def _chunks(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def _rule(
    fair: Fair,
    kind: RulingKind,
    *,
    by: User,
    reason: str,
    scans: Sequence[UUID],
    voided: Sequence[UUID] = (),
    **facts: Any,
) -> Ruling:
    ruling = Ruling(
        fair_id=fair.id,
        kind=kind,
        reason=reason.strip(),
        scans=[str(id_) for id_ in scans],
        voided=[str(id_) for id_ in voided],
        made_by_id=by.id,
        **facts,
    )
    db.session.add(ruling)
    db.session.flush()
    _note("ruling.make", ruling, by, scans=len(voided))
    return ruling


def _note(action: str, ruling: Ruling, by: User, *, scans: int) -> None:
    record(
        action,
        by=by,
        on="ruling",
        object_id=ruling.id,
        label=ruling.kind.value,
        fair_id=ruling.fair_id,
        after={"kind": ruling.kind.value, "scans": scans},
        reason=ruling.reason,
    )


__all__ = [
    "NoScansThere",
    "NothingToRule",
    "ReasonMissing",
    "accept_all",
    "keep_one",
    "read_facts",
    "restore_scans",
    "undo_ruling",
    "void_device_range",
    "void_scans",
]
