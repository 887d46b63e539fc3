"""Forms of this room."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import FieldList, FormField

from app.places.models import School, Venue
from app.places.services import VenueDetails
from app.places.states import GateDirection
from app.web.forms import (
    Form,
    HiddenField,
    IntegerField,
    Length,
    NumberRange,
    Optional,
    StringField,
    TextAreaField,
    ValidationError,
    WordField,
    filled,
)

LINES = 40
NAME_NEEDED = lazy_gettext("Write the name in Chinese.")
SPARE = 2


class GateLine(Form):
    """One gate of a venue: its name and which way people pass."""

    class Meta(Form.Meta):
        csrf = False

    name = StringField(lazy_gettext("Name of the gate"), [Length(max=60)])
    direction = WordField(
        lazy_gettext("Direction"), [Optional()], enum=GateDirection, default=GateDirection.BOTH
    )


class VenueForm(Form):
    """A venue with its halls and gates, one a line."""

    version = HiddenField()
    name_zh = StringField(lazy_gettext("Name in Chinese"), [filled(NAME_NEEDED), Length(max=120)])
    name_en = StringField(lazy_gettext("Name in English"), [Length(max=160)])
    city = StringField(
        lazy_gettext("City"),
        [filled(lazy_gettext("Write the city.")), Length(max=40)],
        description=lazy_gettext("The short name, as people say it."),
        render_kw={"list": "cities", "autocomplete": "off"},
    )
    address = StringField(lazy_gettext("Address"), [Length(max=200)])
    directions = TextAreaField(
        lazy_gettext("How to get there"),
        [Length(max=1000)],
        description=lazy_gettext("Underground, bus, which gate to use."),
        render_kw={"rows": 3},
    )
    school = StringField(
        lazy_gettext("Host university"),
        [Length(max=80)],
        description=lazy_gettext("If the venue is on a campus."),
    )
    school_id = HiddenField()
    permitted_number = IntegerField(
        lazy_gettext("People permitted inside at a time"),
        [Optional(), NumberRange(1, 200_000)],
        render_kw={"inputmode": "numeric", "class": "xp-w-12"},
    )
    halls = FieldList(
        StringField(lazy_gettext("Name of the hall"), [Length(max=60)]), max_entries=LINES
    )
    gates = FieldList(FormField(GateLine), max_entries=LINES)

    found_school: School | None = None

    def validate_halls(self, field: Any) -> None:
        """A name stands once."""
        _once([entry.data for entry in field.entries if entry.data])

    def validate_gates(self, field: Any) -> None:
        """A name stands once."""
        _once([entry.form.name.data for entry in field.entries if entry.form.name.data])

    def fill(self, venue: Venue) -> None:
        """Show a venue's own lines and a few empty ones; only when nothing was sent yet."""
        self.school.data = venue.school.name if venue.school else ""
        self.school_id.data = str(venue.school_id or "")
        for hall in venue.halls:
            self.halls.append_entry(hall.name)
        for gate in venue.gates:
            self.gates.append_entry({"name": gate.name, "direction": gate.direction})

    def seen_version(self) -> int:
        """The version this form was filled in from; 0, which no row has, if it was lost."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() else 0

    def add_spare_lines(self) -> None:
        """Leave room for more halls and gates."""
        for lines in (self.halls, self.gates):
            while len(lines.entries) < LINES and _spare(lines) < SPARE:
                lines.append_entry()

    def to_details(self) -> VenueDetails:
        """What was typed, empty lines left out."""
        gates = [(line.form.name.data, line.form.direction.data) for line in self.gates.entries]
        return VenueDetails(
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or "",
            city=self.city.data or "",
            address=self.address.data or "",
            directions=self.directions.data or "",
            school_id=self.found_school.id if self.found_school else None,
            permitted_number=self.permitted_number.data,
            halls=[line.data for line in self.halls.entries if line.data],
            gates=[(name, way or GateDirection.BOTH) for name, way in gates if name],
        )


def _spare(lines: Any) -> int:
    return sum(1 for line in lines.entries if not _text(line))


def _text(line: Any) -> Any:
    return line.form.name.data if hasattr(line, "form") else line.data


def _once(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValidationError(gettext("%(name)s stands here twice.", name=name))


class DelegationForm(Form):
    """A delegation's code and names."""

    code = StringField(
        lazy_gettext("Delegation code"),
        [filled(lazy_gettext("Write a code.")), Length(max=20)],
        description=lazy_gettext("Short, for lists and addresses, such as yueqing."),
        render_kw={"autocapitalize": "none", "class": "xp-w-12"},
    )
    name_zh = StringField(lazy_gettext("Name in Chinese"), [filled(NAME_NEEDED), Length(max=60)])
    name_en = StringField(lazy_gettext("Name in English"), [Length(max=80)])

    def validate_code(self, field: Any) -> None:
        """Letters, digits and hyphens, since it stands in addresses."""
        text = (field.data or "").replace("-", "")
        if not (text.isascii() and text.isalnum()):
            raise ValidationError(gettext("Use letters, digits and hyphens only."))
