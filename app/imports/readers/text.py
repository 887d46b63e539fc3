"""Text tables: the encodings they come in, the separators, the ends of their lines."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from app.imports.readers.limits import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    CellTooLong,
    TooLarge,
    Unreadable,
)

SEPARATORS = ",;\t|，"
# Line ends of other worlds: vertical tab, form feed, the separators, NEL, U+2028, U+2029.
_ODD_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_ODD_END = re.compile(f"[{_ODD_ENDS}]")
_SAMPLE = 60


def decode(data: bytes) -> str:
    """Text in one of the encodings such files come in.

    The order matters: utf-8 refuses what is not utf-8, gb18030 takes almost anything.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        ladder: tuple[str, ...] = ("utf-16",)
    else:
        ladder = ("utf-8-sig", "utf-8", "gb18030")
    for encoding in ladder:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(field="file")


def read_csv(data: bytes) -> list[list[Cell]]:
    """The rows of a text as they stand."""
    return list(iter_csv(data))


def iter_csv(data: bytes) -> Iterator[list[Cell]]:
    """The rows of a text, one by one: any separator, any line ends, also mixed ones.

    A line ``sep=;`` above the table, which Excel writes and reads, is obeyed and left out.
    """
    text = mend_ends(decode(data))
    named = re.match(r"\ufeff?sep=(.)\r?\n?", text)
    separator = named[1] if named else separator_of(text)
    if named:
        text = text[named.end() :]
    previous = csv.field_size_limit(LONGEST_CELL + 1)
    count = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            count += 1
            if count > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise TooLarge()
            yield list(row)
    except csv.Error as error:
        raise (
            CellTooLong() if "field limit" in str(error) else Unreadable(field="file")
        ) from error
    finally:
        csv.field_size_limit(previous)


def mend_ends(text: str) -> str:
    """Line ends that csv does not know as the ones it does; inside quotes nothing is touched.

    A carriage return alone, CR CR LF (a file that went through two machines) and mixtures are
    known to csv or give empty lines, which nobody minds.
    """
    if not _ODD_END.search(text):
        return text
    if '"' not in text:
        return _ODD_END.sub("\n", text)
    parts = text.split('"')
    parts[::2] = [_ODD_END.sub("\n", part) for part in parts[::2]]
    return '"'.join(parts)


def separator_of(text: str) -> str:
    """The sign that cuts the most of the first lines into the same number of cells."""
    lines = [line for line in text[:40_000].splitlines() if line.strip()][:_SAMPLE]
    best, found = (0, 0), ","
    for sign in SEPARATORS:
        counts = Counter(n for line in lines if (n := line.count(sign)))
        if counts:
            cells, agreeing = counts.most_common(1)[0]
            score = (agreeing, cells)
            # The full-width comma stands in sentences: only where nothing else cuts.
            if score > best and not (sign == "，" and best[0] > 0):
                best, found = score, sign
    return found
