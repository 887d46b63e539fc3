"""Who must know in the same transaction that a fair's state or its end changed.

What people are told of a change goes out later, as errands; this is for rows that must never
disagree with the fair, such as the index that positions are found by.
"""

from collections.abc import Callable

from app.core.db import db
from app.tours.models import Fair

_listeners: list[Callable[[Fair], None]] = []


def listen_to_fairs(listen: Callable[[Fair], None]) -> None:
    """Call ``listen`` with each fair that is published, put off or back, ended, or moved."""
    if listen not in _listeners:
        _listeners.append(listen)


def tell_listeners(fair: Fair) -> None:
    """Say that a fair changed; its new state is written first."""
    db.session.flush()
    for listen in _listeners:
        listen(fair)
