"""The child: ``python -m app.imports.sharing.child``, with one order as JSON on its input.

The order names the kind of file, where its rows lie, and for each sheet what was found out about
it. The rows go to the output as they are read (:mod:`app.imports.sharing.wire`).
"""

import gc
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from app.imports.kinds import KINDS
from app.imports.readers import SheetHead, rows_in
from app.imports.sharing.limits import MEMORY, SECONDS
from app.imports.sharing.wire import END, lines_of
from app.imports.states import ImportKind
from app.imports.tables import CHUNK, SheetPlan, SheetReader, chunks


def limit() -> None:
    """Little memory, little time, no files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: IO[bytes], target: IO[bytes]) -> int:
    """Do what the order says."""
    limit()
    line = source.readline()
    if not line:
        return 0  # nobody needs it
    # What was made so far stays: the collector need not look at it again and again.
    gc.freeze()
    try:
        read(orjson.loads(line), target)
        target.write(END)
        target.flush()
    except BrokenPipeError:
        # Whoever asked has gone; nothing is left to be said, not even at the end.
        os._exit(1)
    return 0


def read(order: Mapping[str, Any], target: IO[bytes]) -> None:
    """Read the rows of an order."""
    kind, lines = KINDS[ImportKind(order["kind"])], Path(order["lines"])
    for at, (head, kept) in enumerate(zip(order["heads"], order["plans"], strict=True)):
        sheet, plan = SheetHead(*head), SheetPlan.from_json(kept)
        if not plan.columns:
            continue
        reader = SheetReader(at, plan, kind, sheet.merges)
        for chunk in chunks(reader.read(rows_in(lines, sheet)), CHUNK):
            target.writelines(lines_of(chunk))
            # Whoever judges them begins now, and not when the next ones are read as well.
            target.flush()


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
