"""What phones brought that could not be stored as it came: look, take in, leave out."""

from collections import defaultdict

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import services, wire
from app.checkins.forms import ReasonForm
from app.checkins.models import Device
from app.checkins.views.door import bp, fair_for, may
from app.core.errors import DomainError
from app.core.text import N_
from app.core.transaction import transaction
from app.tours.models import Fair
from app.web.access import requires
from app.web.errors import sentence
from app.web.forms import answer

DECIDES = Permission.CHECKIN_OVERRIDE
REASONS = {
    "unknown-device": N_(
        "This phone was enrolled after the backup that is in use now. Its scans are real as a rule:"
        " count them, and the phone works on."
    ),
    "revoked-device": N_(
        "The phone was out of use when it brought these. Count them if it was in good hands;"
        " it stays out of use."
    ),
    "same-id-other-content": N_("The phone said something else about a scan it had sent before."),
    "same-id-other-hand": N_("Another phone sent a scan of the same name before."),
}


@bp.get("/staff/fairs/<slug>/aside")
@requires(Permission.DEVICE_MANAGE)
def aside(slug: str) -> ResponseReturnValue:
    """Which scans wait for a person, and from which phone?"""
    return _page(fair_for(slug, Permission.DEVICE_MANAGE), ReasonForm())


def _page(fair: Fair, form: ReasonForm) -> ResponseReturnValue:
    return answer(
        "checkins/aside.html",
        form,
        fair=fair,
        rows=services.list_aside(fair),
        reasons=defaultdict(str, {why: gettext(text) for why, text in REASONS.items()}),
        may_decide=may(DECIDES, fair),
    )


@bp.post("/staff/fairs/<slug>/aside/<device_uid>/take-in")
@requires(DECIDES)
def take_in(slug: str, device_uid: str) -> ResponseReturnValue:
    """Read what waits of a phone as scans."""
    fair, form = fair_for(slug, DECIDES), ReasonForm()
    if not form.validate_on_submit():
        return _page(fair, form)
    try:
        with transaction():
            device = services.adopt_device(
                fair, device_uid, by=current_user, reason=form.reason.data
            )
        number = _take_all(device)
    except DomainError as error:
        flash(sentence(error), "warning")
    else:
        text = ngettext("%(num)s scan is counted now.", "%(num)s scans are counted now.", number)
        flash(text, "success")
    return redirect(url_for(".aside", slug=slug), 303)


def _take_all(device: Device) -> int:
    """Some at a time: the gates go on meanwhile. Half done, the rest still waits."""
    total, after = 0, 0
    while True:
        with transaction():
            number, last = services.take_in(device, wire.read_kept, by=current_user, after=after)
        total += number
        if last is None:
            return total
        after = last


@bp.post("/staff/fairs/<slug>/aside/<device_uid>/leave-out")
@requires(DECIDES)
def leave_out(slug: str, device_uid: str) -> ResponseReturnValue:
    """Say that what waits of a phone has been looked at and does not count."""
    fair, form = fair_for(slug, DECIDES), ReasonForm()
    if not form.validate_on_submit():
        return _page(fair, form)
    try:
        with transaction():
            services.leave_out(fair, device_uid, by=current_user, reason=form.reason.data)
    except DomainError as error:
        flash(sentence(error), "warning")
    else:
        flash(gettext("Looked at and left out. The bytes are kept with the fair."), "success")
    return redirect(url_for(".aside", slug=slug), 303)
