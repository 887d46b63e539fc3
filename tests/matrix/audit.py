"""Who may enter the endpoints of this room."""

ROWS = {"audit.log": {"administrator"}}
