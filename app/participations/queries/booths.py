"""Reading a fair's floor plan."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.permissions import Scope
from app.core.db import db
from app.core.errors import NotFound
from app.employers.queries import clean
from app.participations.models import Booth, BoothMove, BoothZone, OfferedPosition, Participation
from app.participations.placement import meets_needs
from app.participations.plan import PlanView, draw
from app.participations.queries.applications import within
from app.participations.states import COMING, BoothKind, ParticipationStatus
from app.tours.models import Fair

WHOLE_BUREAU = Scope(bureau=True)
GONE = frozenset(
    {ParticipationStatus.WITHDRAWN, ParticipationStatus.LAPSED, ParticipationStatus.NO_SHOW}
)


def plan_of(fair: Fair) -> PlanView:
    """A fair's floor plan, hall by hall, with who stands where; three statements.

    The page sets ``href`` (and ``state``) of the booths it draws.
    """
    occupants = {one.booth_id: one for one in list_placed(fair) if one.booth_id}
    return draw(list_booths(fair), list_zones(fair), occupants)


def list_booths(fair: Fair) -> Sequence[Booth]:
    """Every square of a fair's halls, row by row."""
    query = select(Booth).filter_by(fair_id=fair.id)
    return db.session.scalars(query.order_by(Booth.hall, Booth.row, Booth.column)).all()


def list_zones(fair: Fair) -> Sequence[BoothZone]:
    """What the zones of a fair are called and for whom they are meant."""
    query = select(BoothZone).filter_by(fair_id=fair.id).options(joinedload(BoothZone.delegation))
    return db.session.scalars(query.order_by(BoothZone.zone)).all()


def get_zone(fair: Fair, zone: str) -> BoothZone:
    """A fair's zone with a letter."""
    row = db.session.scalars(
        select(BoothZone).filter_by(fair_id=fair.id, zone=clean(zone))
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row


def list_placed(fair: Fair) -> Sequence[Participation]:
    """The participations that have a booth."""
    query = (
        select(Participation)
        .filter_by(fair_id=fair.id)
        .where(Participation.booth_id.is_not(None))
        .options(joinedload(Participation.employer))
    )
    return db.session.scalars(query).all()


def list_unplaced(fair: Fair, scope: Scope = WHOLE_BUREAU) -> Sequence[Participation]:
    """Employers that come and have no booth yet, those who confirmed first."""
    query = (
        select(Participation)
        .filter_by(fair_id=fair.id, booth_id=None)
        .where(Participation.status.in_(COMING))
        .options(
            joinedload(Participation.employer),
            joinedload(Participation.delegation),
            selectinload(Participation.offered).joinedload(OfferedPosition.position),
        )
        .order_by(
            Participation.status == ParticipationStatus.APPROVED,
            Participation.submitted_at,
            Participation.id,
        )
    )
    found: Sequence[Participation] = db.session.scalars(within(query, scope)).all()
    return found


def get_booth(fair: Fair, code: str) -> Booth:
    """A fair's booth with a code."""
    query = select(Booth).filter_by(fair_id=fair.id, code=clean(code), kind=BoothKind.BOOTH)
    booth = db.session.scalars(query).one_or_none()
    if booth is None:
        raise NotFound()
    return booth


def find_last_move(fair: Fair) -> BoothMove | None:
    """The last assignment at a fair that has not been undone."""
    query = (
        select(BoothMove)
        .filter_by(fair_id=fair.id, undone_at=None)
        .options(joinedload(BoothMove.participation).joinedload(Participation.employer))
        .order_by(BoothMove.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def list_freed(fair: Fair) -> Sequence[BoothMove]:
    """Booths that are free because whoever had them will not come: the last release of each."""
    taken = select(Participation.booth_id).where(Participation.booth_id.is_not(None))
    query = (
        select(BoothMove)
        .join(BoothMove.participation)
        .where(
            BoothMove.fair_id == fair.id,
            BoothMove.to_booth_id.is_(None),
            BoothMove.from_booth_id.is_not(None),
            BoothMove.from_booth_id.not_in(taken),
            Participation.status.in_(GONE),
        )
        .options(joinedload(BoothMove.participation).joinedload(Participation.employer))
        .order_by(BoothMove.id)
    )
    return db.session.scalars(query).all()


def suggest_booths(
    participation: Participation,
    booths: Sequence[Booth],
    zones: Sequence[BoothZone],
    taken: set[int],
    limit: int = 3,
) -> list[Booth]:
    """The free booths that suit an employer best, best first.

    A zone meant for its delegation counts most, then one meant for its industry; then a
    zone meant for nobody in particular. Whoever needs power is only offered booths with it.
    """
    meant = {zone.zone: zone for zone in zones}

    def rank(booth: Booth) -> int:
        zone = meant.get(booth.zone)
        if zone is None:
            return 0
        return _fits(zone.delegation_id, participation.delegation_id, 4) + _fits(
            zone.pillar_industry, participation.employer.pillar_industry, 2
        )

    free = [
        booth
        for booth in booths
        if booth.kind is BoothKind.BOOTH
        and booth.id not in taken
        and not booth.is_spare
        and meets_needs(booth, participation)
    ]
    ranked = sorted(free, key=lambda booth: (-rank(booth), booth.has_power, booth.code or ""))
    best = rank(ranked[0]) if ranked else 0
    return [booth for booth in ranked if rank(booth) == best][:limit]


def _fits(wanted: object, own: object, points: int) -> int:
    """Points for what a zone is meant for: nothing said 0, the same plus, another minus."""
    if wanted is None:
        return 0
    return points if wanted == own else -points
