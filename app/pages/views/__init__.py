"""Pages over several rooms."""

from app.pages.views import employer, for_you, organiser, positions, public, system
from app.pages.views.blueprint import bp

__all__ = ["bp", "employer", "for_you", "organiser", "positions", "public", "system"]
