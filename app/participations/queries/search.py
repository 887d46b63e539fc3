"""Finding positions: at some fairs exactly, at all that are still to come up to a thousand.

Within the fairs of a tour everything that is offered is looked at. Over all fairs the index
of words leads, and at most the newest ``SAMPLE`` of what it finds is counted: more than
``MANY`` is answered as "1,000+".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from app.core.db import UtcDateTime, fetch_rows, is_sqlite
from app.core.words import asked_runs, is_han, is_too_short, needed_for, pattern_of
from app.employers.models import POSITION_WORDS, PositionEntry, level_bit, pillar_mark
from app.employers.states import PAY_STEPS, PillarIndustry
from app.participations.models import OfferedPosition, Participation
from app.participations.queries.facets import (
    ANY_MAJOR,
    FACETS,
    VALUES,
    Choice,
    Lines,
    count_facet,
)
from app.participations.states import COMING
from app.places.majors import categories_of
from app.places.states import EducationLevel

SAMPLE = 1500
MANY = 1000
# Above every id: added to the rank of a hit that comes first.
FIRST = 1 << 40
RANK = "rank"
# How many are looked at to suggest some.
NEWEST = 5000
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
    hits = plan.read()
    total = len(hits[RANK])
    many = plan.is_open_ended and total > MANY
    offset = (min(max(number, 1), 10_000) - 1) * size
    beyond = min(offset + size, MANY) if plan.is_open_ended else offset + size
    # Mostly in order already, which sorting makes use of.
    best = sorted(map(int, hits[RANK]), reverse=True)[: max(0, beyond)]
    return Found(
        ids=[rank % FIRST for rank in best[offset:]],
        total=min(total, MANY) if many else total,
        is_many=many,
        facets={name: _facet(name, plan, hits[name]) for name in FACETS},
    )


def list_newest(wanted: Wanted, moment: datetime) -> Sequence[tuple[int, int, str]]:
    """The newest positions at fairs to come that a search finds: ids, levels, majors (folded)."""
    plan = _Plan(wanted, None, moment)
    columns = (Entry.position_id, Entry.levels, Entry.majors)
    query = plan.newest(frozenset(plan.filters), columns, NEWEST)
    return [(row[0], row[1], row[2]) for row in fetch_rows(query)]


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

    def read(self) -> Mapping[str, Lines]:
        """Everything at once: the ranks of what meets all filters, and the lines of each facet.

        A facet has those of all that meets every filter but its own. Over all fairs they are
        looked for by themselves, as a filter that is left out may bring newer hits than any
        that were seen; within some fairs all is read, and what a hit meets stands beside it.
        """
        query = self._newest_lines() if self.is_open_ended else self._lines_at_fairs()
        [row] = fetch_rows(query)
        return {
            name: text.split("\n") if text is not None else ()
            for name, text in row._mapping.items()
        }

    def _lines_at_fairs(self) -> Select[Any]:
        query = self._at_fairs([*self._columns(VALUES), self._met().label("met")])
        if not self.filters:
            return select(*_lines(query.subquery("hits"), [RANK, *VALUES]))
        # The offset lets SQLite say once what a hit meets, and not for each facet anew.
        hits = query.offset(0).subquery("hits")
        every = (1 << len(self.filters)) - 1
        spared = {name: 1 << place for place, name in enumerate(self.filters)}
        met = {name: hits.c.met.bitwise_or(spared.get(name, 0)) == every for name in VALUES}
        return select(*_lines(hits, [RANK, *VALUES], met | {RANK: hits.c.met == every}))

    def _newest_lines(self) -> Select[Any]:
        names = frozenset(self.filters)
        shared = [name for name in VALUES if name not in names]
        hits = self.newest(names, self._columns(shared)).subquery("hits")
        parts = [select(*_lines(hits, [RANK, *shared])).subquery("part")]
        for name in sorted(names & VALUES.keys()):
            others = self.newest(names - {name}, [VALUES[name].label(name)]).subquery(
                f"hits_{name}"
            )
            parts.append(select(*_lines(others, [name])).subquery(f"part_{name}"))
        joined: Any = parts[0]
        for part in parts[1:]:
            joined = joined.join(part, true())
        return select(*(column for part in parts for column in part.c)).select_from(joined)

    def _columns(self, names: Iterable[str]) -> list[Any]:
        """A hit's rank (its id, and those before all others whose title holds the words)."""
        title = [Entry.title.like(pattern_of(run)) for run in self.runs]
        rank: Any = Entry.position_id
        if title:
            rank = rank + case((and_(*title), literal(FIRST, BigInteger)), else_=0)
        return [rank.label(RANK), *(VALUES[name].label(name) for name in names)]

    def _met(self) -> Any:
        """Bit n of what a hit meets is filter n."""
        met: Any = literal(0)
        for place, condition in enumerate(self.filters.values()):
            met = met + case((condition, 1 << place), else_=0)
        return met

    def _words(self) -> list[ColumnElement[bool]]:
        return [Entry.text.like(pattern_of(run)) for run in self.runs]

    def _at_fairs(self, columns: Sequence[Any]) -> Select[Any]:
        offered = (
            select(OfferedPosition.position_id)
            .join(OfferedPosition.participation)
            .where(Participation.fair_id.in_(self.fair_ids or ()), Participation.status.in_(COMING))
        )
        query = select(*columns).where(*self._words())
        if is_sqlite():
            return query.where(Entry.position_id.in_(offered))
        # As an array in order: a join looks each of them up by itself, in twice the time.
        ids = func.array(offered.distinct().order_by(OfferedPosition.position_id).scalar_subquery())
        return query.where(Entry.position_id == any_(ids))

    def newest(
        self, names: frozenset[str], columns: Sequence[Any], limit: int | None = None
    ) -> Select[Any]:
        """The newest entries at fairs to come that hold the words and meet the filters named."""
        limit = limit or SAMPLE
        asked = [[needed_for(run)] for run in self.runs]
        for name in sorted(names):
            asked += _tokens(name, self.wanted)
        conditions = [*self._words(), *(self.filters[name] for name in sorted(names))]
        query = select(*columns).where(*conditions)
        if not asked:
            newest = Entry.position_id.desc()
            return query.where(Entry.open_until > self.moment).order_by(newest).limit(limit)
        # With the plus SQLite leaves the index of dates alone, and the words lead.
        plus = literal_column("+position_entry.open_until", UtcDateTime())
        until = plus if is_sqlite() else Entry.open_until
        return POSITION_WORDS.newest(query.where(until > self.moment), asked, limit)


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


def _lines(
    hits: Subquery, names: Sequence[str], only: Mapping[str, ColumnElement[bool]] | None = None
) -> list[Any]:
    """Columns of hits, each as one text with a line for each hit, or for only some of them."""
    found = []
    for name in names:
        lines: Any = func.aggregate_strings(cast(hits.c[name], String), "\n")
        found.append((lines.filter(only[name]) if only else lines).label(name))
    return found


def _facet(name: str, plan: _Plan, lines: Lines) -> list[Choice]:
    is_cut = plan.is_open_ended and len(lines) >= SAMPLE
    return count_facet(name, lines, most=MANY if plan.is_open_ended else None, is_cut=is_cut)
