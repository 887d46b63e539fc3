"""The parent's side: a child is started, told what to read, and its rows are taken."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from app.imports.readers import Book
from app.imports.sharing.wire import Broken, read_chunks
from app.imports.states import ImportKind
from app.imports.tables import ReadRow, SheetPlan

# A chunk is about as large, so that the child may go on while the one before it is judged.
PIPE = 1 << 20
ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "app.imports.sharing.child"]


class HelperEnded(Exception):
    """The child has gone before it was done: killed, or at one of its limits."""


class Helper:
    """A child that reads rows; it begins when it is told what."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def read(
        self, book: Book, plans: Sequence[SheetPlan], kind: ImportKind
    ) -> Iterator[list[ReadRow]]:
        """The rows of a file, in chunks; raises :class:`HelperEnded` where they break off."""
        order = order_for(book, plans, kind)
        given, taken = self._process.stdin, self._process.stdout
        assert given is not None
        assert taken is not None
        try:
            # Closed whatever happens, so that nothing is left to be written at the end.
            with given:
                given.write(orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE))
            yield from read_chunks(taken)
        except (Broken, BrokenPipeError) as error:
            raise HelperEnded(f"exit {self._process.wait()}") from error


def order_for(book: Book, plans: Sequence[SheetPlan], kind: ImportKind) -> dict[str, Any]:
    """What the child is told: which rows to read, and as what."""
    return {
        "kind": kind.value,
        "lines": str(book.lines),
        "heads": [[one.name, one.merges, one.height, one.offset] for one in book.sheets],
        "plans": [plan.to_json() for plan in plans],
    }


@contextmanager
def start_helper() -> Iterator[Helper]:
    """Start a child; it is ended with the block, whatever it is doing."""
    environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        COMMAND,
        cwd="/",
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=PIPE,
        pipesize=PIPE,
    )
    with process:
        try:
            yield Helper(process)
        finally:
            process.kill()
