"""Counting what a search found: the values it can be narrowed by, and how many hits each has.

The database gives the values of a facet as one text with a line for each hit. Thousands of rows
with a dozen columns would cost more to be handed over than to be found, and a GROUP BY for each
facet more than counting lines here.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, String, case, cast, func

from app.core.words import asked_runs, is_han
from app.employers.models import PositionEntry, level_bit
from app.employers.states import PAY_STEPS
from app.places.states import EducationLevel

MOST_CHOICES = 12
ANY_MAJOR = "any"
Lines: TypeAlias = Sequence[str]
Count: TypeAlias = Callable[[Lines], Counter[str]]
Entry = PositionEntry


def _line(value: Any) -> ColumnElement[str]:
    return func.coalesce(cast(value, String), "")


# What stands in a hit's line of each facet; no value holds a line break.
VALUES: Mapping[str, ColumnElement[str]] = {
    "level": _line(Entry.levels),
    "pay": _line(Entry.pay),
    "place": Entry.place + "|" + Entry.city,
    "delegation": _line(Entry.delegation_id),
    "pillar": _line(Entry.pillar_industry),
    "category": case((Entry.majors == "", ANY_MAJOR), else_="") + Entry.categories,
}


@dataclass(frozen=True)
class Choice:
    """One value a search can be narrowed by, and how many positions that leaves.

    ``is_least`` where no more were counted: there are so many or more.
    """

    value: str
    number: int
    is_least: bool = False


def count_facet(name: str, lines: Lines, *, most: int | None, is_cut: bool) -> list[Choice]:
    """The choices of a facet, by number.

    No number above ``most`` is told, and where the hits were cut each is the least there is.
    """
    return _choices(name, FACETS[name](lines), most, is_cut)


def _levels(lines: Lines) -> Counter[str]:
    found: Counter[str] = Counter()
    for line, number in Counter(lines).items():
        for level in EducationLevel:
            if int(line) & level_bit(level):
                found[level.value] += number
    return found


def _pays(lines: Lines) -> Counter[str]:
    """How many reach each of the pay steps."""
    found: Counter[str] = Counter()
    for line, number in Counter(lines).items():
        reached = [str(step) for step in PAY_STEPS if line and int(line) >= step]
        found.update(dict.fromkeys(reached, number))
    return found


def _categories(lines: Lines) -> Counter[str]:
    found: Counter[str] = Counter()
    for line, number in Counter(lines).items():
        for code in line.split():
            found[code] += number
    return found


def _words(lines: Lines) -> Counter[str]:
    found = Counter(lines)
    del found[""]
    return found


def _places(lines: Lines) -> Counter[str]:
    """The most frequent cities, each with the positions a search for that word finds."""
    known = [(line.partition("|"), number) for line, number in Counter(lines).items()]
    named: Counter[str] = Counter()
    for (_place, _, city), number in known:
        named[city] += number
    del named[""]
    found: Counter[str] = Counter()
    for city, _number in named.most_common(MOST_CHOICES):
        likes = [run if is_han(run) else f" {run}" for run in asked_runs(city)]
        if likes:
            found[city] = sum(
                number for (place, _, _), number in known if all(part in place for part in likes)
            )
    return found


# How many hits each value of a facet has; in the order of the page.
FACETS: Mapping[str, Count] = {
    "level": _levels,
    "pay": _pays,
    "place": _places,
    "delegation": _words,
    "pillar": _words,
    "category": _categories,
}


def _choices(name: str, counts: Counter[str], most: int | None, capped: bool) -> list[Choice]:
    keys = sorted(counts, key=lambda key: (-counts[key], key))[:MOST_CHOICES]
    if name == "level":
        keys = [level.value for level in EducationLevel if counts[level.value]]
    if name == "pay":
        keys = [str(step) for step in PAY_STEPS if counts[str(step)]]
    limit = most or max(counts.values(), default=0)
    return [
        Choice(key, min(counts[key], limit), capped or counts[key] > limit)
        for key in keys
        if counts[key]
    ]
