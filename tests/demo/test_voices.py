"""What people say in the sample world keeps the rules of questions, surveys and messages."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app.checkins.models import Attendance
from app.core.clock import utcnow
from app.core.db import db
from app.intents.models import BoothContact, BoothScan, ContactQuota, Intent, ResumeShare
from app.intents.states import ContactState
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.states import MessageStatus, RecipientStatus
from app.notices.models import Notice
from app.questions.answers import read_value
from app.questions.models import Question
from app.questions.states import Occasion, QuestionKind
from app.registrations.models import Registration, RegistrationAnswer
from app.students.models import Student
from app.surveys.models import Survey, SurveyAnswer, SurveyResponse
from app.surveys.queries import count_to_ask, results_of
from app.surveys.states import SurveyStatus

pytestmark = pytest.mark.own_database
Q_ANY = QuestionKind.ANY


def surveys():
    return {one.status: one for one in db.session.scalars(select(Survey))}


def answers_of(survey):
    """Everything said in a survey: (response, question, value)."""
    query = (
        select(SurveyResponse, Question, SurveyAnswer.value)
        .join(SurveyAnswer, SurveyAnswer.response_uid == SurveyResponse.uid)
        .join(Question, Question.id == SurveyAnswer.question_id)
        .where(SurveyResponse.survey_id == survey.id)
    )
    return db.session.execute(query).all()


def student_of(phone):
    return next(one for one in db.session.scalars(select(Student)) if one.user.phone == phone)


# ---------------------------------------------------------------------------- registration


def test_every_answer_is_one_to_a_question_of_the_fair_registered_for():
    answers = db.session.scalars(select(RegistrationAnswer)).all()
    assert len(answers) > 30
    for row in answers:
        assert row.question.occasion is Occasion.REGISTRATION
        assert row.question.fair_id == row.registration.fair_id
        assert read_value(row.question, row.value) == row.value is not None
        assert row.question.created_at <= row.answered_at <= utcnow()
    kinds = {row.question.kind for row in answers}
    assert kinds == {QuestionKind.ONE, QuestionKind.ANY, QuestionKind.SHORT}


def test_nobody_registered_without_answering_what_must_be():
    required = db.session.scalars(
        select(Question).filter_by(occasion=Occasion.REGISTRATION, is_required=True)
    ).all()
    assert required
    for question in required:
        given = db.session.scalars(
            select(RegistrationAnswer.registration_id).filter_by(question_id=question.id)
        ).all()
        registered = db.session.scalars(
            select(Registration.id).filter_by(fair_id=question.fair_id)
        ).all()
        assert sorted(given) == sorted(registered)


# ---------------------------------------------------------------------------- surveys


def test_a_closed_survey_has_forgotten_its_links_and_shows_results():
    survey = surveys()[SurveyStatus.CLOSED]
    rows = db.session.scalars(select(SurveyResponse).filter_by(survey_id=survey.id)).all()
    assert all(row.token_hash is None and row.answered_on is not None for row in rows)
    assert len(rows) <= survey.invited == count_to_ask(survey.fair, survey.occasion)
    assert not db.session.scalar(select(func.count(Notice.id)).filter_by(cause=survey.cause))
    results = results_of(survey)
    assert len(results) == 6
    shown = [one for one in results if not one.question.is_text]
    assert all(one.is_shown and sum(one.counts.values()) >= one.answered for one in shown)


def test_an_open_survey_has_a_link_for_everybody_who_came():
    survey = surveys()[SurveyStatus.OPEN]
    assert survey.is_open_at(utcnow())
    assert survey.opened_at >= survey.fair.ends_at
    assert results_of(survey) == []
    rows = db.session.scalars(select(SurveyResponse).filter_by(survey_id=survey.id)).all()
    came = db.session.scalar(
        select(func.count()).select_from(Attendance).filter_by(fair_id=survey.fair_id)
    )
    assert len({row.token_hash for row in rows} - {None}) == len(rows) == came == survey.invited
    assert {row.answered_on is None for row in rows} == {True, False}
    told = db.session.scalars(select(Notice.user_id).filter_by(cause=survey.cause)).all()
    assert len(told) == len(set(told)) == came


@pytest.mark.parametrize("status", list(SurveyStatus))
def test_survey_answers_are_answers_to_the_questions_of_their_survey(status):
    survey = surveys()[status]
    said = answers_of(survey)
    first, last = survey.opened_at.date(), (survey.closed_at or utcnow()).date()
    for response, question, value in said:
        assert (question.fair_id, question.occasion) == (survey.fair_id, survey.occasion)
        is_rating, is_any = (question.kind is kind for kind in (QuestionKind.RATING, Q_ANY))
        given = int(value) if is_rating else [value] if is_any else value
        assert read_value(question, given) == given
        # In China a day begins before it does in UTC.
        assert (response.answered_on - first).days >= 0
        assert (response.answered_on - last).days <= 1
    once = Counter((one.uid, q.id, value if q.kind is Q_ANY else "") for one, q, value in said)
    assert set(once.values()) == {1}
    required = [q.id for q in db.session.scalars(select(Question)) if q.is_required]
    answered = {response.uid for response, _, _ in said}
    complete = {response.uid for response, question, _ in said if question.id in required}
    assert answered == complete


# ---------------------------------------------------------------------------- messages


def test_messages_count_their_people_and_no_more_were_written_to_than_was_said():
    messages = db.session.scalars(select(OrganiserMessage).order_by(OrganiserMessage.id)).all()
    assert [one.status for one in messages] == [MessageStatus.STOPPED, MessageStatus.SENT]
    assert [one.number for one in messages] == [1, 2]
    for message in messages:
        rows = db.session.scalars(select(MessageRecipient).filter_by(message_id=message.id)).all()
        counted = Counter(row.status for row in rows)
        assert len(rows) == len({row.user_id for row in rows}) == message.people
        assert counted[RecipientStatus.WRITTEN] == message.written > 0
        assert counted[RecipientStatus.LEFT_OUT] == message.left_out == 0
        told = db.session.scalars(select(Notice.user_id).filter_by(cause=message.cause)).all()
        written = {row.user_id for row in rows if row.status is RecipientStatus.WRITTEN}
        assert sorted(told) == sorted(written)
    stopped, sent = messages
    assert stopped.written < stopped.people
    assert sent.written == sent.people
    assert stopped.created_at < stopped.finished_at < sent.created_at < sent.finished_at < utcnow()


def test_messages_went_to_who_was_registered_by_then():
    for message in db.session.scalars(select(OrganiserMessage)):
        registered = db.session.scalars(
            select(Student.user_id)
            .join(Registration, Registration.student_id == Student.id)
            .where(
                Registration.fair_id == message.fair_id,
                Registration.registered_at < message.created_at,
            )
        ).all()
        people = db.session.scalars(
            select(MessageRecipient.user_id).filter_by(message_id=message.id)
        ).all()
        assert sorted(people) == sorted(registered)


def test_the_demo_student_finds_the_message_in_the_inbox():
    student = student_of("13800000001")
    templates = db.session.scalars(select(Notice.template).filter_by(user_id=student.user_id))
    assert "messages/organiser" in templates.all()


# ---------------------------------------------------------------------------- stands


def test_nothing_that_waits_for_a_yes_is_counted():
    waiting = db.session.scalars(select(BoothContact).filter_by(state=ContactState.WAITING)).all()
    assert len(waiting) == 6
    for contact in waiting:
        assert contact.asked_at <= utcnow() < contact.lapses_at
        assert contact.answered_at is None
        stand, student_id = contact.participation, contact.registration.student_id
        for table in (Intent, ResumeShare):
            given = select(table).filter_by(participation_id=stand.id, student_id=student_id)
            assert db.session.scalars(given).first() is None


def test_stands_ask_people_who_are_at_the_fair():
    for contact in db.session.scalars(select(BoothContact)):
        assert contact.registration.fair_id == contact.participation.fair_id
        came = db.session.scalars(
            select(Attendance).filter_by(registration_id=contact.registration_id)
        ).one()
        assert came.first_at < contact.scanned_at


def test_the_phone_of_a_stand_numbers_its_scans_and_each_took_one_of_the_day():
    scans = db.session.scalars(select(BoothScan).order_by(BoothScan.seq)).all()
    assert [scan.seq for scan in scans] == [1, 2, 3, 4, 5, 6]
    assert all(scan.contact.scan_id == scan.id for scan in scans)
    assert len({scan.device_id for scan in scans}) == 1
    taken = db.session.scalars(select(ContactQuota.taken)).all()
    assert sum(taken) == len(scans)


def test_the_demo_student_is_asked_by_a_stand_that_has_got_nothing_yet():
    student = student_of("13800000001")
    asked = db.session.scalars(
        select(BoothContact)
        .join(BoothContact.registration)
        .where(Registration.student_id == student.id, BoothContact.state == ContactState.WAITING)
    ).one()
    assert not asked.participation.employer.members
