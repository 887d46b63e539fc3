"""The organiser's to-do list and a fair's workspace."""

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import local, today, utcnow
from app.pages.queries import (
    count_employers_to_review,
    count_failed_notices,
    count_fair,
    count_fairs,
)
from app.pages.views.blueprint import bp
from app.participations import queries as participations
from app.participations.queries import ReviewFilter
from app.participations.states import ParticipationStatus
from app.tours import queries as tours
from app.tours.queries import FairFilter
from app.tours.services import readiness, warnings_of
from app.tours.states import FairStatus
from app.web.access import requires

# What is prepared for is a draft or published; the others wait for nobody.
PREPARED = (FairStatus.DRAFT, FairStatus.PUBLISHED)


@bp.get("/staff/")
@requires(Permission.STAFF_HOME)
def staff_home() -> ResponseReturnValue:
    """What is late or waiting, over all fairs this person may see."""
    now = utcnow()
    scope = current_user.scope_of(Permission.STAFF_HOME)
    planning = current_user.can(Permission.FAIR_READ)
    review_scope = current_user.scope_of(Permission.EMPLOYER_REVIEW)
    ahead = FairFilter(since=now - timedelta(hours=12), until=now + timedelta(days=60), scope=scope)
    fairs = tours.list_fairs(ahead)
    facts = count_fairs(fairs) if planning else {}
    return render_template(
        "pages/staff_home.html",
        # Who stands at a gate must read that the fair is cancelled; who plans knows.
        fairs=[fair for fair in fairs if not (planning and fair.status is FairStatus.CANCELLED)],
        facts=facts,
        checks=[
            (fair, item)
            for fair in fairs
            if planning and fair.status in PREPARED and fair.starts_at > now
            for item in readiness(fair, facts[fair.id].for_readiness)
            if item.state in ("late", "now")
        ],
        reviews=[
            (fair, facts[fair.id].to_review)
            for fair in fairs
            if not review_scope.is_empty and planning and facts[fair.id].to_review
        ],
        employers_waiting=0 if review_scope.is_empty else count_employers_to_review(review_scope),
        failed_notices=(count_failed_notices() if current_user.can(Permission.NOTICE_READ) else 0),
        planning=planning,
        now=now,
        today=today(),
    )


@bp.get("/staff/fairs/<slug>")
@requires(Permission.FAIR_READ)
def workspace(slug: str) -> ResponseReturnValue:
    """Can this fair open? Figures, what is left to do, employers to review, booths."""
    fair = tours.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    facts = count_fair(fair)
    review_scope = current_user.scope_of(Permission.EMPLOYER_REVIEW)
    waiting = (
        None
        if review_scope.is_empty
        else participations.list_for_review(
            fair, ReviewFilter(status=ParticipationStatus.SUBMITTED), review_scope
        )
    )
    return render_template(
        "pages/workspace.html",
        fair=fair,
        facts=facts,
        checks=readiness(fair, facts.for_readiness),
        warnings=warnings_of(fair, tours.list_neighbours(fair)),
        waiting=waiting,
        plan=participations.plan_of(fair),
        unplaced=list(participations.list_unplaced(fair))[:6],
        day=local(fair.starts_at, fair.time_zone).date(),
        now=utcnow(),
        today=today(fair.time_zone),
    )
