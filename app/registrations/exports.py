"""Who is registered, as a table: a column for each question, retired ones too."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from flask_babel import gettext

from app.core.clock import local
from app.core.sheets import Cell
from app.core.text import N_
from app.questions.asking import in_reader_words
from app.questions.models import Question
from app.registrations.models import Registration, RegistrationAnswer
from app.web.i18n import bilingual

Links = Callable[[str, str], str]
HEADINGS = (
    N_("Name"),
    N_("Phone"),
    N_("School"),
    N_("Level"),
    N_("Major"),
    N_("Graduation year"),
    N_("State"),
    N_("Source"),
    N_("Registered at"),
)


def headings(questions: Sequence[Question]) -> list[str]:
    """The headings of the table; a file has two columns, its name and its address."""
    named = [gettext(heading) for heading in HEADINGS]
    for question in questions:
        label = bilingual(question, "label")
        named.append(label)
        if question.is_file:
            named.append(gettext("%(name)s: address (sign in to open)", name=label))
    return named


def table_rows(
    people: Sequence[Registration],
    questions: Sequence[Question],
    answers: Mapping[int, Mapping[int, RegistrationAnswer]],
    link: Links,
) -> Iterator[list[Cell]]:
    """One row a registration. ``answers`` by registration and question id.

    ``link(registration uid, question uid)`` is where a file lies for whoever may see it.
    """
    for person in people:
        given = answers.get(person.id, {})
        row = _about(person)
        for question in questions:
            row += _cells(person, question, given.get(question.id), link)
        yield row


def _about(person: Registration) -> list[Cell]:
    student = person.student
    phone = student.user.phone if student.user is not None else student.phone
    return [
        student.name,
        phone or "",
        student.school_name,
        gettext(student.level.label),
        student.major,
        student.graduation_year,
        gettext(person.status.label),
        gettext(person.source.label),
        local(person.registered_at, person.fair.time_zone),
    ]


def _cells(
    person: Registration, question: Question, given: RegistrationAnswer | None, link: Links
) -> list[Cell]:
    if not question.is_file:
        return ["" if given is None else in_reader_words(question, given.value)]
    if given is None or given.file_key is None:
        return ["", ""]
    return [given.file_name, link(person.uid, question.uid)]
