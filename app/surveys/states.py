"""The life of a survey, and the numbers that keep it anonymous."""

from app.core.states import Flow, Word
from app.core.text import N_
from app.questions.states import Occasion


class SurveyStatus(Word):
    """Whether answers are taken. What is closed stays closed: its links are forgotten."""

    OPEN = "open", N_("Taking answers")
    CLOSED = "closed", N_("Closed")


SURVEY_FLOW = Flow({SurveyStatus.OPEN: {SurveyStatus.CLOSED}})
AUDIENCES = (Occasion.STUDENTS, Occasion.EMPLOYERS)
# Below so many answers nothing is broken down: a few answers tell who gave them.
FEWEST_SHOWN = 5
# Days a survey stays open, where nobody says otherwise, and at most.
USUAL_DAYS, MOST_DAYS = 7, 60
