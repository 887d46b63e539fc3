"""Bad networks between gate and server: whatever is cut, doubled or made up, nothing is lost."""

import time
from threading import Event

import pytest

from tests.faults.crowd import Crowd
from tests.faults.phone import NoAnswer
from tests.faults.proxy import MODES, PORTAL_ANSWERS, FaultProxy

pause = Event().wait
REAL = tuple(mode for mode in MODES if mode != "portal")


def suffer(world, server, modes, faults, *, seed, rate=60):
    """Let phones scan through a proxy until it has injected so many faults; return the findings."""
    with FaultProxy(server.port, modes=modes, share=0.6, seed=seed, delay=0.5) as proxy:
        phones = world.phones(proxy.port, 12, deadline=0.6)
        with Crowd(phones, world.tickets, seed=seed, rate=rate) as crowd:
            deadline = time.monotonic() + 300
            while proxy.injected < faults and time.monotonic() < deadline:
                pause(0.05)
        proxy.heal()
        crowd.settle()
        counts = dict(proxy.counts)
    requests = sum(phone.requests for phone in phones)
    return world.judge(phones), counts, requests


def test_a_hundred_faults_of_every_kind_lose_nothing(fairs):
    found, counts, _ = suffer(*fairs(tickets=300), REAL, 120, seed=1)
    assert sum(counts[mode] for mode in REAL) >= 120
    assert min(counts[mode] for mode in REAL) >= 5
    assert found.is_clean(), found


@pytest.mark.slow
@pytest.mark.parametrize("mode", REAL)
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_thousand_faults_of_one_kind_lose_nothing(worlds, report, mode):
    world = worlds(tickets=1500)
    with world.server() as server:
        found, counts, requests = suffer(world, server, [mode], 1000, seed=2)
    factor = requests / max(found.sent, 1)
    report(f"F09 {mode}", rounds=1, faults=counts[mode], **vars(found), requests_per_scan=factor)
    assert counts[mode] >= 1000
    assert found.is_clean(), found


@pytest.mark.slow
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_thousand_faults_of_every_kind_lose_nothing_on_postgresql(worlds, report):
    world = worlds(tickets=1500)
    with world.server() as server:
        found, counts, requests = suffer(world, server, REAL, 1000, seed=3)
    hits = sum(counts[mode] for mode in REAL)
    factor = requests / max(found.sent, 1)
    report("F09 all kinds", rounds=1, faults=hits, **vars(found), requests_per_scan=factor)
    assert hits >= 1000
    assert found.is_clean(), found


def meet_portal(world, proxy, phone, tries, scans=20):
    for ticket in world.tickets[:scans]:
        phone.write_down(ticket)
    for _ in range(tries):
        with pytest.raises(NoAnswer):
            phone.sync()
    return proxy.counts["portal"]


@pytest.mark.parametrize("echoes", [False, True])
def test_a_captive_portal_acknowledges_nothing(fairs, echoes):
    world, server = fairs(tickets=20)
    with FaultProxy(server.port, modes=["portal"], share=1, echoes=echoes) as proxy:
        phone = world.phone(proxy.port)
        assert meet_portal(world, proxy, phone, 3 * len(PORTAL_ANSWERS)) == 21
        assert (len(phone.queue), phone.acknowledged, phone.lights) == (20, 0, {})
        assert world.judge([phone]).stored == 0
        proxy.heal()
        phone.sync()
    found = world.judge([phone])
    assert (phone.queue, found.stored) == ({}, 20)
    assert found.is_clean(), found


@pytest.mark.slow
def test_a_thousand_answers_of_a_portal_acknowledge_nothing(fairs, report):
    world, server = fairs(tickets=100)
    with FaultProxy(server.port, modes=["portal"], share=1) as proxy:
        phone = world.phone(proxy.port)
        faults = meet_portal(world, proxy, phone, 1000, scans=100)
        assert (len(phone.queue), phone.acknowledged) == (100, 0)
        proxy.heal()
        phone.sync()
    found = world.judge([phone])
    report("F10 captive portal", rounds=1, faults=faults, **vars(found))
    assert faults == 1000
    assert found.is_clean(), found


def test_a_phone_that_believes_any_200_would_empty_its_queue(fairs, report):
    """The tooth: the portal has all the scans, the server none."""
    world, server = fairs(tickets=20)
    with FaultProxy(server.port, modes=["portal"], share=1, seed=4) as proxy:
        phone = world.phone(proxy.port, trusts_status=True)
        for ticket in world.tickets:
            phone.write_down(ticket)
        for _ in PORTAL_ANSWERS:
            try:
                phone.sync()
            except NoAnswer:
                continue
    gone = 20 - len(phone.queue) - world.judge([phone]).stored
    report("F10 tooth: a 200 is believed", rounds=1, faults=proxy.injected, caught=gone)
    assert gone == 20
