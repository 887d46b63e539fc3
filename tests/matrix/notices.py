"""Who may enter the endpoints of this room."""

ROWS = {
    "notices.demo_outbox": "everybody",
    "notices.inbox": "signed_in",
    "notices.mark_read": "signed_in",
    "notices.outbox": {"planner", "administrator"},
    "notices.retry": {"planner", "administrator"},
}
