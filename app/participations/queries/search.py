"""Finding positions: at some fairs exactly, at all that are still to come up to a thousand.

Within the fairs of a tour everything that is offered is looked at. Over all fairs the index
of words leads, and at most the newest ``SAMPLE`` of what it finds is counted: more than
``MANY`` is answered as "1,000+".
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from app.core.db import UtcDateTime, db, is_sqlite
from app.core.words import asked_runs, is_han, is_too_short, needed_for, pattern_of
from app.employers.models import POSITION_WORDS, PositionEntry, level_bit, pillar_mark
from app.employers.states import PAY_STEPS, PillarIndustry
from app.participations.models import OfferedPosition, Participation
from app.participations.states import COMING
from app.places.majors import categories_of
from app.places.states import EducationLevel

SAMPLE = 5000
MANY = 1000
MOST_CHOICES = 12
ANY_MAJOR = "any"
Entry = PositionEntry


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is left out does not narrow.

    ``min_pay`` is yuan a month and is compared with the upper end; ``category`` is the code
    of a category of majors, or ``any`` for positions that take all. ``place`` and ``major``
    are words within what is written.
    """

    words: str = ""
    level: EducationLevel | None = None
    major: str = ""
    place: str = ""
    min_pay: int | None = None
    delegation_id: int | None = None
    pillar: PillarIndustry | None = None
    category: str = ""


@dataclass(frozen=True)
class Choice:
    """One value a search can be narrowed by, and how many positions that leaves.

    ``is_least`` where no more were counted: there are so many or more.
    """

    value: str
    number: int
    is_least: bool = False


@dataclass(frozen=True)
class Found:
    """The ids of one page of positions, how many there are in all, and what narrows them.

    ``is_many``: there are more than ``total``, which is what can be paged through.
    """

    ids: Sequence[int]
    total: int
    is_many: bool
    facets: Mapping[str, Sequence[Choice]] = field(default_factory=dict)


def find_positions(
    wanted: Wanted,
    fair_ids: Collection[int] | None,
    *,
    moment: datetime,
    number: int = 1,
    size: int = 50,
) -> Found:
    """Search the positions offered at some fairs, or (None) at all that are not over.

    Positions whose title holds the words come first, then the newest. One statement. Each
    facet counts under all other filters, so that its values say what choosing them gives.
    """
    plan = _Plan(wanted, fair_ids, moment)
    offset = (min(max(number, 1), 10_000) - 1) * size
    rows = db.session.execute(plan.statement(offset, size)).all()
    total = next(int(row.n) for row in rows if row.kind == "total")
    many = plan.is_open_ended and total > MANY
    capped = plan.is_open_ended and total >= SAMPLE
    items = [(int(row.n), int(row.a)) for row in rows if row.kind == "item"]
    ids = [key for _, key in sorted(items, key=lambda item: (-item[0], -item[1]))]
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.kind, []).append(row)
    return Found(
        ids=ids,
        total=min(total, MANY) if many else total,
        is_many=many,
        facets=_facets(groups, most=MANY if plan.is_open_ended else None, capped=capped),
    )


def list_newest(wanted: Wanted, moment: datetime) -> Sequence[tuple[int, int, str]]:
    """The newest positions at fairs to come that a search finds: ids, levels, majors (folded)."""
    plan = _Plan(wanted, None, moment)
    base = plan.base(frozenset(plan.filters))
    rows = db.session.execute(select(base.c.position_id, base.c.levels, base.c.majors))
    return [(row[0], row[1], row[2]) for row in rows]


