"""A campus has one public address: thousands behind it are nobody's attack."""

from collections import Counter
from http.client import HTTPConnection

import pytest

from tests.faults.crowd import at_once


def visit(port, path, cookie=""):
    """Open one page on a connection of its own, as another phone would; return the status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def come(world, server, phones):
    """Everybody looks at the registration, at their ticket, and is scanned; count the statuses."""
    signing = world.app.session_interface.get_signing_serializer(world.app)
    statuses = Counter()

    def work(phone):
        found = Counter()
        for number in range(phones.index(phone), len(world.tickets), len(phones)):
            session = {"_user_id": world.students[number], "_fresh": True}
            cookie = f"xunpin={signing.dumps(session)}"
            found["register", visit(server.port, f"/fairs/{world.slug}/register")] += 1
            found["tickets", visit(server.port, "/me/tickets", cookie)] += 1
            found["ticket", visit(server.port, f"/t/{world.codes[number]}", cookie)] += 1
            phone.hang_up()
            found["scan", phone.scan(world.tickets[number])] += 1
        return found

    for found in at_once(phones, work):
        statuses += found
    return statuses


def expected(statuses, number):
    assert not {status for _, status in statuses if status == 429}, statuses
    assert statuses["scan", "admitted"] == number
    assert statuses["tickets", 200] == number
    # The ticket's address shows its owner the ticket.
    assert statuses["ticket", 302] == number
    assert sum(count for (what, _), count in statuses.items() if what == "register") == number


def test_a_class_behind_one_address_is_served(fairs):
    world, server = fairs(tickets=40, accounts=True)
    expected(come(world, server, world.phones(server.port, 4, deadline=20)), 40)


@pytest.mark.slow
def test_three_thousand_behind_one_address_are_served(fairs, report):
    world, server = fairs(tickets=3000, accounts=True)
    phones = world.phones(server.port, 8, deadline=30)
    statuses = come(world, server, phones)
    requests = sum(statuses.values())
    report("T25 one address", rounds=1, faults=requests, **vars(world.judge(phones)))
    expected(statuses, 3000)
