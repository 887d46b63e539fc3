"""What a company must do now."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.employers.queries import get_own_employer, list_positions
from app.intents.queries import CandidateFilter, list_candidates
from app.pages.views.blueprint import bp
from app.participations import queries as participations
from app.tours import queries as tours
from app.web.access import requires


@bp.get("/employer/")
@requires(Permission.EMPLOYER_EDIT)
def employer_home() -> ResponseReturnValue:
    """Papers, confirmations with their deadlines, today's booth, tours to apply for."""
    now = utcnow()
    employer = get_own_employer(current_user)
    own = participations.list_own(employer)
    open_tours = [
        tour
        for tour in tours.list_public_tours(ends_after=now.date())
        if any(fair.takes_applications_at(now) for fair in tour.fairs)
    ]
    return render_template(
        "pages/employer_home.html",
        employer=employer,
        coming=[one for one in own if one.fair.ends_at > now],
        met=list_candidates(employer, CandidateFilter()).total,
        positions=len(list_positions(employer)),
        open_tours=open_tours,
        may_apply=current_user.can(Permission.EMPLOYER_APPLY),
        now=now,
    )
