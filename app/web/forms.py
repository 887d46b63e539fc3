"""The base form, the fields WTForms lacks, and how a form is answered."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)
from wtforms.widgets import DateTimeLocalInput, HiddenInput

from app.core.clock import DEFAULT_ZONE
from app.core.errors import DomainError
from app.web.errors import sentence


class Form(FlaskForm):
    """A form with a CSRF token. Typed text is stripped and NUL is refused for every field."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = list(unbound_field.kwargs.get("filters", ()))
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and strip not in filters:
                filters.insert(0, strip)
            return unbound_field.bind(form=form, filters=filters, **options)

    def refuse(self, error: DomainError) -> None:
        """Show a domain refusal in the form: at its field if it names one, else on top."""
        text = sentence(error)
        field = self._fields.get(error.field or "")
        if field is not None:
            field.errors = [*field.errors, text]
        else:
            self.form_errors.append(text)


def strip(text: Any) -> Any:
    """Text without the blanks around it (full-width ones too) and without control characters."""
    if not isinstance(text, str):
        return text
    return "".join(ch for ch in text if ch in "\n\t" or ord(ch) >= 32).strip(" \t\n\u3000\ufeff")


def answer(template: str, form: FlaskForm | None = None, **context: Any) -> ResponseReturnValue:
    """Render a page with a form: 422 if the form was sent and has faults, else 200."""
    faulty = form is not None and request.method == "POST" and bool(form.errors)
    return render_template(template, form=form, **context), 422 if faulty else 200


def required(message: Any = None) -> InputRequired:
    """The validator for a field that must be filled in."""
    return InputRequired(message or lazy_gettext("Please fill this in."))


def filled(message: Any = None) -> DataRequired:
    """Like :func:`required`, and blanks alone do not count."""
    return DataRequired(message or lazy_gettext("Please fill this in."))


def no_control_characters(form: Form, field: Any) -> None:
    """Refuse what no keyboard types, rather than keep half of it."""
    if any(ord(ch) < 32 or ord(ch) == 127 for raw in field.raw_data or () for ch in str(raw)):
        raise ValidationError(gettext("Use words only here, without emoji or unusual signs."))


def read_by(read: Any, **given: Any) -> Any:
    """A validator that keeps a text as a service reads it, or shows why it is refused."""

    def validate(form: Form, field: Any) -> None:
        try:
            field.data = read(field.data or "", **given)
        except DomainError as error:
            raise ValidationError(sentence(error)) from error

    return validate


def word_choices(
    enum: type[StrEnum], *, empty: str | None = None
) -> Callable[[], list[SelectChoice]]:
    """Choices of a select from a :class:`~app.core.states.Word`, translated when drawn."""

    def choices() -> list[SelectChoice]:
        listed = [
            SelectChoice(member.value, gettext(getattr(member, "label", member))) for member in enum
        ]
        return [SelectChoice("", gettext(empty)), *listed] if empty is not None else listed

    return choices


class WordField(SelectField):
    """A select over a Word enum; its data is the member, or None for the empty choice."""

    def __init__(self, *args: Any, enum: type[StrEnum], empty: str | None = None, **kw: Any):
        self.enum = enum
        super().__init__(*args, choices=word_choices(enum, empty=empty), coerce=self._read, **kw)

    def _read(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        return self.enum(value)

    def pre_validate(self, form: Any) -> None:
        """Every member is a choice; ``coerce`` has refused the rest."""

    def iter_choices(self) -> Iterable[Any]:
        chosen = self.data.value if self.data else ""
        for part in self.choices or ():
            yield Choice(part.value, part.label, part.value == chosen, {})


class ZonedDateTimeField(Field):
    """``<input type=datetime-local>`` read in a zone; its data is an aware UTC moment."""

    widget = DateTimeLocalInput()

    def __init__(self, *args: Any, zone: str = DEFAULT_ZONE, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.zone = zone
        self.format = ["%Y-%m-%dT%H:%M"]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            naive = datetime.fromisoformat(valuelist[0].strip())
        except ValueError as error:
            raise ValidationError(
                gettext("Write the date and time like 2026-03-15 09:00.")
            ) from error
        if naive.tzinfo is None:
            naive = naive.replace(tzinfo=ZoneInfo(self.zone))
        self.data = naive.astimezone(UTC)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return self.data.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M")


class ParsedField(Field):
    """A field whose text must parse; anything else is the visitor's mistake."""

    widget = HiddenInput()
    parse: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = self.parse(valuelist[0])

    def _value(self) -> str:
        return str(self.data or "")


class UUIDField(ParsedField):
    """A UUID."""

    parse = staticmethod(UUID)


def uploaded(field: Any) -> tuple[bytes, str] | None:
    """The bytes and the shown name of an uploaded file, or None where none was chosen."""
    storage = field.data
    if not isinstance(storage, FileStorage) or not storage.filename:
        return None
    return storage.read(), storage.filename


__all__ = [
    "BooleanField",
    "DateField",
    "FileField",
    "Form",
    "HiddenField",
    "IntegerField",
    "Length",
    "NumberRange",
    "Optional",
    "SelectChoice",
    "SelectField",
    "SelectMultipleField",
    "StringField",
    "TextAreaField",
    "UUIDField",
    "ValidationError",
    "WordField",
    "ZonedDateTimeField",
    "answer",
    "filled",
    "no_control_characters",
    "read_by",
    "required",
    "strip",
    "uploaded",
    "word_choices",
]
