"""Two at once, a kill in the middle, and files that mean harm."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core.clock import frozen
from app.core.db import db, is_sqlite
from app.core.transaction import in_steps, transaction
from app.employers.models import Employer
from app.imports import queries, services
from app.imports.models import ImportRow
from app.imports.readers import TooLarge, Unreadable, limits, read_sheets
from app.imports.readers.text import read_csv
from app.imports.services import checks
from app.imports.states import ImportKind, ImportStatus
from tests.factories import make_employer, make_fair, make_staff
from tests.imports.tables import (
    EMPLOYER_HEAD,
    bomb,
    company_name,
    credit_code,
    csv_bytes,
    damaged_employers,
    xlsx,
)
from tests.imports.test_employers import row
from tests.live import run_together

ROOT = Path(__file__).parents[2]


def checked(rows):
    """A checked batch, with real commits."""
    batch = received(rows)
    in_steps(services.check_steps(batch))
    return batch.uid


def received(rows):
    """A batch that is to be checked."""
    data = csv_bytes(rows)
    with transaction():
        key = services.seal_file(data)
        return services.receive(ImportKind.EMPLOYERS, key=key, data=data, name="a.csv", by=None)


@pytest.mark.own_database
def test_of_two_who_apply_companies_at_once_one_does_and_the_others_are_told(live_app):
    with live_app.app_context():
        make_staff(Role.PLANNER)
        uid = checked([EMPLOYER_HEAD, *(row(number) for number in range(1, 40))])

    def act(_):
        batch = queries.get_batch(uid)
        with transaction():
            services.apply_batch(batch, {}, by=None)
        return True

    results = run_together(live_app, 4, act)
    assert results.count(True) == 1, results
    assert all(one is True or isinstance(one, services.AppliedAlready) for one in results), results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Employer.id))) == 39


@pytest.mark.own_database
def test_a_name_that_somebody_took_meanwhile_is_told_and_nothing_is_written(live_app):
    with live_app.app_context():
        known = make_employer(name=company_name(1), uscc=credit_code(1))
        db.session.commit()
        uid = checked([EMPLOYER_HEAD, row(1, name="改名以后的公司")])
        make_employer(name="改名以后的公司", uscc=credit_code(2))
        db.session.commit()
        with pytest.raises(services.Outdated), transaction():
            services.apply_batch(queries.get_batch(uid), {}, by=None)
        db.session.expire_all()
        assert known.name == company_name(1)
        assert queries.get_batch(uid).status is ImportStatus.CHECKED


def keep_steps(number, at):
    """How many steps keep the rows of a file of so many, at a moment."""
    with frozen(at):
        batch = received([EMPLOYER_HEAD, *(row(n) for n in range(1, number + 1))])
        steps = list(services.check_steps(batch))
        # One begins, one ends; nothing else is done with the database.
        return len(steps) - 2, services.rest_between_steps() > 0


def test_a_check_beside_open_doors_goes_in_smaller_steps_on_sqlite_with_rests(app):
    fair = make_fair()
    assert keep_steps(220, fair.ends_at) == (1, False)
    expected = (5, True) if is_sqlite() else (2, False)
    assert keep_steps(220, fair.starts_at) == expected


def rows_of(batch):
    """What is kept of the rows: where, verdict, values."""
    query = select(ImportRow).filter_by(batch_id=batch.id)
    rows = db.session.scalars(query.order_by(ImportRow.sheet, ImportRow.number))
    return [(row.sheet, row.number, row.verdict, row.values, row.cells) for row in rows]


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_rows_judged_again_are_all_there_however_early_the_check_is_ended(app, monkeypatch, taken):
    monkeypatch.setattr(checks, "TOGETHER", 2)
    batch = queries.get_batch(checked([EMPLOYER_HEAD, *(row(n) for n in range(1, 8))]))
    before, totals = rows_of(batch), batch.totals
    assert len(before) == batch.done == 8  # with the headings
    with transaction():
        services.check_again(batch)
    in_steps(islice(services.check_steps(batch), taken))
    # The worker died here; the sweep begins again.
    in_steps(services.check_steps(batch))
    assert rows_of(batch) == before
    assert (batch.status, batch.done, batch.totals) == (ImportStatus.CHECKED, 8, totals)


KILLED = """
import sys
from pathlib import Path
from app.core.clock import frozen
from app.core.db import db, is_sqlite
from app.core.transaction import transaction
from app.factory import create_app
from app.imports import queries, services
from app.imports.services import batches
from tests.databases import make_settings

app = create_app(make_settings(Path(sys.argv[1]), sys.argv[2]))

def slow(*given, **named):
    # Everything is written and nothing is committed: the worst moment.
    print("written", flush=True)
    sys.stdin.read()

