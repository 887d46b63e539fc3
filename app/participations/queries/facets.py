"""Counting what a search found: the values it can be narrowed by, and how many hits each has.

Hits are counted here and not by the database: they have been read once, and counting a column of
some thousand takes a millisecond.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.core.words import asked_runs, is_han
from app.employers.models import level_bit
from app.employers.states import PAY_STEPS
from app.places.states import EducationLevel

MOST_CHOICES = 12
ANY_MAJOR = "any"
# The columns of a hit, by place.
BASE, ID, FIRST, MET, LEVELS, PAY, PLACE, CITY, CATEGORIES, ANY, DELEGATION, PILLAR = range(12)
Hit = Sequence[Any]
Count: TypeAlias = Callable[[Sequence[Hit]], Counter[str]]


@dataclass(frozen=True)
class Choice:
    """One value a search can be narrowed by, and how many positions that leaves.

    ``is_least`` where no more were counted: there are so many or more.
    """

    value: str
    number: int
    is_least: bool = False


def count_facet(name: str, rows: Sequence[Hit], *, most: int | None, is_cut: bool) -> list[Choice]:
    """The choices of a facet, by number.

    No number above ``most`` is told, and where the rows were cut each is the least there is.
    """
    return _choices(name, FACETS[name](rows), most, is_cut)


def _levels(rows: Sequence[Hit]) -> Counter[str]:
    found: Counter[str] = Counter()
    for levels, number in Counter(row[LEVELS] for row in rows).items():
        for level in EducationLevel:
            if levels & level_bit(level):
                found[level.value] += number
    return found


def _pays(rows: Sequence[Hit]) -> Counter[str]:
    """How many reach each of the pay steps."""
    found: Counter[str] = Counter()
    for pay, number in Counter(row[PAY] for row in rows if row[PAY] is not None).items():
        found.update(dict.fromkeys((str(step) for step in PAY_STEPS if pay >= step), number))
    return found


def _places(rows: Sequence[Hit]) -> Counter[str]:
    return _count_places(Counter((row[PLACE], row[CITY]) for row in rows))


def _categories(rows: Sequence[Hit]) -> Counter[str]:
    found: Counter[str] = Counter({ANY_MAJOR: sum(row[ANY] for row in rows)})
    for codes, number in Counter(row[CATEGORIES] for row in rows).items():
        for code in codes.split():
            found[code] += number
    return found


def _words_at(place: int) -> Count:
    def count(rows: Sequence[Hit]) -> Counter[str]:
        return Counter(str(row[place]) for row in rows if row[place] is not None)

    return count


def _count_places(rows: Mapping[tuple[str, str], int]) -> Counter[str]:
    """The most frequent cities, each with the positions a search for that word finds."""
    named: Counter[str] = Counter()
    for (_place, city), number in rows.items():
        named[city] += number
    del named[""]
    found: Counter[str] = Counter()
    for city, _number in named.most_common(MOST_CHOICES):
        likes = [run if is_han(run) else f" {run}" for run in asked_runs(city)]
        if likes:
            found[city] = sum(
                number
                for (place, _), number in rows.items()
                if all(part in place for part in likes)
            )
    return found


# How many hits each value of a facet has; in the order of the page.
FACETS: Mapping[str, Count] = {
    "level": _levels,
    "pay": _pays,
    "place": _places,
    "delegation": _words_at(DELEGATION),
    "pillar": _words_at(PILLAR),
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
