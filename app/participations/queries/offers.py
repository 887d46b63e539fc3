"""Reading what employers offer at fairs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.core.db import db
from app.core.paging import Page, paged
from app.employers.models import Employer, Position, PositionEntry
from app.participations.models import Booth, OfferedPosition, Participation
from app.participations.queries.search import Wanted, entry_conditions
from app.participations.states import COMING
from app.tours.models import Fair, Stop, Tour
from app.tours.states import FairStatus

Offer = OfferedPosition


def page_offered(fair: Fair, wanted: Wanted, page: int = 1) -> Page[OfferedPosition]:
    """Positions offered at a fair by employers that come, by employer, narrowed by a search.

    Position, employer and booth are loaded.
    """
    query = (
        select(OfferedPosition)
        .join(OfferedPosition.position)
        .join(PositionEntry, PositionEntry.position_id == Position.id)
        .join(OfferedPosition.participation)
        .join(Participation.employer)
        .where(Participation.fair_id == fair.id, Participation.status.in_(COMING))
        .where(*entry_conditions(wanted))
        .options(
            contains_eager(OfferedPosition.position),
            contains_eager(OfferedPosition.participation).options(
                contains_eager(Participation.employer), joinedload(Participation.booth)
            ),
        )
        .order_by(Employer.name, OfferedPosition.id)
    )
    return paged(query, page)


def list_positions_found(ids: Sequence[int]) -> Sequence[Position]:
    """Positions in the order of their ids as found, with their employers."""
    query = select(Position).where(Position.id.in_(ids)).options(joinedload(Position.employer))
    known = {position.id: position for position in db.session.scalars(query)}
    return [known[key] for key in ids if key in known]


@dataclass(frozen=True)
class Meeting:
    """Where somebody can ask about a position: which fair, when, and the booth if it is known."""

    fair_slug: str
    city: str
    city_en: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    booth: str | None


def list_meetings(
    ids: Sequence[int], fair_ids: Collection[int] | None, moment: datetime
) -> dict[int, list[Meeting]]:
    """Where positions can be met: ``{position id: meetings}``, the next first, then those past.

    At some fairs, or (None) at all that take place and are not over.
    """
    # In two statements: asked for all at once, a planner without figures begins with the fairs
    # and reads every offer of all of them.
    offered = select(Offer.id, Offer.position_id, Offer.participation_id)
    offers = db.session.execute(offered.where(Offer.position_id.in_(ids))).all()
    places = _places({offer.participation_id for offer in offers}, fair_ids, moment)
    found: dict[int, list[tuple[Any, Meeting]]] = {}
    for id_, position_id, participation_id in offers:
        if participation_id in places:
            meeting = places[participation_id]
            order = (meeting.ends_at <= moment, meeting.starts_at, id_)
            found.setdefault(position_id, []).append((order, meeting))
    return {
        key: [meeting for _, meeting in sorted(some, key=_first)] for key, some in found.items()
    }


def _first(pair: tuple[Any, Meeting]) -> Any:
    return pair[0]


def _places(
    participation_ids: Collection[int], fair_ids: Collection[int] | None, moment: datetime
) -> dict[int, Meeting]:
    # Which fairs are meant is looked at here: told of it, SQLite begins with the fairs and looks
    # for every participation at each of them.
    query = (
        select(
            Participation.id,
            Fair.id,
            Fair.status,
            Fair.published_at,
            Fair.slug,
            Fair.city,
            func.coalesce(Stop.city_en, ""),
            Fair.starts_at,
            Fair.ends_at,
            Fair.time_zone,
            Booth.code,
        )
        .join(Participation.fair)
        .outerjoin(Fair.stop)
        .outerjoin(Participation.booth)
        .where(Participation.id.in_(participation_ids), Participation.status.in_(COMING))
    )
    found = {}
    for key, fair_id, status, published_at, *shown in db.session.execute(query):
        meeting = Meeting(*shown)
        takes_place = status is FairStatus.PUBLISHED and published_at is not None
        is_meant = takes_place and meeting.ends_at > moment
        if is_meant if fair_ids is None else fair_id in fair_ids:
            found[key] = meeting
    return found


@dataclass(frozen=True)
class OfferedCount:
    """Positions (rows) and openings (headcount); ``unknown`` positions say 若干."""

    positions: int
    openings: int
    unknown: int


def count_offered(fair: Fair) -> OfferedCount:
    """How much is offered at a fair by the employers that come."""
    query = (
        select(
            func.count(OfferedPosition.id),
            func.coalesce(func.sum(OfferedPosition.openings), 0),
            func.count(OfferedPosition.id) - func.count(OfferedPosition.openings),
        )
        .join(OfferedPosition.participation)
        .where(Participation.fair_id == fair.id, Participation.status.in_(COMING))
    )
    positions, openings, unknown = db.session.execute(query).one()
    return OfferedCount(int(positions), int(openings or 0), int(unknown))


def list_apply_fairs(tour: Tour) -> Sequence[Fair]:
    """The published fairs of a tour by date, with what an employer's checklist shows."""
    query = (
        select(Fair)
        .where(Fair.tour_id == tour.id, Fair.published_at.is_not(None))
        .options(joinedload(Fair.venue), joinedload(Fair.stop))
        .order_by(Fair.starts_at, Fair.id)
    )
    return db.session.scalars(query).all()


def list_open_fairs(moment: datetime) -> Sequence[Fair]:
    """Published fairs that have not begun, by date, with their tours: where one may apply."""
    query = (
        select(Fair)
        .where(Fair.status == FairStatus.PUBLISHED, Fair.starts_at > moment)
        .options(joinedload(Fair.tour), joinedload(Fair.venue), joinedload(Fair.stop))
        .order_by(Fair.starts_at, Fair.id)
    )
    return db.session.scalars(query).all()