batches.record = slow
with app.app_context():
    batch = queries.get_batch(sys.argv[3])
    with transaction():
        services.apply_batch(batch, {}, by=None)
"""


@pytest.mark.own_database
def test_a_kill_while_applying_leaves_nothing_and_it_can_be_done_again(live_app, tmp_path):
    with live_app.app_context():
        uid = checked([EMPLOYER_HEAD, *(row(number) for number in range(1, 60))])
        url = live_app.config["SQLALCHEMY_DATABASE_URI"]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), url, uid],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout.readline().strip() == b"written"
        process.send_signal(signal.SIGKILL)
        process.wait()
    with live_app.app_context():
        assert db.session.scalar(select(func.count(Employer.id))) == 0
        batch = queries.get_batch(uid)
        assert batch.status is ImportStatus.CHECKED
        with transaction():
            services.apply_batch(batch, {}, by=None)
        assert db.session.scalar(select(func.count(Employer.id))) == 59


# ------------------------------------------------------------------------------- hostile files


def workbook(fill):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        fill(book.add_worksheet())
    return target.getvalue()


def replaced(data, part, content):
    """A workbook with one of its parts replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.infolist():
            new.writestr(one.filename, content if one.filename == part else old.read(one))
    return target.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    + ']><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<si><t>&k;</t></si></sst>"
)
OUTWARD = LAUGHS.replace('"ha"', 'SYSTEM "file:///etc/passwd"')


@pytest.mark.parametrize("text", [LAUGHS, OUTWARD])
def test_entities_have_no_place_in_a_workbook(text, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("it was opened"))
    data = replaced(xlsx([["a", "b"]]), "xl/sharedStrings.xml", text)
    with pytest.raises(Unreadable):
        read_sheets(data)


def test_a_sheet_of_every_column_is_refused():
    with pytest.raises(TooLarge):
        read_sheets(workbook(lambda sheet: sheet.write_row(0, 0, ["x"] * 16_384)))


def test_one_merge_over_the_whole_sheet_costs_nothing():
    def fill(sheet):
        sheet.write_row(1, 0, EMPLOYER_HEAD)
        sheet.merge_range(0, 0, 0, 1, "")

    # Written small and then made large: a writer of sheets fills every cell it merges.
    part, data = "xl/worksheets/sheet1.xml", workbook(fill)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = book.read(part).decode()
    assert 'ref="A1:B1"' in text
    large = text.replace('ref="A1:B1"', 'ref="A1:XFD1048576"')
    assert len(read_sheets(replaced(data, part, large))[0].rows) <= 2


def test_a_cell_that_holds_a_book_is_refused():
    with pytest.raises(limits.CellTooLong):
        read_csv(b'"' + b"x" * 32_000_000 + b'",1\n')
    sheet = "xl/worksheets/sheet1.xml"
    data = xlsx([["a"]], merged=False)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        text = book.read(sheet).decode()
    long = text.replace('t="s"', 't="str"').replace("<v>0</v>", f"<v>{'x' * 5_000_000}</v>")
    with pytest.raises(Unreadable):
        read_sheets(replaced(data, sheet, long))


# fmt: off
ENCODINGS = [
    "ascii", "big5", "big5hkscs", "cp037", "cp437", "cp850", "cp852", "cp866", "cp932",
    "cp936", "cp949", "cp950", "cp1250", "cp1251", "cp1252", "cp1256", "cp1258", "euc_jp",
    "euc_kr", "gb2312", "gb18030", "gbk", "hz", "iso2022_jp", "iso2022_kr", "iso8859_1",
    "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_15", "koi8_r", "mac_cyrillic",
    "mac_roman", "ptcp154", "shift_jis", "utf_7", "utf_8", "utf_8_sig", "utf_16", "utf_32",
]
# fmt: on


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_forty_encodings_are_read_or_refused(encoding):
    text = "单位名称,联系电话\n瓯屿,13800138000\n"
    data = text.encode(encoding, errors="replace")
    try:
        sheets = read_sheets(data)
    except Unreadable:
        return
    assert sheets[0].rows


def test_changed_bytes_never_crash_the_reader():
    random = Random(5)
    whole = xlsx(damaged_employers(20)[0])
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(random.randrange(1, 60)):
            data[random.randrange(len(data))] = random.randrange(256)
        data = bytes(data[: random.randrange(10, len(data))] if random.random() < 0.3 else data)
        try:
            read_sheets(data)
        except Unreadable:
            continue


def test_a_bomb_is_told_by_its_own_reason():
    with pytest.raises(limits.Unfolding):
        read_sheets(bomb(220_000_000))


def test_nothing_of_a_file_stays_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_sheets(xlsx([["a"]]))
    with pytest.raises(Unreadable):
        read_sheets(b"PK\x03\x04 torn")
    assert list(tmp_path.iterdir()) == []
