"""The proxy breaks exactly what it says, and the oracle sees what it is there to see."""

from collections import Counter
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from sqlalchemy import delete, update

from app.checkins.models import Admission, Attendance, Scan
from app.checkins.services import IncomingScan, Who, record_scans
from app.checkins.states import ScanSource, Verdict
from app.core.codes import uuid7
from app.core.db import db
from app.core.transaction import transaction
from app.tours.models import Fair
from tests.factories import make_staff
from tests.faults.ledger import Ledger, picture
from tests.faults.proxy import FaultProxy


@pytest.fixture
def counting_server():
    """A server that counts what arrives and answers with its body."""
    arrived = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived[body] += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, arrived
    server.shutdown()
    thread.join()
    server.server_close()


def post(port, body, timeout=5):
    """Return status and body, or None if no whole answer came."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST", "/", body)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("mode", "arrives", "answered"),
    [
        ("drop_req", 0, False),
        ("cut_after", 1, False),
        ("dup", 2, True),
        ("slow", 1, True),
        ("portal", 0, True),
    ],
)
def test_a_request_that_is_hit_meets_its_fault(counting_server, mode, arrives, answered):
    port, arrived = counting_server
    with FaultProxy(port, modes=[mode], share=1, delay=0.05) as proxy:
        answers = [post(proxy.port, b"scan %d" % number) for number in range(7)]
    assert proxy.counts == {mode: 7}
    assert [arrived[b"scan %d" % number] for number in range(7)] == [arrives] * 7
    assert [answer is not None for answer in answers] == [answered] * 7
    if mode == "portal":
        assert {status for status, _ in answers} == {200, 204, 302, 511}


def test_half_an_answer_is_cut_or_pretends_to_be_whole(counting_server):
    port, arrived = counting_server
    with FaultProxy(port, modes=["half"], share=1) as proxy:
        answers = [post(proxy.port, b"0123456789") for _ in range(4)]
    assert answers == [(200, b"01234"), None] * 2
    assert arrived[b"0123456789"] == 4


def test_a_held_request_arrives_after_its_retry(counting_server):
    port, arrived = counting_server
    with FaultProxy(port, modes=["reorder"], share=1, delay=0) as proxy:
        assert post(proxy.port, b"early") is None
        assert arrived[b"early"] == 0
        proxy.share = 0
        assert post(proxy.port, b"retry") == (200, b"retry")
        proxy.heal()
    assert arrived == {b"early": 1, b"retry": 1}


def test_the_same_seed_hits_the_same_requests(counting_server):
    port, _ = counting_server

    def fate(seed):
        with FaultProxy(port, modes=["drop_req"], share=0.5, seed=seed) as proxy:
            return [post(proxy.port, b"x") is None for _ in range(40)]

    first = fate(7)
    assert fate(7) == first
    assert fate(8) != first
    assert 5 < sum(first) < 35


class Diary:
    """What is left of a phone for the oracle."""

    def __init__(self, path):
        self.ledger, self.missing = Ledger(path), []


@pytest.fixture
def scanned(worlds, tmp_path):
    """A fair where ten people were let in, and the diary of whoever did it."""
    world = worlds(tickets=10)
    diary = Diary(tmp_path / "diary")
    with world.app.app_context():
        by = Who(make_staff().id, "gate")
        with transaction():
            scans = [
                IncomingScan(id=uuid7(), ticket_hash=bytes.fromhex(ticket))
                for ticket in world.tickets
            ]
            fair = db.session.get(Fair, world.fair_id)
            answers = record_scans(fair, scans, gate=None, actor=by, source=ScanSource.STAFF)
        db.session.remove()
    for scan, answer, ticket in zip(scans, answers, world.tickets, strict=True):
        diary.ledger.sent(str(scan.id), ticket)
        diary.ledger.lit(str(scan.id), answer.code.value)
    return world, diary, [scan.id for scan in scans]


def change(world, *statements):
    with world.app.app_context():
        with transaction():
            for statement in statements:
                db.session.execute(statement)
        db.session.remove()


def test_the_oracle_finds_nothing_where_nothing_is_wrong(scanned):
    world, diary, _ = scanned
    found = world.judge([diary])
    assert found.is_clean()
    assert (found.sent, found.acknowledged, found.stored, found.greens) == (10, 10, 10, 1)


def test_the_oracle_misses_a_scan_that_was_answered_and_is_gone(scanned):
    world, diary, ids = scanned
    change(
        world,
        delete(Admission).where(Admission.scan_id == ids[3]),
        delete(Scan).where(Scan.id == ids[3]),
    )
    found = world.judge([diary])
    assert (found.lost, found.drift) == (1, 1)
    assert not found.is_clean()


def test_the_oracle_notices_a_scan_nobody_made(scanned, tmp_path):
    world, _, ids = scanned
    shorter = Diary(tmp_path / "shorter")
    for id_, ticket in list(zip(ids, world.tickets, strict=True))[:9]:
        shorter.ledger.sent(str(id_), ticket)
    found = world.judge([shorter])
    assert (found.phantom, found.lost) == (1, 0)


def test_the_oracle_notices_an_answer_that_changed(scanned):
    world, diary, ids = scanned
    assert world.judge([diary]).flipped == 0
    diary.ledger.repeated(str(ids[0]), "already_admitted")
    change(world, update(Scan).where(Scan.id == ids[1]).values(answer=Verdict.REVOKED))
    assert world.judge([diary]).flipped == 2


def test_the_oracle_notices_a_second_green(scanned):
    world, diary, _ = scanned
    second = uuid7()
    diary.ledger.sent(str(second), world.tickets[0])
    diary.ledger.lit(str(second), "admitted")
    assert world.judge([diary]).greens == 2


def test_the_oracle_notices_an_attendance_that_no_scan_explains(scanned):
    world, diary, _ = scanned
    before = picture(world.app, world.fair_id)
    change(world, update(Attendance).values(duplicates=5))
    assert world.judge([diary]).drift == 10
    assert picture(world.app, world.fair_id) != before
