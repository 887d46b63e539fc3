"""Who may enter the pages over several rooms."""

STAFF = {"gate_staff", "help_desk", "supervisor", "reviewer", "planner", "administrator"}

ROWS = {
    "pages.for_you": {"student"},
    "pages.home": "everybody",
    "pages.positions": "everybody",
    "pages.tour_positions": "everybody",
    "pages.tour": "everybody",
    "pages.fair": "everybody",
    "pages.fair_employer": "everybody",
    "pages.fair_plan": "everybody",
    "pages.employer_home": {"recruiter", "owner"},
    "pages.health": "everybody",
    "pages.health_page": {"administrator"},
    "pages.switch_suggestions": {"student"},
    "pages.staff_home": STAFF,
    "pages.workspace": STAFF - {"gate_staff"},
}
