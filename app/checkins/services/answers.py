"""What comes to the scan path and what leaves it."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from app.audit.services import Actor
from app.checkins import merge
from app.checkins.states import Decision, Direction, Evidence, Verdict
from app.places.states import EducationLevel
from app.registrations.queries import hash_from_text, short_code_from_text
from app.tours.states import FairStatus, ReentryPolicy


class Hall(merge.Hall, Protocol):
    """A fair, as the scan path needs it: the row itself, or :class:`HallFacts`."""

    @property
    def permitted_number(self) -> int | None: ...


class Door(Protocol):
    """The gate somebody stands at: the row itself, or :class:`DoorFacts`."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class HallFacts:
    """A fair's rules for its doors, read before the transaction so that none is spent inside."""

    id: int
    status: FairStatus
    opens_doors_at: datetime
    ends_at: datetime
    reentry: ReentryPolicy
    time_zone: str
    permitted_number: int | None

    @classmethod
    def of(cls, fair: Hall) -> "HallFacts":
        """Copy them from the row."""
        return cls(**{name: getattr(fair, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class DoorFacts:
    """A gate's id and name, likewise."""

    id: int
    name: str

    @classmethod
    def of(cls, gate: Door) -> "DoorFacts":
        """Copy them from the row."""
        return cls(gate.id, gate.name)


@dataclass
class Who:
    """Somebody who acts, by id and label: a copy of the account that no transaction expires."""

    id: int
    label: str


@dataclass(frozen=True, kw_only=True)
class IncomingScan:
    """A scan as it comes in. ``id`` is minted where the code was read: a repeat is the same scan.

    ``code`` is the raw text of a QR or a typed short code; whoever knows the ticket gives
    its ``ticket_hash``. ``evidence`` None means the caller's, or *typed* for a short code.
    ``scanned_at`` None means now. ``gate`` and ``actor`` None mean the caller's. ``shown``
    and ``decision`` come from a device that had to decide alone.
    """

    id: UUID
    code: str = ""
    ticket_hash: bytes | None = None
    short_code: str | None = None
    direction: Direction = Direction.IN
    scanned_at: datetime | None = None
    device_time: datetime | None = None
    offset_ms: int | None = None
    device_id: int | None = None
    seq: int | None = None
    roster_version: int | None = None
    evidence: Evidence | None = None
    gate: Door | None = None
    actor: Actor | None = None
    shown: Verdict | None = None
    decision: Decision | None = None
    decided_at: datetime | None = None

    def read(self) -> "IncomingScan":
        """The same with its code read: as a ticket, as a short code, or as something foreign."""
        if self.ticket_hash is not None or self.short_code is not None:
            return self
        hash_ = hash_from_text(self.code)
        if hash_ is not None:
            return replace(self, ticket_hash=hash_)
        short_code = short_code_from_text(self.code)
        if short_code is not None:
            evidence = self.evidence or Evidence.TYPED
            return replace(self, short_code=short_code, evidence=evidence)
        return replace(self, ticket_hash=sha256(self.code.strip().encode()).digest()[:16])


@dataclass(frozen=True)
class First:
    """When and where the ticket let somebody in."""

    at: datetime
    gate: str


@dataclass(frozen=True)
class OtherFair:
    """The fair a ticket is for, where it is not this one."""

    slug: str
    title_zh: str
    title_en: str
    starts_at: datetime
    time_zone: str


@dataclass
class Answer:
    """What the person at the gate is told. ``name`` is masked.

    ``stored`` is new, known or quarantined, ``why`` it is the last. ``number`` counts those
    who came, in order (第 n 位); ``inside`` and ``attended`` are after this scan. ``since`` is
    when the ticket was revoked. ``grows`` says that a repeat tells more than is stored.
    """

    id: UUID
    code: Verdict
    stored: str = "new"
    why: str = ""
    name: str = ""
    school: str = ""
    level: EducationLevel | None = None
    first: First | None = None
    number: int | None = None
    inside: int | None = None
    attended: int | None = None
    permitted: int | None = None
    is_unverified: bool = False
    is_cancelled: bool = False
    since: datetime | None = None
    other_fair: OtherFair | None = None
    registration_uid: str | None = None
    grows: bool = False
