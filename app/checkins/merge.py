"""What the scans of one registration come to: a pure function of the stored rows.

No order, no arrival time and no clock of ours enters, so that rows which arrive late,
twice, in other batches or by another way end in the same attendance (CHECKIN protocol,
sections 1 G6 and 4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from app.checkins.states import GREEN, Decision, Direction, Evidence, Verdict
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus, ReentryPolicy

# Two greens of one device within this time are one person shown twice.
SAME_MOMENT = timedelta(seconds=10)
# Refusals that say nothing about the ticket: whoever was sent away by one was not inside,
# although the ticket is good by now (a full hall empties, a waiting list moves up). It is
# the light that counts: what was shown, else what the server answered.
SENT_AWAY = frozenset({Verdict.CAPACITY, Verdict.WAITLISTED})
BEST_FIRST = tuple(Evidence)
OPEN_STATUSES = frozenset({FairStatus.PUBLISHED, FairStatus.CLOSED})


class Row(Protocol):
    """A stored scan, as far as it matters here."""

    @property
    def id(self) -> UUID: ...
    @property
    def fair_id(self) -> int: ...
    @property
    def device_id(self) -> int | None: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def gate_id(self) -> int | None: ...
    @property
    def ticket_hash(self) -> bytes | None: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def scanned_at(self) -> datetime: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def answer(self) -> Verdict: ...
    @property
    def shown(self) -> Verdict | None: ...
    @property
    def decision(self) -> Decision | None: ...
    @property
    def voided_at(self) -> datetime | None: ...


class Seat(Protocol):
    """A registration, as far as it matters here."""

    @property
    def fair_id(self) -> int: ...
    @property
    def status(self) -> RegistrationStatus: ...
    @property
    def cancelled_at(self) -> datetime | None: ...


class Hall(Protocol):
    """A fair, as far as it matters here."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> FairStatus: ...
    @property
    def opens_doors_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def reentry(self) -> ReentryPolicy: ...
    @property
    def time_zone(self) -> str: ...


Tickets: TypeAlias = Mapping[bytes, datetime | None]
Key: TypeAlias = tuple[datetime, int, UUID]
# The day and the number of an admission cycle, as ``admission`` keeps them.
Cycle: TypeAlias = tuple[date, int]
# The day of an admission where the policy knows no days.
NO_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Derived:
    """An attendance. ``duplicates`` are greens too many; ``flags`` say ``override_<class>``."""

    first_at: datetime
    first_gate_id: int | None
    last_direction: Direction
    last_at: datetime
    evidence: Evidence
    duplicates: int
    flags: tuple[str, ...]


def derive(rows: Iterable[Row], tickets: Tickets, registration: Seat, fair: Hall) -> Derived | None:
    """What the scans made at ``fair`` say about one registration; None if nobody came.

    ``tickets`` holds every generation of the registration's ticket: hash → revoked at.
    Rows of other fairs are about other halls and are passed over.
    """
    counted = counting(rows, tickets, registration, fair)
    if not counted:
        return None
    first, last = counted[0][0], counted[-1][0]
    overridden = {
        verdict if verdict is not Verdict.ADMITTED else light_of(row)
        for row, verdict in counted
        if verdict is not Verdict.ADMITTED or was_sent_away(row)
    }
    return Derived(
        first_at=first.scanned_at,
        first_gate_id=first.gate_id,
        last_direction=last.direction,
        last_at=last.scanned_at,
        evidence=min((row.evidence for row, _ in counted), key=BEST_FIRST.index),
        duplicates=count_duplicates([row for row, _ in counted], fair),
        flags=tuple(sorted(f"override_{verdict}" for verdict in overridden)),
    )


def counting(
    rows: Iterable[Row], tickets: Tickets, registration: Seat, fair: Hall
) -> list[tuple[Row, Verdict]]:
    """The rows that count for a registration, in order, with what each was worth."""
    here = {row.id: row for row in rows if row.fair_id == fair.id and row.voided_at is None}
    counted: list[tuple[Row, Verdict]] = []
    for row in sorted(here.values(), key=key_of):
        verdict = classify(row, tickets, registration, fair)
        if was_let_in(row) or (verdict is Verdict.ADMITTED and not was_sent_away(row)):
            counted.append((row, verdict))
    return counted


