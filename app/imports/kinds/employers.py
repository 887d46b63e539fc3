"""Employers: one company a row."""

import re

from app.core.text import N_
from app.employers.services import tidy_name
from app.imports.cells import (
    Code,
    one_line,
    read_code,
    read_email,
    read_ownership,
    read_phone,
    read_pillar,
)
from app.imports.kinds.base import Field, Kind, Reading, Seen, ignore, paragraphs, text
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

LONGEST_NAME = 100
# What no company is called: numbers, one sign, words for "the same" and "none".
_NO_NAME = re.compile(r"[\d\W_]*|.|无|暂无|待定|未知|n/?a|null|none", re.IGNORECASE)


def read_name(cell: Cell) -> Reading:
    """A company's full name as it is kept."""
    said = one_line(cell)
    if not said:
        return "", None
    if len(said) > LONGEST_NAME:
        return said[:LONGEST_NAME], Found("too-long", "name", {"limit": LONGEST_NAME})
    name = tidy_name(said)
    if _NO_NAME.fullmatch(name):
        # What stands here may be anything, also a person's number: it is not repeated.
        shown = name if len(name) < 9 else "…"
        return "", Found("name-odd", "name", {"text": shown})
    return name, None


EMPLOYER_FIELDS = (
    Field("name", N_("Company name"), read_name, "company", fills=True),
    Field("uscc", N_("Unified social credit code"), read_code, "code", fills=True),
    Field("ownership", N_("Ownership"), read_ownership, "ownership", fills=True),
    Field("industry", N_("Industry"), text("industry", 100), fills=True),
    Field("pillar_industry", N_("Pillar industry"), read_pillar, fills=True),
    Field("delegation", N_("Delegation"), text("delegation", 60), fills=True),
    Field("headcount", N_("Number of staff"), text("headcount", 60), fills=True),
    Field("website", N_("Website"), text("website"), "url", fills=True),
    Field("introduction", N_("Introduction"), paragraphs("introduction"), fills=True),
    Field("contact_name", N_("Contact person"), text("contact_name", 60), "person", fills=True),
    Field("contact_phone", N_("Telephone"), read_phone, "phone", fills=True),
    Field("contact_email", N_("E-mail"), read_email, "email", fills=True),
    Field("address", N_("Address"), text("address"), "place", fills=True),
)
NUMBER = Field("number", N_("Number in the list"), ignore, "serial")


def finish_employer(seen: Seen) -> None:
    """Take the two numbers apart and ask for what a company cannot be without."""
    values = seen.values
    code: Code = values.pop("uscc", None) or Code()
    values["uscc"], values["registration_number"] = code.uscc, code.registration_number
    said = {one.field for one in seen.found}
    if not values.get("name") and "name" not in said:
        seen.say("name-missing", "name")
    if not (code.uscc or code.registration_number) and "uscc" not in said:
        seen.say("code-missing", "uscc")


EMPLOYERS = Kind(
    name="employers",
    fields=(
        NUMBER,
        *EMPLOYER_FIELDS,
        Field("name_en", N_("English name"), text("name_en")),
        Field("short_name", N_("Short name"), text("short_name", 60)),
        Field("city", N_("City"), text("city", 60)),
        Field("note", N_("Remarks"), ignore),
    ),
    needed=(("name", "uscc"),),
    finish=finish_employer,
)
