"""What devices say about scans afterwards: what was shown, what was decided, what is void.

Each field of a scan goes from nothing to a value once, so that scans and records may come
in any order, twice, and by any way, and end in the same. A batch of records costs the same
few statements whatever its size; the registrations concerned are held first, in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.audit.services import record as log
from app.checkins import merge
from app.checkins.services import statements
from app.checkins.services.answers import Hall
from app.checkins.services.attendance import follow
from app.checkins.services.calls import Record, RecordAnswer
from app.checkins.services.cases import place_of, refusal_of
from app.checkins.services.devices import DeviceFacts
from app.checkins.states import GREEN, Decision, Direction, RecordKind
from app.core.db import db

# How long a device may take its own scan back without a supervisor.
VOID_TIME = timedelta(minutes=2)
# Clocks of one phone do not run backwards by more than this between two taps.
SLACK = timedelta(seconds=10)


@dataclass
class _Told:
    """A stored scan with what records of this call add to it."""

    row: Any
    shown: Any
    decision: Any
    decided: Record | None = None
    voided: Record | None = None
    is_void: bool = False
    has_changed: bool = False

    @property
    def light(self) -> Any:
        """What the person at the gate saw."""
        return self.shown or self.row.answer

    @property
    def is_let_in(self) -> bool:
        """Whether the person is inside."""
        is_green = self.light in GREEN and self.decision is not Decision.TURNED_AWAY
        return not self.is_void and (self.decision is Decision.LET_IN or is_green)

    @property
    def is_sent_away(self) -> bool:
        """Whether the person is not."""
        is_away = self.light in merge.SENT_AWAY and self.decision is None
        return self.is_void or self.decision is Decision.TURNED_AWAY or is_away


def take_records(fair: Hall, device: DeviceFacts, records: Sequence[Record]) -> list[RecordAnswer]:
    """Write records into their scans; answer each, in order.

    A record for a scan that is not here is *later*: the scan must come first. What says
    something else than is written already is *refused*, as is what needs a supervisor.
    """
    if not records:
        return []
    ids = [record.id for record in records]
    known = {row.id: row for row in _run(statements.KNOWN_RECORDS, {"ids": ids})}
    seats = _hold({record.scan_id for record in records})
    told = {
        row.id: _Told(row, row.shown, row.decision, is_void=row.voided_at is not None)
        for row in _run(statements.SCANS_SAID, {"ids": [record.scan_id for record in records]})
    }
    answers, fresh = [], []
    for record in records:
        answer = _answer(record, known, told.get(record.scan_id), fair, device)
        if answer.stored == "new":
            fresh.append(record)
            known[record.id] = _as_row(record, device)
        answers.append(answer)
    _store(device, fresh)
    _apply(fair, device, [one for one in told.values() if one.has_changed], seats)
    return answers


def grow(fair: Hall, device: DeviceFacts, said: Iterable[tuple[UUID, Any, Any]]) -> None:
    """Add to stored scans what a repeat of them says more: (id, shown, decision).

    After a restore a device sends everything again with the light it showed; what stands
    already stays.
    """
    new = {id_: (shown, decision) for id_, shown, decision in said}
    if not new:
        return
    seats = _hold(new)
    changed = []
    for row in _run(statements.SCANS_SAID, {"ids": list(new)}):
        one = _Told(row, row.shown, row.decision, is_void=row.voided_at is not None)
        shown, decision = new[row.id]
        if one.shown is None and shown is not None:
            one.shown, one.has_changed = shown, True
        is_open = one.decision is None
        if decision and is_open and not refusal_of(decision, one.light, is_proved=False):
            one.decision, one.has_changed = decision, True
        if one.has_changed:
            changed.append(one)
    _apply(fair, device, changed, seats)


# -- judging ----------------------------------------------------------------------------


def _answer(
    record: Record, known: dict[UUID, Any], told: _Told | None, fair: Hall, device: DeviceFacts
) -> RecordAnswer:
    before = known.get(record.id)
    if before is not None:
        is_same = _content_of(before) == _content_of(_as_row(record, device))
        why = "" if is_same else "same-id-other-content"
        return RecordAnswer(str(record.id), "known" if is_same else "refused", why)
    if told is None:
        return RecordAnswer(str(record.id), "later")
    why = (
        "other-fair" if told.row.fair_id != fair.id else _JUDGES[record.kind](record, told, device)
    )
    if why == "known":
        return RecordAnswer(str(record.id), "known")
    return RecordAnswer(str(record.id), "refused" if why else "new", why)


def _judge_shown(record: Record, told: _Told, device: DeviceFacts) -> str:
    if told.row.device_id != device.id:
        return "other-device"
    if told.shown is not None:
        return "known" if told.shown is record.shown else "already-said"
    told.shown, told.has_changed = record.shown, True
    return ""


def _judge_decision(record: Record, told: _Told, device: DeviceFacts) -> str:
    if told.decision is not None:
        return "known" if told.decision is record.decision else "already-said"
    why = refusal_of(record.decision, told.light, is_proved=record.is_proved)
    if not why and told.row.device_id != device.id and not record.is_proved:
        why = "pin-needed"
    if why:
        return _about_pin(record, why)
    told.decision, told.decided, told.has_changed = record.decision, record, True
    return ""


def _judge_void(record: Record, told: _Told, device: DeviceFacts) -> str:
    if told.is_void:
        return "known"
    age = record.at - told.row.scanned_at
    is_own = told.row.device_id == device.id
    if not record.is_proved and not (is_own and -SLACK <= age <= VOID_TIME):
        return _about_pin(record, "pin-needed")
    told.is_void, told.voided, told.has_changed = True, record, True
    return ""


def _about_pin(record: Record, why: str) -> str:
    """Why a supervisor's word did not count."""
    if why != "pin-needed" or record.pin is None:
        return why
    return "pin-locked" if record.is_locked else "pin-wrong"


