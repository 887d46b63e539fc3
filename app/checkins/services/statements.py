"""The SQL of the scan path, prepared once.

Core, not ORM: a scan at a door passes no identity map. Every statement takes a whole
batch. Where PostgreSQL needs a lock it is in the statement; SQLite's writer holds the
whole file and leaves those words out.
"""

from dataclasses import fields
from typing import Any

from sqlalchemy import and_, any_, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from app.checkins.merge import Derived
from app.checkins.models import (
    Admission,
    Attendance,
    Gate,
    HallCount,
    QuarantinedScan,
    Scan,
    ScanRecord,
)
from app.checkins.services.cases import NewRow
from app.checkins.states import Verdict
from app.core.bulk import BulkInsert
from app.core.db import Model, is_sqlite
from app.core.prepared import Prepared
from app.registrations.models import Registration, Ticket
from app.students.models import Student
from app.tours.models import Fair

_OfPerson = aliased(Ticket)


def _own_scans(*, lite: bool) -> Any:
    """How many scans the holder of a ticket has, by any of their tickets.

    Written so that PostgreSQL, too, can only look them up by their tickets: what it knows of
    a table that was empty a minute ago makes it read the scans of all people instead.
    """
    own = select(_OfPerson.hash).where(_OfPerson.registration_id == Registration.id)
    own = own.correlate(Registration)
    of_person: Any = Scan.ticket_hash.in_(own)
    if not lite:
        of_person = Scan.ticket_hash == any_(func.array(own.scalar_subquery()))
    return select(func.count()).select_from(Scan).where(of_person).correlate(Registration)


def _exits(*, lite: bool) -> Any:
    """How often the ticket's holder has left this fair: the number of the next cycle.

    The sum keeps SQLite from walking the index of the whole fair's scans for each person.
    """
    return _own_scans(lite=lite).where(
        Scan.fair_id + 0 == bindparam("fair_id"),
        Scan.answer == Verdict.EXITED,
        Scan.voided_at.is_(None),
    )


def _in_hall(counted: Any) -> Any:
    """One of a fair's head counts."""
    return (
        select(func.coalesce(func.sum(counted), 0))
        .where(HallCount.fair_id == bindparam("fair_id"))
        .scalar_subquery()
        .label(counted.key)
    )


def _among(column: Any, name: str, *, lite: bool) -> Any:
    """A column's value is one of a list. PostgreSQL takes it as an array: one text for all."""
    if lite:
        return column.in_(bindparam(name, expanding=True))
    return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))


# Few joins: PostgreSQL tries their orders each time it plans, subqueries it plans by themselves.
_seats: Any = (
    select(
        Ticket.hash,
        Ticket.short_code,
        Ticket.revoked_at,
        Ticket.fair_id,
        Registration.id,
        Registration.uid,
        Registration.status,
        Registration.cancelled_at,
        Registration.verified_at,
        Student.name,
        Student.school_name,
        Student.level,
        Attendance.first_at,
        Attendance.last_direction,
        select(Gate.name)
        .where(Gate.id == Attendance.first_gate_id)
        .scalar_subquery()
        .label("first_gate"),
        _in_hall(HallCount.attended),
        _in_hall(HallCount.inside),
    )
    .select_from(Ticket)
    .join(Registration, Registration.id == Ticket.registration_id)
    .join(Student, Student.id == Registration.student_id)
    .outerjoin(Attendance, Attendance.registration_id == Registration.id)
    # Two gates that scan one person take turns here; batches lock in one order.
    .order_by(Registration.id)
    .with_for_update(of=Registration.__table__, key_share=True)
)


def _seats_by(*kinds: str, lite: bool) -> Prepared:
    by_hash = _among(Ticket.hash, "hashes", lite=lite)
    by_short = and_(
        Ticket.fair_id == bindparam("fair_id"),
        _among(Ticket.short_code, "short_codes", lite=lite),
    )
    found = {"hashes": by_hash, "short_codes": by_short}
    some_known = select(Scan.id).where(_among(Scan.id, "ids", lite=lite)).exists()
    found_by = or_(*(found[kind] for kind in kinds))
    whole = _seats.add_columns(
        _own_scans(lite=lite).scalar_subquery().label("scans"),
        _exits(lite=lite).scalar_subquery().label("exits"),
        some_known.label("some_known"),
    )
    return Prepared(whole.where(found_by))


