"""Telephone numbers and e-mail addresses."""

import re
import unicodedata

from app.imports.cells.text import one_line
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

LONGEST_EMAIL = 254
_MOBILE = re.compile(r"(?:\+?0{0,2}86)?-?(1[3-9]\d{9})")
_FIXED = re.compile(
    r"(?:\+?0{0,2}86-?)?(0?(?:10|2\d|[3-9]\d\d))-?([2-9]\d{6,7})(?:(?:-|转|ext\.?)(\d{1,6}))?"
)
_LOCAL = re.compile(r"([2-9]\d{6,7})(?:(?:-|转|ext\.?)(\d{1,6}))?")
_SERVICE = re.compile(r"(?:400|800)-?\d{3,4}-?\d{3,4}")
_SEVERAL = re.compile(r"[/、,;，；\n]|或|\s{2,}|(?<=\d{11}) (?=1[3-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_LABEL = re.compile(r"^(?:电话|手机|联系电话|tel|phone|mobile)[:.]?", re.IGNORECASE)


def read_phone(cell: Cell) -> tuple[str, Found | None]:
    """A telephone number as we keep it: 13800138000, 0577-88888888-801, 400-888-8888."""
    text = unicodedata.normalize("NFKC", one_line(cell))
    if not text or text in "-/—无":
        return "", None
    parts = [part for part in _SEVERAL.split(text) if part and part.strip()]
    found = next((number for part in parts if (number := _number(part))), "")
    if not found:
        return "", Found("phone-odd", "contact_phone", {"text": text[:20]})
    several = sum(1 for part in parts if _number(part)) > 1
    return found, Found("phone-several", "contact_phone") if several else None


def _number(text: str) -> str:
    bare = re.sub(r"\.0+$", "", _LABEL.sub("", text.strip()))
    bare = re.sub(r"[()\s]", "-", bare).strip("-")
    squeezed = re.sub(r"[-–—_.·]+", "", bare)
    mobile = _MOBILE.fullmatch(squeezed)
    if mobile:
        return mobile[1]
    folded = re.sub(r"[-–—_]+", "-", bare)
    if _SERVICE.fullmatch(folded):
        return folded
    fixed = _FIXED.fullmatch(folded) or _FIXED.fullmatch(squeezed)
    if fixed:
        area, number, extension = fixed.groups()
        area = area if area.startswith("0") else f"0{area}"
        return "-".join(part for part in (area, number, extension) if part)
    local = _LOCAL.fullmatch(folded)
    return "-".join(part for part in local.groups() if part) if local else ""


def read_email(cell: Cell) -> tuple[str, Found | None]:
    """An e-mail address in lower case."""
    text = unicodedata.normalize("NFKC", one_line(cell)).replace(" ", "")
    if not text or text in "-/—无":
        return "", None
    first = re.split(r"[;,、/]", text)[0]
    if len(first) > LONGEST_EMAIL or not _EMAIL.fullmatch(first):
        return "", Found("email-odd", "contact_email", {"text": text[:40]})
    return first.lower(), None
