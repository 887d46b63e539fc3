"""The extra questions of a fair on the pages where somebody registers."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core import files
from app.core.errors import DomainError
from app.questions import queries as questions_of
from app.questions.asking import FILE_LIMIT, uploads_of, values_of
from app.questions.models import Question
from app.questions.states import Occasion
from app.registrations.services import Answers
from app.tours.models import Fair
from app.web.forms import Form


class NewFiles:
    """Files written for one form: gone again unless the form is taken.

    ``refusal`` is why it was not, where a rule of the house said so.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []
        self.refusal: DomainError | None = None

    def add(self, kept: files.Kept | None) -> files.Kept | None:
        """Watch over a file that was just written."""
        if kept is not None:
            self._keys.append(kept.key)
        return kept

    def clear(self) -> None:
        """They belong to rows now."""
        self._keys.clear()

    def drop(self) -> None:
        """Delete what belongs to nobody."""
        for key in self._keys:
            files.drop(key)
        self._keys.clear()


@contextmanager
def kept_files() -> Iterator[NewFiles]:
    """Write files and rows, or neither; a refusal ends the block and is kept for the form."""
    new = NewFiles()
    try:
        yield new
    except DomainError as error:
        new.refusal = error
    finally:
        new.drop()


def asked_at(fair: Fair, gate: str) -> list[Question]:
    """What is asked: all of it at home, at a gate only what must be and needs no file."""
    asked = questions_of.list_asked(fair, Occasion.REGISTRATION)
    return [row for row in asked if not gate or (row.is_required and not row.is_file)]


def answers_of(form: Form, asked: list[Question], new: NewFiles) -> Answers:
    """What was answered; the files are on the disk then. Raises ``FileRefused`` at its field."""
    kept = {}
    by_id = {row.id: row for row in asked}
    for number, (body, name) in uploads_of(form, asked).items():
        try:
            one = new.add(files.keep(body, name, limit=FILE_LIMIT))
        except files.FileRefused as error:
            error.field = by_id[number].field_name
            raise
        if one is not None:
            kept[number] = one
    return Answers(frozenset(by_id), values_of(form, asked), kept)
