import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.readers import Sheet, Unreadable, read_sheets
from app.imports.services import in_english
from app.imports.services.school_rows import code_of, read_school_list, short_city, text_of
from tests.imports.tables import HEAD, csv_bytes, ministry_rows, school, xlsx


def read(rows):
    return read_school_list([Sheet("", rows)])


def test_the_ministrys_layout_is_understood():
    found = read_school_list(read_sheets(xlsx(ministry_rows())))
    assert found.groups == 2
    assert found.problems == []
    assert [row.number for row in found.rows] == [5, 6, 7, 9]
    first = found.rows[0].values
    assert first == {
        "name": "江城大学",
        "moe_code": "4199010001",
        "supervisor": "江城省",
        "city": "江城",
        "tier": "本科",
        "remark": "",
        "province": "江城省",
    }
    assert found.rows[2].values["name"] == "江城职业学院"
    assert found.rows[2].values["remark"] == "民办"
    assert found.rows[3].values["province"] == "海滨市"
    assert found.skipped == [(10, "注：名单截至上月。")]
    assert all(not row.faults and not row.doubts for row in found.rows)


def test_a_group_that_declares_another_number_is_a_problem():
    rows = ministry_rows()
    del rows[5]
    found = read(rows)
    assert in_english(found.problems) == ["Row 4: 江城省 declares 3 schools, 2 follow."]


def test_a_group_at_the_end_with_nothing_after_it_is_a_problem():
    rows = [*ministry_rows(), ["空省（2所）"]]
    assert in_english(read(rows).problems) == ["Row 11: 空省 declares 2 schools, 0 follow."]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (4142010486.0, "4142010486"),
        (4142010486, "4142010486"),
        ("4142010486", "4142010486"),
        (" 4142010486\u3000", "4142010486"),
        ("'4142010486", "4142010486"),
        ("4142010486.0", "4142010486"),
        ("", ""),
        (None, ""),
        ("  ", ""),
        ("4.14E+09", None),
        (4.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("414201048", None),
        ("41420104861", None),
        ("414201048x", None),
        ("４１４２０１０４８６", None),
        (-4142010486.0, None),
    ],
)
def test_a_code_is_ten_digits_whatever_excel_made_of_it(cell, code):
    assert code_of(cell) == code


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_no_cell_breaks_the_reading(cell):
    code = code_of(cell)
    assert code is None or code == "" or len(code) == 10
    text = text_of(cell)
    assert text == text.strip()
    assert text.isprintable()


@given(st.lists(st.lists(st.one_of(st.none(), st.floats(), st.text(max_size=12)), max_size=8)))
def test_no_rows_break_the_reading(rows):
    found = read([HEAD, *rows])
    assert len(found.rows) + len(found.skipped) <= len(rows)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("武汉市", "武汉"),
        ("武汉", "武汉"),
        ("昌吉回族自治州", "昌吉回族自治州"),
        ("津市市", "津市"),
        ("沙市", "沙市"),
        ("市辖区", ""),
        ("省直辖县级行政区划", ""),
        ("", ""),
    ],
)
def test_cities_are_called_as_people_call_them(text, city):
    assert short_city(text) == city


def test_rows_that_cannot_be_used_say_why():
    rows = [
        HEAD,
        school(1, "", 4199010001.0),
        school(2, "江城大学", "12"),
        school(3, "海滨大学", 4199010003.0),
        school(4, "另一所", 4199010003.0),
        school(5, "字" * 101, 4199010005.0),
    ]
    faults = [in_english(row.faults) for row in read(rows).rows]
    assert faults == [
        ["The name is missing."],
        ["The code must have ten digits, not “12”."],
        [],
        ["The code stands in row 4 already."],
        ["The name is longer than 100 characters."],
    ]


def test_doubtful_rows_are_taken_and_pointed_at():
    rows = [
        HEAD,
        school(1, "江城军事学院", ""),
        school(2, "江城大学", 4199010001.0, tier="研究院"),
        school(3, "海滨大学", 4199010002.0, city="市辖区"),
    ]
    doubts = [in_english(row.doubts) for row in read(rows).rows]
    assert doubts == [
        ["The school has no code; it is found by its name."],
        ["“研究院” is no tier the ministry uses."],
        ["“市辖区” is no city's name and is left out."],
    ]


def test_a_heading_repeated_on_a_new_page_is_skipped():
    rows = [HEAD, school(1, "江城大学", 4199010001.0), HEAD, school(2, "海滨大学", 4199010002.0)]
    found = read(rows)
    assert [row.values["name"] for row in found.rows] == ["江城大学", "海滨大学"]
    assert len(found.skipped) == 1


def test_a_plain_table_with_names_and_codes_is_enough():
    data = csv_bytes([["name", "moe_code"], ["江城大学", "4199010001"], ["江城军校", ""]])
    found = read_school_list(read_sheets(data))
    assert [row.values["moe_code"] for row in found.rows] == ["4199010001", None]
    assert found.rows[1].values["name"] == "江城军校"
    assert "city" not in found.rows[0].values


def test_columns_may_stand_in_any_order_and_in_a_later_sheet():
    sheets = [
        Sheet("封面", [["说明"], []]),
        Sheet(
            "表", [[], ["学校标识码", "所 在 地", "学校名称"], ["4199010001", "江城市", "江城大学"]]
        ),
    ]
    (row,) = read_school_list(sheets).rows
    assert (row.values["name"], row.values["city"], row.number) == ("江城大学", "江城", 3)


def test_a_table_of_something_else_is_refused():
    with pytest.raises(Unreadable):
        read([["城市", "人口"], ["武汉", 1]])


def test_a_list_without_a_school_is_a_problem():
    assert in_english(read([HEAD]).problems) == ["There is no school in this file."]
