"""Who is registered, as a table: a column for each question, retired ones too."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from flask_babel import force_locale, get_locale, gettext

from app.core.clock import local
from app.core.sheets import Cell, csv_bytes, xlsx_bytes
from app.core.text import N_
from app.jobs.aside import make_file, maker
from app.questions import queries as questions_of
from app.questions.asking import in_reader_words
from app.questions.models import Question
from app.questions.states import Occasion
from app.registrations.models import RegistrationAnswer
from app.registrations.queries import Registered, read_table
from app.tours.models import Fair
from app.tours.queries import get_fair
from app.web.i18n import bilingual
from app.web.links import external_url

# A table of more people is written by a child: its second of start is worth it then.
MANY = 1_000
JOB = "registrations.table"
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


def make_table(fair: Fair, people: int, *, csv: bool) -> bytes:
    """The table of everybody who is registered for a fair or waits, as xlsx or csv.

    ``people`` is how many there are, as far as is known: where they are many a child writes
    it, and what it shall see must be committed.
    """
    if people <= MANY:
        return _table(fair, csv=csv)
    return make_file(JOB, slug=fair.slug, csv=csv, locale=str(get_locale()))


@maker(JOB)
def write_table(target: Path, *, slug: str, csv: bool, locale: str) -> None:
    """Write the table of a fair into a file."""
    with force_locale(locale):
        target.write_bytes(_table(get_fair(slug), csv=csv))


def _table(fair: Fair, *, csv: bool) -> bytes:
    asked = questions_of.list_all(fair, Occasion.REGISTRATION)
    heads, rows = _headings(asked), _rows(fair, asked)
    return csv_bytes(heads, rows) if csv else xlsx_bytes(gettext("Registered"), heads, rows)


def _headings(questions: Sequence[Question]) -> list[str]:
    """The headings of the table; a file has two columns, its name and its address."""
    named = [gettext(heading) for heading in HEADINGS]
    for question in questions:
        label = bilingual(question, "label")
        named.append(label)
        if question.is_file:
            named.append(gettext("%(name)s: address (sign in to open)", name=label))
    return named


def _rows(fair: Fair, questions: Sequence[Question]) -> Iterator[list[Cell]]:
    slug, zone = fair.slug, fair.time_zone
    word = cache(gettext)
    for person, answers in read_table(fair.id):
        row: list[Cell] = [
            person.name,
            person.phone or "",
            person.school_name,
            word(person.level.label),
            person.major,
            person.graduation_year,
            word(person.status.label),
            word(person.source.label),
            local(person.registered_at, zone),
        ]
        for question in questions:
            row += _cells(slug, person, question, answers)
        yield row


def _cells(
    slug: str,
    person: Registered,
    question: Question,
    answers: Mapping[int, RegistrationAnswer],
) -> list[Cell]:
    given = answers.get(question.id)
    if not question.is_file:
        return ["" if given is None else in_reader_words(question, given.value)]
    if given is None or given.file_key is None:
        return ["", ""]
    where = {"slug": slug, "uid": person.uid, "question_uid": question.uid}
    return [given.file_name, external_url("registrations.answer_file", **where)]
