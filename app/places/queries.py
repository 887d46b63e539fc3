"""Reading schools, venues, delegations."""

import re
from collections.abc import Sequence

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.core.db import Model, db, like
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.places.models import Delegation, School, Venue, VenueLayout
from app.places.school_names import fold

UNDERGRADUATE = "本科"


def find_school(school_id: int | None) -> School | None:
    """The school with an id, or None."""
    return db.session.get(School, school_id) if school_id is not None else None


def find_school_by_name(name: str) -> School | None:
    """The school that is or was called exactly so, or None; a present name goes first."""
    wanted = fold(name)
    if not wanted:
        return None
    found = db.session.scalars(
        select(School).where(School.search_text.like(like(f"|{wanted}|"), escape="\\"))
    ).all()
    for names in (lambda s: [s.name], lambda s: s.former_names, lambda s: [s.name_en]):
        for school in sorted(found, key=lambda s: (s.closed_at is not None, s.id)):
            if wanted in map(fold, names(school)):
                return school
    return None


def find_school_by_code(moe_code: str) -> School | None:
    """The school with a ministry's code, or None."""
    return db.session.scalars(select(School).filter_by(moe_code=moe_code)).one_or_none()


def find_typed_school(chosen_id: str, typed: str) -> School | None:
    """The school a type-ahead means: the one picked, while its name still stands, else by name."""
    school = find_school(int(chosen_id)) if re.fullmatch(r"[0-9]{1,9}", chosen_id) else None
    if school is not None and fold(typed) in {fold(school.name), fold(school.name_en)} - {""}:
        return school
    return find_school_by_name(typed)


def suggest_schools(text: str, limit: int = 8) -> list[School]:
    """Schools a typed text may mean, best first.

    Found by name, former name, abbreviation, pinyin and its initials. Exact words go
    first, then beginnings, then anything inside, then a name with these characters in
    this order; among equals the double first-class, undergraduate and short ones.
    """
    wanted = fold(text)[:40]
    if not wanted:
        return []
    words = School.search_text
    scattered = School.name.like("%" + "%".join(wanted) + "%") if not wanted.isascii() else None
    inside = words.like(like(wanted), escape="\\")
    rank = case(
        (words.like(like(f"|{wanted}|"), escape="\\"), 0),
        (words.like(like(f"|{wanted}"), escape="\\"), 1),
        (inside, 2),
        else_=3,
    )
    query = (
        select(School)
        .where(School.closed_at.is_(None))
        .where(or_(inside, scattered) if scattered is not None else inside)
        .order_by(
            rank,
            School.is_double_first_class.desc(),
            case((School.tier == UNDERGRADUATE, 0), else_=1),
            func.length(School.name),
            School.moe_code.is_(None),
            School.moe_code,
            School.id,
        )
        .limit(limit)
    )
    return list(db.session.scalars(query))


def count_schools() -> int:
    """How many schools are known."""
    return db.session.scalar(select(func.count(School.id))) or 0


def list_delegations(*, with_archived: bool = False) -> list[Delegation]:
    """The delegations in their order."""
    query = select(Delegation).order_by(Delegation.position, Delegation.id)
    if not with_archived:
        query = query.where(Delegation.archived_at.is_(None))
    return list(db.session.scalars(query))


def get_delegation(code: str) -> Delegation:
    """The delegation with a code."""
    found = db.session.scalars(select(Delegation).filter_by(code=code)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_delegation(delegation_id: int | None) -> Delegation | None:
    """The delegation with an id, or None."""
    return db.session.get(Delegation, delegation_id) if delegation_id is not None else None


def get_venue(venue_id: int) -> Venue:
    """The venue with an id, with its halls and gates."""
    found = db.session.scalars(_venues().where(Venue.id == venue_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_venue(venue_id: int | None) -> Venue | None:
    """The venue with an id, or None."""
    return db.session.get(Venue, venue_id) if venue_id is not None else None


def list_venues(*, with_archived: bool = False) -> list[Venue]:
    """The venues by city and name, with their halls, gates and schools."""
    query = _venues().order_by(Venue.city, Venue.name_zh, Venue.id)
    return list(
        db.session.scalars(query if with_archived else query.where(Venue.archived_at.is_(None)))
    )


def page_venues(
    words: str = "", city: str = "", number: int = 1, *, archived: bool = False
) -> Page[Venue]:
    """One page of venues whose name, city or address holds the words."""
    query = _venues().order_by(Venue.city, Venue.name_zh, Venue.id)
    gone = Venue.archived_at.is_not(None)
    query = query.where(gone if archived else Venue.archived_at.is_(None))
    if city:
        query = query.where(Venue.city == city)
    for word in words.split()[:5]:
        texts = (Venue.name_zh, Venue.name_en, Venue.city, Venue.address)
        query = query.where(or_(*(text.ilike(like(word), escape="\\") for text in texts)))
    return paged(query, number)


def list_cities() -> list[str]:
    """The cities that venues are in, as suggestions."""
    query = select(Venue.city).where(Venue.city != "").distinct().order_by(Venue.city)
    return list(db.session.scalars(query))


def schools_by_code(codes: Sequence[str]) -> dict[str, School]:
    """The schools with these ministry's codes, by code."""
    found: dict[str, School] = {}
    for start in range(0, len(codes), 500):
        part = codes[start : start + 500]
        rows = db.session.scalars(select(School).where(School.moe_code.in_(part)))
        found.update({row.moe_code: row for row in rows if row.moe_code})
    return found


def schools_without_code() -> dict[str, School]:
    """The schools the ministry gave no code, by name."""
    query = select(School).where(School.moe_code.is_(None)).order_by(School.id.desc())
    return {row.name: row for row in db.session.scalars(query)}


def _venues() -> Select[Venue]:
    return select(Venue).options(
        selectinload(Venue.halls), selectinload(Venue.gates), joinedload(Venue.school)
    )


def schools_by_name(names: Sequence[str]) -> dict[str, list[School]]:
    """The schools that are called exactly so now, by name."""
    found: dict[str, list[School]] = {}
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        query = select(School).where(School.name.in_(part)).order_by(School.id)
        for row in db.session.scalars(query):
            found.setdefault(row.name, []).append(row)
    return found


def schools_by_id(ids: Sequence[int]) -> dict[int, School]:
    """The schools with these ids, by id."""
    found: dict[int, School] = {}
    for start in range(0, len(ids), 500):
        rows = db.session.scalars(select(School).where(School.id.in_(ids[start : start + 500])))
        found.update({row.id: row for row in rows})
    return found


def schools_in_use(ids: Sequence[int]) -> set[int]:
    """Which of these schools some row of any room refers to.

    The rooms above are not named here: whoever has a foreign key on a school counts.
    """
    columns = [
        column
        for table in Model.metadata.tables.values()
        for column in table.columns
        if any(key.column.table is School.__table__ for key in column.foreign_keys)
    ]
    used: set[int] = set()
    for column in columns:
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            used |= set(db.session.scalars(select(column).where(column.in_(part)).distinct()))
    return used


def list_layouts(venue_id: int | None) -> Sequence[VenueLayout]:
    """A venue's templates, by name."""
    if venue_id is None or venue_id >= 2**31:
        return []
    query = select(VenueLayout).filter_by(venue_id=venue_id).order_by(VenueLayout.name)
    return db.session.scalars(query).all()


def get_layout(venue_id: int | None, layout_id: int | None) -> VenueLayout:
    """One of a venue's templates."""
    known = {one.id: one for one in list_layouts(venue_id)}
    if layout_id not in known:
        raise NotFound()
    return known[layout_id]
