"""Pages of this room."""

from app.accounts.views import account, choices, links, login, second_factor, staff
from app.accounts.views.door import bp

__all__ = ["account", "bp", "choices", "links", "login", "second_factor", "staff"]
