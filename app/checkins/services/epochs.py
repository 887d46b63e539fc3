"""The life a database is in: devices notice a restore by it and send everything again."""

from sqlalchemy import select, update

from app.checkins.models import Epoch
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import changed_one, db, insert_if_absent


def find_epoch() -> str | None:
    """The present epoch; None before the first device was enrolled."""
    return db.session.scalar(select(Epoch.value).where(Epoch.id == 1))


def ensure_epoch() -> str:
    """The present epoch, begun now if there is none."""
    found = find_epoch()
    if found is None:
        _begin(random_code(16))
        found = find_epoch() or ""
    return found


def begin_epoch() -> str:
    """Begin a new life of the database after a restore."""
    value = random_code(16)
    again = update(Epoch).where(Epoch.id == 1)
    if not changed_one(again.values(value=value, began_at=utcnow())):
        _begin(value)
    return value


def _begin(value: str) -> None:
    insert_if_absent(Epoch, id=1, value=value, began_at=utcnow(), facts={})
