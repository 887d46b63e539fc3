"""Who may enter the endpoints of this room."""

PLANNERS = {"planner", "administrator"}

ROWS = {
    "imports.apply": PLANNERS,
    "imports.batch": PLANNERS,
    "imports.batches": PLANNERS,
    "imports.check_again": PLANNERS,
    "imports.columns": PLANNERS,
    "imports.decide": PLANNERS,
    "imports.progress": PLANNERS,
    "imports.refuse": PLANNERS,
    "imports.result": PLANNERS,
    "imports.row": PLANNERS,
    "imports.shift_back": PLANNERS,
    "imports.undo": PLANNERS,
    "imports.wait_no_longer": PLANNERS,
}
