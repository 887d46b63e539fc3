"""Who is calling: a device by its token, with its fair, read once and remembered briefly.

A scan costs no look-up of a device, a person or a fair: what was read is used for five
seconds, so a revocation, a new gate or a changed time reaches every process by then.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import ColumnElement, select

from app.accounts.models import User
from app.checkins.models import Device, Gate, SupervisorPin
from app.checkins.services.answers import HallFacts
from app.checkins.services.epochs import find_epoch
from app.checkins.states import DeviceRole
from app.core.clock import utcnow
from app.core.codes import fingerprint
from app.core.crypto import read_signed_text, signed_text
from app.core.db import db
from app.core.errors import Forbidden, Unauthenticated
from app.core.text import N_
from app.places.states import GateDirection
from app.tours.models import Fair
from app.tours.states import FairStatus

REMEMBERED = timedelta(seconds=5)
MOST_REMEMBERED = 5_000
# How long after its fair a device may read the roster, and bring what it still holds.
READS_FOR = timedelta(hours=24)
UPLOADS_FOR = READS_FOR + timedelta(days=30)
LONGEST_TOKEN = 500
_PURPOSE = "device"


class UnknownDevice(Unauthenticated):
    """No token, a forged one, or one of another installation."""

    code = "unknown-device"
    message = N_("This phone is not known here. Enrol it again.")


class ExpiredDevice(Forbidden):
    """The fair is long over."""

    code = "expired-device"
    message = N_("The fair of this phone is over.")


class RevokedDevice(Forbidden):
    """Somebody took the phone out of use, or the person who signed in on it."""

    code = "revoked-device"
    message = N_("This phone was taken out of use. Enrol it again.")


@dataclass(frozen=True)
class DeviceActor:
    """Who stands behind what a device says: a person by id, or only the phone's name."""

    id: int | None
    label: str


@dataclass(frozen=True)
class GateFacts:
    """A gate, as devices know it."""

    id: int
    name: str
    direction: GateDirection
    is_open: bool


@dataclass(frozen=True)
class PinFacts:
    """How a supervisor's PIN is checked: PBKDF2-HMAC-SHA-256, 32 bytes."""

    salt: bytes
    iterations: int
    hash: bytes


@dataclass(frozen=True)
class FairFacts:
    """A fair, as devices know it."""

    hall: HallFacts
    slug: str
    title_zh: str
    title_en: str
    starts_at: datetime
    gates: Mapping[int, GateFacts]
    pin: PinFacts | None
    epoch: str | None

    def is_final_at(self, moment: datetime) -> bool:
        """Whether nobody can register any more, so that an unlisted code is *unknown*."""
        over = self.hall.status in (FairStatus.CLOSED, FairStatus.CANCELLED)
        return over or moment >= self.hall.ends_at


@dataclass(frozen=True)
class DeviceFacts:
    """A device that proved itself. ``id`` None: this database does not know it (a restore).

    ``fair`` is None only where an unknown device names a fair that is unknown too.
    """

    id: int | None
    uid: str
    name: str
    role: DeviceRole
    gate_id: int | None
    participation_id: int | None
    actor: DeviceActor
    is_revoked: bool
    fair: FairFacts | None

    @property
    def refused_because(self) -> str | None:
        """Why its scans go to quarantine, if they do."""
        if self.is_revoked:
            return "revoked-device"
        return "unknown-device" if self.id is None or self.fair is None else None

    def check_reading(self, now: datetime) -> FairFacts:
        """Its fair, if it may read the roster now."""
        if self.refused_because == "unknown-device" or self.fair is None:
            raise UnknownDevice()
        if self.is_revoked:
            raise RevokedDevice()
        if now > self.fair.hall.ends_at + READS_FOR:
            raise ExpiredDevice()
        return self.fair

    def check_uploading(self, now: datetime) -> None:
        """Refuse what comes a month after the fair."""
        if self.fair is not None and now > self.fair.hall.ends_at + UPLOADS_FOR:
            raise ExpiredDevice()


