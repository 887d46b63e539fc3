"""Reading tours, stops, fairs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.permissions import Scope
from app.core.clock import DEFAULT_ZONE, at_zone
from app.core.db import db, like
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.places import queries as places
from app.places.models import Venue
from app.tours.models import Fair, FairCheck, FairDocument, Stop, Tour, tour_delegation
from app.tours.states import DocumentKind, FairStatus

WHOLE_BUREAU = Scope(bureau=True)
SEEN = (FairStatus.PUBLISHED, FairStatus.POSTPONED, FairStatus.CLOSED, FairStatus.CANCELLED)


@dataclass(frozen=True)
class FairFilter:
    """What a list of fairs is narrowed to; what is left out does not narrow.

    ``month`` is any day of a month, read in the default zone. ``delegation_id`` finds
    fairs of the delegation and those of tours it takes part in. ``since`` leaves out what
    has ended by then, ``until`` what has not begun, ``over_at`` keeps what has ended.
    """

    words: str = ""
    tour: str = ""
    city: str = ""
    month: date | None = None
    status: FairStatus | None = None
    delegation_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    over_at: datetime | None = None
    scope: Scope = WHOLE_BUREAU


def within(scope: Scope) -> ColumnElement[bool]:
    """Which fairs a staff role reaches: people of the bureau and of a delegation see all."""
    if scope.bureau or scope.delegations:
        return Fair.id.is_not(None)
    return Fair.id.in_(scope.fairs)


def is_within(fair: Fair, scope: Scope) -> bool:
    """Whether a staff role reaches a fair; the same rule as :func:`within`."""
    return bool(scope.bureau or scope.delegations) or fair.id in scope.fairs


def may_change(fair: Fair, scope: Scope) -> bool:
    """Whether a planner's role reaches a fair: the bureau's all, a delegation's its own."""
    return scope.bureau or fair.id in scope.fairs or fair.delegation_id in scope.delegations


def may_change_tour(tour: Tour, scope: Scope) -> bool:
    """Whether a planner's role reaches a tour: the bureau's all, a delegation's where it is on."""
    return scope.bureau or any(row.id in scope.delegations for row in tour.delegations)


def is_public() -> ColumnElement[bool]:
    """Which fairs visitors may see; the same rule as ``Fair.is_public``."""
    return and_(Fair.published_at.is_not(None), Fair.status.in_(SEEN))


# ---------------------------------------------------------------------------- fairs


def get_fair(slug: str) -> Fair:
    """The fair with a slug, in whatever state."""
    return _one(_fairs().where(Fair.slug == _clean(slug)))


def get_fair_within(slug: str, scope: Scope) -> Fair:
    """The fair with a slug, if a staff role reaches it."""
    return _one(_fairs().where(Fair.slug == _clean(slug), within(scope)))


def get_public_fair(slug: str) -> Fair:
    """The fair with a slug, if visitors may see it."""
    return _one(_fairs().where(Fair.slug == _clean(slug), is_public()))


def find_fair(fair_id: int | None) -> Fair | None:
    """The fair with an id, or None."""
    if fair_id is None:
        return None
    return db.session.scalars(_fairs().where(Fair.id == fair_id)).one_or_none()


def list_fairs(chosen: FairFilter | None = None) -> list[Fair]:
    """All fairs of a filter, by time."""
    query = _filtered(chosen or FairFilter()).order_by(Fair.starts_at, Fair.id)
    return list(db.session.scalars(query))


def page_fairs(chosen: FairFilter, number: int = 1, *, newest_first: bool = False) -> Page[Fair]:
    """One page of the fairs of a filter, by time."""
    query = _filtered(chosen)
    if newest_first:
        return paged(query.order_by(Fair.starts_at.desc(), Fair.id.desc()), number)
    return paged(query.order_by(Fair.starts_at, Fair.id), number)


def list_public_fairs(
    *,
    tour: Tour | None = None,
    ends_after: datetime | None = None,
    city: str = "",
    limit: int | None = None,
) -> list[Fair]:
    """Fairs visitors may see, by time; ``ends_after`` leaves out what is over."""
    query = _fairs().where(is_public()).order_by(Fair.starts_at, Fair.id)
    if tour is not None:
        query = query.where(Fair.tour_id == tour.id)
    if ends_after is not None:
        query = query.where(Fair.ends_at > ends_after)
    if city:
        query = query.where(Fair.city == city)
    return list(db.session.scalars(query.limit(limit)))


