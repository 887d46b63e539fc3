"""Who may enter the pages about surveys."""

PLANNERS = {"planner", "administrator"}

ROWS = {
    # Whoever has the link; the world's token is none.
    "surveys.respond": "everybody",
    "surveys.survey": PLANNERS,
    "surveys.take_usual": PLANNERS,
    "surveys.open_survey": PLANNERS,
    "surveys.close_survey": PLANNERS,
    "surveys.texts": PLANNERS,
    "surveys.results_table": PLANNERS,
}
