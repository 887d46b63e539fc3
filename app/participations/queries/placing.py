"""Reading what an automatic placement decides on, and what it decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.core.db import db
from app.core.errors import NotFound
from app.employers.models import Employer
from app.employers.queries import clean
from app.participations.models import (
    Booth,
    BoothMove,
    FloorPlan,
    OfferedPosition,
    Participation,
    Rivalry,
)
from app.participations.states import COMING
from app.tours.models import Fair


@dataclass(frozen=True)
class Placed:
    """One employer of an automatic placement: its move, and the booth it was given."""

    move: BoothMove
    booth: Booth | None


def list_to_place(fair: Fair, *, locked: bool = False) -> Sequence[Participation]:
    """Everybody who comes, with or without a booth; ``locked`` until the transaction ends."""
    query = (
        select(Participation)
        .filter_by(fair_id=fair.id)
        .where(Participation.status.in_(COMING))
        .options(
            joinedload(Participation.employer),
            selectinload(Participation.offered).load_only(OfferedPosition.openings),
        )
        .order_by(Participation.id)
    )
    if locked:
        query = query.with_for_update(of=Participation).execution_options(populate_existing=True)
    return db.session.scalars(query).all()


def list_automatic_ids(fair: Fair) -> set[int]:
    """Participations that stand where an automatic placement put them, and nobody since."""
    query = (
        select(
            BoothMove.participation_id,
            BoothMove.to_booth_id,
            BoothMove.because,
            Participation.booth_id,
        )
        .join(Participation, Participation.id == BoothMove.participation_id)
        .where(BoothMove.fair_id == fair.id, BoothMove.undone_at.is_(None))
        .order_by(BoothMove.id)
    )
    last: dict[int, bool] = {}
    for number, to_booth, because, booth in db.session.execute(query):
        last[number] = because is not None and booth is not None and to_booth == booth
    return {number for number, automatic in last.items() if automatic}


def find_floor_plan(fair: Fair) -> FloorPlan | None:
    """What was set for a fair's plan as a whole, if anything was."""
    return db.session.get(FloorPlan, fair.id)


def list_rivalries(fair: Fair) -> Sequence[Rivalry]:
    """Pairs of rivals of which at least one has applied to a fair, by name."""
    first, second = aliased(Employer), aliased(Employer)
    here = select(Participation.employer_id).filter_by(fair_id=fair.id)
    query = (
        select(Rivalry)
        .join(first, Rivalry.first)
        .join(second, Rivalry.second)
        .where(or_(Rivalry.first_id.in_(here), Rivalry.second_id.in_(here)))
        .options(
            contains_eager(Rivalry.first.of_type(first)),
            contains_eager(Rivalry.second.of_type(second)),
        )
        .order_by(first.name, second.name)
    )
    return db.session.scalars(query).all()


def list_placed_by(fair: Fair, batch: str) -> list[Placed]:
    """What one automatic placement did, by booth; those who got none come last."""
    query: Any = (
        select(BoothMove, Booth)
        .join(BoothMove.participation)
        .join(Participation.employer)
        .outerjoin(Booth, Booth.id == BoothMove.to_booth_id)
        .where(
            BoothMove.fair_id == fair.id,
            BoothMove.batch == clean(batch),
            BoothMove.because.is_not(None),
        )
        .options(contains_eager(BoothMove.participation).contains_eager(Participation.employer))
        .order_by(Booth.code.is_(None), Booth.hall, Booth.code, Employer.name)
    )
    found = [Placed(move, booth) for move, booth in db.session.execute(query)]
    if not found:
        raise NotFound()
    return found


def find_reasons(participation: Participation) -> list[Any] | None:
    """Why an employer stands at its booth, if an automatic placement put it there."""
    query = (
        select(BoothMove)
        .filter_by(participation_id=participation.id, undone_at=None)
        .order_by(BoothMove.id.desc())
        .limit(1)
    )
    move = db.session.scalars(query).first()
    if move is None or move.to_booth_id != participation.booth_id:
        return None
    return move.because
