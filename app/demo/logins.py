"""Who may sign in to the sample world. Light on purpose: it loads nothing of the product."""

from app.demo.content import PASSWORD, STAFF

TRY = {
    "admin": "everything: staff, targets, the log, health",
    "planner": "tours, fairs, booths, publishing, reports",
    "reviewer": "employers and applications of one delegation",
    "supervisor": "today's fair: gates, overrides, the board",
    "desk": "today's fair: the help desk",
    "gate": "today's fair: scanning at a gate",
}


def logins_table(port: int) -> str:
    """The address and a table of logins, as ``make demo`` prints them."""
    base = f"http://localhost:{port}"
    rows = [("role", "sign in with", "to try")]
    rows += [
        (role.replace("_", " "), f"{email}@demo.example", TRY[email])
        for role, _scope, email, _name in STAFF
    ]
    rows += [
        ("company owner", "owner@demo.example", "booth, candidates, intents at today's fair"),
        ("recruiter", "recruiter@demo.example", "the same company, without its members"),
        ("company owner", "returned@demo.example", "papers returned for changes"),
        ("student", "13800000001", "a ticket for today, an employer waits for an answer"),
        ("student", "13800000002", "on the waiting list of tomorrow's fair"),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    rows.insert(1, ("-" * widths[0], "-" * widths[1], "-" * widths[2]))
    lines = [
        "  "
        + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(
        (
            f"\nXunpin runs at {base}\n",
            *lines,
            f"\nPassword of staff and companies: {PASSWORD}",
            f"Students sign in with a code that can be read at {base}/demo/outbox",
            "Press Ctrl-C to stop.\n",
        )
    )
