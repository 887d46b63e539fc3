"""A child that reads the rows of a long file: nothing depends on who read them, or on its end."""

import io
import os
import resource
import select as waiting
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import orjson
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.permissions import Scope
from app.core.clock import frozen
from app.core.db import db
from app.core.transaction import in_steps, transaction
from app.imports import queries, services
from app.imports.kinds import Seen
from app.imports.models import ImportEmployer, ImportRow
from app.imports.readers import MOST_ROWS, open_book
from app.imports.reasons import REASONS, Found
from app.imports.services import checks, judging
from app.imports.sharing import child, helper, limits
from app.imports.sharing.wire import END, Broken, lines_of, read_chunks
from app.imports.states import ImportKind, ImportStatus, RowVerdict
from app.imports.tables import CHUNK, ReadRow, document_of
from tests.factories import make_coming_fair, make_employer, make_fair, make_position, make_school
from tests.imports.tables import (
    EMPLOYER_HEAD,
    POSITION_HEAD,
    company_name,
    credit_code,
    csv_bytes,
    damaged_employers,
    id_number,
    posting,
    shifted_positions,
)
from tests.imports.test_employers import row
from tests.imports.test_fairs import PEOPLE, student

ROOT = Path(__file__).parents[2]

# ------------------------------------------------------------------------------- damaged files

ODD = "\u200b\u00a0\u3000\u2028\t\n  ５Ａ，；()'[]·—é①😀=\""
# What people put where something else should stand.
STRANGE = ["同上", "", None, "9.13303E+17", 3.30302199001011e17, 12.0, True, "合计", "?"]
STRANGE += ["限男，35岁以下", "x" * 6_000, "联系人：陈经理", "['本科', '大专']", "3-5人", "0"]
STRANGE += [id_number(7), f"见 {id_number(8)}"]


def damaged(rows, random, share=0.15):
    """Rows in which cells are changed, moved, emptied, and rows repeated, emptied or grouped."""
    found = []
    for cells in rows:
        cells = list(cells)
        while random.random() < share:
            at, act = random.randrange(len(cells)), random.randrange(3)
            if act == 0:
                cells[at] = random.choice(STRANGE)
            elif act == 1:
                text = str(cells[at] if cells[at] is not None else "")
                place = random.randrange(len(text) + 1)
                cells[at] = text[:place] + random.choice(ODD) + text[place:]
            else:
                cells = [*cells[:at], *cells[at + 1 :], None]
        found.append(cells)
        if random.random() < share / 3:
            extra = [[None] * len(cells), ["鹿城分团（3家）"], ["合计", None, 12], cells, found[0]]
            found.append(list(random.choice(extra)))
    return found


