"""What one call of a device carries, and what it is told: the protocol without its JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.checkins.services.answers import Answer, IncomingScan
from app.checkins.services.devices import DeviceFacts
from app.checkins.states import Decision, RecordKind, Verdict


@dataclass(frozen=True)
class Unreadable:
    """A scan or record that cannot be one, or not from this device, with its bytes.

    ``id`` is what was sent as its id, as text.
    """

    body: bytes
    why: str
    id: str | None = None
    seq: int | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """Something said about a scan afterwards.

    ``is_proved`` says that a right supervisor PIN came with it; ``is_locked`` that too
    many wrong ones did.
    """

    id: UUID
    scan_id: UUID
    kind: RecordKind
    at: datetime
    shown: Verdict | None = None
    decision: Decision | None = None
    reason: str = ""
    pin: str | None = field(default=None, repr=False)
    is_proved: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class RecordAnswer:
    """What became of a record: ``stored`` is new, known, later or refused."""

    id: str | None
    stored: str
    why: str = ""


@dataclass(frozen=True)
class Sync:
    """What a device says about itself in a sync call. ``since`` is its roster cursor."""

    since: int | None
    queued: int | None
    acknowledged: int | None
    offset_ms: int | None


@dataclass(frozen=True)
class Call:
    """One call: scans and records in the order they were sent, readable or not."""

    device: DeviceFacts
    scans: Sequence[IncomingScan | Unreadable]
    records: Sequence[Record | Unreadable] = ()
    sync: Sync | None = None

    def weight(self) -> int:
        """How many rows it may make, at least one: what others wait for it."""
        return max(1, len(self.scans) + len(self.records))


@dataclass(frozen=True)
class Numbers:
    """Which of a device's numbers are stored: the highest, the last before a gap, the gaps.

    ``missing`` holds ranges (first, last), at most a hundred; ``doubled`` the numbers that
    two scans carry.
    """

    highest: int = 0
    contiguous: int = 0
    missing: Sequence[tuple[int, int]] = ()
    doubled: Sequence[int] = ()


@dataclass
class Taken:
    """The answers to one call, in its order. ``numbers`` is there for sync calls."""

    answers: list[Answer | Unreadable]
    records: list[RecordAnswer]
    inside: int | None = None
    attended: int | None = None
    numbers: Numbers | None = None
