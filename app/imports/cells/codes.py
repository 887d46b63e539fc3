"""Codes of companies as they arrive: damaged by hands, by Excel, or somebody's ID number.

The rules of the code itself are ``employers.uscc``'s; here it is said what went wrong and what
was likely meant. Nothing here keeps or repeats an ID number.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric, uscc

from app.employers.services import NumberRefused, PersonalNumber, check_uscc
from app.imports.cells.text import EXACT, clean
from app.imports.readers.limits import Cell
from app.imports.reasons import Found

HIDDEN = "［身份证号］"
# A shorter text holds no ID number.
SHORTEST_ID = 17
# An ID number of 18, also one whose last character is missing; nothing of a longer number.
_PERSON = re.compile(
    r"(?<![0-9A-Za-z])[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]?"
    r"(?![0-9A-Za-z])"
)
_LONG_DIGITS = re.compile(r"\d{17}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
_LABEL = re.compile(r"^[^0-9A-Z]*(?:代码|号码?|编号|USCC)[::]?")
_NOTHING = re.compile(r"[-—/\\_.。无没暂缺待补办充不详知道有未NA\s]*")
# Letters the code's alphabet lacks, and what people mean by them (GB 32100-2015: no I O Z S V).
MEANT = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "Y"}
_AS_DIGITS = str.maketrans(MEANT)
# Letters that stand where only digits may: the first eight places.
LOOKS = MEANT | {"B": "8", "L": "1", "Q": "0", "D": "0", "G": "6"}


@dataclass(frozen=True)
class Code:
    """A company's number: one of the two is given, or none."""

    uscc: str = ""
    registration_number: str = ""


NO_CODE = Code()


def read_code(cell: Cell) -> tuple[Code, Found | None]:
    """The number of a company, or the reason why it is none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        personal = _PERSON.fullmatch(str(int(cell)))
        return NO_CODE, _found("id-number" if personal else "code-scientific")
    if cell == HIDDEN:
        return NO_CODE, _found("id-number")
    number = _bare(cell)
    if not number:
        return NO_CODE, None
    if _SCIENTIFIC.fullmatch(number):
        return NO_CODE, _found("code-scientific")
    if not number.isascii() or not number.isalnum():
        return NO_CODE, _found("code-format")
    if len(number) == 18:
        return _read_18(number)
    if len(number) == 15 and number.isdigit():
        return _read_15(number)
    if len(number) == 17 and _PERSON.fullmatch(number):
        return NO_CODE, _found("id-number")
    return NO_CODE, _found("code-length", length=len(number))


def _bare(cell: Cell) -> str:
    """A code without label, blanks, hyphens, and the .0 of a number that became text."""
    text = unicodedata.normalize("NFKC", clean(cell)).upper().lstrip("'")
    text = _LABEL.sub("", text).strip()
    text = re.sub(r"^(\d{10,18})\.0+$", r"\1", text)
    if _NOTHING.fullmatch(text):
        return ""
    if _SCIENTIFIC.fullmatch(text):
        return text
    return "".join(ch for ch in text if not ch.isspace() and ch not in "-–—_.'·")


def _read_18(number: str) -> tuple[Code, Found | None]:
    # As digits: an ID number with a letter O in it is still somebody's.
    digits = number[:17].translate(_AS_DIGITS) + number[17:]
    if ric.is_valid(digits):
        return NO_CODE, _found("id-number")
    try:
        checked = check_uscc(number)
    except PersonalNumber:
        return NO_CODE, _found("id-number")
    except NumberRefused:
        if _PERSON.fullmatch(digits):
            return NO_CODE, _found("id-number")
        return NO_CODE, _damage(number)
    rare = _found("code-rare") if checked.warning else None
    return Code(uscc=checked.uscc or ""), rare


def _damage(number: str) -> Found:
    """What is wrong with 18 characters that are no code."""
    wrong = [
        at for at, ch in enumerate(number) if ch in MEANT or (2 <= at < 8 and not ch.isdigit())
    ]
    if not wrong:
        return _found("code-check")
    meant = "".join(
        (LOOKS if at < 8 else MEANT).get(ch, ch) if at in wrong else ch
        for at, ch in enumerate(number)
    )
    at = wrong[0]
    if uscc.is_valid(meant):
        return _found(
            "code-letter", position=at + 1, letter=number[at], digit=meant[at], meant=meant
        )
    if any(number[one] in MEANT for one in wrong):
        at = next(one for one in wrong if number[one] in MEANT)
        return _found("code-letters", position=at + 1, letter=number[at])
    return _found("code-format")


def _read_15(number: str) -> tuple[Code, Found | None]:
    try:
        checked = check_uscc(number)
    except PersonalNumber:
        return NO_CODE, _found("id-number")
    code = "code-old-check" if checked.warning else "code-old"
    return Code(registration_number=checked.registration_number or ""), _found(code)


def _found(code: str, **params: object) -> Found:
    return Found(code, "uscc", params)


def has_id_number(text: str) -> bool:
    """Whether a text holds what looks like somebody's ID number, or held one once."""
    if HIDDEN in text:
        return True
    return bool(_LONG_DIGITS.search(text)) and HIDDEN in _PERSON.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    """A company's code of digits only may look like a person's number: it stays."""
    number = found[0]
    return number if uscc.is_valid(number) and not ric.is_valid(number) else HIDDEN


def hide_id_numbers(cell: Cell) -> Cell:
    """A cell as it may be kept: ID numbers in it are taken out."""
    if isinstance(cell, str):
        if len(cell) < SHORTEST_ID or not _LONG_DIGITS.search(cell):
            return cell
        return _PERSON.sub(_hide, cell)
    if isinstance(cell, int | float) and abs(cell) >= EXACT and cell == cell and abs(cell) < 1e19:
        return HIDDEN if _PERSON.fullmatch(str(int(cell))) else cell
    return cell
