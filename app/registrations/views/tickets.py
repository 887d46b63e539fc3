"""Tickets of a signed-in student."""

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import NotFound
from app.core.qr import qr_png
from app.core.transaction import transaction
from app.registrations import queries, services
from app.registrations.calendar import make_calendar
from app.registrations.forms import WHY, CancelForm, ReplaceForm
from app.registrations.models import Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import show_short_code
from app.registrations.views import door
from app.registrations.views.door import bp
from app.tours.models import Fair
from app.web.access import requires
from app.web.downloads import send_bytes
from app.web.formatting import fmt_time
from app.web.forms import answer
from app.web.i18n import bilingual
from app.web.links import external_url

OWN = Permission.STUDENT_SELF


@bp.get("/me/tickets")
@requires(OWN)
def my_tickets() -> ResponseReturnValue:
    """Where am I going? Coming fairs first, then those that were."""
    student, now = door.own_student(), utcnow()
    mine = queries.list_registrations(student) if student else []
    coming = [row for row in reversed(mine) if row.fair.ends_at > now]
    past = [row for row in mine if row.fair.ends_at <= now]
    return answer("registrations/my_tickets.html", None, coming=coming, past=past)


@bp.get("/me/tickets/<uid>")
@requires(OWN)
def ticket(uid: str) -> ResponseReturnValue:
    """How do I get in?"""
    registration = queries.get_own_registration(current_user, uid)
    return show_ticket(
        registration, qr_src=url_for(".ticket_code", uid=uid, g=registration.generation)
    )


@bp.get("/me/tickets/<uid>/code.png")
@requires(OWN)
def ticket_code(uid: str) -> ResponseReturnValue:
    """The QR code as a picture, so that a long press saves it."""
    return send_code_picture(queries.get_own_registration(current_user, uid))


@bp.get("/me/tickets/<uid>.ics")
@requires(OWN)
def calendar_file(uid: str) -> ResponseReturnValue:
    """The fair for one's calendar."""
    registration = queries.get_own_registration(current_user, uid)
    return send_calendar(registration, url=external_url("registrations.ticket", uid=uid))


@bp.route("/me/tickets/<uid>/replace", methods=["GET", "POST"])
@requires(OWN)
def replace(uid: str) -> ResponseReturnValue:
    """Get a new code; the old one is worthless at once."""
    registration = queries.get_own_registration(current_user, uid)
    form = ReplaceForm()
    if form.validate_on_submit():
        with transaction():
            services.reissue_ticket(registration, by=current_user, why=WHY[form.why.data])
        flash(gettext("This is your new code. The old one no longer works."), "success")
        return redirect(url_for(".ticket", uid=uid), 303)
    return answer("registrations/replace.html", form, registration=registration)


@bp.route("/me/tickets/<uid>/cancel", methods=["GET", "POST"])
@requires(OWN)
def cancel(uid: str) -> ResponseReturnValue:
    """Give the place to somebody else."""
    registration = queries.get_own_registration(current_user, uid)
    form = CancelForm()
    if form.validate_on_submit():
        with transaction():
            services.cancel(registration, by=current_user, reason=form.reason.data or "")
        undo = url_for(".come_back", uid=uid)
        toast = {"text": gettext("Your registration is cancelled."), "undo": undo}
        flash(toast, "success")  # type: ignore[arg-type]
        return redirect(url_for(".ticket", uid=uid), 303)
    return answer("registrations/cancel.html", form, registration=registration)


@bp.post("/me/tickets/<uid>/return")
@requires(OWN)
def come_back(uid: str) -> ResponseReturnValue:
    """Register again on the same row, with a new code."""
    registration = queries.get_own_registration(current_user, uid)
    with transaction():
        services.come_back(registration)
    if registration.status is RegistrationStatus.CONFIRMED:
        flash(gettext("You are registered again, with a new code."), "success")
    return redirect(url_for(".ticket", uid=uid), 303)


# -- shared with the tickets of walk-ins without an account ------------------------------


def show_ticket(registration: Registration, *, qr_src: str, is_walk_in: bool = False) -> Response:
    """The ticket's page, in whatever state it is."""
    fair, now = registration.fair, utcnow()
    valid, replaced = registration.ticket, _last_replaced(registration)
    page = answer(
        "registrations/ticket.html",
        None,
        registration=registration,
        fair=fair,
        student=registration.student,
        ticket=valid,
        short_code=show_short_code(valid.short_code) if valid else "",
        qr_src=qr_src,
        phase=fair.phase_at(now),
        entered_at=queries.first_entry(registration),
        position=queries.waitlist_position(registration),
        replaced=replaced,
        replaced_why=_spoken(replaced.revoked_why) if replaced else "",
        cancel_reason=_spoken(registration.cancel_reason),
        can_return=fair.takes_registrations_at(now),
        in_wechat="MicroMessenger" in request.user_agent.string,
        is_walk_in=is_walk_in,
        given=queries.list_answers(registration),
        missing=queries.list_unanswered(registration) if services.may_answer(registration) else [],
        may_answer=services.may_answer(registration, now),
    )
    return door.private(page)


def send_code_picture(registration: Registration) -> Response:
    """The QR code of the valid ticket; NotFound where there is none to show."""
    valid = registration.ticket
    if valid is None or registration.status is not RegistrationStatus.CONFIRMED:
        raise NotFound()
    code = services.ticket_code(valid)
    picture = qr_png(external_url("checkins.open_ticket", code=code))
    return door.private(Response(picture, mimetype="image/png"))


def send_calendar(registration: Registration, *, url: str) -> Response:
    """The fair of a registration as a calendar file."""
    fair = registration.fair
    body = make_calendar(
        registration,
        title=bilingual(fair, "title"),
        place=place_of(fair),
        note=_calendar_note(registration),
        url=url,
    )
    return send_bytes(body, name=f"{fair.slug}.ics", media_type="text/calendar")


def place_of(fair: Fair) -> str:
    """Where a fair is, in one line."""
    if fair.venue is None:
        return fair.city
    parts = (fair.venue.city, bilingual(fair.venue, "name"), fair.venue.address)
    return " ".join(part for part in parts if part)


def _calendar_note(registration: Registration) -> str:
    fair, valid = registration.fair, registration.ticket
    doors = fmt_time(fair.opens_doors_at, fair.time_zone)
    lines = [gettext("Doors open at %(time)s.", time=doors)]
    if valid is not None and registration.status is RegistrationStatus.CONFIRMED:
        short = show_short_code(valid.short_code)
        lines.append(gettext("Your short code: %(code)s", code=short))
    return "\n".join(lines)


def _last_replaced(registration: Registration) -> Ticket | None:
    """The code before the valid one, if it was replaced and not given back in between."""
    valid = registration.ticket
    dead = [row for row in registration.tickets if row.revoked_at is not None]
    is_replaced = valid is not None and bool(dead) and dead[-1].revoked_at == valid.issued_at
    return dead[-1] if is_replaced else None


def _spoken(reason: str) -> str:
    """A reason in the reader's language if it is one of ours, else as somebody typed it."""
    return gettext(reason) if reason in {*WHY.values(), services.JOINED} else reason
