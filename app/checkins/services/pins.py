"""The supervisor's PIN of a fair: six to ten digits that allow what gate staff may not.

Checking takes a quarter of a second on purpose and is done outside transactions; a wrong
PIN costs one of five tries in ten minutes, counted in the device's row before the PIN is
looked at. Which PINs were right is remembered in this process only, as a digest.
"""

import hmac
import os
import re
from datetime import timedelta
from hashlib import pbkdf2_hmac, sha256

from sqlalchemy import case, or_, update

from app.accounts.models import User
from app.audit.services import record
from app.checkins.models import Device, SupervisorPin
from app.checkins.services.devices import DeviceFacts, FairFacts, PinFacts, forget_devices
from app.core.clock import utcnow
from app.core.db import changed_one, db
from app.core.errors import DomainError
from app.core.text import N_
from app.core.transaction import after_commit
from app.tours.models import Fair

ITERATIONS = 300_000
TRIES = 5
PAUSE = timedelta(minutes=10)
MOST_REMEMBERED = 1_000
_right: set[bytes] = set()


class BadPin(DomainError):
    """A PIN that may not be set."""

    code = "bad-pin"
    message = N_("Use 6 to 10 digits, not all the same.")


def make_pin(text: str) -> PinFacts:
    """What is stored of a PIN. Slow: do it before the transaction. Raises :class:`BadPin`."""
    if not re.fullmatch(r"[0-9]{6,10}", text) or len(set(text)) == 1 or text in "0123456789":
        raise BadPin(field="pin")
    salt = os.urandom(16)
    return PinFacts(salt, ITERATIONS, _digest(text, salt, ITERATIONS))


def set_supervisor_pin(fair: Fair, pin: PinFacts, *, by: User) -> None:
    """Set or replace the PIN of a fair; devices learn it with their next roster."""
    row = db.session.get(SupervisorPin, fair.id) or SupervisorPin(fair_id=fair.id)
    row.salt, row.iterations, row.hash = pin.salt, pin.iterations, pin.hash
    row.set_at, row.set_by_id = utcnow(), by.id
    db.session.add(row)
    after_commit(forget_devices)
    record("pin.set", by=by, on="fair", object_id=fair.id, label=fair.title_zh, fair_id=fair.id)


def is_known_right(fair: FairFacts, text: str) -> bool:
    """Whether this process has found this PIN right before: costs nothing."""
    return fair.pin is not None and _mark(fair.pin, text) in _right


def take_pin_try(device: DeviceFacts) -> bool:
    """Use up one of the device's tries; False where none is left. Commit before looking."""
    now = utcnow()
    is_fresh = or_(Device.pin_tried_at.is_(None), Device.pin_tried_at < now - PAUSE)
    statement = update(Device).where(
        Device.id == device.id, or_(is_fresh, Device.pin_tries < TRIES)
    )
    return changed_one(
        statement.values(
            pin_tries=case((is_fresh, 1), else_=Device.pin_tries + 1),
            pin_tried_at=case((is_fresh, now), else_=Device.pin_tried_at),
        )
    )


def fits_pin(fair: FairFacts, text: str) -> bool:
    """Whether a PIN is right. Slow: never inside a transaction."""
    pin = fair.pin
    if pin is None or not hmac.compare_digest(_digest(text, pin.salt, pin.iterations), pin.hash):
        return False
    if len(_right) >= MOST_REMEMBERED:
        _right.clear()
    _right.add(_mark(pin, text))
    return True


def give_tries_back(device: DeviceFacts) -> None:
    """Start the count anew after a right PIN."""
    changed_one(update(Device).where(Device.id == device.id).values(pin_tries=0, pin_tried_at=None))


def _digest(text: str, salt: bytes, iterations: int) -> bytes:
    return pbkdf2_hmac("sha256", text.encode(), salt, iterations, 32)


def _mark(pin: PinFacts, text: str) -> bytes:
    return sha256(pin.hash + pin.salt + text.encode()).digest()
