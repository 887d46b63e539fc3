"""Several at one moment: each person gets one, each button sends one, no day holds too many."""

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.core.db import db
from app.core.transaction import transaction
from app.jobs.errands import Errand
from app.messages import queries, services, tasks
from app.messages.models import OrganiserMessage
from app.messages.states import MessageStatus, Segment
from app.notices.models import Notice
from app.notices.states import Channel
from app.tours.models import Fair
from tests.factories import make_fair, make_staff
from tests.live import run_together
from tests.messages.hall import outgoing, reach_of, register, send

pytestmark = pytest.mark.own_database

PEOPLE, WORKERS, CROWD = 30, 4, 6


@pytest.fixture
def fair_id(live_app):
    with live_app.app_context():
        fair = make_fair()
        for _ in range(PEOPLE):
            register(fair)
        return fair.id


def test_many_workers_with_one_message_write_to_each_person_once(live_app, fair_id, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 4)
    with live_app.app_context():
        message_id = send(db.session.get(Fair, fair_id)).id
        errand_id = db.session.scalars(select(Errand.id)).one()

    def work(_index):
        # Each believes that the others are dead, as after a lease that ended too early.
        tasks.send(db.session.get(Errand, errand_id), message_id)
        return "done"

    results = run_together(live_app, WORKERS, work)
    with live_app.app_context():
        # Who found their step taken back may have broken off; the sweep calls again.
        tasks.send(db.session.get(Errand, errand_id), message_id)
        users = db.session.scalars(select(Notice.user_id).filter_by(channel=Channel.INBOX)).all()
        message = queries.find_message(message_id)
        assert "done" in results, results
        assert len(users) == len(set(users)) == PEOPLE
        assert (message.written, message.left_out) == (PEOPLE, 0)
        assert message.status is MessageStatus.SENT


def sender(fair_id, by_id, seen, key_of):
    def press(index):
        with transaction():
            sent = services.send_message(
                db.session.get(Fair, fair_id),
                outgoing(),
                key=key_of(index),
                seen=seen,
                by=db.session.get(User, by_id),
            )
        return sent.id

    return press


def prepared(live_app, fair_id):
    with live_app.app_context():
        seen = reach_of(db.session.get(Fair, fair_id), Segment.STUDENTS_REGISTERED).key
        return make_staff(Role.PLANNER).id, seen


def test_one_button_pressed_many_times_at_once_sends_one_message(live_app, fair_id):
    by_id, seen = prepared(live_app, fair_id)
    press = sender(fair_id, by_id, seen, lambda _index: "one page")
    results = run_together(live_app, CROWD, press)
    assert len(set(results)) == 1, results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(OrganiserMessage.id))) == 1
        assert db.session.scalar(select(func.count(Errand.id))) == 1


def test_no_day_holds_more_messages_than_it_may(live_app, fair_id, monkeypatch):
    monkeypatch.setattr(services.LIMITS, "per_day", 3)
    by_id, seen = prepared(live_app, fair_id)
    press = sender(fair_id, by_id, seen, lambda index: f"page {index}")
    results = run_together(live_app, CROWD, press)
    assert sum(isinstance(one, int) for one in results) == 3, results
    assert sum(isinstance(one, services.DayIsFull) for one in results) == 3, results
