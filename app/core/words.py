"""How written words are searched: Chinese by pairs of characters, everything else by beginnings.

A text is folded to runs: unbroken Chinese, or a word of other letters and digits (with the
signs of C++ and C#). A run of Chinese is found wherever it stands inside another, a word of
letters at the beginning of a word: 设计 finds 机械设计师, ``java`` finds JavaScript, ``script``
does not. "Java开发" is two runs, and both must occur. One rule, two ways to follow it: a plain
look at the folded text (:func:`pattern_of`), and an index that holds :func:`tokens_of` a text
and is asked for :func:`needed_for` a run, whose answers are looked at once more.
"""

import re
import unicodedata
from collections.abc import Iterator

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+[+#]*")
_HAN = re.compile(rf"[{HAN}]")
MOST_RUNS = 8
LONGEST = 24


def fold(text: str) -> str:
    """The runs of a text between blanks, with one before the first and one after the last."""
    runs = _runs(text)
    return f" {' '.join(runs)} " if runs else ""


def asked_runs(words: str) -> list[str]:
    """The runs somebody searches for, at most eight, each once."""
    return list(dict.fromkeys(run[:LONGEST] for run in _runs(words)))[:MOST_RUNS]


def is_han(run: str) -> bool:
    """Whether a run is Chinese."""
    return bool(_HAN.match(run))


def is_too_short(run: str) -> bool:
    """Whether an index cannot find a run: a single Chinese character."""
    return len(run) < 2 and is_han(run)


def pattern_of(run: str) -> str:
    """The LIKE pattern that finds a run in a folded text (runs hold no ``%``, ``_``, ``\\``)."""
    return f"%{run}%" if is_han(run) else f"% {run}%"


def tokens_of(folded: str) -> Iterator[str]:
    """What an index holds of a folded text: pairs of neighbouring characters, or whole words."""
    for run in folded.split():
        if is_han(run):
            yield from needed_for(run)
        else:
            yield run


def needed_for(run: str) -> list[str]:
    """The tokens that must all be there where a run occurs; a word's may go on."""
    if not is_han(run):
        return [run]
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return _RUN.findall(folded)
