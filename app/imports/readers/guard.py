"""Looking at a zip before anything opens it."""

import io
import re
import zipfile
from typing import Any

from app.imports.readers.limits import (
    MOST_PARTS,
    MOST_RATIO,
    MOST_UNFOLDED,
    SMALL,
    Unfolding,
    Unreadable,
)

# A document type has no place in a workbook; entities that grow or reach out live there.
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_HEAD = 4_096


def guard_zip(data: bytes) -> None:
    """Refuse a zip that unfolds beyond reason; declared sizes may lie, so bytes are counted."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            declared = sum(part.file_size for part in parts)
            allowed = min(MOST_UNFOLDED, max(SMALL, len(data) * MOST_RATIO))
            if len(parts) > MOST_PARTS or declared > allowed:
                raise Unfolding()
            left = allowed
            for part in parts:
                with archive.open(part) as stream:
                    left = _count_down(stream, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(field="file") from error
    except Exception as error:  # a torn member: zlib and struct have errors of their own
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(field="file") from error


def _count_down(stream: Any, left: int) -> int:
    first = True
    while chunk := stream.read(1_000_000):
        if first and _DOCTYPE.search(chunk[:_HEAD]):
            raise Unreadable(field="file")
        first = False
        left -= len(chunk)
        if left < 0:
            raise Unfolding()
    return left