def list_neighbours(fair: Fair) -> list[Fair]:
    """Fairs that may get in each other's way with this one: same days, not cancelled."""
    return list_between(
        fair.starts_at - timedelta(days=1), fair.ends_at + timedelta(days=1), without=fair.id
    )


def list_between(start: datetime, end: datetime, *, without: int | None = None) -> list[Fair]:
    """Fairs that are not cancelled and overlap a span of time."""
    query = _fairs().where(
        Fair.starts_at < end, Fair.ends_at > start, Fair.status != FairStatus.CANCELLED
    )
    if without is not None:
        query = query.where(Fair.id != without)
    return list(db.session.scalars(query.order_by(Fair.starts_at, Fair.id)))


def count_fairs(chosen: FairFilter | None = None) -> int:
    """How many fairs a filter leaves."""
    inner = _filtered(chosen or FairFilter()).with_only_columns(Fair.id).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(inner)) or 0


def slug_taken(slug: str) -> bool:
    """Whether a fair or a tour has this slug."""
    return bool(db.session.scalar(select(exists().where(Fair.slug == _clean(slug))))) or bool(
        db.session.scalar(select(exists().where(Tour.slug == _clean(slug))))
    )


def list_checks(fair: Fair) -> dict[str, FairCheck]:
    """The items of a fair's readiness list that somebody ticked, by key."""
    rows = db.session.scalars(select(FairCheck).where(FairCheck.fair_id == fair.id))
    return {row.key: row for row in rows}


def checks_of(fair_ids: Collection[int]) -> dict[int, set[str]]:
    """The keys ticked by hand for each of several fairs."""
    query = select(FairCheck.fair_id, FairCheck.key).where(FairCheck.fair_id.in_(fair_ids))
    return _gathered(db.session.execute(query))


def papers_of(fair_ids: Collection[int]) -> dict[int, set[DocumentKind]]:
    """The kinds of papers on file for each of several fairs."""
    query = select(FairDocument.fair_id, FairDocument.kind)
    return _gathered(db.session.execute(query.where(FairDocument.fair_id.in_(fair_ids))))


