"""kill -9 and SIGSTOP of the server's processes while phones scan: nothing is lost."""

import os
import random
import signal
import statistics
import time
from contextlib import suppress
from threading import Event

import pytest

from tests.faults.conftest import on_both
from tests.faults.crowd import Crowd

pause = Event().wait
ROUNDS = int(os.environ.get("XUNPIN_STORM_ROUNDS", "100"))


def storm(world, rounds, *, seed, target="wsgi:app"):
    """Kill a random process of the server again and again; return findings and recovery times.

    A recovery is the time from the kill to the first answer to something asked after it.
    """
    draw = random.Random(seed)
    recoveries = []
    with world.server(target=target) as server:
        phones = world.phones(server.port, 8)
        with Crowd(phones, world.tickets, seed=seed) as crowd:
            for _ in range(rounds):
                crowd.wait_for_answer(time.monotonic())
                pause(draw.uniform(0.1, 0.6))
                moment = time.monotonic()
                with suppress(ProcessLookupError):
                    os.kill(draw.choice(server.pids()), signal.SIGKILL)
                recoveries.append(crowd.wait_for_answer(moment))
        crowd.settle()
    return world.judge(phones), recoveries


def test_a_server_killed_in_a_storm_loses_nothing(worlds):
    found, recoveries = storm(worlds(tickets=300), 3, seed=1)
    assert found.is_clean(), found
    assert found.acknowledged > 40
    assert len(recoveries) == 3


@pytest.mark.slow
@on_both
def test_a_server_killed_a_hundred_times_loses_nothing(worlds, report):
    found, recoveries = storm(worlds(tickets=3000), ROUNDS, seed=2)
    report(
        "F01 kill -9 of the server",
        rounds=ROUNDS,
        faults=ROUNDS,
        **vars(found),
        recovery=statistics.median(recoveries),
        slowest=max(recoveries),
    )
    assert found.is_clean(), found


@pytest.mark.slow
def test_a_server_that_answers_before_it_stores_is_caught(worlds, report):
    """The tooth: the very same storm finds scans lost where a queue in memory holds them."""
    found, _ = storm(worlds(tickets=1500), 4, seed=5, target="tests.faults.broken:hasty")
    report("F01 tooth: answers before it stores", rounds=4, faults=4, caught=found.lost)
    assert found.lost > 0


def freeze(world, lengths, *, seed, whole=False):
    """Stop one worker, or every process, for some seconds at a time; phones decide alone then."""
    draw = random.Random(seed)
    with world.server() as server:
        phones = world.phones(server.port, 8, decides_alone=True)
        with Crowd(phones, world.tickets, seed=seed, rate=10) as crowd:
            for length in lengths:
                crowd.wait_for_answer(time.monotonic())
                victims = server.pids() if whole else [draw.choice(server.pids()[1:])]
                for pid in victims:
                    os.kill(pid, signal.SIGSTOP)
                pause(length)
                for pid in victims:
                    os.kill(pid, signal.SIGCONT)
        crowd.settle()
    alone = sum(len(phone.waits) for phone in phones)
    return world.judge(phones), alone


def test_a_frozen_server_gives_no_second_answer(worlds):
    """Late requests are the same scans: what phones showed alone is a conflict, never a flip."""
    found, alone = freeze(worlds(tickets=60), [2.5], seed=3, whole=True)
    assert alone > 0
    assert found.is_clean(greens=8), found


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True])
@on_both
def test_a_server_frozen_again_and_again_gives_no_second_answer(worlds, report, whole):
    lengths = [1, 5, 1, 5, 1]
    found, alone = freeze(worlds(tickets=400), lengths, seed=4, whole=whole)
    what = "all processes" if whole else "one worker"
    report(f"F07 SIGSTOP of {what}", rounds=len(lengths), faults=alone, **vars(found))
    assert found.is_clean(greens=8), found
