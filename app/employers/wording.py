"""Wordings in positions that a reviewer should look at.

Labour law forbids to choose people by sex, marriage, household registration, health; the
human-resources market rules (人力资源市场暂行条例, article 24) forbid such wording in posts.
A hint is a suggestion to read again, never a refusal. The rules are data: ``wording.toml``.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from app.employers.states import WordingKind

LONGEST = 24


@dataclass(frozen=True)
class WordingRule:
    """Why wordings of one kind should go, in both languages, with where it stands."""

    kind: WordingKind
    why_zh: str
    why_en: str
    law_zh: str
    law_en: str


@dataclass(frozen=True)
class Hint:
    """One wording: of what kind it is, the words themselves, and the rule about them.

    ``start`` and ``end`` are its place in the text as it was written.
    """

    kind: WordingKind
    words: str
    start: int
    end: int

    @property
    def rule(self) -> WordingRule:
        """Why it should go."""
        return RULES[self.kind]


# A kind, the words of which every find has one, and the pattern of a find.
Search = tuple[WordingKind, tuple[str, ...], re.Pattern[str]]


def _read_rules() -> tuple[dict[WordingKind, WordingRule], list[Search]]:
    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["rule"]
    rules: dict[WordingKind, WordingRule] = {}
    patterns: list[Search] = []
    for one in listed:
        kind = WordingKind(one.pop("kind"))
        together = "|".join(f"(?:{pattern})" for pattern in one.pop("patterns"))
        needs = tuple(one.pop("needs"))
        patterns.append((kind, needs, re.compile(together, re.IGNORECASE)))
        rules[kind] = WordingRule(kind, **one)
    return rules, patterns


RULES, _PATTERNS = _read_rules()
_NEEDED = tuple(word for _, needs, _ in _PATTERNS for word in needs)
# White space beside a Chinese character is how a sheet was typed, not what it says.
_LOOSE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


class _Folded(dict[int, str]):
    """Each character after NFKC, by its number; what str.translate asks for."""

    MOST = 20_000

    def __missing__(self, code: int) -> str:
        if len(self) >= self.MOST:
            self.clear()
        folded = self[code] = unicodedata.normalize("NFKC", chr(code))
        return folded


_FOLDED = _Folded()


def _suspects(text: str) -> list[tuple[WordingKind, re.Pattern[str]]]:
    """The kinds that have a find in a text: for most texts none, and soon known."""
    folded = text.translate(_FOLDED)
    if " " in folded or not folded.isprintable():
        folded = _LOOSE.sub("", folded)
    lower = folded.lower()
    here = {word for word in _NEEDED if word in lower}
    if not here:
        return []
    return [
        (kind, pattern)
        for kind, needs, pattern in _PATTERNS
        if not here.isdisjoint(needs) and pattern.search(folded)
    ]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters where it stood."""
    letters = [
        (part, at) for at, ch in enumerate(text) for part in unicodedata.normalize("NFKC", ch)
    ]
    joined = "".join(part for part, _ in letters)
    dropped = {at for gap in _LOOSE.finditer(joined) for at in range(*gap.span())}
    kept = [letter for at, letter in enumerate(letters) if at not in dropped]
    return "".join(part for part, _ in kept), [at for _, at in kept]


def find_all(text: str) -> list[Hint]:
    """Every wording in a text, in the order they stand there."""
    suspects = _suspects(text)
    if not suspects:
        return []
    # Where a character of the folded text stood is asked for only where there is a find.
    folded, places = _fold(text)
    found = [
        Hint(kind, match[0][:LONGEST], places[match.start()], places[match.end() - 1] + 1)
        for kind, pattern in suspects
        for match in pattern.finditer(folded)
    ]
    return sorted(found, key=lambda hint: (hint.start, -hint.end))


def find_hints(text: str) -> list[Hint]:
    """The wordings in a text in the order they stand there, each once."""
    seen: dict[str, Hint] = {}
    for hint in find_all(text):
        seen.setdefault(hint.words, hint)
    return list(seen.values())


def hints_in(text: str) -> list[str]:
    """The wordings in a text a reviewer should look at, as they are written there."""
    return [hint.words for hint in find_hints(text)]


def mark(text: str) -> list[tuple[str, WordingRule | None]]:
    """A text cut into pieces, each with the rule it offends or None; joined they are the text."""
    pieces: list[tuple[str, WordingRule | None]] = []
    at = 0
    for hint in find_all(text):
        if hint.start < at:
            continue  # inside a longer one
        if hint.start > at:
            pieces.append((text[at : hint.start], None))
        pieces.append((text[hint.start : hint.end], hint.rule))
        at = hint.end
    if at < len(text) or not pieces:
        pieces.append((text[at:], None))
    return pieces


_UNKNOWN = re.compile(r"若干|不限|多名|数名|several|some|many", re.IGNORECASE)


def read_openings(text: str) -> int | None:
    """A headcount as written: 3, 3人, ３名; None for 若干 or nothing. Else ``ValueError``."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if not folded or _UNKNOWN.fullmatch(folded):
        return None
    found = re.fullmatch(r"(\d{1,5})(?:人|名|位|个|余人|people)?", folded)
    if found is None or int(found[1]) == 0:
        raise ValueError(text)
    return int(found[1])
