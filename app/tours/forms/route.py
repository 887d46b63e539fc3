"""Forms of tours and stops."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import widgets
from wtforms.fields.choices import SelectChoice

from app.places.models import Delegation
from app.tours.forms.fields import FIRST_YEAR, LAST_YEAR, YEAR_WRONG, MomentField, VersionedForm
from app.web.forms import (
    DateField,
    Form,
    Length,
    Optional,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    filled,
    required,
)
from app.web.i18n import bilingual


class DayField(DateField):
    """A day of this century."""

    data: date | None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Refuse years nobody means: they come from slips in the year's box."""
        if self.data is not None and not FIRST_YEAR <= self.data.year < LAST_YEAR:
            self.data = None
            raise ValidationError(gettext(YEAR_WRONG))


class TourForm(VersionedForm):
    """A tour without its stops."""

    title_zh = StringField(
        lazy_gettext("Title in Chinese"),
        [filled(lazy_gettext("Write the title in Chinese.")), Length(max=120)],
    )
    title_en = StringField(lazy_gettext("Title in English"), [Length(max=160)])
    summary_zh = TextAreaField(
        lazy_gettext("Summary in Chinese"), [Length(max=2000)], render_kw={"rows": 3}
    )
    summary_en = TextAreaField(
        lazy_gettext("Summary in English"), [Length(max=3000)], render_kw={"rows": 3}
    )
    starts_on = DayField(
        lazy_gettext("First day"), [required(lazy_gettext("Choose the first day."))]
    )
    ends_on = DayField(lazy_gettext("Last day"), [required(lazy_gettext("Choose the last day."))])
    applications_close_at = MomentField(
        lazy_gettext("Employers apply until"),
        [Optional()],
        description=lazy_gettext("For the whole tour; a fair may have its own deadline."),
    )
    delegations = SelectMultipleField(
        lazy_gettext("Delegations that travel with it"),
        coerce=str,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )

    def validate_ends_on(self, field: Any) -> None:
        """A tour has a length."""
        _in_order(self.starts_on.data, field.data)

    def offer(self, delegations: Sequence[Delegation], chosen: Sequence[Delegation] = ()) -> None:
        """Give the delegations; ``chosen`` are ticked when nothing was sent yet."""
        self.delegations.choices = [
            SelectChoice(str(row.id), bilingual(row, "name")) for row in delegations
        ]
        if self.delegations.data is None:
            self.delegations.data = [str(row.id) for row in chosen]

    def to_values(self) -> dict[str, Any]:
        """Every column of a tour and what it should hold."""
        texts = ("title_zh", "title_en", "summary_zh", "summary_en")
        days = ("starts_on", "ends_on", "applications_close_at")
        return {name: self._fields[name].data or "" for name in texts} | {
            name: self._fields[name].data for name in days
        }


class StopForm(Form):
    """A city on the route."""

    city = StringField(
        lazy_gettext("City"),
        [filled(lazy_gettext("Write the city.")), Length(max=40)],
        render_kw={"list": "cities", "autocomplete": "off"},
    )
    city_en = StringField(lazy_gettext("City in English"), [Length(max=60)])
    arrives_on = DayField(
        lazy_gettext("Arrives"), [required(lazy_gettext("Choose the day of arrival."))]
    )
    leaves_on = DayField(
        lazy_gettext("Leaves"), [required(lazy_gettext("Choose the day of departure."))]
    )
    note = StringField(lazy_gettext("Remark"), [Length(max=200)])

    def validate_leaves_on(self, field: Any) -> None:
        """A stay has a length."""
        _in_order(self.arrives_on.data, field.data)

    def to_values(self) -> dict[str, Any]:
        """Every column of a stop and what it should hold."""
        return {
            "city": self.city.data or "",
            "city_en": self.city_en.data or "",
            "arrives_on": self.arrives_on.data,
            "leaves_on": self.leaves_on.data,
            "note": self.note.data or "",
        }


def _in_order(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValidationError(gettext("The last day is before the first."))
