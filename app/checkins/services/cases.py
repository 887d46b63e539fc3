"""New scans on their way through the scan path."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from app.checkins import merge
from app.checkins.services.answers import Answer, Door, IncomingScan
from app.checkins.states import GREEN, Decision, Direction, Evidence, ScanSource, Verdict
from app.core.clock import local
from app.tours.states import ReentryPolicy

# A registration, a day and a cycle.
Key: TypeAlias = tuple[int, date, int]

# Amber and blue: the person at the gate looks and says yes or no.
ASKED = frozenset(
    {
        Verdict.UNVERIFIED,
        Verdict.ALREADY_ADMITTED,
        Verdict.WAITLISTED,
        Verdict.NOT_OPEN,
        Verdict.OVER,
    }
)
# Where only a supervisor may say yes.
OVERRIDABLE = ASKED | {Verdict.CAPACITY, Verdict.REVOKED}


def refusal_of(decision: Decision | None, light: Verdict, *, is_proved: bool) -> str:
    """Why a decision on a light is not taken; empty if it is.

    A full hall or a revoked ticket needs a supervisor (``is_proved``). What was decided on
    any other light is a fact to be kept, even where there was nothing to decide.
    """
    is_stopped = decision is Decision.LET_IN and light in OVERRIDABLE - ASKED
    return "pin-needed" if is_stopped and not is_proved else ""


def place_of(fair: merge.Hall, registration_id: int, *, at: datetime, exits: int) -> Key | None:
    """The place in ``admission`` an entry has to win by the fair's policy; None: there is none."""
    if fair.reentry is ReentryPolicy.FREE:
        return None
    day, cycle = merge.NO_DAY, 0
    if fair.reentry is ReentryPolicy.DAILY:
        day = local(at, fair.time_zone).date()
    if fair.reentry is ReentryPolicy.REENTRY:
        cycle = exits
    return registration_id, day, cycle


@dataclass
class NewRow:
    """The values of a new row of ``scan``, which ``merge.derive`` reads as they are."""

    id: UUID
    fair_id: int
    device_id: int | None
    seq: int | None
    gate_id: int | None
    actor_id: int | None
    ticket_hash: bytes | None
    direction: Direction
    scanned_at: datetime
    device_time: datetime | None
    offset_ms: int | None
    source: ScanSource
    evidence: Evidence
    roster_version: int | None
    answer: Verdict
    received_at: datetime
    shown: Verdict | None
    decision: Decision | None
    decided_at: datetime | None
    decided_by_id: int | None
    voided_at: datetime | None = None


@dataclass
class Case:
    """A new scan: what was read, whose it is, what is answered.

    ``was_let_in`` and ``was_sent_away`` say what a person at the gate did already, where
    the device decided alone: the answer comes too late to change it.
    """

    scan: IncomingScan
    at: datetime
    seat: Any
    answer: Answer
    gate: Door | None
    key: Key | None = None
    row: NewRow = field(init=False)

    @property
    def decision(self) -> Decision | None:
        """What was decided, where the light allowed a decision without a supervisor."""
        return None if self.refused_decision else self.scan.decision

    @property
    def refused_decision(self) -> str:
        """Why a decision that came with the scan is not taken; empty if it is."""
        return refusal_of(self.scan.decision, self.scan.shown or self.answer.code, is_proved=False)

    @property
    def was_let_in(self) -> bool:
        """Whether the person is inside already, whatever the ticket is worth."""
        decision = self.decision
        is_green = self.scan.shown in GREEN and decision is not Decision.TURNED_AWAY
        return decision is Decision.LET_IN or is_green

    @property
    def was_sent_away(self) -> bool:
        """Whether the person is not inside, however good the ticket is."""
        is_away = self.scan.shown in merge.SENT_AWAY and self.decision is None
        return self.decision is Decision.TURNED_AWAY or is_away

    @property
    def gate_name(self) -> str:
        """The gate's name, where there is one."""
        return self.gate.name if self.gate else ""


@dataclass
class Person:
    """What a batch knows of one person while it goes through their scans in order."""

    exits: int
    is_inside: bool
    came: bool
