"""What the activity log says of fairs and tours."""

from typing import Any

from app.accounts.models import User
from app.audit.services import record
from app.tours.models import Fair, Tour


def note_fair(action: str, fair: Fair, by: User | None, **more: Any) -> None:
    """Record an act on a fair."""
    record(
        action,
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        delegation_id=fair.delegation_id,
        **more,
    )


def note_tour(action: str, tour: Tour, by: User, **more: Any) -> None:
    """Record an act on a tour or one of its stops."""
    record(action, by=by, on="tour", object_id=tour.id, label=tour.title_zh, **more)