_SEATS = {
    lite: {
        (True, False): _seats_by("hashes", lite=lite),
        (False, True): _seats_by("short_codes", lite=lite),
        (True, True): _seats_by("hashes", "short_codes", lite=lite),
    }
    for lite in (True, False)
}

_known = select(
    Scan.id,
    Scan.fair_id,
    Scan.device_id,
    Scan.actor_id,
    Scan.ticket_hash,
    Scan.direction,
    Scan.answer,
    Scan.seq,
    Scan.gate_id,
    Scan.device_time,
    Scan.shown,
    Scan.decision,
)
_KNOWN = {lite: Prepared(_known.where(_among(Scan.id, "ids", lite=lite))) for lite in (True, False)}

# -- what is said about scans afterwards -------------------------------------------------

REGISTRATIONS_OF = (
    select(Ticket.registration_id)
    .join(Scan, Scan.ticket_hash == Ticket.hash)
    .where(Scan.id.in_(bindparam("ids", expanding=True)))
)

_OutTicket = aliased(Ticket)
_OutScan = aliased(Scan)
_left_before = (
    select(func.count())
    .select_from(_OutScan)
    .join(_OutTicket, _OutTicket.hash == _OutScan.ticket_hash)
    .where(
        _OutTicket.registration_id == Ticket.registration_id,
        _OutScan.fair_id + 0 == Scan.fair_id,
        _OutScan.answer == Verdict.EXITED,
        _OutScan.voided_at.is_(None),
    )
    .correlate(Ticket, Scan)
    .scalar_subquery()
)

SCANS_SAID = (
    select(
        Scan.id,
        Scan.fair_id,
        Scan.device_id,
        Scan.direction,
        Scan.scanned_at,
        Scan.answer,
        Scan.shown,
        Scan.decision,
        Scan.decided_at,
        Scan.decided_by_id,
        Scan.decision_reason,
        Scan.voided_at,
        Scan.voided_by_id,
        Scan.void_reason,
        Ticket.registration_id,
        _left_before.label("exits"),
    )
    .outerjoin(Ticket, Ticket.hash == Scan.ticket_hash)
    .where(Scan.id.in_(bindparam("ids", expanding=True)))
)

KNOWN_RECORDS = select(
    ScanRecord.id, ScanRecord.scan_id, ScanRecord.device_id, ScanRecord.kind, ScanRecord.value
).where(ScanRecord.id.in_(bindparam("ids", expanding=True)))

# The columns to set are those the values name.
SAY = update(Scan.__table__).where(Scan.id == bindparam("scan_id"))  # type: ignore[arg-type]

# ----------------------------------------------------------------------------------------

# What is said about tickets for another fair.
FAIRS = select(Fair.id, Fair.slug, Fair.title_zh, Fair.title_en, Fair.starts_at, Fair.time_zone)
FAIRS = FAIRS.where(Fair.id.in_(bindparam("ids", expanding=True)))

HOLD_HALL = select(Fair.id).where(Fair.id == bindparam("fair_id")).with_for_update(key_share=True)

HOLD_SEATS = (
    select(Registration.id, Registration.fair_id, Registration.status, Registration.cancelled_at)
    .where(Registration.id.in_(bindparam("registration_ids", expanding=True)))
    .order_by(Registration.id)
    .with_for_update(key_share=True)
)

WINNERS = (
    select(
        Admission.registration_id,
        Admission.day,
        Admission.cycle,
        Admission.scan_id,
        Scan.scanned_at,
        Gate.name.label("gate"),
    )
    .outerjoin(Scan, Scan.id == Admission.scan_id)
    .outerjoin(Gate, Gate.id == Scan.gate_id)
    .where(
        Admission.fair_id == bindparam("fair_id"),
        tuple_(Admission.registration_id, Admission.day, Admission.cycle).in_(
            bindparam("keys", expanding=True)
        ),
    )
)

