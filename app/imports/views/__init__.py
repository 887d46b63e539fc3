"""Pages of this room."""

from app.imports.views import batches, rows
from app.imports.views.door import bp

__all__ = ["batches", "bp", "rows"]
