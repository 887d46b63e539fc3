import time
from threading import Event, Thread

import pytest

from app.core.db import db
from app.core.transaction import transaction
from app.jobs import queue
from app.jobs.queue import JOBS, PERIODIC, URGENT, connect, enqueue, enqueue_now, every, job, run
from app.jobs.worker import work
from tests.factories import make_user


@pytest.fixture
def ran():
    """A job that notes its arguments, for this test only."""
    seen = []
    job("test.note")(lambda **given: seen.append(given))
    yield seen
    del JOBS["test.note"]


@pytest.fixture
def waiting(app):
    """The queue that is connected now, emptied before and after."""
    connected = queue._connected[0][0]
    connected.flush()
    yield connected
    connected.flush()


def test_a_job_is_woken_after_the_commit_and_not_before(waiting):
    with transaction():
        enqueue("test.note", number=1)
        assert waiting.pending_count() == 0
    assert waiting.pending_count() == 1


def test_a_job_of_a_failed_transaction_is_never_woken(waiting):
    def fail():
        with transaction():
            enqueue("test.note", number=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with transaction():
        make_user()
    assert waiting.pending_count() == 0


def test_an_urgent_job_overtakes(waiting):
    enqueue_now("test.note", number=1)
    enqueue_now("test.note", number=2, priority=URGENT)
    numbers = []
    while (task := waiting.dequeue()) is not None:
        numbers.append(task.args[1]["number"])
    assert numbers == [2, 1]


def test_a_queue_that_is_down_does_not_fail_the_request(monkeypatch, caplog):
    monkeypatch.setattr(queue, "_connected", [])
    with transaction():
        enqueue("test.note", number=1)
    assert "could not enqueue test.note" in caplog.text


def test_a_job_runs_in_the_applications_context(app, ran):
    run(app, "test.note", {"number": 3})
    assert ran == [{"number": 3}]


def test_the_queue_in_a_file_keeps_jobs_over_a_restart(tmp_path):
    first = connect("sqlite", tmp_path)
    task = first.task(name="run_job")(lambda name, arguments: None)
    first.enqueue(task.s("x", {}))
    first.storage.close()
    second = connect("sqlite", tmp_path)
    assert second.pending_count() == 1
    second.storage.close()


@pytest.mark.own_database
def test_the_worker_runs_what_waits_and_what_is_periodic_and_survives_faults(live_app):
    seen, stop = [], Event()
    job("test.note")(lambda **given: seen.append(given))
    job("test.fail")(lambda **given: 1 / 0)
    every(1, "test.beat")(lambda: seen.append("beat"))
    others = [periodic for periodic in PERIODIC if periodic.name != "test.beat"]
    PERIODIC[:] = [periodic for periodic in PERIODIC if periodic.name == "test.beat"]
    try:
        enqueue_now("test.fail")
        enqueue_now("test.note", number=1)
        thread = Thread(target=work, args=(live_app,), kwargs={"stop": stop, "threads": 1})
        thread.start()
        until = time.monotonic() + 10
        while len(seen) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        thread.join(timeout=10)
        assert not thread.is_alive()
    finally:
        PERIODIC[:] = others
        for name in ("test.note", "test.fail", "test.beat"):
            JOBS.pop(name)
        with live_app.app_context():
            db.session.remove()
    assert sorted(seen, key=str) == ["beat", {"number": 1}]
