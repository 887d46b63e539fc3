"""The life of an import: a file is checked, applied in one transaction, taken back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.imports import queries
from app.imports.models import ImportBatch, ImportRow
from app.imports.readers import read_sheets
from app.imports.services import acting, applying, schools
from app.imports.services.school_rows import SchoolList, read_school_list
from app.imports.states import IMPORT_FLOW, ImportKind, ImportStatus, RowVerdict
from app.places.models import School


@dataclass(frozen=True)
class ReadFile:
    """A file that was read and understood, before anything is written."""

    kind: ImportKind
    name: str
    digest: str
    content: SchoolList


class HasProblems(DomainError):
    """A list that contradicts itself is applied only on purpose."""

    code = "has-problems"
    message = N_("The file contradicts itself. Look at the problems first.")


class NotTheLatest(DomainError):
    """Imports are taken back in the order they came."""

    code = "not-the-latest"
    message = N_("A later import was applied since. Undo that one first.")


class AppliedAlready(Conflict):
    """Of two people who apply one file, one is told that the other did."""

    code = "import-applied-already"
    message = N_("This file is imported already; %(who)s did it.")


class Unconfirmed(DomainError):
    """A guess about columns without headings is acted on only when somebody has looked at it."""

    code = "columns-unconfirmed"
    message = N_("This file has no headings. Look at what the columns were taken for first.")


def is_confirmed(batch: ImportBatch) -> bool:
    """Whether nobody needs to look at what the columns were taken for."""
    return bool(batch.mapping.get("confirmed", True))


def confirm(batch: ImportBatch) -> None:
    """Somebody looked at what the columns were taken for."""
    batch.mapping = {**batch.mapping, "confirmed": True}


def read_file(kind: ImportKind, data: bytes, name: str) -> ReadFile:
    """Read a list of schools without writing anything; a child process may take seconds."""
    content = read_school_list(read_sheets(data))
    return ReadFile(kind, shown_name(name), sha256(data).hexdigest(), content)


def shown_name(name: str) -> str:
    """A file's name as it is shown; it is never used as a path."""
    shown = "".join(ch for ch in name.replace("\\", "/").rpartition("/")[2] if ch.isprintable())
    return shown[:120] or "table"


def judge(read: ReadFile) -> list[schools.Judged]:
    """What each row would do now."""
    return schools.judge(read.content.rows)


def has_work(judged: list[schools.Judged]) -> bool:
    """Whether any row would change anything."""
    return any(row.verdict in schools.ACTED for row in judged)


def totals_of(read: ReadFile, judged: list[schools.Judged]) -> dict[str, Any]:
    """What would become of the rows: new + changed + same + faulty are all of them.

    ``warning`` counts the new and changed ones that somebody should look at.
    """
    acted = [row for row in judged if row.verdict in schools.ACTED]
    counts = Counter(row.verdict for row in judged)
    return {
        "rows": len(judged),
        "new": sum(1 for row in acted if row.school is None),
        "changed": sum(1 for row in acted if row.school is not None),
        "same": counts[RowVerdict.SAME],
        "faulty": counts[RowVerdict.FAULTY],
        "warning": counts[RowVerdict.WARNING],
        "skipped": len(read.content.skipped),
        "groups": read.content.groups,
        # The same words as of every other kind.
        "ok": sum(counts[one] for one in (RowVerdict.NEW, RowVerdict.CHANGED, RowVerdict.SAME)),
        "warnings": counts[RowVerdict.WARNING],
        "refused": counts[RowVerdict.FAULTY],
        "distinct": len({str(row.values.get("moe_code") or row.values["name"]) for row in judged}),
        "reasons": dict(Counter(code for row in judged for code in schools.codes_of(row))),
    }


