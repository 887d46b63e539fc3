"""What columns are called: the table of synonyms, and matching a row of headings with it."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.imports.cells import clean
from app.imports.kinds.base import Kind
from app.imports.readers.limits import Cell

SYNONYMS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parents[1] / "synonyms" / "headings.toml").read_text("utf-8")
)
LONGEST_HEADING = 60
# A synonym shorter than this inside a longer heading says too little.
SHORTEST_INSIDE = 2
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_MARKS = re.compile(r"[\s*＊:：、,，.。/\\\-—_·\"'“”☆★※?？!]+")
EXACT, INSIDE = 0, 1


def fold_heading(cell: Cell) -> str:
    """A heading without blanks, brackets, marks and case: *学历 （必填）\\n → 学历."""
    text = unicodedata.normalize("NFKC", clean(cell)).lower()[:LONGEST_HEADING]
    bare = _MARKS.sub("", _BRACKETS.sub("", text))
    return bare or _MARKS.sub("", text)


@lru_cache(maxsize=16)
def _ranks(fields: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """Which fields a synonym may mean, and how far down their list it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name in fields:
        words = SYNONYMS.get(name, {})
        for words_of in words.values():
            for rank, word in enumerate(words_of):
                found.setdefault(_MARKS.sub("", word.lower()), []).append((name, rank))
    return found


def match_headings(
    headings: Sequence[Iterable[str]], kind: Kind, known: Mapping[str, str] | None = None
) -> tuple[dict[int, str], int]:
    """Which field each column means, and how many were sure.

    ``headings`` has, for each column, the texts it may be called by, best first (a heading of
    two rows may be 学历 or 岗位要求学历). ``known`` is what this sender's headings meant
    before; an empty field there says that a column is to be left out.
    """
    first = tuple(one.name for one in kind.fields)
    ranks = _ranks((*first, *(one.name for one in kind.more)))
    order = {name: at for at, name in enumerate(kind.all_fields)}
    offers: list[tuple[int, int, int, int, int, str]] = []
    left_out: set[int] = set()
    for column, texts in enumerate(headings):
        for place, text in enumerate(texts):
            if not text:
                continue
            if known is not None and text in known:
                if known[text]:
                    offers.append((-1, 0, 0, place, column, known[text]))
                else:
                    left_out.add(column)
                continue
            for quality, name, rank in _fitting(text, ranks):
                offers.append((quality, name not in first, rank, place, column, name))
    columns: dict[int, str] = {}
    sure = 0
    offers.sort(key=lambda one: (*one[:5], order.get(one[5], 0)))
    for quality, _, _, _, column, name in offers:
        if column not in columns and column not in left_out and name not in columns.values():
            columns[column] = name
            sure += quality <= EXACT
    return columns, sure


def _fitting(
    text: str, ranks: Mapping[str, list[tuple[str, int]]]
) -> Iterable[tuple[int, str, int]]:
    """The fields a heading may mean: exactly, or because it holds a name of theirs."""
    exact = ranks.get(text)
    if exact:
        return [(EXACT, name, rank) for name, rank in exact]
    inside = [word for word in ranks if len(word) >= SHORTEST_INSIDE and word in text]
    if not inside or len(text) > 24:
        return []
    # The longest name inside, and of equals the last: 企业联系电话 is a telephone.
    longest = max(inside, key=lambda word: (len(word), text.rindex(word)))
    return [(INSIDE, name, rank) for name, rank in ranks[longest]]
