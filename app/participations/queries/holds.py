"""Reading which booths employers may choose, and which they are choosing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.clock import utcnow
from app.core.db import db
from app.participations.models import Booth, BoothHold, Participation
from app.participations.placement import Aim, Guest
from app.participations.queries.booths import list_zones
from app.participations.states import BoothKind
from app.tours.models import Fair


def find_hold(participation: Participation) -> BoothHold | None:
    """What an employer holds at this moment."""
    query = (
        select(BoothHold)
        .filter_by(participation_id=participation.id)
        .where(BoothHold.expires_at > utcnow())
        .options(joinedload(BoothHold.booth))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one_or_none()


def list_holds(fair: Fair) -> Sequence[BoothHold]:
    """Booths of a fair that are being chosen at this moment, with who chooses."""
    query = (
        select(BoothHold)
        .join(BoothHold.booth)
        .where(Booth.fair_id == fair.id, BoothHold.expires_at > utcnow())
        .options(joinedload(BoothHold.participation).joinedload(Participation.employer))
    )
    return db.session.scalars(query).all()


def list_pickable(participation: Participation) -> Sequence[Booth]:
    """The booths an employer may choose: free, not spare, held by nobody else, with what it
    needs, in zones that are not meant for others.
    """
    taken = select(Participation.booth_id).where(Participation.booth_id.is_not(None))
    others = select(BoothHold.booth_id).where(
        BoothHold.participation_id != participation.id, BoothHold.expires_at > utcnow()
    )
    query = (
        select(Booth)
        .filter_by(fair_id=participation.fair_id, kind=BoothKind.BOOTH, is_spare=False)
        .where(Booth.id.not_in(taken), Booth.id.not_in(others))
        .order_by(Booth.hall, Booth.row, Booth.column)
    )
    if participation.needs_power:
        query = query.where(Booth.has_power)
    if participation.needs_large:
        query = query.where(Booth.is_large)
    employer = participation.employer
    guest = Guest(
        participation.id,
        employer.display_name,
        delegation_id=participation.delegation_id,
        industry=employer.pillar_industry.value if employer.pillar_industry else None,
    )
    barred = {
        zone.zone
        for zone in list_zones(participation.fair)
        if Aim(
            zone.delegation_id, zone.pillar_industry.value if zone.pillar_industry else None
        ).rank(guest)
        < 0
    }
    return [booth for booth in db.session.scalars(query) if booth.zone not in barred]
