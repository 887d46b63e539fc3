"""The hall itself: a grid in one form, then square by square, and what zones are called."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError, Forbidden
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.forms import GridForm, ZoneForm
from app.participations.states import BoothKind
from app.participations.views.door import bp, staff_fair, warn
from app.places.queries import find_delegation, list_delegations, list_layouts
from app.tours.models import Fair
from app.tours.queries import may_change
from app.web.access import requires
from app.web.forms import SelectChoice, answer
from app.web.i18n import bilingual

ASSIGN = Permission.BOOTH_ASSIGN
# What a click sets besides the kind of a square: name of the mark → column and value.
SETS: dict[str, dict[str, bool]] = {
    "power": {"has_power": True},
    "no-power": {"has_power": False},
    "large": {"is_large": True},
    "single": {"is_large": False},
    "spare": {"is_spare": True},
    "in-use": {"is_spare": False},
}
MARKS = ("aisle", "blocked", "booth", "entrance", *SETS)


@bp.route("/staff/fairs/<slug>/plan/layout", methods=["GET", "POST"])
@requires(ASSIGN)
def layout(slug: str) -> ResponseReturnValue:
    """Lay out a hall; mark its squares; name its zones."""
    fair, form = fair_to_lay_out(slug), GridForm()
    if form.validate_on_submit():
        try:
            with transaction():
                booths = services.make_grid(fair, form.to_grid(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("The hall has %(n)s booths.", n=booths), "success")
            return redirect(url_for("participations.layout", slug=slug, _anchor="squares"), 303)
    return answer("participations/layout.html", form, **_context(fair))


def fair_to_lay_out(slug: str) -> Fair:
    """A fair whose halls this person may lay out: seeing it is not enough."""
    fair = staff_fair(slug, ASSIGN)
    if not may_change(fair, current_user.scope_of(ASSIGN)):
        raise Forbidden()
    return fair


def _context(fair: Fair) -> dict[str, object]:
    squares = queries.list_booths(fair)
    halls: dict[str, dict[int, list[object]]] = {}
    for square in squares:
        halls.setdefault(square.hall, {}).setdefault(square.row, []).append(square)
    taken = {one.id: one.employer for one in queries.plan_of(fair).booths if one.participation}
    mark = request.args.get("mark", "")
    return {
        "fair": fair,
        "halls": halls,
        "taken": taken,
        "mark": mark if mark in MARKS else "aisle",
        "templates": list_layouts(fair.venue_id) if fair.venue_id else [],
        "version": services.version_of(queries.find_floor_plan(fair)),
        "zones": [(row, zone_form(row)) for row in queries.list_zones(fair)],
    }


def zone_form(row: object) -> ZoneForm:
    """The form of one zone; its fields are named after it."""
    form = ZoneForm(obj=row, prefix=f"zone-{row.zone}")  # type: ignore[attr-defined]
    form.delegation_id.choices = [
        SelectChoice("", gettext("Nobody in particular")),
        *(SelectChoice(one.id, bilingual(one, "name")) for one in list_delegations()),
    ]
    return form


@bp.post("/staff/fairs/<slug>/plan/squares")
@requires(ASSIGN)
def mark_square(slug: str) -> ResponseReturnValue:
    """The square that was clicked becomes what was chosen before."""
    fair = fair_to_lay_out(slug)
    mark = request.form.get("mark", "")
    square = request.form.get("square", type=int)
    back = url_for("participations.layout", slug=slug, mark=mark, _anchor="squares")
    if mark not in MARKS or square is None:
        return redirect(back, 303)
    try:
        with transaction():
            services.mark_square(
                fair,
                square,
                kind=None if mark in SETS else BoothKind(mark),
                **SETS.get(mark, {}),
                label=request.form.get("label", "")[:20] if mark == "blocked" else None,
                by=current_user,
            )
    except DomainError as error:
        warn(error)
    return redirect(back, 303)


@bp.post("/staff/fairs/<slug>/plan/zones/<zone>")
@requires(ASSIGN)
def name_zone(slug: str, zone: str) -> ResponseReturnValue:
    """What a zone is called and for whom it is meant."""
    fair = fair_to_lay_out(slug)
    row = queries.get_zone(fair, zone)
    form = zone_form(row)
    if form.validate_on_submit():
        with transaction():
            services.name_zone(
                fair,
                zone,
                name_zh=form.name_zh.data or "",
                name_en=form.name_en.data or "",
                delegation=find_delegation(form.delegation_id.data),
                pillar_industry=form.pillar_industry.data,
                by=current_user,
            )
        flash(gettext("Saved"), "success")
        return redirect(url_for("participations.layout", slug=slug, _anchor="zones"), 303)
    context = _context(fair)
    context["zones"] = [
        (other, form if other.zone == zone else zone_form(other))
        for other in queries.list_zones(fair)
    ]
    return answer("participations/layout.html", form, grid_form=GridForm(formdata=None), **context)


@bp.post("/staff/fairs/<slug>/plan/remove")
@requires(ASSIGN)
def remove_hall(slug: str) -> ResponseReturnValue:
    """Take a hall off the plan."""
    fair = fair_to_lay_out(slug)
    try:
        with transaction():
            services.remove_hall(fair, request.form.get("hall", "")[:20], by=current_user)
    except DomainError as error:
        warn(error)
    else:
        flash(gettext("The hall is gone from the plan."), "success")
    return redirect(url_for("participations.layout", slug=slug), 303)
