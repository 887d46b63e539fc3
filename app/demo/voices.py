"""What people say in the sample world: answers at registration, surveys, and messages to them.

Answers are written in bulk. Questions are asked, links are made and messages are sent by the
services: these are few, and the services know what else has to be written with them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import insert, select

from app.accounts.models import User
from app.checkins.models import Attendance
from app.core.clock import at_zone, frozen, local
from app.core.db import db
from app.demo.content import (
    ASKED_AT_REGISTRATION,
    RIGHT_GATE,
    SUGGESTIONS,
    WISHES,
    WRONG_GATE,
)
from app.demo.people import code
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.queries import count_of_day
from app.messages.services import send_some, stop_message
from app.messages.states import RecipientStatus, Segment
from app.questions.models import Question
from app.questions.queries import list_asked
from app.questions.services import Choice, Draft, add_question
from app.questions.states import RATINGS, Occasion, QuestionKind
from app.registrations.models import Registration, RegistrationAnswer
from app.surveys.models import UID_LENGTH, Survey, SurveyAnswer, SurveyResponse
from app.surveys.services import invite_some, take_usual_questions
from app.surveys.states import USUAL_DAYS, SurveyStatus
from app.tours.models import Fair

K = QuestionKind
# How often each rating is given, from 1 to 5, and how often a choice is taken, by its place.
RATED = (2, 4, 14, 45, 35)
CHOSEN = (8, 5, 2)
# Shares of people who answer a survey, leave out what is optional, and write something.
ANSWER, LEAVE_OUT, WRITE = 0.42, 0.06, 0.3


def ask_at_registration(
    fair: Fair, registrations: Sequence[Registration], rng: Random, *, by: User
) -> None:
    """Extra questions of a fair from the day it was published, and everybody's answers."""
    published = fair.registration_opens_at or fair.created_at
    with frozen(published - timedelta(hours=1)):
        questions = [_add(fair, one, by) for one in ASKED_AT_REGISTRATION]
    rows = [
        {
            "registration_id": registration.id,
            "question_id": question.id,
            "sealed": {"value": value},
            "answered_at": registration.registered_at,
        }
        for registration in registrations
        for question in questions
        if (value := _wish(question, rng)) is not None
    ]
    db.session.execute(insert(RegistrationAnswer), rows)


def _add(
    fair: Fair, asked: tuple[str, str, str, bool, tuple[tuple[str, str], ...]], by: User
) -> Question:
    kind, label_zh, label_en, is_required, choices = asked
    draft = Draft(
        kind=K(kind),
        label_zh=label_zh,
        label_en=label_en,
        is_required=is_required,
        choices=[Choice(zh, en) for zh, en in choices],
    )
    return add_question(fair, Occasion.REGISTRATION, draft, by=by)


def _wish(question: Question, rng: Random) -> str | list[str] | None:
    """What somebody answers while registering; nobody had a file at hand."""
    if question.kind is K.ONE:
        return rng.choices(question.keys, (5, 2, 3))[0]
    if question.kind is K.ANY:
        return [key for key in question.keys if rng.random() < 0.4] or None
    if question.kind is K.SHORT:
        return rng.choice(WISHES) if rng.random() < 0.35 else None
    return None


# ---------------------------------------------------------------------------- surveys


def survey_closed(fair: Fair, rng: Random, *, by: User) -> None:
    """A survey of students that was open for the usual week: answers, and nothing beside them."""
    survey = _survey(fair, rng, by=by)
    came = sorted(
        db.session.scalars(select(Attendance.registration_id).where(Attendance.fair_id == fair.id))
    )
    survey.status, survey.closed_at = SurveyStatus.CLOSED, survey.closes_at
    survey.invited, survey.last_asked_id = len(came), came[-1]
    survey.sent_at = survey.opened_at + timedelta(minutes=1)
    uids = [code(rng) for _ in range(max(12, round(len(came) * ANSWER)))]
    last = survey.closes_at - timedelta(days=1)
    responses = [
        {"uid": uid, "survey_id": survey.id, "answered_on": _day(survey, rng, until=last)}
        for uid in uids
    ]
    db.session.execute(insert(SurveyResponse), responses)
    db.session.execute(insert(SurveyAnswer), list(_answers(survey, uids, rng)))


def survey_open(fair: Fair, rng: Random, *, by: User, now: datetime) -> None:
    """A survey that still takes answers: everybody who came has a link, some have used it.

    Another audience is prepared, and not asked yet.
    """
    with frozen(fair.ends_at + timedelta(days=3)):
        take_usual_questions(fair, Occasion.EMPLOYERS, by=by)
        survey = _survey(fair, rng, by=by)
        while invite_some(survey) is not None:
            pass
    links = select(SurveyResponse).filter_by(survey_id=survey.id).order_by(SurveyResponse.uid)
    used = [row for row in db.session.scalars(links) if rng.random() < ANSWER]
    for row in used:
        row.answered_on = _day(survey, rng, until=now)
    db.session.flush()
    db.session.execute(insert(SurveyAnswer), list(_answers(survey, [row.uid for row in used], rng)))


