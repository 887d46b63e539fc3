"""The check-in protocol as JSON, in and out (docs/protocol.md)."""

from app.checkins.wire.incoming import (
    BadScans,
    read_call,
    read_kept,
    read_text,
)
from app.checkins.wire.outgoing import dump, show_enrolled, show_roster, show_taken
from app.core.fields import GREATEST

__all__ = [
    "GREATEST",
    "BadScans",
    "dump",
    "read_call",
    "read_kept",
    "read_text",
    "show_enrolled",
    "show_roster",
    "show_taken",
]
