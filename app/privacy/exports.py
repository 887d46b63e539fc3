"""Everything held on somebody, as people read it: a page's lines and a spreadsheet."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from flask_babel import gettext

from app.core.clock import local
from app.core.sheets import Cell, Sheet, xlsx_book
from app.privacy.wording import FIELDS, SECTIONS
from app.web.formatting import fmt_moment

Held: TypeAlias = Mapping[str, Any]
# What tells the rows of a nested list apart when they stand in a sheet of their own.
NAMES = ("fair", "employer", "number")


def section_name(key: str) -> str:
    """What a section is called in the reader's language."""
    return str(gettext(SECTIONS[key]))


def field_name(key: str) -> str:
    """What a line is called in the reader's language."""
    return str(gettext(FIELDS[key]))


def shown(value: Any) -> str:
    """A single value as a page shows it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return fmt_moment(value)
    return str(_cell(value))


def is_list(value: Any) -> bool:
    """Whether a value is a list of things that have lines of their own."""
    return isinstance(value, list)


def book(held: Held) -> bytes:
    """Everything held as an xlsx file: a sheet for each section and for each list inside one.

    Times are those of China's clocks, as on the pages.
    """
    return xlsx_book(_sheets(held))


def _sheets(held: Held) -> Iterator[Sheet]:
    for key, part in held.items():
        if isinstance(part, Mapping):
            lines = [(field_name(name), _cell(value)) for name, value in _own(part).items()]
            yield Sheet(section_name(key), (gettext("Item"), gettext("Value")), lines)
            yield from _lists(key, [part])
        elif part:
            columns = list(_own(part[0]))
            yield _table(section_name(key), columns, part)
            yield from _lists(key, part)


def _lists(key: str, rows: list[Held]) -> Iterator[Sheet]:
    """The lists inside the rows of a section, each row led by what it belongs to."""
    inner = [name for name, value in rows[0].items() if is_list(value)] if rows else []
    for name in inner:
        leads = [lead for lead in NAMES if lead in rows[0]][:2]
        flat = [
            {**{f"of {lead}": row[lead] for lead in leads}, **item}
            for row in rows
            for item in row[name]
        ]
        if flat:
            yield _table(f"{field_name(name)} ({section_name(key)})", list(flat[0]), flat)


def _table(title: str, columns: list[str], rows: list[Any]) -> Sheet:
    headers = [field_name(column.removeprefix("of ")) for column in columns]
    return Sheet(title, headers, ([_cell(row[column]) for column in columns] for row in rows))


def _own(part: Held) -> Held:
    return {name: value for name, value in part.items() if not is_list(value)}


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, Enum):
        return str(gettext(getattr(value, "label", value.value)))
    if isinstance(value, datetime):
        return local(value)
    return value if value is None or isinstance(value, int | str) else str(value)
