"""Pages of this room."""

from app.tours.views import fairs, life, lists, papers, routes
from app.tours.views.door import bp

__all__ = ["bp", "fairs", "life", "lists", "papers", "routes"]
