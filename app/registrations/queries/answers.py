"""Who is registered, and what they answered: for the people themselves and for organisers."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.questions.models import Question
from app.questions.queries import list_asked
from app.questions.states import Occasion
from app.registrations.models import Registration, RegistrationAnswer
from app.registrations.queries.reading import whole
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair


def list_answers(registration: Registration) -> Sequence[RegistrationAnswer]:
    """What somebody answered, with the questions, in their order; retired ones last."""
    query = (
        select(RegistrationAnswer)
        .join(RegistrationAnswer.question)
        .where(RegistrationAnswer.registration_id == registration.id)
        .options(joinedload(RegistrationAnswer.question))
        .order_by(Question.position.is_(None), Question.position, Question.id)
    )
    return db.session.scalars(query).all()


def list_unanswered(registration: Registration) -> list[Question]:
    """The questions of a fair that must be answered and were not."""
    asked = [q for q in list_asked(registration.fair, Occasion.REGISTRATION) if q.is_required]
    if not asked:
        return []
    done = {row.question_id for row in list_answers(registration)}
    return [question for question in asked if question.id not in done]


def get_own_file(user: User, uid: str, question_uid: str) -> RegistrationAnswer:
    """The file a student brought for a question, for themselves."""
    query = _files(uid, question_uid).join(Registration.student).where(Student.user_id == user.id)
    return _file(query)


def get_file_of_fair(fair: Fair, uid: str, question_uid: str) -> RegistrationAnswer:
    """The file somebody brought for a question of a fair, for its organisers."""
    return _file(_files(uid, question_uid).where(Registration.fair_id == fair.id))


def get_registration_of(fair: Fair, uid: str) -> Registration:
    """A registration of a fair, whatever its state."""
    query = whole().where(Registration.uid == uid, Registration.fair_id == fair.id)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def page_registrations(
    fair: Fair, *, status: RegistrationStatus | None = None, number: int = 1
) -> Page[Registration]:
    """Who is registered for a fair, the latest first."""
    query = (
        select(Registration)
        .where(Registration.fair_id == fair.id)
        .options(joinedload(Registration.student).joinedload(Student.user))
        .order_by(Registration.registered_at.desc(), Registration.id.desc())
    )
    if status is not None:
        query = query.where(Registration.status == status)
    return paged(query, number)


def count_answers(registrations: Sequence[Registration]) -> dict[int, int]:
    """How many questions each of some people has answered, by registration id."""
    query = (
        select(RegistrationAnswer.registration_id, func.count())
        .where(RegistrationAnswer.registration_id.in_([row.id for row in registrations]))
        .group_by(RegistrationAnswer.registration_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_for_table(fair: Fair) -> list[Registration]:
    """Everybody who has a place or waits, with student and account, in the order they came."""
    query = (
        select(Registration)
        .where(Registration.fair_id == fair.id)
        .where(Registration.status != RegistrationStatus.CANCELLED)
        .options(joinedload(Registration.student).joinedload(Student.user))
        .order_by(Registration.id)
    )
    return list(db.session.scalars(query))


def answers_for_table(fair: Fair) -> dict[int, dict[int, RegistrationAnswer]]:
    """All answers given at a fair: registration id → question id → answer."""
    query = (
        select(RegistrationAnswer)
        .join(RegistrationAnswer.question)
        .where(Question.fair_id == fair.id)
    )
    found: dict[int, dict[int, RegistrationAnswer]] = defaultdict(dict)
    for row in db.session.scalars(query):
        found[row.registration_id][row.question_id] = row
    return found


def answered_of(question_ids: list[int]) -> set[int]:
    """Which of some questions somebody has answered."""
    query = select(RegistrationAnswer.question_id).where(
        RegistrationAnswer.question_id.in_(question_ids)
    )
    return set(db.session.scalars(query.distinct()))


def _files(uid: str, question_uid: str) -> Select[RegistrationAnswer]:
    return (
        select(RegistrationAnswer)
        .join(RegistrationAnswer.registration)
        .join(RegistrationAnswer.question)
        .where(Registration.uid == uid, Question.uid == question_uid)
        .where(RegistrationAnswer.file_key.is_not(None))
        .options(joinedload(RegistrationAnswer.registration).joinedload(Registration.fair))
    )


def _file(query: Select[RegistrationAnswer]) -> RegistrationAnswer:
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found
