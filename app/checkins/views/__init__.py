"""Pages of this room: gates, phones, screens, tickets and posters, desk, paper, conflicts."""

from app.checkins.views import (
    app,
    aside,
    conflicts,
    desk,
    devices,
    gates,
    paper,
    phones,
    scanner,
    screens,
    tickets,
)
from app.checkins.views.door import bp

__all__ = [
    "app",
    "aside",
    "bp",
    "conflicts",
    "desk",
    "devices",
    "gates",
    "paper",
    "phones",
    "scanner",
    "screens",
    "tickets",
]
