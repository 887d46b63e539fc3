"""The gate page of a signed-in member of staff, and what it posts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import current_user

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.forms import Malformed, read_decision, read_scans, read_undo
from app.checkins.services import Answer, DoorFacts, HallFacts
from app.checkins.states import Decision, ScanSource, Verdict
from app.checkins.verdicts import may_be_overridden, may_decide
from app.checkins.views.door import bp, counts_of, fair_for, may, spoken, who
from app.core.clock import utcnow
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.tours.models import Fair
from app.tours.states import PAST_OR_OFF
from app.web.access import requires
from app.web.errors import sentence
from app.web.links import external_url


@bp.get("/staff/fairs/<slug>/gates/<int:gate_id>")
@requires(Permission.CHECKIN_RECORD)
def gate(slug: str, gate_id: int) -> ResponseReturnValue:
    """The way to the scanner, which needs no network; it takes the gate from behind the #."""
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    door = queries.get_gate(fair, gate_id)
    where = urlencode({"fair": fair.slug, "gate": door.id})
    return redirect(f"{url_for('.shell')}#{where}")


@bp.get("/staff/fairs/<slug>/gates/<int:gate_id>/online")
@requires(Permission.CHECKIN_RECORD)
def gate_online(slug: str, gate_id: int) -> ResponseReturnValue:
    """Scan with the network only: may this person in?"""
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    door = queries.get_gate(fair, gate_id)
    phase = fair.phase_at(utcnow())
    is_over = phase in PAST_OR_OFF
    register = external_url("registrations.register", slug=fair.slug)
    return render_template(
        "checkins/gate.html",
        fair=fair,
        gate=door,
        phase=phase if is_over else None,
        counts=counts_of(fair),
        verdicts=[verdict.value for verdict in Verdict],
        asked={verdict.value for verdict in Verdict if may_decide(verdict)},
        overridable={verdict.value for verdict in Verdict if may_be_overridden(verdict)},
        may_override=may(Permission.CHECKIN_OVERRIDE, fair),
        may_desk=may(Permission.HELPDESK_USE, fair),
        poster=qr_svg(external_url("checkins.poster", code=door.code)),
        # Whoever comes too late for this fair is sent to no page that says so.
        join=None if is_over else qr_svg(register),
        nobody=UUID(int=0),
    )


@bp.get("/staff/fairs/<slug>/gates/<int:gate_id>/status")
@requires(Permission.CHECKIN_RECORD)
def gate_status(slug: str, gate_id: int) -> ResponseReturnValue:
    """How many are inside, for the top of the gate page."""
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    queries.get_gate(fair, gate_id)
    return counts_of(fair) | {"server_time": utcnow().isoformat()}


@bp.post("/staff/fairs/<slug>/scans")
@requires(Permission.CHECKIN_RECORD)
def record_scans(slug: str) -> ResponseReturnValue:
    """Take scans; answer each with its verdict, whatever it is."""
    try:
        gate_id, scans = read_scans(request.get_json(silent=True))
    except Malformed as error:
        return _unreadable(error)
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    door = queries.get_gate(fair, gate_id)
    hall, facts, actor = HallFacts.of(fair), DoorFacts.of(door), who()
    get_locale()  # known from here on: nobody has to be looked up again for it
    with transaction():
        answers = services.record_scans(
            hall, scans, gate=facts, actor=actor, source=ScanSource.STAFF
        )
    body = {
        "server_time": utcnow().isoformat(),
        "results": [_result(answer, fair, facts) for answer in answers],
    }
    return body, 200, {"X-Xunpin-Scan": "1", "Cache-Control": "no-store"}


@bp.post("/staff/fairs/<slug>/scans/<uuid:scan_id>/decision")
@requires(Permission.CHECKIN_RECORD)
def decide(slug: str, scan_id: UUID) -> ResponseReturnValue:
    """Record that the person was let in or turned away."""
    try:
        decision, reason = read_decision(request.get_json(silent=True))
    except Malformed as error:
        return _unreadable(error)
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    may_override = may(Permission.CHECKIN_OVERRIDE, fair)
    with transaction():
        scan = queries.get_scan(fair, scan_id)
        is_override = decision is Decision.LET_IN and not may_decide(scan.answer)
        services.decide(scan, decision, by=current_user, may_override=may_override, reason=reason)
    return {"decision": decision, "override": is_override, **counts_of(fair)}


@bp.post("/staff/fairs/<slug>/scans/<uuid:scan_id>/undo")
@requires(Permission.CHECKIN_RECORD)
def undo(slug: str, scan_id: UUID) -> ResponseReturnValue:
    """Take a scan back: one's own last, or any with the permission for it."""
    try:
        reason = read_undo(request.get_json(silent=True))
    except Malformed as error:
        return _unreadable(error)
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    may_undo_any = may(Permission.CHECKIN_OVERRIDE, fair)
    with transaction():
        scan = queries.get_scan(fair, scan_id)
        services.undo_scan(scan, by=current_user, may_undo_any=may_undo_any, reason=reason)
    return {"undone": str(scan_id), **counts_of(fair)}


def _result(answer: Answer, fair: Fair, door: DoorFacts) -> dict[str, Any]:
    """One answer as the protocol writes it, with the words the page shows."""
    words = spoken(answer, fair, door)
    first = answer.first and {"at": answer.first.at.isoformat(), "gate": answer.first.gate}
    return {
        "id": str(answer.id),
        "stored": answer.stored,
        "answer": {
            "code": answer.code,
            "first": first,
            "name": answer.name,
            "school": answer.school,
            "level": answer.level,
            "number": answer.number,
            "unverified": answer.is_unverified,
            "words": vars(words),
        },
        "inside": answer.inside,
        "permitted": answer.permitted,
    }


def _unreadable(error: Malformed) -> ResponseReturnValue:
    return {"error": {"code": error.code, "message": sentence(error)}}, 422
