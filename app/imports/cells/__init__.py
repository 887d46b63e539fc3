"""What one cell says: text as it was meant, codes, pay, levels, dates. Pure.

A reader takes a cell as the file holds it and returns ``(value, found)``: the value to keep, and
the reason where there is something to say. An empty cell gives an empty value and no reason.
"""

from app.imports.cells.codes import Code, has_id_number, hide_id_numbers, read_code
from app.imports.cells.days import read_day
from app.imports.cells.numbers import read_openings_cell
from app.imports.cells.people import read_email, read_phone
from app.imports.cells.text import clean, one_line, plain, unlist
from app.imports.cells.vocabulary import (
    read_levels,
    read_majors,
    read_ownership,
    read_pillar,
    read_place,
    read_truth,
)

__all__ = [
    "Code",
    "clean",
    "has_id_number",
    "hide_id_numbers",
    "one_line",
    "plain",
    "read_code",
    "read_day",
    "read_email",
    "read_levels",
    "read_majors",
    "read_openings_cell",
    "read_ownership",
    "read_phone",
    "read_pillar",
    "read_place",
    "read_truth",
    "unlist",
]
