"""An employer's own applications: state, next step, people, booth."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError, NotFound, StaleVersion
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.employers.queries import list_positions
from app.participations import queries, services
from app.participations.forms import confirm_form, edit_form
from app.participations.models import Participation
from app.participations.states import COMING, PARTICIPATION_FLOW, ParticipationStatus
from app.participations.views.door import bp, own_employer, own_participation
from app.web.access import requires
from app.web.errors import sentence
from app.web.forms import answer
from app.web.i18n import bilingual
from app.web.links import external_url
from app.web.templating import url_if


@bp.get("/employer/fairs")
@requires(Permission.EMPLOYER_EDIT)
def mine() -> ResponseReturnValue:
    """Where do we go, and where could we?"""
    employer, now = own_employer(), utcnow()
    applications = queries.list_own(employer)
    applied = {
        one.fair_id
        for one in applications
        if not PARTICIPATION_FLOW.allows(one.status, ParticipationStatus.SUBMITTED)
    }
    fairs = [
        fair
        for fair in queries.list_open_fairs(now)
        if fair.id not in applied and services.takes_applications(fair, now)
    ]
    tours = {fair.tour.id: fair.tour for fair in fairs if fair.tour is not None}
    return answer(
        "participations/mine.html",
        coming=[one for one in applications if one.fair.ends_at > now],
        past=[one for one in reversed(applications) if one.fair.ends_at <= now],
        tours=[(tour, [one for one in fairs if one.tour_id == tour.id]) for tour in tours.values()],
        single=[fair for fair in fairs if fair.tour_id is None],
        closes={fair.id: services.closes_at(fair) for fair in fairs},
        may_apply=current_user.can(Permission.EMPLOYER_APPLY),
    )


@bp.get("/employer/fairs/<slug>")
@requires(Permission.EMPLOYER_EDIT)
def own(slug: str) -> ResponseReturnValue:
    """Are we in, and where do we stand?"""
    participation = own_participation(slug)
    return answer("participations/own.html", confirm_form(participation), **_context(participation))


def _context(participation: Participation) -> dict[str, object]:
    fair, now = participation.fair, utcnow()
    view = queries.plan_of(fair) if participation.booth_id else None
    here = view.find(participation.booth.code or "") if view and participation.booth else None
    if view and here:
        for booth in view.booths:
            booth.href = f"#plan-{booth.code}"
        here.state = "sel"
    coming = participation.status in COMING
    return {
        "participation": participation,
        "fair": fair,
        "hall": next((one for one in view.halls if here in one.booths), None) if view else None,
        "may_act": current_user.can(Permission.EMPLOYER_APPLY),
        "may_edit": services.may_change(participation, now),
        "may_confirm": participation.status is ParticipationStatus.APPROVED,
        "may_name": participation.status is ParticipationStatus.CONFIRMED and now < fair.ends_at,
        "may_withdraw": PARTICIPATION_FLOW.allows(
            participation.status, ParticipationStatus.WITHDRAWN
        ),
        "may_appeal": services.may_appeal(participation),
        "may_pick": services.may_pick(participation, now),
        "may_arrive": coming and services.takes_arrivals(fair, now),
        "now": now,
    }


@bp.route("/employer/fairs/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_APPLY)
def edit(slug: str) -> ResponseReturnValue:
    """Change what we bring, while nobody has decided."""
    participation = own_participation(slug)
    if not services.may_change(participation, utcnow()):
        return redirect(url_for("participations.own", slug=slug))
    brought = {row.position.id: row.position for row in participation.offered}
    known = {one.id: one for one in list_positions(participation.employer)} | brought
    form = edit_form(participation, list(known.values()))
    context: dict[str, Any] = {"participation": participation, "fair": participation.fair}
    if form.validate_on_submit():
        chosen = [one for one in known.values() if one.uid in (form.positions.data or [])]
        try:
            with transaction():
                services.edit_application(
                    participation,
                    chosen,
                    needs_power=form.power.data,
                    needs_large=form.large.data,
                    remark=form.note.data or "",
                    version=int(form.version.data or 0),
                    by=current_user,
                )
        except StaleVersion:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved; the reviewers see the new version."), "success")
            return redirect(url_for("participations.own", slug=slug), 303)
    return answer("participations/edit.html", form, **context)


@bp.post("/employer/fairs/<slug>/confirm")
@requires(Permission.EMPLOYER_APPLY)
def confirm(slug: str) -> ResponseReturnValue:
    """Yes, we come, and these people."""
    participation = own_participation(slug)
    form = confirm_form(participation)
    if form.validate_on_submit():
        try:
            with transaction():
                services.confirm(participation, form.to_people(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Confirmed. See you there."), "success")
            return redirect(url_for("participations.own", slug=slug), 303)
    return answer("participations/own.html", form, **_context(participation))


@bp.route("/employer/fairs/<slug>/withdraw", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_APPLY)
def withdraw(slug: str) -> ResponseReturnValue:
    """We do not come after all."""
    participation = own_participation(slug)
    back = url_for("participations.own", slug=slug)
    if request.method == "POST":
        with transaction():
            services.withdraw(participation, by=current_user)
        flash(gettext("Withdrawn. The booth is free for others."), "success")
        return redirect(back, 303)
    lines = [gettext("Your booth goes to somebody else at once.")]
    if services.takes_applications(participation.fair, utcnow()):
        lines.append(gettext("You can apply again until the deadline."))
    return render_template(
        "layouts/confirm.html",
        layout="layouts/employer.html",
        nav="booth",
        employer=participation.employer,
        title=gettext("Withdraw from %(fair)s?", fair=bilingual(participation.fair, "title")),
        lines=lines,
        action_url=url_for("participations.withdraw", slug=slug),
        action_label=gettext("Withdraw"),
        back_url=back,
        danger=True,
    )


@bp.post("/employer/fairs/<slug>/arrive")
@requires(Permission.EMPLOYER_EDIT)
def arrive(slug: str) -> ResponseReturnValue:
    """We are here."""
    participation = own_participation(slug)
    try:
        with transaction():
            services.record_arrival(participation, by=current_user, via="self")
    except DomainError as error:
        flash(sentence(error), "warning")
    else:
        flash(gettext("Welcome. The organiser sees that you are here."), "success")
    return redirect(url_for("participations.own", slug=slug), 303)


@bp.get("/employer/fairs/<slug>/sign")
@requires(Permission.EMPLOYER_EDIT)
def sign(slug: str) -> ResponseReturnValue:
    """The sign for the booth, on A4."""
    participation = own_participation(slug)
    return print_sign(participation, url_for("participations.own", slug=slug))


def print_sign(participation: Participation, back_url: str) -> ResponseReturnValue:
    """A booth sign: who, which positions, which booth, and the QR students scan."""
    if participation.status not in COMING:
        raise NotFound()
    # Where the booth pages are not installed there is nothing a code could lead to.
    address = (
        external_url("intents.booth", code=participation.public_code)
        if url_if("intents.booth", code=participation.public_code)
        else ""
    )
    return answer(
        "participations/sign.html",
        participation=participation,
        fair=participation.fair,
        back_url=back_url,
        address=address,
        code=qr_svg(address) if address else None,
    )
