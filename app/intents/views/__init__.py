"""Pages of this room."""

from app.intents.views import booth, candidates, employer, letters, scan, staff, student
from app.intents.views.door import bp

__all__ = ["booth", "bp", "candidates", "employer", "letters", "scan", "staff", "student"]