def entry_conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What an entry must be like, as conditions for a query that joins it."""
    plain = [Entry.text.like(pattern_of(run)) for run in asked_runs(wanted.words)]
    return [*plain, *_filters(wanted).values()]


class _Plan:
    """How one search is asked for."""

    def __init__(self, wanted: Wanted, fair_ids: Collection[int] | None, moment: datetime) -> None:
        self.wanted = wanted
        self.fair_ids = fair_ids
        self.moment = moment
        self.is_open_ended = fair_ids is None
        self.runs = asked_runs(wanted.words)
        if self.is_open_ended:
            self.runs = [run for run in self.runs if not is_too_short(run)]
        self.filters = _filters(wanted)
        self.bases: dict[frozenset[str], CTE] = {}

    def statement(self, offset: int, size: int) -> Any:
        """Everything at once: the page's items, the total, and the groups of each facet."""
        whole, met = self.hits(None)
        title = [whole.c.title.like(pattern_of(run)) for run in self.runs]
        first = case((and_(true(), *title), 1), else_=0) if title else literal(0)
        page = (
            select(first.label("n"), whole.c.position_id)
            .where(met)
            .order_by(first.desc(), whole.c.position_id.desc())
            .offset(offset)
            .limit(min(size, max(0, MANY - offset)) if self.is_open_ended else size)
            .subquery()
        )
        parts = [
            _row("item", page.c.position_id, None, page.c.n),
            _row("total", None, None, func.count(whole.c.position_id)).where(met),
        ]
        for name, keys in _KEYS.items():
            base, condition = self.hits(name)
            a, b = keys(base.c)
            row = _row(name, a, b, func.count(base.c.position_id)).where(condition)
            parts.append(row.group_by(*[key for key in (a, b) if key is not None]))
        return union_all(*parts)

    def hits(self, without: str | None) -> tuple[CTE, ColumnElement[bool]]:
        """Rows to count from, and the condition on them, with one filter left out."""
        names = frozenset(self.filters) - {without}
        base = self.base(names if self.is_open_ended else frozenset())
        return base, and_(true(), *(base.c[f"is_{name}"] for name in sorted(names)))

    def base(self, names: frozenset[str]) -> CTE:
        """The entries that hold the words; over all fairs, those of the filters named too."""
        if names not in self.bases:
            make = self._over_all if self.is_open_ended else self._at_fairs
            self.bases[names] = make(names).cte(f"hits_{len(self.bases)}")
        return self.bases[names]

    def _columns(self) -> list[Any]:
        met = [
            case((condition, True), else_=False).label(f"is_{name}")
            for name, condition in self.filters.items()
        ]
        plain = (
            Entry.position_id,
            Entry.title,
            Entry.levels,
            Entry.pay,
            Entry.place,
            Entry.city,
            Entry.majors,
            Entry.categories,
            Entry.delegation_id,
            Entry.pillar_industry,
        )
        return [*plain, *met]

    def _words(self) -> list[ColumnElement[bool]]:
        return [Entry.text.like(pattern_of(run)) for run in self.runs]

    def _at_fairs(self, _names: frozenset[str]) -> Select[Any]:
        offered = (
            select(OfferedPosition.position_id)
            .join(OfferedPosition.participation)
            .where(Participation.fair_id.in_(self.fair_ids or ()), Participation.status.in_(COMING))
        )
        query = select(*self._columns()).where(*self._words())
        if is_sqlite():
            return query.where(Entry.position_id.in_(offered))
        # Looked up one by one: the planner would rather read the whole table.
        ids = offered.distinct().cte("offered")
        entry = query.where(Entry.position_id == ids.c.position_id).offset(0).lateral("entry")
        return select(entry).select_from(ids.join(entry, true()))

    def _over_all(self, names: frozenset[str]) -> Select[Any]:
        asked = [[needed_for(run)] for run in self.runs]
        for name in sorted(names):
            asked += _tokens(name, self.wanted)
        conditions = [*self._words(), *(self.filters[name] for name in names)]
        query = select(*self._columns()).where(*conditions)
        newest = Entry.position_id.desc()
        if not asked:
            return query.where(Entry.open_until > self.moment).order_by(newest).limit(SAMPLE)
        holds = POSITION_WORDS.holds(asked)
        if is_sqlite():
            # With the plus the index of dates is left alone, and the words lead.
            until = literal_column("+position_entry.open_until", UtcDateTime())
            return (
                query.select_from(POSITION_WORDS.rows)
                .join(Entry, Entry.position_id == POSITION_WORDS.id)
                .where(holds, until > self.moment)
                .order_by(POSITION_WORDS.id.desc())
                .limit(SAMPLE)
            )
        ids = (
            select(POSITION_WORDS.id.label("id"))
            .where(holds)
            .order_by(POSITION_WORDS.id.desc())
            .limit(SAMPLE)
            .cte(f"ids_{len(self.bases)}")
        )
        entry = (
            query.where(Entry.position_id == ids.c.id, Entry.open_until > self.moment)
            .offset(0)
            .lateral(f"entry_{len(self.bases)}")
        )
        return select(entry).select_from(ids.join(entry, true()))


def _filters(wanted: Wanted) -> dict[str, ColumnElement[bool]]:
    """The condition on an entry for each thing that is asked for."""
    found: dict[str, ColumnElement[bool]] = {}
    if wanted.level:
        found["level"] = Entry.levels.bitwise_and(level_bit(wanted.level)) != 0
    if asked_runs(wanted.major):
        found["major"] = _takes(wanted.major)
    if asked_runs(wanted.place):
        found["place"] = and_(*(Entry.place.like(pattern_of(r)) for r in asked_runs(wanted.place)))
    if wanted.min_pay is not None:
        found["pay"] = Entry.pay >= wanted.min_pay
    if wanted.delegation_id is not None:
        found["delegation"] = Entry.delegation_id == wanted.delegation_id
    if wanted.pillar:
        found["pillar"] = Entry.pillar_industry == wanted.pillar
    if wanted.category == ANY_MAJOR:
        found["category"] = Entry.majors == ""
    elif wanted.category:
        found["category"] = Entry.categories.like(f"% {wanted.category} %")
    # A condition over null is neither; here it is not met.
    return {name: func.coalesce(condition, False) for name, condition in found.items()}


