"""How rows travel from the child: a line that says what they are, then a line of cells for each.

JSON and nothing that could be run: the child has read what strangers wrote.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import orjson

from app.imports.kinds import Seen
from app.imports.reasons import Found
from app.imports.tables import ReadRow

# The last line; without it a child was ended before it was done.
END = b"end\n"


class Broken(Exception):
    """What came is not all that was to come."""


def lines_of(chunk: Sequence[ReadRow]) -> Iterator[bytes]:
    """The lines of some rows; cells are documents and have no line ends."""
    yield _line([_flat(row) for row in chunk])
    for row in chunk:
        yield row.cells + b"\n"


def read_chunks(stream: IO[bytes]) -> Iterator[list[ReadRow]]:
    """The rows of :func:`lines_of`, chunk by chunk; raises :class:`Broken` if they break off."""
    while (line := stream.readline()) != END:
        if not line.endswith(b"\n"):
            raise Broken()
        yield [_row(flat, stream.readline()) for flat in _opened(line)]


def _line(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Half a character, a number of twenty digits: json takes them, and must give them back.
        return f" {json.dumps(value)}\n".encode()


def _opened(line: bytes) -> Any:
    return json.loads(line) if line.startswith(b" ") else orjson.loads(line)


def _flat(row: ReadRow) -> list[Any]:
    seen = row.seen
    if seen is None:
        return [row.sheet, row.number, row.sort]
    found = [(one.code, one.field, one.params) for one in seen.found]
    return [row.sheet, row.number, row.sort, seen.values, found]


def _row(flat: Sequence[Any], cells: bytes) -> ReadRow:
    if not cells.endswith(b"\n"):
        raise Broken()
    row = ReadRow(flat[0], flat[1], cells[:-1], flat[2])
    if len(flat) > 3:
        row.seen = Seen(flat[3], _founds(flat[4]))
    return row


def _founds(found: Iterable[Sequence[Any]]) -> list[Found]:
    return [Found(*one) for one in found]
