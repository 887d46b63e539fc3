"""Two people at one moment: one is first, the other is told."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import Conflict
from app.core.transaction import transaction
from app.employers.models import Employer, EmployerMember
from app.employers.services import remove_member
from app.participations.models import Booth, OfferedPosition, Participation
from app.participations.services import (
    Person,
    Wish,
    assign_booth,
    confirm,
    lapse_unconfirmed,
    submit,
)
from app.participations.states import ParticipationStatus as S
from app.tours.models import Fair
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_employer,
    make_participation,
    make_position,
    make_recruiter,
    make_staff,
)
from tests.live import run_together

pytestmark = pytest.mark.own_database

CROWD = 8


def test_a_booth_goes_to_exactly_one_of_many(live_app):
    with live_app.app_context():
        fair, planner = make_coming_fair(), make_staff()
        booth_id = make_booth(fair=fair, code="E02").id
        ids = [make_participation(fair=fair).id for _ in range(CROWD)]
        planner_id = planner.id

    def take(index):
        with transaction():
            assign_booth(
                db.session.get(Participation, ids[index]),
                db.session.get(Booth, booth_id),
                by=db.session.get(User, planner_id),
            )
        return "mine"

    results = run_together(live_app, CROWD, take)
    assert results.count("mine") == 1
    refused = [one for one in results if one != "mine"]
    assert all(isinstance(one, Conflict) and one.code == "booth-taken" for one in refused)
    with live_app.app_context():
        holders = db.session.scalars(select(Participation).filter_by(booth_id=booth_id)).all()
        assert len(holders) == 1
        assert all(one.params["employer"] == holders[0].employer.display_name for one in refused)


def test_many_colleagues_apply_and_one_row_is_made(live_app):
    with live_app.app_context():
        employer = make_employer()
        ids = (employer.id, make_coming_fair().id, make_recruiter(employer).id)
        make_position(employer=employer)

    def apply(_index):
        with transaction():
            company, fair, by = (
                db.session.get(model, number)
                for model, number in zip((Employer, Fair, User), ids, strict=True)
            )
            submit(company, [Wish(fair, company.positions)], by=by)
        return "sent"

    results = run_together(live_app, CROWD, apply)
    assert "sent" in results
    assert all(one == "sent" or isinstance(one, Conflict) for one in results), results
    with live_app.app_context():
        row = db.session.scalars(select(Participation)).one()
        assert row.status is S.SUBMITTED
        assert db.session.scalar(select(func.count()).select_from(OfferedPosition)) == 1


def test_confirming_and_lapsing_at_one_moment_leave_one_truth(live_app):
    with live_app.app_context():
        employer = make_employer()
        owner_id = make_recruiter(employer).id
        fair = make_coming_fair()
        deadline = utcnow() + timedelta(hours=1)
        booth = make_booth(fair=fair)
        participation_id = make_participation(
            fair=fair, employer=employer, status=S.APPROVED, booth=booth, confirm_by=deadline
        ).id

    def act(index):
        if index % 2:
            with frozen(deadline + timedelta(seconds=1)), transaction():
                return lapse_unconfirmed()
        with transaction():
            row = db.session.get(Participation, participation_id)
            row.confirm_by = None  # as if it had been asked a moment before the deadline
            db.session.flush()
            confirm(row, [Person("陈静")], by=db.session.get(User, owner_id))
        return "confirmed"

    results = run_together(live_app, 2, act)
    with live_app.app_context():
        row = db.session.get(Participation, participation_id)
        if row.status is S.CONFIRMED:
            assert row.booth_id is not None
            assert results[0] == "confirmed"
            assert results[1] == 0
        else:
            assert (row.status, row.booth_id) == (S.LAPSED, None)
            assert isinstance(results[0], Exception)
            assert results[1] == 1
            assert row.representatives == []


def test_two_owners_cannot_remove_each_other(live_app):
    with live_app.app_context():
        employer = make_employer()
        users = [make_recruiter(employer).id for _ in range(2)]

    def remove(index):
        with transaction():
            other = db.session.scalars(
                select(EmployerMember).filter_by(user_id=users[1 - index])
            ).one()
            remove_member(other, by=db.session.get(User, users[index]))
        return "removed"

    results = run_together(live_app, 2, remove)
    assert results.count("removed") == 1
    with live_app.app_context():
        query = select(func.count(EmployerMember.id)).where(EmployerMember.removed_at.is_(None))
        assert db.session.scalar(query) == 1
