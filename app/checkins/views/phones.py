"""The gate phones of a fair: who is behind, enrol one, take one out of use, void its scans."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.forms import EnrolForm, PinForm, RangeForm, ReasonForm
from app.checkins.models import Device, Gate
from app.checkins.services.fleet import Phone, list_devices
from app.checkins.states import RulingKind
from app.checkins.views.door import bp, fair_for, may
from app.core.errors import DomainError, NotFound
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import answer
from app.web.links import external_url

DECIDES = Permission.CHECKIN_OVERRIDE


@bp.get("/staff/fairs/<slug>/devices")
@requires(Permission.DEVICE_MANAGE)
def devices(slug: str) -> ResponseReturnValue:
    """Which phones scan here, and has everything they scanned arrived?"""
    return _devices_page(fair_for(slug, Permission.DEVICE_MANAGE), PinForm())


def _devices_page(fair: Fair, form: PinForm) -> ResponseReturnValue:
    phones = list_devices(fair)
    facts = services.read_fair(fair.id)
    return answer(
        "checkins/devices.html",
        form,
        fair=fair,
        phones=[phone for phone in phones if phone.device.revoked_at is None],
        retired=[phone for phone in phones if phone.device.revoked_at is not None],
        gates=queries.list_gates(fair, open_only=True),
        has_pin=facts is not None and facts.pin is not None,
        aside=services.count_aside(fair),
        may_decide=may(DECIDES, fair),
    )


@bp.post("/staff/fairs/<slug>/devices/enrol")
@requires(Permission.DEVICE_MANAGE)
def enrol_phone(slug: str) -> ResponseReturnValue:
    """A QR code that makes one borrowed phone a gate phone: ten minutes, once."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    listed = queries.list_gates(fair, open_only=True)
    form = EnrolForm()
    form.gate.choices = [("", "—"), *((str(gate.id), gate.name) for gate in listed)]
    if not form.validate_on_submit():
        flash(gettext("Choose a gate of this fair."), "warning")
        return redirect(url_for(".devices", slug=slug), 303)
    gate = _chosen(listed, form.gate.data)
    with transaction():
        enrolment, secret = services.enrol_device(fair, gate=gate, by=current_user)
    # Behind "#", so that the secret reaches no log.
    url = urljoin(external_url("checkins.scanner_session"), ".") + f"#enrol={secret}"
    return render_template(
        "checkins/enrol.html", fair=fair, gate=gate, enrolment=enrolment, url=url, qr=qr_svg(url)
    )


@bp.post("/staff/fairs/<slug>/devices/pin")
@requires(DECIDES)
def set_pin(slug: str) -> ResponseReturnValue:
    """Set the PIN that a supervisor types at a gate."""
    fair, form = fair_for(slug, DECIDES), PinForm()
    if form.validate_on_submit():
        try:
            pin = services.make_pin(form.pin.data)
            with transaction():
                services.set_supervisor_pin(fair, pin, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("The PIN is set. Phones learn it with their next contact."), "success")
            return redirect(url_for(".devices", slug=slug), 303)
    return _devices_page(fair, form)


@bp.get("/staff/fairs/<slug>/devices/<device_uid>")
@requires(Permission.DEVICE_MANAGE)
def device(slug: str, device_uid: str) -> ResponseReturnValue:
    """One phone: what it brought, what is missing, what to do."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    form = RangeForm(zone=fair.time_zone)
    return _device_page(fair, _phone(fair, device_uid), form, _revoking())


def _device_page(
    fair: Fair, phone: Phone, form: RangeForm, revoking: ReasonForm
) -> ResponseReturnValue:
    rulings = services.list_rulings(fair, [RulingKind.DEVICE_RANGE], limit=100)
    return answer(
        "checkins/device.html",
        revoking if revoking.errors else form,
        fair=fair,
        phone=phone,
        ranging=form,
        revoking=revoking,
        rulings=[row for row in rulings if row.device_id == phone.device.id],
        missing_list=_written,
        may_decide=may(DECIDES, fair),
    )


@bp.post("/staff/fairs/<slug>/devices/<device_uid>/revoke")
@requires(Permission.DEVICE_MANAGE)
def revoke_device(slug: str, device_uid: str) -> ResponseReturnValue:
    """Take a phone out of use: lost, stolen, or back in its owner's pocket."""
    fair, form = fair_for(slug, Permission.DEVICE_MANAGE), _revoking()
    if not form.validate_on_submit():
        ranging = RangeForm(formdata=None, zone=fair.time_zone)
        return _device_page(fair, _phone(fair, device_uid), ranging, form)
    with transaction():
        row = queries.get_device(fair, device_uid)
        services.revoke_device(row, by=current_user, reason=form.reason.data)
    flash(gettext("The phone is out of use. What it still sends is set aside."), "success")
    return redirect(url_for(".device", slug=slug, device_uid=device_uid), 303)


@bp.post("/staff/fairs/<slug>/devices/<device_uid>/void")
@requires(DECIDES)
def void_range(slug: str, device_uid: str) -> ResponseReturnValue:
    """Strike out what a phone scanned in a span of time; it can be taken back."""
    fair = fair_for(slug, DECIDES)
    form = RangeForm(zone=fair.time_zone)
    if form.validate_on_submit():
        try:
            with transaction():
                row: Device = queries.get_device(fair, device_uid)
                ruling = services.void_device_range(
                    row,
                    form.first_at.data,
                    form.last_at.data,
                    by=current_user,
                    reason=form.reason.data,
                )
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            form.refuse(error)
        else:
            text = gettext("%(number)s scans are void.", number=len(ruling.voided))
            undo = url_for(".undo_ruling", slug=slug, ruling_uid=ruling.uid)
            flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]
            return redirect(url_for(".device", slug=slug, device_uid=device_uid), 303)
    return _device_page(fair, _phone(fair, device_uid), form, _revoking(formdata=None))


def _phone(fair: Fair, uid: str) -> Phone:
    found = next((phone for phone in list_devices(fair) if phone.device.uid == uid), None)
    if found is None:
        raise NotFound()
    return found


def _chosen(listed: list[Gate], gate_id: str | None) -> Gate | None:
    return next((gate for gate in listed if str(gate.id) == gate_id), None)


def _revoking(**given: Any) -> ReasonForm:
    """The form that takes a phone out of use; another one on the page asks for a reason too."""
    return ReasonForm(prefix="revoke-", **given)


def _written(gaps: Sequence[tuple[int, int]]) -> str:
    """Missing numbers as people write them: 3, 7–9."""
    return ", ".join(
        str(first) if first == last else f"{first}\N{EN DASH}{last}" for first, last in gaps
    )
