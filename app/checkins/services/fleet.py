"""The phones of a fair as the organiser sees them: who, where, how far behind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Interval, func, literal, select, type_coerce, update
from sqlalchemy.orm import joinedload

from app.checkins.models import Device, QuarantinedScan, Scan
from app.checkins.services.calls import Numbers
from app.checkins.services.numbers import read_numbers
from app.core.clock import utcnow
from app.core.db import changed_one, db, is_sqlite
from app.tours.models import Fair

# A scan that claims to be further ahead of its arrival than this came by a wrong clock.
AHEAD = timedelta(minutes=2)
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Phone:
    """A device and what is known of its work. ``queued`` is what it last said it still holds.

    ``scans`` counts what it brought, ``ahead`` those dated in the future, ``quarantined``
    those set aside. ``is_behind`` says that something it holds, or held, is not here.
    """

    device: Device
    scans: int
    ahead: int
    quarantined: int
    last_scan_at: datetime | None
    seen_at: datetime | None
    queued: int | None
    numbers: Numbers

    @property
    def is_behind(self) -> bool:
        """Whether figures of the fair may still change by what this phone brings."""
        lost = self.device.acknowledged_seq > self.numbers.highest
        return bool(self.queued or self.numbers.missing or lost)


def list_devices(fair: Fair) -> list[Phone]:
    """A fair's devices, the newest first, by a constant number of statements."""
    devices = db.session.scalars(
        select(Device)
        .where(Device.fair_id == fair.id)
        .options(joinedload(Device.gate), joinedload(Device.user))
        .order_by(Device.id.desc()),
        execution_options={"populate_existing": True},
    ).all()
    ids = [device.id for device in devices]
    numbers, scans = read_numbers(ids), _scans_of(fair)
    aside = dict(
        db.session.execute(
            select(QuarantinedScan.device_id, func.count())
            .where(
                QuarantinedScan.fair_id == fair.id,
                QuarantinedScan.device_id.is_not(None),
                QuarantinedScan.settled_at.is_(None),
            )
            .group_by(QuarantinedScan.device_id)
        ).all()
    )
    return [
        _phone(device, scans.get(device.id), aside.get(device.id, 0), numbers[device.id])
        for device in devices
    ]


def note_seen(device_id: int, *, queued: int | None, offset_ms: int | None) -> bool:
    """Write down that a stand's phone was here, what it still holds and how its clock stands.

    At most once a minute unless what it holds has changed: a phone asks every few seconds.
    Returns whether there was anything to write.
    """
    now = utcnow()
    mine = update(Device).where(Device.id == device_id, _has_news(queued, now))
    return changed_one(mine.values(seen_at=now, reported_queue=queued, offset_ms=offset_ms))


def needs_noting(device_id: int, queued: int | None) -> bool:
    """Whether :func:`note_seen` would write: asked first, so that idle phones take no turn."""
    query = select(Device.id).where(Device.id == device_id, _has_news(queued, utcnow()))
    return db.session.scalar(query) is not None


def _has_news(queued: int | None, now: datetime) -> ColumnElement[bool]:
    changed = Device.reported_queue.is_distinct_from(queued)
    return changed | Device.seen_at.is_(None) | (Device.seen_at < now - NOTED_EVERY)


def _phone(device: Device, scans: Any, aside: int, numbers: Numbers) -> Phone:
    last = scans.last_at if scans else None
    return Phone(
        device=device,
        scans=scans.number if scans else 0,
        ahead=scans.ahead if scans else 0,
        quarantined=aside,
        last_scan_at=scans.last_scan_at if scans else None,
        seen_at=max((moment for moment in (device.seen_at, last) if moment), default=None),
        queued=device.reported_queue,
        numbers=numbers,
    )


def _scans_of(fair: Fair) -> dict[int, Any]:
    """How many scans each device brought, and when last."""
    if is_sqlite():
        lead = (func.julianday(Scan.scanned_at) - func.julianday(Scan.received_at)) * 86_400
        is_ahead = lead > AHEAD.total_seconds()
    else:
        scanned_at = type_coerce(Scan.scanned_at, DateTime)
        is_ahead = scanned_at - type_coerce(Scan.received_at, DateTime) > literal(AHEAD, Interval)
    rows = db.session.execute(
        select(
            Scan.device_id,
            func.count().label("number"),
            func.count().filter(is_ahead).label("ahead"),
            func.max(Scan.received_at).label("last_at"),
            func.max(Scan.scanned_at).label("last_scan_at"),
        )
        .where(Scan.fair_id == fair.id, Scan.device_id.is_not(None))
        .group_by(Scan.device_id)
    )
    return {row.device_id: row for row in rows}
