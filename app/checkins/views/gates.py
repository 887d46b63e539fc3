"""The gates of a fair: pick one and start; set them up; posters; links for screens."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.forms import DisplayForm, GateForm
from app.checkins.models import Gate
from app.checkins.states import hall_state
from app.checkins.views.door import AT_GATES, bp, counts_of, fair_for, may
from app.core.errors import DomainError
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.places.states import GateDirection
from app.tours.models import Fair
from app.web.access import requires
from app.web.formatting import fmt_span
from app.web.forms import answer
from app.web.i18n import bilingual, in_each_language, is_english
from app.web.links import external_url


@bp.get("/staff/fairs/<slug>/gates")
@requires(Permission.STAFF_HOME)
def gates(slug: str) -> ResponseReturnValue:
    """Which gates are there, and who stands where?"""
    return _gates_page(fair_for(slug, *AT_GATES), DisplayForm())


def _gates_page(fair: Fair, form: DisplayForm, *, token: str = "") -> ResponseReturnValue:
    listed, counts = queries.list_gates(fair), counts_of(fair)
    return answer(
        "checkins/gates.html",
        form,
        fair=fair,
        gates=listed,
        own=queries.gate_of(fair, current_user),
        proposed=[] if listed else services.proposed_gates(fair.venue),
        counts=counts,
        attended=queries.count_attended(fair),
        by_gate=queries.count_scans_by_gate(fair),
        alarms=queries.list_alarms(fair),
        conflicts=services.count_conflicts(fair),
        may_rule=may(Permission.CHECKIN_OVERRIDE, fair),
        links=queries.list_display_links(fair),
        screens=_screen_urls(fair, listed, token) if token else [],
        state=hall_state(counts["inside"], fair.permitted_number),
        may_board=may(Permission.BOARD_READ, fair),
        may_scan=may(Permission.CHECKIN_RECORD, fair),
        may_manage=may(Permission.DEVICE_MANAGE, fair),
        may_open=may(Permission.FAIR_READ, fair),
        may_display=may(Permission.DISPLAY_MANAGE, fair),
        may_desk=may(Permission.HELPDESK_USE, fair),
    )


def _screen_urls(fair: Fair, listed: list[Gate], token: str) -> list[tuple[str, str]]:
    """What one display link opens: the board and every gate's screen, as (name, address)."""
    board = external_url("reports.board", slug=fair.slug, display=token)
    return [(gettext("Live board"), board)] + [
        (
            gettext("Code screen of %(gate)s", gate=gate.name),
            external_url("checkins.screen", slug=fair.slug, gate_id=gate.id, display=token),
        )
        for gate in listed
        if gate.closed_at is None
    ]


@bp.post("/staff/fairs/<slug>/gates/set-up")
@requires(Permission.STAFF_HOME)
def set_up_gates(slug: str) -> ResponseReturnValue:
    """Begin with the venue's gates, or with one."""
    fair = fair_for(slug, *AT_GATES)
    with transaction():
        services.ensure_gates(fair)
    return redirect(url_for(".gates", slug=slug), 303)


