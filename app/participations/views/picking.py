"""An employer chooses its booth: a tap holds it for ten minutes, a second takes it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError, NotFound
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.forms import PicksForm
from app.participations.models import Participation
from app.participations.views.door import bp, own_participation, staff_fair, warn
from app.participations.views.layout import ASSIGN
from app.web.access import requires
from app.web.forms import answer


@bp.get("/employer/fairs/<slug>/booth")
@requires(Permission.EMPLOYER_APPLY)
def pick(slug: str) -> ResponseReturnValue:
    """Which booth do we want?"""
    participation = own_participation(slug)
    if not services.may_pick(participation, utcnow()):
        return redirect(url_for("participations.own", slug=slug))
    held = queries.find_hold(participation)
    view = queries.plan_of(participation.fair)
    free = {booth.id for booth in queries.list_pickable(participation)}
    for booth in view.booths:
        booth.href = url_for("participations.pick", slug=slug, booth=booth.code, _anchor="picked")
        if booth.participation is participation:
            booth.label = gettext("your booth")
        if held is not None and booth.id == held.booth_id:
            booth.state = "sel"
        elif booth.id in free:
            booth.state = "fit"
        elif booth.participation is None:
            booth.state = "taken"
            booth.label = gettext("not for you to choose")
    picked = view.find(request.args.get("booth", ""))
    return answer(
        "participations/pick.html",
        participation=participation,
        fair=participation.fair,
        view=view,
        free=[booth for booth in view.booths if booth.id in free],
        picked=picked if picked and picked.id in free else None,
        held=held,
        now=utcnow(),
    )


@bp.post("/employer/fairs/<slug>/booth/hold")
@requires(Permission.EMPLOYER_APPLY)
def hold(slug: str) -> ResponseReturnValue:
    """This one, for ten minutes."""
    participation = own_participation(slug)
    booth = queries.get_booth(participation.fair, request.form.get("booth", ""))
    return _done(slug, participation, lambda: services.hold_booth(participation, booth), "pick")


@bp.post("/employer/fairs/<slug>/booth/take")
@requires(Permission.EMPLOYER_APPLY)
def take(slug: str) -> ResponseReturnValue:
    """Yes, this one."""
    participation = own_participation(slug)
    return _done(
        slug, participation, lambda: services.take_held(participation, by=current_user), "own"
    )


@bp.post("/employer/fairs/<slug>/booth/release")
@requires(Permission.EMPLOYER_APPLY)
def release_booth(slug: str) -> ResponseReturnValue:
    """Another one instead."""
    participation = own_participation(slug)
    with transaction():
        services.release_hold(participation)
    return redirect(url_for("participations.pick", slug=slug), 303)


def _done(slug: str, participation: Participation, act: object, then: str) -> ResponseReturnValue:
    try:
        with transaction():
            act()  # type: ignore[operator]
    except NotFound:
        raise
    except DomainError as error:
        warn(error)
        then = "pick"
    else:
        if then == "own":
            code = participation.booth.code if participation.booth else ""
            flash(gettext("%(booth)s is yours.", booth=code), "success")
    return redirect(url_for(f"participations.{then}", slug=slug), 303)


@bp.post("/staff/fairs/<slug>/plan/picks")
@requires(ASSIGN)
def let_pick(slug: str) -> ResponseReturnValue:
    """Until when employers choose among the free booths themselves."""
    fair, form = staff_fair(slug, ASSIGN), PicksForm()
    if not form.validate_on_submit():
        flash(gettext("Write the date and time like 2026-03-15 09:00."), "warning")
    else:
        with transaction():
            services.let_employers_pick(fair, form.until.data, by=current_user)
        flash(gettext("Saved"), "success")
    return redirect(url_for("participations.placing", slug=slug, _anchor="picks"), 303)
