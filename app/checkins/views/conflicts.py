"""Tickets shown green twice, and people let in against a verdict: look, decide, take back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import services
from app.checkins.forms import KeepForm
from app.checkins.states import RulingKind, Verdict
from app.checkins.views.door import bp, fair_for, may
from app.core.errors import Conflict, NotFound
from app.core.transaction import transaction
from app.registrations import queries as registrations
from app.registrations.models import Registration
from app.tours.models import Fair
from app.web.access import requires
from app.web.errors import sentence

# Whoever sets phones up looks; whoever may let in against a verdict decides.
LOOKS = (Permission.DEVICE_MANAGE, Permission.CHECKIN_OVERRIDE)
DECIDES = Permission.CHECKIN_OVERRIDE
KINDS = (RulingKind.KEEP_ONE, RulingKind.ALL_RIGHT)


@bp.get("/staff/fairs/<slug>/conflicts")
@requires(Permission.STAFF_HOME)
def conflicts(slug: str) -> ResponseReturnValue:
    """Which tickets were shown green twice, where and when?"""
    fair = fair_for(slug, *LOOKS)
    number = request.args.get("page", 1, type=int)
    return render_template(
        "checkins/conflicts.html",
        fair=fair,
        page=services.list_conflicts(fair, number),
        overrides=services.list_overrides(fair),
        rulings=services.list_rulings(fair, KINDS),
        verdict_label=lambda flag: Verdict(flag.removeprefix("override_")).label,
        may_decide=may(DECIDES, fair),
    )


@bp.post("/staff/fairs/<slug>/conflicts/<uid>/keep")
@requires(DECIDES)
def keep_scan(slug: str, uid: str) -> ResponseReturnValue:
    """One of the scans is the right one: the others are void."""
    fair = fair_for(slug, DECIDES)
    registration, form = _registration(fair, uid), KeepForm()
    if not form.validate_on_submit():
        flash(gettext("Choose which scan to keep."), "warning")
        return redirect(url_for(".conflicts", slug=slug), 303)
    reason = gettext("Another scan of the same ticket was kept")
    return _decided(
        slug,
        lambda: services.keep_one(registration, form.scan.data, by=current_user, reason=reason),
        gettext("Kept one scan, the others are void."),
    )


@bp.post("/staff/fairs/<slug>/conflicts/<uid>/accept")
@requires(DECIDES)
def accept_scans(slug: str, uid: str) -> ResponseReturnValue:
    """All of them are right: nothing changes."""
    fair = fair_for(slug, DECIDES)
    registration = _registration(fair, uid)
    return _decided(
        slug,
        lambda: services.accept_all(registration, by=current_user, reason=""),
        gettext("Noted: all scans are right."),
    )


@bp.post("/staff/fairs/<slug>/rulings/<ruling_uid>/undo")
@requires(DECIDES)
def undo_ruling(slug: str, ruling_uid: str) -> ResponseReturnValue:
    """Take a decision back: what it made void counts again."""
    fair = fair_for(slug, DECIDES)
    with transaction():
        ruling = services.get_ruling(fair, ruling_uid)
        services.undo_ruling(ruling, by=current_user)
    flash(gettext("Taken back: the scans count again."), "success")
    if ruling.device is not None:
        return redirect(url_for(".device", slug=slug, device_uid=ruling.device.uid), 303)
    return redirect(url_for(".conflicts", slug=slug), 303)


def _decided(slug: str, decide: Any, text: str) -> ResponseReturnValue:
    try:
        with transaction():
            ruling = decide()
    except Conflict as error:
        flash(sentence(error), "warning")
    else:
        undo = url_for(".undo_ruling", slug=slug, ruling_uid=ruling.uid)
        message: Any = {"text": text, "undo": undo}
        flash(message, "success")
    return redirect(url_for(".conflicts", slug=slug), 303)


def _registration(fair: Fair, uid: str) -> Registration:
    registration = registrations.get_registration(uid)
    if registration.fair_id != fair.id:
        raise NotFound()
    return registration
