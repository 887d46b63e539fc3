"""What a scan path does about the odd: records that contradict, and codes nobody issued."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.audit.services import Actor, record
from app.checkins.models import Scan
from app.checkins.services import statements
from app.checkins.services.answers import Door, Hall, IncomingScan
from app.checkins.services.calls import Unreadable
from app.checkins.services.devices import DeviceFacts
from app.checkins.states import Verdict
from app.core.db import db

# More unknown codes than this in a minute from one hand: somebody is guessing.
UNKNOWN_LIMIT = 20
UNKNOWN_WINDOW = timedelta(minutes=1)
LOOKED_AT = 100
ALARM = "scan.unknown-alarm"
ALARM_PAUSE = timedelta(minutes=10)


def set_aside(
    fair: Hall, scan: IncomingScan, ticket_hash: bytes | None, actor: Actor | None, *, why: str
) -> None:
    """Keep a record that says something else under a known id, for a person to look at."""
    # The code itself is never stored, here neither.
    told = vars(scan) | {"code": None, "ticket_hash": ticket_hash and ticket_hash.hex()}
    told["actor"] = actor.id if actor else None
    told["gate"] = scan.gate.id if scan.gate else None
    body = json.dumps(told, default=str, sort_keys=True).encode()
    row = {
        "fair_id": fair.id,
        "device_id": scan.device_id,
        "scan_id": str(scan.id),
        "seq": scan.seq,
        "why": why,
        "body": body,
        "body_sha256": sha256(body).hexdigest(),
    }
    db.session.connection().execute(statements.add_quarantined(), [row]).close()


def put_in_quarantine(device: DeviceFacts, records: Iterable[Unreadable]) -> None:
    """Keep what a device sent and what cannot be stored as it is, each with its bytes, once."""
    rows = [
        {
            "fair_id": device.fair.hall.id if device.fair else None,
            "device_id": device.id,
            "device_uid": device.uid,
            "scan_id": (record.id or "").replace("\0", ""),
            "seq": record.seq,
            "why": record.why,
            "body": record.body,
            "body_sha256": sha256(f"{device.uid}\n".encode() + record.body).hexdigest(),
        }
        for record in records
    ]
    if rows:
        # Two calls that bring the same take turns instead of waiting for each other.
        rows.sort(key=lambda row: str(row["body_sha256"]))
        db.session.connection().execute(statements.add_quarantined(), rows).close()


def watch_unknown(
    fair: Hall, gate: Door | None, actor: Actor, *, device_id: int | None, now: datetime
) -> None:
    """Raise an alarm where one hand shows unknown codes by the dozen. Nobody is blocked."""
    number = _unknown_of_device(device_id) if device_id else _unknown_of(fair, actor, now)
    if number <= UNKNOWN_LIMIT:
        return
    raised = select(AuditEntry.id).where(
        AuditEntry.action == ALARM,
        AuditEntry.fair_id == fair.id,
        *(
            [AuditEntry.object_kind == "device", AuditEntry.object_id == device_id]
            if device_id
            else [AuditEntry.actor_id == actor.id]
        ),
        AuditEntry.at > now - ALARM_PAUSE,
    )
    if db.session.scalar(raised.limit(1)) is None:
        record(
            ALARM,
            by=actor,
            on="device" if device_id else "gate",
            object_id=device_id or (gate.id if gate else None),
            label=" · ".join(
                part for part in (gate and gate.name, device_id and actor.label) if part
            ),
            fair_id=fair.id,
            after={"unknown": number},
        )


def _unknown_of(fair: Hall, actor: Actor, now: datetime) -> int:
    """How many unknown codes somebody has scanned in the last minute."""
    recent = select(func.count()).where(
        Scan.fair_id == fair.id,
        Scan.actor_id == actor.id,
        Scan.answer == Verdict.UNKNOWN,
        Scan.scanned_at > now - UNKNOWN_WINDOW,
    )
    return db.session.scalar(recent) or 0


def _unknown_of_device(device_id: int) -> int:
    """How many of a device's last scans were unknown within a minute, by its own clock.

    Only the last hundred are looked at, so that a guesser's millionth code costs what the
    first did; what was collected over a day without a network is no alarm.
    """
    last = (
        select(Scan.scanned_at, Scan.answer)
        .where(Scan.device_id == device_id)
        .order_by(Scan.seq.desc())
        .limit(LOOKED_AT)
    )
    rows = db.session.execute(last).all()
    newest = max(row.scanned_at for row in rows)
    return sum(
        row.answer is Verdict.UNKNOWN and row.scanned_at > newest - UNKNOWN_WINDOW for row in rows
    )
