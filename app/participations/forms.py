"""What is typed about applications and halls."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import FieldList, FormField, TelField
from wtforms import Form as PlainForm

from app.core.text import N_
from app.employers.models import Position
from app.employers.states import PillarIndustry
from app.participations.models import Participation
from app.participations.services import MOST_BOOTHS, MOST_SPARE, Again, Grid, Person, Wish
from app.tours.models import Fair
from app.web.formatting import fmt_count
from app.web.forms import (
    BooleanField,
    Form,
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
    Optional,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    WordField,
    ZonedDateTimeField,
    filled,
    required,
    strip,
)
from app.web.i18n import bilingual

MOST_PEOPLE = 10


def upper_limit(length: int) -> Length:
    """The validator for the longest text a field takes."""
    return Length(max=length, message=_("At most %(max)d characters, please."))


class ApplyForm(Form):
    """Fairs to apply for; the fields of each fair are added by :func:`apply_form`."""

    fairs = SelectMultipleField(_("Fairs"))
    note = TextAreaField(
        _("Anything the organiser should know"),
        [Optional(), upper_limit(500)],
        render_kw={"rows": 3},
    )

    def positions_of(self, fair: Fair) -> Any:
        """The field with the positions brought to a fair."""
        return self[f"positions_{fair.id}"]

    def power_of(self, fair: Fair) -> Any:
        """The field that says whether power is needed there."""
        return self[f"power_{fair.id}"]

    def large_of(self, fair: Fair) -> Any:
        """The field that says whether two tables are needed there."""
        return self[f"large_{fair.id}"]

    def to_wishes(self, fairs: Sequence[Fair], positions: Mapping[str, Position]) -> list[Wish]:
        """The ticked fairs with what is brought to each."""
        return [
            Wish(
                fair,
                [positions[uid] for uid in self.positions_of(fair).data],
                needs_power=self.power_of(fair).data,
                needs_large=self.large_of(fair).data,
                note=self.note.data or "",
            )
            for fair in fairs
            if fair.slug in (self.fairs.data or [])
        ]

    def validate_fairs(self, chosen: SelectMultipleField) -> None:
        """At least one."""
        if not chosen.data:
            raise ValidationError(gettext("Choose at least one fair."))

    def check_positions(self, fairs: Sequence[Fair]) -> bool:
        """Every ticked fair needs a position; says so at its list."""
        good = True
        for fair in fairs:
            listed = self.positions_of(fair)
            if fair.slug in (self.fairs.data or []) and not listed.data:
                title = bilingual(fair, "title")
                listed.errors = [gettext("Choose at least one position for %(fair)s.", fair=title)]
                good = False
        return good


def position_choices(positions: Sequence[Position]) -> list[SelectChoice]:
    """Positions with their headcount, to be ticked."""
    return [SelectChoice(one.uid, f"{one.title} · {fmt_count(one.openings)}") for one in positions]


def apply_form(
    fairs: Sequence[Fair], positions: Sequence[Position], ticked: Sequence[str] = ()
) -> ApplyForm:
    """The form for some fairs; all positions are chosen everywhere to begin with."""
    choices = position_choices(positions)
    every = [one.uid for one in positions]
    parts: dict[str, Any] = {}
    for fair in fairs:
        parts[f"positions_{fair.id}"] = SelectMultipleField(
            _("Positions"), choices=choices, default=every
        )
        parts[f"power_{fair.id}"] = BooleanField(_("We need power at the booth"))
        parts[f"large_{fair.id}"] = BooleanField(_("We need a double booth"))
    made: ApplyForm = type("ApplyForm", (ApplyForm,), parts)(data={"fairs": list(ticked)})
    made.fairs.choices = [SelectChoice(fair.slug, bilingual(fair, "title")) for fair in fairs]
    return made


class EditForm(Form):
    """What is brought to one fair, changed while nobody has decided."""

    version = HiddenField()
    positions = SelectMultipleField(_("Positions"), [filled(_("Choose at least one position."))])
    power = BooleanField(_("We need power at the booth"))
    large = BooleanField(_("We need a double booth"))
    note = TextAreaField(
        _("Anything the organiser should know"),
        [Optional(), upper_limit(500)],
        render_kw={"rows": 3},
    )


def edit_form(participation: Participation, positions: Sequence[Position]) -> EditForm:
    """The form filled in with an application as it stands."""
    brought = {row.position_id for row in participation.offered}
    listed = [one for one in positions if one.archived_at is None or one.id in brought]
    form = EditForm(
        data={
            "version": participation.version,
            "positions": [one.uid for one in listed if one.id in brought],
            "power": participation.needs_power,
            "large": participation.needs_large,
            "note": participation.note,
        }
    )
    form.positions.choices = position_choices(listed)
    return form


class PersonForm(PlainForm):
    """One of the people who come; a row left empty is nobody."""

    name = StringField(_("Name"), [upper_limit(40)], filters=[strip])
    job_title = StringField(_("Job title"), [upper_limit(40)], filters=[strip])
    phone = TelField(_("Phone"), [upper_limit(30)], filters=[strip])

    def validate_name(self, typed: StringField) -> None:
        """Who has a title or a phone has a name."""
        if not typed.data and (self.job_title.data or self.phone.data):
            raise ValidationError(gettext("Write this person's name."))

    def validate_phone(self, typed: StringField) -> None:
        """Digits and the marks between them."""
        if typed.data and not re.fullmatch(r"[\d+()\s-]{6,30}", typed.data):
            raise ValidationError(gettext("Write a phone number such as 13800000000."))


class ConfirmForm(Form):
    """Who comes."""

    people = FieldList(FormField(PersonForm), min_entries=1, max_entries=MOST_PEOPLE)

    def to_people(self) -> list[Person]:
        """The rows that name somebody."""
        return [
            Person(row.form.name.data, row.form.job_title.data or "", row.form.phone.data or "")
            for row in self.people
            if row.form.name.data
        ]


def confirm_form(participation: Participation) -> ConfirmForm:
    """The people named so far, and empty rows for more."""
    known = [
        {"name": one.name, "job_title": one.job_title, "phone": one.phone or ""}
        for one in participation.representatives
    ]
    rows = min(MOST_PEOPLE, max(3, len(known) + 1))
    return ConfirmForm(data={"people": known + [{}] * (rows - len(known))})


class ReasonForm(Form):
    """Why an application is returned or rejected."""

    reason = TextAreaField(
        _("Reason"),
        [filled(_("Say why, so that the company knows what to do.")), upper_limit(500)],
        render_kw={"rows": 3},
    )


class AppealForm(Form):
    """Why an employer did not come."""

    text = TextAreaField(
        _("What happened"),
        [filled(_("Say what happened.")), upper_limit(500)],
        render_kw={"rows": 3},
    )


class AppealAnswerForm(Form):
    """What the organiser makes of it; words are needed only for a no."""

    answer = TextAreaField(_("Answer"), [Optional(), upper_limit(300)], render_kw={"rows": 2})
    accept = HiddenField()


def _count(label: Any, least: int, most: int, default: int, hint: Any = "") -> IntegerField:
    return IntegerField(
        label,
        [
            required(),
            NumberRange(least, most, _("A number from %(min)s to %(max)s, please.")),
        ],
        default=default,
        description=hint,
        render_kw={"inputmode": "numeric"},
    )


class GridForm(Form):
    """A hall in one form."""

    hall = StringField(
        _("Hall"), [upper_limit(20)], description=_("Leave it empty if there is only one.")
    )
    rows = _count(_("Rows of booths"), 1, 60, 8)
    columns = _count(_("Booths in a row"), 1, 60, 12)
    zone_columns = _count(_("Booths across a zone"), 0, 60, 4, _("0: the whole width."))
    zone_rows = _count(_("Rows of a zone"), 0, 60, 4, _("0: the whole height."))
    aisle_columns = _count(_("Aisle inside a zone after every … booths"), 0, 60, 0, _("0: none."))
    aisle_rows = _count(_("Aisle inside a zone after every … rows"), 0, 60, 2, _("0: none."))
    pattern = StringField(
        _("Booth codes"),
        [filled(), upper_limit(30)],
        default="A01",
        description=_("A sample such as A01, or places: {zone}, {row}, {nn}."),
    )
    entrance = SelectField(
        _("Entrance"),
        choices=lambda: [
            SelectChoice("bottom", gettext("At the bottom of the plan")),
            SelectChoice("top", gettext("At the top of the plan")),
            SelectChoice("", gettext("Not drawn")),
        ],
        default="bottom",
    )
    has_power = BooleanField(_("All booths have power"))

    def validate_columns(self, typed: IntegerField) -> None:
        """Not more than fit into one plan."""
        if (self.rows.data or 0) * (typed.data or 0) > MOST_BOOTHS:
            raise ValidationError(
                gettext("A hall has between 1 and %(most)s booths.", most=MOST_BOOTHS)
            )

    def to_grid(self) -> Grid:
        """The values for :func:`app.participations.services.make_grid`."""
        names = (
            "rows",
            "columns",
            "zone_columns",
            "zone_rows",
            "aisle_columns",
            "aisle_rows",
            "pattern",
            "entrance",
            "has_power",
        )
        return Grid(hall=self.hall.data or "", **{name: self[name].data for name in names})


class ZoneForm(Form):
    """What a zone is called and for whom it is meant."""

    name_zh = StringField(_("Name in Chinese"), [Optional(), upper_limit(20)])
    name_en = StringField(_("Name in English"), [Optional(), upper_limit(30)])
    delegation_id = SelectField(
        _("For the delegation"),
        coerce=lambda value: int(value) if value not in (None, "", "None") else None,
    )
    pillar_industry = WordField(
        _("For the industry"), enum=PillarIndustry, empty=N_("Nobody in particular")
    )


class PlacingForm(Form):
    """What an automatic placement may do."""

    again = WordField(_("Whom it may move"), [Optional()], enum=Again, default=Again.NOBODY)
    spare = IntegerField(
        _("Booths to keep spare"),
        [
            Optional(),
            NumberRange(0, MOST_SPARE, _("A number from %(min)s to %(max)s, please.")),
        ],
        description=_("For employers that come late, and for repairs."),
        render_kw={"inputmode": "numeric", "class": "xp-w-12"},
    )

    def to_again(self) -> Again:
        """Whose booths may change."""
        return self.again.data or Again.NOBODY


class PicksForm(Form):
    """Until when employers may choose their booths themselves; empty: they may not."""

    until = ZonedDateTimeField(_("Employers choose until"), [Optional()])


class BlankForm(Form):
    """A button: nothing but the token."""
