"""The child: ``python -m app.imports.readers.child SOURCE TARGET``.

Reads one file under limits and writes JSON lines: for each sheet one object with its name and
its merged ranges, then one array a row. Its exit code says how it went: 0 well, 3 too large,
4 unfolds too far, 5 a cell too long, anything else: no table.
"""

import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from app.imports.readers.limits import (
    LONGEST_CELL,
    MEMORY,
    MOST_COLUMNS,
    MOST_MERGES,
    MOST_ROWS,
    MOST_SHEETS,
    MOST_UNFOLDED,
    SECONDS,
    Cell,
    CellTooLong,
    TooLarge,
)

TOO_LARGE, TOO_LONG = 3, 5


def limit() -> None:
    """Little memory, little time, no large files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_UNFOLDED, MOST_UNFOLDED))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: str, target: str) -> int:
    """Read one file; see the module for the answer."""
    limit()
    try:
        with open(target, "wb") as stream:
            for line in read(Path(source)):
                stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    except CellTooLong:
        return TOO_LONG
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except BaseException:
        # Whatever a parser may raise on a hostile file, the parent only needs to know: no.
        return 1
    return 0


def read(source: Path) -> Iterator[Any]:
    """The lines of a file: heads of sheets and their rows."""
    if source.suffix == ".csv":
        from app.imports.readers.text import iter_csv

        yield {"name": "", "merges": []}
        yield from iter_csv(source.read_bytes())
    else:
        yield from _workbook(source)


def _workbook(source: Path) -> Iterator[Any]:
    from python_calamine import CalamineWorkbook

    with source.open("rb") as stream:
        workbook = CalamineWorkbook.from_filelike(stream)
        total = 0
        for number, name in enumerate(workbook.sheet_names[:MOST_SHEETS]):
            try:
                sheet = workbook.get_sheet_by_index(number)
            except Exception:
                if number or len(workbook.sheet_names) > 1:
                    continue  # a sheet of charts only
                raise
            # A single cell far away makes a table of millions: look before unfolding it.
            total += sheet.total_height
            if total > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
                raise TooLarge()
            merges = sheet.merged_cell_ranges or []
            if len(merges) > MOST_MERGES:
                raise TooLarge()
            yield {"name": name, "merges": [[*first, *last] for first, last in merges]}
            before: list[Cell] = [None] * (sheet.start or (0, 0))[1]
            for row in sheet.iter_rows():
                yield [*before, *map(_plain, row)]


def _plain(value: Any) -> Cell:
    """A cell as JSON carries it."""
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise CellTooLong()
        return value or None
    if isinstance(value, float | int | bool):
        return value
    if isinstance(value, datetime):
        # Excel knows no days without a time: midnight is a day.
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
