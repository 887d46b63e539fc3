"""From kept rows into the tables they are meant for, in a few statements.

The rows were judged before; what they make is read out of their values by the database, so
that a hundred thousand of them need no trip through Python inside the transaction.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Date, String, and_, cast, func, insert, literal, select, update

from app.core.db import Model, db, is_sqlite
from app.core.transaction import paced, pause
from app.employers.models import Employer, Position, PositionLevel
from app.employers.states import EmployerStatus, Ownership
from app.imports.models import ImportBatch, ImportEmployer, ImportRow
from app.imports.services.companies import TEXTS
from app.imports.states import USABLE, RowAction
from app.imports.tables import chunks
from app.places.states import EducationLevel

# So many rows make something at a time where the database rests in between.
PART = 1_000


def new_rows(batch: ImportBatch) -> Any:
    """The condition that a kept row makes something new."""
    return and_(
        ImportRow.batch_id == batch.id,
        ImportRow.action == RowAction.NEW,
        ImportRow.verdict.in_(USABLE),
    )


def new_in_parts(batch: ImportBatch, *, rest: float) -> Iterator[Any]:
    """Conditions that take a batch's new rows one part after the other, in their order.

    Without ``rest`` there is one part. With it the database rests after each for so many times
    as long as it took: PostgreSQL works in a process of its own, and on a small machine that
    stands in the way of whoever is at a gate. All of it is one transaction all the same.
    """
    if not rest:
        yield new_rows(batch)
        return
    query = select(ImportRow.id).where(new_rows(batch)).order_by(ImportRow.id)
    ids = db.session.scalars(query).all()
    for some in paced(chunks(ids, PART), rest=rest, wait=pause):
        yield and_(new_rows(batch), ImportRow.id.between(some[0], some[-1]))


def insert_from(model: type[Model], given: Mapping[str, Any], where: Callable[[Any], Any]) -> int:
    """INSERT … SELECT into a table; columns that are not given get their defaults.

    ``where`` turns the SELECT of the given expressions into the rows wanted. Defaults that
    must differ from row to row (a uid) must be given.
    """
    names: list[str] = []
    expressions: list[Any] = []
    for column in model.__table__.columns:
        if column.key in given:
            names.append(column.key)
            expressions.append(given[column.key])
        elif not column.primary_key and column.default is not None:
            value = column.default.arg
            value = value(None) if callable(value) else value
            names.append(column.key)
            expressions.append(literal(value, column.type))
    query = where(select(*expressions))
    done = db.session.execute(insert(model).from_select(names, query, include_defaults=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _text(source: Any, name: str) -> Any:
    return func.coalesce(source.values[name].as_string(), "")


def _word(source: Any, name: str) -> Any:
    return source.values[name].as_string()


def _number(source: Any, name: str) -> Any:
    return source.values[name].as_integer()


def _day(source: Any, name: str) -> Any:
    text = func.nullif(source.values[name].as_string(), "")
    return text if is_sqlite() else cast(text, Date)


def insert_employers(source: type[ImportRow] | type[ImportEmployer], where: Any) -> int:
    """Make the employers of kept rows, waiting for review; returns how many."""
    given: dict[str, Any] = {name: _text(source, name) for name in (*TEXTS, "initials")}
    given |= {
        "slug": source.key,
        "name": _word(source, "name"),
        "uscc": _word(source, "uscc"),
        "registration_number": _word(source, "registration_number"),
        "ownership": func.coalesce(_word(source, "ownership"), Ownership.PRIVATE.value),
        "pillar_industry": _word(source, "pillar_industry"),
        "delegation_id": _number(source, "delegation_id"),
        "contact_phone": source.phone,
        "status": literal(EmployerStatus.PENDING.value, String),
    }
    return insert_from(Employer, given, lambda query: query.where(where).order_by(source.id))


def insert_positions(batch: ImportBatch, *, rest: float = 0.0) -> int:
    """Make the positions of kept rows with their levels; returns how many.

    ``rest`` as for :func:`new_in_parts`.
    """
    return sum(_insert_positions(batch, part) for part in new_in_parts(batch, rest=rest))


def _insert_positions(batch: ImportBatch, condition: Any) -> int:
    source = ImportRow
    texts = ("category", "place", "pay_text", "description", "requirements", "benefits")
    given: dict[str, Any] = {name: _text(source, name) for name in texts}
    given |= {
        "uid": source.key,
        "employer_id": Employer.id,
        "title": _word(source, "title"),
        "openings": _number(source, "openings"),
        "majors": source.values["majors"],
        "hints": source.values["hints"],
        "pay_low": _number(source, "pay_low"),
        "pay_high": _number(source, "pay_high"),
        "pay_period": _word(source, "pay_period"),
        "pay_months": _number(source, "pay_months"),
        "valid_until": _day(source, "valid_until"),
    }

    def where(query: Any) -> Any:
        joined = query.select_from(source).join(Employer, Employer.slug == source.owner)
        return joined.where(condition).order_by(source.id)

    made = insert_from(Position, given, where)
    link_objects(batch, Position, Position.uid, where=condition)
    for level in EducationLevel:
        asked = and_(condition, _has_level(source, level))
        _insert_level(level, asked)
    return made


def _insert_level(level: EducationLevel, where: Any) -> None:
    given = {"position_id": ImportRow.object_id, "level": literal(level.value, String)}
    insert_from(PositionLevel, given, lambda query: query.where(where))


def _has_level(source: Any, level: EducationLevel) -> Any:
    return cast(source.values["levels"], String).contains(f'"{level.value}"')


def link_objects(
    batch: ImportBatch, model: Any, key: Any, source: Any = ImportRow, where: Any = None
) -> None:
    """Write down what each kept row made, found by the key it was given."""
    made = select(model.id).where(key == source.key).scalar_subquery()
    condition = new_rows(batch) if where is None else where
    statement = update(source).where(condition).values(object_id=made, object_version=1)
    db.session.execute(statement, execution_options={"synchronize_session": False})
