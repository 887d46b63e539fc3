"""The ticket of a walk-in whose phone is not confirmed: it lives in this browser only."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts import sessions
from app.accounts.states import CodeOutcome
from app.core.errors import DomainError, NotFound
from app.core.masking import mask_phone
from app.core.transaction import transaction
from app.registrations import services
from app.registrations.forms import ConfirmPhoneForm
from app.registrations.models import Registration
from app.registrations.sessions import own_walk_in
from app.registrations.views import door
from app.registrations.views.door import bp
from app.registrations.views.tickets import send_calendar, send_code_picture, show_ticket
from app.tours import queries as tours
from app.web.access import public
from app.web.forms import answer
from app.web.limits import by_typed, limiter
from app.web.links import external_url


@bp.get("/fairs/<slug>/ticket")
@public
def walk_in_ticket(slug: str) -> ResponseReturnValue:
    """The ticket this browser got without an account."""
    fair = tours.get_public_fair(slug)
    registration = own_walk_in(fair)
    if registration is None:
        return redirect(url_for(".register", slug=slug))
    source = url_for(".walk_in_code", slug=slug, g=registration.generation)
    return show_ticket(registration, qr_src=source, is_walk_in=True)


@bp.get("/fairs/<slug>/ticket.png")
@public
def walk_in_code(slug: str) -> ResponseReturnValue:
    """Its QR code."""
    return send_code_picture(_own(slug))


@bp.get("/fairs/<slug>/ticket.ics")
@public
def walk_in_calendar(slug: str) -> ResponseReturnValue:
    """The fair for one's calendar."""
    return send_calendar(_own(slug), url=external_url("registrations.walk_in_ticket", slug=slug))


@bp.route("/fairs/<slug>/ticket/confirm", methods=["GET", "POST"])
@public
@limiter.limit("12/minute;60/hour", key_func=by_typed("phone"), methods=["POST"])
def confirm_phone(slug: str) -> ResponseReturnValue:
    """Confirm the phone later: the ticket joins the account of that number."""
    fair = tours.get_public_fair(slug)
    registration = _own(slug)
    asked = door.asked_phone(fair)
    form = ConfirmPhoneForm()
    if asked is None or "again" in request.args:
        del form.code
        if request.method == "GET":
            form.phone.data = registration.student.phone or ""
        if form.validate_on_submit():
            refusal = door.send_code(fair, form.phone.data or "")
            if not refusal:
                door.remember_phone(fair, form.phone.data or "")
                return redirect(url_for(".confirm_phone", slug=slug), 303)
            form.phone.errors = [refusal]
        return answer("registrations/confirm_phone.html", form, fair=fair, phone="")
    del form.phone
    if form.validate_on_submit() and _join(registration, form, asked[0]):
        flash(gettext("Your phone is confirmed. The ticket is in your account now."), "success")
        return redirect(url_for(".my_tickets"), 303)
    return answer("registrations/confirm_phone.html", form, fair=fair, phone=mask_phone(asked[0]))


def _join(registration: Registration, form: ConfirmPhoneForm, phone: str) -> bool:
    try:
        with transaction():
            outcome, joined = services.confirm_phone(
                registration,
                phone=phone,
                code=form.code.data or "",
                nonce=sessions.nonce(),
                locale=door.locale_name(),
            )
    except DomainError as error:
        form.refuse(error)
        return False
    if joined is None or outcome is not CodeOutcome.OK:
        form.code.errors = [gettext(outcome.label)]
        return False
    user = joined.student.user
    if user is not None:
        sessions.start(user, remember=True)
    return True


def _own(slug: str) -> Registration:
    registration = own_walk_in(tours.get_public_fair(slug))
    if registration is None:
        raise NotFound()
    return registration
