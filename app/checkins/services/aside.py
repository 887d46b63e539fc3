"""What was set aside with its bytes, looked at by a person, and taken in where it is a scan.

Two kinds of phones bring scans that wait for a person: one that was taken out of use, and one
this database does not know although its token is rightly signed, because it was enrolled after
the backup that was restored. What they hold is real as a rule. Whoever may let in against a
verdict takes it in: it is then read as if it came today, from that phone.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from app.accounts.models import User
from app.audit.services import record
from app.checkins.models import Device, QuarantinedScan
from app.checkins.services.answers import Answer
from app.checkins.services.calls import Call, Unreadable
from app.checkins.services.devices import DeviceFacts, facts_of, forget_devices
from app.checkins.services.taking import take_scans
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.core.text import N_
from app.core.transaction import after_commit
from app.tours.models import Fair

# These are whole as a rule; whatever else is set aside cannot be a scan as it is.
TAKEABLE = frozenset({"revoked-device", "unknown-device"})
MOST_LISTED = 100
STORED = frozenset({"new", "known"})
AT_ONCE = 200
# Scans and records as they were sent, and whose they are.
Read = Callable[[Sequence[bytes], Sequence[bytes], DeviceFacts], Call]


class NothingAside(NotFound):
    """Nothing of this phone waits, or somebody else has just dealt with it."""

    code = "nothing-aside"
    message = N_("Nothing of this phone waits any more.")


@dataclass(frozen=True)
class Aside:
    """What waits of one phone for one reason. ``device`` None: this database does not know it."""

    uid: str
    device: Device | None
    why: str
    number: int
    first_at: datetime
    last_at: datetime

    @property
    def is_takeable(self) -> bool:
        """Whether it can be read as scans now."""
        return self.why in TAKEABLE


def count_aside(fair: Fair) -> int:
    """How many records of a fair wait for a person."""
    query = select(func.count()).select_from(QuarantinedScan)
    return db.session.scalar(query.where(*_waiting(fair))) or 0


def list_aside(fair: Fair) -> list[Aside]:
    """What waits, by phone and reason: what can be taken in first, then the newest."""
    rows = db.session.execute(
        select(
            QuarantinedScan.device_id,
            QuarantinedScan.device_uid,
            QuarantinedScan.why,
            func.count().label("number"),
            func.min(QuarantinedScan.received_at).label("first_at"),
            func.max(QuarantinedScan.received_at).label("last_at"),
        )
        .where(*_waiting(fair))
        .group_by(QuarantinedScan.device_id, QuarantinedScan.device_uid, QuarantinedScan.why)
        .order_by(func.max(QuarantinedScan.received_at).desc())
        .limit(MOST_LISTED)
    ).all()
    known = db.session.scalars(select(Device).where(Device.fair_id == fair.id)).all()
    by_id, by_uid = {one.id: one for one in known}, {one.uid: one for one in known}
    found = []
    for row in rows:
        device = by_id.get(row.device_id) or by_uid.get(row.device_uid)
        uid = device.uid if device else row.device_uid
        found.append(Aside(uid, device, row.why, row.number, row.first_at, row.last_at))
    return sorted(found, key=lambda one: not one.is_takeable)


def adopt_device(fair: Fair, uid: str, *, by: User, reason: str) -> Device:
    """The phone that is to be taken in; one that was forgotten is known again from now on.

    Its token is recognised by its signature, so it works on without being enrolled anew; a
    phone that is out of use stays so.
    """
    waits = (
        select(QuarantinedScan.id)
        .where(*_waiting(fair), _of_phone(uid), QuarantinedScan.why.in_(TAKEABLE))
        .order_by(QuarantinedScan.id)
        .limit(1)
    )
    # Of two who do this at once the second waits here, and finds the phone the first wrote.
    if db.session.scalar(waits.with_for_update()) is None:
        raise NothingAside()
    found = db.session.scalars(select(Device).filter_by(uid=uid)).one_or_none()
    if found is None:
        found = Device(uid=uid, fair_id=fair.id, token_hash=None, name="")
        db.session.add(found)
        db.session.flush()
        after_commit(forget_devices)
    db.session.execute(
        update(QuarantinedScan)
        .where(QuarantinedScan.device_id.is_(None), QuarantinedScan.device_uid == uid)
        .values(device_id=found.id)
    )
    record(
        "device.take-in",
        by=by,
        on="device",
        object_id=found.id,
        label=found.name or uid[:6],
        fair_id=fair.id,
        reason=reason,
    )
    return found


def take_in(
    device: Device, read: Read, *, by: User, after: int = 0, limit: int = AT_ONCE
) -> tuple[int, int | None]:
    """Read the next records that wait of a phone, in the caller's transaction.

    Returns how many scans of them are stored, and where to go on (``after``); None at the end.
    What cannot be stored keeps its bytes and says why. Nothing is taken twice: a scan is known
    by its id.
    """
    waiting = db.session.scalars(
        select(QuarantinedScan)
        .where(
            QuarantinedScan.device_id == device.id,
            QuarantinedScan.settled_at.is_(None),
            QuarantinedScan.why.in_(TAKEABLE),
            QuarantinedScan.id > after,
        )
        .order_by(QuarantinedScan.id)
        .limit(limit)
    ).all()
    if not waiting:
        return 0, None
    records = [row for row in waiting if _is_record(row.body)]
    scans = [row for row in waiting if not _is_record(row.body)]
    facts = replace(facts_of(device), is_revoked=False)
    call = read([row.body for row in scans], [row.body for row in records], facts)
    taken = take_scans(call)
    now, number = utcnow(), 0
    for row, said in zip([*scans, *records], [*taken.answers, *taken.records], strict=True):
        if not isinstance(said, Unreadable) and said.stored in STORED:
            row.settled_at, row.settled_by_id = now, by.id
            number += isinstance(said, Answer)
        else:
            # A record whose scan is not here has no reason of its own and may come later.
            row.why = said.why or row.why
    return number, waiting[-1].id


def leave_out(fair: Fair, uid: str, *, by: User, reason: str) -> int:
    """Say that what waits of a phone has been looked at and stays out: how many records.

    The bytes are kept until the fair's data goes.
    """
    done = db.session.execute(
        update(QuarantinedScan)
        .where(*_waiting(fair), _of_phone(uid))
        .values(settled_at=utcnow(), settled_by_id=by.id)
    )
    number = int(done.rowcount)  # type: ignore[attr-defined]
    if not number:
        raise NothingAside()
    record(
        "device.leave-out",
        by=by,
        on="device",
        label=uid[:6],
        fair_id=fair.id,
        after={"number": number},
        reason=reason,
    )
    return number


def _waiting(fair: Fair) -> tuple[ColumnElement[bool], ...]:
    return QuarantinedScan.fair_id == fair.id, QuarantinedScan.settled_at.is_(None)


def _of_phone(uid: str) -> ColumnElement[bool]:
    """Records of a phone, whether or not the database knew it when they came."""
    known = select(Device.id).where(Device.uid == uid)
    return (QuarantinedScan.device_uid == uid) | QuarantinedScan.device_id.in_(
        known.scalar_subquery()
    )


def _is_record(body: bytes) -> bool:
    told = json.loads(body)
    return isinstance(told, dict) and "kind" in told
