"""One green, however many gates and processes scan one ticket at the same moment."""

import json
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.checkins import queries, services
from app.checkins.models import Admission, Attendance, Gate, Scan
from app.checkins.services import IncomingScan, record_scans, scans
from app.checkins.states import Decision, ScanSource, Verdict
from app.core.codes import uuid7
from app.core.db import db
from app.core.transaction import transaction
from app.tours.models import Fair
from tests.checkins.making import code_of, head_counts, make_registration, scan_of
from tests.factories import make_fair, make_gate, make_staff
from tests.live import run_together

pytestmark = pytest.mark.own_database

WORKER = Path(__file__).with_name("worker.py")


def prepare(app, people=1, **given):
    """A fair with two gates, people with tickets, and somebody who scans."""
    with app.app_context():
        fair = make_fair(**given)
        gates = [make_gate(fair=fair).id for _ in range(2)]
        by = make_staff().id
        codes = [code_of(make_registration(fair)) for _ in range(people)]
        return fair.id, gates, by, codes


def scan(fair_id, gate_id, by, batch):
    with transaction():
        fair, gate = db.session.get(Fair, fair_id), db.session.get(Gate, gate_id)
        answers = record_scans(
            fair, batch, gate=gate, actor=services.Who(by, "gate"), source=ScanSource.STAFF
        )
    return [answer.code for answer in answers]


def test_fifty_gates_in_one_process_give_one_green(live_app):
    fair_id, gates, by, [code] = prepare(live_app)

    def once(index):
        return scan(fair_id, gates[index % 2], by, [IncomingScan(id=uuid7(), code=code)])

    results = run_together(live_app, 50, once)
    assert Counter(str(result) for result in results) == {
        str([Verdict.ADMITTED]): 1,
        str([Verdict.ALREADY_ADMITTED]): 49,
    }
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 50
        assert db.session.scalar(select(func.count()).select_from(Admission)) == 1
        check_cache(fair_id)


def check_cache(fair_id):
    """The attendances are what the rows derive, and the head count is their number."""
    kept, counted = head_counts()
    assert kept == counted
    fair = db.session.get(Fair, fair_id)
    before = db.session.execute(select(*Attendance.__table__.columns)).all()
    services.rederive_fair(fair)
    assert db.session.execute(select(*Attendance.__table__.columns)).all() == before
    db.session.rollback()


def run_workers(app, folder, fair_id, by, code, *, broken=False, threads=25):
    told = {
        "folder": str(folder),
        "url": app.config["SQLALCHEMY_DATABASE_URI"],
        "fair_id": fair_id,
        "actor_id": by,
        "code": code,
        "broken": broken,
        "threads": threads,
    }
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(WORKER), json.dumps(told)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        meet(workers, "ready")
        started = time.perf_counter()
        let_go(workers)
        if broken:
            meet(workers, "looked")
            let_go(workers)
        told = [json.loads(worker.communicate(timeout=120)[0]) for worker in workers]
    assert all(worker.returncode == 0 for worker in workers)
    return Counter(code for codes in told for code in codes), time.perf_counter() - started


def meet(workers, word):
    assert [worker.stdout.readline().strip() for worker in workers] == [word] * len(workers)


def let_go(workers):
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()


def test_fifty_gates_in_two_processes_give_one_green(live_app, tmp_path):
    fair_id, _, by, [code] = prepare(live_app)
    found, seconds = run_workers(live_app, tmp_path, fair_id, by, code)
    assert found == {"admitted": 1, "already_admitted": 49}
    assert seconds < 60
    with live_app.app_context():
        check_cache(fair_id)


def test_a_lock_inside_a_process_would_not_be_enough(live_app, tmp_path):
    """The tooth: look-then-write under a process's own lock shows green in each process."""
    fair_id, _, by, [code] = prepare(live_app)
    found, _ = run_workers(live_app, tmp_path, fair_id, by, code, broken=True, threads=3)
    assert found["admitted"] == 2


def test_one_scan_sent_many_times_at_once_is_one_row_and_one_answer(live_app):
    fair_id, gates, by, [code] = prepare(live_app)
    same = IncomingScan(id=uuid7(), code=code)
    results = run_together(live_app, 12, lambda _: scan(fair_id, gates[0], by, [same]))
    assert results == [[Verdict.ADMITTED]] * 12
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 1
        check_cache(fair_id)


def test_batches_in_opposite_orders_do_not_block_each_other(live_app):
    fair_id, gates, by, codes = prepare(live_app, people=20)

    def once(index):
        ordered = codes if index % 2 else codes[::-1]
        batch = [IncomingScan(id=uuid7(), code=code) for code in ordered]
        return scan(fair_id, gates[index % 2], by, batch)

    results = run_together(live_app, 8, once)
    greens = Counter(code for codes in results for code in codes)
    assert greens == {Verdict.ADMITTED: 20, Verdict.ALREADY_ADMITTED: 140}
    with live_app.app_context():
        check_cache(fair_id)


def test_entries_and_exits_of_one_person_at_once_leave_the_cache_true(live_app):
    fair_id, gates, by, _ = prepare(live_app)
    with live_app.app_context():
        registration = make_registration(db.session.get(Fair, fair_id))
        crowd = [scan_of(registration, out=index % 3 == 0) for index in range(18)]
    results = run_together(
        live_app, 18, lambda index: scan(fair_id, gates[index % 2], by, [crowd[index]])
    )
    assert not [result for result in results if isinstance(result, Exception)]
    with live_app.app_context():
        check_cache(fair_id)


def test_a_hall_is_never_filled_above_what_is_permitted(live_app):
    fair_id, gates, by, codes = prepare(live_app, people=16, permitted_number=5)
    scans._room_left.clear()

    def once(index):
        return scan(fair_id, gates[index % 2], by, [IncomingScan(id=uuid7(), code=codes[index])])

    found = Counter(str(result) for result in run_together(live_app, 16, once))
    assert found == {str([Verdict.ADMITTED]): 5, str([Verdict.CAPACITY]): 11}
    with live_app.app_context():
        assert queries.count_inside(db.session.get(Fair, fair_id)) == 5


def test_two_who_decide_at_once_agree_on_one_decision(live_app):
    fair_id, gates, by, [code] = prepare(live_app)
    with live_app.app_context():
        scan(fair_id, gates[0], by, [IncomingScan(id=uuid7(), code=code)])
        blue = IncomingScan(id=uuid7(), code=code)
        scan(fair_id, gates[0], by, [blue])

    def once(index):
        with transaction():
            row = queries.get_scan(db.session.get(Fair, fair_id), blue.id)
            said = Decision.LET_IN if index % 2 else Decision.TURNED_AWAY
            return services.decide(row, said, by=services.Who(by, "gate"))

    results = run_together(live_app, 8, once)
    refused = [result for result in results if isinstance(result, Exception)]
    assert {type(error).__name__ for error in refused} == {"Conflict"}
    assert len(refused) == 4
