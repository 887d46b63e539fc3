"""Finding the table in a sheet: where it begins, what its columns mean, which rows are none.

Pure: takes rows, gives back where things stand and what each row says.
"""

from app.imports.tables.finding import Table, find_table
from app.imports.tables.headings import fold_heading
from app.imports.tables.layout import Layout, RowSort, sort_row
from app.imports.tables.rows import CHUNK, ReadRow, SheetPlan, SheetReader, chunks, document_of
from app.imports.tables.shift import Shift, find_shift

__all__ = [
    "CHUNK",
    "Layout",
    "ReadRow",
    "RowSort",
    "SheetPlan",
    "SheetReader",
    "Shift",
    "Table",
    "chunks",
    "document_of",
    "find_shift",
    "find_table",
    "fold_heading",
    "sort_row",
]