def get_document(fair: Fair, document_id: int) -> FairDocument:
    """A paper of this very fair."""
    query = select(FairDocument).filter_by(id=document_id, fair_id=fair.id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_documents(fair: Fair) -> list[FairDocument]:
    """The papers of a fair, oldest first."""
    query = select(FairDocument).filter_by(fair_id=fair.id).order_by(FairDocument.id)
    return list(db.session.scalars(query))


# ---------------------------------------------------------------------------- tours


def get_tour(slug: str) -> Tour:
    """The tour with a slug, with its stops, fairs and delegations."""
    return _one_tour(_tours().where(Tour.slug == _clean(slug)))


def get_public_tour(slug: str) -> Tour:
    """The tour with a slug, if one of its fairs is public."""
    return _one_tour(_tours().where(Tour.slug == _clean(slug), _has_public_fair()))


def find_tour(tour_id: int | None) -> Tour | None:
    """The tour with an id, or None."""
    return db.session.get(Tour, tour_id) if tour_id is not None else None


def list_tours(*, with_archived: bool = False) -> list[Tour]:
    """Tours with stops and fairs, the latest first."""
    query = _tours().order_by(Tour.starts_on.desc(), Tour.id.desc())
    if not with_archived:
        query = query.where(Tour.archived_at.is_(None))
    return list(db.session.scalars(query))


def list_tour_names() -> list[Tour]:
    """Tours without their stops and fairs, the latest first, for a filter."""
    query = select(Tour).where(Tour.archived_at.is_(None))
    return list(db.session.scalars(query.order_by(Tour.starts_on.desc(), Tour.id.desc())))


def page_tours(words: str = "", number: int = 1, *, archived: bool = False) -> Page[Tour]:
    """One page of tours, the latest first."""
    query = _tours().order_by(Tour.starts_on.desc(), Tour.id.desc())
    gone = Tour.archived_at.is_not(None)
    query = query.where(gone if archived else Tour.archived_at.is_(None))
    for word in words.split()[:5]:
        pattern = like(word)
        in_stop = exists().where(
            Stop.tour_id == Tour.id,
            or_(Stop.city.ilike(pattern, escape="\\"), Stop.city_en.ilike(pattern, escape="\\")),
        )
        in_title = (
            Tour.title_zh.ilike(pattern, escape="\\"),
            Tour.title_en.ilike(pattern, escape="\\"),
        )
        query = query.where(or_(*in_title, in_stop))
    return paged(query, number)


def list_public_tours(*, ends_after: date | None = None) -> list[Tour]:
    """Tours with at least one public fair, by their first day."""
    query = _tours().where(_has_public_fair(), Tour.archived_at.is_(None))
    if ends_after is not None:
        query = query.where(Tour.ends_on >= ends_after)
    return list(db.session.scalars(query.order_by(Tour.starts_on, Tour.id)))


def find_stop(stop_id: int | None) -> Stop | None:
    """The stop with an id, or None."""
    return db.session.get(Stop, stop_id) if stop_id is not None else None


def list_stops() -> list[Stop]:
    """The stops of all tours in use, in their order, with their tours."""
    query = (
        select(Stop)
        .join(Stop.tour)
        .where(Tour.archived_at.is_(None))
        .options(joinedload(Stop.tour))
        .order_by(Tour.starts_on.desc(), Tour.id, Stop.position)
    )
    return list(db.session.scalars(query))


def get_stop(tour: Tour, stop_id: int) -> Stop:
    """A stop of this very tour."""
    found = next((stop for stop in tour.stops if stop.id == stop_id), None)
    if found is None:
        raise NotFound()
    return found


def list_cities() -> list[str]:
    """Every city of a stop, a fair or a venue, as suggestions."""
    known = set(places.list_cities())
    for column in (Stop.city, Fair.city):
        known |= set(db.session.scalars(select(column).distinct()))
    return sorted(known - {""})


def list_fair_cities() -> list[str]:
    """The cities fairs are in, for a filter."""
    return sorted(set(db.session.scalars(select(Fair.city).distinct())) - {""})


# ---------------------------------------------------------------------------- parts


def month_span(day: date, zone: str = DEFAULT_ZONE) -> tuple[datetime, datetime]:
    """The first moment of a day's month and of the next one, in a zone."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    start, end = (at_zone(datetime.combine(d, time()), zone) for d in (first, after))
    return start, end


def _fairs() -> Select[Fair]:
    return select(Fair).options(
        joinedload(Fair.tour),
        joinedload(Fair.stop),
        joinedload(Fair.venue),
        joinedload(Fair.host_school),
        joinedload(Fair.delegation),
    )


def _filtered(chosen: FairFilter) -> Select[Fair]:
    query = _fairs().where(within(chosen.scope))
    if chosen.tour:
        query = query.where(Fair.tour.has(Tour.slug == chosen.tour))
    if chosen.city:
        query = query.where(Fair.city == chosen.city)
    if chosen.month is not None:
        start, end = month_span(chosen.month)
        query = query.where(Fair.starts_at >= start, Fair.starts_at < end)
    if chosen.status is not None:
        query = query.where(Fair.status == chosen.status)
    if chosen.delegation_id is not None:
        on_tour = exists().where(
            tour_delegation.c.tour_id == Fair.tour_id,
            tour_delegation.c.delegation_id == chosen.delegation_id,
        )
        query = query.where(or_(Fair.delegation_id == chosen.delegation_id, on_tour))
    if chosen.since is not None:
        query = query.where(Fair.ends_at > chosen.since)
    if chosen.until is not None:
        query = query.where(Fair.starts_at < chosen.until)
    if chosen.over_at is not None:
        query = query.where(Fair.ends_at <= chosen.over_at)
    return query.where(*_with_words(chosen.words))


def _with_words(words: str) -> Sequence[ColumnElement[bool]]:
    columns = (Fair.title_zh, Fair.title_en, Fair.city, Fair.slug)
    return [
        or_(
            *(column.ilike(like(word), escape="\\") for column in columns),
            Fair.venue.has(Venue.name_zh.ilike(like(word), escape="\\")),
        )
        for word in words.split()[:5]
    ]


def _tours() -> Select[Tour]:
    return select(Tour).options(
        selectinload(Tour.stops), selectinload(Tour.fairs), selectinload(Tour.delegations)
    )


def _has_public_fair() -> ColumnElement[bool]:
    return exists().where(Fair.tour_id == Tour.id, is_public())


def _gathered(pairs: Iterable[Any]) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return found


def _clean(slug: str) -> str:
    """A slug from an address; PostgreSQL refuses a NUL, which is in no slug of ours."""
    return slug.replace("\0", "")


def _one(query: Select[Fair]) -> Fair:
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _one_tour(query: Select[Tour]) -> Tour:
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found
