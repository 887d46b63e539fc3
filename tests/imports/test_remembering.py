"""What is remembered from cell to cell, and the short cuts for cells that need nothing: no verdict
may depend on either."""

import json

import orjson
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from app.imports.cells import one_line
from app.imports.cells.text import _FOLDS, _TABLE, _WIDE, clean, plain
from app.imports.kinds import KINDS
from app.imports.models import ImportRow
from app.imports.reasons import Found
from app.imports.services.judged import JudgedRow, keep_found
from app.imports.services.staging import _INSERT, ready_rows
from app.imports.states import ImportKind, RowAction, RowVerdict
from app.imports.tables import document_of
from tests.imports.tables import LEVELS, MAJORS, PAYS, PLACES, TITLES, company_name, credit_code

POSITIONS = KINDS[ImportKind.POSITIONS]
FIELDS = POSITIONS.all_fields
# Cells as they come: what the tables of the tests hold, damaged by letters of the sorts that are
# taken out or folded; and anything at all.
ODD = st.sampled_from("\u200b\u00a0\u3000\u202a\ufeff\u2028\x0b\x85\t\n  ５Ａｚ，；()'[]·—é①㎏")
KNOWN = [*LEVELS, *MAJORS, *PAYS, *PLACES, *TITLES, "5人", "若干", "3-5人", "2026-12-31", "46022"]
KNOWN += [company_name(1), credit_code(1), credit_code(1)[:17], "13800138000", "限男", "35岁以下"]
CELLS = st.one_of(
    st.sampled_from(KNOWN),
    st.builds(
        lambda text, odd, at: text[:at] + odd + text[at:],
        st.sampled_from(KNOWN),
        ODD,
        st.integers(0, 6),
    ),
    st.text(max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
)
ROWS = st.lists(st.lists(CELLS, min_size=len(FIELDS), max_size=len(FIELDS)), max_size=6)


def read(cells):
    seen = POSITIONS.read(cells, dict(enumerate(FIELDS.values())))
    return seen.values, seen.found


def read_afresh(cells):
    """As the first row of a process reads it."""
    for field in FIELDS.values():
        field.known.clear()
    return read(cells)


@given(ROWS)
def test_a_row_says_the_same_whatever_rows_were_read_before_it(rows):
    fresh = [read_afresh(cells) for cells in rows]
    for field in FIELDS.values():
        field.known.clear()
    assert [read(cells) for cells in rows] == fresh
    assert [read(cells) for cells in rows] == fresh


def test_what_is_done_to_one_row_does_not_reach_the_next():
    cells = ["本科及以上", "会计学，财务管理", "约10人", "限男，35岁以下"]
    names = ["levels", "majors", "openings", "requirements"]
    columns = {at: FIELDS[name] for at, name in enumerate(names)}
    first = POSITIONS.read(cells, columns)
    before = json.dumps(first.values), [dict(one.params) for one in first.found]
    for value in first.values.values():
        if isinstance(value, list):
            value.clear()
    for one in first.found:
        one.params["text"] = "somebody else's"
    second = POSITIONS.read(cells, columns)
    assert (json.dumps(second.values), [dict(one.params) for one in second.found]) == before
    assert second.values["levels"]
    assert second.values["majors"]
    assert second.values["hints"] == ["限男", "35岁以下"]


def test_what_is_taken_out_of_cells_does_not_print_or_is_a_wide_letter():
    odd = [chr(code) for code in _TABLE]
    assert [ch for ch in odd if ch.isprintable() and not _WIDE.match(ch)] == []
    # And no blank but the plain one prints, so that none is overlooked where blanks are folded.
    assert [
        chr(code) for code in range(0x110000) if chr(code).isspace() and chr(code).isprintable()
    ] == [" "]


@given(CELLS)
def test_a_cell_that_needs_no_cleaning_is_known_by_sight(cell):
    cleaned = plain(cell).translate(_TABLE).strip()
    assert clean(cell) == cleaned
    assert one_line(cell) == (" ".join(cleaned.split()) if _FOLDS.search(cleaned) else cleaned)


def test_every_column_of_a_row_is_kept():
    assert {column.name for column in ImportRow.__table__.columns} - {"id"} == set(_INSERT.names)


def test_a_kept_row_reads_as_the_types_of_its_columns_would_have_written_it(app):
    row = JudgedRow(
        sheet=1,
        number=7,
        verdict=RowVerdict.WARNING,
        cells=document_of({"cells": ["温州", None, 3.5]}),
        action=RowAction.CHANGED,
        values={"title": "会计", "majors": ["会计学"]},
        found=[Found("openings-zero", "openings", {"text": "0人"})],
        key="K",
        owner="wen-zhou",
        object_id=5,
        object_version=2,
        before={"title": "出纳"},
        phone="13800138000",
        before_phone="0577-88888888",
        decision="keep",
    )
    bare = JudgedRow(0, 1, RowVerdict.SKIPPED, document_of({"cells": []}), sort="above")
    for one in (row, bare):
        read = _INSERT.read(ready_rows(3, [one])[0], sqlite.dialect())
        named = {name: getattr(one, name) for name in set(read) & set(JudgedRow.__slots__)}
        named["cells"] = json.loads(one.cells)
        named["values"] = one.values or {"sort": one.sort}
        told = {"messages": keep_found(one.found), "batch_id": 3}
        codes = " ".join(found.code for found in one.found)
        assert read == named | told | {"reasons": f" {codes} " if codes else ""}


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_kept_document_says_what_it_was_given(value):
    document = {"cells": value}
    assert json.loads(document_of(document)) == document


def test_half_a_character_is_kept_as_json_keeps_it():
    assert json.loads(document_of({"cells": ["\ud83d"]})) == {"cells": ["\ud83d"]}
    assert orjson.loads(document_of({"cells": ["😀"]})) == {"cells": ["😀"]}
