"""Venues, delegations, and the type-ahead of schools."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.places import queries, services
from app.places.forms import DelegationForm, VenueForm
from app.places.models import Delegation, Venue
from app.web.access import public, requires
from app.web.forms import answer, strip
from app.web.i18n import is_english

bp = Blueprint("places", __name__)


@bp.get("/schools")
@public
def suggest_schools() -> ResponseReturnValue:
    """Schools that a typed text may mean, for the type-ahead of every form."""
    found = queries.suggest_schools(strip(request.args.get("q", ""))[:60])
    items = [
        {
            "id": str(school.id),
            "label": (school.name_en or school.name) if is_english() else school.name,
            "note": school.city,
        }
        for school in found
    ]
    return {"items": items}


# ---------------------------------------------------------------------------- venues


@bp.get("/staff/venues")
@requires(Permission.FAIR_EDIT)
def venues() -> ResponseReturnValue:
    """The places fairs are held at."""
    archived = request.args.get("state") == "archived"
    page = queries.page_venues(
        strip(request.args.get("q", "")),
        strip(request.args.get("city", "")),
        request.args.get("page", 1, int),
        archived=archived,
    )
    return answer(
        "places/venues.html",
        page=page,
        cities=[(city, city) for city in queries.list_cities()],
        archived=archived,
    )


@bp.route("/staff/venues/new", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def new_venue() -> ResponseReturnValue:
    """Add a place."""
    form = VenueForm()
    if form.validate_on_submit() and _find_school(form):
        with transaction():
            venue = services.create_venue(form.to_details(), by=current_user)
        flash(_("Saved"), "success")
        return redirect(url_for(".edit_venue", number=venue.id), 303)
    return _venue_page(form, None)


@bp.route("/staff/venues/<int:number>", methods=["GET", "POST"])
@requires(Permission.FAIR_EDIT)
def edit_venue(number: int) -> ResponseReturnValue:
    """Change a place, its halls and its gates."""
    venue = queries.get_venue(number)
    form = VenueForm() if request.method == "POST" else _filled(venue)
    if form.validate_on_submit() and _find_school(form):
        with transaction():
            services.edit_venue(
                venue, form.to_details(), version=form.seen_version(), by=current_user
            )
        flash(_("Saved"), "success")
        return redirect(url_for(".venues"), 303)
    return _venue_page(form, venue)


def _filled(venue: Venue) -> VenueForm:
    names = ("name_zh", "name_en", "city", "address", "directions", "permitted_number", "version")
    form = VenueForm(**{name: getattr(venue, name) for name in names})
    form.fill(venue)
    return form


def _find_school(form: VenueForm) -> bool:
    """Look up the school that was typed; a name nobody knows is a mistake of the form."""
    typed = form.school.data or ""
    form.found_school = queries.find_typed_school(form.school_id.data or "", typed)
    if typed and form.found_school is None:
        form.school.errors = [_("Choose a school from the list, or leave this empty.")]
        return False
    return True


def _venue_page(form: VenueForm, venue: Venue | None) -> ResponseReturnValue:
    form.add_spare_lines()
    layouts = queries.list_layouts(venue.id) if venue else []
    return answer(
        "places/venue.html", form, venue=venue, cities=queries.list_cities(), layouts=layouts
    )


@bp.post("/staff/venues/<int:number>/archive")
@requires(Permission.FAIR_EDIT)
def archive_venue(number: int) -> ResponseReturnValue:
    """Take a place out of the list, or put it back."""
    venue = queries.get_venue(number)
    archived = request.form.get("restore") is None
    with transaction():
        services.archive_venue(venue, by=current_user, archived=archived)
    text = _("%(name)s is archived", name=venue.name_zh) if archived else _("Restored")
    _say(text, url_for(".archive_venue", number=number), archived=archived)
    return redirect(url_for(".venues"), 303)


def _say(text: str, undo: str, *, archived: bool) -> None:
    """A toast with the way back."""
    message: Any = {"text": text, "undo": undo, "fields": {"restore": "yes"} if archived else {}}
    flash(message, "success")


# ---------------------------------------------------------------------------- delegations


@bp.route("/staff/delegations", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def delegations() -> ResponseReturnValue:
    """The county delegations in their order; the form adds one."""
    form = DelegationForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.create_delegation(*_names(form), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved"), "success")
            return redirect(url_for(".delegations"), 303)
    rows = queries.list_delegations(with_archived=True)
    return answer("places/delegations.html", form, rows=rows)


def _names(form: DelegationForm) -> tuple[str, str, str]:
    return form.code.data or "", form.name_zh.data or "", form.name_en.data or ""


@bp.route("/staff/delegations/<code>", methods=["GET", "POST"])
@requires(Permission.SETTING_EDIT)
def edit_delegation(code: str) -> ResponseReturnValue:
    """Change a delegation's names."""
    row = queries.get_delegation(code)
    form = DelegationForm(obj=row)
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_delegation(row, *_names(form), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Saved"), "success")
            return redirect(url_for(".delegations"), 303)
    return answer("places/delegation.html", form, row=row)


@bp.post("/staff/delegations/<code>/move")
@requires(Permission.SETTING_EDIT)
def move_delegation(code: str) -> ResponseReturnValue:
    """One place up or down."""
    row = queries.get_delegation(code)
    with transaction():
        services.move_delegation(row, up=request.form.get("to") != "down", by=current_user)
    return redirect(url_for(".delegations"), 303)


@bp.post("/staff/delegations/<code>/archive")
@requires(Permission.SETTING_EDIT)
def archive_delegation(code: str) -> ResponseReturnValue:
    """Take a delegation out of the lists, or put it back."""
    row: Delegation = queries.get_delegation(code)
    archived = request.form.get("restore") is None
    with transaction():
        services.archive_delegation(row, by=current_user, archived=archived)
    text = _("%(name)s is archived", name=row.name_zh) if archived else _("Restored")
    _say(text, url_for(".archive_delegation", code=row.code), archived=archived)
    return redirect(url_for(".delegations"), 303)
