"""Who may come to a fair: one application after the other, made for the keyboard."""

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.employers.services import find_hints, mark
from app.participations import queries, services
from app.participations.forms import ReasonForm
from app.participations.models import Participation
from app.participations.states import PARTICIPATION_FLOW, ParticipationStatus
from app.participations.views.door import bp, staff_participation, warn
from app.participations.views.review_queue import Queue, day_of
from app.web.access import requires
from app.web.forms import answer

REVIEW = Permission.EMPLOYER_REVIEW


@bp.get("/staff/fairs/<slug>/review/<employer_slug>")
@requires(REVIEW)
def review(slug: str, employer_slug: str) -> ResponseReturnValue:
    """May they come?"""
    return _page(staff_participation(slug, employer_slug, REVIEW), ReasonForm())


def _page(participation: Participation, form: ReasonForm, action: str = "") -> ResponseReturnValue:
    fair, scope = participation.fair, current_user.scope_of(REVIEW)
    employer = participation.employer
    positions = [row.position for row in participation.offered]
    may = {
        name: PARTICIPATION_FLOW.allows(participation.status, target)
        for name, target in (
            ("approve", ParticipationStatus.APPROVED),
            ("return", ParticipationStatus.RETURNED),
            ("reject", ParticipationStatus.REJECTED),
            ("waitlist", ParticipationStatus.WAITLISTED),
        )
    }
    day, queue = day_of(fair), Queue.of(fair)
    odd = queries.find_oddities(fair, day, scope, ids=[participation.id])
    return answer(
        "participations/review.html",
        form,
        participation=participation,
        fair=fair,
        employer=employer,
        action=action,
        may=may,
        positions=positions,
        openings={row.position_id: row.openings for row in participation.offered},
        hints={
            one.id: find_hints("\n".join((one.title, one.description, one.requirements)))
            for one in positions
            if one.hints
        },
        mark=mark,
        odd=odd[participation.id],
        past=[one for one in queries.list_past_of(employer) if one.fair_slug != fair.slug][:6],
        papers=employer.papers_on(day),
        place=queue.place_of(participation),
        kept=queue.kept,
        deadline=services.deadline_of(fair, days=days_to_confirm()),
    )


def days_to_confirm() -> int:
    """How many days an employer has to confirm."""
    return int(current_app.config["SETTINGS"].confirm_days)


def _onwards(participation: Participation) -> ResponseReturnValue:
    """To the next one that waits, or back to the list."""
    queue = Queue.of(participation.fair)
    following = queue.place_of(participation).following
    if following is None or request.form.get("stay"):
        return redirect(queue.list_address, 303)
    return redirect(queue.address(following.slug), 303)


@bp.post("/staff/fairs/<slug>/review/<employer_slug>/approve")
@requires(REVIEW)
def approve(slug: str, employer_slug: str) -> ResponseReturnValue:
    """They may come."""
    participation = staff_participation(slug, employer_slug, REVIEW)
    try:
        with transaction():
            services.approve(participation, by=current_user, days=days_to_confirm())
    except DomainError as error:
        warn(error)
        return redirect(
            url_for("participations.review", slug=slug, employer_slug=employer_slug), 303
        )
    flash(
        gettext(
            "%(name)s is approved and asked to confirm",
            name=participation.employer.display_name,
        ),
        "success",
    )
    return _onwards(participation)


@bp.post("/staff/fairs/<slug>/review/<employer_slug>/waitlist")
@requires(REVIEW)
def waitlist(slug: str, employer_slug: str) -> ResponseReturnValue:
    """Perhaps, if somebody else does not."""
    participation = staff_participation(slug, employer_slug, REVIEW)
    with transaction():
        services.waitlist(participation, by=current_user)
    name = participation.employer.display_name
    flash(gettext("%(name)s is on the waiting list", name=name), "success")
    return _onwards(participation)


@bp.post("/staff/fairs/<slug>/review/<employer_slug>/return")
@requires(REVIEW)
def send_back(slug: str, employer_slug: str) -> ResponseReturnValue:
    """Not like this; the employer is told why and may change it."""
    return _decide(slug, employer_slug, "return")


@bp.post("/staff/fairs/<slug>/review/<employer_slug>/reject")
@requires(REVIEW)
def reject(slug: str, employer_slug: str) -> ResponseReturnValue:
    """Not at all; the employer is told why."""
    return _decide(slug, employer_slug, "reject")


def _decide(slug: str, employer_slug: str, action: str) -> ResponseReturnValue:
    participation, form = staff_participation(slug, employer_slug, REVIEW), ReasonForm()
    if form.validate_on_submit():
        verb = services.return_ if action == "return" else services.reject
        try:
            with transaction():
                verb(participation, form.reason.data or "", by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("The company is told why."), "success")
            return _onwards(participation)
    return _page(participation, form, action)
