"""Who belongs to which group, and how many can be reached by what."""

import pytest

from app.core.clock import utcnow
from app.core.db import db
from app.intents.states import Step
from app.messages import queries, services
from app.messages.queries import Audience
from app.messages.states import Segment
from app.participations.states import ParticipationStatus
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_recruiter,
    make_stop,
    make_student,
    make_tour,
    save,
)
from tests.messages.hall import come, employer_at, reach_of, reader, register, stand
from tests.statements import count_statements

S = Segment


def people(fair, segment, **more):
    audience = Audience(segment, (fair.id,), **more)
    query = queries.select_people(audience)
    return sorted(row.user_id for row in db.session.execute(query))


def user_ids(*registrations):
    return sorted(one.student.user_id for one in registrations)


@pytest.fixture
def fair(database):
    return make_fair()


def test_each_group_of_employers_is_those_in_its_state(fair):
    made = {
        S.EMPLOYERS_CONFIRMED: employer_at(fair),
        S.EMPLOYERS_UNCONFIRMED: employer_at(fair, ParticipationStatus.APPROVED),
        S.EMPLOYERS_UNDECIDED: employer_at(fair, ParticipationStatus.SUBMITTED),
        S.EMPLOYERS_RETURNED: employer_at(fair, ParticipationStatus.RETURNED),
        S.EMPLOYERS_WAITLISTED: employer_at(fair, ParticipationStatus.WAITLISTED),
    }
    employer_at(fair, ParticipationStatus.WITHDRAWN)
    employer_at(make_fair())
    for segment, participation in made.items():
        member = participation.employer.members[0]
        assert people(fair, segment) == [member.user_id], segment


def test_who_has_arrived_has_confirmed_too(fair):
    employer_at(fair, ParticipationStatus.ARRIVED)
    assert reach_of(fair, S.EMPLOYERS_CONFIRMED).heads == 1


def test_each_group_of_students_is_those_it_names(fair):
    absent, came, waiting = register(fair), come(register(fair)), register(fair)
    waiting.status = RegistrationStatus.WAITLISTED
    register(fair, RegistrationStatus.CANCELLED)
    agreed = come(register(fair))
    stand(agreed, Step.PRELIMINARY)
    save(waiting)
    assert people(fair, S.STUDENTS_REGISTERED) == user_ids(absent, came, agreed)
    assert people(fair, S.STUDENTS_WAITLISTED) == user_ids(waiting)
    assert people(fair, S.STUDENTS_ATTENDED) == user_ids(came, agreed)
    assert people(fair, S.STUDENTS_ABSENT) == user_ids(absent)
    assert people(fair, S.STUDENTS_WITHOUT_INTENT) == user_ids(came)


def test_candidates_are_counted_once_by_their_highest_standing_rung(fair):
    one, two, three, signed, gone = (come(register(fair)) for _ in range(5))
    stand(one, Step.RESUME_RECEIVED)
    stand(two, Step.RESUME_RECEIVED)
    stand(two, Step.INTERVIEWED)
    stand(three, Step.PRELIMINARY)
    stand(signed, Step.PRELIMINARY)
    stand(signed, Step.AGREEMENT_SIGNED)
    stand(gone, Step.DECLINED_BY_EMPLOYER)
    assert people(fair, S.CANDIDATES_RESUME) == user_ids(one)
    assert people(fair, S.CANDIDATES_SHORTLISTED) == []
    assert people(fair, S.CANDIDATES_INTERVIEWED) == user_ids(two)
    assert people(fair, S.CANDIDATES_PRELIMINARY) == user_ids(three)


def test_a_ladder_that_ended_is_no_intent(fair):
    registration = come(register(fair))
    stand(registration, Step.WITHDRAWN)
    assert people(fair, S.STUDENTS_WITHOUT_INTENT) == user_ids(registration)


def test_nobody_has_failed_to_come_before_the_fair_began(database):
    with pytest.raises(services.TooEarly):
        reach_of(make_coming_fair(), S.STUDENTS_ABSENT)


def test_the_count_says_who_is_reached_by_what(fair):
    register(fair, user=reader(email="a@example.org", locale="en"))
    register(fair, user=reader(email=None))
    register(fair, user=reader(email=None, messages_off_at=utcnow()))
    register(fair, user=reader(email=None, disabled_at=utcnow()))
    nobody = make_student()
    nobody.user = None
    save(nobody)
    register_student(fair, nobody)
    reach = reach_of(fair, S.STUDENTS_REGISTERED)
    assert (reach.heads, reach.people, reach.mails, reach.english) == (5, 2, 1, 1)
    assert (reach.declined, reach.unreachable) == (1, 2)


def register_student(fair, student):
    save(Registration(fair=fair, student=student, status=RegistrationStatus.CONFIRMED))


def test_employers_are_counted_apart_from_the_people_who_act_for_them(fair):
    employer_at(fair, people=3)
    employer_at(fair, people=0)
    left = employer_at(fair, people=1)
    left.employer.members[0].removed_at = utcnow()
    db.session.commit()
    reach = reach_of(fair, S.EMPLOYERS_CONFIRMED)
    assert (reach.heads, reach.people, reach.unreachable) == (3, 3, 2)


def test_a_delegation_is_its_own_employers_only(fair):
    yueqing = make_delegation()
    mine = employer_at(fair, delegation=yueqing)
    employer_at(fair)
    assert people(fair, S.EMPLOYERS_CONFIRMED, delegation_id=yueqing.id) == [
        mine.employer.members[0].user_id
    ]


def test_an_employer_at_two_fairs_of_a_stop_gets_one_message_about_the_first(database):
    tour = make_tour()
    stop = make_stop(tour=tour)
    first = make_fair(tour=tour, stop=stop)
    second = make_fair(tour=tour, stop=stop)
    employer = make_employer()
    user = make_recruiter(employer)
    for fair in (second, first):
        make_participation(fair=fair, employer=employer)
    alone = employer_at(second)
    fairs = queries.fairs_of(first, whole_stop=True)
    rows = db.session.execute(
        queries.select_people(Audience(S.EMPLOYERS_CONFIRMED, fairs)).order_by("fair_id")
    ).all()
    assert [tuple(row)[:2] for row in rows] == [
        (user.id, first.id),
        (alone.employer.members[0].user_id, second.id),
    ]
    assert reach_of(first, S.EMPLOYERS_CONFIRMED, whole_stop=True).heads == 2


@pytest.mark.parametrize("segment", list(Segment))
def test_a_group_is_counted_in_one_statement(fair, segment):
    with count_statements() as seen:
        queries.count_reach(Audience(segment, (fair.id,)))
    assert len(seen) == 1
