"""Days as people write them."""

import re
import unicodedata
from datetime import date, timedelta

from app.imports.cells.text import one_line
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

_FORMS = (
    re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?(?:[T ].*)?"),
    re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)"),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
)
_FOREVER = re.compile(r"长期(?:有效)?|永久|不限|无固定期限|招满为止|[-—/无]")
# Day 0 of Excel, which believes that 1900 was a leap year; sensible days lie between these.
_EPOCH = date(1899, 12, 30)
_SERIAL = range(20_000, 80_000)


def read_day(cell: Cell) -> tuple[str, Found | None]:
    """A day as ISO text, empty for none (长期); also as the number Excel keeps it as."""
    text = unicodedata.normalize("NFKC", one_line(cell))
    if not text or _FOREVER.fullmatch(text):
        return "", None
    for form in _FORMS:
        found = form.fullmatch(text)
        if found:
            try:
                day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                continue
            if 1950 <= day.year <= 2150:
                return day.isoformat(), None
    if text.isascii() and text.isdigit() and int(text) in _SERIAL:
        return (_EPOCH + timedelta(days=int(text))).isoformat(), None
    return "", Found("date-odd", "valid_until", {"text": text[:20]})
