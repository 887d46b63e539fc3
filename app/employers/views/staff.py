"""Companies as the organiser sees them."""

from typing import TypeVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import today
from app.core.errors import DomainError
from app.core.states import Word
from app.core.transaction import transaction
from app.employers import queries, services
from app.employers.forms import ReasonForm
from app.employers.models import Employer
from app.employers.states import EmployerStatus, Ownership
from app.employers.views.door import bp
from app.employers.wording import find_hints, mark
from app.places.queries import list_delegations
from app.web.access import requires
from app.web.downloads import send_stored
from app.web.forms import answer

Choice = TypeVar("Choice", bound=Word)

WITH_REASON = {
    "return": services.return_employer,
    "reject": services.reject_employer,
    "suspend": services.suspend_employer,
}


@bp.get("/staff/employers")
@requires(Permission.EMPLOYER_READ)
def staff_list() -> ResponseReturnValue:
    """Every company the visitor may see, those waiting first."""
    scope = current_user.scope_of(Permission.EMPLOYER_READ)
    wanted = queries.EmployerFilter(
        words=request.args.get("q", "")[:60],
        status=_one_of(EmployerStatus, request.args.get("status")),
        ownership=_one_of(Ownership, request.args.get("ownership")),
        delegation_id=request.args.get("delegation", type=int),
    )
    page = queries.list_employers(wanted, scope, request.args.get("page", 1, type=int))
    delegations = [row for row in list_delegations() if scope.bureau or row.id in scope.delegations]
    return answer(
        "employers/staff_list.html",
        page=page,
        counts=queries.count_employers_by_status(scope),
        delegations=delegations,
        ownerships=list(Ownership),
        day=today(),
    )


def _one_of(enum: type[Choice], text: str | None) -> Choice | None:
    try:
        return enum(text) if text else None
    except ValueError:
        return None


def _seen(slug: str, permission: Permission = Permission.EMPLOYER_READ) -> Employer:
    return queries.get_employer_within(slug, current_user.scope_of(permission))


@bp.get("/staff/employers/<slug>")
@requires(Permission.EMPLOYER_READ)
def staff_employer(slug: str) -> ResponseReturnValue:
    """May this company come at all?"""
    return _page(_seen(slug), ReasonForm())


def _page(employer: Employer, form: ReasonForm, action: str = "") -> ResponseReturnValue:
    positions = [one for one in employer.positions if one.archived_at is None]
    past = queries.list_past(employer)
    return answer(
        "employers/staff_employer.html",
        form,
        employer=employer,
        action=action,
        papers=employer.papers_on(today()),
        positions=positions,
        hints={
            one.id: find_hints("\n".join((one.title, one.description, one.requirements)))
            for one in positions
            if one.hints
        },
        mark=mark,
        members=queries.list_members(employer),
        history=queries.list_history(employer),
        past=past,
        missed=sum(one.missed for one in past),
        may_review=current_user.can(Permission.EMPLOYER_REVIEW),
    )


@bp.get("/staff/employers/<slug>/licence")
@requires(Permission.EMPLOYER_READ)
def staff_licence(slug: str) -> ResponseReturnValue:
    """The licence as it was uploaded."""
    employer = _seen(slug)
    if employer.file_key is None:
        flash(gettext("No licence was uploaded yet."), "warning")
        return redirect(url_for("employers.staff_employer", slug=slug))
    return send_stored(employer)


@bp.post("/staff/employers/<slug>/approve")
@requires(Permission.EMPLOYER_REVIEW)
def approve(slug: str) -> ResponseReturnValue:
    """The company is what it says it is."""
    employer = _seen(slug, Permission.EMPLOYER_REVIEW)
    with transaction():
        services.approve_employer(employer, by=current_user)
    flash(gettext("%(name)s is approved", name=employer.display_name), "success")
    return redirect(url_for("employers.staff_employer", slug=slug), 303)


@bp.post("/staff/employers/<slug>/unsuspend")
@requires(Permission.EMPLOYER_REVIEW)
def unsuspend(slug: str) -> ResponseReturnValue:
    """Let a suspended company in again."""
    employer = _seen(slug, Permission.EMPLOYER_REVIEW)
    with transaction():
        services.unsuspend_employer(employer, by=current_user)
    flash(gettext("%(name)s may apply again", name=employer.display_name), "success")
    return redirect(url_for("employers.staff_employer", slug=slug), 303)


@bp.post("/staff/employers/<slug>/<any(return, reject, suspend):action>")
@requires(Permission.EMPLOYER_REVIEW)
def decide(slug: str, action: str) -> ResponseReturnValue:
    """Return, reject or suspend, with a reason the company is told."""
    employer, form = _seen(slug, Permission.EMPLOYER_REVIEW), ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction():
                WITH_REASON[action](employer, form.reason.data or "", by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("The company is told why."), "success")
            return redirect(url_for("employers.staff_employer", slug=slug), 303)
    return _page(employer, form, action)
