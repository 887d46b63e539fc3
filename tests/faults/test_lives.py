"""Restores and partitions: what a database forgot, and what two did not know of each other."""

import random
import shutil

import pytest

from tests.faults.conftest import on_both
from tests.faults.crowd import at_once
from tests.faults.ledger import picture
from tests.faults.world import open_world


def scan_all(phones, tickets):
    """Deal tickets to phones; each writes its own down and sends them in batches."""

    def work(phone):
        for ticket in tickets[phones.index(phone) :: len(phones)]:
            phone.write_down(ticket)
        return phone.sync_until_empty()

    at_once(phones, work)


def restore(world, tickets, **given):
    """Scan, back up, scan on, restore the backup; phones find out by themselves.

    Returns the findings and the seconds until the last phone had nothing left to send.
    """
    early = len(tickets) // 4
    backup = world.folder / "backup.tar"
    with world.server() as server:
        phones = world.phones(server.port, 8, deadline=20, **given)
        scan_all(phones, tickets[:early])
        server.flask("ops", "backup", str(backup))
        scan_all(phones, tickets[early:])
    world.close()
    server.flask("ops", "restore", str(backup), "--yes")
    with server:
        seconds = max(at_once(phones, lambda phone: phone.sync_until_empty()))
    return world.judge(phones, one_life=False), seconds


def test_phones_refill_a_restored_database(worlds):
    world = worlds(tickets=600)
    found, _ = restore(world, world.tickets)
    assert found.stored == 600
    assert found.is_clean(), found


@pytest.mark.slow
@on_both
def test_phones_refill_twenty_thousand_scans(worlds, report):
    world = worlds(tickets=20_000)
    found, seconds = restore(world, world.tickets)
    report("F21 restore", rounds=1, faults=15_000, **vars(found), recovery=seconds)
    assert found.stored == 20_000
    assert found.is_clean(), found


@pytest.mark.slow
def test_phones_that_forget_what_was_acknowledged_cannot_refill(worlds, report):
    """The tooth: purge on acknowledgement."""
    world = worlds(tickets=200)
    found, _ = restore(world, world.tickets, purges=True)
    report("F21 tooth: purge on acknowledgement", rounds=1, faults=150, caught=found.lost)
    assert found.lost == 150


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_phones_notice_a_database_put_back_by_hand(worlds):
    """Nobody began a new epoch: the highest number the server knows is below what it confirmed."""
    world = worlds(tickets=200)
    base = world.folder / "xunpin.sqlite3"
    with world.server() as server:
        phones = world.phones(server.port, 4, deadline=10)
        scan_all(phones, world.tickets[:50])
    world.close()
    shutil.copy(base, world.folder / "old")
    with server:
        scan_all(phones, world.tickets[50:])
    world.close()
    for path in world.folder.glob("xunpin.sqlite3*"):
        path.unlink()
    shutil.copy(world.folder / "old", base)
    with server:
        at_once(phones, lambda phone: phone.sync_until_empty())
    found = world.judge(phones, one_life=False)
    assert found.stored == 200
    assert found.is_clean(), found


def part_and_join(world, other, *, each, common, seed):
    """Two servers with gates of their own and no path between them; then both get everything.

    Of ``each`` server's scans ``common`` are of tickets that the other one sees as well. Returns
    both worlds' findings.
    """
    draw = random.Random(seed)
    seen_twice, rest = world.tickets[:common], world.tickets[common:]
    own = each - common
    with world.server() as here, other.server() as there:
        phones = world.phones(here.port, 8, deadline=20)
        # The other relay is a copy of this one: it knows the same phones.
        backup = world.folder / "relay.tar"
        here.flask("ops", "backup", str(backup))
        there.flask("ops", "restore", str(backup), "--yes")
        for phone in phones[4:]:
            phone.port = there.port
        for half, part in ((phones[:4], rest[:own]), (phones[4:], rest[own : 2 * own])):
            tickets = seen_twice + part
            draw.shuffle(tickets)
            scan_all(half, tickets)
        pictures = []
        for _ in range(2):
            deliveries = [(phone, server) for phone in phones for server in (here, there)]
            draw.shuffle(deliveries)
            for phone, server in deliveries:
                deliver(phone, server.port, draw)
            pictures.append([picture(each.app, each.fair_id) for each in (world, other)])
        assert pictures[0][0] == pictures[0][1]
        assert pictures[1] == pictures[0]
    return [each.judge(phones, one_life=False) for each in (world, other)]


def deliver(phone, port, draw):
    """Send everything a phone has to one server, in an order of its own."""
    phone.port = port
    phone.epoch = None
    phone.send_again()
    ids = list(phone.queue)
    draw.shuffle(ids)
    phone.queue = {id_: phone.queue[id_] for id_ in ids}
    phone.sync_until_empty()


def test_two_halls_that_could_not_speak_end_in_one_state(worlds, store, tmp_path):
    world = worlds(tickets=180)
    other = open_world(world, tmp_path / "other", store("other"))
    found = part_and_join(world, other, each=100, common=20, seed=1)
    assert [one.conflicts for one in found] == [20, 20]
    assert [one.is_clean(greens=2) for one in found] == [True, True], found
    other.close()


@pytest.mark.slow
@on_both
def test_two_halls_with_thousands_of_scans_end_in_one_state(worlds, store, tmp_path, report):
    world = worlds(tickets=3600)
    other = open_world(world, tmp_path / "other", store("other"))
    found = part_and_join(world, other, each=2000, common=400, seed=2)
    report("F12 partition and join", rounds=2, faults=4000, **vars(found[1]))
    assert [one.conflicts for one in found] == [400, 400]
    assert [one.is_clean(greens=2) for one in found] == [True, True], found
    other.close()
