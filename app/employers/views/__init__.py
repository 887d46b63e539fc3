"""Pages of this room."""

from app.employers.views import members, positions, profile, sign_up, staff
from app.employers.views.door import bp

__all__ = ["bp", "members", "positions", "profile", "sign_up", "staff"]
