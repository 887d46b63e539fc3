"""What the worker does for intents."""

from app.core.transaction import transaction
from app.intents import services
from app.jobs.queue import every


@every(60, "intents.lapse")
def lapse() -> None:
    """Close proposals, letters and questions of stands that have waited too long."""
    with transaction():
        services.lapse_proposals()
        services.expire_contacts()
