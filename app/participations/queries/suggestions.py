"""Positions that fit a student's level and majors, each with the reason why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.employers.models import Position, PositionEntry, level_bit
from app.participations.models import OfferedPosition, Participation
from app.participations.queries.search import Wanted, list_newest
from app.participations.states import COMING
from app.places.majors import Match, match
from app.places.states import EducationLevel

RANKS = {Match.SAME: 0, Match.PART: 1, Match.CATEGORY: 2, Match.ANY: 3}
EVERY_LEVEL = (1 << len(EducationLevel)) - 1


@dataclass(frozen=True)
class Reason:
    """Why a position fits: the lowest level asked (None: any), and how the majors match.

    ``wish`` is the position's own word for the major or the category, empty for any.
    """

    level: EducationLevel | None
    match: Match
    wish: str


@dataclass(frozen=True)
class Suggestion:
    """A position that fits, and why."""

    position: Position
    reason: Reason


@dataclass(frozen=True)
class Suggestions:
    """The best of what fits, and how many fit in all."""

    items: Sequence[Suggestion]
    total: int


def suggest_positions(
    level: EducationLevel,
    major: str,
    fair_ids: Collection[int] | None,
    *,
    moment: datetime,
    limit: int = 50,
) -> Suggestions:
    """Positions at some fairs, or (None) at all to come, that a student's level and major fit.

    The level fits where it, or a lower one, is asked for; the major as ``places.majors.match``
    says. The same major comes first, then a part of the name, a category, any major; within
    those the student's very level, then the newest. Over all fairs only the newest positions
    that name the major, its whole category or none are looked at.
    """
    taken = _levels_from(level)
    at_all = fair_ids is None
    found = []
    for position_id, levels, majors in (
        list_newest(Wanted(major=major), moment) if at_all else _list_offered(fair_ids or ())
    ):
        how = _match_folded(majors, major) if levels & taken else None
        if how is not None:
            is_exact = levels != EVERY_LEVEL and bool(levels & level_bit(level))
            found.append((RANKS[how], not is_exact, -position_id))
    found.sort()
    ids = [-key for _, _, key in found[:limit]]
    query = select(Position).where(Position.id.in_(ids)).options(joinedload(Position.employer))
    known = {position.id: position for position in db.session.scalars(query)}
    items = [Suggestion(known[key], reason_for(known[key], major)) for key in ids if key in known]
    return Suggestions(items, len(found))


def reason_for(position: Position, major: str) -> Reason:
    """Why a position fits, in its own words."""
    how, wish = match(position.majors, major) or (Match.ANY, "")
    return Reason(position.levels[-1] if position.levels else None, how, wish)


def _levels_from(level: EducationLevel) -> int:
    """The bits of a level and of all below it: a position that asks for one of them takes it."""
    every = list(EducationLevel)
    return sum(level_bit(one) for one in every[every.index(level) :])


def _list_offered(fair_ids: Collection[int]) -> Sequence[tuple[int, int, str]]:
    offered = (
        select(OfferedPosition.position_id)
        .join(OfferedPosition.participation)
        .where(Participation.fair_id.in_(fair_ids), Participation.status.in_(COMING))
    )
    query = select(PositionEntry.position_id, PositionEntry.levels, PositionEntry.majors)
    rows = db.session.execute(query.where(PositionEntry.position_id.in_(offered)))
    return [(row[0], row[1], row[2]) for row in rows]


@lru_cache(maxsize=20_000)
def _match_folded(majors: str, own: str) -> Match | None:
    found = match(majors.split("|"), own)
    return found and found[0]
