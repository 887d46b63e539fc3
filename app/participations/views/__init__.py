"""Pages of this room."""

from app.participations.views import (
    appeals,
    applying,
    arrivals,
    booths,
    drawing,
    layout,
    own,
    picking,
    placing,
    printing,
    review,
    review_queue,
)
from app.participations.views.door import bp

__all__ = [
    "appeals",
    "applying",
    "arrivals",
    "booths",
    "bp",
    "drawing",
    "layout",
    "own",
    "picking",
    "placing",
    "printing",
    "review",
    "review_queue",
]
