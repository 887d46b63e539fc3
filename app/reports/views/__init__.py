"""Pages of this room: live board and page, a fair's result, the yearly report, targets, majors."""

from app.reports.views import annual, board, live, majors, result, targets
from app.reports.views.door import bp

__all__ = ["annual", "board", "bp", "live", "majors", "result", "targets"]
