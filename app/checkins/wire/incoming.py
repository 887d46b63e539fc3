"""What devices send, read from JSON (docs/protocol.md).

A scan that cannot be read never touches its neighbours: it comes out as ``Unreadable``
with its bytes. Only what is no call at all is refused (``NotACall``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.checkins.services import (
    Call,
    DeviceFacts,
    IncomingScan,
    Record,
    Sync,
    Unreadable,
)
from app.checkins.services.devices import GateFacts
from app.checkins.states import Decision, Direction, Evidence, RecordKind, Verdict
from app.core import errors
from app.core.fields import (
    GREATEST,
    BadField,
    one_line,
    read_if_right,
    read_moment,
    read_number,
    read_object,
    read_required,
    read_uuid,
    read_word,
)
from app.core.text import N_
from app.registrations.queries import ticket_from_fields

MOST_SCANS = MOST_RECORDS = 200
LONGEST_REASON = 200
LONGEST_ID = 64
LONGEST_PIN = 10
SAID_BY_DEVICES = frozenset({Evidence.STAFF_SCAN, Evidence.TYPED})


class BadScans(errors.Unprocessable):
    """The lists are no lists, or too long: halve them."""

    code = "bad-scans"
    message = N_("Send at most 200 scans and 200 records at once.")


def read_call(body: bytes, device: DeviceFacts) -> Call:
    """A call as it was sent. Raises ``NotACall`` and :class:`BadScans`."""
    told = read_object(body)
    scans, records = told.get("scans", []), told.get("records", [])
    if not _is_short_list(scans, MOST_SCANS) or not _is_short_list(records, MOST_RECORDS):
        raise BadScans()
    return Call(
        device,
        [_scan_or_bytes(scan, device) for scan in scans],
        [_record_or_bytes(record, device) for record in records],
        _sync(told, scans) if "since" in told else None,
    )


def read_kept(scans: Sequence[bytes], records: Sequence[bytes], device: DeviceFacts) -> Call:
    """A call made of what was set aside one by one, each as it was kept."""
    return Call(
        device,
        [_scan_or_bytes(orjson.loads(body), device) for body in scans],
        [_record_or_bytes(orjson.loads(body), device) for body in records],
    )


def read_text(told: Mapping[str, Any], name: str, longest: int) -> str:
    """A text of a small object, or nothing where there is none or it is no text."""
    value = told.get(name, "")
    return one_line(value)[:longest] if isinstance(value, str) else ""


def _is_short_list(value: Any, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most


def _scan_or_bytes(told: Any, device: DeviceFacts) -> IncomingScan | Unreadable:
    if device.refused_because:
        return _bytes(told, device.refused_because)
    try:
        return _scan(told, device)
    except BadField as error:
        return _bytes(told, f"bad-{error}")


def _bytes(told: Any, why: str) -> Unreadable:
    """What cannot be read, kept as it is, but for a PIN."""
    named = told if isinstance(told, dict) else {}
    sent, seq = named.get("id"), named.get("seq")
    kept = {name: value for name, value in named.items() if name != "pin"} or told
    return Unreadable(
        body=orjson.dumps(kept, option=orjson.OPT_SORT_KEYS),
        why=why,
        id=sent if isinstance(sent, str) and len(sent) <= LONGEST_ID else None,
        seq=seq if type(seq) is int and 0 < seq <= GREATEST else None,
    )


def _scan(told: Any, device: DeviceFacts) -> IncomingScan:
    if not isinstance(told, dict):
        raise BadField("scan")
    ticket, short_code = ticket_from_fields(told)
    decision = read_word(told, "decision", Decision)
    return IncomingScan(
        id=read_uuid(told, "id"),
        ticket_hash=ticket,
        short_code=short_code,
        direction=read_word(told, "direction", Direction) or Direction.IN,
        scanned_at=read_required(read_moment, told, "scanned_at"),
        device_time=read_moment(told, "device_time"),
        offset_ms=read_number(told, "offset_ms", least=-GREATEST),
        device_id=device.id,
        seq=read_required(read_number, told, "seq", least=1),
        roster_version=read_number(told, "roster_version", least=0),
        evidence=_evidence(told, short_code),
        gate=_gate(told, device),
        actor=device.actor,
        shown=read_word(told, "shown", Verdict),
        decision=decision,
        decided_at=read_moment(told, "decided_at") if decision else None,
    )


def _gate(told: Mapping[str, Any], device: DeviceFacts) -> GateFacts | None:
    """A gate of the device's fair by its id or its name; the device's own if none is named."""
    gates = device.fair.gates if device.fair else {}
    named = told.get("gate")
    named = device.gate_id if named is None else named
    if named is None or type(named) is int:
        gate = gates.get(named or 0)
    else:
        gate = next((gate for gate in gates.values() if gate.name == named), None)
    if gate is None and (named is not None or device.fair is None):
        raise BadField("gate")
    return gate


def _evidence(told: Mapping[str, Any], short_code: str | None) -> Evidence:
    usual = Evidence.STAFF_SCAN if short_code is None else Evidence.TYPED
    evidence = read_word(told, "evidence", Evidence) or usual
    if evidence not in SAID_BY_DEVICES:
        raise BadField("evidence")
    return evidence


def _record_or_bytes(told: Any, device: DeviceFacts) -> Record | Unreadable:
    if device.refused_because:
        return _bytes(told, device.refused_because)
    try:
        return _record(told)
    except BadField as error:
        return _bytes(told, f"bad-{error}")


def _record(told: Any) -> Record:
    if not isinstance(told, dict):
        raise BadField("record")
    kind = read_word(told, "kind", RecordKind)
    if kind is None:
        raise BadField("kind")
    reason, pin = told.get("reason") or "", told.get("pin")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        raise BadField("reason")
    if pin is not None and (not isinstance(pin, str) or len(pin) > LONGEST_PIN):
        raise BadField("pin")
    is_shown, is_decision = kind is RecordKind.SHOWN, kind is RecordKind.DECISION
    shown = read_word(told, "value", Verdict) if is_shown else None
    decision = read_word(told, "value", Decision) if is_decision else None
    if (is_shown and shown is None) or (is_decision and decision is None):
        raise BadField("value")
    return Record(
        id=read_uuid(told, "id"),
        scan_id=read_uuid(told, "scan"),
        kind=kind,
        at=read_required(read_moment, told, "at"),
        shown=shown,
        decision=decision,
        reason=one_line(reason),
        pin=pin,
    )


def _sync(told: Mapping[str, Any], scans: list[Any]) -> Sync:
    """What the device says about itself; what is not understood is passed over."""
    last = scans[-1] if scans and isinstance(scans[-1], dict) else told
    return Sync(
        since=read_if_right(read_number, told, "since", least=-1),
        queued=read_if_right(read_number, told, "queued", least=0),
        acknowledged=read_if_right(read_number, told, "acknowledged", least=0),
        offset_ms=read_if_right(read_number, last, "offset_ms", least=-GREATEST),
    )
