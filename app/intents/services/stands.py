"""What the phones of stands bring: each scan stored once, and made a question to a student.

Like the scans of gates, what is well-formed is kept whatever it says and answered again the
same; what cannot be read, or says something else under a known id, goes to quarantine with
its bytes. Unlike there, a scan may be *refused*: nothing of it is kept here, since a company
may not ask people at a fair it has no stand at, nor more of them than one may in a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select, union_all

from app.accounts.models import User
from app.checkins.models import Device, QuarantinedScan
from app.checkins.services import DeviceFacts, Unreadable, note_seen, put_in_quarantine
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Unauthenticated
from app.core.text import N_
from app.employers.queries import list_members
from app.intents.models import BoothContact, BoothScan
from app.intents.services.contacts import Proposal
from app.intents.services.meeting import SCANS_BEFORE, ask_by_ticket, is_here, may_meet
from app.intents.states import ContactState, Fault, Step
from app.participations.models import Participation
from app.registrations.models import Ticket
from app.registrations.queries import find_ticket_by_hash, find_ticket_by_short_code

MOST_GAPS = 100
# A stand sees somebody only while they are asked, and once they said yes.
SEEN = frozenset({ContactState.WAITING, ContactState.CONFIRMED})


class NoLongerTheirs(Unauthenticated):
    """The phone was taken out of use, or its owner no longer acts for the company."""

    code = "revoked-device"
    message = N_("This phone was taken out of use. Enrol it again.")


@dataclass(frozen=True, kw_only=True)
class StandScan:
    """One scan of a stand's phone: a ticket by its hash or its short code, and a step."""

    id: UUID
    seq: int
    step: Step
    scanned_at: datetime
    ticket_hash: bytes | None = None
    short_code: str | None = None
    device_time: datetime | None = None
    offset_ms: int | None = None


@dataclass(frozen=True)
class ScanAnswer:
    """What became of one scan. ``stored`` is new, known, refused or quarantined.

    ``code`` is a state of the contact, or what is wrong with the ticket; empty where nothing
    is stored. Name, school and level are there while the student is asked, masked.
    """

    id: str | None
    stored: str
    code: str = ""
    why: str = ""
    name: str = ""
    school: str = ""
    level: str = ""


@dataclass(frozen=True)
class ScanNumbers:
    """A device's numbers here: the highest, the last before a gap, the gaps (first, last)."""

    highest: int = 0
    contiguous: int = 0
    missing: Sequence[tuple[int, int]] = ()


@dataclass
class Brought:
    """One call: scans in the order they were sent, readable or not; what the phone still holds."""

    device: DeviceFacts
    scans: Sequence[StandScan | Unreadable]
    queued: int | None = None
    offset_ms: int | None = None


@dataclass
class Kept:
    """The answers to one call, in its order."""

    answers: list[ScanAnswer]
    numbers: ScanNumbers = field(default_factory=ScanNumbers)


def take_stand_scans(brought: Brought) -> Kept:
    """Store what a stand's phone brings, in the caller's transaction. Each id is stored once."""
    stand = _open_stand(brought.device)
    scans = brought.scans
    # In one order of tickets, so that two phones of a stand never wait for each other.
    order = sorted(range(len(scans)), key=lambda index: _place(scans[index]))
    answers: dict[int, ScanAnswer] = {}
    aside = []
    for index in order:
        one = scans[index]
        answer = stand.refuse(one) if isinstance(one, Unreadable) else stand.take(one)
        if answer.stored == "quarantined":
            aside.append(one if isinstance(one, Unreadable) else _as_bytes(one, answer.why))
        answers[index] = answer
    put_in_quarantine(brought.device, aside)
    note_seen(stand.device.id, queued=brought.queued, offset_ms=brought.offset_ms)
    return Kept([answers[index] for index in range(len(scans))], read_numbers(stand.device.id))


def check_stand(device: DeviceFacts) -> None:
    """Refuse a phone whose owner acts for the company no more: :class:`NoLongerTheirs`."""
    _open_stand(device)


def read_numbers(device_id: int) -> ScanNumbers:
    """Which numbers of a stand's phone are stored, quarantine included."""
    seqs = union_all(
        select(BoothScan.seq).where(BoothScan.device_id == device_id),
        select(QuarantinedScan.seq).where(
            QuarantinedScan.device_id == device_id, QuarantinedScan.seq.is_not(None)
        ),
    ).subquery()
    counted = select(func.max(seqs.c.seq), func.count(func.distinct(seqs.c.seq)))
    highest, number = db.session.execute(counted).one()
    if not highest or highest == number:
        return ScanNumbers(highest or 0, highest or 0)
    gaps, expected = [], 1
    for seq in db.session.scalars(select(seqs.c.seq).distinct().order_by(seqs.c.seq)):
        if seq > expected:
            gaps.append((expected, seq - 1))
        expected = seq + 1
    return ScanNumbers(highest, gaps[0][0] - 1, gaps[:MOST_GAPS])


