"""Wrong clocks, of servers and of phones, change nobody's attendance."""

import random
from datetime import timedelta

import pytest

from app.core.clock import utcnow
from tests.faults.conftest import on_both
from tests.faults.crowd import at_once
from tests.faults.ledger import attended
from tests.faults.world import uids_of

JUMPS = [timedelta(0), timedelta(minutes=5), timedelta(days=1)]


def jumping(seed):
    """A clock that is never right for long: minutes, a day, forwards, backwards."""
    draw = random.Random(seed)

    def now():
        return utcnow() + draw.choice(JUMPS) * draw.choice([-1, 1])

    return now


def scan_with_wrong_clocks(world, number):
    """Two servers, a day too late and a day too early, and phones that jump within a batch."""
    day = 86_400
    with (
        world.server(XUNPIN_CLOCK_OFFSET=str(day)) as fast,
        world.server(XUNPIN_CLOCK_OFFSET=str(-day)) as slow,
    ):
        phones = [
            world.phone(port, deadline=20, clock=jumping(index))
            for index, port in enumerate([fast.port, slow.port] * 3)
        ]

        def work(phone):
            draw = random.Random(phone.gate)
            mine = world.tickets[:number]
            draw.shuffle(mine)
            for place, ticket in enumerate(mine):
                phone.write_down(ticket, "out" if place % 10 == 9 else "in")
                if place % 25 == 24:
                    phone.sync_until_empty()
                    phone.port = fast.port if phone.port == slow.port else slow.port
            phone.sync_until_empty()

        at_once(phones, work)
    assert [phone.waits for phone in phones] == [[]] * 6
    return world.judge(phones)


def make_week(worlds, tickets):
    """A fair of a week, so that a day more or less is not before its doors or after its end."""
    now = utcnow()
    times = {"doors_at": None, "starts_at": now - timedelta(days=3)}
    return worlds(tickets=tickets, ends_at=now + timedelta(days=4), **times)


def test_wrong_clocks_change_nobodys_attendance(worlds):
    world = make_week(worlds, 120)
    found = scan_with_wrong_clocks(world, 100)
    # In the order of wrong clocks an exit may stand before its entry: a conflict is then
    # reported that was none. Who came does not hang on it.
    assert found.is_clean(hidden=1000), found
    assert attended(world.app, world.fair_id) == uids_of(world, world.tickets[:100])


@pytest.mark.slow
@on_both
def test_wrong_clocks_change_nobodys_attendance_among_thousands(worlds, report):
    world = make_week(worlds, 1500)
    found = scan_with_wrong_clocks(world, 1000)
    report("F13 clocks a day wrong", rounds=1, faults=6000, **vars(found))
    assert found.is_clean(hidden=1000), found
    assert attended(world.app, world.fair_id) == uids_of(world, world.tickets[:1000])
