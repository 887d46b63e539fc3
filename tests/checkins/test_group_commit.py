"""Requests that commit together: no answer before the commit, nobody pays for a neighbour."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from app.checkins import api, services
from app.checkins.models import Admission, Attendance, Scan
from app.core.db import db
from app.core.errors import DomainError, Unavailable
from app.core.group_commit import GroupCommit
from tests.checkins.devices import Phone, codes
from tests.checkins.making import head_counts, make_registration
from tests.factories import make_fair, make_gate
from tests.live import run_together

pytestmark = pytest.mark.own_database

WORKER = Path(__file__).with_name("calling.py")


class Poisoned(DomainError):
    """What one item of a group is."""

    code = "poisoned"


class Gathering:
    """A group commit whose first leader waits inside its work until ``go``."""

    def __init__(self, work=None, **given):
        self.inside, self.go, self.groups = Event(), Event(), []
        self.work = work or (lambda items: list(items))
        self.together = GroupCommit(self._work, **given)

    def _work(self, items):
        self.groups.append(list(items))
        if len(self.groups) == 1:
            self.inside.set()
            assert self.go.wait(30)
        return self.work(items)

    def submit_behind_the_first(self, app, items, *, wait_for=None):
        """Submit items while the first is at work; returns what each was told."""
        told = {}

        def start(item):
            with app.app_context():
                try:
                    told[item] = self.together.submit(item)
                except BaseException as error:  # also what ends a thread
                    told[item] = error
                finally:
                    db.session.remove()

        first = Thread(target=start, args=("first",))
        first.start()
        assert self.inside.wait(30)
        others = [Thread(target=start, args=(item,)) for item in items]
        for thread in others:
            thread.start()
        with app.app_context():
            queue = self.together._queue()
        if wait_for is None:
            while len(queue._waiting) < len(items):
                Event().wait(0.005)
        else:
            wait_for(others)
        self.go.set()
        for thread in (first, *others):
            thread.join(timeout=60)
        return told


def test_those_who_wait_are_done_together(live_app):
    gathering = Gathering()
    told = gathering.submit_behind_the_first(live_app, list("abcdef"))
    assert told == {name: name for name in ["first", *"abcdef"]}
    assert [len(group) for group in gathering.groups] == [1, 6]


def test_a_group_is_no_heavier_than_it_may_be(live_app):
    gathering = Gathering(weigh=lambda item: len(item), most=4)
    told = gathering.submit_behind_the_first(live_app, ["aaa", "b" * 9, "c", "d", "ee"])
    assert set(told) == {"first", "aaa", "b" * 9, "c", "d", "ee"}
    assert all(len("".join(group)) <= 4 or len(group) == 1 for group in gathering.groups)


def test_one_that_cannot_be_stored_fails_alone(live_app):
    def work(items):
        if "poison" in items:
            raise Poisoned()
        return [item.upper() for item in items]

    gathering = Gathering(work)
    told = gathering.submit_behind_the_first(live_app, ["a", "poison", "b"])
    assert isinstance(told.pop("poison"), Poisoned)
    assert told == {"first": "FIRST", "a": "A", "b": "B"}


def test_nothing_of_a_failed_common_try_is_kept(live_app):
    with live_app.app_context():
        make_fair(slug="kept")

    def work(items):
        from app.tours.models import Fair

        fair = db.session.scalars(select(Fair)).one()
        for item in items:
            fair.title_en += item
        if "!" in items:
            raise Poisoned()
        db.session.flush()
        return list(items)

    with live_app.app_context():
        from app.tours.models import Fair

        before = db.session.scalars(select(Fair.title_en)).one()
    gathering = Gathering(work)
    gathering.submit_behind_the_first(live_app, ["a", "!", "b"])
    with live_app.app_context():
        after = db.session.scalars(select(Fair.title_en)).one()
    assert sorted(after.removeprefix(before).removeprefix("first")) == ["a", "b"]


def test_whoever_waits_too_long_is_told_to_come_again_and_nothing_is_stored(live_app):
    def until_they_have_gone(threads):
        for thread in threads:
            thread.join(timeout=30)

    gathering = Gathering(patience=0.05)
    told = gathering.submit_behind_the_first(live_app, ["a", "b"], wait_for=until_they_have_gone)
    assert isinstance(told["a"], Unavailable)
    assert isinstance(told["b"], Unavailable)
    assert told["a"].retry_after >= 1
    assert gathering.groups == [["first"]]
    with live_app.app_context():
        assert gathering.together.submit("later") == "later"


def test_a_leader_who_dies_leaves_the_place_to_the_next(live_app):
    class Killed(BaseException):
        pass

    def work(items):
        if items == ["first"]:
            raise Killed
        return list(items)

    gathering = Gathering(work)
    told = gathering.submit_behind_the_first(live_app, ["second"])
    assert isinstance(told["first"], Killed)
    assert told["second"] == "second"
    with live_app.app_context():
        assert gathering.together.submit("third") == "third"


# -- through the door ----------------------------------------------------------------------


def phones_of(app, number, **given):
    """So many phones of one fair, each with a client of its own."""
    fair = make_fair(**given)
    gates = [make_gate(fair=fair) for _ in range(2)]
    return fair, [Phone(app.test_client(), fair, gates[n % 2]) for n in range(number)]


def commits_seen(note):
    """Call ``note`` at each commit, before the database hears of it."""
    event.listen(Engine, "commit", note)
    return lambda: event.remove(Engine, "commit", note)


def answered_before_commit(live_app, phone, scan):
    """Whether an answer had left when the first commit after it began."""
    order = []
    stop = commits_seen(lambda _connection: order.append("commit"))
    try:
        phone.send(scan)
        order.append("answer")
    finally:
        stop()
    return order[0] == "answer"


def test_an_answer_leaves_after_its_commit(live_app, monkeypatch):
    with live_app.app_context():
        fair, [phone] = phones_of(live_app, 1)
        scan = phone.scan(make_registration(fair))
        assert not answered_before_commit(live_app, phone, scan)
        assert db.session.get(Scan, __import__("uuid").UUID(scan["id"])) is not None


def test_an_answer_before_the_commit_would_be_seen(live_app, monkeypatch):
    """The tooth: whoever answers first and stores afterwards is caught by the test above."""

    class Hasty:
        """Answers as the work would, without a commit."""

        @staticmethod
        def submit(call):
            taken = services.take_calls([call])
            db.session.rollback()
            return taken[0]

    monkeypatch.setattr(api, "together", Hasty)
    with live_app.app_context():
        fair, [phone] = phones_of(live_app, 1)
        scan = phone.scan(make_registration(fair))
        assert answered_before_commit(live_app, phone, scan)


def test_fifty_phones_at_once_give_one_green_and_every_row(live_app):
    with live_app.app_context():
        fair, phones = phones_of(live_app, 50)
        person = make_registration(fair)
        scans = [phone.scan(person) for phone in phones]
    answers = run_together(live_app, 50, lambda n: codes(phones[n].send(scans[n]))[0])
    assert Counter(map(str, answers)) == {"admitted": 1, "already_admitted": 49}
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 50
        assert db.session.scalar(select(func.count()).select_from(Admission)) == 1
        kept, counted = head_counts()
        assert kept == counted


def test_different_tickets_at_once_are_all_green(live_app):
    with live_app.app_context():
        fair, phones = phones_of(live_app, 24)
        scans = [phone.scan(make_registration(fair)) for phone in phones]
    answers = run_together(live_app, 24, lambda n: phones[n].send(scans[n])["results"][0])
    assert [answer["id"] for answer in answers] == [scan["id"] for scan in scans]
    assert {answer["answer"]["code"] for answer in answers} == {"admitted"}
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Attendance)) == 24


def test_two_processes_give_one_green(live_app, tmp_path):
    with live_app.app_context():
        fair, phones = phones_of(live_app, 2)
        ticket = make_registration(fair).tickets[-1].hash.hex()
        told = [
            {
                "folder": str(tmp_path),
                "url": live_app.config["SQLALCHEMY_DATABASE_URI"],
                "token": phone.token,
                "gate": phone.gate.id,
                "ticket": ticket,
                "threads": 12,
            }
            for phone in phones
        ]
        db.session.remove()
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), json.dumps(one)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        for one in told
    ]
    assert [worker.stdout.readline().strip() for worker in workers] == ["ready"] * 2
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    found = Counter()
    for worker in workers:
        found.update(json.loads(worker.communicate(timeout=120)[0]))
    assert found == {"admitted": 1, "already_admitted": 23}
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Scan)) == 24


def test_a_queue_that_stands_still_is_answered_503(live_app, monkeypatch):
    with live_app.app_context():
        fair, phones = phones_of(live_app, 2)
        scans = [phone.scan(make_registration(fair)) for phone in phones]
    inside, go, lock = Event(), Event(), Lock()

    def slow(calls):
        with lock:
            first = not inside.is_set()
            inside.set()
        if first:
            assert go.wait(30)
        return services.take_calls(calls)

    monkeypatch.setattr(api, "together", GroupCommit(slow, patience=0.05))
    answers = {}

    def start(n):
        answers[n] = phones[n].post({"scans": [scans[n]]})

    first = Thread(target=start, args=(0,))
    first.start()
    assert inside.wait(30)
    start(1)
    go.set()
    first.join(timeout=30)
    assert (answers[0].status_code, answers[1].status_code) == (200, 503)
    assert int(answers[1].headers["Retry-After"]) >= 1
    assert "X-Xunpin-Scan" not in answers[1].headers
    with live_app.app_context():
        assert codes(phones[1].send(scans[1])) == ["admitted"]
