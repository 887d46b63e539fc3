"""What people do with a checked file before it is applied, and who may apply it when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import changed_one, db, is_sqlite
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.imports import queries
from app.imports.cells import hide_id_numbers
from app.imports.kinds import KINDS
from app.imports.models import ImportBatch, ImportMemory, ImportRow
from app.imports.readers import Cell
from app.imports.services.applying import count_made
from app.imports.services.judged import read_found
from app.imports.services.remarks import remark
from app.imports.states import IMPORT_FLOW, ImportStatus
from app.imports.tables import SheetPlan, fold_heading
from app.tours.models import Fair
from app.tours.queries import list_between

# Beside open doors the worker rests after each step for so many times as long as it took.
REST = 2.0
# More rows than these are applied by the worker, and on SQLite not while doors are open.
AT_ONCE = 500
LONGEST_CORRECTION = 5_000


class AskedAlready(Conflict):
    """Somebody else asked for this file to be applied."""

    code = "import-asked-already"
    message = N_("%(who)s is importing this file already.")


class DoorsOpen(DomainError):
    """SQLite has one writer: a long one would keep people at the doors waiting."""

    code = "doors-open"
    message = N_("The doors of a fair are open. These rows wait until %(until)s.")

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until.isoformat(timespec="minutes"))
        self.until = until


def plans_of(batch: ImportBatch) -> list[SheetPlan]:
    """What was taken for what in each sheet."""
    return [SheetPlan.from_json(kept) for kept in batch.mapping.get("sheets", ())]


# ------------------------------------------------------------------------------------- corrections


def check_again(batch: ImportBatch) -> None:
    """Have every row judged again, against what is here now."""
    batch.status = IMPORT_FLOW.check(batch.status, ImportStatus.UPLOADED)
    batch.wanted_at = batch.began_at = batch.checked_at = None
    batch.done, batch.failure = 0, ""


def change_columns(batch: ImportBatch, chosen: Mapping[tuple[int, int], str]) -> None:
    """Take what somebody says of the columns, remember it for this sender, and check again.

    ``chosen`` maps sheet and column to a field, or to nothing for a column to be left out.
    """
    known = KINDS[batch.kind].all_fields
    plans = plans_of(batch)
    for at, plan in enumerate(plans):
        said = {column: name for (sheet, column), name in chosen.items() if sheet == at}
        if not said:
            continue
        columns = {column: name for column, name in said.items() if name in known}
        if len(set(columns.values())) < len(columns):
            raise DomainError(
                N_("One column can be meant for each thing only."), code="column-twice"
            )
        plan.columns, plan.by = columns, "hand"
        _remember(batch, plan, said)
    batch.mapping = {"sheets": [plan.to_json() for plan in plans], "confirmed": True}
    check_again(batch)


def _remember(batch: ImportBatch, plan: SheetPlan, said: Mapping[int, str]) -> None:
    if not batch.sender:
        return
    memory = queries.find_memory(batch.kind, batch.sender)
    if memory is None:
        memory = ImportMemory(kind=batch.kind, sender=batch.sender, headings={}, columns={})
        db.session.add(memory)
    memory.updated_at = utcnow()
    if any(plan.headings):
        meant = {
            fold_heading(plan.headings[at]): name
            for at, name in said.items()
            if at < len(plan.headings) and plan.headings[at]
        }
        memory.headings = {**memory.headings, **meant}
    else:
        width = max(said, default=-1) + 1
        memory.columns = {**memory.columns, str(width): [said.get(at, "") for at in range(width)]}


def correct_row(batch: ImportBatch, row: ImportRow, cells: Mapping[int, str]) -> None:
    """Write other cells into a row; the whole file is then to be judged again.

    ID numbers typed here are not kept either.
    """
    IMPORT_FLOW.check(batch.status, ImportStatus.UPLOADED)
    kept: list[Cell] = list((row.cells or {}).get("cells", []))
    for at, text in cells.items():
        kept += [None] * (at + 1 - len(kept))
        kept[at] = hide_id_numbers(text[:LONGEST_CORRECTION])
    row.cells = {"cells": kept}


def decide_row(row: ImportRow, decision: str) -> None:
    """Say that a company is the one that is here (``merge:slug``), or another one (``keep``)."""
    # What comes from a form may be anything; a slug is letters, digits and hyphens.
    row.decision = "".join(ch for ch in decision if ch.isalnum() or ch in ":-")[:200]


def shift_back(rows: Sequence[ImportRow]) -> int:
    """Put the cells of shifted rows back where they belong; how many rows that were."""
    for row in rows:
        found = next(one for one in read_found(row.messages) if one.code == "columns-shifted")
        at, cells = int(found.params["column"]), list((row.cells or {}).get("cells", []))
        if found.params["by"] > 0:
            gone = cells.pop(at) if at < len(cells) else None
            if gone not in (None, "") and at:
                # The torn end of the cell before it: an address with a comma in it.
                cells[at - 1] = f"{cells[at - 1] or ''}，{gone}"
        else:
            cells.insert(at, None)
        row.cells = {"cells": cells}
    return len(rows)


# ---------------------------------------------------------------------------------------- applying


def want_apply(batch: ImportBatch, *, by: User, insist: bool = False) -> None:
    """Ask for a checked file to be applied; of two who ask at once one is told so."""
    now = utcnow()
    asked = (
        update(ImportBatch)
        .where(
            ImportBatch.id == batch.id,
            ImportBatch.status == ImportStatus.CHECKED,
            ImportBatch.wanted_at.is_(None),
        )
        .values(wanted_at=now, wanted_by_id=by.id, insists=insist, failure="")
    )
    if changed_one(asked):
        db.session.refresh(batch)
        return
    db.session.refresh(batch)
    IMPORT_FLOW.check(batch.status, ImportStatus.APPLIED)
    if batch.wanted_by_id == by.id:
        batch.insists = batch.insists or insist
        return
    raise AskedAlready(who=batch.wanted_by.label if batch.wanted_by else "–")


def takes_long(batch: ImportBatch) -> bool:
    """Whether applying is work for the worker."""
    return count_made(batch) > AT_ONCE


def refuse_while_open(batch: ImportBatch, *, insist: bool) -> None:
    """Raise :class:`DoorsOpen` where many rows would keep the doors of a fair waiting."""
    if insist or not is_sqlite() or not takes_long(batch):
        return
    until = open_until(utcnow())
    if until is not None:
        raise DoorsOpen(until)


def open_until(now: datetime) -> datetime | None:
    """When the last of the fairs whose doors are open now closes them, or None."""
    fairs: Sequence[Fair] = list_between(now - timedelta(days=1), now + timedelta(days=1))
    return max((fair.ends_at for fair in fairs if fair.is_open_at(now)), default=None)


def rest_of_apply() -> float:
    """How long an apply rests between its parts, as a multiple of each (decisions/0016).

    Only beside open doors, and not on SQLite: there nobody else may write before its end anyway.
    """
    return 0.0 if is_sqlite() or open_until(utcnow()) is None else REST


def give_up(batch: ImportBatch, error: DomainError) -> None:
    """Note why a wanted import did not happen; it may be asked for again."""
    batch.wanted_at, batch.wanted_by_id = None, None
    batch.failure = remark(
        error.message, **{key: str(value) for key, value in error.params.items()}
    )


def take_back_wish(batch: ImportBatch) -> None:
    """Ask no longer for an import that still waits."""
    IMPORT_FLOW.check(batch.status, ImportStatus.APPLIED)
    batch.wanted_at, batch.wanted_by_id, batch.insists = None, None, False


def forget_cells(before_applied: datetime, before_checked: datetime) -> int:
    """Forget what stood in files long applied, and files nobody decided about; how many."""
    old: list[Any] = list(queries.list_forgettable(before_applied, before_checked))
    for batch in old:
        statement = update(ImportRow).where(ImportRow.batch_id == batch.id)
        db.session.execute(
            statement.values(cells=None), execution_options={"synchronize_session": False}
        )
        batch.mapping = {**batch.mapping, "forgotten": True}
        if batch.status is ImportStatus.CHECKED:
            batch.status = IMPORT_FLOW.check(batch.status, ImportStatus.REFUSED)
    return len(old)
