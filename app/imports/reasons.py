"""Every reason an import may give for a row, in one place. Pure.

A reason has a stable code (docs/scripts.md lists them), says whether the row is refused or only
to be looked at, and one sentence in words with the values of the case. A sentence never repeats
what was typed where that could be somebody's ID number.
"""

from dataclasses import dataclass
from dataclasses import field as given
from typing import Any

from app.core.text import N_


@dataclass(frozen=True)
class Reason:
    """A kind of mistake."""

    code: str
    refuses: bool
    title: str
    sentence: str


@dataclass(frozen=True)
class Found:
    """One reason in one row: which, in which field, with which values."""

    code: str
    field: str = ""
    params: dict[str, Any] = given(default_factory=dict)

    @property
    def refuses(self) -> bool:
        """Whether the row must stay out."""
        return REASONS[self.code].refuses


def _refused(code: str, title: str, sentence: str) -> Reason:
    return Reason(code, True, title, sentence)


def _doubt(code: str, title: str, sentence: str) -> Reason:
    return Reason(code, False, title, sentence)


_ALL = (
    # ------------------------------------------------------------------ the code of a company
    _refused(
        "id-number",
        N_("An ID number of a person"),
        N_("This is a person's ID number. It was neither kept nor logged; write the company's."),
    ),
    _refused(
        "code-letter",
        N_("A letter that no code has"),
        N_("Character %(position)s is the letter %(letter)s, probably a %(digit)s: %(meant)s"),
    ),
    _refused(
        "code-letters",
        N_("Letters that no code has"),
        N_("Character %(position)s is the letter %(letter)s, which no credit code has."),
    ),
    _refused(
        "code-check",
        N_("The check character does not fit"),
        N_("The check character of this credit code does not fit; compare it with the licence."),
    ),
    _refused(
        "code-scientific",
        N_("Excel made a number of the code"),
        N_("Excel turned the code into a number and lost digits. Format the column as text first."),
    ),
    _refused(
        "code-length",
        N_("A code of the wrong length"),
        N_(
            "A credit code has 18 characters, an old registration number 15 digits, not %(length)s."
        ),
    ),
    _refused(
        "code-format",
        N_("Signs that no code has"),
        N_("A credit code has digits and capital letters only, and digits for the place."),
    ),
    _doubt(
        "code-old",
        N_("An old registration number"),
        N_("This is an old registration number of 15 digits. It is kept; ask for the credit code."),
    ),
    _doubt(
        "code-old-check",
        N_("An old registration number that does not fit"),
        N_("The check digit of this old registration number does not fit; compare it."),
    ),
    _doubt(
        "code-rare",
        N_("A rare beginning of a code"),
        N_("Letters in the first two places are rare; compare with the licence."),
    ),
    _doubt("code-missing", N_("No code"), N_("There is no code; the name alone is compared.")),
    _refused(
        "code-of-another",
        N_("The code of another company"),
        N_("This code stands in row %(row)s for %(name)s."),
    ),
    _refused(
        "name-of-another",
        N_("A name with two codes"),
        N_("This name stands in row %(row)s with another code."),
    ),
    # ------------------------------------------------------------------ rows among rows
    _refused(
        "repeated",
        N_("Repeated in the file"),
        N_("The same stands in row %(row)s already."),
    ),
    _refused(
        "columns-shifted",
        N_("Columns shifted by one"),
        N_("From “%(heading)s” on, the cells of this row stand one column too far %(direction)s."),
    ),
    # ------------------------------------------------------------------ what is there already
    _doubt(
        "name-changed",
        N_("Another name under a known code"),
        N_("This code belongs to %(name)s here. The name will be changed."),
    ),
    _refused(
        "name-taken",
        N_("A known name with another code"),
        N_("%(name)s is here already with another code."),
    ),
    _doubt(
        "similar-name",
        N_("A similar name is known"),
        N_("%(name)s is here already. Is it the same company?"),
    ),
    _refused(
        "other-delegation",
        N_("Another delegation's"),
        N_("This belongs to another delegation and is not yours to import."),
    ),
    _refused(
        "employer-unknown",
        N_("The employer is not known"),
        N_("There is no employer of this name or code. Import the employers first."),
    ),
    # ------------------------------------------------------------------ cells
    _refused("name-missing", N_("No name"), N_("The name is missing.")),
    _refused("title-missing", N_("No position"), N_("The name of the position is missing.")),
    _refused("employer-missing", N_("No employer"), N_("It is not said whose this is.")),
    _refused("name-odd", N_("Not a name"), N_("“%(text)s” is no name of a company.")),
    _refused(
        "too-long",
        N_("Too long"),
        N_("This is longer than %(limit)s characters."),
    ),
    _doubt("text-cut", N_("Cut"), N_("This is longer than %(limit)s characters and was cut.")),
    _doubt(
        "id-number-removed",
        N_("An ID number was removed"),
        N_("This cell held a person's ID number. It was removed and not kept."),
    ),
    _refused(
        "openings-zero",
        N_("No openings"),
        N_("A position that hires nobody. Write 若干 if the number is not known."),
    ),
    _doubt(
        "openings-unreadable",
        N_("Openings that cannot be read"),
        N_("“%(text)s” is no number of people; it counts as not known."),
    ),
    _doubt(
        "openings-range",
        N_("Openings from and to"),
        N_("“%(text)s” is taken as %(number)s."),
    ),
    _doubt(
        "pay-unreadable",
        N_("Pay that cannot be compared"),
        N_("“%(text)s” is kept as written and takes no part in comparisons."),
    ),
    _doubt(
        "level-unknown",
        N_("An education level nobody knows"),
        N_("“%(text)s” is no education level; any level is taken."),
    ),
    _doubt(
        "word-unknown",
        N_("A word that is not in the list"),
        N_("“%(text)s” is not in the list and was left out."),
    ),
    _doubt("phone-odd", N_("Not a telephone number"), N_("“%(text)s” is no telephone number.")),
    _doubt(
        "phone-several",
        N_("Several telephone numbers"),
        N_("Several numbers stand here; the first is kept."),
    ),
    _doubt("email-odd", N_("Not an e-mail address"), N_("“%(text)s” is no e-mail address.")),
    _doubt("date-odd", N_("Not a date"), N_("“%(text)s” is no date.")),
    _doubt(
        "delegation-unknown",
        N_("A delegation nobody knows"),
        N_("There is no delegation called “%(text)s”."),
    ),
    # ------------------------------------------------------------------ of a fair
    _refused("booth-missing", N_("No booth"), N_("The code of the booth is missing.")),
    _refused("booth-odd", N_("Not a booth"), N_("“%(text)s” is no code of a booth.")),
    _refused("booth-unknown", N_("No such booth"), N_("The fair has no booth %(booth)s.")),
    _refused("booth-taken", N_("The booth is taken"), N_("Booth %(booth)s is somebody else's.")),
    _refused(
        "mobile-missing",
        N_("No mobile number"),
        N_("A mobile number of 11 digits is needed: the ticket goes there."),
    ),
    _doubt(
        "school-unknown",
        N_("A school that is not in the list"),
        N_("“%(text)s” is not in the list of schools; it is kept as written."),
    ),
    _doubt(
        "employer-from-above",
        N_("The employer is taken from above"),
        N_("No employer stands here; that of row %(row)s is taken."),
    ),
)
REASONS: dict[str, Reason] = {reason.code: reason for reason in _ALL}
