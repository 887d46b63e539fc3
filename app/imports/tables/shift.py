"""Rows whose cells stand one column off: a comma too many in an address, a cell left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.imports.cells import one_line
from app.imports.kinds.base import Field
from app.imports.readers.limits import Cell
from app.imports.tables.shapes import shapes_of

# How many more cells must fit after moving them than before, to call it a shift.
GAIN = 2


@dataclass(frozen=True)
class Shift:
    """From a column on, cells stand ``by`` columns too far right (1) or left (-1)."""

    column: int
    by: int


def find_shift(cells: Sequence[Cell], columns: Mapping[int, Field]) -> Shift | None:
    """How the cells of a row are shifted, or None.

    Cells before a column stay where they are; for each column and each direction it is counted
    how many of the cells that have a look of their own (codes, pay, telephones …) would fit.
    """
    places = sorted(
        at for at, column in columns.items() if column.shape not in ("", "serial", "booth")
    )
    looks = [shapes_of(cell) for cell in cells]
    filled = [bool(one_line(cell)) for cell in cells]
    here = [_fit(looks, filled, at, columns[at].shape) for at in places]
    best: tuple[int, int, Shift] | None = None
    for by in (1, -1):
        moved = [_fit(looks, filled, at + by, columns[at].shape) for at in places]
        gain = 0
        # From right to left: what is won if everything from here on is moved.
        for place in range(len(places) - 1, -1, -1):
            gain += moved[place] - here[place]
            if gain >= GAIN and moved[place] > here[place] and (best is None or gain > best[0]):
                best = gain, place, Shift(places[place], by)
    if best is None:
        return None
    # A real shift mends more than it breaks, and what it mends did not fit at all before.
    _, place, shift = best
    wrong = sum(1 for one in here[place:] if one < 0)
    return shift if wrong >= GAIN else None


def _fit(looks: Sequence[frozenset[str]], filled: Sequence[bool], at: int, shape: str) -> int:
    """1 if the cell at a place looks as it should, -1 if like something else, else 0."""
    if not 0 <= at < len(looks) or not filled[at]:
        return 0
    if shape in looks[at]:
        return 1
    # Words that look like nothing in particular may stand in a column of words.
    if shape in ("title", "company", "place", "majors", "person", "text"):
        return -1 if looks[at] & STRICT else 0
    return -1


STRICT = frozenset({"count", "code", "phone", "email", "pay", "level", "date", "url"})
