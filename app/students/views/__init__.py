"""Pages of this room."""

from app.students.views import profile, resume
from app.students.views.door import bp

__all__ = ["bp", "profile", "resume"]
