"""What was sent: to whom, when, how many, and what became of it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.core.transaction import transaction
from app.messages import queries, services
from app.messages.models import OrganiserMessage
from app.messages.placeholders import fill, values_in
from app.messages.views.door import WRITE, bp, desk_of
from app.messages.views.writing import unit_of
from app.tours.models import Fair
from app.web.access import requires
from app.web.i18n import is_english


@bp.get("/staff/fairs/<slug>/messages")
@requires(WRITE)
def messages(slug: str) -> ResponseReturnValue:
    """The fair's messages, newest first."""
    desk = desk_of(slug)
    number = request.args.get("page", 1, type=int)
    page = queries.list_messages(desk.fair, desk.scope, number)
    return render_template(
        "messages/messages.html",
        fair=desk.fair,
        page=page,
        headings={one.id: heading_of(one, desk.fair) for one in page.items},
        outcomes=queries.count_outcomes(page.items),
        left_today=services.left_today(desk.fair),
        limit=services.LIMITS.per_day,
    )


@bp.get("/staff/fairs/<slug>/messages/<uid>")
@requires(WRITE)
def message(slug: str, uid: str) -> ResponseReturnValue:
    """One message: its words and what became of it."""
    return _draw("messages/message.html", slug, uid)


@bp.get("/staff/fairs/<slug>/messages/<uid>/progress")
@requires(WRITE)
def progress(slug: str, uid: str) -> ResponseReturnValue:
    """How far it is: the part of the page that looks again by itself."""
    return _draw("messages/_progress.html", slug, uid)


def _draw(template: str, slug: str, uid: str) -> ResponseReturnValue:
    desk = desk_of(slug)
    found = queries.get_message(desk.fair, uid, desk.scope)
    outcome = queries.count_outcomes([found])[found.id]
    unit = unit_of(found.segment)
    heading = heading_of(found, desk.fair)
    return render_template(
        template, fair=desk.fair, message=found, heading=heading, outcome=outcome, unit=unit
    )


def heading_of(message: OrganiserMessage, fair: Fair) -> str:
    """The subject as its readers have it, with dots for their names."""
    if is_english() and message.subject_en:
        return fill(message.subject_en, values_in("en", fair, "…"))
    return fill(message.subject_zh, values_in("zh", fair, "…"))


@bp.post("/staff/fairs/<slug>/messages/<uid>/stop")
@requires(WRITE)
def stop(slug: str, uid: str) -> ResponseReturnValue:
    """It goes to nobody else."""
    desk = desk_of(slug)
    with transaction():
        found = queries.get_message(desk.fair, uid, desk.scope)
        services.stop_message(found, by=current_user)
    flash(gettext("Stopped. Whoever has it already keeps it."), "success")
    return redirect(url_for("messages.message", slug=slug, uid=uid), 303)