def book(*sheets):
    """A workbook of several sheets, with a few cells merged over rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as made:
        for number, rows in enumerate(sheets):
            page = made.add_worksheet(f"表{number}")
            for at, cells in enumerate(rows):
                page.write_row(at, 0, cells)
            for at in range(5, len(rows) - 3, 40):
                page.merge_range(at, 1, at + 2, 1, rows[at][1] if len(rows[at]) > 1 else "")
    return target.getvalue()


def employers(random):
    head, *rows = damaged_employers(1_300)[0]
    like = [row(n, name=company_name(n).replace("有限", "股份有限"), code="") for n in range(30)]
    return book([["名单"], head, *damaged([*rows, *like], random)])


def positions(random):
    first = damaged(shifted_positions(1_200)[0][1:], random)
    more = damaged([posting(number, random) for number in range(300)], random)
    note = [["说明"], ["请各分团填写"]]
    return book([["岗位表"], POSITION_HEAD, *first], note, [POSITION_HEAD, *more])


def participations(random):
    stands = ["", "A01", "?"]
    rows = [[company_name(n % 20), credit_code(n % 20), stands[n % 3], "是"] for n in range(60)]
    return book([["单位名称", "统一社会信用代码", "展位号", "是否用电"], *damaged(rows, random)])


def booths(random):
    rows = [[f"{random.choice('ABC')}{n % 50:02d}", "一号馆", "是"] for n in range(60)]
    return book([["展位号", "展馆", "是否有电"], *damaged(rows, random)])


def registrations(random):
    return book([PEOPLE, *damaged([student(n % 50) for n in range(60)], random)])


# ---------------------------------------------------------------------------------- both ways


def received(kind, data, fair=None):
    with transaction():
        key = services.seal_file(data)
        return services.receive(kind, key=key, data=data, name="a.xlsx", by=None, fair=fair)


def kept(batch):
    """Everything that is kept of a batch, without its own number."""
    db.session.expire_all()
    found = [batch.status, batch.totals, batch.mapping, batch.failure, batch.done, batch.total]
    for model in (ImportRow, ImportEmployer):
        names = [one.key for one in model.__table__.columns if one.key not in ("id", "batch_id")]
        query = select(model).filter_by(batch_id=batch.id).order_by(model.id)
        found.append([[getattr(one, name) for name in names] for one in db.session.scalars(query)])
    return found


@pytest.fixture
def share(monkeypatch):
    """Have every file shared; says how many children were started."""
    monkeypatch.setattr(checks, "MANY_ROWS", 0)
    # The one thing that is left to chance.
    monkeypatch.setattr(judging, "random_code", lambda: "NEW")
    started = []
    real = checks.start_helper
    monkeypatch.setattr(checks, "start_helper", lambda: started.append(1) or real())
    return started


MAKERS = {
    ImportKind.EMPLOYERS: employers,
    ImportKind.POSITIONS: positions,
    ImportKind.PARTICIPATIONS: participations,
    ImportKind.BOOTHS: booths,
    ImportKind.REGISTRATIONS: registrations,
}


FEWEST_REASONS = {
    ImportKind.EMPLOYERS: 12,
    ImportKind.POSITIONS: 10,
    ImportKind.PARTICIPATIONS: 4,
    ImportKind.BOOTHS: 2,
    ImportKind.REGISTRATIONS: 3,
}


@pytest.mark.parametrize("kind", list(MAKERS))
def test_damaged_files_are_judged_alike_whoever_read_their_rows(app, monkeypatch, share, kind):
    fair = make_coming_fair()
    make_school(name="江城大学")
    for number in range(1, 12):
        known = make_employer(name=company_name(number), uscc=credit_code(number))
        make_position(employer=known, title="会计", place="瑞安市")
    data, found = MAKERS[kind](Random(4)), []
    for many in (0, MOST_ROWS + 1):
        monkeypatch.setattr(checks, "MANY_ROWS", many)
        batch = received(kind, data, fair)
        in_steps(services.check_steps(batch))
        found.append(kept(batch))
    shared, alone = found
    assert len(share) == 1
    assert shared == alone
    status, totals, *_, rows, _ = shared
    assert status is ImportStatus.CHECKED
    # The file was damaged well: most sorts of verdicts are there, and many reasons.
    assert {one[2] for one in rows} >= {RowVerdict.OK, RowVerdict.REFUSED, RowVerdict.SKIPPED}
    assert len(totals["reasons"]) >= FEWEST_REASONS[kind]


SINGLE = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    SINGLE | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
WORDS = st.dictionaries(st.text(max_size=8), VALUES, max_size=4)
FOUND = st.builds(Found, st.sampled_from(list(REASONS)), st.text(), WORDS)
SEEN = st.builds(Seen, WORDS, st.lists(FOUND))
ROWS = st.builds(
    ReadRow,
    st.integers(0, 9),
    st.integers(1, 120_000),
    st.lists(VALUES).map(lambda cells: document_of({"cells": cells})),
    st.sampled_from(["", "above", "group"]),
    st.none() | SEEN,
)


@given(st.lists(st.lists(ROWS, min_size=1, max_size=4), max_size=3))
def test_rows_arrive_as_they_were_sent(chunks):
    sent = b"".join(line for chunk in chunks for line in lines_of(chunk))
    assert list(read_chunks(io.BytesIO(sent + END))) == chunks
    # Without its last word nothing is taken for the whole.
    for short in (sent, (sent + END)[:-1], sent[:-1]):
        with pytest.raises(Broken):
            list(read_chunks(io.BytesIO(short)))


class Watched(io.BytesIO):
    """Says after how many bytes it was told to send what it has."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def flush(self):
        self.sent.append(self.tell())


def test_each_chunk_is_sent_before_the_next_is_read():
    # Else the two take turns instead of working side by side: a chunk's end would wait in a buffer.
    rows = [POSITION_HEAD, *(posting(n, Random(n)) for n in range(2 * CHUNK + 10))]
    with open_book(csv_bytes(rows)) as found:
        options = services.CheckOptions(ImportKind.POSITIONS, Scope(bureau=True))
        order = helper.order_for(found, services.plan_book(found, options), options.kind)
        target = Watched()
        child.read(orjson.loads(orjson.dumps(order)), target)
    sent = [target.getvalue()[:at].count(b"\n") for at in target.sent]
    assert sent == [CHUNK + 1, 2 * CHUNK + 2, 2 * CHUNK + 11 + 3]


# ------------------------------------------------------------------------- a child that is ended

# The child as it is, but it ends itself with a signal after some lines, in the middle of one.
ENDED = """
import os, signal, sys
from app.imports.sharing import child
class Target:
    left = {lines}
    def writelines(self, lines):
        for line in lines:
            if self.left == 0:
                sys.stdout.buffer.write(line[:len(line) // 2])
                sys.stdout.buffer.flush()
                os.kill(os.getpid(), signal.{signal})
            sys.stdout.buffer.write(line)
            self.left -= 1
    def flush(self):
        sys.stdout.buffer.flush()
child.main(sys.stdin.buffer, Target())
"""


def ended_after(lines, by="SIGKILL"):
    return [sys.executable, "-c", ENDED.format(lines=lines, signal=by)]


