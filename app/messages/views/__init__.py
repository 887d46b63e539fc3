"""The pages of messages to many."""

from app.messages.views import sent, writing
from app.messages.views.door import bp

__all__ = ["bp", "sent", "writing"]
