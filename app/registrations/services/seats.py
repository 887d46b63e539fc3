"""How many places of a fair are taken.

Whoever takes, leaves or waits for a place does so one after another: the fair's row of
``fair_seats`` is held until the end of the transaction, and a place is taken by a conditional
update of it.
"""

from sqlalchemy import or_, select, update

from app.core.db import changed_one, db, insert_if_absent
from app.registrations.models import FairSeats
from app.tours.models import Fair


def hold(fair: Fair) -> None:
    """Take the fair's seats for the rest of this transaction; others wait their turn."""
    seats = select(FairSeats.fair_id).filter_by(fair_id=fair.id).with_for_update()
    if db.session.scalar(seats) is None:
        insert_if_absent(FairSeats, fair_id=fair.id, taken=0)
        db.session.scalar(seats)


def take_seat(fair: Fair) -> bool:
    """Take a place if one is free."""
    capacity = select(Fair.capacity).where(Fair.id == fair.id).scalar_subquery()
    is_free = or_(capacity.is_(None), FairSeats.taken < capacity)
    statement = update(FairSeats).where(FairSeats.fair_id == fair.id, is_free)
    return changed_one(statement.values(taken=FairSeats.taken + 1))


def free_seat(fair: Fair) -> None:
    """Give a place back."""
    statement = update(FairSeats).where(FairSeats.fair_id == fair.id)
    changed_one(statement.values(taken=FairSeats.taken - 1))


def next_version(fair: Fair) -> int:
    """The next version of the fair's tickets. The caller holds the seats until its commit."""
    statement = update(FairSeats).where(FairSeats.fair_id == fair.id)
    statement = statement.values(version=FairSeats.version + 1)
    return db.session.connection().execute(statement.returning(FairSeats.version)).scalar_one()
