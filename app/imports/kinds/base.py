"""What a kind of file is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as given
from typing import Any

from app.imports.cells import clean, has_id_number, hide_id_numbers, one_line, plain, unlist
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

Reading = tuple[Any, Found | None]
Reader = Callable[[Cell], Reading]

SHORT, LONG = 200, 5_000
# How many different cells of a column are remembered with what they said.
REMEMBERED = 4_096


@dataclass(frozen=True)
class Field:
    """A column a kind knows.

    ``shape`` is what its cells look like (tables/shapes.py): by it a column without a heading
    is known, and a row whose cells stand one column off. ``fills`` are the fields of whoever
    a merged or blank cell repeats from above.
    """

    name: str
    label: str
    read: Reader
    shape: str = ""
    fills: bool = False
    known: dict[Any, Reading] = given(default_factory=dict, compare=False, repr=False)

    def recall(self, cell: Cell) -> Reading:
        """Read a cell, and remember what it said: columns repeat themselves.

        Nothing of a cell that held an ID number is remembered.
        """
        reading = self.read(cell)
        if type(cell) is str and (reading[1] is None or not reading[1].code.startswith("id-")):
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[cell] = reading
        return reading


@dataclass
class Seen:
    """A row as it was read: values by field, and what is to be said of it."""

    values: dict[str, Any]
    found: list[Found] = given(default_factory=list)

    def say(self, code: str, name: str = "", /, **params: Any) -> None:
        """Give one more reason."""
        self.found.append(Found(code, name, params))

    @property
    def refused(self) -> bool:
        """Whether any reason keeps the row out."""
        return any(one.refuses for one in self.found)


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``fields`` come first where a heading fits several, ``more`` second.

    ``needed`` are the fields without which a table is none of this kind: one of each group.
    """

    name: str
    fields: tuple[Field, ...]
    needed: tuple[tuple[str, ...], ...]
    finish: Callable[[Seen], None]
    more: tuple[Field, ...] = ()

    @property
    def all_fields(self) -> dict[str, Field]:
        """Every field by name."""
        return {one.name: one for one in (*self.fields, *self.more)}

    def read(
        self,
        cells: Sequence[Cell],
        columns: Mapping[int, Field],
        fixed: Mapping[str, Any] | None = None,
    ) -> Seen:
        """What the cells of one row say, each by itself and all together.

        ``fixed`` are values that stand in no cell (a sheet's name).
        """
        seen = Seen(dict(fixed or {}))
        values, width = seen.values, len(cells)
        for at, column in columns.items():
            cell = cells[at] if at < width else None
            reading = column.known.get(cell) if type(cell) is str else None
            value, found = reading or column.recall(cell)
            # What is remembered is lent to every row that says the same: each gets its own.
            values[column.name] = value.copy() if type(value) is list else value
            if found is not None:
                name = column.name if found.field else ""
                seen.found.append(Found(found.code, name, found.params.copy()))
        self.finish(seen)
        return seen


def text(name: str, most: int = SHORT) -> Reader:
    """A reader of one line; longer ones are cut, ID numbers are taken out."""

    def read(cell: Cell) -> Reading:
        said = one_line(cell)
        if not said:
            return "", None
        if has_id_number(said):
            return one_line(hide_id_numbers(said)), Found("id-number-removed", name)
        if len(said) > most:
            return said[:most], Found("text-cut", name, {"limit": most})
        return unlist(said) if said[0] in "['" else said, None

    return read


def paragraphs(name: str) -> Reader:
    """A reader of longer text; lines are kept, a list a program printed becomes lines."""

    def read(cell: Cell) -> Reading:
        said = clean(cell)
        if not said:
            return "", None
        if said[0] in "['":
            said = unlist(said)
        if has_id_number(said):
            return str(hide_id_numbers(said)), Found("id-number-removed", name)
        if len(said) > LONG:
            return said[:LONG], Found("text-cut", name, {"limit": LONG})
        return said, None

    return read


def name_of(name: str, most: int = 100) -> Reader:
    """A reader of a name: too long is refused, for a cut name is another's."""

    def read(cell: Cell) -> Reading:
        said = one_line(cell)
        if has_id_number(said):
            return "", Found("id-number", name)
        if len(said) > most:
            return said[:most], Found("too-long", name, {"limit": most})
        return said, None

    return read


def ignore(cell: Cell) -> Reading:
    """A reader of a column that is known and not kept (序号)."""
    return plain(cell)[:SHORT], None
