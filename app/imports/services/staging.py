"""Keeping judged rows until somebody decides about them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select

from app.core.db import db
from app.imports.models import ImportBatch, ImportEmployer, ImportRow
from app.imports.services.judged import JudgedRow, keep_found
from app.imports.services.judging import NewCompany

STEP = 2_000


def stage_rows(batch: ImportBatch, rows: Sequence[JudgedRow]) -> None:
    """Keep a chunk of judged rows."""
    if rows:
        table = cast(Table, ImportRow.__table__)
        db.session.execute(insert(table), [_kept(batch, row) for row in rows])


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


def _kept(batch: ImportBatch, row: JudgedRow) -> dict[str, Any]:
    codes = " ".join(dict.fromkeys(one.code for one in row.found))
    return {
        "batch_id": batch.id,
        "sheet": row.sheet,
        "number": row.number,
        "verdict": row.verdict,
        "action": row.action,
        "values": row.values or ({"sort": row.sort} if row.sort else {}),
        "messages": keep_found(row.found),
        "reasons": f" {codes} " if codes else "",
        "cells": {"cells": row.cells},
        "phone": row.phone,
        "key": row.key,
        "owner": row.owner,
        "decision": row.decision,
        "object_id": row.object_id,
        "object_version": row.object_version,
        "before": row.before,
        "before_phone": row.before_phone,
    }


def drop_rows(batch: ImportBatch) -> None:
    """Forget every kept row of a batch."""
    for model in (ImportRow, ImportEmployer):
        db.session.execute(delete(model).where(model.batch_id == batch.id))
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
