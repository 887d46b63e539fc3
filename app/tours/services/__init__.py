"""What is done to tours, stops and fairs. Nobody above needs to know the files below."""

from app.tours.services.fairs import FAIR_LABELS, FairOver, copy_fair, create_fair, edit_fair
from app.tours.services.life import (
    FAIR_CHANGED_JOBS,
    DatesNeeded,
    ReasonNeeded,
    cancel_fair,
    mark_closed,
    postpone_fair,
    publish_fair,
    republish,
)
from app.tours.services.listeners import listen_to_fairs
from app.tours.services.papers import (
    add_document,
    own_facts,
    own_lists,
    remove_document,
    tick,
    untick,
)
from app.tours.services.readiness import CheckItem, ReadinessFacts, readiness
from app.tours.services.routes import (
    TOUR_LABELS,
    StopInUse,
    add_stop,
    archive_tour,
    create_tour,
    edit_stop,
    edit_tour,
    move_stop,
    remove_stop,
)
from app.tours.services.times import moved
from app.tours.services.warnings import FairWarning, tour_warnings, warnings_of

__all__ = [
    "FAIR_CHANGED_JOBS",
    "FAIR_LABELS",
    "TOUR_LABELS",
    "CheckItem",
    "DatesNeeded",
    "FairOver",
    "FairWarning",
    "ReadinessFacts",
    "ReasonNeeded",
    "StopInUse",
    "add_document",
    "add_stop",
    "archive_tour",
    "cancel_fair",
    "copy_fair",
    "create_fair",
    "create_tour",
    "edit_fair",
    "edit_stop",
    "edit_tour",
    "listen_to_fairs",
    "mark_closed",
    "move_stop",
    "moved",
    "own_facts",
    "own_lists",
    "postpone_fair",
    "publish_fair",
    "readiness",
    "remove_document",
    "remove_stop",
    "republish",
    "tick",
    "tour_warnings",
    "untick",
    "warnings_of",
]
