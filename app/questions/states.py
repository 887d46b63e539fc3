"""When questions are asked, and of what kind they are."""

from app.core.states import Word
from app.core.text import N_


class Occasion(Word):
    """When, and whom, a fair's questions are asked."""

    REGISTRATION = "registration", N_("At registration")
    STUDENTS = "students", N_("Students, after the fair")
    EMPLOYERS = "employers", N_("Employers, after the fair")


class QuestionKind(Word):
    """How a question is answered."""

    SHORT = "short", N_("Short text")
    LONG = "long", N_("Long text")
    ONE = "one", N_("One of several")
    ANY = "any", N_("Any of several")
    FILE = "file", N_("File")
    RATING = "rating", N_("Rating from 1 to 5")


TEXTS = frozenset({QuestionKind.SHORT, QuestionKind.LONG})
CHOICES = frozenset({QuestionKind.ONE, QuestionKind.ANY})
_ALWAYS = (QuestionKind.SHORT, QuestionKind.LONG, QuestionKind.ONE, QuestionKind.ANY)

# A survey keeps no names, and a file is full of them; a rating is for what is over.
KINDS: dict[Occasion, tuple[QuestionKind, ...]] = {
    Occasion.REGISTRATION: (*_ALWAYS, QuestionKind.FILE),
    Occasion.STUDENTS: (QuestionKind.RATING, *_ALWAYS),
    Occasion.EMPLOYERS: (QuestionKind.RATING, *_ALWAYS),
}

MOST_QUESTIONS = 10
# All files of a form come in one request, beside a resume.
MOST_FILES = 2
FEWEST_CHOICES, MOST_CHOICES = 2, 20
RATINGS = (1, 2, 3, 4, 5)
# Characters an answer may have at most, where nobody says less.
LIMITS: dict[QuestionKind, int] = {QuestionKind.SHORT: 100, QuestionKind.LONG: 1000}
MOST_CHARACTERS: dict[QuestionKind, int] = {QuestionKind.SHORT: 200, QuestionKind.LONG: 4000}
