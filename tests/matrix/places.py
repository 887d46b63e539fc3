"""Who may enter the endpoints of this room."""

PLANNERS = {"planner", "administrator"}

ROWS = {
    "places.archive_delegation": {"administrator"},
    "places.archive_venue": PLANNERS,
    "places.delegations": {"administrator"},
    "places.edit_delegation": {"administrator"},
    "places.edit_venue": PLANNERS,
    "places.move_delegation": {"administrator"},
    "places.new_venue": PLANNERS,
    "places.suggest_schools": "everybody",
    "places.venues": PLANNERS,
}
