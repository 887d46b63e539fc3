"""Imports: a file, a verdict for each row, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.crypto import Encrypted, EncryptedJSON
from app.core.db import Model
from app.imports.states import ImportKind, ImportStatus, RowAction, RowVerdict
from app.places.models import Delegation
from app.tours.models import Fair


class ImportBatch(Model):
    """One file that was imported, or was to be.

    ``mapping`` holds, for each sheet, where its table begins and what its columns mean (for
    schools: just the columns). The file itself lies sealed under ``sealed_key`` until its rows
    are here. ``done`` of ``total`` rows were judged between ``began_at`` and ``checked_at``.
    ``wanted_at`` says that somebody asked to apply it and it has not been done yet.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=random_code)
    kind: Mapped[ImportKind]
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.UPLOADED)
    file_name: Mapped[str]
    file_sha256: Mapped[str]
    sealed_key: Mapped[str | None]
    sender: Mapped[str] = mapped_column(default="")
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fair.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[str]] = mapped_column(default=list)
    failure: Mapped[str] = mapped_column(default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    began_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    wanted_at: Mapped[datetime | None]
    wanted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    insists: Mapped[bool] = mapped_column(default=False)
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]

    rows: Mapped[list["ImportRow"]] = relationship(
        back_populates="batch", order_by="ImportRow.number"
    )
    fair: Mapped[Fair | None] = relationship()
    delegation: Mapped[Delegation | None] = relationship()
    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    wanted_by: Mapped[User | None] = relationship(foreign_keys=[wanted_by_id])
    applied_by: Mapped[User | None] = relationship(foreign_keys=[applied_by_id])

    @property
    def has_actions(self) -> bool:
        """Whether its rows say apart what is wrong and what is to be done (all but schools)."""
        return self.kind is not ImportKind.SCHOOLS


class ImportRow(Model):
    """One row of a file: where it stood, what it says, what is to be done with it.

    ``cells`` is the row as it stood, without ID numbers, sealed, for the people who correct it
    and for the workbook they download. ``reasons`` are the codes of ``messages`` between
    blanks, to be searched. ``key`` is the slug or uid that what it makes will have, ``owner``
    the slug of the employer it belongs to. ``before`` is what it changed, ``object_version``
    the version it left behind: by that it is known whether somebody was there since.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "sheet", "number"),
        Index("ix_import_row_batch_id_verdict", "batch_id", "verdict"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    sheet: Mapped[int] = mapped_column(default=0)
    number: Mapped[int]
    verdict: Mapped[RowVerdict]
    action: Mapped[RowAction] = mapped_column(default=RowAction.NONE)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    messages: Mapped[list[str]] = mapped_column(default=list)
    reasons: Mapped[str] = mapped_column(default="")
    cells: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJSON("import"))
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    key: Mapped[str | None]
    owner: Mapped[str | None]
    decision: Mapped[str] = mapped_column(default="")
    object_id: Mapped[int | None]
    object_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    before_phone: Mapped[str | None] = mapped_column(Encrypted("phone"))

    batch: Mapped[ImportBatch] = relationship(back_populates="rows")


class ImportEmployer(Model):
    """An employer that rows about something else name and nobody knows: it is made with them."""

    __tablename__ = "import_employer"
    __table_args__ = (UniqueConstraint("batch_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    number: Mapped[int]
    key: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    object_id: Mapped[int | None]
    object_version: Mapped[int | None]


class ImportMemory(Model):
    """What the headings of one sender's files meant, so that nobody maps them twice.

    ``headings`` maps a folded heading to a field, or to nothing where a column was left out;
    ``columns`` does so for files without a header, by the number of their columns.
    """

    __tablename__ = "import_memory"
    __table_args__ = (UniqueConstraint("kind", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind]
    sender: Mapped[str]
    headings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