@bp.route("/staff/fairs/<slug>/gates/new", methods=["GET", "POST"])
@requires(Permission.DEVICE_MANAGE)
def new_gate(slug: str) -> ResponseReturnValue:
    """One gate more."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    form = GateForm(direction=GateDirection.BOTH)
    del form.staff
    if form.validate_on_submit():
        try:
            with transaction():
                services.add_gate(fair, form.name.data, form.direction.data, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(url_for(".gates", slug=slug), 303)
    return answer("checkins/gate_form.html", form, fair=fair, gate=None)


@bp.route("/staff/fairs/<slug>/gates/<int:gate_id>/edit", methods=["GET", "POST"])
@requires(Permission.DEVICE_MANAGE)
def edit_gate(slug: str, gate_id: int) -> ResponseReturnValue:
    """Rename a gate, say which way it goes and who stands there."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    gate = queries.get_gate(fair, gate_id)
    people = {user.id: user for user in services.list_gate_people(fair)}
    people |= {row.user_id: row.user for row in gate.staff}
    form = GateForm(
        name=gate.name, direction=gate.direction, staff=[row.user_id for row in gate.staff]
    )
    form.staff.choices = [(user.id, user.label) for user in people.values()]
    if form.validate_on_submit():
        try:
            with transaction():
                services.edit_gate(
                    gate,
                    name=form.name.data,
                    direction=form.direction.data,
                    staff=[people[user_id] for user_id in form.staff.data],
                    by=current_user,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(gettext("Saved"), "success")
            return redirect(url_for(".gates", slug=slug), 303)
    return answer("checkins/gate_form.html", form, fair=fair, gate=gate)


@bp.post("/staff/fairs/<slug>/gates/<int:gate_id>/close")
@requires(Permission.DEVICE_MANAGE)
def close_gate(slug: str, gate_id: int) -> ResponseReturnValue:
    """Take a gate out of use."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    with transaction():
        gate = queries.get_gate(fair, gate_id)
        services.close_gate(gate, by=current_user)
    undo = url_for(".reopen_gate", slug=slug, gate_id=gate_id)
    message: Any = {"text": gettext("%(gate)s is closed.", gate=gate.name), "undo": undo}
    flash(message, "success")
    return redirect(url_for(".gates", slug=slug), 303)


@bp.post("/staff/fairs/<slug>/gates/<int:gate_id>/reopen")
@requires(Permission.DEVICE_MANAGE)
def reopen_gate(slug: str, gate_id: int) -> ResponseReturnValue:
    """Put a gate into use again."""
    fair = fair_for(slug, Permission.DEVICE_MANAGE)
    with transaction():
        gate = queries.get_gate(fair, gate_id)
        services.reopen_gate(gate, by=current_user)
    flash(gettext("%(gate)s is open.", gate=gate.name), "success")
    return redirect(url_for(".gates", slug=slug), 303)


@bp.get("/staff/fairs/<slug>/gates/<int:gate_id>/poster")
@requires(Permission.STAFF_HOME)
def poster_print(slug: str, gate_id: int) -> ResponseReturnValue:
    """The gate's poster, A4, in both languages."""
    fair = fair_for(slug, *AT_GATES)
    return _posters_page(fair, [queries.get_gate(fair, gate_id)])


@bp.get("/staff/fairs/<slug>/gates/posters")
@requires(Permission.STAFF_HOME)
def posters_print(slug: str) -> ResponseReturnValue:
    """The posters of all gates in use, a sheet each."""
    fair = fair_for(slug, *AT_GATES)
    return _posters_page(fair, queries.list_gates(fair, open_only=True))


def _posters_page(fair: Fair, listed: list[Gate]) -> ResponseReturnValue:
    urls = [external_url("checkins.poster", code=gate.code) for gate in listed]
    sheets = [(gate, url, qr_svg(url)) for gate, url in zip(listed, urls, strict=True)]
    halves = in_each_language(lambda: _on_poster(fair))
    return render_template("checkins/poster_print.html", fair=fair, sheets=sheets, halves=halves)


def _on_poster(fair: Fair) -> dict[str, str]:
    """What a poster says, in one language."""
    return {
        "lang": "en" if is_english() else "zh-Hans",
        "fair": bilingual(fair, "title"),
        "when": fmt_span(fair.starts_at, fair.ends_at, fair.time_zone),
        "venue": bilingual(fair.venue, "name") if fair.venue else "",
        "title": gettext("Scan to check in"),
        "one": gettext("Scan the code with WeChat or your camera"),
        "two": gettext("Registered: tap “I am here, check in”"),
        "three": gettext("Not registered yet: do it here, it takes a minute"),
    }


@bp.post("/staff/fairs/<slug>/display-links")
@requires(Permission.DISPLAY_MANAGE)
def make_display_link(slug: str) -> ResponseReturnValue:
    """Make a link for a screen. It is shown this once: only its fingerprint is kept."""
    fair = fair_for(slug, Permission.DISPLAY_MANAGE)
    form = DisplayForm()
    token = ""
    if form.validate_on_submit():
        with transaction():
            _, token = services.make_display_link(fair, form.label.data, by=current_user)
        form = DisplayForm(formdata=None)
    return _gates_page(fair, form, token=token)


@bp.post("/staff/fairs/<slug>/display-links/<int:link_id>/revoke")
@requires(Permission.DISPLAY_MANAGE)
def revoke_display_link(slug: str, link_id: int) -> ResponseReturnValue:
    """End a link at once."""
    fair = fair_for(slug, Permission.DISPLAY_MANAGE)
    with transaction():
        link = queries.get_display_link(fair, link_id)
        services.revoke_display_link(link, by=current_user)
    flash(gettext("The link no longer opens anything."), "success")
    return redirect(url_for(".gates", slug=slug), 303)
