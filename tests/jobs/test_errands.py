"""Errands: found again after a crash, and done once."""

from datetime import timedelta

import pytest

from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.jobs import errands, queue
from app.jobs.errands import Errand, advance, claim, finish, leave_errand, run_errand, sweep
from app.jobs.queue import JOBS, job


@pytest.fixture
def waiting(app):
    """The queue that is connected now, emptied before and after."""
    connected = queue._connected[0][0]
    connected.flush()
    yield connected
    connected.flush()


@pytest.fixture
def ran():
    """A job that notes what it was given and is done."""
    seen = []

    @job("test.errand")
    def note(errand, **given):
        seen.append((errand.cursor, given))
        with transaction():
            finish(errand)

    yield seen
    del JOBS["test.errand"]


def leave(**given):
    with transaction():
        return leave_errand("test.errand", **given).id


def test_an_errand_wakes_a_worker_after_the_commit(waiting):
    leave(number=1)
    assert waiting.dequeue().args == (
        "errands.run",
        {"errand_id": db.session.query(Errand).one().id},
    )


def test_an_errand_whose_wake_up_was_lost_is_found_by_the_sweep(waiting, ran):
    errand_id = leave(number=1)
    waiting.flush()  # the process died between commit and queue
    sweep()
    assert waiting.pending_count() == 0, "it is not late yet"
    with frozen(utcnow() + timedelta(seconds=11)):
        sweep()
        assert waiting.pending_count() == 1
        run_errand(errand_id)
        waiting.flush()
        sweep()
    assert waiting.pending_count() == 0
    assert ran == [(0, {"number": 1})]


def test_an_errand_is_run_once_however_often_workers_are_woken(ran):
    errand_id = leave(number=1)
    run_errand(errand_id)
    run_errand(errand_id)
    run_errand(999_999)
    assert len(ran) == 1


def test_two_workers_never_hold_one_errand():
    errand_id = leave()
    with transaction():
        assert claim(errand_id) is not None
    with transaction():
        assert claim(errand_id) is None
    with frozen(utcnow() + errands.LEASE + timedelta(seconds=1)), transaction():
        assert claim(errand_id) is not None, "the first one is taken for dead"


def test_who_takes_over_goes_on_where_the_last_step_stood(ran):
    errand_id = leave()
    with transaction():
        advance(claim(errand_id), 41)
    with frozen(utcnow() + errands.LEASE + timedelta(seconds=1)):
        run_errand(errand_id)
    assert ran == [(41, {})]


def test_errands_done_long_ago_are_forgotten(ran):
    run_errand(leave())
    with frozen(utcnow() + errands.KEPT + timedelta(days=1)):
        sweep()
    assert db.session.query(Errand).count() == 0
