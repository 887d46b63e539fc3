"""Reading surveys: who is asked, how many answered, what they said in numbers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, lazyload

from app.accounts.models import User
from app.accounts.queries import only_by_text
from app.checkins.models import Attendance
from app.core.codes import fingerprint
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.employers.models import EmployerMember
from app.participations.models import Participation
from app.participations.states import ParticipationStatus
from app.questions.models import Question
from app.questions.queries import list_all
from app.questions.states import RATINGS, Occasion, QuestionKind
from app.registrations.models import Registration
from app.students.models import Student
from app.surveys.models import UID_LENGTH, Survey, SurveyAnswer, SurveyResponse
from app.surveys.states import FEWEST_SHOWN, SurveyStatus
from app.tours.models import Fair


@dataclass(frozen=True)
class Result:
    """What was answered to one question.

    ``counts`` by key of a choice or by rating, in the order they are offered; empty for texts
    and where fewer than five answered. ``mean`` of ratings, two decimals, half up.
    """

    question: Question
    answered: int
    counts: dict[str, int] = field(default_factory=dict)
    mean: Decimal | None = None

    @property
    def is_shown(self) -> bool:
        """Whether enough people answered for anything to be told."""
        return self.answered >= FEWEST_SHOWN


def find_survey(fair: Fair, occasion: Occasion) -> Survey | None:
    """The survey of an audience, if it was ever opened."""
    query = select(Survey).filter_by(fair_id=fair.id, occasion=occasion)
    return db.session.scalars(query).one_or_none()


def get_survey(fair: Fair, occasion: Occasion) -> Survey:
    """The same, or nothing by that name."""
    found = find_survey(fair, occasion)
    if found is None:
        raise NotFound()
    return found


def find_survey_by_id(survey_id: int) -> Survey | None:
    """A survey as it stands now."""
    return db.session.get(Survey, survey_id, populate_existing=True)


def get_survey_of_token(token: str) -> Survey:
    """The survey a link leads to, open or closed; whether the link is good is another question."""
    query = select(Survey).filter_by(uid=token[:UID_LENGTH]).options(joinedload(Survey.fair))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def get_response(survey: Survey, token: str) -> SurveyResponse:
    """The response behind a link of an open survey."""
    query = select(SurveyResponse).filter_by(survey_id=survey.id, token_hash=fingerprint(token))
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def values_of(response: SurveyResponse) -> dict[int, str | list[str]]:
    """What was answered through a link, by question id; lists where several may be chosen."""
    query = (
        select(SurveyAnswer)
        .filter_by(response_uid=response.uid)
        .options(joinedload(SurveyAnswer.question))
        .order_by(SurveyAnswer.id)
    )
    found: dict[int, str | list[str]] = {}
    for row in db.session.scalars(query):
        if row.question.kind is QuestionKind.ANY:
            listed = found.setdefault(row.question_id, [])
            assert isinstance(listed, list)
            listed.append(row.value)
        else:
            found[row.question_id] = row.value
    return found


def list_due(now: datetime) -> Sequence[int]:
    """Surveys whose time is over and that nobody has closed."""
    query = select(Survey.id).where(Survey.status == SurveyStatus.OPEN, Survey.closes_at <= now)
    return db.session.scalars(query.order_by(Survey.id)).all()


# ---------------------------------------------------------------------------- who is asked


def students_to_ask(fair: Fair) -> Select[int, User]:
    """(registration id, account) of everybody who came and can be reached."""
    return (
        select(Registration.id, User)
        .join(Attendance, Attendance.registration_id == Registration.id)
        .join(Student, Student.id == Registration.student_id)
        .join(User, User.id == Student.user_id)
        .where(Attendance.fair_id == fair.id, Student.closed_at.is_(None))
        .where(User.disabled_at.is_(None), User.messages_off_at.is_(None))
        .options(lazyload(User.staff_roles))
        .order_by(Registration.id)
    )


def employers_to_ask(fair: Fair) -> Select[int, User]:
    """(participation id, account) of everybody who acts for an employer that came."""
    return (
        select(Participation.id, User)
        .join(EmployerMember, EmployerMember.employer_id == Participation.employer_id)
        .join(User, User.id == EmployerMember.user_id)
        .where(Participation.fair_id == fair.id)
        .where(Participation.status == ParticipationStatus.ARRIVED)
        .where(EmployerMember.removed_at.is_(None))
        .where(User.disabled_at.is_(None), User.messages_off_at.is_(None))
        .options(lazyload(User.staff_roles))
        .order_by(Participation.id, User.id)
    )


def count_to_ask(fair: Fair, occasion: Occasion) -> int:
    """How many links a survey would send: students, or employers."""
    if occasion is Occasion.STUDENTS:
        return _count(students_to_ask(fair), Registration.id)
    return _count(employers_to_ask(fair), Participation.id)


def count_to_text(fair: Fair, occasion: Occasion) -> int:
    """How many of them have no e-mail, but a phone that text messages go to."""
    if occasion is not Occasion.STUDENTS:
        return 0
    return _count(students_to_ask(fair).where(only_by_text()), User.id)


def count_promised_texts(fair_id: int | None = None) -> int:
    """How many text messages are still to be written for surveys being sent, of a fair or all."""
    query = select(func.sum(Survey.texts - Survey.texted)).where(
        Survey.status == SurveyStatus.OPEN, Survey.sent_at.is_(None)
    )
    if fair_id is not None:
        query = query.where(Survey.fair_id == fair_id)
    return db.session.scalar(query) or 0


def _count(query: Select[int, User], head: object) -> int:
    heads = query.order_by(None).with_only_columns(head).distinct().subquery()  # type: ignore[call-overload]
    return db.session.scalar(select(func.count()).select_from(heads)) or 0


def heads_to_ask(
    fair: Fair, occasion: Occasion, *, after: int, limit: int
) -> list[tuple[int, list[User]]]:
    """The next students or employers by id, each with the accounts that get the link."""
    is_students = occasion is Occasion.STUDENTS
    query = students_to_ask(fair) if is_students else employers_to_ask(fair)
    head = Registration.id if is_students else Participation.id
    wanted = query.order_by(None).with_only_columns(head).where(head > after)
    heads = db.session.scalars(wanted.distinct().order_by(head).limit(limit)).all()
    people: dict[int, list[User]] = defaultdict(list)
    for number, user in db.session.execute(query.where(head.in_(heads))):
        people[number].append(user)
    return [(number, people[number]) for number in heads]


# ---------------------------------------------------------------------------- results


def count_answered(survey: Survey) -> int:
    """How many links came back."""
    query = select(func.count()).where(
        SurveyResponse.survey_id == survey.id, SurveyResponse.answered_on.is_not(None)
    )
    return db.session.scalar(query) or 0


def results_of(survey: Survey) -> list[Result]:
    """What was answered, question by question; nothing while answers are still taken.

    As long as one can ask again after each answer, the difference of two tables is somebody's
    answer, however large the numbers are.
    """
    if survey.status is not SurveyStatus.CLOSED:
        return []
    questions = list_all(survey.fair, survey.occasion)
    ids = [row.id for row in questions]
    people = select(
        SurveyAnswer.question_id, func.count(SurveyAnswer.response_uid.distinct())
    ).where(SurveyAnswer.question_id.in_(ids))
    answered = {
        row[0]: row[1] for row in db.session.execute(people.group_by(SurveyAnswer.question_id))
    }
    counted = [row.id for row in questions if not row.is_text]
    values = (
        select(SurveyAnswer.question_id, SurveyAnswer.value, func.count())
        .where(SurveyAnswer.question_id.in_(counted))
        .group_by(SurveyAnswer.question_id, SurveyAnswer.value)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for question_id, value, number in db.session.execute(values):
        counts[question_id][value] = number
    return [
        _result(row, answered.get(row.id, 0), counts[row.id])
        for row in questions
        if row.position is not None or row.id in answered
    ]


def _result(question: Question, answered: int, counts: dict[str, int]) -> Result:
    if answered < FEWEST_SHOWN or question.is_text:
        return Result(question, answered)
    is_rating = question.kind is QuestionKind.RATING
    keys = [str(number) for number in RATINGS] if is_rating else question.keys
    ordered = {key: counts.get(key, 0) for key in keys}
    return Result(question, answered, ordered, _mean(ordered) if is_rating else None)


def _mean(counts: dict[str, int]) -> Decimal | None:
    total = sum(counts.values())
    if not total:
        return None
    points = sum(int(key) * number for key, number in counts.items())
    return (Decimal(points) / total).quantize(Decimal("0.01"), ROUND_HALF_UP)


def page_texts(survey: Survey, question: Question, number: int = 1, size: int = 20) -> Page[str]:
    """What was written to a question, in the order of the alphabet; nothing below five answers.

    Not in the order it came, nor in one that is the same for two questions: who wrote what is
    nobody's business.
    """
    if survey.status is not SurveyStatus.CLOSED or not _has_enough(question):
        return Page([], 1, size, 0)
    query = select(SurveyAnswer.value).where(SurveyAnswer.question_id == question.id)
    return paged(query.order_by(SurveyAnswer.value), number, size)


def _has_enough(question: Question) -> bool:
    query = select(func.count()).where(SurveyAnswer.question_id == question.id)
    return (db.session.scalar(query) or 0) >= FEWEST_SHOWN


def answered_of(question_ids: list[int]) -> set[int]:
    """Which of some questions somebody has answered."""
    query = select(SurveyAnswer.question_id).where(SurveyAnswer.question_id.in_(question_ids))
    return set(db.session.scalars(query.distinct()))
