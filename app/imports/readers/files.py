"""The parent's side: a file goes to the child, its rows come back one by one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from app.core.text import N_
from app.imports.readers.guard import guard_zip
from app.imports.readers.limits import (
    MOST_BYTES,
    SECONDS,
    Cell,
    CellTooLong,
    TooLarge,
    Unreadable,
)

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# First row, first column, last row, last column, all from 0.
Merge = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its name and its rows as they stand, empty cells None or ''."""

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True)
class SheetHead:
    """What is known of a sheet before its rows are read; ``offset`` is where they begin."""

    name: str
    merges: list[Merge]
    height: int
    offset: int


class Book:
    """A file that was read: its sheets, and the rows of each as often as they are wanted.

    ``lines`` is where they lie, as long as the book is open.
    """

    def __init__(self, lines: Path) -> None:
        self.lines = lines
        self.sheets = list(self._heads())

    def _heads(self) -> Iterator[SheetHead]:
        found: tuple[str, list[Merge], int] | None = None
        height = at = 0
        with self.lines.open("rb") as stream:
            for line in stream:
                at += len(line)
                if line.startswith(b"{"):
                    if found:
                        yield SheetHead(found[0], found[1], height, found[2])
                    head = orjson.loads(line)
                    merges: list[Merge] = [tuple(merge) for merge in head["merges"]]
                    found, height = (head["name"], merges, at), 0
                else:
                    height += 1
        if found:
            yield SheetHead(found[0], found[1], height, found[2])

    def rows(self, sheet: SheetHead, most: int | None = None) -> Iterator[list[Cell]]:
        """The rows of a sheet, all or the first ``most``; empty cells are None or ''."""
        return rows_in(self.lines, sheet, most)


def rows_in(lines: Path, sheet: SheetHead, most: int | None = None) -> Iterator[list[Cell]]:
    """The rows of a sheet in the lines of a file that was read."""
    with lines.open("rb") as stream:
        stream.seek(sheet.offset)
        for line in islice(stream, sheet.height if most is None else min(most, sheet.height)):
            yield orjson.loads(line)


@contextmanager
def open_book(data: bytes) -> Iterator[Book]:
    """Read a file, told apart by its content and not by its name.

    The rows lie in a folder of ours only while the block lasts. Raises :class:`Unreadable`.
    """
    if not data.strip():
        raise Unreadable(N_("The file is empty."), field="file")
    if len(data) > MOST_BYTES:
        raise Unreadable(
            N_("The file is larger than %(limit)s MB."), limit=MOST_BYTES // 1_000_000, field="file"
        )
    suffix = ".csv"
    if data.startswith(ZIP):
        guard_zip(data)
        suffix = ".xlsx"
    elif data.startswith(OLE):
        suffix = ".xls"
    with tempfile.TemporaryDirectory(prefix="xunpin-import-") as folder:
        source, target = Path(folder, f"table{suffix}"), Path(folder, "rows.jsonl")
        source.write_bytes(data)
        _read(source, target)
        source.unlink()
        yield Book(target)


def read_sheets(data: bytes) -> list[Sheet]:
    """The tables of a short file, whole."""
    with open_book(data) as book:
        return [Sheet(sheet.name, list(book.rows(sheet))) for sheet in book.sheets]


def _read(source: Path, target: Path) -> None:
    """Have the child read a file; whatever ends it early is a refusal, not a crash."""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "app.imports.readers.child", str(source), str(target)]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(root), "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            cwd=source.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooLarge() from error
    # Below zero: ended by a signal, because it ran out of memory or of time.
    if done.returncode == 3 or done.returncode < 0:
        raise TooLarge()
    if done.returncode == 5:
        raise CellTooLong()
    if done.returncode != 0 or not target.exists():
        raise Unreadable(field="file")
