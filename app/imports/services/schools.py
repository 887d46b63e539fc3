"""Schools from a list: what each row would do, doing it, and taking it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update

from app.core.db import db
from app.core.text import N_
from app.imports.models import ImportBatch, ImportRow
from app.imports.services.remarks import read_remark, remark
from app.imports.services.school_rows import SchoolRow
from app.imports.states import RowVerdict
from app.places import queries as places
from app.places import services as place_services
from app.places.models import School

# What an import may change of a school, beside its code.
FIELDS = ("name", "name_en", "province", "city", "tier", "supervisor", "remark")
# What is restored when an import is taken back.
KEPT = (*FIELDS, "moe_code", "former_names", "abbreviations")
ACTED = (RowVerdict.NEW, RowVerdict.CHANGED, RowVerdict.WARNING)


@dataclass
class Judged:
    """One row and what is to be done with it. ``school`` is the row it concerns, if known."""

    number: int
    verdict: RowVerdict
    values: dict[str, Any]
    messages: list[str] = field(default_factory=list)
    school: School | None = None


# The stable code of each remark on a row (docs/scripts.md).
REASONS = {
    "The name is missing.": "name-missing",
    "The name is longer than %(limit)s characters.": "too-long",
    "The code must have ten digits, not “%(code)s”.": "code-length",
    "The code stands in row %(row)s already.": "repeated",
    "This school stands in row %(row)s already.": "repeated",
    "“%(tier)s” is no tier the ministry uses.": "word-unknown",
    "“%(city)s” is no city's name and is left out.": "city-unknown",
    "The school has no code; it is found by its name.": "code-missing",
    "The code was %(code)s before.": "code-changed",
    "Another school has this name, with the code %(code)s.": "name-taken",
    "It was called %(name)s before.": "name-changed",
}


def codes_of(row: Judged) -> set[str]:
    """The codes of what is remarked on a row."""
    return {REASONS[read_remark(text)[0]] for text in row.messages}


class _Known:
    """The schools there are, as far as a list of rows may mean them."""

    def __init__(self, rows: Sequence[SchoolRow]) -> None:
        codes = [row.values["moe_code"] for row in rows if row.values.get("moe_code")]
        names = [row.values["name"] for row in rows if row.values.get("name")]
        self.in_file = set(codes)
        self.by_code = places.schools_by_code(codes)
        self.by_name = places.schools_by_name(names)
        self.taken: dict[Any, int] = {}

    def find(self, values: Mapping[str, Any]) -> tuple[School | None, list[str]]:
        """The school a row means, and the doubts there are about that."""
        code, name = values["moe_code"], values["name"]
        if code in self.by_code:
            return self.by_code[code], []
        namesakes = self.by_name.get(name, [])
        without = next((one for one in namesakes if one.moe_code is None), None)
        if without is not None or not code:
            return without or next(iter(namesakes), None), []
        for one in namesakes:
            if one.moe_code not in self.in_file:
                return one, [remark(N_("The code was %(code)s before."), code=one.moe_code)]
        if namesakes:
            message = N_("Another school has this name, with the code %(code)s.")
            return None, [remark(message, code=namesakes[0].moe_code)]
        return None, []


def judge(rows: Sequence[SchoolRow]) -> list[Judged]:
    """What each row would do to the schools there are now. Writes nothing."""
    known = _Known([row for row in rows if not row.faults])
    return [_judge(row, known) for row in rows]


def _judge(row: SchoolRow, known: _Known) -> Judged:
    if row.faults:
        return Judged(row.number, RowVerdict.FAULTY, row.values, [*row.faults, *row.doubts])
    school, found = known.find(row.values)
    doubts = [*row.doubts, *found]
    # One school is meant by one row: by its id if it is known, else by code or name.
    key = school.id if school else row.values["moe_code"] or row.values["name"]
    first = known.taken.setdefault(key, row.number)
    if first != row.number:
        fault = remark(N_("This school stands in row %(row)s already."), row=first)
        return Judged(row.number, RowVerdict.FAULTY, row.values, [fault])
    if school is None:
        verdict = RowVerdict.WARNING if doubts else RowVerdict.NEW
        return Judged(row.number, verdict, row.values, doubts)
    after = _changes(school, row.values)
    if not after:
        return Judged(row.number, RowVerdict.SAME, row.values, [], school)
    verdict = RowVerdict.WARNING if doubts else RowVerdict.CHANGED
    if "name" in after:
        doubts.append(remark(N_("It was called %(name)s before."), name=school.name))
    return Judged(row.number, verdict, row.values, doubts, school)


def _changes(school: School, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row would change.

    A column the file lacks says nothing, nor does an empty cell, except in the remarks:
    a school that is no longer private (民办) has an empty one.
    """
    wanted = {name: values[name] for name in FIELDS if values.get(name)}
    if "remark" in values:
        wanted["remark"] = values["remark"]
    if values.get("moe_code"):
        wanted["moe_code"] = values["moe_code"]
    return {name: new for name, new in wanted.items() if getattr(school, name) != new}


