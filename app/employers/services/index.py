"""What is searched of positions, written in the transaction that changes them.

Whoever makes or changes positions in bulk calls :func:`index_positions` with their ids, and
``participations.services.refresh_open`` where they are offered at fairs.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.core.db import db
from app.core.spelling import spell
from app.core.words import fold, tokens_of
from app.employers.models import (
    MONTHLY,
    POSITION_WORDS,
    Employer,
    Position,
    PositionEntry,
    PositionLevel,
    level_bit,
    pillar_mark,
)
from app.employers.states import PAY_STEPS
from app.places.majors import categories_of, names_category, takes_all
from app.places.states import EducationLevel

# What of an employer's file stands in its positions' entries.
SEARCHED = frozenset({"name", "name_en", "short_name", "delegation_id", "pillar_industry"})
EVERY_LEVEL = (1 << len(EducationLevel)) - 1
BATCH = 500
_LEGAL = re.compile("(股份|责任)?有限(责任)?公司$|股份公司$")
_FIRST_MARK = re.compile(r"[·•・\-—–/,，、;；\s|]")
_columns = PositionEntry.__table__.c
Entry = Mapping[str, Any]


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """The first letters of a name's syllables, for finding it by typing."""
    letters = spell(name, initials=True)
    return "".join("".join(letters).lower().split())[:60]


def index_positions(ids: Collection[int]) -> None:
    """Write the entries of positions anew, and their words where they can be found."""
    for some in _batches(ids):
        before = _read_entries(some)
        after = {
            key: entry | {"open_until": before[key]["open_until"] if key in before else None}
            for key, entry in _made_entries(some).items()
        }
        _replace(before, after)


def index_employer(employer: Employer) -> None:
    """Write the entries of everything an employer hires for, when its own file changed."""
    index_positions(
        db.session.scalars(select(Position.id).filter_by(employer_id=employer.id)).all()
    )


def open_positions(until: Mapping[int, datetime | None]) -> None:
    """Say until when positions can be found at a fair; None: at none any more."""
    for some in _batches(until):
        before = _read_entries(some)
        after = {key: before[key] | {"open_until": until[key]} for key in some if key in before}
        changed = [key for key in after if after[key] != before[key]]
        for moment in {after[key]["open_until"] for key in changed}:
            same = [key for key in changed if after[key]["open_until"] == moment]
            db.session.execute(
                update(PositionEntry)
                .where(PositionEntry.position_id.in_(same))
                .values(open_until=moment),
                execution_options={"synchronize_session": False},
            )
        _move_words({k: before[k] for k in changed}, {k: after[k] for k in changed})


def close_past(moment: datetime, limit: int = BATCH) -> int:
    """Take positions out of the index whose last fair has ended; return how many."""
    over = select(PositionEntry.position_id).where(PositionEntry.open_until < moment).limit(limit)
    ids = db.session.scalars(over).all()
    open_positions(dict.fromkeys(ids))
    return len(ids)


def clear_index() -> None:
    """Empty entries and words, to be made anew."""
    POSITION_WORDS.clear()
    db.session.execute(delete(PositionEntry))


def tokens_of_entry(entry: Entry) -> set[str]:
    """What the index of words holds of an entry: its words, and what it is narrowed by.

    Marks begin with ``=``: l level, y pay step, d delegation, i pillar industry, c category,
    p and m the words of the place and of the majors.
    """
    found = set(tokens_of(entry["text"]))
    found |= {f"=l{n}" for n in range(len(EducationLevel)) if entry["levels"] >> n & 1}
    found |= {f"=y{step}" for step in PAY_STEPS if (entry["pay"] or 0) >= step}
    found.add(f"=d{entry['delegation_id']}")
    found.add(pillar_mark(entry["pillar_industry"]))
    found |= {f"=c{code}" for code in entry["categories"].split()}
    found |= {f"=w{code}" for code in entry["wholes"].split()}
    found |= {f"=p{token}" for token in tokens_of(entry["place"])}
    majors = entry["majors"].replace("|", " ")
    found |= {f"=m{token}" for token in tokens_of(majors)} or {"=many"}
    return found


