"""Fields the forms of this room share."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from app.core.clock import DEFAULT_ZONE
from app.core.text import N_
from app.web.forms import (
    Form,
    HiddenField,
    SelectField,
    ValidationError,
    ZonedDateTimeField,
)

FIRST_YEAR, LAST_YEAR = 2000, 2100
YEAR_WRONG = N_("Write the year with four digits, such as 2026.")


class ReferenceField(SelectField):
    """A select of rows by id, or none; ``offer`` gives the rows before it is used."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, choices=[SelectChoice("", "—")], **kw)

    def offer(self, rows: list[tuple[int, str]]) -> None:
        """Let one of these (id, text) be chosen, or nothing."""
        listed = [SelectChoice(str(number), text) for number, text in rows]
        self.choices = [SelectChoice("", "—"), *listed]

    def process_data(self, value: Any) -> None:
        """The id of the row as the text of its option."""
        self.data = "" if value is None else str(value)

    @property
    def number(self) -> int | None:
        """The id of the row that was chosen."""
        text = self.data or ""
        return int(text) if text.isascii() and text.isdigit() else None


class MomentField(ZonedDateTimeField):
    """A date and time in this century."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """A year at the edge of the calendar cannot be carried into UTC."""
        try:
            super().process_formdata(valuelist)
        except OverflowError as error:
            raise ValidationError(gettext(YEAR_WRONG)) from error

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse years nobody means: they come from slips in the year's box."""
        if self.data is not None and not FIRST_YEAR <= self.data.year < LAST_YEAR:
            self.data = None
            raise ValidationError(gettext(YEAR_WRONG))


class ZonedForm(Form):
    """A form whose moments are read and shown in one zone."""

    def __init__(self, *args: Any, zone: str = DEFAULT_ZONE, **kw: Any) -> None:
        self._zone = zone
        super().__init__(*args, **kw)

    def process(self, *args: Any, **kw: Any) -> None:
        """Tell the fields the zone before they read anything."""
        for field in self._fields.values():
            if isinstance(field, ZonedDateTimeField):
                field.zone = self._zone
        super().process(*args, **kw)


class VersionedForm(ZonedForm):
    """A form that remembers which version of the row it was filled in from."""

    version = HiddenField()

    def seen_version(self) -> int:
        """The version, or 0, which no row has, if it was lost."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() else 0


def follows(start: datetime | None, end: datetime | None) -> bool:
    """Whether two moments stand in their order; a missing one is no mistake of the other."""
    return start is None or end is None or start < end
