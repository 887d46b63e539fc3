"""Finding the table in a sheet: where it begins, what its columns mean, which rows are none.

Pure: takes rows, gives back where things stand.
"""

from app.imports.tables.finding import Table, find_table
from app.imports.tables.headings import fold_heading
from app.imports.tables.layout import Layout, RowSort, sort_row
from app.imports.tables.shift import Shift, find_shift

__all__ = [
    "Layout",
    "RowSort",
    "Shift",
    "Table",
    "find_shift",
    "find_table",
    "fold_heading",
    "sort_row",
]
