"""What is done to schools, venues, delegations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from app.audit.services import Actor, changes, record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, StaleVersion
from app.core.text import N_
from app.places import queries
from app.places.double_first_class import DOUBLE_FIRST_CLASS
from app.places.layouts import Layout
from app.places.models import Delegation, Hall, School, Venue, VenueGate, VenueLayout
from app.places.school_names import abbreviations_of, initials_of, search_text_of
from app.places.states import GateDirection


def index_school(school: School) -> School:
    """Make a school findable: its abbreviations, initials and search text from its names."""
    known = abbreviations_of(school.name)
    school.abbreviations = list(dict.fromkeys([*(school.abbreviations or []), *known]))
    school.initials = initials_of(school.name)
    school.search_text = search_text_of(
        school.name, school.name_en or "", school.former_names or [], school.abbreviations
    )
    return school


def rename_school(school: School, name: str) -> School:
    """Give a school its new name; the old one stays among its former names."""
    former = [old for old in [*school.former_names, school.name] if old != name]
    school.former_names = list(dict.fromkeys(former))
    school.abbreviations = []
    school.name = name
    return index_school(school)


def seed_double_first_class() -> int:
    """Make sure the double first-class universities are known; how many were added.

    A school known already (by code, or by name where the ministry gave none) is only
    marked, so that an import before or after finds the same row.
    """
    by_code = queries.schools_by_code([code for _, code, _ in DOUBLE_FIRST_CLASS if code])
    by_name = queries.schools_without_code()
    added = 0
    for name, code, city in DOUBLE_FIRST_CLASS:
        school = by_code.get(code) if code else by_name.get(name)
        if school is None:
            school = School(name=name, moe_code=code, city=city, tier=queries.UNDERGRADUATE)
            school.former_names, school.abbreviations = [], []
            db.session.add(school)
            added += 1
        school.is_double_first_class = True
        index_school(school)
    db.session.flush()
    return added


@dataclass(frozen=True)
class VenueDetails:
    """What the form of a venue says; halls by name, gates by name and direction."""

    name_zh: str
    city: str
    name_en: str = ""
    address: str = ""
    directions: str = ""
    school_id: int | None = None
    permitted_number: int | None = None
    halls: Sequence[str] = ()
    gates: Sequence[tuple[str, GateDirection]] = ()

    def values(self) -> dict[str, Any]:
        """The columns of the row and what they should hold."""
        return {name: getattr(self, name) for name in VENUE_LABELS}


VENUE_LABELS = {
    "name_zh": N_("Name in Chinese"),
    "name_en": N_("Name in English"),
    "city": N_("City"),
    "address": N_("Address"),
    "directions": N_("How to get there"),
    "school_id": N_("Host university"),
    "permitted_number": N_("People permitted inside at a time"),
}


def create_venue(details: VenueDetails, *, by: Actor) -> Venue:
    """Add a venue with its halls and gates."""
    venue = Venue(**details.values())
    db.session.add(venue)
    _set_parts(venue, details)
    db.session.flush()
    record("venue.create", by=by, on="venue", object_id=venue.id, label=venue.name_zh)
    return venue


def edit_venue(venue: Venue, details: VenueDetails, *, version: int, by: Actor) -> Venue:
    """Change a venue; halls and gates are kept by name, so their ids last."""
    # The lock has a statement of its own: PostgreSQL locks no outer join, and a venue is
    # loaded with its school. SQLite has no row locks; there the transaction is IMMEDIATE.
    db.session.execute(select(Venue.id).where(Venue.id == venue.id).with_for_update())
    db.session.refresh(venue)
    values = details.values()
    before, after = changes(venue, values)
    before |= {"halls": [h.name for h in venue.halls], "gates": [g.name for g in venue.gates]}
    after |= {"halls": list(details.halls), "gates": [name for name, _ in details.gates]}
    if venue.version != version:
        raise _stale_venue(venue, before, after)
    for name, value in values.items():
        setattr(venue, name, value)
    _set_parts(venue, details)
    # A change of a hall or gate alone must raise the version too, or two editors overlap.
    flag_modified(venue, "name_zh")
    db.session.flush()
    record(
        "venue.edit",
        by=by,
        on="venue",
        object_id=venue.id,
        label=venue.name_zh,
        before=before,
        after=after,
    )
    return venue


def _stale_venue(venue: Venue, before: dict[str, Any], after: dict[str, Any]) -> StaleVersion:
    labels = VENUE_LABELS | {"halls": N_("Halls"), "gates": N_("Gates")}
    listed = []
    for name, label in labels.items():
        if name not in after or before[name] == after[name]:
            continue
        theirs, mine = before[name], after[name]
        if name == "school_id":
            theirs, mine = (getattr(queries.find_school(i), "name", None) for i in (theirs, mine))
        listed.append((label, theirs, mine))
    return StaleVersion(listed, current_version=venue.version)


def _set_parts(venue: Venue, details: VenueDetails) -> None:
    halls = {hall.name: hall for hall in venue.halls}
    venue.halls = [halls.get(name) or Hall(name=name) for name in details.halls]
    for number, hall in enumerate(venue.halls):
        hall.position = number
    gates = {gate.name: gate for gate in venue.gates}
    venue.gates = [gates.get(name) or VenueGate(name=name) for name, _ in details.gates]
    for number, (gate, (_, direction)) in enumerate(zip(venue.gates, details.gates, strict=True)):
        gate.position, gate.direction = number, direction


def archive_venue(venue: Venue, *, by: Actor, archived: bool = True) -> Venue:
    """Take a venue out of the lists, or put it back; fairs held there keep it."""
    venue.archived_at = utcnow() if archived else None
    action = "venue.archive" if archived else "venue.restore"
    record(action, by=by, on="venue", object_id=venue.id, label=venue.name_zh)
    return venue


class CodeTaken(DomainError):
    """Two delegations cannot share a code."""

    code = "code-taken"
    message = N_("Another delegation has this code.")


def create_delegation(code: str, name_zh: str, name_en: str = "", *, by: Actor) -> Delegation:
    """Add a delegation at the end of the list."""
    last = max((row.position for row in queries.list_delegations(with_archived=True)), default=0)
    row = Delegation(code=code, name_zh=name_zh, name_en=name_en, position=last + 1)
    _flush_code(row)
    record("delegation.create", by=by, on="delegation", object_id=row.id, label=name_zh)
    return row


def edit_delegation(
    row: Delegation, code: str, name_zh: str, name_en: str = "", *, by: Actor
) -> Delegation:
    """Change a delegation's code and names."""
    before, after = changes(row, {"code": code, "name_zh": name_zh, "name_en": name_en})
    row.code, row.name_zh, row.name_en = code, name_zh, name_en
    _flush_code(row)
    record(
        "delegation.edit",
        by=by,
        on="delegation",
        object_id=row.id,
        label=name_zh,
        delegation_id=row.id,
        before=before,
        after=after,
    )
    return row


