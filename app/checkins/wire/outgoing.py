"""What devices are answered, as JSON (docs/protocol.md). Times are UTC with their offset."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from app.checkins.services import (
    Answer,
    Call,
    Enrolled,
    FairFacts,
    RecordAnswer,
    RosterPage,
    Taken,
    Unreadable,
)
from app.checkins.services.devices import PinFacts
from app.checkins.states import Verdict
from app.core.qr import qr_svg
from app.web.links import external_url


def dump(value: Any) -> bytes:
    """A value as JSON; times in UTC with their offset."""
    return orjson.dumps(value)


def show_enrolled(enrolled: Enrolled, fair: FairFacts) -> dict[str, Any]:
    """What a phone learns when it becomes a device."""
    device = enrolled.device
    told: dict[str, Any] = {
        "device": device.uid,
        "token": enrolled.token,
        "fair": show_fair(fair),
        "gates": show_gates(fair),
        "gate": device.gate_id,
        "role": device.role,
    }
    if device.participation is not None:
        booth = device.participation.booth
        told["booth"] = {
            "employer": device.participation.employer.name,
            "code": booth.code if booth else None,
        }
    return told


def show_fair(fair: FairFacts) -> dict[str, Any]:
    """A fair, as devices need it."""
    hall = fair.hall
    return {
        "slug": fair.slug,
        "title_zh": fair.title_zh,
        "title_en": fair.title_en,
        "opens_at": hall.opens_doors_at,
        "starts_at": fair.starts_at,
        "ends_at": hall.ends_at,
        "time_zone": hall.time_zone,
        "status": hall.status,
        "reentry": hall.reentry,
        "permitted": hall.permitted_number,
        "register": _drawn(external_url("registrations.register", slug=fair.slug)),
    }


@lru_cache(maxsize=128)
def _drawn(url: str) -> dict[str, Any]:
    """An address with its QR code, so that a phone without a network can show it."""
    path = qr_svg(url)
    return {"url": url, "size": path.size, "path": path}


def show_gates(fair: FairFacts) -> list[dict[str, Any]]:
    """A fair's open gates, in order."""
    return [
        {"id": gate.id, "name": gate.name, "direction": gate.direction}
        for gate in fair.gates.values()
        if gate.is_open
    ]


def show_taken(call: Call, taken: Taken, page: RosterPage | None, now: datetime) -> dict[str, Any]:
    """The answer to a call."""
    fair = call.device.fair
    permitted = fair.hall.permitted_number if fair else None
    told: dict[str, Any] = {
        "epoch": fair.epoch if fair else None,
        "server_time": now,
        "results": [_show_result(one) for one in taken.answers],
        "records": [_show_record(one) for one in taken.records],
    }
    if taken.numbers is not None:
        told["seq"] = {
            "highest": taken.numbers.highest,
            "contiguous": taken.numbers.contiguous,
            "missing": taken.numbers.missing,
            "doubled": taken.numbers.doubled,
        }
    if page is not None:
        told["roster"] = {"cursor": page.cursor, "changes": page.entries, "more": page.more}
    told["hall"] = {"inside": taken.inside, "permitted": permitted, "attended": taken.attended}
    told["retry_after_ms"] = 0
    return told


def show_roster(fair: FairFacts, page: RosterPage, now: datetime) -> dict[str, Any]:
    """One page of a roster."""
    return {
        "epoch": fair.epoch,
        "server_time": now,
        "fair": show_fair(fair),
        "gates": show_gates(fair),
        "pin": fair.pin and _show_pin(fair.pin),
        "entries": page.entries,
        "cursor": page.cursor,
        "more": page.more,
        "final": fair.is_final_at(now) and not page.more,
    }


def _show_pin(pin: PinFacts) -> dict[str, Any]:
    return {"salt": pin.salt.hex(), "iterations": pin.iterations, "hash": pin.hash.hex()}


def _show_record(record: RecordAnswer) -> dict[str, Any]:
    told = {"id": record.id, "stored": record.stored}
    return told | {"why": record.why} if record.why else told


def _show_result(answer: Answer | Unreadable) -> dict[str, Any]:
    if isinstance(answer, Unreadable):
        return {
            "id": answer.id,
            "stored": "quarantined",
            "why": answer.why,
            "answer": {"code": Verdict.CANNOT_RECORD},
        }
    first, other = answer.first, answer.other_fair
    told: dict[str, Any] = {
        "id": answer.id,
        "stored": answer.stored,
        "answer": {
            "code": answer.code,
            "first": first and {"at": first.at, "gate": first.gate},
            "name": answer.name,
            "school": answer.school,
            "level": answer.level,
            "number": answer.number,
            "unverified": answer.is_unverified,
            "since": answer.since,
            "cancelled": answer.is_cancelled,
            "other_fair": other and vars(other),
        },
        "inside": answer.inside,
        "permitted": answer.permitted,
    }
    return told | {"why": answer.why} if answer.why else told
