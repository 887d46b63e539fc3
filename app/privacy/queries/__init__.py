"""Reading what is held on people, across the rooms."""

from app.privacy.queries.due import (
    has_run_since,
    list_doubles,
    list_file_keys,
    list_forgettable,
    list_idle_users,
)
from app.privacy.queries.held import gather, list_messages, list_views
from app.privacy.queries.tables import EXCUSED, EXPORTED

__all__ = [
    "EXCUSED",
    "EXPORTED",
    "gather",
    "has_run_since",
    "list_doubles",
    "list_file_keys",
    "list_forgettable",
    "list_idle_users",
    "list_messages",
    "list_views",
]
