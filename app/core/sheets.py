"""Spreadsheets out: tables as xlsx and as csv, in which no cell can ever be a formula.

An xlsx cell carries its type, so text is written as text whatever it begins with. A csv has
no types: a program that opens it guesses, and takes ``=…`` for a formula. There a text that
could be taken for one gets an apostrophe before it; only a strict number or an international
phone number is let through, because ``+8613800138000`` must stay what it is.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell: TypeAlias = str | int | float | Decimal | date | datetime | bool | None

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
# What Excel, LibreOffice and WPS may read as the beginning of a formula, full-width forms too.
STARTERS = frozenset("=+-@\t\r\n＝＋－＠")
_HARMLESS = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?|\+[0-9]{1,3}( [0-9]{2,12}){1,4}")
_LONGEST = 32_767
_EXACT = 10**15
_FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True)
class Sheet:
    """One table: what it is called, its column headings, its rows."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def xlsx_bytes(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One table as an xlsx file; rows are written out as they come."""
    return xlsx_book([Sheet(title, headers, rows)])


def xlsx_book(sheets: Iterable[Sheet]) -> bytes:
    """Several tables as one xlsx file, a sheet each."""
    # Loaded by who writes one: it costs every start of a process.
    from xlsxwriter import Workbook

    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(target, options) as book:
        heading = book.add_format({"bold": True, "bottom": 1})
        formats: dict[type, Any] = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        taken: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_free_title(sheet.title, taken))
            _write_sheet(page, sheet, heading, formats)
    return target.getvalue()


def csv_bytes(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One table as csv in UTF-8 with a byte order mark (without it Excel guesses GBK)."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    for row in chain([headers], rows):
        writer.writerow([csv_cell(value) for value in row])
    return target.getvalue().encode("utf-8-sig")


def csv_cell(value: Cell) -> str:
    """A value as a csv cell that no program takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    text = value.isoformat() if isinstance(value, date) else clean(str(value))
    return f"'{text}" if could_be_formula(text) else text


def could_be_formula(text: str) -> bool:
    """Whether the first thing in a text that is not a blank begins a formula."""
    for ch in text:
        if ch in STARTERS:
            return _HARMLESS.fullmatch(text) is None
        if not ch.isspace() and ch.isprintable():
            return False
    return False


def clean(text: str) -> str:
    """A text without what no file can hold: NUL, lone surrogates."""
    return "".join(ch for ch in text if ch != "\0" and not "\ud800" <= ch <= "\udfff")


def _write_sheet(page: "Worksheet", sheet: Sheet, heading: Any, formats: dict[type, Any]) -> None:
    rows = iter(sheet.rows)
    first = list(islice(rows, 100))
    for column, width in enumerate(_widths([sheet.headers, *first])):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    for column, text in enumerate(sheet.headers):
        page.write_string(0, column, clean(str(text)), heading)
    for number, row in enumerate(chain(first, rows), start=1):
        for column, value in enumerate(row):
            _write_cell(page, number, column, value, formats)


def _write_cell(
    page: "Worksheet", row: int, column: int, value: Cell, formats: dict[type, Any]
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif _is_exact_number(value):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), formats[datetime])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats[date])
    else:
        page.write_string(row, column, clean(str(value))[:_LONGEST])


def _is_exact_number(value: Cell) -> bool:
    if not isinstance(value, int | float | Decimal):
        return False
    return math.isfinite(value) and abs(float(value)) < _EXACT


def _widths(rows: Iterable[Sequence[Cell]]) -> list[int]:
    """Column widths in characters, a Han character counting two; between 8 and 40."""
    widths: list[int] = []
    for row in rows:
        for column, value in enumerate(row):
            if column == len(widths):
                widths.append(8)
            text = "" if value is None else str(value)[:40]
            wide = sum(2 if east_asian_width(ch) in "WF" else 1 for ch in text) + 2
            widths[column] = min(40, max(widths[column], wide))
    return widths


def _free_title(title: str, taken: set[str]) -> str:
    """A sheet name Excel accepts: at most 31 characters, none of ``[]:*?/\\``, no other's."""
    name = _FORBIDDEN_IN_TITLES.sub(" ", clean(title)).strip().strip("'")[:28] or "Sheet"
    name = f"{name} 1" if name.lower() in {"history", "historique"} else name
    found, number = name, 1
    while found.lower() in taken:
        number += 1
        found = f"{name} {number}"
    taken.add(found.lower())
    return found
