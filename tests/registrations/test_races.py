"""Many at once: every limit holds exactly, on both databases."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.accounts.models import User
from app.accounts.permissions import Role
from app.core.db import db
from app.core.transaction import transaction
from app.places.states import EducationLevel
from app.registrations import queries, services
from app.registrations.models import Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.students import services as students
from app.students.models import Student
from app.students.services import Profile
from app.tours.models import Fair
from tests.factories import make_coming_fair, make_student, make_user
from tests.factories.registrations import make_registration
from tests.live import run_together

pytestmark = pytest.mark.own_database
R = RegistrationStatus


def patiently(act):
    """Do it again when a busy machine kept the one writer of SQLite for five seconds."""

    def insist(*given):
        for _ in range(5):
            try:
                with transaction():
                    return act(*given)
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
        raise AssertionError("the database stayed locked")

    return insist


@patiently
def enter(student_id, fair_id):
    student, fair = db.session.get(Student, student_id), db.session.get(Fair, fair_id)
    return services.register(student, fair).status


@patiently
def leave(registration_uid):
    services.cancel(queries.get_registration(registration_uid), by=None)


def ticket_count():
    return db.session.scalar(select(func.count()).select_from(Ticket).filter_by(revoked_at=None))


def test_fifty_students_at_once_get_exactly_the_ten_places(live_app):
    with live_app.app_context():
        fair_id = make_coming_fair(capacity=10).id
        ids = [make_student().id for _ in range(50)]
    results = run_together(live_app, 50, lambda index: enter(ids[index], fair_id))
    assert sorted(results) == [R.CONFIRMED] * 10 + [R.WAITLISTED] * 40
    with live_app.app_context():
        fair = db.session.get(Fair, fair_id)
        assert queries.seats_taken(fair) == 10
        assert queries.count_by_status(fair) == {R.CONFIRMED: 10, R.WAITLISTED: 40, R.CANCELLED: 0}
        assert ticket_count() == 50


def test_leaving_and_entering_at_once_keeps_the_places_exact(live_app):
    with live_app.app_context():
        fair = make_coming_fair(capacity=10)
        fair_id = fair.id
        kept = [make_registration(fair).uid for _ in range(16)]
        ids = [make_student().id for _ in range(16)]

    def step(index):
        return leave(kept[index]) if index < 16 else enter(ids[index - 16], fair_id)

    results = run_together(live_app, 32, step)
    assert not [result for result in results if isinstance(result, Exception)]
    with live_app.app_context():
        fair = db.session.get(Fair, fair_id)
        counts = queries.count_by_status(fair)
        assert counts == {R.CONFIRMED: 10, R.WAITLISTED: 6, R.CANCELLED: 16}
        assert queries.seats_taken(fair) == 10
        # Whoever stands has exactly one valid ticket, whoever left has none.
        assert ticket_count() == 16


def test_the_last_place_freed_and_the_last_one_to_come_do_not_miss_each_other(live_app):
    """A place is never left empty beside somebody who waits."""
    for _ in range(8):
        with live_app.app_context():
            fair = make_coming_fair(capacity=1)
            fair_id, uid = fair.id, make_registration(fair).uid
            student_id = make_student().id
        steps = [lambda u=uid: leave(u), lambda s=student_id, f=fair_id: enter(s, f)]
        run_together(live_app, 2, lambda index, steps=steps: steps[index]())
        with live_app.app_context():
            fair = db.session.get(Fair, fair_id)
            assert queries.count_by_status(fair)[R.CONFIRMED] == 1
            assert queries.seats_taken(fair) == 1


def test_one_student_tapping_twice_has_one_registration_and_one_ticket(live_app):
    with live_app.app_context():
        fair_id, student_id = make_coming_fair(capacity=5).id, make_student().id
    results = run_together(live_app, 8, lambda _index: enter(student_id, fair_id))
    assert results == [R.CONFIRMED] * 8
    with live_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
        assert ticket_count() == 1
        assert queries.seats_taken(db.session.get(Fair, fair_id)) == 1


def test_two_re_issues_at_once_leave_one_valid_ticket(live_app):
    with live_app.app_context():
        uid = make_registration().uid

    def replace(_index):
        with transaction():
            services.reissue_ticket(queries.get_registration(uid), by=None, why="lost")

    assert run_together(live_app, 6, replace) == [None] * 6
    with live_app.app_context():
        registration = queries.get_registration(uid)
        assert registration.generation == 6
        assert len(registration.tickets) == 7
        assert ticket_count() == 1


def test_a_first_profile_sent_twice_makes_one_student(live_app):
    profile = Profile(name="林晓", school_name="江城大学", level=EducationLevel.MASTERS)
    with live_app.app_context():
        user_id = make_user(Role.STUDENT).id

    def save(_index):
        with transaction():
            return students.save_profile(db.session.get(User, user_id), profile, agreed=True).id

    results = run_together(live_app, 6, save)
    assert len(set(results)) == 1
    assert not [result for result in results if isinstance(result, Exception)]