_JUDGES = {
    RecordKind.SHOWN: _judge_shown,
    RecordKind.DECISION: _judge_decision,
    RecordKind.VOID: _judge_void,
}


# -- storing ----------------------------------------------------------------------------


def _as_row(record: Record, device: DeviceFacts) -> dict[str, Any]:
    return {
        "id": record.id,
        "scan_id": record.scan_id,
        "device_id": device.id,
        "kind": record.kind,
        "value": record.shown or record.decision,
        "said_at": record.at,
    }


def _content_of(row: Any) -> tuple[Any, ...]:
    get = row.get if isinstance(row, dict) else lambda name: getattr(row, name)
    return tuple(get(name) for name in ("scan_id", "device_id", "kind", "value"))


def _store(device: DeviceFacts, records: Sequence[Record]) -> None:
    if records:
        rows = sorted((_as_row(record, device) for record in records), key=lambda row: row["id"])
        _run(statements.add_records(), rows).close()


def _hold(scan_ids: Iterable[UUID]) -> dict[int, Any]:
    """Hold the registrations of scans, in order, as the scan path does."""
    found = _run(statements.REGISTRATIONS_OF, {"ids": list(scan_ids)}).scalars()
    ids = sorted(set(found))
    if not ids:
        return {}
    return {seat.id: seat for seat in _run(statements.HOLD_SEATS, {"registration_ids": ids})}


def _apply(
    fair: Hall, device: DeviceFacts, changed: Sequence[_Told], seats: dict[int, Any]
) -> None:
    """Write what was said into the scans, and let everything follow that hangs on them."""
    if not changed:
        return
    _run(statements.SAY, [_values(one, device.actor.id) for one in changed])
    for one in changed:
        _log(one, device)
    here = [one for one in changed if one.row.registration_id in seats]
    here = [one for one in here if seats[one.row.registration_id].fair_id == fair.id]
    away = [one.row.id for one in here if one.is_sent_away]
    if away:
        _run(statements.FREE_ADMISSIONS, {"scan_ids": away})
    inside = [one for one in here if one.is_let_in and one.row.direction is Direction.IN]
    _admit(fair, inside)
    touched = {one.row.registration_id for one in here}
    follow(fair, {}, {id_: seats[id_] for id_ in sorted(touched)})


def _values(one: _Told, actor_id: int | None) -> dict[str, Any]:
    row, decided, voided = one.row, one.decided, one.voided
    is_new = one.decision is not row.decision
    return {
        "scan_id": row.id,
        "shown": one.shown,
        "decision": one.decision,
        "decided_at": (decided.at if decided else row.scanned_at) if is_new else row.decided_at,
        "decided_by_id": actor_id if is_new else row.decided_by_id,
        "decision_reason": decided.reason if decided else row.decision_reason,
        "voided_at": voided.at if voided else row.voided_at,
        "voided_by_id": actor_id if voided else row.voided_by_id,
        "void_reason": voided.reason if voided else row.void_reason,
    }


def _admit(fair: Hall, inside: Sequence[_Told]) -> None:
    """Take the place of whoever is inside, so that a copy of their ticket is not green."""
    rows = []
    for one in inside:
        row = one.row
        place = place_of(fair, row.registration_id, at=row.scanned_at, exits=row.exits)
        if place is not None:
            registration_id, day, cycle = place
            rows.append(
                {
                    "fair_id": fair.id,
                    "registration_id": registration_id,
                    "day": day,
                    "cycle": cycle,
                    "scan_id": row.id,
                }
            )
    if rows:
        rows.sort(key=lambda row: (row["registration_id"], row["day"], row["cycle"]))
        statements.ADD_ADMISSIONS.add(db.session.connection(), rows)


def _log(one: _Told, device: DeviceFacts) -> None:
    for action, said in (("scan.decide", one.decided), ("scan.void", one.voided)):
        if said is None:
            continue
        after = {"answer": one.row.answer.value}
        if said.decision:
            after["decision"] = said.decision.value
        log(
            action,
            by=device.actor,
            on="scan",
            label=str(one.row.id),
            fair_id=one.row.fair_id,
            after=after,
            reason=said.reason,
        )


def _run(statement: Any, values: Any) -> Any:
    return db.session.connection().execute(statement, values)