def _flush_code(row: Delegation) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as error:
        raise CodeTaken(field="code") from error


def move_delegation(row: Delegation, *, up: bool, by: Actor) -> Delegation:
    """Swap a delegation with the one before or after it."""
    rows = queries.list_delegations()
    at = rows.index(row) if row in rows else -1
    other = at - 1 if up else at + 1
    if at >= 0 and 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
        for number, one in enumerate(rows, start=1):
            one.position = number
        record("delegation.move", by=by, on="delegation", object_id=row.id, label=row.name_zh)
    return row


def archive_delegation(row: Delegation, *, by: Actor, archived: bool = True) -> Delegation:
    """Take a delegation out of the lists, or put it back; what belongs to it keeps it."""
    row.archived_at = utcnow() if archived else None
    action = "delegation.archive" if archived else "delegation.restore"
    record(
        action,
        by=by,
        on="delegation",
        object_id=row.id,
        label=row.name_zh,
        delegation_id=row.id,
    )
    return row


def save_venue_layout(row: VenueLayout, layout: Layout, *, version: int, by: Actor) -> VenueLayout:
    """Save a template as drawn; :class:`StaleVersion` if somebody changed it since."""
    if row.version != version:
        raise StaleVersion(
            [(N_("Template"), N_("changed by somebody else"), N_("as you drew it"))],
            current_version=row.version,
        )
    row.layout, row.updated_at = layout.without_ids().to_plain(), utcnow()
    db.session.flush()
    record(
        "venue.layout",
        by=by,
        on="venue",
        object_id=row.venue_id,
        label=row.venue.name_zh,
        after={"name": row.name, "booths": layout.booths},
    )
    return row