def draft(rows: Iterable[ImportRow | Judged]) -> dict[int, School]:
    """New schools ready to be added, by row number; the slow part, done before the lock."""
    return {
        row.number: _draft(row.values)
        for row in rows
        if row.verdict in ACTED and (isinstance(row, ImportRow) or row.school is None)
    }


def _draft(values: Mapping[str, Any]) -> School:
    texts = {name: values.get(name) or "" for name in FIELDS}
    school = School(**texts, moe_code=values.get("moe_code") or None)
    school.former_names, school.abbreviations = [], []
    return place_services.index_school(school)


def write(rows: Sequence[ImportRow], drafts: Mapping[int, School]) -> dict[str, int]:
    """Do what the rows say, in the caller's transaction; how many were made and changed.

    Each school is looked at again: somebody may have changed it since the file was checked.
    """
    acted = [row for row in rows if row.verdict in ACTED]
    by_id = places.schools_by_id([row.object_id for row in acted if row.object_id])
    by_code = places.schools_by_code(
        [row.values["moe_code"] for row in acted if row.values.get("moe_code")]
    )
    made: list[tuple[ImportRow, School]] = []
    changed = 0
    for row in acted:
        school = by_id.get(row.object_id or 0) or by_code.get(row.values.get("moe_code") or "")
        if school is None:
            made.append((row, drafts.get(row.number) or _draft(row.values)))
        elif _changes(school, row.values):
            row.before, row.object_id = _keep(school), school.id
            _update(school, row.values)
            changed += 1
        else:
            # Somebody did it meanwhile; taking the import back must leave it alone.
            row.verdict, row.object_id = RowVerdict.SAME, None
    db.session.add_all([school for _, school in made])
    db.session.flush()
    if made:
        # One statement for all rows; the objects are read again when they are next used.
        ids = [{"id": row.id, "object_id": school.id} for row, school in made]
        db.session.execute(update(ImportRow), ids)
        for row, _ in made:
            db.session.expire(row)
    return {"new": len(made), "changed": changed}


def _keep(school: School) -> dict[str, Any]:
    """The state of a school, as it can be put back."""
    kept = {name: getattr(school, name) for name in KEPT}
    return kept | {name: list(kept[name]) for name in ("former_names", "abbreviations")}


def _update(school: School, values: Mapping[str, Any]) -> None:
    after = _changes(school, values)
    name = after.pop("name", None)
    for column, value in after.items():
        setattr(school, column, value)
    if name is not None:
        place_services.rename_school(school, name)
    elif "name_en" in after:
        place_services.index_school(school)


def take_back(batch: ImportBatch, rows: Sequence[ImportRow]) -> dict[str, int]:
    """Remove the schools an import made and put back those it changed.

    A new school that somebody refers to by now stays; how many did is said.
    """
    touched = [row for row in rows if row.object_id is not None]
    schools = places.schools_by_id([row.object_id for row in touched if row.object_id])
    made = [row.object_id for row in touched if row.before is None and row.object_id in schools]
    used = places.schools_in_use([number for number in made if number is not None])
    restored = 0
    for row in touched:
        school = schools.get(row.object_id or 0)
        if school is None or (row.before is None and school.id in used):
            continue
        if row.before is None:
            db.session.delete(school)
        else:
            _restore(school, row.before)
            restored += 1
    db.session.flush()
    return {"removed": len(made) - len(used), "restored": restored, "kept": len(used)}


def _restore(school: School, before: Mapping[str, Any]) -> None:
    for name, value in before.items():
        setattr(school, name, list(value) if isinstance(value, list) else value)
    place_services.index_school(school)
