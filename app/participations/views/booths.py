"""Who stands where: employer first, then booth."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError, NotFound
from app.core.transaction import transaction
from app.employers.states import EmployerStatus
from app.participations import queries, services
from app.participations.models import Participation
from app.participations.plan import PlanBooth, PlanView
from app.participations.views.door import bp, staff_fair, staff_participation, toast, warn
from app.participations.views.own import print_sign
from app.participations.views.placing import say_reasons
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import answer

ASSIGN = Permission.BOOTH_ASSIGN


@bp.get("/staff/fairs/<slug>/plan")
@requires(ASSIGN)
def plan(slug: str) -> ResponseReturnValue:
    """The plan, those without a booth, and the one who is to be placed now."""
    fair = staff_fair(slug, ASSIGN)
    view = queries.plan_of(fair)
    if not view.halls:
        return redirect(url_for("participations.layout", slug=slug))
    unplaced = queries.list_unplaced(fair, current_user.scope_of(ASSIGN))
    chosen = _chosen(view, unplaced)
    unplaced = sorted(unplaced, key=lambda one: one is not chosen)
    picked = view.find(request.args.get("booth", ""))
    freed = _draw(fair, view, chosen, picked)
    return answer(
        "participations/plan.html",
        fair=fair,
        view=view,
        unplaced=unplaced,
        chosen=chosen,
        picked=picked,
        freed=freed,
        last=queries.find_last_move(fair),
        why=say_reasons(queries.find_reasons(picked.participation))
        if picked and picked.participation
        else "",
        placed=_find_placed(fair, request.args.get("placed", "")),
        troubled=[one for one in view.booths if one.participation and _trouble(one)],
        trouble=_trouble,
    )


def _find_placed(fair: Fair, batch: str) -> dict[str, Any] | None:
    """The automatic placement that was just done, as the page tells it."""
    try:
        rows = queries.list_placed_by(fair, batch) if batch else []
    except NotFound:
        return None
    if not rows or rows[0].move.undone_at is not None:
        return None
    return {
        "batch": batch,
        "done": sum(row.move.from_booth_id != row.move.to_booth_id for row in rows if row.booth),
        "left": [row.move.participation.employer.display_name for row in rows if not row.booth],
    }


def _chosen(view: PlanView, unplaced: Sequence[Participation]) -> Participation | None:
    """The employer that was clicked, whether it has a booth or not."""
    slug = request.args.get("employer", "")
    placed = [one.participation for one in view.booths if one.participation]
    both = [*unplaced, *placed]
    return next((one for one in both if slug and one.employer.slug == slug), None)


def _draw(
    fair: Fair, view: PlanView, chosen: Participation | None, picked: PlanBooth | None
) -> dict[str, str]:
    """Say of every booth how it is drawn and where it leads; returns the freed ones."""
    fitting: set[str | None] = set()
    if chosen is not None:
        booths, zones = queries.list_booths(fair), queries.list_zones(fair)
        taken = {one.id for one in view.booths if one.participation}
        fitting = {one.code for one in queries.suggest_booths(chosen, booths, zones, taken)}
    freed = {
        move.from_booth_id: move.participation.employer.display_name
        for move in queries.list_freed(fair)
    }
    shown: dict[str, str] = {}
    for booth in view.booths:
        query: dict[str, Any] = {"booth": booth.code}
        if chosen is not None and booth.participation is None:
            query["employer"] = chosen.employer.slug
        booth.href = url_for("participations.plan", slug=fair.slug, **query, _anchor="picked")
        if booth.has_power and booth.participation is None:
            booth.label = f"{booth.label} {gettext('with power')}".strip()
        if booth.id in freed and booth.participation is None:
            shown[booth.code] = freed[booth.id]
            booth.state = "clash"
        if booth.participation is not None and _trouble(booth):
            booth.state = "clash"
        if booth.code in fitting:
            booth.state = "fit"
        if booth is picked or (chosen is not None and booth.participation is chosen):
            booth.state = "sel"
    return shown


def _trouble(booth: PlanBooth) -> str:
    """Why somebody should look at a booth that is taken, or nothing."""
    who = booth.participation
    if who is None:
        return ""
    if who.employer.status is not EmployerStatus.APPROVED:
        return gettext("the company is not approved")
    if who.needs_power and not booth.has_power:
        return gettext("power is needed and there is none")
    if who.needs_large and not booth.is_large:
        return gettext("a double booth is needed and this is a single one")
    return ""


@bp.post("/staff/fairs/<slug>/plan/assign")
@requires(ASSIGN)
def assign(slug: str) -> ResponseReturnValue:
    """This employer stands at this booth."""
    wanted = request.form.get("employer", "")
    participation = staff_participation(slug, wanted, ASSIGN)
    booth = queries.get_booth(participation.fair, request.form.get("booth", ""))
    try:
        with transaction():
            move = services.assign_booth(participation, booth, by=current_user)
    except DomainError as error:
        warn(error)
        return redirect(url_for("participations.plan", slug=slug, employer=wanted), 303)
    _say_undo(
        slug,
        gettext(
            "%(name)s is at %(booth)s",
            name=participation.employer.display_name,
            booth=booth.code,
        ),
        move.batch,
    )
    # The next one is at hand: placing eighty employers is eighty clicks.
    rest = queries.list_unplaced(participation.fair, current_user.scope_of(ASSIGN))
    following: dict[str, Any] = {"employer": rest[0].employer.slug} if rest else {}
    return redirect(url_for("participations.plan", slug=slug, **following), 303)


def _say_undo(slug: str, text: str, batch: str) -> None:
    toast(text, url_for("participations.undo_move", slug=slug), batch=batch)


@bp.post("/staff/fairs/<slug>/plan/unassign")
@requires(ASSIGN)
def unassign(slug: str) -> ResponseReturnValue:
    """Take a booth away."""
    participation = staff_participation(slug, request.form.get("employer", ""), ASSIGN)
    with transaction():
        move = services.unassign_booth(participation, by=current_user)
    if move is not None:
        name = participation.employer.display_name
        _say_undo(slug, gettext("%(name)s has no booth now", name=name), move.batch)
    return redirect(url_for("participations.plan", slug=slug), 303)


@bp.post("/staff/fairs/<slug>/plan/undo")
@requires(ASSIGN)
def undo_move(slug: str) -> ResponseReturnValue:
    """Take the last assignment back, the whole of it."""
    fair = staff_fair(slug, ASSIGN)
    last = queries.find_last_move(fair)
    if last is not None:
        # Somebody of one delegation does not undo what concerns another.
        staff_participation(slug, last.participation.employer.slug, ASSIGN)
    try:
        with transaction():
            moves = services.undo_last_move(
                fair, by=current_user, batch=request.form.get("batch", "")[:40]
            )
    except DomainError as error:
        warn(error)
    else:
        text = ngettext(
            "%(num)s assignment taken back", "%(num)s assignments taken back", len(moves)
        )
        flash(text, "success")
    return redirect(url_for("participations.plan", slug=slug), 303)


@bp.get("/staff/fairs/<slug>/plan/<employer_slug>/sign")
@requires(ASSIGN)
def staff_sign(slug: str, employer_slug: str) -> ResponseReturnValue:
    """An employer's booth sign, printed for it."""
    participation = staff_participation(slug, employer_slug, ASSIGN)
    return print_sign(participation, url_for("participations.plan", slug=slug))
