import io
import subprocess
import zipfile

import pytest
import xlsxwriter

from app.imports.readers import TooLarge, Unreadable, files, limits, read_sheets
from app.imports.readers.text import read_csv
from tests.imports.tables import HEAD, bomb, csv_bytes, ministry_rows, xlsx


def test_a_workbook_is_read_as_it_stands():
    (sheet,) = read_sheets(xlsx(ministry_rows()))
    assert sheet.name == "名单"
    assert sheet.rows[2][: len(HEAD)] == HEAD
    assert sheet.rows[4][2] == 4199010001.0
    assert sheet.rows[3][0] == "江城省（3所）"
    assert set(sheet.rows[3][1:]) <= {"", None}


def test_dates_and_truths_of_a_workbook_become_plain():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_boolean(0, 0, True)
        sheet.write_formula(0, 1, "=1/0", None, "#DIV/0!")
        sheet.write_string(0, 2, "=HYPERLINK()")
    ((row,),) = [sheet.rows for sheet in read_sheets(target.getvalue())]
    assert row[0] is True
    assert row[2] == "=HYPERLINK()"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_the_encodings_it_comes_in(encoding, separator):
    rows = [["学校名称", "学校标识码"], ["江城大学", "4199010001"], ['带"引号",和逗号', ""]]
    assert read_csv(csv_bytes(rows, encoding, separator)) == rows


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n ",
        b"\x00\x01\x02",
        b"abc\x00def",
        b"PK\x03\x04 and nothing more",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing more",
        b"\xff\xfe\x00",
        b"\x81",
    ],
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises(Unreadable):
        read_sheets(data)


def test_a_zip_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(Unreadable):
        read_sheets(target.getvalue())


def test_a_bomb_is_refused_before_it_is_unfolded(monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("it was unfolded"))
    with pytest.raises(TooLarge):
        read_sheets(bomb())


def test_a_bomb_that_lies_about_its_size_is_counted_out(monkeypatch):
    data = bomb(20_000_000)
    # The central directory holds the declared size: call it small.
    size = (20_000_000).to_bytes(4, "little")
    lie = data.replace(size, (1000).to_bytes(4, "little"))
    assert lie != data
    with pytest.raises(Unreadable):
        read_sheets(lie)


def test_too_many_parts_are_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(limits.MOST_PARTS + 1):
            archive.writestr(f"{number}", "")
    with pytest.raises(TooLarge):
        read_sheets(target.getvalue())


def test_one_cell_far_away_does_not_fill_the_memory():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "here")
        sheet.write(1_048_575, 16_383, "there")
    with pytest.raises(TooLarge):
        read_sheets(target.getvalue())


def test_too_many_lines_of_text_are_refused():
    with pytest.raises(TooLarge):
        read_csv(b"a\n" * (limits.MOST_ROWS + 1))
    with pytest.raises(TooLarge):
        read_csv(b"," * limits.MOST_COLUMNS)
    with pytest.raises(Unreadable):
        read_csv(b'"' + b"x" * 200_000)


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    def late(*_args, **given):
        raise subprocess.TimeoutExpired("reader", given["timeout"])

    monkeypatch.setattr(subprocess, "run", late)
    with pytest.raises(TooLarge):
        read_sheets(xlsx(ministry_rows()))


def test_the_child_knows_nothing_of_our_secrets(monkeypatch):
    monkeypatch.setenv("XUNPIN_SECRET_KEY", "secret")
    seen = {}
    run = subprocess.run

    def watched(command, **given):
        seen.update(given["env"])
        return run(command, **given)

    monkeypatch.setattr(subprocess, "run", watched)
    read_sheets(xlsx(ministry_rows()))
    assert set(seen) == {"PATH", "PYTHONPATH", "LANG"}


def test_the_child_lives_within_its_limits():
    program = (
        "from app.imports.readers import child; child.limit();"
        "import sys\n"
        "try:\n    bytearray(600_000_000)\nexcept MemoryError:\n    sys.exit(3)"
    )
    root = files.Path(files.__file__).parents[3]
    done = subprocess.run([files.sys.executable, "-c", program], cwd=root, check=False, timeout=60)
    assert done.returncode == 3
