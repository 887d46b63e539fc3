"""Headcounts."""

import re
import unicodedata

from app.employers.services import read_openings
from app.imports.cells.text import one_line
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

_RANGE = re.compile(r"(\d{1,4})\s*(?:人|名)?\s*[-–—~至到]\s*(\d{1,4})\s*(?:人|名|位|个)?(?:左右)?")
_LOOSE = re.compile(
    r"(?:招聘?|约|需|共)?\s*(\d{1,5})\s*(?:\+|多|余|以上|左右)*\s*(?:人|名|位|个)?(?:\+|以上|左右)*"
)
_ZERO = re.compile(r"0+(?:\.0+)?\s*(?:人|名|位|个)?")


def read_openings_cell(cell: Cell) -> tuple[int | None, Found | None]:
    """How many are wanted; None for 若干, for an empty cell and for what cannot be read."""
    text = one_line(cell)
    if not text:
        return None, None
    if isinstance(cell, float) and not cell.is_integer():
        return None, Found("openings-unreadable", "openings", {"text": text[:20]})
    try:
        return read_openings(text), None
    except ValueError:
        pass
    folded = unicodedata.normalize("NFKC", text)
    if _ZERO.fullmatch(folded):
        return None, Found("openings-zero", "openings")
    loose, between = _LOOSE.fullmatch(folded), _RANGE.fullmatch(folded)
    number = int(between[2]) if between else int(loose[1]) if loose else 0
    if not number:
        return None, Found("openings-unreadable", "openings", {"text": text[:20]})
    return number, Found("openings-range", "openings", {"text": text[:20], "number": number})
