"""Tours and the stops on their route."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core import clock
from app.core.transaction import transaction
from app.places import queries as places
from app.places.models import Delegation
from app.tours import queries, services
from app.tours.forms import StopForm, TourForm
from app.tours.models import Tour
from app.tours.views.door import ask_to_plan, bp, say, tour_to_change
from app.web.access import requires
from app.web.forms import answer, strip


@bp.get("/staff/tours")
@requires(Permission.FAIR_READ)
def tours() -> ResponseReturnValue:
    """The tours with their routes, and how ready their fairs are."""
    archived = request.args.get("state") == "archived"
    page = queries.page_tours(
        strip(request.args.get("q", ""))[:80], request.args.get("page", 1, int), archived=archived
    )
    listed = [fair for tour in page.items for fair in tour.fairs]
    return render_template(
        "tours/tours.html",
        page=page,
        archived=archived,
        lists=services.own_lists(listed),
    )


@bp.get("/staff/tours/<slug>")
@requires(Permission.FAIR_READ)
def tour(slug: str) -> ResponseReturnValue:
    """One tour: its stops in order, the fairs at each, and what looks wrong."""
    return _tour_page(queries.get_tour(slug), StopForm())


def _tour_page(tour: Tour, form: StopForm) -> ResponseReturnValue:
    scope = current_user.scope_of(Permission.FAIR_EDIT)
    seen = current_user.scope_of(Permission.FAIR_READ)
    shown = [fair for fair in tour.fairs if queries.is_within(fair, seen)]
    return answer(
        "tours/tour.html",
        form,
        tour=tour,
        fairs=shown,
        sees_all=len(shown) == len(tour.fairs),
        lists=services.own_lists(shown),
        warnings=services.tour_warnings(tour),
        may_change=queries.may_change_tour(tour, scope),
        cities=queries.list_cities(),
        now=clock.utcnow(),
    )


@bp.route("/staff/tours/new", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def new_tour() -> ResponseReturnValue:
    """Plan a tour; its stops follow."""
    ask_to_plan()
    form = TourForm()
    rows = places.list_delegations()
    form.offer(rows)
    if form.validate_on_submit():
        with transaction():
            made = services.create_tour(form.to_values(), _ticked(form, rows), by=current_user)
        say(_("Saved. Now add the stops."))
        return redirect(url_for(".tour", slug=made.slug), 303)
    return answer("tours/tour_form.html", form, tour=None)


@bp.route("/staff/tours/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def edit_tour(slug: str) -> ResponseReturnValue:
    """Change a tour's names, days and delegations."""
    tour = tour_to_change(slug)
    form = TourForm(obj=tour) if request.method == "GET" else TourForm()
    rows = places.list_delegations()
    rows += [row for row in tour.delegations if row not in rows]
    if request.method == "GET":
        form.delegations.data = None
    form.offer(rows, tour.delegations)
    if form.validate_on_submit():
        values, version = form.to_values(), form.seen_version()
        with transaction():
            services.edit_tour(tour, values, _ticked(form, rows), version=version, by=current_user)
        say(_("Saved"))
        return redirect(url_for(".tour", slug=slug), 303)
    return answer("tours/tour_form.html", form, tour=tour)


def _ticked(form: TourForm, rows: list[Delegation]) -> list[Delegation]:
    chosen = set(form.delegations.data or ())
    return [row for row in rows if str(row.id) in chosen]


@bp.post("/staff/tours/<slug>/archive")
@requires(Permission.FAIR_EDIT)
def archive_tour(slug: str) -> ResponseReturnValue:
    """Take a tour out of the lists, or put it back."""
    tour = tour_to_change(slug)
    archived = request.form.get("restore") is None
    with transaction():
        services.archive_tour(tour, by=current_user, archived=archived)
    text = _("%(name)s is archived", name=tour.title_zh) if archived else _("Restored")
    undo = {"restore": "yes"} if archived else {}
    say(text, url_for(".archive_tour", slug=slug), **undo)
    return redirect(url_for(".tours"), 303)


# ---------------------------------------------------------------------------- stops


@bp.post("/staff/tours/<slug>/stops")
@requires(Permission.FAIR_EDIT)
def add_stop(slug: str) -> ResponseReturnValue:
    """Add a city at the end of the route, or back where it was."""
    tour = tour_to_change(slug)
    form = StopForm()
    if not form.validate_on_submit():
        return _tour_page(tour, form)
    position = request.form.get("position", None, int)
    with transaction():
        services.add_stop(tour, form.to_values(), position=position, by=current_user)
    say(_("%(name)s is on the route", name=form.city.data))
    return redirect(url_for(".tour", slug=slug), 303)


@bp.route("/staff/tours/<slug>/stops/<int:number>", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def edit_stop(slug: str, number: int) -> ResponseReturnValue:
    """Change a stop's city and days."""
    tour = tour_to_change(slug)
    stop = queries.get_stop(tour, number)
    form = StopForm(obj=stop)
    if form.validate_on_submit():
        with transaction():
            services.edit_stop(stop, form.to_values(), by=current_user)
        say(_("Saved"))
        return redirect(url_for(".tour", slug=slug), 303)
    return answer("tours/stop.html", form, tour=tour, stop=stop, cities=queries.list_cities())


@bp.post("/staff/tours/<slug>/stops/<int:number>/move")
@requires(Permission.FAIR_EDIT)
def move_stop(slug: str, number: int) -> ResponseReturnValue:
    """One place earlier or later on the route."""
    stop = queries.get_stop(tour_to_change(slug), number)
    with transaction():
        services.move_stop(stop, up=request.form.get("to") != "down", by=current_user)
    return redirect(url_for(".tour", slug=slug, _anchor="route"), 303)


@bp.post("/staff/tours/<slug>/stops/<int:number>/remove")
@requires(Permission.FAIR_EDIT)
def remove_stop(slug: str, number: int) -> ResponseReturnValue:
    """Take a stop without fairs off the route; the toast puts it back."""
    stop = queries.get_stop(tour_to_change(slug), number)
    again = {
        "city": stop.city,
        "city_en": stop.city_en,
        "arrives_on": stop.arrives_on.isoformat(),
        "leaves_on": stop.leaves_on.isoformat(),
        "note": stop.note,
        "position": stop.position,
    }
    with transaction():
        services.remove_stop(stop, by=current_user)
    say(
        _("%(name)s is off the route", name=again["city"]), url_for(".add_stop", slug=slug), **again
    )
    return redirect(url_for(".tour", slug=slug), 303)
