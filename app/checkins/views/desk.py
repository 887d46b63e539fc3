"""The help desk: find, check in by hand, register, replace a ticket, print a slip."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.forms import DeskForm, ReasonForm, SearchForm, SelfForm
from app.checkins.views.door import bp, counts_of, fair_for, spoken
from app.core.codes import uuid7
from app.core.errors import DomainError, NotFound
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.registrations import queries as registrations
from app.registrations import services as places
from app.registrations.models import Registration
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import answer
from app.web.links import external_url

P = Permission.HELPDESK_USE


@bp.route("/staff/fairs/<slug>/desk", methods=["GET", "POST"])
@requires(P)
def desk(slug: str) -> ResponseReturnValue:
    """Who is this? A search is a POST: it is logged, and its words stand in no address."""
    fair, form = fair_for(slug, P), SearchForm()
    found: list[Registration] | None = None
    if form.validate_on_submit():
        try:
            with transaction():
                found = services.search_desk(fair, form.text.data, by=current_user)
        except DomainError as error:
            form.text.errors = [*form.text.errors, gettext(error.message)]
    return _desk_page(fair, form, found)


def _desk_page(
    fair: Fair,
    form: SearchForm,
    found: list[Registration] | None,
    **context: object,
) -> ResponseReturnValue:
    ids = [registration.id for registration in found or ()]
    return answer(
        "checkins/desk.html",
        form,
        fair=fair,
        found=found,
        is_searchable=registrations.is_searchable(form.text.data or ""),
        attendances=queries.list_attendances(ids) if ids else {},
        new_id=uuid7,
        counts=counts_of(fair),
        **context,
    )


@bp.post("/staff/fairs/<slug>/desk/<uid>/check-in")
@requires(P)
def check_in_at_desk(slug: str, uid: str) -> ResponseReturnValue:
    """Check somebody in who stands here and was found."""
    fair = fair_for(slug, P)
    registration, form = _registration(fair, uid), SelfForm()
    if not form.validate_on_submit():
        return redirect(url_for(".desk", slug=slug), 303)
    with transaction():
        said = services.check_in_at_desk(
            registration, by=current_user, scan_id=UUID(str(form.id.data))
        )
    return _desk_page(
        fair,
        SearchForm(formdata=None),
        [registration],
        said=said,
        words=spoken(said, fair, None),
    )


@bp.route("/staff/fairs/<slug>/desk/register", methods=["GET", "POST"])
@requires(P)
def register_at_desk(slug: str) -> ResponseReturnValue:
    """Register somebody who has no phone, or whose phone does not work."""
    fair, form = fair_for(slug, P), DeskForm()
    if form.validate_on_submit():
        try:
            with transaction():
                registration, said = services.register_and_check_in(
                    fair,
                    form.to_profile(),
                    phone=form.phone.data or None,
                    check_in=form.check_in.data,
                    by=current_user,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            name = registration.student.masked_name
            if said is None:
                flash(gettext("%(name)s is registered.", name=name), "success")
            else:
                verdict = gettext(said.code.label)
                flash(
                    gettext("%(name)s is registered: %(verdict)s", name=name, verdict=verdict),
                    "success",
                )
            return redirect(url_for(".slip", slug=slug, uid=registration.uid), 303)
    return answer("checkins/desk_register.html", form, fair=fair)


@bp.route("/staff/fairs/<slug>/desk/<uid>/reissue", methods=["GET", "POST"])
@requires(P)
def reissue(slug: str, uid: str) -> ResponseReturnValue:
    """Replace a ticket: the old code is worthless from then on."""
    fair = fair_for(slug, P)
    registration, form = _registration(fair, uid), ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                places.reissue_ticket(registration, by=current_user, why=form.reason.data)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("New ticket issued. The old code no longer works."), "success")
            return redirect(url_for(".slip", slug=slug, uid=uid), 303)
    return answer("checkins/reissue.html", form, fair=fair, registration=registration)


@bp.get("/staff/fairs/<slug>/desk/<uid>/slip")
@requires(P)
def slip(slug: str, uid: str) -> ResponseReturnValue:
    """A slip with QR and short code, for whoever has no phone to show."""
    fair = fair_for(slug, P)
    registration = _registration(fair, uid)
    ticket = registration.ticket
    if ticket is None:
        raise NotFound()
    code = places.ticket_code(ticket)
    url = external_url("checkins.open_ticket", code=code)
    return render_template(
        "checkins/slip.html",
        fair=fair,
        registration=registration,
        short_code=f"{ticket.short_code[:3]}-{ticket.short_code[3:]}",
        qr=qr_svg(url),
    )


def _registration(fair: Fair, uid: str) -> Registration:
    registration = registrations.get_registration(uid.replace("\0", ""))
    if registration.fair_id != fair.id:
        raise NotFound()
    return registration