def keep_checked(read: ReadFile, *, by: User | None) -> ImportBatch:
    """Keep a file's rows and verdicts for a look before they are applied.

    Rows that would change nothing are only counted.
    """
    judged = judge(read)
    batch = ImportBatch(
        kind=read.kind,
        file_name=read.name,
        file_sha256=read.digest,
        mapping=dict(read.content.columns),
        problems=list(read.content.problems),
        totals=totals_of(read, judged),
        total=len(judged),
        created_by_id=by.id if by else None,
    )
    batch.status = IMPORT_FLOW.check(ImportStatus.UPLOADED, ImportStatus.CHECKED)
    db.session.add(batch)
    db.session.flush()
    for row in judged:
        if row.verdict is not RowVerdict.SAME:
            _keep_row(batch, row)
    for number, text in read.content.skipped:
        _keep_row(batch, schools.Judged(number, RowVerdict.SKIPPED, {"name": text}))
    db.session.flush()
    return batch


def _keep_row(batch: ImportBatch, row: schools.Judged) -> None:
    db.session.add(
        ImportRow(
            batch_id=batch.id,
            number=row.number,
            verdict=row.verdict,
            values=row.values,
            messages=row.messages,
            object_id=row.school.id if row.school else None,
        )
    )


def prepare(batch: ImportBatch) -> Mapping[int, School]:
    """The slow part of applying, to be done before the transaction."""
    if batch.has_actions:
        return {}
    return schools.draft(row for row in queries.list_rows(batch) if row.object_id is None)


def apply_batch(
    batch: ImportBatch,
    drafts: Mapping[int, School],
    *,
    by: User | None,
    despite_problems: bool = False,
    insist: bool = False,
) -> ImportBatch:
    """Do what a checked file says: all of it or, if anything fails, nothing.

    On SQLite there is one writer: many rows wait while any fair's doors are open, unless a
    supervisor insists.
    """
    _hold(batch)
    if batch.status is ImportStatus.APPLIED:
        raise AppliedAlready(who=batch.applied_by.label if batch.applied_by else "–")
    status = IMPORT_FLOW.check(batch.status, ImportStatus.APPLIED)
    if batch.problems and not despite_problems:
        raise HasProblems()
    if not is_confirmed(batch):
        raise Unconfirmed()
    if batch.has_actions:
        acting.refuse_while_open(batch, insist=insist)
        done = applying.write_rows(batch, rest=acting.rest_of_apply())
    else:
        done = schools.write(queries.list_rows(batch), drafts)
    batch.status, batch.applied_at = status, utcnow()
    batch.applied_by_id = by.id if by else None
    batch.wanted_at, batch.failure = None, ""
    if not batch.has_actions:
        batch.done = done["new"] + done["changed"]
    batch.totals = {**batch.totals, "made": done["new"], "updated": done["changed"]}
    _note("import.apply", batch, by, done)
    return batch


def refuse_batch(batch: ImportBatch, *, by: User | None) -> ImportBatch:
    """Put a checked file aside without applying it."""
    _hold(batch)
    batch.status = IMPORT_FLOW.check(batch.status, ImportStatus.REFUSED)
    _note("import.refuse", batch, by, {})
    return batch


def undo_batch(batch: ImportBatch, *, by: User | None, insist: bool = False) -> ImportBatch:
    """Take an applied import back.

    Schools: if it is the latest of its kind; the others: unless any of it was changed since.
    """
    _hold(batch)
    status = IMPORT_FLOW.check(batch.status, ImportStatus.UNDONE)
    if batch.has_actions:
        acting.refuse_while_open(batch, insist=insist)
        done = applying.take_back(batch)
    elif queries.find_latest_applied(batch.kind) is not batch:
        raise NotTheLatest()
    else:
        done = schools.take_back(batch, queries.list_rows(batch))
    batch.status, batch.undone_at = status, utcnow()
    batch.totals = {**batch.totals, **done}
    _note("import.undo", batch, by, done)
    return batch


def _hold(batch: ImportBatch) -> None:
    """Lock the batch and read it again, so that two who click at once do it once."""
    query = select(ImportBatch.id).where(ImportBatch.id == batch.id).with_for_update()
    db.session.execute(query)
    db.session.refresh(batch)


def _note(action: str, batch: ImportBatch, by: User | None, done: dict[str, int]) -> None:
    record(action, by=by, on="import", object_id=batch.id, label=batch.file_name, after=done)
