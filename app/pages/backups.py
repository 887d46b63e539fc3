"""Whole copies of an installation: the database and the files people brought.

A backup is one tar file: ``manifest.json``, ``database.sqlite3`` or ``database.dump``
(pg_dump's custom format), and ``files/``. The secrets are not in it: without them the
sealed columns stay sealed, so they must be kept apart (docs/operations.md).
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url

from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.text import N_

FORMAT = 1


class BackupFault(DomainError):
    """A backup could not be made, or a file is none, or does not fit this engine."""

    code = "backup"


def make_backup(target: Path, *, database_url: str, files: Path) -> dict[str, Any]:
    """Write a backup to ``target`` (never half: it is renamed into place). Return its manifest."""
    url = make_url(database_url)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent) as folder:
        name = _dump(url, Path(folder))
        manifest = {
            "format": FORMAT,
            "engine": url.get_backend_name(),
            "database": name,
            "made_at": utcnow().isoformat(),
        }
        (Path(folder) / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        archive = Path(folder) / "backup.tar"
        with tarfile.open(archive, "w") as tar:
            for part in ("manifest.json", name):
                tar.add(Path(folder) / part, part)
            if files.is_dir():
                tar.add(files, "files")
        with archive.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(archive, target)
    return manifest


def restore_backup(source: Path, *, database_url: str, files: Path) -> dict[str, Any]:
    """Put a backup in the place of what is there. Return its manifest.

    The database must not be in use; the caller begins a new epoch afterwards. Raises
    :class:`BackupFault` before anything is touched if the file does not fit.
    """
    url = make_url(database_url)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(source) as tar:
                tar.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((Path(folder) / "manifest.json").read_text())
        except (OSError, tarfile.TarError, ValueError) as error:
            raise BackupFault(N_("This file is not a backup.")) from error
        if manifest.get("format") != FORMAT or manifest.get("engine") != url.get_backend_name():
            raise BackupFault(N_("This backup was made by another engine or version."))
        _load(url, Path(folder) / manifest["database"])
        if (Path(folder) / "files").is_dir():
            shutil.copytree(Path(folder) / "files", files, dirs_exist_ok=True)
    return manifest


def _dump(url: URL, folder: Path) -> str:
    if url.get_backend_name() == "sqlite":
        # The online backup API copies a consistent state while others write.
        source = sqlite3.connect(str(url.database))
        target = sqlite3.connect(folder / "database.sqlite3")
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        finally:
            source.close()
            target.close()
        return "database.sqlite3"
    _postgres("pg_dump", url, "--format=custom", f"--file={folder / 'database.dump'}")
    return "database.dump"


def _load(url: URL, dump: Path) -> None:
    if url.get_backend_name() == "sqlite":
        target = Path(str(url.database))
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = sqlite3.connect(dump)
        into = sqlite3.connect(target)
        try:
            copy.backup(into)
            into.execute("PRAGMA journal_mode = WAL")
        finally:
            copy.close()
            into.close()
        return
    _postgres(
        "pg_restore",
        url,
        "--clean",
        "--if-exists",
        "--no-owner",
        "--exit-on-error",
        f"--dbname={url.database}",
        str(dump),
    )


def _postgres(program: str, url: URL, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment."""
    environment: Mapping[str, str] = {
        **os.environ,
        "PGHOST": url.host or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
    }
    done = subprocess.run(
        [program, *arguments], env={**environment}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupFault(
            N_("%(program)s failed: %(why)s"), program=program, why=done.stderr[-500:]
        )