@dataclass
class _Stand:
    """The stand a phone belongs to, and what may be done for it now."""

    device: Device
    participation: Participation
    owner: User
    now: datetime

    def take(self, scan: StandScan) -> ScanAnswer:
        """Store one scan, or say what is known of it, or why it is not stored."""
        row = db.session.get(BoothScan, scan.id)
        if row is not None:
            return self._again(row, scan)
        because = self._refused_because()
        if because:
            return ScanAnswer(str(scan.id), "refused", why=because)
        ticket = self._find(scan)
        day = self._day_of(scan)
        if not may_meet(self.participation, ticket, by=self.owner, day=day):
            return ScanAnswer(str(scan.id), "refused", why=Fault.CAPPED.value)
        if not insert_if_absent(BoothScan, **self._row_of(scan)):
            # The same scan in another call at this moment: that one stored it.
            return self._again(db.session.get_one(BoothScan, scan.id), scan)
        row = db.session.get_one(BoothScan, scan.id)
        return self._told(row, self._connect(row, ticket), "new")

    def refuse(self, one: Unreadable) -> ScanAnswer:
        """Answer what cannot be read."""
        return ScanAnswer(one.id, "quarantined", why=one.why)

    def _again(self, row: BoothScan, scan: StandScan) -> ScanAnswer:
        """Answer a known id; a ticket that was unknown then may be known now."""
        if row.device_id != self.device.id:
            return ScanAnswer(str(scan.id), "quarantined", why="same-id-other-hand")
        if not _is_same(row, scan):
            return ScanAnswer(str(scan.id), "quarantined", why="same-id-other-content")
        is_forgotten = row.ticket_hash is None and row.short_code is None
        found: BoothContact | Fault | None = row.contact
        if found is None and is_forgotten:
            found = Fault.NOT_REGISTERED
        return self._told(row, found or self._connect(row, self._find(scan)), "known")

    def _connect(self, row: BoothScan, ticket: Ticket | None) -> BoothContact | Fault:
        """Make a question of a stored scan, or say what is wrong with the ticket."""
        proposal = Proposal(scan_id=row.id, step=row.step, scanned_at=row.scanned_at, by=self.owner)
        found = ask_by_ticket(self.participation, ticket, proposal)
        if isinstance(found, BoothContact):
            row.contact = found
            db.session.flush()
        return found

    def _told(self, row: BoothScan, found: BoothContact | Fault, stored: str) -> ScanAnswer:
        if isinstance(found, Fault):
            return ScanAnswer(str(row.id), stored, found.value)
        if found.state not in SEEN:
            return ScanAnswer(str(row.id), stored, found.state.value)
        student = found.registration.student
        return ScanAnswer(
            str(row.id),
            stored,
            found.state.value,
            name=student.masked_name,
            school=student.school_name,
            level=student.level.value,
        )

    def _refused_because(self) -> str:
        if not is_here(self.participation):
            return "not-here"
        fair = self.participation.fair
        # By arrival, which no phone's clock can move: later is always right.
        return "not-today" if self.now < fair.opens_doors_at - SCANS_BEFORE else ""

    def _day_of(self, scan: StandScan) -> date:
        """The day of the fair a scan counts for: never one a phone's clock has made up."""
        fair = self.participation.fair
        zone = ZoneInfo(fair.time_zone)
        first, last = (at.astimezone(zone).date() for at in (fair.opens_doors_at, fair.ends_at))
        return min(max(scan.scanned_at.astimezone(zone).date(), first), last)

    def _find(self, scan: StandScan) -> Ticket | None:
        if scan.ticket_hash is not None:
            return find_ticket_by_hash(scan.ticket_hash)
        return find_ticket_by_short_code(self.participation.fair, scan.short_code or "")

    def _row_of(self, scan: StandScan) -> dict[str, Any]:
        return {
            "id": scan.id,
            "device_id": self.device.id,
            "seq": scan.seq,
            "participation_id": self.participation.id,
            "ticket_hash": scan.ticket_hash,
            "short_code": scan.short_code,
            "step": scan.step,
            "scanned_at": scan.scanned_at,
            "device_time": scan.device_time,
            "offset_ms": scan.offset_ms,
            "received_at": self.now,
        }


def _open_stand(facts: DeviceFacts) -> _Stand:
    """The stand of a phone that proved itself. Raises :class:`NoLongerTheirs`."""
    device = db.session.get(Device, facts.id)
    if device is None or device.participation is None or device.user is None:
        raise NoLongerTheirs()
    participation = device.participation
    members = {row.user_id for row in list_members(participation.employer)}
    if facts.is_revoked or device.user_id not in members:
        raise NoLongerTheirs()
    return _Stand(device, participation, device.user, utcnow())


def _place(one: StandScan | Unreadable) -> tuple[bytes, str]:
    if isinstance(one, Unreadable):
        return b"", ""
    return one.ticket_hash or b"", one.short_code or ""


def _is_same(row: BoothScan, scan: StandScan) -> bool:
    """Whether a scan says what is stored under its id; its time may have become better."""
    if (row.seq, row.step) != (scan.seq, scan.step):
        return False
    is_forgotten = row.ticket_hash is None and row.short_code is None
    stored = row.ticket_hash, row.short_code
    return is_forgotten or stored == (scan.ticket_hash, scan.short_code)


def _as_bytes(scan: StandScan, why: str) -> Unreadable:
    told = vars(scan) | {"ticket_hash": scan.ticket_hash and scan.ticket_hash.hex()}
    body = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
    return Unreadable(body=body, why=why, id=str(scan.id), seq=scan.seq)
