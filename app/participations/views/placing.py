"""Placing everybody in one act: what it obeys, what it did, and why."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext, pgettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.forms import PicksForm, PlacingForm
from app.participations.placement import Because
from app.participations.views.door import bp, staff_fair, staff_participation, toast, warn
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import answer

ASSIGN = Permission.BOOTH_ASSIGN
REASONS = {one.value: one for one in Because}


def say_reasons(because: Sequence[Any] | None) -> str:
    """The kept reasons of a choice as one sentence in the reader's language; "" for none."""
    known = [(REASONS[code], params) for code, params in because or () if code in REASONS]
    said = [gettext(one.label, **params) if params else gettext(one.label) for one, params in known]
    text = str(pgettext("sentence", "; ")).join(said)
    return text[:1].upper() + text[1:]


@bp.get("/staff/fairs/<slug>/plan/placing")
@requires(ASSIGN)
def placing(slug: str) -> ResponseReturnValue:
    """What an automatic placement obeys: whom it moves, spare booths, needs, rivals."""
    fair = staff_fair(slug, ASSIGN)
    plan = queries.find_floor_plan(fair)
    return _page(fair, PlacingForm(formdata=None, data={"spare": plan.spare if plan else 0}))


def _page(fair: Fair, form: PlacingForm) -> ResponseReturnValue:
    scope = current_user.scope_of(ASSIGN)
    coming = sorted(queries.list_to_place(fair), key=lambda one: one.employer.display_name)
    plan = queries.find_floor_plan(fair)
    picks = PicksForm(formdata=None, data={"until": plan.picks_until if plan else None})
    return answer(
        "participations/placing.html",
        form,
        picks=picks,
        holds=queries.list_holds(fair),
        fair=fair,
        coming=coming,
        waiting=len(queries.list_unplaced(fair, scope)),
        rivals=queries.list_rivalries(fair),
        needy=[one for one in coming if one.needs_power or one.needs_large],
    )


@bp.post("/staff/fairs/<slug>/plan/rest")
@requires(ASSIGN)
def assign_rest(slug: str) -> ResponseReturnValue:
    """Place everybody who has no booth yet; others only where that was asked for."""
    fair, form = staff_fair(slug, ASSIGN), PlacingForm()
    if not form.validate_on_submit():
        return _page(fair, form)
    scope = current_user.scope_of(ASSIGN)
    with transaction():
        done = services.place_employers(
            fair, scope, by=current_user, again=form.to_again(), spare=form.spare.data
        )
    if not done.choices:
        flash(gettext("Nobody is waiting for a booth."), "info")
        return redirect(url_for("participations.plan", slug=slug), 303)
    text = ngettext("%(num)s employer placed", "%(num)s employers placed", done.moved)
    toast(text, url_for("participations.undo_move", slug=slug), batch=done.batch)
    return redirect(url_for("participations.plan", slug=slug, placed=done.batch), 303)


@bp.get("/staff/fairs/<slug>/plan/placed/<batch>")
@requires(ASSIGN)
def placed(slug: str, batch: str) -> ResponseReturnValue:
    """Why each stands where an automatic placement put it."""
    fair = staff_fair(slug, ASSIGN)
    rows = queries.list_placed_by(fair, batch)
    last = queries.find_last_move(fair)
    return answer(
        "participations/placed.html",
        fair=fair,
        rows=[(row, say_reasons(row.move.because)) for row in rows if row.booth],
        left=[(row, say_reasons(row.move.because)) for row in rows if not row.booth],
        batch=batch,
        may_undo=last is not None and last.batch == batch,
        undone=rows[0].move.undone_at is not None,
    )


@bp.post("/staff/fairs/<slug>/plan/rivals")
@requires(ASSIGN)
def keep_apart(slug: str) -> ResponseReturnValue:
    """These two should not stand near each other."""
    fair = staff_fair(slug, ASSIGN)
    pair = [
        staff_participation(slug, request.form.get(name, ""), ASSIGN)
        for name in ("first", "second")
    ]
    try:
        with transaction():
            services.keep_apart(fair, pair[0].employer, pair[1].employer, by=current_user)
    except DomainError as error:
        warn(error)
    else:
        flash(gettext("Saved"), "success")
    return redirect(url_for("participations.placing", slug=slug, _anchor="rivals"), 303)


@bp.post("/staff/fairs/<slug>/plan/rivals/<int:pair_id>/remove")
@requires(ASSIGN)
def let_together(slug: str, pair_id: int) -> ResponseReturnValue:
    """They may stand side by side after all."""
    fair = staff_fair(slug, ASSIGN)
    with transaction():
        services.let_together(fair, pair_id, by=current_user)
    flash(gettext("Taken back"), "success")
    return redirect(url_for("participations.placing", slug=slug, _anchor="rivals"), 303)


@bp.post("/staff/fairs/<slug>/plan/needs")
@requires(ASSIGN)
def set_needs(slug: str) -> ResponseReturnValue:
    """What an employer's booth must have."""
    participation = staff_participation(slug, request.form.get("employer", ""), ASSIGN)
    with transaction():
        services.set_needs(
            participation,
            power="power" in request.form,
            large="large" in request.form,
            by=current_user,
        )
    flash(gettext("Saved"), "success")
    return redirect(url_for("participations.placing", slug=slug, _anchor="needs"), 303)
