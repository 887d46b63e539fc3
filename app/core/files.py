"""Files that people bring: typed by content, named by us, kept outside the web root."""

import os
import secrets
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Mapped, mapped_column

from app.core.crypto import decrypt, encrypt
from app.core.errors import DomainError
from app.core.text import N_

_root: list[Path] = []

SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
EXTENSIONS: Mapping[str, str] = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}
PAPERS = frozenset(SIGNATURES)


class FileRefused(DomainError):
    """An upload that is empty, too large, or not of an allowed type."""

    code = "file-refused"
    message = N_("This file cannot be used. Choose a PDF, PNG or JPEG.")


class StoredFile:
    """Columns of a row that owns one file (mix into a model). ``file_key`` is null without one."""

    file_key: Mapped[str | None] = mapped_column(default=None)
    file_name: Mapped[str | None] = mapped_column(default=None)
    file_type: Mapped[str | None] = mapped_column(default=None)
    file_size: Mapped[int | None] = mapped_column(default=None)
    file_at: Mapped[datetime | None] = mapped_column(default=None)


@dataclass(frozen=True)
class Kept:
    """A file on disk: its key (our random name), its type by content, its size in bytes."""

    key: str
    name: str
    media_type: str
    size: int


def configure(root: Path) -> None:
    """Say where files live."""
    _root[:] = [root]


def keep(data: bytes, name: str, *, limit: int, allowed: frozenset[str] = PAPERS) -> Kept:
    """Write a file durably under a random name. Call it before the transaction.

    Raises :class:`FileRefused` for an empty or oversized file or foreign content; the
    name is only ever shown, never used as a path.
    """
    if not data:
        raise FileRefused(N_("The file is empty."))
    if len(data) > limit:
        raise FileRefused(N_("The file is larger than %(limit)s MB."), limit=limit // 1_000_000)
    media_type = next(
        (kind for kind in allowed for start in SIGNATURES[kind] if data.startswith(start)), None
    )
    if media_type is None:
        raise FileRefused()
    key = f"{secrets.token_hex(16)}{EXTENSIONS[media_type]}"
    folder = _root[0] / key[:2]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / key, data)
    shown = "".join(ch for ch in Path(name.replace("\\", "/")).name if ch.isprintable())[:120]
    return Kept(key, shown or key, media_type, len(data))


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all: a crash leaves a temporary file, never half a document."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def path_of(key: str) -> Path:
    """Where a kept file lies."""
    if not key.replace(".", "").isalnum():
        raise ValueError(key)
    return _root[0] / key[:2] / key


def drop(key: str | None) -> None:
    """Delete a kept file; one that is gone already is no matter."""
    if key:
        path_of(key).unlink(missing_ok=True)


def seal(data: bytes, purpose: str) -> str:
    """Keep bytes that nobody but us may read, for a while; the key they are found by."""
    key = secrets.token_hex(16)
    folder = _root[0] / "sealed"
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / key, encrypt(purpose, data))
    return key


def unseal(key: str, purpose: str) -> bytes:
    """The bytes of :func:`seal`; ``FileNotFoundError`` once they were dropped."""
    return decrypt(purpose, _sealed(key).read_bytes())


def drop_sealed(key: str | None) -> None:
    """Forget sealed bytes; those that are gone already are no matter."""
    if key:
        _sealed(key).unlink(missing_ok=True)


def sweep_sealed(wanted: Collection[str], *, before: datetime) -> int:
    """Delete sealed bytes nobody wants that are older than a moment; return how many."""
    gone = 0
    for path in _root[0].glob("sealed/*"):
        if path.name not in wanted and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _sealed(key: str) -> Path:
    if not key.isalnum():
        raise ValueError(key)
    return _root[0] / "sealed" / key


def attach(row: StoredFile, kept: Kept, *, at: datetime) -> str | None:
    """Point a row at a kept file and return the key it had before, to be dropped after commit."""
    before = row.file_key
    row.file_key, row.file_name, row.file_type = kept.key, kept.name, kept.media_type
    row.file_size, row.file_at = kept.size, at
    return before


def sweep(wanted: Collection[str], *, before: datetime) -> int:
    """Delete kept files that nobody wants and that were written before a moment; return how many.

    A request that fails after :func:`keep`, or a stop between a commit and :func:`drop`,
    leaves a file no row points to.
    """
    gone = 0
    for path in _root[0].glob("??/*"):
        if path.name not in wanted and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
