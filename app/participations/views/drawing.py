"""The hall drawn as a whole: the editor for a fair's plan and for a venue's templates."""

import json
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError, StaleVersion
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.views.door import bp, warn
from app.participations.views.layout import ASSIGN, fair_to_lay_out
from app.places.models import Layout, read_layout
from app.places.queries import get_layout, get_venue
from app.places.services import save_venue_layout
from app.web.access import requires
from app.web.forms import answer, strip

FAIR_EDIT = Permission.FAIR_EDIT


def _seen_version() -> int:
    """The version the drawing began from; 0, which nothing has, if it was lost."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _plain(layout: Layout, taken: dict[int, str]) -> str:
    """The layout for the page, with who stands where."""
    value: dict[str, Any] = layout.to_plain()
    for hall in value["halls"]:
        for square in hall["squares"]:
            if square.get("id") in taken:
                square["taken"] = taken[square["id"]]
    return json.dumps(value, ensure_ascii=False)


@bp.get("/staff/fairs/<slug>/plan/draw")
@requires(ASSIGN)
def draw(slug: str) -> ResponseReturnValue:
    """Draw the halls of a fair."""
    fair = fair_to_lay_out(slug)
    layout = services.layout_of(fair)
    if not layout.halls:
        return redirect(url_for("participations.layout", slug=slug))
    taken = {one.id: one.employer for one in queries.plan_of(fair).booths if one.participation}
    return answer(
        "participations/plan_draw.html",
        fair=fair,
        title=gettext("Draw the hall"),
        layout=_plain(layout, taken),
        halls=layout.halls,
        version=services.version_of(queries.find_floor_plan(fair)),
        save_url=url_for("participations.save_drawing", slug=slug),
        back_url=url_for("participations.layout", slug=slug),
    )


@bp.post("/staff/fairs/<slug>/plan/draw")
@requires(ASSIGN)
def save_drawing(slug: str) -> ResponseReturnValue:
    """Save the halls as drawn, unless somebody else changed them since."""
    fair = fair_to_lay_out(slug)
    try:
        layout = read_layout(request.form.get("layout", ""))
        with transaction():
            booths = services.save_layout(fair, layout, version=_seen_version(), by=current_user)
    except StaleVersion:
        raise
    except DomainError as error:
        warn(error)
        return redirect(url_for("participations.draw", slug=slug), 303)
    flash(gettext("Saved: %(n)s booths.", n=booths), "success")
    return redirect(url_for("participations.layout", slug=slug), 303)


# ---------------------------------------------------------------------------- templates


@bp.post("/staff/fairs/<slug>/plan/template")
@requires(ASSIGN)
def keep_template(slug: str) -> ResponseReturnValue:
    """Keep these halls for the next fair at this venue."""
    fair = fair_to_lay_out(slug)
    name = strip(request.form.get("name", ""))[:40] or gettext("Usual layout")
    try:
        with transaction():
            services.keep_for_venue(fair, name, by=current_user)
    except DomainError as error:
        warn(error)
    else:
        flash(gettext("Kept for this venue as %(name)s.", name=name), "success")
    return redirect(url_for("participations.layout", slug=slug, _anchor="templates"), 303)


@bp.post("/staff/fairs/<slug>/plan/copy")
@requires(ASSIGN)
def copy_template(slug: str) -> ResponseReturnValue:
    """Begin with a template of the venue; the copy is the fair's own."""
    fair = fair_to_lay_out(slug)
    kept = get_layout(fair.venue_id, request.form.get("template", type=int))
    try:
        with transaction():
            booths = services.copy_from_venue(fair, kept, version=_seen_version(), by=current_user)
    except StaleVersion:
        raise
    except DomainError as error:
        warn(error)
    else:
        flash(gettext("The hall has %(n)s booths.", n=booths), "success")
    return redirect(url_for("participations.layout", slug=slug), 303)


@bp.get("/staff/venues/<int:number>/layouts/<int:layout_id>")
@requires(FAIR_EDIT)
def draw_template(number: int, layout_id: int) -> ResponseReturnValue:
    """Draw a venue's template; fairs that copied it keep theirs."""
    venue, kept = get_venue(number), get_layout(number, layout_id)
    layout = kept.to_layout()
    return answer(
        "participations/plan_draw.html",
        venue=venue,
        title=kept.name,
        layout=_plain(layout, {}),
        halls=layout.halls,
        version=kept.version,
        save_url=url_for("participations.save_template", number=number, layout_id=layout_id),
        back_url=url_for("places.edit_venue", number=number),
    )


@bp.post("/staff/venues/<int:number>/layouts/<int:layout_id>")
@requires(FAIR_EDIT)
def save_template(number: int, layout_id: int) -> ResponseReturnValue:
    """Save a venue's template, unless somebody else changed it since."""
    kept = get_layout(number, layout_id)
    try:
        layout = read_layout(request.form.get("layout", ""))
        with transaction():
            save_venue_layout(kept, layout, version=_seen_version(), by=current_user)
    except StaleVersion:
        raise
    except DomainError as error:
        warn(error)
    else:
        flash(gettext("Saved: %(n)s booths.", n=layout.booths), "success")
    return redirect(
        url_for("participations.draw_template", number=number, layout_id=layout_id), 303
    )


@bp.post("/staff/venues/<int:number>/layouts/<int:layout_id>/remove")
@requires(FAIR_EDIT)
def remove_template(number: int, layout_id: int) -> ResponseReturnValue:
    """Take a template away."""
    kept = get_layout(number, layout_id)
    with transaction():
        services.drop_venue_layout(kept, by=current_user)
    flash(gettext("The template is gone. Fairs that copied it keep their halls."), "success")
    return redirect(url_for("places.edit_venue", number=number), 303)