# Everything ``merge.derive`` may look at, with the tickets it was scanned by, and where the
# cache says the person is now.
FACTS = (
    select(
        Scan.id,
        Scan.fair_id,
        Scan.device_id,
        Scan.actor_id,
        Scan.gate_id,
        Scan.ticket_hash,
        Scan.direction,
        Scan.scanned_at,
        Scan.evidence,
        Scan.answer,
        Scan.shown,
        Scan.decision,
        Scan.voided_at,
        Ticket.registration_id,
        Ticket.revoked_at,
        Attendance.last_direction.label("was"),
    )
    .join(Ticket, Ticket.hash == Scan.ticket_hash)
    .outerjoin(Attendance, Attendance.registration_id == Ticket.registration_id)
    .where(Ticket.registration_id.in_(bindparam("registration_ids", expanding=True)))
)

FREE_ADMISSIONS = delete(Admission).where(
    Admission.scan_id.in_(bindparam("scan_ids", expanding=True))
)
FORGET_ATTENDANCE = (
    delete(Attendance)
    .where(Attendance.registration_id.in_(bindparam("registration_ids", expanding=True)))
    .returning(Attendance.last_direction)
)

_MERGED = tuple(field.name for field in fields(Derived))
_OF_ATTENDANCE = ("registration_id", "fair_id", *_MERGED)

# Admissions, leaving out those whose place is taken; gives the winners' scan ids.
ADD_ADMISSIONS = BulkInsert(
    Admission,
    ("fair_id", "registration_id", "day", "cycle", "scan_id"),
    conflict="DO NOTHING",
    returning="scan_id",
)
# Scans, leaving out known ids; gives the ids that were new.
ADD_SCANS = BulkInsert(
    Scan,
    [field.name for field in fields(NewRow)],
    conflict="DO NOTHING",
    returning="id",
)
# Attendances where there was none; gives whose.
ADD_ATTENDANCES = BulkInsert(
    Attendance, _OF_ATTENDANCE, conflict="DO NOTHING", returning="registration_id"
)
# The same, overwriting what stood there.
MERGE_ATTENDANCES = BulkInsert(
    Attendance,
    _OF_ATTENDANCE,
    conflict="(registration_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _MERGED),
    returning="registration_id",
)


def _ignoring(insert: Any, model: type[Model], *returned: Any) -> Any:
    return insert(model).on_conflict_do_nothing().returning(*returned)


def _counting(insert: Any) -> Prepared:
    statement = insert(HallCount)
    more = statement.excluded
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=["fair_id", "shard"],
            set_={
                "attended": HallCount.attended + more.attended,
                "inside": HallCount.inside + more.inside,
            },
        )
    )


def _in_both(make: Any, *given: Any) -> dict[bool, Any]:
    """A statement in both dialects, by whether it is SQLite's."""
    return {True: make(sqlite.insert, *given), False: make(postgresql.insert, *given)}


_ADD_QUARANTINED = _in_both(_ignoring, QuarantinedScan, QuarantinedScan.id)
_ADD_RECORDS = _in_both(_ignoring, ScanRecord, ScanRecord.id)
_COUNT: dict[bool, Prepared] = _in_both(_counting)


def add_quarantined() -> Any:
    """INSERT records that could not be stored, once each."""
    return _ADD_QUARANTINED[is_sqlite()]


def add_records() -> Any:
    """INSERT what was said about scans, once each."""
    return _ADD_RECORDS[is_sqlite()]


def count_in() -> Prepared:
    """Add to the head count of a fair."""
    return _COUNT[is_sqlite()]


def seats_by(*, hashes: bool, short_codes: bool) -> Prepared:
    """The look-up that fits what was read; with nothing read it finds nothing."""
    return _SEATS[is_sqlite()][hashes or not short_codes, short_codes]


def known() -> Prepared:
    """The stored rows of some ids."""
    return _KNOWN[is_sqlite()]
