"""Checking a file: received sealed, read and judged in small steps, kept with its verdicts.

Each step is a call that a door runs in a transaction of its own, so that nobody at a gate
waits for more than one of them. A check that was ended half way is begun again from the file.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from hashlib import sha256

from app.accounts.models import User
from app.accounts.permissions import Permission, Scope
from app.core import files
from app.core.clock import utcnow
from app.core.db import db, is_sqlite
from app.core.errors import DomainError
from app.core.garbage import seldom_collected
from app.core.text import N_
from app.imports.models import ImportBatch
from app.imports.queries import find_memory
from app.imports.readers import Book, open_book
from app.imports.services.acting import REST, open_until
from app.imports.services.batches import shown_name
from app.imports.services.checking import (
    Checker,
    CheckOptions,
    plan_book,
)
from app.imports.services.judged import JudgedRow, Tally
from app.imports.services.judging import NewCompany
from app.imports.services.remarks import remark
from app.imports.services.staging import (
    ReadyRow,
    drop_companies,
    drop_rows,
    kept_cells,
    ready_rows,
    stage_companies,
    stage_rows,
)
from app.imports.sharing import Helper, HelperEnded, start_helper
from app.imports.states import IMPORT_FLOW, ImportKind, ImportStatus
from app.imports.tables import SheetPlan
from app.places.models import Delegation
from app.tours.models import Fair

Step = Callable[[], None]
SEAL = "import-file"
# How many rows are kept in one transaction: at any time, while doors are open, and then on SQLite,
# where the worker rests after each for so many times as long as it took (decisions/0016).
TOGETHER, SOME_TOGETHER, FEW_TOGETHER = 1_000, 200, 50
# From so many rows on a child reads them; its start takes as long as reading eight thousand.
MANY_ROWS = 20_000
log = logging.getLogger(__name__)


def seal_file(data: bytes) -> str:
    """Keep a file sealed until it is read; its key. Call it before the transaction."""
    return files.seal(data, SEAL)


def receive(
    kind: ImportKind,
    *,
    key: str,
    data: bytes,
    name: str,
    by: User | None,
    sender: str = "",
    delegation: Delegation | None = None,
    fair: Fair | None = None,
) -> ImportBatch:
    """Note that a file is here, to be checked."""
    usual = delegation.name_zh if delegation else by.label if by else ""
    batch = ImportBatch(
        kind=kind,
        file_name=shown_name(name),
        file_sha256=sha256(data).hexdigest(),
        sealed_key=key,
        sender=sender.strip() or usual,
        delegation_id=delegation.id if delegation else None,
        fair_id=fair.id if fair else None,
        created_by_id=by.id if by else None,
    )
    db.session.add(batch)
    db.session.flush()
    return batch


def options_for(batch: ImportBatch) -> CheckOptions:
    """How far whoever brought a file reaches, and what their files meant before."""
    by = batch.created_by
    scope = by.scope_of(Permission.IMPORT_RUN) if by else Scope(bureau=True)
    memory = find_memory(batch.kind, batch.sender) if batch.sender else None
    return CheckOptions(
        batch.kind,
        scope,
        batch.delegation_id,
        batch.fair_id,
        dict(memory.headings) if memory else None,
        dict(memory.columns) if memory else None,
    )


def check_steps(batch: ImportBatch) -> Iterator[Step]:
    """The steps of checking a batch; each must be run in a transaction of its own, in order.

    What goes wrong with the file becomes the batch's failure and is not raised.
    """
    key = batch.sealed_key
    try:
        if key is None:
            yield from _again(batch)
        else:
            data = files.unseal(key, SEAL)
            with open_book(data) as book:
                del data
                yield from _first(batch, book)
    except DomainError as error:
        failed = error
        yield lambda: _fail(batch, failed)
    except FileNotFoundError:
        yield lambda: _fail(batch, DomainError(N_("The file is gone. Bring it again.")))
    files.drop_sealed(key)


def _first(batch: ImportBatch, book: Book, *, alone: bool = False) -> Iterator[Step]:
    """The steps of a file that is read for the first time.

    Where a child reads its rows and has gone before it was done, they begin again without one.
    """
    total = sum(sheet.height for sheet in book.sheets)
    with _helper_for(total, alone) as helper:
        options = options_for(batch)
        plans = plan_book(book, options)

        def begin() -> None:
            drop_rows(batch)
            _begin(batch, plans, total)

        yield begin
        checker = Checker(plans, options)
        try:
            yield from _staging(batch, checker, checker.check_book(book, helper), over=False)
            return
        except HelperEnded as error:
            log.warning("import %s: its reader has gone (%s); again, alone", batch.uid, error)
    yield from _first(batch, book, alone=True)


@contextmanager
def _helper_for(total: int, alone: bool) -> Iterator[Helper | None]:
    """A child to read so many rows, if its start is worth it and no gate needs the machine."""
    if total < MANY_ROWS:
        yield None
        return
    with seldom_collected():
        if alone or open_until(utcnow()) is not None:
            yield None
        else:
            with start_helper() as helper:
                yield helper


def _again(batch: ImportBatch) -> Iterator[Step]:
    """The steps of rows that are judged again, after a column or a cell was corrected.

    The file is gone: each row stays until the same step writes it anew, so that a check that is
    ended half way still has all of them when it is begun again.
    """
    plans = [SheetPlan.from_json(kept) for kept in batch.mapping["sheets"]]
    rows = list(kept_cells(batch))

    def begin() -> None:
        drop_companies(batch)
        _begin(batch, plans, len(rows))

    yield begin
    checker = Checker(plans, options_for(batch))
    with seldom_collected() if len(rows) >= MANY_ROWS else nullcontext():
        yield from _staging(batch, checker, checker.check_kept(iter(rows)), over=True)


def _staging(
    batch: ImportBatch, checker: Checker, chunks: Iterator[list[JudgedRow]], *, over: bool
) -> Iterator[Step]:
    """Keep the rows in small parts, with everything made ready before each transaction."""
    tally, batch_id = Tally(), batch.id
    together = _together()
    for chunk in chunks:
        for row in chunk:
            tally.add(row)
        brought = checker.new_companies
        for start in range(0, len(chunk), together):
            ready = ready_rows(batch_id, chunk[start : start + together])
            yield partial(_keep, batch, ready, brought, over=over)
            brought = []
    yield lambda: _finish(batch, tally)


def _together() -> int:
    if open_until(utcnow()) is None:
        return TOGETHER
    return FEW_TOGETHER if is_sqlite() else SOME_TOGETHER


def rest_between_steps() -> float:
    """How long to rest after a step that held the database, as a multiple of it.

    SQLite has one writer, and while doors are open people stand before it.
    """
    return REST if is_sqlite() and open_until(utcnow()) is not None else 0.0


def _keep(
    batch: ImportBatch, rows: Sequence[ReadyRow], brought: Sequence[NewCompany], *, over: bool
) -> None:
    stage_rows(rows, over=over)
    stage_companies(batch, brought)
    batch.done += len(rows)
    batch.checked_at = utcnow()


def _begin(batch: ImportBatch, plans: list[SheetPlan], total: int) -> None:
    confirmed = bool(batch.mapping.get("confirmed"))
    guessed = any(plan.by == "content" and plan.columns for plan in plans)
    batch.mapping = {
        "sheets": [plan.to_json() for plan in plans],
        "confirmed": confirmed or not guessed,
    }
    batch.done, batch.total, batch.began_at = 0, total, utcnow()
    batch.failure, batch.checked_at = "", batch.began_at


def _finish(batch: ImportBatch, tally: Tally) -> None:
    batch.totals = tally.totals()
    batch.status = IMPORT_FLOW.check(batch.status, ImportStatus.CHECKED)
    batch.checked_at, batch.sealed_key = utcnow(), None


def _fail(batch: ImportBatch, error: DomainError) -> None:
    """A file that cannot be read is put aside by itself, with the reason."""
    drop_rows(batch)
    batch.failure = remark(error.message, **error.params)
    batch.totals = {"error": error.code}
    batch.status = IMPORT_FLOW.check(batch.status, ImportStatus.REFUSED)
    batch.sealed_key = None
