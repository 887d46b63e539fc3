"""Until when positions can be found at a fair: the index follows what employers bring."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from app.core.clock import utcnow
from app.core.db import db
from app.employers.models import Position, PositionEntry
from app.employers.services import close_past, index_positions, open_positions
from app.participations.models import OfferedPosition, Participation
from app.participations.states import COMING
from app.tours.models import Fair
from app.tours.states import FairStatus

BATCH = 500


def refresh_open(position_ids: Collection[int]) -> None:
    """Find out anew until when positions are shown at a fair that takes place."""
    for some in _batches(position_ids):
        ends = select(OfferedPosition.position_id, func.max(Fair.ends_at))
        query = (
            ends.join(OfferedPosition.participation)
            .join(Participation.fair)
            .where(
                OfferedPosition.position_id.in_(some),
                Participation.status.in_(COMING),
                Fair.status == FairStatus.PUBLISHED,
                Fair.published_at.is_not(None),
            )
            .group_by(OfferedPosition.position_id)
        )
        known = {row[0]: row[1] for row in db.session.execute(query)}
        open_positions({key: known.get(key) for key in some})


def refresh_participation(participation: Participation) -> None:
    """The same for what one employer brings to one fair."""
    query = select(OfferedPosition.position_id).filter_by(participation_id=participation.id)
    refresh_open(db.session.scalars(query).all())


def refresh_fair(fair: Fair) -> None:
    """The same for everything brought to a fair; called when its state or its end changes."""
    query = (
        select(OfferedPosition.position_id)
        .join(OfferedPosition.participation)
        .where(Participation.fair_id == fair.id)
    )
    refresh_open(set(db.session.scalars(query)))


def close_past_positions() -> int:
    """Take some positions out of the index whose last fair is over; return how many."""
    return close_past(utcnow())


def index_batch(after: int, size: int = BATCH) -> int | None:
    """Make the entries of the next positions anew; return the last one's id, None at the end."""
    query = select(Position.id).where(Position.id > after).order_by(Position.id).limit(size)
    ids = db.session.scalars(query).all()
    if not ids:
        return None
    index_positions(ids)
    refresh_open(ids)
    return ids[-1]


def index_missing(limit: int = BATCH) -> int:
    """Make the entries that are missing, as after an upgrade or a bulk load; return how many."""
    query = (
        select(Position.id)
        .outerjoin(PositionEntry, PositionEntry.position_id == Position.id)
        .where(PositionEntry.position_id.is_(None))
        .limit(limit)
    )
    ids = db.session.scalars(query).all()
    index_positions(ids)
    refresh_open(ids)
    return len(ids)


def open_missing(limit: int = BATCH) -> int:
    """Let positions be found that stand at a fair to come and are not open in the index.

    So it is after rows were written past the services; return how many there were.
    """
    query = (
        select(OfferedPosition.position_id)
        .join(OfferedPosition.participation)
        .join(Participation.fair)
        .join(PositionEntry, PositionEntry.position_id == OfferedPosition.position_id)
        .where(
            Participation.status.in_(COMING),
            Fair.status == FairStatus.PUBLISHED,
            Fair.published_at.is_not(None),
            Fair.ends_at > utcnow(),
            PositionEntry.open_until.is_(None),
        )
        .distinct()
        .limit(limit)
    )
    ids = db.session.scalars(query).all()
    refresh_open(ids)
    return len(ids)


def count_entries() -> tuple[int, int]:
    """How many positions there are entries of, and how many of them can be found at a fair."""
    query = select(func.count(), func.count(PositionEntry.open_until))
    known, found = db.session.execute(query.select_from(PositionEntry)).one()
    return int(known), int(found)


def _batches(ids: Iterable[int]) -> list[list[int]]:
    every = sorted(set(ids))
    return [every[start : start + BATCH] for start in range(0, len(every), BATCH)]
