"""Where the table of a sheet begins and what its columns mean."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.imports.cells import one_line
from app.imports.kinds.base import Kind
from app.imports.readers.files import Merge
from app.imports.readers.limits import Cell
from app.imports.tables.headings import fold_heading, match_headings
from app.imports.tables.shapes import shapes_of

HEAD_ROWS = 30
SAMPLE = 200
# A column is taken for something when this share of its cells looks like it.
SHARE = 0.5

Row = Sequence[Cell]


@dataclass
class Table:
    """A table in a sheet.

    ``first`` is the row (from 0) where the content begins, ``columns`` the field of each
    column by its place. ``by`` says how they were found: ``headings``, ``content`` (there is
    no header: somebody must confirm it) or ``hand``.
    """

    first: int
    columns: dict[int, str]
    headings: list[str] = field(default_factory=list)
    by: str = "headings"
    width: int = 0


def find_table(
    rows: Sequence[Row],
    merges: Sequence[Merge],
    kind: Kind,
    known: Mapping[str, str] | None = None,
    *,
    named: bool = False,
) -> Table | None:
    """The table among the first rows of a sheet, or None.

    ``known`` is what this sender's headings meant before. ``named`` says that the sheet's
    name may stand for the company.
    """
    width = max((len(row) for row in rows), default=0)
    if not width:
        return None
    found = _by_headings(rows, merges, kind, known, width, named)
    if found is None:
        found = _by_content(rows, kind, width, named)
    if found is not None:
        found.width = width
    return found


# ------------------------------------------------------------------------------ by headings


def _by_headings(
    rows: Sequence[Row],
    merges: Sequence[Merge],
    kind: Kind,
    known: Mapping[str, str] | None,
    width: int,
    named: bool,
) -> Table | None:
    best: tuple[tuple[int, int, int, int], Table] | None = None
    for at in range(min(len(rows), HEAD_ROWS)):
        for tall in (1, 2):
            if at + tall > len(rows) or not _may_head(rows[at]):
                continue
            texts = _heading_texts(rows[at : at + tall], merges, at, width)
            columns, sure = match_headings(texts, kind, known)
            if not _is_whole(columns, kind, named) or (sure < 2 and len(columns) < 2 and width > 1):
                continue
            if tall == 2 and _holds_content(rows[at + 1], columns, kind):
                continue
            score = (sure, len(columns), -tall, -at)
            if best is None or score > best[0]:
                shown = [next(iter(words), "") for words in _shown(rows[at : at + tall], texts)]
                best = score, Table(at + tall, columns, shown)
    return best[1] if best else None


def _may_head(row: Row) -> bool:
    """Whether a row may be a header: text, mostly short, no numbers of any length."""
    filled = [one_line(cell) for cell in row]
    filled = [text for text in filled if text]
    if not filled:
        return False
    return sum(1 for text in filled if any(ch.isdigit() for ch in text) and len(text) > 6) == 0


def _is_whole(columns: Mapping[int, str], kind: Kind, named: bool) -> bool:
    """Whether the columns a kind cannot do without are there."""
    names = set(columns.values())
    return all(
        names & set(group) or (named and "name" in group and kind.name != "employers")
        for group in kind.needed
    )


def _holds_content(row: Row, columns: Mapping[int, str], kind: Kind) -> bool:
    """Whether what might be the second row of a header is the first row of content."""
    fields = kind.all_fields
    fits = sum(
        1
        for at, name in columns.items()
        if at < len(row) and fields[name].shape and fields[name].shape in shapes_of(row[at])
    )
    return fits >= 2


def _heading_texts(
    head: Sequence[Row], merges: Sequence[Merge], at: int, width: int
) -> list[list[str]]:
    """For each column what it may be called, best first: the lower row, both, the upper one."""
    filled = [list(row) + [None] * (width - len(row)) for row in head]
    for top, left, bottom, right in merges:
        if top < at or top >= at + len(head):
            continue
        value = filled[top - at][left] if left < width else None
        for row in range(top, min(bottom + 1, at + len(head))):
            for column in range(left, min(right + 1, width)):
                filled[row - at][column] = filled[row - at][column] or value
    folded = [[fold_heading(cell) for cell in row] for row in filled]
    if len(folded) == 1:
        return [[text] if text else [] for text in folded[0]]
    if not merges:
        _spread(folded[0], folded[1])
    texts: list[list[str]] = []
    for upper, lower in zip(*folded, strict=True):
        words = [lower, upper + lower, upper] if lower and lower != upper else [upper]
        texts.append([word for word in dict.fromkeys(words) if word])
    # An upper heading over several columns names none of them.
    for column, words in enumerate(texts):
        upper = folded[0][column]
        shared = sum(1 for other in folded[0] if other == upper) > 1
        if shared and folded[1][column] and upper in words and folded[1][column] != upper:
            words.remove(upper)
    return texts


def _spread(upper: list[str], lower: Sequence[str]) -> None:
    """Without merged ranges (csv): an upper heading reaches over what stands under nothing."""
    for column in range(1, len(upper)):
        if not upper[column] and lower[column]:
            upper[column] = upper[column - 1]


def _shown(head: Sequence[Row], texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """The headings as people wrote them: the lowest row that says something."""
    shown = []
    for column, words in enumerate(texts):
        said = [one_line(row[column]) for row in reversed(head) if column < len(row)]
        shown.append([text for text in said if text][:1] or list(words[:1]) or [""])
    return shown


# ------------------------------------------------------------------------------- by content

# In what order columns are given away, and how sure one must be.
_ORDER = (
    ("code", 0.5),
    ("email", 0.5),
    ("phone", 0.5),
    ("url", 0.5),
    ("level", 0.5),
    ("company", 0.5),
    ("pay", 0.5),
    ("date", 0.6),
    ("ownership", 0.6),
    ("title", 0.35),
    ("count", 0.6),
    ("place", 0.5),
    ("person", 0.6),
    ("majors", 0.3),
    ("text", 0.6),
)


def _by_content(rows: Sequence[Row], kind: Kind, width: int, named: bool) -> Table | None:
    """A table without a header, known by what its cells look like; only ever a guess."""
    sample = [
        row for row in rows[:SAMPLE] if sum(1 for cell in row if one_line(cell)) >= min(2, width)
    ]
    if not sample:
        return None
    shares = [_shares([row[at] for row in sample if at < len(row)]) for at in range(width)]
    columns: dict[int, str] = {}
    serial = next((at for at in range(min(3, width)) if _is_serial(sample, at)), None)
    if serial is not None:
        columns[serial] = "number"
    for shape, least in _ORDER:
        for name in (one.name for one in (*kind.fields, *kind.more) if one.shape == shape):
            free = [
                at for at in range(width) if at not in columns and shares[at].get(shape, 0) >= least
            ]
            if free and name not in ("pay_low", "pay_high", "number"):
                columns[max(free, key=lambda at: (shares[at][shape], -at))] = name
    _name_leftovers(columns, sample, kind, width)
    if not _is_whole(columns, kind, named):
        return None
    first = _unlike(rows, columns, {one.name: one.shape for one in (*kind.fields, *kind.more)})
    if first is None:
        return Table(0, columns, [""] * width, by="content")
    shown = [one_line(cell) for cell in rows[first]] + [""] * width
    return Table(first + 1, columns, shown[:width], by="content")


def _unlike(
    rows: Sequence[Row], columns: Mapping[int, str], shapes: Mapping[str, str]
) -> int | None:
    """The first row, if it looks like none of the rows under it: headings nobody knows."""
    for at, row in enumerate(rows[:HEAD_ROWS]):
        if not any(one_line(cell) for cell in row):
            continue
        alike = any(
            shapes[name] in shapes_of(row[column])
            for column, name in columns.items()
            if column < len(row) and shapes[name] not in ("", "serial")
        )
        return None if alike or len(rows) < at + 2 else at
    return None


def _shares(cells: Sequence[Cell]) -> dict[str, float]:
    """Which share of the filled cells of a column looks like what."""
    filled = [found for cell in cells if one_line(cell) for found in [shapes_of(cell)]]
    counts: dict[str, int] = {}
    for found in filled:
        for shape in found:
            counts[shape] = counts.get(shape, 0) + 1
    return {shape: count / len(filled) for shape, count in counts.items()}


def _is_serial(sample: Sequence[Row], at: int) -> bool:
    """Whether a column counts 1, 2, 3."""
    numbers = [one_line(row[at]) for row in sample if at < len(row)]
    counted = [int(text) for text in numbers if text.isdigit() and len(text) < 7]
    if len(counted) < max(2, len(sample) * 0.8):
        return False
    steps = sum(1 for one, two in itertools.pairwise(counted) if two == one + 1)
    return steps >= (len(counted) - 1) * 0.8


def _name_leftovers(columns: dict[int, str], sample: Sequence[Row], kind: Kind, width: int) -> None:
    """The first column of words that nobody claimed is the title of a position."""
    if "title" in kind.all_fields and "title" not in columns.values():
        for at in range(width):
            words = [one_line(row[at]) for row in sample if at < len(row)]
            worded = [text for text in words if 2 <= len(text) <= 30 and not text[0].isdigit()]
            if at not in columns and len(worded) >= len(sample) * 0.8:
                columns[at] = "title"
                return
