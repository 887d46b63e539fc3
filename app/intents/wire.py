"""What the phones of stands send and are answered, as JSON (docs/protocol.md)."""

from datetime import datetime
from typing import Any

import orjson

from app.checkins.services import DeviceFacts, Unreadable
from app.core import errors
from app.core.fields import (
    GREATEST,
    BadField,
    read_if_right,
    read_moment,
    read_number,
    read_object,
    read_required,
    read_uuid,
    read_word,
)
from app.core.text import N_
from app.intents.services import Brought, Kept, ScanAnswer, StandScan
from app.intents.states import STAND_STEPS, Step
from app.registrations.queries import ticket_from_fields

MOST_CONTACTS = 200
LONGEST_ID = 64


class BadContacts(errors.Unprocessable):
    """The list is no list, or too long: halve it."""

    code = "bad-contacts"
    message = N_("Send at most 200 contacts at once.")


def read_call(body: bytes, device: DeviceFacts) -> Brought:
    """A call as it was sent. Raises ``NotACall`` and :class:`BadContacts`."""
    told = read_object(body)
    contacts = told.get("contacts", [])
    if not isinstance(contacts, list) or len(contacts) > MOST_CONTACTS:
        raise BadContacts()
    last = contacts[-1] if contacts and isinstance(contacts[-1], dict) else told
    return Brought(
        device,
        [_scan_or_bytes(one) for one in contacts],
        queued=read_if_right(read_number, told, "queued", least=0),
        offset_ms=read_if_right(read_number, last, "offset_ms", least=-GREATEST),
    )


def show_kept(device: DeviceFacts, kept: Kept, now: datetime) -> bytes:
    """The answer to a call."""
    told = {
        "epoch": device.fair.epoch if device.fair else None,
        "server_time": now,
        "results": [_show(answer) for answer in kept.answers],
        "seq": {
            "highest": kept.numbers.highest,
            "contiguous": kept.numbers.contiguous,
            "missing": kept.numbers.missing,
        },
        "retry_after_ms": 0,
    }
    return orjson.dumps(told)


def _show(answer: ScanAnswer) -> dict[str, Any]:
    told: dict[str, Any] = {"id": answer.id, "stored": answer.stored}
    if answer.why:
        told["why"] = answer.why
    if answer.code:
        told["answer"] = {
            "code": answer.code,
            "name": answer.name,
            "school": answer.school,
            "level": answer.level,
        }
    return told


def _scan_or_bytes(told: Any) -> StandScan | Unreadable:
    try:
        return _scan(told)
    except BadField as error:
        named = told if isinstance(told, dict) else {}
        sent, seq = named.get("id"), named.get("seq")
        return Unreadable(
            body=orjson.dumps(told, option=orjson.OPT_SORT_KEYS),
            why=f"bad-{error}",
            id=sent if isinstance(sent, str) and len(sent) <= LONGEST_ID else None,
            seq=seq if type(seq) is int and 0 < seq <= GREATEST else None,
        )


def _scan(told: Any) -> StandScan:
    if not isinstance(told, dict):
        raise BadField("contact")
    ticket, short_code = ticket_from_fields(told)
    step = read_required(read_word, told, "step", words=Step)
    if step not in STAND_STEPS:
        raise BadField("step")
    return StandScan(
        id=read_uuid(told, "id"),
        seq=read_required(read_number, told, "seq", least=1),
        step=step,
        scanned_at=read_required(read_moment, told, "scanned_at"),
        ticket_hash=ticket,
        short_code=short_code,
        device_time=read_moment(told, "device_time"),
        offset_ms=read_number(told, "offset_ms", least=-GREATEST),
    )