@pytest.mark.parametrize("lines", [0, 1, CHUNK // 2, CHUNK + 5])
def test_a_child_that_is_killed_changes_nothing_of_what_is_kept(app, monkeypatch, share, lines):
    rows = [posting(number, Random(number)) for number in range(CHUNK + 200)]
    data, found = book([POSITION_HEAD, *rows]), []
    monkeypatch.setattr(helper, "COMMAND", ended_after(lines))
    for many in (0, MOST_ROWS + 1):
        monkeypatch.setattr(checks, "MANY_ROWS", many)
        batch = received(ImportKind.POSITIONS, data)
        in_steps(services.check_steps(batch))
        found.append(kept(batch))
    assert len(share) == 1
    assert found[0] == found[1]
    assert found[0][0] is ImportStatus.CHECKED


def test_a_child_that_cannot_start_leaves_the_work_to_who_waits_for_it(app, monkeypatch, share):
    monkeypatch.setattr(helper, "COMMAND", [sys.executable, "-c", "raise SystemExit(3)"])
    batch = received(ImportKind.EMPLOYERS, csv_bytes([EMPLOYER_HEAD, row(1), row(2)]))
    in_steps(services.check_steps(batch))
    assert (batch.status, batch.totals["ok"], len(share)) == (ImportStatus.CHECKED, 2, 1)


KILLED = """
import os, signal, sys
from itertools import islice
from pathlib import Path
from app.core.transaction import in_steps
from app.factory import create_app
from app.imports import queries, services
from app.imports.services import checks
from app.imports.sharing import helper
from tests.conftest import make_settings

checks.MANY_ROWS = 0
app = create_app(make_settings(Path(sys.argv[1]), sys.argv[2]))
started = helper.subprocess.Popen
def start(*given, **named):
    process = started(*given, **named)
    if given[0] == helper.COMMAND:
        print(process.pid, flush=True)
    return process
helper.subprocess.Popen = start
with app.app_context():
    in_steps(islice(services.check_steps(queries.get_batch(sys.argv[3])), 3))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def has_gone(number):
    """Whether a process ends within a minute."""
    try:
        process = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    try:
        return bool(waiting.select([process], [], [], 60)[0])
    finally:
        os.close(process)


@pytest.mark.own_database
def test_a_kill_of_who_judges_ends_the_child_and_the_check_is_begun_again(live_app, tmp_path):
    rows = [posting(number, Random(number)) for number in range(3 * CHUNK)]
    with live_app.app_context():
        uid = received(ImportKind.POSITIONS, book([POSITION_HEAD, *rows])).uid
        db.session.commit()
        url = db.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", KILLED, str(tmp_path), url, uid]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert has_gone(int(done.stdout)), "the child goes on for nobody"
    with live_app.app_context():
        batch = queries.get_batch(uid)
        assert (batch.status, batch.done) == (ImportStatus.UPLOADED, 2 * checks.TOGETHER)
        in_steps(services.check_steps(batch))
        assert (batch.status, batch.totals["rows"]) == (ImportStatus.CHECKED, 3 * CHUNK)
        assert len(kept(batch)[-2]) == 3 * CHUNK + 1


# ------------------------------------------------------------------------------ when, and how much


@pytest.mark.parametrize(("rows", "children"), [(19, 0), (20, 1)])
def test_the_rows_of_short_files_are_read_by_who_judges_them(
    app, monkeypatch, share, rows, children
):
    monkeypatch.setattr(checks, "MANY_ROWS", 21)  # with the headings
    data = csv_bytes([EMPLOYER_HEAD, *(row(number) for number in range(1, rows + 1))])
    batch = received(ImportKind.EMPLOYERS, data)
    in_steps(services.check_steps(batch))
    assert (batch.totals["ok"], len(share)) == (rows, children)


def test_while_doors_are_open_the_second_core_is_the_gates(app, share):
    fair = make_fair()
    data = csv_bytes([EMPLOYER_HEAD, row(1)])
    for moment, children in ((fair.starts_at, 0), (fair.ends_at, 1)):
        with frozen(moment):
            in_steps(services.check_steps(received(ImportKind.EMPLOYERS, data)))
        assert len(share) == children


LIMITED = """
import sys
from app.imports.sharing import child, limits
child.limit()
try:
    bytearray(limits.MEMORY)
except MemoryError:
    print("no memory")
try:
    with open(sys.argv[1], "w") as file:
        file.write("x")
except OSError:
    print("no file")
import resource
print(resource.getrlimit(resource.RLIMIT_CPU)[0])
"""


def test_the_child_has_limits_of_its_own_and_writes_no_file(tmp_path):
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "x")]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().split("\n")[:3] == ["no memory", "no file", str(limits.SECONDS)]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_the_child_is_told_no_secret(app, monkeypatch, share):
    seen = []
    real = subprocess.Popen

    def start(*given, **named):
        seen.append(named["env"])
        return real(*given, **named)

    monkeypatch.setattr(helper.subprocess, "Popen", start)
    monkeypatch.setenv("XUNPIN_SECRET_KEY", "a secret")
    batch = received(ImportKind.EMPLOYERS, csv_bytes([EMPLOYER_HEAD, row(1)]))
    in_steps(services.check_steps(batch))
    # One reads the file, one its rows.
    assert [set(one) for one in seen] == [{"PATH", "PYTHONPATH", "LANG"}] * 2
