"""Doing what a checked file says, and taking it back: each in one transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, exists, func, or_, select

from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.employers.models import Employer, EmployerMember, Position, PositionLevel
from app.employers.services import SEARCHED, index_employer, index_positions, initials_of
from app.employers.states import Ownership, PayPeriod, PillarIndustry
from app.imports.kinds import OF_A_FAIR
from app.imports.models import ImportBatch, ImportEmployer, ImportRow
from app.imports.services.fair_writing import (
    fair_rows_in_use,
    take_back_fair_rows,
    write_fair_rows,
)
from app.imports.services.filling import (
    insert_employers,
    insert_positions,
    link_objects,
    new_rows,
)
from app.imports.states import USABLE, ImportKind, RowAction
from app.participations.models import OfferedPosition, Participation
from app.places.states import EducationLevel

STEP = 500


class Outdated(Conflict):
    """Somebody changed what a file was checked against."""

    code = "import-outdated"
    message = N_("Something was changed here since the file was checked. Check it again.")


class ChangedSince(DomainError):
    """What an import made was changed by hand: taking it back would lose that."""

    code = "changed-since"
    message = N_("%(count)s rows were changed since, among them: %(names)s. They keep the import.")

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(count=len(names), names="、".join(names[:10]))
        self.names = list(names)


def write_rows(batch: ImportBatch, *, rest: float = 0.0) -> dict[str, int]:
    """Do what the kept rows say; how many things were made and changed.

    ``rest`` as for :func:`~app.imports.services.filling.new_in_parts`, where positions are made.

    Raises :class:`Outdated` where what they were judged against is no more.
    """
    if batch.kind in OF_A_FAIR:
        return write_fair_rows(batch)
    _compare(batch)
    if batch.kind is ImportKind.EMPLOYERS:
        made = insert_employers(ImportRow, new_rows(batch))
        link_objects(batch, Employer, Employer.slug)
        return {"new": made, "changed": _change(batch, Employer)}
    mine = ImportEmployer.batch_id == batch.id
    companies = insert_employers(ImportEmployer, mine)
    link_objects(batch, Employer, Employer.slug, ImportEmployer, mine)
    made = insert_positions(batch, rest=rest)
    return {"new": made, "changed": _change(batch, Position), "employers": companies}


def _compare(batch: ImportBatch) -> None:
    """Refuse to write where a name, a code or a version is not what it was."""
    if batch.kind is ImportKind.EMPLOYERS:
        source, condition = ImportRow, new_rows(batch)
        changed: Any = Employer
    else:
        source, condition = ImportEmployer, ImportEmployer.batch_id == batch.id  # type: ignore[assignment]
        changed = Position
    for column in (Employer.slug, Employer.name, Employer.uscc, Employer.registration_number):
        said = source.key if column is Employer.slug else source.values[column.key].as_string()
        taken = select(exists().where(condition, column == said))
        if db.session.scalar(taken):
            raise Outdated()
    if batch.kind is ImportKind.EMPLOYERS:
        renamed = ImportRow.values[("changes", "name")].as_string()
        if db.session.scalar(select(exists().where(_changes(batch), Employer.name == renamed))):
            raise Outdated()
    touched = select(func.count()).select_from(ImportRow).where(_changes(batch))
    still = touched.join(changed, changed.id == ImportRow.object_id).where(
        changed.version == ImportRow.object_version
    )
    if db.session.scalar(touched) != db.session.scalar(still):
        raise Outdated()


def _changes(batch: ImportBatch) -> Any:
    return (
        (ImportRow.batch_id == batch.id)
        & (ImportRow.action == RowAction.CHANGED)
        & ImportRow.verdict.in_(USABLE)
    )


def _change(batch: ImportBatch, model: Any) -> int:
    """Update what is known already, in steps; returns how many rows did."""
    changed = 0
    last = 0
    while True:
        query = (
            select(ImportRow)
            .where(_changes(batch), ImportRow.id > last)
            .order_by(ImportRow.id)
            .limit(STEP)
        )
        rows = db.session.scalars(query).all()
        if not rows:
            return changed
        found = select(model).where(model.id.in_([row.object_id for row in rows]))
        objects: dict[int, Any] = {one.id: one for one in db.session.scalars(found)}
        for row in rows:
            _write(objects[row.object_id or 0], row.values)
            if row.phone:
                objects[row.object_id or 0].contact_phone = row.phone
        db.session.flush()
        for row in rows:
            row.object_version = objects[row.object_id or 0].version
        db.session.flush()
        _index(rows, list(objects.values()))
        changed, last = changed + len(rows), rows[-1].id


def _index(rows: Sequence[ImportRow], things: Sequence[Any]) -> None:
    """Let what was changed be found by what it says now.

    New positions are at no fair yet; their entries are made after the commit, in batches.
    """
    if things and isinstance(things[0], Position):
        index_positions([thing.id for thing in things])
        return
    renamed = {row.object_id for row in rows if SEARCHED & set(row.values.get("changes") or ())}
    for thing in things:
        if thing.id in renamed:
            index_employer(thing)


# Columns whose values are words or days, and so stand as text in kept values.
_READ: dict[str, Any] = {
    "ownership": Ownership,
    "pillar_industry": PillarIndustry,
    "pay_period": PayPeriod,
    "valid_until": date.fromisoformat,
}
_DERIVED = ("pay_low", "pay_high", "pay_period", "pay_months", "hints")


def _write(thing: Employer | Position, values: dict[str, Any]) -> None:
    changes = dict(values.get("changes") or {})
    if isinstance(thing, Position):
        changes |= {name: values.get(name) for name in _DERIVED}
        changes["hints"] = changes["hints"] or []
    _set(thing, changes)


def _set(thing: Employer | Position, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name == "levels":
            value = [EducationLevel(one) for one in value]
        elif name in _READ:
            value = _READ[name](value) if value else None
        setattr(thing, name, value)
    if isinstance(thing, Employer):
        thing.initials = initials_of(thing.short_name or thing.name)


def take_back(batch: ImportBatch) -> dict[str, int]:
    """Remove what an import made and put back what it changed: all of it or nothing.

    Raises :class:`ChangedSince` if anybody changed or used any of it since; it names them.
    """
    of_a_fair = batch.kind in OF_A_FAIR
    changed = fair_rows_in_use(batch) if of_a_fair else _changed_since(batch)
    if changed:
        raise ChangedSince(changed)
    if of_a_fair:
        return take_back_fair_rows(batch)
    done = {"restored": _restore(batch)}
    if batch.kind is ImportKind.EMPLOYERS:
        return done | {"removed": _remove(Employer, _made(batch))}
    made = _made(batch)
    db.session.execute(
        delete(PositionLevel).where(PositionLevel.position_id.in_(made)),
        execution_options={"synchronize_session": False},
    )
    done["removed"] = _remove(Position, made)
    companies = select(ImportEmployer.object_id).where(
        ImportEmployer.batch_id == batch.id, ImportEmployer.object_id.is_not(None)
    )
    return done | {"employers": _remove(Employer, companies)}


def _made(batch: ImportBatch) -> Any:
    return select(ImportRow.object_id).where(new_rows(batch), ImportRow.object_id.is_not(None))


def _remove(model: Any, ids: Any) -> int:
    statement = delete(model).where(model.id.in_(ids))
    done = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _changed_since(batch: ImportBatch) -> list[str]:
    """The names of what an import made or changed and somebody touched or used since."""
    names: list[str] = []
    if batch.kind is ImportKind.EMPLOYERS:
        names += _touched(Employer, Employer.name, ImportRow, ImportRow.batch_id == batch.id)
        names += _used(_made(batch), None)
    else:
        names += _touched(Position, Position.title, ImportRow, ImportRow.batch_id == batch.id)
        offered = select(Position.title).where(
            Position.id.in_(_made(batch)),
            exists().where(OfferedPosition.position_id == Position.id),
        )
        names += db.session.scalars(offered).all()
        mine = ImportEmployer.batch_id == batch.id
        names += _touched(Employer, Employer.name, ImportEmployer, mine)
        brought = select(ImportEmployer.object_id).where(
            mine, ImportEmployer.object_id.is_not(None)
        )
        names += _used(brought, _made(batch))
    return list(dict.fromkeys(names))


def _touched(model: Any, label: Any, source: Any, where: Any) -> list[str]:
    """Things whose version is not the one the import left, or that are gone."""
    query = (
        select(func.coalesce(label, "–"))
        .select_from(source)
        .outerjoin(model, model.id == source.object_id)
        .where(where, source.object_id.is_not(None))
        .where(or_(model.id.is_(None), model.version != source.object_version))
    )
    if source is ImportRow:
        query = query.where(source.action.in_([RowAction.NEW, RowAction.CHANGED]))
    return list(db.session.scalars(query.limit(1_000)))


def _used(employers: Any, own_positions: Any) -> list[str]:
    """New employers that somebody acts for, that applied, or that have positions of others."""
    others = exists().where(Position.employer_id == Employer.id)
    if own_positions is not None:
        others = exists().where(
            Position.employer_id == Employer.id, Position.id.not_in(own_positions)
        )
    query = select(Employer.name).where(
        Employer.id.in_(employers),
        or_(
            exists().where(EmployerMember.employer_id == Employer.id),
            exists().where(Participation.employer_id == Employer.id),
            others,
        ),
    )
    return list(db.session.scalars(query.limit(1_000)))


def _restore(batch: ImportBatch) -> int:
    """Put back what was changed."""
    model: Any = Employer if batch.kind is ImportKind.EMPLOYERS else Position
    rows = db.session.scalars(select(ImportRow).where(_changes(batch))).all()
    things: list[Any] = []
    for row in rows:
        thing: Any = db.session.get_one(model, row.object_id)
        _set(thing, row.before or {})
        if row.phone:
            thing.contact_phone = row.before_phone
        things.append(thing)
    db.session.flush()
    _index(rows, things)
    return len(rows)


def count_made(batch: ImportBatch) -> int:
    """How many rows would make or change something."""
    query = select(func.count()).where(
        ImportRow.batch_id == batch.id,
        ImportRow.verdict.in_(USABLE),
        ImportRow.action.in_([RowAction.NEW, RowAction.CHANGED]),
    )
    return db.session.scalar(query) or 0
