"""Words that stand for something of ours: levels, ownership, industries; majors and places."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

from app.employers.states import Ownership, PillarIndustry
from app.imports.cells.text import one_line, unlist
from app.imports.readers.limits import Cell
from app.imports.reasons import Found
from app.places.states import EducationLevel

WORDS = tomllib.loads((Path(__file__).parents[1] / "synonyms" / "words.toml").read_text("utf-8"))
MOST_MAJORS = 30
LONGEST_MAJOR = 40
_ORDER = list(EducationLevel)
_LEVELS: dict[str, str] = {word: name for name, words in WORDS["levels"].items() for word in words}
# The longest word first, so that 硕士研究生 is not read as 研究生.
_LEVEL = re.compile(
    "|".join(re.escape(word) for word in sorted(_LEVELS, key=len, reverse=True)), re.IGNORECASE
)
_ABOVE = re.compile(r"(?:学历|学位|\(含\))*(?:(?:及|或)?以上|or(?:above|higher)|andabove|起|\+)")
_ANY = re.compile(WORDS["any"], re.IGNORECASE)
_FILLING = re.compile(WORDS["filling"], re.IGNORECASE)
_BETWEEN = re.compile(r"[-–—~至到]")


def read_levels(cell: Cell) -> tuple[list[str], Found | None]:
    """The education levels asked for, best first; an empty list means any.

    本科及以上 is all from there up, 大专-本科 all between, 本科/硕士 these two.
    """
    return _read_levels(one_line(cell))


@lru_cache(maxsize=4096)
def _levels(text: str) -> tuple[tuple[str, ...], bool]:
    folded = unicodedata.normalize("NFKC", unlist(text)).lower().replace(" ", "")
    if not folded or _ANY.fullmatch(folded):
        return (), True
    words = list(_LEVEL.finditer(folded))
    found = [_ORDER.index(EducationLevel(_LEVELS[word[0]])) for word in words]
    rest = _FILLING.sub("", _BETWEEN.sub("", _LEVEL.sub("", _ABOVE.sub("", folded))))
    if not found or rest:
        return (), False
    wanted = set(found)
    for one, word in zip(found, words, strict=True):
        if _ABOVE.match(folded, word.end()):
            wanted |= set(range(one + 1)) if one < len(_ORDER) - 1 else set(range(len(_ORDER)))
    if len(found) == 2 and _BETWEEN.match(folded, words[0].end()):
        wanted |= set(range(min(found), max(found) + 1))
    return tuple(_ORDER[at].value for at in sorted(wanted)), True


def _read_levels(text: str) -> tuple[list[str], Found | None]:
    levels, known = _levels(text)
    if known:
        return list(levels), None
    return [], Found("level-unknown", "levels", {"text": text[:20]})


_MAJOR_ENDS = re.compile(r"[、，,;；/／|\n\r]+")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_ANY_MAJOR = re.compile(
    r"(?:专业)?(?:不限|无要求|无|均可|any)(?:专业)?|所有专业|[-—/]", re.IGNORECASE
)
_TAIL = re.compile(r"(?:等?相关(?:专业|领域)?|等专业|等)$")


def read_majors(cell: Cell) -> tuple[list[str], Found | None]:
    """Majors one by one, split at 、，,;/ and lines but not inside brackets; 类 stays."""
    text = unlist(one_line(cell) if not isinstance(cell, str) else cell.strip())
    if not text or _ANY_MAJOR.fullmatch(text):
        return [], None
    kept: list[str] = []

    def hide(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    parts = _MAJOR_ENDS.split(_BRACKETS.sub(hide, text))
    shown = (re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], part) for part in parts)
    majors = (one_line(_TAIL.sub("", part.strip())) for part in shown)
    good = dict.fromkeys(
        one[:LONGEST_MAJOR] for one in majors if one and not _ANY_MAJOR.fullmatch(one)
    )
    return list(good)[:MOST_MAJORS], None


_DOT = re.compile(r"\s*[·•・‧∙]\s*")
LONGEST_PLACE = 100


def read_place(cell: Cell) -> tuple[str, Found | None]:
    """A place of work: 上海·浦东新区 with one kind of dot."""
    return _DOT.sub("·", unlist(one_line(cell)))[:LONGEST_PLACE], None


def _word(cell: Cell, table: dict[str, str], field: str) -> tuple[str, Found | None]:
    text = unicodedata.normalize("NFKC", one_line(cell)).lower().replace(" ", "")
    if not text or text in "-/—无":
        return "", None
    if text in table:
        return table[text], None
    longest = max((word for word in table if len(word) > 1 and word in text), key=len, default="")
    if longest:
        return table[longest], None
    return "", Found("word-unknown", field, {"text": text[:20]})


def _by_word(section: str) -> dict[str, str]:
    return {word: name for name, words in WORDS[section].items() for word in words}


_OWNERSHIP = _by_word("ownership") | {one.value: one.value for one in Ownership}
_PILLARS = _by_word("pillar") | {one.value: one.value for one in PillarIndustry}
_TRUTH = _by_word("truth")


@lru_cache(maxsize=1024)
def _ownership(text: str) -> tuple[str, Found | None]:
    return _word(text, _OWNERSHIP, "ownership")


@lru_cache(maxsize=1024)
def _pillar(text: str) -> tuple[str, Found | None]:
    return _word(text, _PILLARS, "pillar_industry")


def read_ownership(cell: Cell) -> tuple[str, Found | None]:
    """Who owns a company, as the value of :class:`Ownership`."""
    return _ownership(one_line(cell))


def read_pillar(cell: Cell) -> tuple[str, Found | None]:
    """A pillar industry; what is none of them is no mistake and gives nothing."""
    return _pillar(one_line(cell))[0], None


def read_truth(cell: Cell) -> tuple[bool | None, Found | None]:
    """Yes or no; None for an empty cell."""
    value, found = _word(cell, _TRUTH, "needs_power")
    return (None if not value else value == "yes"), found
