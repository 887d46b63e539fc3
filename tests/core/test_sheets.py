import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.core.sheets import (
    STARTERS,
    Sheet,
    clean,
    could_be_formula,
    csv_bytes,
    csv_cell,
    xlsx_book,
    xlsx_bytes,
)

# What XML can carry: no control characters but tab, line feed, carriage return.
MOMENT = datetime(2026, 3, 15, 9, 30, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))


def read_back(data, sheet=0):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


@given(st.lists(TEXT.filter(str.strip), min_size=1, max_size=6))
@example(["=1+1", "@SUM(A1)", "+8613800138000", "-5", "_x0041_", "王*明", "😀"])
def test_text_comes_back_from_xlsx_as_the_same_text(texts):
    data = xlsx_bytes("表", [f"h{i}" for i in range(len(texts))], [texts])
    assert read_back(data)[1] == texts


def test_no_cell_of_an_xlsx_is_a_formula():
    import zipfile

    data = xlsx_bytes("x", ["=1+1"], [["=1+1"], ["=cmd|' /C calc'!A0"], ["http://evil.example/"]])
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page
        assert "<hyperlink" not in page
        assert page.count('t="inlineStr"') == 4


def test_numbers_and_dates_keep_their_type():
    row = [3, 2.5, Decimal("161.33"), date(2026, 3, 15), MOMENT, True, None]
    assert read_back(xlsx_bytes("t", list("abcdefg"), [row]))[1] == [
        3,
        2.5,
        161.33,
        date(2026, 3, 15),
        MOMENT.replace(tzinfo=None),
        True,
        "",
    ]


def test_a_number_too_long_for_a_float_stays_exact_as_text():
    assert read_back(xlsx_bytes("t", ["a"], [[12345678901234567890]]))[1] == [
        "12345678901234567890"
    ]


def test_several_sheets_of_one_name_get_names_of_their_own():
    data = xlsx_book([Sheet("a/b[1]", ["x"], []), Sheet("a b 1", ["y"], []), Sheet("", ["z"], [])])
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == [
        "a b 1",
        "a b 1 2",
        "Sheet",
    ]


@given(st.lists(st.text(max_size=30), min_size=2, max_size=5))
@example(["＝1+1", " \t=1+1"])
@example(["\u200b=1+1", "\u3000@x"])
def test_no_csv_cell_begins_a_formula_and_all_text_can_be_read_back(texts):
    data = csv_bytes(["a"] * len(texts), [texts])
    assert data.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]
    assert len(cells) == len(texts)
    for cell, text in zip(cells, texts, strict=True):
        assert cell.removeprefix("'") == clean(text).removeprefix("'")
        assert not could_be_formula(cell)


@pytest.mark.parametrize(
    "text", ["+8613800138000", "+86 138 0013 8000", "-3.5", "+1", "-0", "138-0013-8000", "A03"]
)
def test_phones_and_numbers_stay_as_they_are_in_csv(text):
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    "text", ["=1", "-1+1", "+1-1", "--1", "+86-577-1", "@x", "\t1", "\n-1", " ＝1", "＋1", "－1"]
)
def test_whatever_could_be_a_formula_gets_an_apostrophe_in_csv(text):
    assert csv_cell(text) == f"'{text}"
    assert text.strip(" ")[0] in STARTERS


def test_values_of_every_kind_are_written_plainly_in_csv():
    data = csv_bytes(["a"], [[None, 3, date(2026, 3, 15), MOMENT, 1.5]])
    assert data.decode("utf-8-sig") == "a\r\n,3,2026-03-15,2026-03-15 09:30,1.5\r\n"
