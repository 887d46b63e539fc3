"""Is the hall safe? People inside, the flow at each gate, phones that hold something back.

The flow is grouped by minute in the database, so the page costs the same whether fifty or
five thousand people came in its hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.audit.models import AuditEntry
from app.checkins import queries as checkins
from app.checkins import services
from app.checkins.models import Gate, Scan
from app.checkins.services.fleet import Phone, list_devices
from app.checkins.states import (
    GREEN,
    Decision,
    DeviceRole,
    Direction,
    HallState,
    Verdict,
    hall_state,
)
from app.core.clock import utcnow
from app.core.db import db, is_sqlite
from app.tours.models import Fair

MINUTES = 60
# The rate of a gate is that of its last whole minutes.
RATE_MINUTES = 5
# A phone with no word for so long during a fair has no network, or no battery.
SILENT_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class GateFlow:
    """How many went in and out at a gate in each of the last minutes, oldest first.

    ``gate`` None: those whom the help desk and paper lists entered without a gate.
    """

    gate: Gate | None
    came: list[int]
    went: list[int]

    @property
    def in_rate(self) -> float:
        """People in a minute over the last whole minutes."""
        return _rate(self.came)

    @property
    def out_rate(self) -> float:
        """The same for those who left."""
        return _rate(self.went)


@dataclass(frozen=True)
class Live:
    """A running fair at one moment. ``minutes`` are their beginnings; the last one is running.

    ``behind`` are phones that hold scans back, ``silent`` those nobody has heard of lately.
    """

    at: datetime
    inside: int
    attended: int
    hall: HallState | None
    minutes: list[datetime]
    gates: list[GateFlow]
    behind: list[Phone]
    silent: list[Phone]
    phones: int
    alarms: Sequence[AuditEntry]
    conflicts: int

    @property
    def total(self) -> GateFlow:
        """All gates together."""
        came = [sum(column) for column in zip(*(flow.came for flow in self.gates), strict=True)]
        went = [sum(column) for column in zip(*(flow.went for flow in self.gates), strict=True)]
        empty = [0] * len(self.minutes)
        return GateFlow(None, came or empty, went or empty)

    @property
    def unsent(self) -> int:
        """How many scans the phones last said they still hold."""
        return sum(phone.queued or 0 for phone in self.behind)


def live_figures(fair: Fair) -> Live:
    """Count what the live page shows, in a fixed number of statements."""
    now = utcnow()
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = [end - timedelta(minutes=back) for back in range(MINUTES, 0, -1)]
    people = checkins.count_people(fair)
    phones = [
        phone
        for phone in list_devices(fair)
        if phone.device.revoked_at is None and phone.device.role is DeviceRole.GATE
    ]
    behind = [phone for phone in phones if phone.is_behind]
    silent = [
        phone
        for phone in phones
        if phone not in behind and phone.scans and _is_silent(phone.seen_at, now)
    ]
    return Live(
        at=now,
        inside=people.inside,
        attended=people.attended,
        hall=hall_state(people.inside, fair.permitted_number),
        minutes=minutes,
        gates=_flows(fair, minutes),
        behind=behind,
        silent=silent if fair.is_open_at(now) else [],
        phones=len(phones),
        alarms=checkins.list_alarms(fair),
        conflicts=services.count_conflicts(fair),
    )


def _is_silent(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is None or now - seen_at > SILENT_AFTER


def _rate(values: list[int]) -> float:
    whole = values[-RATE_MINUTES - 1 : -1]
    return sum(whole) / len(whole) if whole else 0.0


def _flows(fair: Fair, minutes: list[datetime]) -> list[GateFlow]:
    index = {_written(minute): number for number, minute in enumerate(minutes)}
    flows = {
        gate.id: GateFlow(gate, [0] * len(minutes), [0] * len(minutes))
        for gate in db.session.scalars(
            select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.position, Gate.id)
        )
    }
    elsewhere = GateFlow(None, [0] * len(minutes), [0] * len(minutes))
    minute = _minute_of(Scan.scanned_at)
    query = (
        select(Scan.gate_id, Scan.direction, minute, func.count())
        .where(
            Scan.fair_id == fair.id,
            Scan.scanned_at >= minutes[0],
            Scan.voided_at.is_(None),
            or_(
                func.coalesce(Scan.shown, Scan.answer).in_([*GREEN, Verdict.EXITED]),
                Scan.decision == Decision.LET_IN,
            ),
        )
        .group_by(Scan.gate_id, Scan.direction, minute)
    )
    for gate_id, direction, written, number in db.session.execute(query):
        flow = elsewhere if gate_id is None else flows.get(gate_id, elsewhere)
        if written in index:
            side = flow.came if direction is Direction.IN else flow.went
            side[index[written]] += number
    found = [flow for flow in flows.values() if _is_shown(flow)]
    return [*found, elsewhere] if any(elsewhere.came) else found


def _is_shown(flow: GateFlow) -> bool:
    """Gates in use, and closed ones that somebody came through just before."""
    assert flow.gate is not None
    return flow.gate.closed_at is None or any(flow.came) or any(flow.went)


def _minute_of(column: Any) -> ColumnElement[str]:
    """A time's minute as text, the same in both databases."""
    if is_sqlite():
        return func.strftime("%Y-%m-%d %H:%M", column)
    return func.to_char(column, "YYYY-MM-DD HH24:MI")


def _written(minute: datetime) -> str:
    return minute.strftime("%Y-%m-%d %H:%M")
