"""Who may enter the pages about a fair's questions."""

PLANNERS = {"planner", "administrator"}

ROWS = {
    "questions.sheet": PLANNERS,
    "questions.new_question": PLANNERS,
    "questions.edit_question": PLANNERS,
    "questions.move_question": PLANNERS,
    "questions.remove_question": PLANNERS,
    "questions.restore_question": PLANNERS,
    "questions.copy_questions": PLANNERS,
}