def _takes(major: str) -> ColumnElement[bool]:
    """Positions that take any major, name this one, or name its whole category."""
    named = and_(*(Entry.majors.like(pattern_of(run)) for run in asked_runs(major)))
    wholes = [Entry.wholes.like(f"% {code} %") for code in sorted(categories_of(major))]
    return or_(Entry.majors == "", named, *wholes)


def _tokens(name: str, wanted: Wanted) -> list[list[list[str]]]:
    """What the index of words is asked for a filter; never less than the filter lets through."""
    if name == "level" and wanted.level:
        return [[[f"=l{list(EducationLevel).index(wanted.level)}"]]]
    if name == "major":
        named = [
            f"=m{token}"
            for run in asked_runs(wanted.major)
            if is_han(run) and not is_too_short(run)
            for token in needed_for(run)
        ]
        wholes = [[f"=w{code}"] for code in sorted(categories_of(wanted.major))]
        return [[["=many"], named, *wholes]] if named else []
    if name == "place":
        runs = [run for run in asked_runs(wanted.place) if is_han(run) and not is_too_short(run)]
        return [[[f"=p{token}" for token in needed_for(run)]] for run in runs]
    if name == "pay":
        steps = [step for step in PAY_STEPS if step <= (wanted.min_pay or 0)]
        return [[[f"=y{steps[-1]}"]]] if steps else []
    if name == "delegation":
        return [[[f"=d{wanted.delegation_id}"]]]
    if name == "pillar":
        return [[[pillar_mark(wanted.pillar)]]]
    return [[["=many" if wanted.category == ANY_MAJOR else f"=c{wanted.category}"]]]


def _row(kind: str, a: Any, b: Any, n: Any) -> Select[Any]:
    none = literal(None, String)
    return select(
        literal(kind, String).label("kind"),
        (none if a is None else cast(a, String)).label("a"),
        (none if b is None else cast(b, String)).label("b"),
        n.label("n"),
    )


def _band(columns: Any) -> ColumnElement[int]:
    """How many of the pay steps a position reaches."""
    steps = [(columns.pay >= step, place + 1) for place, step in enumerate(PAY_STEPS)]
    return case(*reversed(steps), else_=0)


# What each facet is grouped by.
_KEYS: Mapping[str, Callable[[Any], tuple[Any, Any]]] = {
    "level": lambda c: (c.levels, None),
    "pay": lambda c: (_band(c), None),
    "place": lambda c: (c.place, c.city),
    "delegation": lambda c: (c.delegation_id, None),
    "pillar": lambda c: (c.pillar_industry, None),
    "category": lambda c: (c.categories, case((c.majors == "", "any"), else_="")),
}


def _facets(
    groups: Mapping[str, Sequence[Any]], *, most: int | None, capped: bool
) -> dict[str, list[Choice]]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in _KEYS}
    for row in groups.get("level", ()):
        for level in EducationLevel:
            if int(row.a) & level_bit(level):
                counted["level"][level.value] += row.n
    for row in groups.get("pay", ()):
        for step in PAY_STEPS[: int(row.a)]:
            counted["pay"][str(step)] += row.n
    counted["place"] = _count_places(groups.get("place", ()))
    for name in ("delegation", "pillar"):
        counted[name].update({row.a: row.n for row in groups.get(name, ()) if row.a})
    for row in groups.get("category", ()):
        if row.b == ANY_MAJOR:
            counted["category"][ANY_MAJOR] += row.n
        for code in row.a.split():
            counted["category"][code] += row.n
    return {name: _choices(name, counts, most, capped) for name, counts in counted.items()}


def _count_places(rows: Sequence[Any]) -> Counter[str]:
    """The most frequent cities, each with the positions a search for that word finds."""
    named: Counter[str] = Counter()
    for row in rows:
        named[row.b] += row.n
    del named[""]
    found: Counter[str] = Counter()
    for city, _number in named.most_common(MOST_CHOICES):
        likes = [run if is_han(run) else f" {run}" for run in asked_runs(city)]
        if likes:
            found[city] = sum(row.n for row in rows if all(part in row.a for part in likes))
    return found


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
