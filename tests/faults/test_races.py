"""One green over HTTP, however many gates ask two server processes at one moment."""

from collections import Counter

import pytest

from tests.faults.conftest import on_both
from tests.faults.crowd import at_once


def race(world, server, number):
    """Let so many phones scan one ticket at one moment; return the findings and the lights."""
    phones = world.phones(server.port, number, deadline=20)
    at_once(phones, lambda phone: phone.scan(world.tickets[0]))
    return settle(world, phones)


def settle(world, phones):
    """Let every phone finish; return the findings and the lights.

    No error may have reached a phone: at most *busy*, which a machine with more to do than it
    can says, and which a phone repeats.
    """
    at_once(phones, lambda phone: phone.sync_until_empty())
    assert [phone.waits for phone in phones] == [[]] * len(phones)
    assert {refusal for phone in phones for refusal in phone.refusals} <= {"503 busy"}
    lights = Counter(light for phone in phones for light in phone.lights.values())
    return world.judge(phones), lights


def test_sixty_gates_at_one_moment_give_one_green(fairs):
    found, lights = race(*fairs(tickets=1), 60)
    assert lights == {"admitted": 1, "already_admitted": 59}
    assert found.is_clean(), found


@pytest.mark.slow
@on_both
def test_two_hundred_gates_at_one_moment_give_one_green(worlds, report):
    world = worlds(tickets=1)
    with world.server() as server:
        found, lights = race(world, server, 200)
    report("F08 one ticket", rounds=1, faults=200, **vars(found))
    assert lights == {"admitted": 1, "already_admitted": 199}
    assert found.is_clean(), found


@pytest.mark.slow
def test_a_lock_inside_each_process_would_give_two_greens(worlds, report):
    """The tooth: two processes, each sure that it was first."""
    world = worlds(tickets=1)
    with world.server(target="tests.faults.broken:locking") as server:
        found, lights = race(world, server, 60)
    report("F08 tooth: a lock in each process", rounds=1, faults=60, caught=lights["admitted"])
    assert (found.greens, lights["admitted"]) == (2, 2)


def cross(world, server, number, rounds):
    """Phones send the same tickets, half of them in the opposite order, all at one moment."""
    phones = world.phones(server.port, number, deadline=30)
    size = len(world.tickets) // rounds
    for turn in range(rounds):
        batch = world.tickets[turn * size : (turn + 1) * size]
        for index, phone in enumerate(phones):
            for ticket in batch if index % 2 else batch[::-1]:
                phone.write_down(ticket)
        at_once(phones, lambda phone: phone.sync_until_empty())
    return settle(world, phones)


def test_batches_in_opposite_orders_reach_no_deadlock(fairs):
    found, lights = cross(*fairs(tickets=80), 8, rounds=2)
    assert lights == {"admitted": 80, "already_admitted": 7 * 80}
    assert found.is_clean(), found


@pytest.mark.slow
@on_both
def test_many_batches_in_opposite_orders_reach_no_deadlock(worlds, report):
    world = worlds(tickets=1500)
    with world.server() as server:
        found, lights = cross(world, server, 12, rounds=15)
    report("F08 opposite batches", rounds=15, faults=15 * 12, **vars(found))
    assert lights == {"admitted": 1500, "already_admitted": 11 * 1500}
    assert found.is_clean(), found
