"""Who may enter the endpoints of this room."""

WRITERS = {"reviewer", "planner", "administrator"}

ROWS = {
    "messages.message": WRITERS,
    "messages.messages": WRITERS,
    "messages.progress": WRITERS,
    "messages.stop": WRITERS,
    "messages.write": WRITERS,
}
