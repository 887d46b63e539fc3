"""Planning a fair: new, changed, copied."""

from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.transaction import transaction
from app.places import queries as places
from app.tours import queries, services
from app.tours.forms import CopyForm, FairForm
from app.tours.forms.fair import known_zone
from app.tours.models import Fair
from app.tours.views.door import ask_to_plan, bp, fair_to_change, home_of, say, say_warnings
from app.web.access import requires
from app.web.forms import answer


@bp.route("/staff/fairs/new", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def new_fair() -> ResponseReturnValue:
    """Plan a fair; it stays a draft until it is published."""
    ask_to_plan()
    form = FairForm(zone=known_zone(request.form.get("time_zone")), **_from_address())
    _offer(form, None)
    if form.validate_on_submit() and _find_host(form):
        with transaction():
            fair = services.create_fair(form.to_values(), by=current_user)
        say(_("Saved as a draft"))
        say_warnings(fair)
        return redirect(home_of(fair), 303)
    return _page(form, None)


def _from_address() -> dict[str, Any]:
    """What the link to the new form already knew: the tour, the stop, the city."""
    stop = queries.find_stop(request.args.get("stop", None, int))
    tour = stop.tour if stop else None
    found: dict[str, Any] = {}
    if tour is None and request.args.get("tour"):
        tour = next((t for t in queries.list_tour_names() if t.slug == request.args["tour"]), None)
    if tour is not None:
        found["tour_id"] = tour.id
    if stop is not None:
        found |= {"stop_id": stop.id, "city": stop.city}
    return found


@bp.route("/staff/fairs/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def edit_fair(slug: str) -> ResponseReturnValue:
    """Change what is planned; a published fair tells everybody about a new time or place."""
    fair = fair_to_change(slug, Permission.FAIR_EDIT)
    form = FairForm(obj=fair, zone=known_zone(request.form.get("time_zone") or fair.time_zone))
    _offer(form, fair)
    if request.method == "GET":
        form.show_school(fair.host_school)
    if form.validate_on_submit() and _find_host(form):
        values, version = form.to_values(), form.seen_version()
        with transaction():
            services.edit_fair(fair, values, version=version, by=current_user)
        say(_("Saved"))
        say_warnings(fair)
        return redirect(home_of(fair), 303)
    return _page(form, fair)


def _offer(form: FairForm, fair: Fair | None) -> None:
    """Fill the selects; what the fair has already stays a choice, even if it was archived."""
    tours, stops = queries.list_tour_names(), queries.list_stops()
    venues, delegations = places.list_venues(), places.list_delegations()
    kept: list[tuple[list[Any], Any]] = (
        []
        if fair is None
        else [
            (tours, fair.tour),
            (stops, fair.stop),
            (venues, fair.venue),
            (delegations, fair.delegation),
        ]
    )
    for rows, own in kept:
        if own is not None and own not in rows:
            rows.append(own)
    form.offer(tours=tours, stops=stops, venues=venues, delegations=delegations)


def _find_host(form: FairForm) -> bool:
    """Look up the university that was typed; a name nobody knows is a mistake of the form."""
    typed = form.host_school.data or ""
    form.found_school = places.find_typed_school(str(form.host_school_id.data or ""), typed)
    if typed and form.found_school is None:
        form.host_school.errors = [_("Choose a school from the list, or leave this empty.")]
        return False
    return True


def _page(form: FairForm, fair: Fair | None) -> ResponseReturnValue:
    warnings = services.warnings_of(fair, queries.list_neighbours(fair)) if fair else []
    if request.method == "POST":
        warnings = []
    return answer(
        "tours/fair_form.html", form, fair=fair, warnings=warnings, cities=queries.list_cities()
    )


@bp.route("/staff/fairs/<slug>/copy", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def copy_fair(slug: str) -> ResponseReturnValue:
    """Plan a fair like this one at another time; employers and students stay with the old."""
    ask_to_plan()
    fair = queries.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    form = CopyForm(zone=fair.time_zone, title_zh=fair.title_zh, title_en=fair.title_en)
    if form.validate_on_submit():
        times = services.moved(fair, _moment(form.starts_at.data), form.ends_at.data)
        with transaction():
            copy = services.copy_fair(
                fair,
                starts_at=times["starts_at"],
                ends_at=times["ends_at"],
                title_zh=form.title_zh.data or "",
                title_en=form.title_en.data or "",
                by=current_user,
            )
        say(_("Copied as a draft"))
        say_warnings(copy)
        return redirect(url_for(".edit_fair", slug=copy.slug), 303)
    return answer("tours/copy.html", form, fair=fair)


def _moment(value: datetime | None) -> datetime:
    """A moment the form has made sure of."""
    assert value is not None
    return value
