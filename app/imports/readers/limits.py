"""What a file may take, and how it is refused when it takes more."""

from app.core.errors import DomainError
from app.core.text import N_

Cell = str | float | int | bool | None

# Of the child: address space in bytes, seconds of processor time.
MEMORY = 512 * 1024 * 1024
SECONDS = 60
# Of a file as it arrives.
MOST_BYTES = 64_000_000
# Of a table: 100,000 rows of content and what stands around them.
MOST_ROWS = 120_000
MOST_COLUMNS = 200
MOST_SHEETS = 400
MOST_MERGES = 200_000
# Excel itself keeps no more characters than these in a cell.
LONGEST_CELL = 32_767
# A workbook is a zip: how large it may unfold, into how many parts, how many times its size.
MOST_UNFOLDED = 400_000_000
MOST_PARTS = 2_000
MOST_RATIO = 200
SMALL = 10_000_000


class Unreadable(DomainError):
    """A file that is no table, or one that would hurt."""

    code = "unreadable"
    message = N_("This file cannot be read as a table. Save it as xlsx or csv and try again.")


class TooLarge(Unreadable):
    """A table beyond what an import takes."""

    code = "table-too-large"
    message = N_("This table is too large: at most %(rows)s rows and %(columns)s columns.")

    def __init__(self, message: str | None = None, /) -> None:
        super().__init__(message, rows=MOST_ROWS, columns=MOST_COLUMNS, field="file")


class Unfolding(TooLarge):
    """A small file that would unfold into a huge one."""

    code = "unfolds-too-large"
    message = N_("This file unfolds into far more than a table needs and was not opened.")


class CellTooLong(TooLarge):
    """A cell that holds a book."""

    code = "cell-too-long"
    message = N_("A cell of this file is longer than Excel allows.")
