"""Who may enter the pages about registering and tickets."""

ROWS = {
    # Whoever is known already is sent on from the first steps, staff get a page that says why not.
    "registrations.register": "everybody",
    "registrations.about": "everybody",
    "registrations.late_code": "everybody",
    # A ticket without an account: this browser's own, or back to registering.
    "registrations.walk_in_ticket": "everybody",
    "registrations.walk_in_code": "everybody",
    "registrations.walk_in_calendar": "everybody",
    "registrations.confirm_phone": "everybody",
    "registrations.eligibility": {"planner", "administrator"},
    "registrations.my_tickets": {"student"},
    "registrations.ticket": {"student"},
    "registrations.ticket_code": {"student"},
    "registrations.calendar_file": {"student"},
    "registrations.replace": {"student"},
    "registrations.cancel": {"student"},
    "registrations.come_back": {"student"},
    "registrations.answers": {"student"},
    "registrations.own_answer_file": {"student"},
    "registrations.remove_answer_file": {"student"},
    # Names, phones and answers of students: no role at the gate, no employer, no reviewer.
    "registrations.registered": {"planner", "administrator"},
    "registrations.export_registered": {"planner", "administrator"},
    "registrations.registration": {"planner", "administrator"},
    "registrations.answer_file": {"planner", "administrator"},
}