def key_of(row: Row) -> Key:
    """The order of scans: by time; equal times by device, then by id."""
    return row.scanned_at, row.device_id or 0, row.id


def classify(row: Row, tickets: Tickets, registration: Seat, fair: Hall) -> Verdict:
    """What a scan's ticket was worth at its moment; ``admitted`` means valid.

    Only the ticket's and the registration's times, the fair and ``scanned_at`` are
    looked at. Doors bind those who enter: leaving is allowed at any time.
    """
    if row.ticket_hash is None or row.ticket_hash not in tickets:
        return Verdict.UNKNOWN
    return class_of(
        fair,
        registration,
        revoked_at=tickets[row.ticket_hash],
        direction=row.direction,
        at=row.scanned_at,
    )


def class_of(
    fair: Hall,
    registration: Seat,
    *,
    revoked_at: datetime | None,
    direction: Direction,
    at: datetime,
) -> Verdict:
    """The class of a known ticket shown at a moment; ``admitted`` means valid."""
    if registration.fair_id != fair.id:
        return Verdict.WRONG_FAIR
    if revoked_at is not None and revoked_at <= at:
        return Verdict.REVOKED
    if registration.status is RegistrationStatus.CANCELLED and (
        registration.cancelled_at is None or registration.cancelled_at <= at
    ):
        return Verdict.REVOKED
    if registration.status is RegistrationStatus.WAITLISTED:
        return Verdict.WAITLISTED
    return Verdict.ADMITTED if direction is Direction.OUT else _by_the_doors(fair, at)


def _by_the_doors(fair: Hall, at: datetime) -> Verdict:
    if fair.status not in OPEN_STATUSES or at < fair.opens_doors_at:
        return Verdict.NOT_OPEN
    return Verdict.OVER if at >= fair.ends_at else Verdict.ADMITTED


def was_let_in(row: Row) -> bool:
    """Whether a person was shown green or let in by decision: who is inside is inside."""
    return row.decision is Decision.LET_IN or (
        row.shown in GREEN and row.decision is not Decision.TURNED_AWAY
    )


def was_sent_away(row: Row) -> bool:
    """Whether the person was not let in, whatever the ticket is worth."""
    return row.decision is Decision.TURNED_AWAY or light_of(row) in SENT_AWAY


def light_of(row: Row) -> Verdict:
    """What the person at the gate saw: the server's answer, if nothing else is said."""
    return row.shown or row.answer


def greens_by_cycle(rows: Iterable[Row], fair: Hall) -> dict[Cycle, list[Row]]:
    """The greens of each admission cycle, in order. ``rows`` are the counting ones, in order.

    Where entry is free there are no cycles and nothing to double. Two greens of one device
    within ten seconds are the same light seen twice; the second is left out.
    """
    if fair.reentry is ReentryPolicy.FREE:
        return {}
    zone = ZoneInfo(fair.time_zone)
    exits = 0
    greens: dict[Cycle, list[Row]] = {}
    last: dict[Cycle, Row] = {}
    for row in rows:
        if row.direction is Direction.OUT:
            exits += 1
            continue
        if light_of(row) not in GREEN:
            continue
        day, cycle = NO_DAY, 0
        if fair.reentry is ReentryPolicy.REENTRY:
            cycle = exits
        if fair.reentry is ReentryPolicy.DAILY:
            day = row.scanned_at.astimezone(zone).date()
        before = last.get((day, cycle))
        if before is None or (
            _scanner(before) != _scanner(row) or row.scanned_at - before.scanned_at > SAME_MOMENT
        ):
            greens.setdefault((day, cycle), []).append(row)
        last[day, cycle] = row
    return greens


def count_duplicates(rows: Iterable[Row], fair: Hall) -> int:
    """Greens beyond the first within one cycle: the conflict list."""
    return sum(len(greens) - 1 for greens in greens_by_cycle(rows, fair).values())


def _scanner(row: Row) -> tuple[int | None, int | None]:
    """Whose hand it was: the device, or the person where there is none."""
    return row.device_id, None if row.device_id else row.actor_id
