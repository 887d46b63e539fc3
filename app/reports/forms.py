"""What people type on the pages of this room."""

from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext

from app.places.queries import list_delegations
from app.reports.models import ExternalFigure, Target
from app.reports.services import GREATEST, TotalDetails
from app.reports.states import Measure
from app.web.forms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
    Optional,
    SelectField,
    StringField,
    TextAreaField,
    WordField,
    filled,
    required,
)
from app.web.i18n import bilingual

FIRST_YEAR, LAST_YEAR = 2000, 2100


class CorrectionForm(Form):
    """Why figures are published again."""

    note = TextAreaField(
        lazy_gettext("What was corrected"),
        [filled(), Length(max=500)],
        description=lazy_gettext("Stands beside the figures in their history."),
    )


class TargetsForm(Form):
    """A year's targets, one field for each figure; what was shown goes along unseen."""

    @property
    def fields_shown(self) -> list[Any]:
        """The fields in the order of the figures."""
        return [self[measure.value] for measure in Measure]

    def values(self) -> dict[Measure, int | None]:
        """What was typed: an empty field takes the target away."""
        return {measure: self[measure.value].data for measure in Measure}

    def seen(self) -> dict[Measure, int | None] | None:
        """What the page showed before anything was typed; None to overwrite whatever is there."""
        if self["overwrite"].data:
            return None
        shown = {measure: self[f"seen_{measure.value}"].data or "" for measure in Measure}
        return {m: int(text) if text.isdigit() else None for m, text in shown.items()}

    @classmethod
    def filled_with(cls, targets: dict[Measure, Target]) -> "TargetsForm":
        """A form that shows what is set."""
        kept: dict[str, Any] = {}
        for measure in Measure:
            value = targets[measure].value if measure in targets else None
            kept[measure.value] = value
            kept[f"seen_{measure.value}"] = "" if value is None else str(value)
        return cls(data=kept)


for _measure in Measure:
    setattr(
        TargetsForm,
        _measure.value,
        IntegerField(
            lazy_gettext(_measure.label),
            [Optional(), NumberRange(min=0, max=GREATEST)],
            render_kw={"inputmode": "numeric", "class": "xp-w-12"},
        ),
    )
    setattr(TargetsForm, f"seen_{_measure.value}", HiddenField())
TargetsForm.overwrite = HiddenField()


def _delegation_choices() -> list[tuple[str, str]]:
    rows = [(str(row.id), bilingual(row, "name")) for row in list_delegations()]
    return [("", gettext("The whole bureau")), *rows]


class TotalForm(Form):
    """A total of what was not counted here."""

    measure = WordField(lazy_gettext("Figure"), [required()], enum=Measure)
    value = IntegerField(
        lazy_gettext("Total"),
        [required(), NumberRange(min=0, max=GREATEST)],
        render_kw={"inputmode": "numeric", "class": "xp-w-12"},
        description=lazy_gettext(
            "Only what was not counted here: it is added to this system's own figures."
        ),
    )
    first_on = DateField(lazy_gettext("First day"), [required()])
    last_on = DateField(
        lazy_gettext("Last day"),
        [required()],
        description=lazy_gettext("It counts for a period that holds all its days."),
    )
    delegation = SelectField(lazy_gettext("Delegation"), [Optional()], choices=_delegation_choices)
    source = StringField(
        lazy_gettext("Source"),
        [filled(), Length(max=200)],
        description=lazy_gettext("A paper, a system, an office: where somebody can look it up."),
    )
    is_reconstructed = BooleanField(
        lazy_gettext("Reconstructed"),
        description=lazy_gettext("Nobody counted it at the time; it was worked out later."),
    )
    note = TextAreaField(lazy_gettext("Note"), [Optional(), Length(max=500)])
    version = HiddenField()
    overwrite = HiddenField()

    def details(self) -> TotalDetails:
        """What was typed."""
        chosen = next(
            (row for row in list_delegations() if str(row.id) == self.delegation.data), None
        )
        return TotalDetails(
            measure=self.measure.data,
            first_on=self.first_on.data,
            last_on=self.last_on.data,
            value=self.value.data,
            source=self.source.data,
            delegation=chosen,
            is_reconstructed=bool(self.is_reconstructed.data),
            note=self.note.data or "",
        )

    def version_seen(self) -> int | None:
        """The version the editor saw; None to overwrite."""
        text = self.version.data or ""
        return int(text) if text.isdigit() and not self.overwrite.data else None

    @classmethod
    def filled_with(cls, row: ExternalFigure) -> "TotalForm":
        """A form that shows a total."""
        return cls(
            data={
                "measure": row.measure,
                "value": row.value,
                "first_on": row.first_on,
                "last_on": row.last_on,
                "delegation": str(row.delegation_id or ""),
                "source": row.source,
                "is_reconstructed": row.is_reconstructed,
                "note": row.note,
                "version": str(row.version),
            }
        )


def read_year(text: str | None, this_year: int) -> int:
    """A year out of an address, else the present one."""
    if text and text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return int(text[:4])
    return this_year


def read_day(text: str | None) -> date | None:
    """A day out of an address, or None where none is given. Raises ValueError for nonsense."""
    return date.fromisoformat(text.strip()) if text and text.strip() else None
