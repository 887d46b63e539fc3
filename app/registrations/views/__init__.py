"""Pages of this room."""

from app.registrations.views import answers, eligibility, register, staff, tickets, walk_in
from app.registrations.views.door import bp

__all__ = ["answers", "bp", "eligibility", "register", "staff", "tickets", "walk_in"]