def make_token(device: Device) -> str:
    """A bearer token: signed, so that it is recognised even by a database that lost it."""
    issued = int(utcnow().timestamp())
    return signed_text(_PURPOSE, {"d": device.uid, "f": device.fair_id, "t": issued})


def find_device(token: str) -> DeviceFacts:
    """The device a token belongs to. Raises :class:`UnknownDevice`."""
    if not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
        raise UnknownDevice()
    hashed, now = fingerprint(token), utcnow()
    facts = _remembered(hashed, now)
    if facts is None:
        facts = _read_known(Device.token_hash == hashed) or _read_signed(token)
        _remember(hashed, now, facts)
    return facts


# -- what was read lately ---------------------------------------------------------------

_lock = Lock()
_lately: OrderedDict[str, tuple[datetime, DeviceFacts]] = OrderedDict()


def _remembered(hashed: str, now: datetime) -> DeviceFacts | None:
    with _lock:
        read_at, facts = _lately.get(hashed, (None, None))
    # A clock that was set back must not make a memory eternal.
    return facts if read_at is not None and abs(now - read_at) < REMEMBERED else None


def _remember(hashed: str, now: datetime, facts: DeviceFacts) -> None:
    with _lock:
        _lately[hashed] = now, facts
        _lately.move_to_end(hashed)
        while len(_lately) > MOST_REMEMBERED:
            _lately.popitem(last=False)


def forget_devices() -> None:
    """Read every device anew at its next call: something about one has changed here."""
    with _lock:
        _lately.clear()


# -- reading ----------------------------------------------------------------------------


def facts_of(device: Device) -> DeviceFacts:
    """What is known of a device now."""
    facts = _read_known(Device.id == device.id)
    assert facts is not None
    return facts


def _read_known(which: ColumnElement[bool]) -> DeviceFacts | None:
    query = (
        select(Device, User.name, User.email, User.disabled_at)
        .outerjoin(User, User.id == Device.user_id)
        .where(which)
    )
    row = db.session.execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        return None
    device, name, email, disabled_at = row
    label = name or email or device.name or device.uid
    return DeviceFacts(
        id=device.id,
        uid=device.uid,
        name=device.name,
        role=device.role,
        gate_id=device.gate_id,
        participation_id=device.participation_id,
        actor=DeviceActor(device.user_id, label),
        is_revoked=device.revoked_at is not None or disabled_at is not None,
        fair=read_fair(device.fair_id),
    )


def _read_signed(token: str) -> DeviceFacts:
    """A device by the signature of its token alone: forgotten by a restore, or taken in since."""
    payload = read_signed_text(_PURPOSE, token)
    if payload is None:
        raise UnknownDevice()
    uid = str(payload["d"])
    return _read_known((Device.uid == uid) & Device.token_hash.is_(None)) or DeviceFacts(
        id=None,
        uid=uid,
        name="",
        role=DeviceRole.GATE,
        gate_id=None,
        participation_id=None,
        actor=DeviceActor(None, uid),
        is_revoked=False,
        fair=read_fair(int(payload["f"])),
    )


def read_fair(fair_id: int) -> FairFacts | None:
    """A fair as devices know it, with all its gates, the closed ones too."""
    query = (
        select(Fair, SupervisorPin)
        .outerjoin(SupervisorPin, SupervisorPin.fair_id == Fair.id)
        .where(Fair.id == fair_id)
    )
    row = db.session.execute(query, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        return None
    fair, pin = row
    gates = db.session.execute(
        select(Gate.id, Gate.name, Gate.direction, Gate.closed_at)
        .where(Gate.fair_id == fair_id)
        .order_by(Gate.position, Gate.id)
    )
    return FairFacts(
        hall=HallFacts.of(fair),
        slug=fair.slug,
        title_zh=fair.title_zh,
        title_en=fair.title_en,
        starts_at=fair.starts_at,
        gates={
            gate.id: GateFacts(gate.id, gate.name, gate.direction, gate.closed_at is None)
            for gate in gates
        },
        pin=PinFacts(bytes(pin.salt), pin.iterations, bytes(pin.hash)) if pin else None,
        epoch=find_epoch(),
    )
