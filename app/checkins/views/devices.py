"""Whoever is signed in makes their own phone a device by opening the scanner."""

from typing import Any

from flask import Response, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.accounts.permissions import Permission
from app.checkins import queries, services, wire
from app.checkins.views.door import bp, fair_for
from app.core.errors import DomainError, NotFound, Unauthenticated
from app.core.fields import read_object
from app.core.text import N_
from app.core.transaction import transaction
from app.employers import queries as employers
from app.participations import queries as participations
from app.participations.states import ParticipationStatus
from app.web.access import public, requires

# Who has promised to come, or is here.
STANDING = frozenset({ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED})


class NoStand(DomainError):
    """An employer that has not confirmed has no stand to scan at."""

    code = "no-stand"
    message = N_("Confirm that you are coming to this fair first.")


@bp.get("/scanner/session")
@public
def scanner_session() -> dict[str, Any]:
    """Who is signed in here, and what a script needs to post: for the scanner."""
    if not current_user.is_authenticated:
        raise Unauthenticated()
    return {"csrf": generate_csrf(), "name": current_user.label}


@bp.post("/staff/fairs/<slug>/devices")
@requires(Permission.CHECKIN_RECORD)
def enrol_own(slug: str) -> Response:
    """Make this phone a device of the person who is signed in."""
    told = read_object(request.get_data())
    fair = fair_for(slug, Permission.CHECKIN_RECORD)
    gate_id = told.get("gate")
    gate = queries.get_gate(fair, gate_id) if type(gate_id) is int else None
    with transaction():
        enrolled = services.enrol_own(
            fair, gate=gate, name=wire.read_text(told, "name", 60), by=current_user
        )
    return _told(enrolled)


@bp.post("/employer/fairs/<slug>/devices")
@requires(Permission.INTENT_RECORD)
def enrol_booth(slug: str) -> Response:
    """Make this phone the device of the employer's stand: it reads tickets, lets nobody in."""
    told = read_object(request.get_data())
    employer = employers.find_own_employer(current_user)
    if employer is None:
        raise NotFound()
    participation = participations.get_own(slug, employer)
    if participation.status not in STANDING:
        raise NoStand()
    with transaction():
        enrolled = services.enrol_booth(
            participation, name=wire.read_text(told, "name", 60), by=current_user
        )
    return _told(enrolled)


def _told(enrolled: services.Enrolled) -> Response:
    facts = services.read_fair(enrolled.device.fair_id)
    assert facts is not None
    body = wire.dump(wire.show_enrolled(enrolled, facts))
    return Response(body, 201, mimetype="application/json")
