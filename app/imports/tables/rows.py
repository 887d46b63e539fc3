"""The rows of a sheet, read one after another by what its columns mean. Pure.

What a row says depends on the rows above it (merged cells, a company that is named once) and on
no other row, so a sheet is read from its top and whoever judges the rows comes later.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import orjson

from app.imports.cells import hide_id_numbers, one_line
from app.imports.kinds.base import Field, Kind, Seen
from app.imports.readers.files import Merge
from app.imports.readers.limits import Cell
from app.imports.tables.layout import Layout, RowSort, sort_row
from app.imports.tables.shift import find_shift

# How many rows are judged at once: what they need from the database is asked once.
CHUNK = 1_000
T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Items in lists of at most ``size``."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


@dataclass
class SheetPlan:
    """Where the table of a sheet begins and what its columns mean.

    ``by`` is ``headings``, ``content`` (to be confirmed) or ``hand``; ``named`` says that the
    sheet's name is the company's. A sheet without columns is left out.
    """

    name: str
    first: int = 0
    columns: dict[int, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    by: str = "headings"
    named: bool = False
    width: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the batch."""
        columns = {str(at): name for at, name in self.columns.items()}
        return {**vars(self), "columns": columns}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "SheetPlan":
        """What :meth:`to_json` kept."""
        columns = {int(at): name for at, name in kept["columns"].items()}
        return cls(**{**kept, "columns": columns})


@dataclass(slots=True)
class ReadRow:
    """A row as it was read: what is kept of its cells, and what they say.

    ``number`` is the one Excel shows. ``cells`` is a document (:func:`document_of`) without ID
    numbers. A row that is none of the table has a ``sort`` and nothing that was ``seen``.
    """

    sheet: int
    number: int
    cells: bytes
    sort: str = ""
    seen: Seen | None = None
    decision: str = ""


def document_of(value: Any) -> bytes:
    """A value as JSON, as it is kept and as it travels."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # Half a character or an endless number, typed as a correction: what json takes, is kept.
        return json.dumps(value).encode()


class SheetReader:
    """Turns the rows of one sheet into read ones, and says which are none."""

    def __init__(self, at: int, plan: SheetPlan, kind: Kind, merges: Sequence[Merge]) -> None:
        self.at = at
        self.plan = plan
        self.kind = kind
        fields = kind.all_fields
        self.columns: dict[int, Field] = {
            column: fields[name] for column, name in plan.columns.items() if name in fields
        }
        self.headings = frozenset(text for text in plan.headings if text)
        self.layout = Layout(merges, self.columns, first=plan.first, width=plan.width)

    def read(self, rows: Iterable[list[Cell]]) -> Iterator[ReadRow]:
        """Read all rows of the sheet as they stand in a file."""
        for number, cells in enumerate(rows):
            yield self.read_one(number, self.layout.merged(number, cells))

    def read_one(self, number: int, cells: list[Cell], decision: str = "") -> ReadRow:
        """One row (from 0): to be judged, or none of the table at all.

        What is kept of its cells holds no ID numbers.
        """
        kept = [hide_id_numbers(cell) for cell in cells]
        row = ReadRow(self.at, number + 1, document_of({"cells": kept}), decision=decision)
        if number < self.plan.first:
            row.sort = (RowSort.ABOVE if any(map(one_line, cells)) else RowSort.BLANK).value
            return row
        lines = [one_line(cell) for cell in cells]
        sort = sort_row(cells, lines, self.columns, self.headings)
        if sort is not RowSort.ROW:
            row.sort = sort.value
            if sort in (RowSort.GROUP, RowSort.SUM, RowSort.FOOTER):
                self.layout.forget()
            return row
        shown, above = self.layout.filled(number + 1, list(cells), lines)
        if self.plan.named:
            seen = self.kind.read(shown, self.columns, {"name": self.plan.name})
        else:
            seen = self.kind.read(shown, self.columns)
        shift = find_shift(shown, self.columns) if _is_odd(seen) else None
        if shift is not None:
            heading = self.columns[shift.column].label
            # Everything else that was found follows from this.
            seen.found = [one for one in seen.found if one.code == "id-number"]
            seen.say(
                "columns-shifted",
                self.columns[shift.column].name,
                heading=heading,
                column=shift.column,
                by=shift.by,
                direction="→" if shift.by > 0 else "←",
            )
        elif above:
            seen.say("employer-from-above", "name", row=above)
        row.seen = seen
        return row


# Cells that do not look like their column, or are not there: perhaps they stand beside it.
_ODD = frozenset(
    {
        "code-length",
        "code-format",
        "code-scientific",
        "date-odd",
        "email-odd",
        "employer-missing",
        "level-unknown",
        "name-missing",
        "name-odd",
        "openings-range",
        "openings-unreadable",
        "openings-zero",
        "pay-unreadable",
        "phone-odd",
        "title-missing",
        "word-unknown",
    }
)


def _is_odd(seen: Seen) -> bool:
    return any(one.code in _ODD for one in seen.found)
