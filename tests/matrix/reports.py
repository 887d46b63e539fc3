"""Who may enter the pages of reports."""

READERS = {"reviewer", "planner", "administrator"}
ROWS = {
    "reports.board": {"help_desk", "supervisor", "planner", "administrator"},
    "reports.board_now": {"help_desk", "supervisor", "planner", "administrator"},
    "reports.live": {"help_desk", "supervisor", "planner", "administrator"},
    "reports.live_now": {"help_desk", "supervisor", "planner", "administrator"},
    "reports.majors": READERS,
    "reports.majors_book": READERS,
    "reports.result": READERS,
    "reports.result_sheet": READERS,
    "reports.close": {"planner", "administrator"},
    "reports.correct": {"planner", "administrator"},
    "reports.report": READERS,
    "reports.report_sheet": READERS,
    "reports.targets": {"administrator"},
    "reports.new_total": {"administrator"},
    "reports.total": {"administrator"},
    "reports.remove_total": {"administrator"},
    "reports.restore_total": {"administrator"},
}
