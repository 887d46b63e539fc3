"""A cell as text: what nobody sees taken out, what only looks different made the same."""

import math
import re

from app.imports.readers.limits import Cell

_REMOVED = [
    *range(0x00, 0x09),
    *range(0x0E, 0x20),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,
    *range(0x200B, 0x2010),  # zero-width, and left-to-right marks
    *range(0x202A, 0x202F),  # directions
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xD800, 0xE000),
]
_BLANKS = [0x0B, 0x0C, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_TABLE: dict[int, int | None] = {
    **dict.fromkeys(_REMOVED),
    **dict.fromkeys(_BLANKS, 0x20),
    0x2028: 0x0A,
    0x2029: 0x0A,
    # Full-width digits and letters; full-width marks are right in Chinese text and stay.
    **{code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
}
# What of these can be seen. Whatever else is taken out does not print (a test looks at that), so a
# text that prints and has none of them, like nearly every cell, needs no second look.
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_FOLDS = re.compile(r"[\t\r\n]|  ")
EXACT = 1e15
# A list as a program prints it, whole or torn: ['本科'], ['a', 'b'], 'a\nb',
_LIST = re.compile(r"^\[?\s*(?:'|\")(?P<inside>.*?)(?:'|\")?\s*,?\s*\]?\s*,?$", re.DOTALL)


def plain(cell: Cell) -> str:
    """A cell as it was typed: 12.0 is 12; a number too long to be exact keeps its look."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return ""
        if cell.is_integer() and abs(cell) < EXACT:
            return str(int(cell))
        return repr(cell)
    return str(cell)


def clean(cell: Cell) -> str:
    """A cell as text without what nobody sees; line ends stay."""
    text = plain(cell)
    if not text.isprintable() or _WIDE.search(text):
        text = text.translate(_TABLE)
    return text.strip()


def one_line(cell: Cell) -> str:
    """A cell as one line, blanks folded."""
    text = cell if type(cell) is str else plain(cell)
    if text.isprintable() and "  " not in text and not _WIDE.search(text):
        return text.strip()
    text = clean(text)
    return " ".join(text.split()) if _FOLDS.search(text) else text


def unlist(text: str) -> str:
    """The content of a list literal, one part a line; other text as it is."""
    if not text or text[0] not in "['\"":
        return text
    found = _LIST.match(text)
    if found is None or not (text[0] == "[" or text.endswith((",", "']", "'"))):
        return text
    inside = re.sub(r"(?:'|\")\s*,\s*(?:'|\")", "\n", found["inside"])
    return inside.replace("\\n", "\n").replace("\\t", " ").strip()
