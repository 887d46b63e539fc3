"""PostgreSQL killed, and its connections cut, under the server."""

import random
import statistics
import time
from threading import Event

import pytest

from tests.faults import postgres
from tests.faults.crowd import Crowd

pause = Event().wait
pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("store", ["postgresql"], indirect=True),
]


def test_a_killed_database_loses_nothing_and_is_waited_for(worlds, cluster, report):
    world = worlds(tickets=1500)
    draw = random.Random(1)
    recoveries = []
    with world.server() as server:
        phones = world.phones(server.port, 8, deadline=5)
        with Crowd(phones, world.tickets) as crowd:
            for _ in range(10):
                crowd.wait_for_answer(time.monotonic())
                pause(draw.uniform(0.2, 1))
                cluster.kill()
                pause(0.5)
                status, headers, text = server.open_page()
                assert (status, headers["Retry-After"]) == (503, "2")
                assert "<h1>" in text
                moment = time.monotonic()
                cluster.start()
                recoveries.append(crowd.wait_for_answer(moment))
        crowd.settle()
        assert server.restarts == 0
    found = world.judge(phones)
    refusals = [refusal for phone in phones for refusal in phone.refusals]
    report(
        "F02 kill -9 of PostgreSQL",
        rounds=10,
        faults=10,
        refusals=len(refusals),
        **vars(found),
        recovery=statistics.median(recoveries),
        slowest=max(recoveries),
    )
    assert refusals
    assert {refusal.split(" ")[0] for refusal in refusals} == {"503"}
    assert not [wait for phone in phones for wait in phone.waits if wait.startswith("500")]
    assert found.is_clean(), found


def test_connections_cut_again_and_again_heal_by_themselves(worlds, cluster, report):
    world = worlds(tickets=1500)
    cut = 0
    with world.server() as server:
        phones = world.phones(server.port, 8, deadline=5)
        with Crowd(phones, world.tickets) as crowd, cluster.connect("postgres") as admin:
            started = time.monotonic()
            while time.monotonic() - started < 20:
                done = admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = %s ORDER BY random() LIMIT 1",
                    [world.url.rsplit("/", 1)[1]],
                )
                cut += len(done.fetchall())
                pause(0.2)
            during = sum(len(phone.refusals) for phone in phones)
            crowd.wait_for_answer(time.monotonic())
            pause(5)
            before = [len(phone.refusals) + len(phone.waits) for phone in phones]
            pause(3)
            after = [len(phone.refusals) + len(phone.waits) for phone in phones]
        crowd.settle()
        assert server.restarts == 0
    found = world.judge(phones)
    report("F03 backends terminated", rounds=1, faults=cut, refusals=during, **vars(found))
    assert cut >= 50
    assert after == before
    assert found.is_clean(), found


def test_a_database_that_commits_later_than_it_says_is_caught(worlds, report, tmp_path):
    """The tooth: with ``synchronous_commit=off`` the very same ledger finds scans lost."""
    lax = postgres.Cluster(synchronous_commit="off", wal_writer_delay="10s")
    try:
        lax.create()
        lax.start()
        world = worlds(url=lax.make_database("lax"), tickets=3000)
        lost = 0
        with world.server() as server:
            phones = world.phones(server.port, 8, deadline=5)
            with Crowd(phones, world.tickets, rate=50) as crowd:
                for _ in range(3):
                    crowd.wait_for_answer(time.monotonic())
                    pause(1)
                    lax.kill()
                    lax.start()
            crowd.stop()
        # Judged before anybody sends again what was acknowledged.
        lost = world.judge(phones).lost
        world.close()
    finally:
        lax.remove()
    report("F02 tooth: synchronous_commit=off", rounds=3, faults=3, caught=lost)
    assert lost > 0
