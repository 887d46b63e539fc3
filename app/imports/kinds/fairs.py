"""What belongs to one fair: who applies, which booths there are, who is registered."""

import re
import unicodedata

from app.core.text import N_
from app.imports.cells import (
    Code,
    one_line,
    read_code,
    read_email,
    read_levels,
    read_phone,
    read_truth,
)
from app.imports.kinds.base import Field, Kind, Reading, Seen, ignore, name_of, text
from app.imports.kinds.employers import NUMBER, read_name
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

_BOOTH = re.compile(r"([A-Z]{0,3})-?0*(\d{1,4})([A-Z]?)(?:号(?:展位)?)?")
_PEOPLE = re.compile(r"[、,，;；/\n\s]+")
MOST_PEOPLE = 6


def read_booth(cell: Cell) -> Reading:
    """A booth's code as the plan has it: a1, A-01 and A01号 are A01."""
    said = unicodedata.normalize("NFKC", one_line(cell)).upper().replace(" ", "")
    if not said or said in "-/无":
        return "", None
    found = _BOOTH.fullmatch(said)
    if found is None:
        return "", Found("booth-odd", "booth", {"text": said[:12]})
    letters, number, tail = found.groups()
    return f"{letters}{int(number):02d}{tail}", None


def read_people(cell: Cell) -> Reading:
    """The names of those who come."""
    names = [one[:40] for one in _PEOPLE.split(one_line(cell)) if one]
    return names[:MOST_PEOPLE], None


def read_place_in_grid(cell: Cell) -> Reading:
    """A row or column of the hall, counted from 1."""
    said = one_line(cell)
    return (int(said) if said.isascii() and said.isdigit() and 0 < int(said) <= 500 else None), None


def read_year(cell: Cell) -> Reading:
    """The year somebody graduates: 2026, 2026届, 2026-06."""
    found = re.match(r"(20\d\d)", unicodedata.normalize("NFKC", one_line(cell)))
    return (int(found[1]) if found else None), None


def read_level(cell: Cell) -> Reading:
    """The one level somebody studies for: the best that is named."""
    levels, found = read_levels(cell)
    unknown = Found("level-unknown", "level", found.params) if found else None
    return (levels[0] if levels else ""), unknown


def finish_participation(seen: Seen) -> None:
    """Ask whose application it is."""
    code: Code = seen.values.pop("uscc", None) or Code()
    seen.values["uscc"], seen.values["registration_number"] = code.uscc, code.registration_number
    said = {one.field for one in seen.found}
    named = seen.values.get("name") or code.uscc or code.registration_number
    if not named and not said & {"name", "uscc"}:
        seen.say("employer-missing", "name")


def finish_booth(seen: Seen) -> None:
    """A booth is nothing without its code."""
    if not seen.values.get("booth") and not any(one.field == "booth" for one in seen.found):
        seen.say("booth-missing", "booth")


def finish_registration(seen: Seen) -> None:
    """Who registers has a name, and a mobile number where the ticket is sent to."""
    said = {one.field for one in seen.found}
    if not seen.values.get("person") and "person" not in said:
        seen.say("name-missing", "person")
    if not re.fullmatch(r"1[3-9]\d{9}", seen.values.get("phone") or ""):
        seen.found = [one for one in seen.found if one.field != "phone"]
        seen.say("mobile-missing", "phone")


PARTICIPATIONS = Kind(
    name="participations",
    fields=(
        NUMBER,
        Field("name", N_("Company name"), read_name, "company"),
        Field("uscc", N_("Unified social credit code"), read_code, "code"),
        Field("booth", N_("Booth"), read_booth),
        Field("representatives", N_("People who come"), read_people, "person"),
        Field("contact_phone", N_("Telephone"), read_phone, "phone"),
        Field("needs_power", N_("Needs power"), read_truth),
        Field("note", N_("Remarks"), text("note")),
    ),
    needed=(("name", "uscc"),),
    finish=finish_participation,
)
BOOTHS = Kind(
    name="booths",
    fields=(
        NUMBER,
        Field("booth", N_("Booth"), read_booth, "booth"),
        Field("hall", N_("Hall"), text("hall", 60)),
        Field("row", N_("Row"), read_place_in_grid),
        Field("column", N_("Column"), read_place_in_grid),
        Field("zone", N_("Zone"), text("zone", 3)),
        Field("has_power", N_("Has power"), read_truth),
        Field("note", N_("Remarks"), ignore),
    ),
    needed=(("booth",),),
    finish=finish_booth,
)
REGISTRATIONS = Kind(
    name="registrations",
    fields=(
        NUMBER,
        Field("person", N_("Name"), name_of("person", 40), "person"),
        Field("phone", N_("Mobile number"), read_phone, "phone"),
        Field("school", N_("School"), text("school", 100), "company"),
        Field("level", N_("Education"), read_level, "level"),
        Field("major", N_("Major"), text("major", 60), "majors"),
        Field("graduation_year", N_("Year of graduation"), read_year),
        Field("origin", N_("Home"), text("origin", 60)),
        Field("email", N_("E-mail"), read_email, "email"),
        Field("note", N_("Remarks"), ignore),
    ),
    needed=(("person",), ("phone",)),
    finish=finish_registration,
)
