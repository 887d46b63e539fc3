"""The door for the phones of stands: contacts, beside the scans of gates (docs/protocol.md).

A phone proves itself by its token, as at a gate; no cookie is looked at. What it brings is
stored in one transaction and answered afterwards.
"""

from flask import Blueprint, Response, g

from app.checkins.services import DeviceFacts, UnknownDevice, needs_noting
from app.checkins.states import DeviceRole
from app.core.clock import utcnow
from app.core.errors import Forbidden
from app.core.text import N_
from app.core.transaction import persist
from app.intents import services, wire
from app.intents.services import Brought, Kept
from app.web.access import for_devices
from app.web.lean import read_body

bp = Blueprint("intents_api", __name__, url_prefix="/api/v1")


class WrongRole(Forbidden):
    """A gate's phone asks nobody for a resume."""

    code = "wrong-role"
    message = N_("This phone belongs to a gate, not to a booth.")


@bp.post("/contacts")
@for_devices
def take_contacts() -> Response:
    """Take what a stand's phone brings; answer each scan, whatever it is."""
    device = _stand_device()
    brought = wire.read_call(read_body(), device)
    kept = _keep(brought)
    body = wire.show_kept(device, kept, utcnow())
    return Response(body, 200, {"X-Xunpin-Scan": "1"}, mimetype="application/json")


def _keep(brought: Brought) -> Kept:
    """Store what came; a phone that only asks takes no turn at the database."""
    device = brought.device
    assert device.id is not None
    if brought.scans or needs_noting(device.id, brought.queued):
        return persist(lambda: services.take_stand_scans(brought))
    services.check_stand(device)
    return Kept([], services.read_numbers(device.id))


def _stand_device() -> DeviceFacts:
    device: DeviceFacts = g.device
    if device.id is None or device.fair is None:
        raise UnknownDevice()
    if device.is_revoked:
        raise services.NoLongerTheirs()
    if device.role is not DeviceRole.BOOTH:
        raise WrongRole()
    device.check_uploading(utcnow())
    return device
