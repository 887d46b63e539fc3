"""Reading tables that people bring: xlsx, xls, ods, csv. Never trusted, never guessed at for long.

Every file is read in a child process with little memory and time and nothing of ours in its
environment, so that a hostile one ends itself and not the server. The child writes plain rows;
the parent takes them one by one, so that a long table never stands in memory as a whole.
"""

from app.imports.readers.files import (
    Book,
    Merge,
    Sheet,
    SheetHead,
    open_book,
    read_sheets,
    rows_in,
)
from app.imports.readers.limits import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    TooLarge,
    Unreadable,
)

__all__ = [
    "MOST_BYTES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Book",
    "Cell",
    "Merge",
    "Sheet",
    "SheetHead",
    "TooLarge",
    "Unreadable",
    "open_book",
    "read_sheets",
    "rows_in",
]
