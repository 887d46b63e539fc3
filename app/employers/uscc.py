"""The number on a business licence, checked before it is kept.

GB 32100-2015: 18 characters, the last of them a check character. Older licences carry a
registration number of 15 digits (GS 15-2006). Neither is personal; an ID number typed into
this field by mistake is, and is refused without being repeated or stored.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from app.core.errors import DomainError
from app.core.text import N_

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Provinces in ID numbers: 11 Beijing … 82 Macao.
_PERSON = re.compile(
    r"[1-8]\d{5}(?:(?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]"
)
_OLD_PERSON = re.compile(r"[1-8]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")


class NumberRefused(DomainError):
    """A text that is no number of a company."""

    code = "number-refused"


class PersonalNumber(NumberRefused):
    """An ID number of a person. Whoever catches this must not show or keep what was typed."""

    code = "personal-number"
    message = N_("This is an ID number of a person. Write the code of the company, never your own.")


@dataclass(frozen=True)
class Checked:
    """A number fit to be kept: one of the two is given. ``warning`` asks for a second look."""

    uscc: str | None = None
    registration_number: str | None = None
    warning: str = ""


def check_uscc(text: str) -> Checked:
    """Read a credit code or an old registration number.

    Raises :class:`PersonalNumber` for anything that looks like a person's ID number and
    :class:`NumberRefused` for what is neither. A code with letters in the first two places
    is rare but allowed by the standard: it is accepted with a warning.
    """
    number = "".join(
        ch for ch in unicodedata.normalize("NFKC", text).upper() if ch.isascii() and ch.isalnum()
    )
    if len(number) == 18:
        return _check_18(number)
    if re.fullmatch(r"\d{15}", number):
        return _check_15(number)
    raise NumberRefused(
        N_("A credit code has 18 characters, an old registration number 15 digits."),
        field="uscc",
    )


def _check_18(number: str) -> Checked:
    if ric.is_valid(number):
        raise PersonalNumber(field="uscc")
    try:
        return Checked(uscc=uscc.validate(number))
    except ValidationError:
        if _PERSON.fullmatch(number):  # mistyped, but still somebody's
            raise PersonalNumber(field="uscc") from None
    if not number[:2].isdigit() and _is_sound(number):
        return Checked(
            uscc=number,
            warning=N_("Letters in the first two places are rare; compare with the licence."),
        )
    raise NumberRefused(
        N_("This credit code has a mistake; compare it with the licence."), field="uscc"
    )


def _is_sound(number: str) -> bool:
    """Whether the check character fits, with letters allowed in the first two places."""
    if any(ch not in ALPHABET for ch in number) or not number[2:8].isdigit():
        return False
    return bool(uscc.calc_check_digit(number) == number[-1])


def _check_15(number: str) -> Checked:
    """A registration number; one with a wrong check digit may be an ID number of the 1980s."""
    if mod_11_10.is_valid(number):
        return Checked(registration_number=number)
    if _OLD_PERSON.fullmatch(number):
        raise PersonalNumber(field="uscc")
    return Checked(
        registration_number=number,
        warning=N_("The check digit of this registration number does not fit; compare it."),
    )
