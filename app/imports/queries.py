"""Reading imports."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.accounts.permissions import Permission
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.imports.models import ImportBatch, ImportMemory, ImportRow
from app.imports.states import ImportKind, ImportStatus, RowAction, RowVerdict


def get_batch(uid: str) -> ImportBatch:
    """The import with a uid."""
    query = select(ImportBatch).filter_by(uid=uid.replace("\0", ""))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_batch_within(uid: str, user: User) -> ImportBatch:
    """The import with a uid, if somebody's role reaches it."""
    query = select(ImportBatch).filter_by(uid=uid.replace("\0", "")).where(_visible_to(user))
    query = query.options(joinedload(ImportBatch.fair), joinedload(ImportBatch.delegation))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _visible_to(user: User) -> Any:
    """The bureau sees every import, others their own and those of their delegations."""
    scope = user.scope_of(Permission.IMPORT_RUN)
    if scope.bureau:
        return true()
    own = ImportBatch.created_by_id == user.id
    return or_(own, ImportBatch.delegation_id.in_(scope.delegations))


def page_batches(user: User, number: int = 1) -> Page[ImportBatch]:
    """One page of the imports somebody may see, the latest first."""
    query = select(ImportBatch).where(_visible_to(user)).order_by(ImportBatch.id.desc())
    return paged(query.options(joinedload(ImportBatch.created_by)), number)


def find_latest_applied(kind: ImportKind) -> ImportBatch | None:
    """The import of a kind that was applied last and not taken back."""
    query = select(ImportBatch).filter_by(kind=kind, status=ImportStatus.APPLIED)
    return db.session.scalars(
        query.order_by(ImportBatch.applied_at.desc(), ImportBatch.id.desc()).limit(1)
    ).first()


def find_same_file(batch: ImportBatch) -> ImportBatch | None:
    """An earlier import of the very same file that stands."""
    query = select(ImportBatch).where(
        ImportBatch.file_sha256 == batch.file_sha256,
        ImportBatch.status == ImportStatus.APPLIED,
        ImportBatch.id != batch.id,
    )
    return db.session.scalars(query.order_by(ImportBatch.id.desc()).limit(1)).first()


def list_rows(batch: ImportBatch) -> Sequence[ImportRow]:
    """Every kept row of an import, in the order of the file."""
    query = select(ImportRow).filter_by(batch_id=batch.id)
    return db.session.scalars(query.order_by(ImportRow.sheet, ImportRow.number)).all()


def list_remarked(batch: ImportBatch, most: int) -> Sequence[ImportRow]:
    """The first rows of an import that something is said of."""
    query = select(ImportRow).filter_by(batch_id=batch.id).where(ImportRow.reasons != "")
    query = query.order_by(ImportRow.sheet, ImportRow.number).limit(most)
    return db.session.scalars(query).all()


def page_rows(
    batch: ImportBatch,
    verdict: RowVerdict | None = None,
    number: int = 1,
    *,
    reason: str = "",
    action: RowAction | None = None,
) -> Page[ImportRow]:
    """One page of an import's rows: of one verdict, with one reason, with one action, or all."""
    query = select(ImportRow).filter_by(batch_id=batch.id)
    if verdict is not None:
        query = query.filter_by(verdict=verdict)
    if action is not None:
        query = query.filter_by(action=action)
    if reason:
        query = query.where(_has_reason(reason))
    return paged(query.order_by(ImportRow.sheet, ImportRow.number), number)


def _has_reason(code: str) -> Any:
    return ImportRow.reasons.contains(f" {code} ", autoescape=True)


def get_row(batch: ImportBatch, sheet: int, number: int) -> ImportRow:
    """A row of an import, by its sheet and its number there."""
    query = select(ImportRow).filter_by(batch_id=batch.id, sheet=sheet, number=number)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_with_reason(batch: ImportBatch, code: str) -> Sequence[ImportRow]:
    """Every row of an import with one reason."""
    query = select(ImportRow).filter_by(batch_id=batch.id).where(_has_reason(code))
    return db.session.scalars(query.order_by(ImportRow.id)).all()


def iter_rows(batch: ImportBatch, sheet: int) -> Iterator[ImportRow]:
    """Every row of a sheet in its order, a few at a time."""
    last = -1
    while True:
        query = select(ImportRow).filter_by(batch_id=batch.id, sheet=sheet)
        query = query.where(ImportRow.number > last).order_by(ImportRow.number).limit(1_000)
        rows = db.session.scalars(query).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def list_samples(batch: ImportBatch, sheet: int, first: int, most: int = 3) -> Sequence[ImportRow]:
    """A few rows of a sheet from a row on, to show what stands in its columns."""
    query = select(ImportRow).filter_by(batch_id=batch.id, sheet=sheet)
    query = query.where(ImportRow.number > first, ImportRow.verdict != RowVerdict.SKIPPED)
    return db.session.scalars(query.order_by(ImportRow.number).limit(most)).all()


def list_stale_checks(before: datetime) -> list[str]:
    """Files whose check has not moved since a moment."""
    moved = func.coalesce(ImportBatch.checked_at, ImportBatch.created_at)
    query = select(ImportBatch.uid).where(
        ImportBatch.status == ImportStatus.UPLOADED, moved < before
    )
    return list(db.session.scalars(query.order_by(ImportBatch.id)))


def list_wanted(before: datetime) -> list[str]:
    """Files somebody asked to apply before a moment and that still wait."""
    query = select(ImportBatch.uid).where(
        ImportBatch.status == ImportStatus.CHECKED, ImportBatch.wanted_at < before
    )
    return list(db.session.scalars(query.order_by(ImportBatch.wanted_at)))


def list_sealed_keys() -> set[str]:
    """The keys of files that are still to be read."""
    query = select(ImportBatch.sealed_key).where(ImportBatch.sealed_key.is_not(None))
    return {key for key in db.session.scalars(query) if key}


def list_forgettable(applied: datetime, checked: datetime) -> Sequence[ImportBatch]:
    """Imports applied before one moment, or checked before another and never decided."""
    query = select(ImportBatch).where(
        ImportBatch.kind != ImportKind.SCHOOLS,
        or_(
            ImportBatch.applied_at < applied,
            and_(
                ImportBatch.status.in_([ImportStatus.CHECKED, ImportStatus.REFUSED]),
                ImportBatch.checked_at < checked,
            ),
        ),
    )
    return [one for one in db.session.scalars(query) if not one.mapping.get("forgotten")]


def count_by_verdict(batch: ImportBatch) -> dict[RowVerdict, int]:
    """How many kept rows there are of each verdict."""
    query = select(ImportRow.verdict, func.count()).filter_by(batch_id=batch.id)
    rows = db.session.execute(query.group_by(ImportRow.verdict)).all()
    return {row[0]: row[1] for row in rows}


def find_memory(kind: ImportKind, sender: str) -> ImportMemory | None:
    """What the headings of a sender's files meant before."""
    query = select(ImportMemory).filter_by(kind=kind, sender=sender)
    return db.session.scalars(query).one_or_none()
