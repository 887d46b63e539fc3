"""Positions: one post a row, with the company that hires for it."""

from functools import lru_cache
from typing import Any

from app.core.text import N_
from app.employers.services import hints_in, parse_pay
from app.imports.cells import (
    Code,
    one_line,
    read_day,
    read_levels,
    read_majors,
    read_openings_cell,
    read_place,
)
from app.imports.kinds.base import Field, Kind, Reading, Seen, ignore, name_of, paragraphs, text
from app.imports.kinds.employers import EMPLOYER_FIELDS, NUMBER
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

LONGEST_PAY = 60


def read_pay_text(cell: Cell) -> Reading:
    """A pay as written; what it means is read when the whole row is known."""
    return one_line(cell)[:LONGEST_PAY], None


FIELDS = (
    NUMBER,
    Field("title", N_("Position"), name_of("title"), "title"),
    Field("openings", N_("Openings"), read_openings_cell, "count"),
    Field("levels", N_("Education"), read_levels, "level"),
    Field("majors", N_("Majors"), read_majors, "majors"),
    Field("pay_text", N_("Pay"), read_pay_text, "pay"),
    Field("pay_low", N_("Lowest pay"), read_pay_text, "pay"),
    Field("pay_high", N_("Highest pay"), read_pay_text, "pay"),
    Field("place", N_("Place of work"), read_place, "place"),
    Field("category", N_("Category"), text("category", 60)),
    Field("description", N_("Work"), paragraphs("description"), "text"),
    Field("requirements", N_("Requirements"), paragraphs("requirements"), "text"),
    Field("experience", N_("Experience"), text("experience", 100)),
    Field("age", N_("Age"), text("age", 100)),
    Field("sex", N_("Sex"), text("sex", 60)),
    Field("benefits", N_("Benefits"), paragraphs("benefits")),
    Field("valid_until", N_("Valid until"), read_day, "date"),
    Field("note", N_("Remarks"), ignore),
)
# Columns that have no place of their own in a position: they join the requirements, where a
# reviewer is shown wording that discriminates.
JOINED = (("experience", "经验"), ("age", "年龄"), ("sex", "性别"))


def finish_position(seen: Seen) -> None:
    """Read what needs the whole row: whose it is, the pay, the wording."""
    values = seen.values
    code: Code = values.pop("uscc", None) or Code()
    values["uscc"], values["registration_number"] = code.uscc, code.registration_number
    said = {one.field for one in seen.found}
    if not (values.get("title") or "title" in said):
        seen.say("title-missing", "title")
    named = values.get("name") or code.uscc or code.registration_number
    if not named and not said & {"name", "uscc"}:
        seen.say("employer-missing", "name")
    _read_pay(seen)
    extra = [f"{label}：{values[name]}" for name, label in JOINED if values.get(name)]
    for name, _ in JOINED:
        values.pop(name, None)
    requirements = values.get("requirements", "")
    values["requirements"] = "\n".join(part for part in (requirements, *extra) if part)
    written = (values.get(name) for name in ("title", "description", "requirements", "benefits"))
    values["hints"] = list(dict.fromkeys(hint for part in written if part for hint in _hints(part)))


@lru_cache(maxsize=4_096)
def _hints(text: str) -> tuple[str, ...]:
    """The wordings in a text; requirements and benefits repeat themselves from row to row."""
    return tuple(hints_in(text))


_parsed = lru_cache(maxsize=8_192)(parse_pay)


def _read_pay(seen: Seen) -> None:
    values = seen.values
    low, high = values.pop("pay_low", ""), values.pop("pay_high", "")
    said = values.get("pay_text", "")
    if not said and (low or high):
        said = f"{low}-{high}" if low and high else f"{low}以上" if low else f"{high}以下"
    pay: dict[str, Any] = {"pay_text": said}
    if said:
        read = _parsed(said)
        pay = {
            "pay_text": read.text,
            "pay_low": read.low,
            "pay_high": read.high,
            "pay_period": read.period.value if read.period else None,
            "pay_months": read.months,
        }
        if not read.is_known and not read.is_negotiable:
            seen.found.append(Found("pay-unreadable", "pay_text", {"text": said[:20]}))
    values.update(pay)


POSITIONS = Kind(
    name="positions",
    fields=FIELDS,
    more=EMPLOYER_FIELDS,
    needed=(("title",), ("name", "uscc")),
    finish=finish_position,
)
