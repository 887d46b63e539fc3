"""The door for gate phones: the check-in protocol (docs/protocol.md).

A device proves itself by its token; no cookie is looked at, so no forged form can do
anything here. Nothing is asked of the database twice: what a call needs was read with the
device, everything it brings is stored in one transaction, together with what other devices
bring at that moment, and it is answered afterwards.
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, request

from app.checkins import services, wire
from app.checkins.services import Call, DeviceFacts, FairFacts, Record, RosterPage
from app.checkins.states import DeviceRole
from app.core.clock import utcnow
from app.core.errors import Forbidden, NotFound
from app.core.fields import read_object
from app.core.group_commit import GroupCommit
from app.core.text import N_
from app.core.transaction import end_reading, persist
from app.web.access import for_devices, public
from app.web.lean import read_body

bp = Blueprint("checkins_api", __name__, url_prefix="/api/v1")

# Calls that wait at the same moment are stored and committed together.
together = GroupCommit(services.take_calls, weigh=Call.weight)


class WrongRole(Forbidden):
    """A booth's phone checks nobody in."""

    code = "wrong-role"
    message = N_("This phone belongs to a booth, not to a gate.")


def authenticate_device() -> DeviceFacts:
    """The device that calls, by its bearer token. Raises ``UnknownDevice``."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return services.find_device(token.strip() if kind.lower() == "bearer" else "")


@bp.post("/devices")
@public
def redeem() -> Response:
    """Become a device by the secret of a QR code."""
    told = read_object(read_body())
    secret, name = str(told.get("enrol") or "")[:200], wire.read_text(told, "name", 60)
    if not services.is_enrolment_open(secret):
        raise services.UnknownEnrolment()
    enrolled = persist(lambda: services.redeem_enrolment(secret, name=name))
    return _enrolled(enrolled)


@bp.post("/scans")
@for_devices
def take_scans() -> Response:
    """Take what a device brings; answer each scan, whatever it is."""
    device, now = _gate_device(), utcnow()
    device.check_uploading(now)
    call = _with_proofs(wire.read_call(read_body(), device))
    taken = together.submit(call)
    body = wire.show_taken(call, taken, _changes(call), utcnow())
    return _json(body, headers={"X-Xunpin-Scan": "1"})


@bp.get("/fairs/<slug>/roster")
@for_devices
def roster(slug: str) -> Response:
    """One page of the sealed list of tickets."""
    now = utcnow()
    fair = g.device.check_reading(now)
    if slug != fair.slug:
        raise NotFound()
    cursor = request.args.get("cursor", type=_small)
    limit = max(1, request.args.get("limit", services.PAGE, type=_small))
    page = services.read_roster(fair.hall.id, cursor, limit=min(limit, services.PAGE))
    return _json(wire.show_roster(fair, page, now))


def _small(text: str) -> int:
    """A number no larger than a version can be."""
    return max(-1, min(int(text), wire.GREATEST))


def _gate_device() -> DeviceFacts:
    device: DeviceFacts = g.device
    if device.role is DeviceRole.BOOTH:
        raise WrongRole()
    return device


def _with_proofs(call: Call) -> Call:
    """The call with each supervisor PIN in it checked, before the transaction."""
    pins = {one.pin for one in call.records if isinstance(one, Record) and one.pin is not None}
    if not pins or call.device.fair is None:
        return call
    found = {pin: _check_pin(call.device, call.device.fair, pin) for pin in sorted(pins)}
    return replace(
        call,
        records=[
            replace(one, is_proved=found[one.pin] is True, is_locked=found[one.pin] is None)
            if isinstance(one, Record) and one.pin is not None
            else one
            for one in call.records
        ],
    )


def _check_pin(device: DeviceFacts, fair: FairFacts, pin: str) -> bool | None:
    """Whether a PIN is right; None where the device has no try left."""
    if services.is_known_right(fair, pin):
        return True
    if not persist(lambda: services.take_pin_try(device)):
        return None
    end_reading()
    if not services.fits_pin(fair, pin):
        return False
    persist(lambda: services.give_tries_back(device))
    return True


def _changes(call: Call) -> RosterPage | None:
    """What has changed since the device's cursor: sync calls only."""
    fair = call.device.fair
    if call.sync is None or fair is None or call.device.refused_because:
        return None
    if call.sync.since is None:
        return RosterPage([], None, more=True)
    return services.read_roster(fair.hall.id, call.sync.since, limit=services.FEW)


def _enrolled(enrolled: services.Enrolled) -> Response:
    fair = services.read_fair(enrolled.device.fair_id)
    assert fair is not None
    return _json(wire.show_enrolled(enrolled, fair), status=201)


def _json(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(wire.dump(body), status, headers, mimetype="application/json")
