"""Who may enter the endpoints of this room."""

PLANNERS = {"planner", "administrator"}
READERS = PLANNERS | {"reviewer", "supervisor", "help_desk"}

ROWS = {
    "tours.add_stop": PLANNERS,
    "tours.archive_tour": PLANNERS,
    "tours.calendar": READERS,
    "tours.cancel": PLANNERS,
    "tours.copy_fair": PLANNERS,
    "tours.document": PLANNERS,
    "tours.documents": PLANNERS,
    "tours.edit_fair": PLANNERS,
    "tours.edit_stop": PLANNERS,
    "tours.edit_tour": PLANNERS,
    "tours.fairs": READERS,
    "tours.move_stop": PLANNERS,
    "tours.new_fair": PLANNERS,
    "tours.new_tour": PLANNERS,
    "tours.postpone": PLANNERS,
    "tours.publish": PLANNERS,
    "tours.put_back": PLANNERS,
    "tours.remove_document": PLANNERS,
    "tours.remove_stop": PLANNERS,
    "tours.tick": PLANNERS,
    "tours.tour": READERS,
    "tours.tours": READERS,
}
