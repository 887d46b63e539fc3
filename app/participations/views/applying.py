"""An employer applies: one form for all fairs of a tour, or for one fair."""

from collections.abc import Sequence

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.employers.models import Employer
from app.employers.queries import list_positions
from app.participations import queries, services
from app.participations.forms import ApplyForm, apply_form
from app.participations.models import Participation
from app.participations.states import PARTICIPATION_FLOW, ParticipationStatus
from app.participations.views.door import bp, own_employer
from app.tours import queries as tours
from app.tours.models import Fair, Tour
from app.web.access import requires
from app.web.forms import answer


@bp.route("/employer/apply/<slug>", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_APPLY)
def apply(slug: str) -> ResponseReturnValue:
    """Which fairs of this tour do we join?"""
    tour = tours.get_public_tour(slug)
    return _apply(queries.list_apply_fairs(tour), tour)


@bp.route("/employer/apply/fairs/<slug>", methods=["GET", "POST"])
@requires(Permission.EMPLOYER_APPLY)
def apply_fair(slug: str) -> ResponseReturnValue:
    """Do we join this fair?"""
    return _apply([tours.get_public_fair(slug)], None)


def _apply(fairs: Sequence[Fair], tour: Tour | None) -> ResponseReturnValue:
    employer, now = own_employer(), utcnow()
    known = {one.fair_id: one for one in queries.list_own(employer)}
    open_fairs = [fair for fair in fairs if _may_apply(fair, known.get(fair.id))]
    positions = list_positions(employer)
    ticked = [fair.slug for fair in open_fairs] if tour is None else []
    form = apply_form(open_fairs, positions, ticked)
    if form.validate_on_submit() and form.check_positions(open_fairs):
        try:
            return _send(form, employer, open_fairs)
        except DomainError as error:
            form.refuse(error)
    return answer(
        "participations/apply.html",
        form,
        tour=tour,
        # Those one can still join stand first, the others follow by date.
        fairs=sorted(fairs, key=lambda fair: fair not in open_fairs),
        open_ids={fair.id for fair in open_fairs},
        known=known,
        positions=positions,
        closes={fair.id: services.closes_at(fair) for fair in fairs},
        now=now,
    )


def _may_apply(fair: Fair, own: Participation | None) -> bool:
    """Whether the fair is open and nothing of ours is there already."""
    if not services.takes_applications(fair, utcnow()):
        return False
    return own is None or PARTICIPATION_FLOW.allows(own.status, ParticipationStatus.SUBMITTED)


def _send(form: ApplyForm, employer: Employer, fairs: Sequence[Fair]) -> ResponseReturnValue:
    positions = {one.uid: one for one in list_positions(employer)}
    wishes = form.to_wishes(fairs, positions)
    with transaction():
        made = services.submit(employer, wishes, by=current_user)
    flash(
        ngettext(
            "Your application for %(num)s fair is with the reviewers.",
            "Your applications for %(num)s fairs are with the reviewers.",
            len(made),
        ),
        "success",
    )
    if not current_user.email_verified_at:
        text = gettext("Please open the link in our mail, so that the answer reaches you.")
        flash(text, "warning")
    return redirect(url_for("participations.mine"), 303)
