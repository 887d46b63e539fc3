"""A fair's questions as fields of a form: what rooms that ask them put into their pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask_babel import gettext
from wtforms import RadioField

from app.core.errors import DomainError
from app.core.text import N_
from app.questions.answers import Value, in_words, read_value, spoken
from app.questions.models import Question
from app.questions.states import LIMITS, RATINGS, QuestionKind
from app.web.errors import sentence
from app.web.forms import (
    FileField,
    Form,
    Optional,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    filled,
    required,
    uploaded,
)
from app.web.i18n import bilingual, is_english

F = TypeVar("F", bound=Form)
FILE_LIMIT = 5_000_000
FILE_HINT = N_("PDF, PNG or JPEG, up to 5 MB.")
RATING_HINT = N_("1 is poor, 5 is very good.")
ACCEPTED = ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"


def form_with(base: type[F], questions: Sequence[Question]) -> type[F]:
    """A form class with a field for each question, named by :attr:`Question.field_name`."""
    return type(base.__name__, (base,), {row.field_name: _field(row) for row in questions})


def fill(form: Form, questions: Sequence[Question], values: Mapping[int, Value]) -> None:
    """Begin with what was answered before, by question id."""
    for row in questions:
        value = values.get(row.id)
        if value is not None and not row.is_file:
            form[row.field_name].data = value if isinstance(value, list) else str(value)


def values_of(form: Form, questions: Sequence[Question]) -> dict[int, Value]:
    """What was answered, by question id; the form has been validated."""
    return {row.id: _value(row, form[row.field_name].data) for row in questions if not row.is_file}


def uploads_of(form: Form, questions: Sequence[Question]) -> dict[int, tuple[bytes, str]]:
    """The files that came, by question id: bytes and shown name."""
    came = {row.id: uploaded(form[row.field_name]) for row in questions if row.is_file}
    return {number: one for number, one in came.items() if one is not None}


def in_reader_words(question: Question, value: Value) -> str:
    """An answer as the reader of the page being made understands it."""
    return spoken(question, value, english=is_english())


def _value(question: Question, data: Any) -> Value:
    """A field's data as a value; a number that is none goes on as text and is refused there."""
    if question.kind is QuestionKind.RATING and data:
        given: Any = int(data) if str(data) in map(str, RATINGS) else str(data)
        return read_value(question, given)
    return read_value(question, data)


def _checked(question: Question) -> Callable[[Form, Any], None]:
    def check(form: Form, field: Any) -> None:
        try:
            _value(question, field.data)
        except DomainError as error:
            raise ValidationError(sentence(error)) from error

    return check


def _field(question: Question) -> Any:
    make = _FIELDS[question.kind]
    needed = filled if question.is_text else required
    message = gettext("Answer this question.")
    first = needed(message) if question.is_required else Optional()
    about = bilingual(question, "help")
    return make(question, bilingual(question, "label"), [first, _checked(question)], about)


def _short(question: Question, label: str, validators: list[Any], about: str) -> Any:
    most = str(question.limit or LIMITS[QuestionKind.SHORT])
    return StringField(label, validators, description=about, render_kw={"maxlength": most})


def _long(question: Question, label: str, validators: list[Any], about: str) -> Any:
    most = str(question.limit or LIMITS[QuestionKind.LONG])
    counted = {"rows": 4, "data-count-max": most}
    return TextAreaField(label, validators, description=about, render_kw=counted)


def _one(question: Question, label: str, validators: list[Any], about: str) -> Any:
    choices = _choices(question)
    if not question.is_required:
        # What was chosen once can be taken back: a browser cannot empty a radio button.
        choices.append(SelectChoice("", gettext("No answer")))
    return RadioField(label, validators, description=about, choices=choices, coerce=_text)


def _any(question: Question, label: str, validators: list[Any], about: str) -> Any:
    return SelectMultipleField(
        label, validators, description=about, choices=_choices(question), coerce=_text
    )


def _rating(question: Question, label: str, validators: list[Any], about: str) -> Any:
    hint = " ".join(part for part in (about, gettext(RATING_HINT)) if part)
    choices = [SelectChoice(str(number), str(number)) for number in RATINGS]
    return RadioField(label, validators, description=hint, choices=choices, coerce=_text)


def _file(question: Question, label: str, validators: list[Any], about: str) -> Any:
    """Whether one is missing only the service knows: it may have come before."""
    hint = " ".join(part for part in (about, gettext(FILE_HINT)) if part)
    return FileField(label, description=hint, render_kw={"accept": ACCEPTED})


def _choices(question: Question) -> list[SelectChoice]:
    english = is_english()
    return [
        SelectChoice(str(one["key"]), in_words(one, english=english)) for one in question.choices
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


_FIELDS: dict[QuestionKind, Callable[[Question, str, list[Any], str], Any]] = {
    QuestionKind.SHORT: _short,
    QuestionKind.LONG: _long,
    QuestionKind.ONE: _one,
    QuestionKind.ANY: _any,
    QuestionKind.FILE: _file,
    QuestionKind.RATING: _rating,
}
