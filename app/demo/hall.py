"""What goes wrong at a real fair: a phone without a network, a copied ticket, names on paper."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import User
from app.checkins import services
from app.checkins.models import Device, Gate, Scan
from app.checkins.services import HallFacts, IncomingScan
from app.checkins.services import paper as papers
from app.checkins.states import Evidence, ScanSource, Verdict
from app.core.clock import frozen
from app.core.codes import uuid7
from app.core.db import db
from app.registrations.models import Registration
from app.tours.models import Fair

# The phone in the basement scanned seven people; number 3 has not arrived, three wait.
NUMBERS = (1, 2, 4)
WAITING = 3
BY_PHONE = 6
ON_PAPER = 3


def make_trouble(
    fair: Fair, absent: Sequence[Registration], *, staff: dict[str, User], now: datetime
) -> None:
    """Two gate phones, one of them cut off, a ticket shown green by both, a paper list.

    ``absent`` are people with tickets who have not come yet; the first nine come here.
    """
    gates = list(
        db.session.scalars(
            select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.position, Gate.id)
        )
    )
    by_phone, on_paper = absent[:BY_PHONE], absent[BY_PHONE : BY_PHONE + ON_PAPER]
    if len(on_paper) < ON_PAPER or len(gates) < 2:
        return
    with frozen(now - timedelta(minutes=55)):
        online = services.add_device(fair, gate=gates[0], name="荣耀 X50", by=staff["supervisor"])
        cut_off = services.add_device(fair, gate=gates[1], name="红米 9", by=staff["supervisor"])
    for number, registration in enumerate(by_phone, start=1):
        with frozen(now - timedelta(minutes=45 - 3 * number)):
            _scan(fair, registration, gates[0], online.device, number)
    _seen(online.device, now - timedelta(seconds=20), queued=0)
    # A screenshot of the first one's ticket, at a gate that reached nobody.
    for number, registration in zip(NUMBERS, (by_phone[0], *by_phone[:2]), strict=True):
        with frozen(now - timedelta(minutes=30 - number)):
            row = _scan(fair, registration, gates[1], cut_off.device, number)
            row.shown = Verdict.ADMITTED if number == 1 else Verdict.ALREADY_ADMITTED
    db.session.flush()
    services.rederive(fair, [row.id for row in by_phone])
    _seen(cut_off.device, now - timedelta(minutes=12), queued=WAITING)
    with frozen(now - timedelta(minutes=2)):
        text = "\n".join(f"{row.tickets[-1].short_code} {row.student.name}" for row in on_paper)
        paper = papers.make_list(
            fair,
            f"{text}\n0000 看不清",
            gate=gates[1],
            came_at=now - timedelta(minutes=20),
            reason="南门 2 号口断网断电，先记在纸上",
            by=staff["desk"],
        )
        papers.apply_list(paper, choices={}, insisted=(), by=staff["desk"])


def _scan(fair: Fair, registration: Registration, gate: Gate, device: Device, number: int) -> Scan:
    scan = IncomingScan(
        id=uuid7(),
        ticket_hash=registration.tickets[-1].hash,
        device_id=device.id,
        seq=number,
        offset_ms=0,
    )
    services.record_scans(
        HallFacts.of(fair),
        [scan],
        gate=gate,
        actor=None,
        source=ScanSource.DEVICE,
        evidence=Evidence.STAFF_SCAN,
    )
    return db.session.get_one(Scan, scan.id)


def _seen(device: Device, at: datetime, *, queued: int) -> None:
    device.seen_at, device.reported_queue, device.offset_ms = at, queued, 0
