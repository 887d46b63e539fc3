"""A fair at another time."""

from datetime import datetime
from typing import Any

from app.tours.models import Fair

# Times that move along when the fair does.
FOLLOWING = (
    "doors_at",
    "registration_opens_at",
    "registration_closes_at",
    "applications_close_at",
    "confirm_by",
    "arrivals_from",
    "arrivals_until",
)


def moved(fair: Fair, starts_at: datetime, ends_at: datetime | None = None) -> dict[str, Any]:
    """The times of a fair if it began at another time; its length stays unless an end is given."""
    shift = starts_at - fair.starts_at
    following = {
        name: value + shift for name in FOLLOWING if (value := getattr(fair, name)) is not None
    }
    return {"starts_at": starts_at, "ends_at": ends_at or fair.ends_at + shift, **following}
