"""Keeping judged rows until somebody decides about them.

A file has up to a hundred thousand rows, so they pass by SQLAlchemy's preparation of each value:
they are tuples that hold what the columns' types would have made (:class:`RepeatedInsert`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select

from app.core import crypto
from app.core.bulk import RepeatedInsert
from app.core.db import db
from app.imports.models import ImportBatch, ImportEmployer, ImportRow
from app.imports.services.judged import JudgedRow, keep_found
from app.imports.services.judging import NewCompany
from app.imports.tables import document_of

STEP = 2_000
# A row of ``import_row`` as the driver takes it.
ReadyRow: TypeAlias = tuple[Any, ...]
# In the order of what _kept gives.
_INSERT = RepeatedInsert(
    ImportRow,
    (
        "batch_id",
        "sheet",
        "number",
        "verdict",
        "action",
        "values",
        "messages",
        "reasons",
        "cells",
        "phone",
        "key",
        "owner",
        "decision",
        "object_id",
        "object_version",
        "before",
        "before_phone",
    ),
)


def ready_rows(batch_id: int, rows: Iterable[JudgedRow]) -> list[ReadyRow]:
    """Judged rows as the driver takes them: sealed and written, with no need of the database."""
    return [_kept(batch_id, row) for row in rows]


def stage_rows(rows: Sequence[ReadyRow], *, over: bool = False) -> None:
    """Keep rows that were made ready, in the order of the file; ``over`` what is kept of them."""
    if not rows:
        return
    connection = db.session.connection()
    if over:
        connection.execute(delete(ImportRow).where(*_between(rows[0], rows[-1])))
    _INSERT.add(connection, rows)


def stage_companies(batch: ImportBatch, companies: Iterable[NewCompany]) -> None:
    """Keep the companies that rows about something else bring."""
    kept = [
        {
            "batch_id": batch.id,
            "number": one.number,
            "key": one.key,
            "values": one.values,
            "phone": one.phone,
        }
        for one in companies
    ]
    if kept:
        db.session.execute(insert(ImportEmployer), kept)


def _between(first: ReadyRow, last: ReadyRow) -> list[ColumnElement[bool]]:
    """Which kept rows stand where these two do, or between them."""
    sheet, number = ImportRow.sheet, ImportRow.number
    return [
        ImportRow.batch_id == first[0],
        or_(sheet > first[1], and_(sheet == first[1], number >= first[2])),
        or_(sheet < last[1], and_(sheet == last[1], number <= last[2])),
    ]


def _kept(batch_id: int, row: JudgedRow) -> ReadyRow:
    codes = " ".join(dict.fromkeys([one.code for one in row.found]))
    return (
        batch_id,
        row.sheet,
        row.number,
        row.verdict.value,
        row.action.value,
        document_of(row.values or ({"sort": row.sort} if row.sort else {})).decode(),
        document_of(keep_found(row.found)).decode() if row.found else "[]",
        f" {codes} " if codes else "",
        crypto.encrypt("import", row.cells),
        _sealed_phone(row.phone),
        row.key,
        row.owner,
        row.decision,
        row.object_id,
        row.object_version,
        "null" if row.before is None else document_of(row.before).decode(),
        _sealed_phone(row.before_phone),
    )


def _sealed_phone(phone: str | None) -> bytes | None:
    return None if phone is None else crypto.encrypt("phone", phone.encode())


def drop_rows(batch: ImportBatch) -> None:
    """Forget every kept row of a batch, and the companies they bring."""
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    drop_companies(batch)


def drop_companies(batch: ImportBatch) -> None:
    """Forget the companies that the rows of a batch bring; judging them says which these are."""
    db.session.execute(delete(ImportEmployer).where(ImportEmployer.batch_id == batch.id))
    db.session.expire_all()


def kept_cells(batch: ImportBatch) -> Iterator[tuple[int, int, list[Any], str]]:
    """Sheet, number, cells and decision of every kept row, in the order of the file."""
    sheet, number = -1, 0
    columns = (ImportRow.sheet, ImportRow.number, ImportRow.cells, ImportRow.decision)
    while True:
        query = (
            select(*columns)
            .where(ImportRow.batch_id == batch.id)
            .where(
                (ImportRow.sheet > sheet)
                | ((ImportRow.sheet == sheet) & (ImportRow.number > number))
            )
            .order_by(ImportRow.sheet, ImportRow.number)
            .limit(STEP)
        )
        found = db.session.execute(query).all()
        if not found:
            return
        for one in found:
            yield one.sheet, one.number, (one.cells or {}).get("cells", []), one.decision
        sheet, number = found[-1].sheet, found[-1].number