def _survey(fair: Fair, rng: Random, *, by: User) -> Survey:
    """A survey with the usual questions, opened three days after the fair."""
    opened = fair.ends_at + timedelta(days=3)
    with frozen(opened):
        take_usual_questions(fair, Occasion.STUDENTS, by=by)
    last = local(opened, fair.time_zone).date() + timedelta(days=USUAL_DAYS + 1)
    survey = Survey(
        uid=code(rng, UID_LENGTH),
        fair=fair,
        occasion=Occasion.STUDENTS,
        closes_at=at_zone(datetime.combine(last, time.min), fair.time_zone),
        opened_at=opened,
        opened_by=by,
    )
    db.session.add(survey)
    db.session.flush()
    return survey


def _day(survey: Survey, rng: Random, *, until: datetime) -> date:
    """Most answer at once, the others in the days after."""
    zone = survey.fair.time_zone
    first, last = local(survey.opened_at, zone).date(), local(until, zone).date()
    return first + timedelta(days=int(((last - first).days + 1) * rng.random() ** 2))


def _answers(survey: Survey, uids: Iterable[str], rng: Random) -> Iterator[dict[str, object]]:
    """What came back through some links: a row for each thing said."""
    texts = rng.sample(SUGGESTIONS, len(SUGGESTIONS))
    questions = list_asked(survey.fair, survey.occasion)
    for uid in uids:
        for question in questions:
            if not question.is_required and rng.random() < LEAVE_OUT:
                continue
            for value in _said(question, texts, rng):
                yield {"response_uid": uid, "question_id": question.id, "value": value}


def _said(question: Question, texts: list[str], rng: Random) -> list[str]:
    if question.kind is K.RATING:
        return [str(rng.choices(RATINGS, RATED)[0])]
    if question.kind is K.ONE:
        return rng.choices(question.keys, CHOSEN)
    if question.kind is K.ANY:
        # The last choice is "none of these".
        *some, none = question.keys
        odds = (0.7, 0.3, 0.15, 0.45)
        return [key for key, odd in zip(some, odds, strict=True) if rng.random() < odd] or [none]
    return [texts.pop()] if texts and rng.random() < WRITE else []


# ---------------------------------------------------------------------------- messages


def write_to_registered(
    fair: Fair, registrations: Sequence[Registration], rng: Random, *, by: User, now: datetime
) -> None:
    """Yesterday afternoon: a message stopped on the way, and its correction to everybody."""
    yesterday = local(now, fair.time_zone).date() - timedelta(days=1)
    at = at_zone(datetime.combine(yesterday, time(16, 5)), fair.time_zone)
    people = [row for row in registrations if row.registered_at < at]
    wrong = _message(fair, people, WRONG_GATE, rng, by=by, at=at)
    # A quarter is one step of a worker; the others it never came to.
    turn = len(people) // 4
    with frozen(at):
        _take_down(wrong, people[:turn])
        send_some(wrong, after=0)
        _take_down(wrong, people[turn:])
    db.session.refresh(wrong)
    with frozen(at + timedelta(minutes=1)):
        stop_message(wrong, by=by)
    at += timedelta(minutes=13)
    people = [row for row in registrations if row.registered_at < at]
    right = _message(fair, people, RIGHT_GATE, rng, by=by, at=at)
    with frozen(at + timedelta(minutes=1)):
        _take_down(right, people)
        last: int | None = 0
        while last is not None:
            last = send_some(right, after=last)
    db.session.flush()
    db.session.refresh(right)


def _message(
    fair: Fair,
    people: Sequence[Registration],
    words: tuple[str, str, str, str],
    rng: Random,
    *,
    by: User,
    at: datetime,
) -> OrganiserMessage:
    subject_zh, body_zh, subject_en, body_en = words
    day = local(at, fair.time_zone).date()
    message = OrganiserMessage(
        uid=code(rng),
        key=code(rng),
        fair=fair,
        sent_on=day,
        number=count_of_day(fair, day) + 1,
        segment=Segment.STUDENTS_REGISTERED,
        subject_zh=subject_zh,
        body_zh=body_zh,
        subject_en=subject_en,
        body_en=body_en,
        heads=len(people),
        people=len(people),
        created_at=at,
        created_by=by,
    )
    db.session.add(message)
    db.session.flush()
    return message


def _take_down(message: OrganiserMessage, people: Sequence[Registration]) -> None:
    rows = [
        {
            "message_id": message.id,
            "user_id": registration.student.user_id,
            "fair_id": message.fair_id,
            "status": RecipientStatus.WAITING,
        }
        for registration in people
    ]
    db.session.execute(insert(MessageRecipient), rows)
