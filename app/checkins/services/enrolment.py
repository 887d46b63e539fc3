"""Making phones devices, and taking them out of use."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.models import User
from app.audit.services import record
from app.checkins.models import Device, DeviceEnrolment, Gate
from app.checkins.services.devices import forget_devices, make_token
from app.checkins.services.epochs import ensure_epoch
from app.checkins.states import DeviceRole
from app.core.clock import utcnow
from app.core.codes import fingerprint, random_code, random_token
from app.core.db import changed_one, db
from app.core.errors import NotFound
from app.core.text import N_
from app.core.transaction import after_commit
from app.participations.models import Participation
from app.tours.models import Fair

ENROLMENT_LASTS = timedelta(minutes=10)
LONGEST_NAME = 60


class UnknownEnrolment(NotFound):
    """A secret nobody made, or one that is used or over."""

    code = "unknown-enrolment"
    message = N_("This code is used or over. Ask the organiser for a new one.")


@dataclass(frozen=True)
class Enrolled:
    """A device and its token, which is shown this once and kept by the phone."""

    device: Device
    token: str


def enrol_device(fair: Fair, *, gate: Gate | None, by: User) -> tuple[DeviceEnrolment, str]:
    """Make a secret for one borrowed phone: ten minutes, once. Returns the row and the secret."""
    secret, now = random_token(), utcnow()
    enrolment = DeviceEnrolment(
        fair_id=fair.id,
        gate_id=gate.id if gate else None,
        secret_hash=fingerprint(secret),
        created_at=now,
        created_by_id=by.id,
        expires_at=now + ENROLMENT_LASTS,
    )
    db.session.add(enrolment)
    db.session.flush()
    return enrolment, secret


def redeem_enrolment(secret: str, *, name: str) -> Enrolled:
    """Make the phone that shows a secret a device. Raises :class:`UnknownEnrolment`.

    Of several phones that read one QR code exactly one gets in.
    """
    now = utcnow()
    wanted = DeviceEnrolment.secret_hash == fingerprint(secret)
    mine = update(DeviceEnrolment).where(
        wanted, DeviceEnrolment.used_at.is_(None), DeviceEnrolment.expires_at > now
    )
    if not changed_one(mine.values(used_at=now)):
        raise UnknownEnrolment()
    enrolment = db.session.scalars(select(DeviceEnrolment).where(wanted)).one()
    maker = enrolment.created_by_id and db.session.get(User, enrolment.created_by_id)
    enrolled = add_device(
        db.session.get_one(Fair, enrolment.fair_id),
        gate=db.session.get(Gate, enrolment.gate_id) if enrolment.gate_id else None,
        name=name,
        by=maker or None,
    )
    enrolment.device_id = enrolled.device.id
    return enrolled


def is_enrolment_open(secret: str) -> bool:
    """Whether a secret could be redeemed now: asked first, so that guesses write nothing."""
    query = select(DeviceEnrolment.id).where(
        DeviceEnrolment.secret_hash == fingerprint(secret),
        DeviceEnrolment.used_at.is_(None),
        DeviceEnrolment.expires_at > utcnow(),
    )
    return db.session.scalar(query) is not None


def enrol_own(fair: Fair, *, gate: Gate | None, name: str, by: User) -> Enrolled:
    """Make the phone of a signed-in member of staff a device that acts in their name."""
    return add_device(fair, gate=gate, name=name, by=by, user=by)


def enrol_booth(participation: Participation, *, name: str, by: User) -> Enrolled:
    """Make a recruiter's phone the device of their stand: it reads tickets, checks nobody in."""
    fair = participation.fair
    return add_device(fair, gate=None, name=name, by=by, user=by, participation=participation)


def add_device(
    fair: Fair,
    *,
    gate: Gate | None,
    name: str,
    by: User | None,
    user: User | None = None,
    participation: Participation | None = None,
) -> Enrolled:
    """Write a device with its token. ``by`` None is a script."""
    device = Device(
        uid=random_code(),
        fair_id=fair.id,
        gate_id=gate.id if gate else None,
        role=DeviceRole.BOOTH if participation else DeviceRole.GATE,
        participation_id=participation.id if participation else None,
        user_id=user.id if user else None,
        name=read_device_name(name),
    )
    token = make_token(device)
    device.token_hash = fingerprint(token)
    db.session.add(device)
    db.session.flush()
    ensure_epoch()
    _note("device.enrol", device, by, gate=gate.name if gate else "", role=device.role.value)
    return Enrolled(device, token)


def revoke_device(device: Device, *, by: User, reason: str = "") -> None:
    """Take a device out of use within five seconds; a second time changes nothing.

    What it still brings goes to quarantine.
    """
    statement = update(Device).where(Device.id == device.id, Device.revoked_at.is_(None))
    if changed_one(statement.values(revoked_at=utcnow())):
        after_commit(forget_devices)
        _note("device.revoke", device, by, reason=reason)
        db.session.refresh(device)


def read_device_name(text: str) -> str:
    """What somebody calls their phone: one line of at most sixty characters."""
    return "".join(ch for ch in text if ch.isprintable()).strip()[:LONGEST_NAME]


def _note(action: str, device: Device, by: User | None, *, reason: str = "", **after: str) -> None:
    record(
        action,
        by=by,
        on="device",
        object_id=device.id,
        label=device.name or device.uid,
        fair_id=device.fair_id,
        after=after or None,
        reason=reason,
    )
