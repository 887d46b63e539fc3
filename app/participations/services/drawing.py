"""The whole hall at once: drawn in the editor, kept at the venue, copied to a fair."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.participations.models import Booth, BoothHold, BoothMove, FloorPlan, Participation
from app.participations.queries import list_booths
from app.participations.services.layout import name_new_zones, next_code
from app.participations.services.placing import touch_plan
from app.participations.states import BoothKind
from app.places.models import HallLayout, Layout, Square, Venue, VenueLayout
from app.tours.models import Fair

_BLIND = {"synchronize_session": False}


def layout_of(fair: Fair) -> Layout:
    """A fair's halls as the editor draws them; squares that are missing are aisles."""
    halls: dict[str, list[Booth]] = {}
    for square in list_booths(fair):
        halls.setdefault(square.hall, []).append(square)
    return Layout(tuple(_hall(name, squares) for name, squares in halls.items()))


def _hall(name: str, squares: Sequence[Booth]) -> HallLayout:
    rows = max(one.row for one in squares) + 1
    columns = max(one.column for one in squares) + 1
    known = {
        (one.row, one.column): Square(
            one.row,
            one.column,
            one.kind.value,
            one.code or "",
            one.zone,
            one.label,
            one.has_power,
            one.is_large,
            one.is_spare,
            one.id,
        )
        for one in squares
    }
    whole = tuple(
        known.get((row, column)) or Square(row, column)
        for row in range(rows)
        for column in range(columns)
    )
    return HallLayout(name, rows, columns, whole)


def version_of(plan: FloorPlan | None) -> int:
    """Which version of a plan somebody sees; a plan nobody touched has the first."""
    return plan.version if plan else 1


def save_layout(fair: Fair, layout: Layout, *, version: int, by: Actor) -> int:
    """Put a drawn layout in place of the fair's; returns how many booths it has.

    Squares keep the rows they are known by, so an employer moves with its booth. Where an
    employer stands there must still be a booth (:class:`Conflict` names the first).
    """
    touch_plan(fair, version=version)
    rows = {one.id: one for one in list_booths(fair)}
    wanted = [(hall.name, one) for hall in layout.halls for one in hall.squares]
    ids = [one.id for _hall_name, one in wanted if one.id]
    if len(set(ids)) < len(ids) or not set(ids) <= rows.keys():
        raise DomainError(N_("This layout is of another plan. Load the page again."), code="layout")
    _refuse_homeless(fair, rows, wanted)
    _remove([rows[number] for number in rows.keys() - set(ids)])
    # Everybody leaves their square and code before anybody takes another's.
    for number in ids:
        rows[number].row, rows[number].column = -number, -number
        rows[number].code = None
    db.session.flush()
    fresh = [_place(fair, rows.get(one.id or 0), hall, one) for hall, one in wanted]
    db.session.add_all(fresh)
    db.session.flush()
    for booth in fresh:
        if booth.kind is BoothKind.BOOTH and not booth.code:
            zone, booth.code = next_code(fair, booth)
            booth.zone = booth.zone or zone
            db.session.flush()
    name_new_zones(fair, fresh)
    record(
        "booth.layout",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after={"halls": len(layout.halls), "booths": layout.booths},
    )
    return layout.booths


def _refuse_homeless(
    fair: Fair, rows: dict[int, Booth], wanted: Sequence[tuple[str, Square]]
) -> None:
    homes = {one.id for _hall, one in wanted if one.id and one.kind == BoothKind.BOOTH.value}
    query = select(Participation).where(
        Participation.fair_id == fair.id, Participation.booth_id.is_not(None)
    )
    for holder in db.session.scalars(query.order_by(Participation.id)):
        if holder.booth_id not in homes:
            booth = rows[holder.booth_id or 0]
            raise Conflict(
                N_("%(employer)s stands at %(booth)s; move it first."),
                employer=holder.employer.display_name,
                booth=booth.code or "",
            )


def _remove(squares: Sequence[Booth]) -> None:
    """Take squares off the plan with their history; nobody stands there."""
    ids = [one.id for one in squares]
    if not ids:
        return
    touches = or_(BoothMove.from_booth_id.in_(ids), BoothMove.to_booth_id.in_(ids))
    db.session.execute(delete(BoothMove).where(touches), execution_options=_BLIND)
    db.session.execute(
        delete(BoothHold).where(BoothHold.booth_id.in_(ids)), execution_options=_BLIND
    )
    for square in squares:
        db.session.delete(square)
    db.session.flush()


def _place(fair: Fair, known: Booth | None, hall: str, square: Square) -> Booth:
    booth = known or Booth(fair_id=fair.id)
    booth.hall, booth.row, booth.column = hall, square.row, square.column
    booth.kind = BoothKind(square.kind)
    booth.code = square.code or None
    booth.zone = square.zone if booth.kind is BoothKind.BOOTH else ""
    booth.label = square.label
    booth.has_power, booth.is_large, booth.is_spare = square.power, square.large, square.spare
    return booth


# ---------------------------------------------------------------------------- the venue's own


def keep_for_venue(fair: Fair, name: str, *, by: Actor) -> VenueLayout:
    """Keep a fair's halls as a template of its venue; one of that name is replaced."""
    if fair.venue is None:
        raise DomainError(N_("This fair has no venue to keep the layout for."), code="layout")
    layout = layout_of(fair).without_ids()
    if not layout.halls:
        raise DomainError(N_("The hall has no booths yet"), code="layout")
    kept = db.session.scalars(
        select(VenueLayout).filter_by(venue_id=fair.venue.id, name=name)
    ).one_or_none()
    if kept is None:
        kept = VenueLayout(venue_id=fair.venue.id, name=name, layout={})
        db.session.add(kept)
    kept.layout, kept.updated_at = layout.to_plain(), utcnow()
    db.session.flush()
    _note_venue(fair.venue, "layout", by, name)
    return kept


def copy_from_venue(fair: Fair, kept: VenueLayout, *, version: int, by: Actor) -> int:
    """Give a fair a venue's halls; from then on the two know nothing of each other."""
    layout = kept.to_layout()
    return save_layout(fair, layout.without_ids(), version=version, by=by)


def drop_venue_layout(kept: VenueLayout, *, by: Actor) -> None:
    """Take a template away; fairs that copied it keep their halls."""
    _note_venue(kept.venue, "layout-remove", by, kept.name)
    db.session.delete(kept)
    db.session.flush()


def _note_venue(venue: Venue, action: str, by: Actor, name: str) -> None:
    record(
        f"venue.{action}",
        by=by,
        on="venue",
        object_id=venue.id,
        label=venue.name_zh,
        after={"name": name},
    )
