"""A fair that is over, with people who came, and the ways to ask them."""

from datetime import timedelta

from app.accounts.permissions import Role
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.notices.models import Notice
from app.notices.states import Channel
from app.participations.states import ParticipationStatus
from app.questions import queries as questions
from app.questions.states import Occasion, QuestionKind
from app.surveys import queries, services
from app.surveys.models import Survey
from app.tours.states import FairStatus
from tests.factories import make_fair, make_staff
from tests.factories.registrations import make_question
from tests.messages.hall import come, employer_at, register, work

STUDENTS, EMPLOYERS = Occasion.STUDENTS, Occasion.EMPLOYERS
K = QuestionKind

__all__ = ["come", "employer_at", "register", "work"]


def past_fair(**given):
    now = utcnow()
    usual = {
        "starts_at": now - timedelta(days=2, hours=4),
        "ends_at": now - timedelta(days=2),
        "doors_at": now - timedelta(days=2, hours=5),
        "registration_opens_at": now - timedelta(days=20),
        "status": FairStatus.CLOSED,
    }
    return make_fair(**usual | given)


def attended(fair, number=1, **student):
    return [come(register(fair, **student)) for _ in range(number)]


def arrived(fair, **given):
    return employer_at(fair, ParticipationStatus.ARRIVED, **given)


def ask(fair, occasion=STUDENTS, **given):
    """One required rating, one choice, one text."""
    return (
        make_question(fair, "满意吗？", kind=K.RATING, is_required=True, occasion=occasion),
        make_question(fair, "还来吗？", choices=["会", "不会"], occasion=occasion),
        make_question(fair, "建议？", kind=K.LONG, occasion=occasion),
    )


def opened(fair, occasion=STUDENTS, days=7, **more):
    db.session.commit()
    with transaction():
        found = services.open_survey(
            fair,
            occasion,
            closes_at=utcnow() + timedelta(days=days),
            by=make_staff(Role.PLANNER),
            **more,
        )
    work()
    return fresh(found)


def fresh(survey):
    return db.session.get(Survey, survey.id, populate_existing=True)


def tokens(survey, channel=Channel.INBOX):
    rows = db.session.query(Notice).filter_by(cause=survey.cause, channel=channel)
    return [row.payload["token"] for row in rows.order_by(Notice.id)]


def say(token, *values):
    """Answer the questions of a link's survey in their order; None leaves one out."""
    survey = queries.get_survey_of_token(token)
    asked = questions.list_asked(survey.fair, survey.occasion)
    given = {row.id: value for row, value in zip(asked, values, strict=False)}
    with transaction():
        services.answer_survey(token, given, asked=frozenset(row.id for row in asked))


def close(survey):
    with transaction():
        services.close_survey(fresh(survey), by=make_staff(Role.PLANNER))
    return fresh(survey)


def told(survey):
    """Label → (answered, counts, mean) of a closed survey."""
    return {
        one.question.label_zh: (one.answered, one.counts, one.mean)
        for one in queries.results_of(fresh(survey))
    }