def _replace(before: Mapping[int, Entry], after: Mapping[int, Entry]) -> None:
    changed = {key: entry for key, entry in after.items() if before.get(key) != entry}
    if not changed:
        return
    gone = delete(PositionEntry).where(PositionEntry.position_id.in_(list(changed)))
    db.session.execute(gone, execution_options={"synchronize_session": False})
    db.session.execute(
        insert(PositionEntry), [{"position_id": key, **entry} for key, entry in changed.items()]
    )
    _move_words({key: before[key] for key in changed if key in before}, changed)


def _move_words(before: Mapping[int, Entry], after: Mapping[int, Entry]) -> None:
    """Bring the words in line: those of open entries are there, those of others are not."""
    gone = {key: tokens_of_entry(entry) for key, entry in before.items() if entry["open_until"]}
    come = {key: tokens_of_entry(entry) for key, entry in after.items() if entry["open_until"]}
    same = {key for key in come if gone.get(key) == come[key]}
    POSITION_WORDS.remove({key: tokens for key, tokens in gone.items() if key not in same})
    POSITION_WORDS.add({key: tokens for key, tokens in come.items() if key not in same})


def _read_entries(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    query = select(PositionEntry.__table__).where(_columns.position_id.in_(ids))
    found = {}
    for row in db.session.execute(query).mappings():
        entry = dict(row)
        found[entry.pop("position_id")] = entry
    return found


def _made_entries(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    levels: dict[int, int] = {}
    asked = select(PositionLevel.position_id, PositionLevel.level)
    for key, level in db.session.execute(asked.where(PositionLevel.position_id.in_(ids))):
        levels[key] = levels.get(key, 0) | level_bit(level)
    query = select(
        Position.id,
        Position.title,
        Position.category,
        Position.majors,
        Position.place,
        Position.description,
        Position.requirements,
        Position.benefits,
        Position.pay_low,
        Position.pay_high,
        Position.pay_period,
        Employer.name,
        Employer.name_en,
        Employer.short_name,
        Employer.delegation_id,
        Employer.pillar_industry,
    ).join(Position.employer)
    rows = db.session.execute(query.where(Position.id.in_(ids)))
    return {row.id: _made_entry(row, levels.get(row.id, EVERY_LEVEL)) for row in rows}


def _made_entry(row: Any, levels: int) -> dict[str, Any]:
    majors = [] if any(takes_all(major) for major in row.majors) else row.majors
    upper = row.pay_low if row.pay_high is None else row.pay_high
    if upper is not None and row.pay_period is not None:
        upper = int(upper * MONTHLY.get(row.pay_period, 1.0))
    parts = (
        row.title,
        row.category,
        row.place,
        *row.majors,
        row.description,
        row.requirements,
        row.benefits,
        _names(row.name, row.name_en, row.short_name),
    )
    return {
        "title": fold(row.title),
        "text": fold(" ".join(parts)),
        "majors": _parted(majors),
        "categories": _codes(set().union(*map(_categories, majors))),
        "wholes": _codes(set().union(*map(names_category, majors))),
        "place": fold(row.place),
        "city": _FIRST_MARK.split(row.place.strip(), maxsplit=1)[0][:30],
        "levels": levels,
        "pay": upper,
        "delegation_id": row.delegation_id,
        "pillar_industry": row.pillar_industry,
    }


@lru_cache(maxsize=4096)
def _names(name: str, name_en: str, short_name: str) -> str:
    """An employer's names, with their initials from every syllable on: zztj finds 浙江正泰集团."""
    stem = _LEGAL.sub("", name)
    letters = {initials_of(one) for one in (stem, short_name) if one}
    tails = {word[place:] for word in letters for place in range(len(word) - 2)} | letters
    return " ".join((name, name_en, short_name, *sorted(tails)))


def _categories(major: str) -> set[str]:
    return categories_of(major) | names_category(major)


def _parted(majors: Collection[str]) -> str:
    """Folded majors with a bar between them, each between blanks."""
    folded = [fold(major).strip() for major in majors]
    known = [major for major in folded if major]
    return f" {' | '.join(known)} " if known else ""


def _codes(codes: set[str]) -> str:
    return f" {' '.join(sorted(codes))} " if codes else ""


def _batches(ids: Collection[int]) -> Iterator[list[int]]:
    rest = iter(sorted(ids))
    while some := list(islice(rest, BATCH)):
        yield some
