"""Who is registered, and what they answered: for the people themselves and for organisers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.places.states import EducationLevel
from app.questions.models import Question
from app.questions.queries import list_asked
from app.questions.states import Occasion
from app.registrations.models import Registration, RegistrationAnswer
from app.registrations.queries.reading import whole
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair

# How many rows of a table are read at a time.
PIECE = 1_000


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


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody who has a place or waits, as a row of the table of a fair."""

    id: int
    uid: str
    status: RegistrationStatus
    source: RegistrationSource
    registered_at: datetime
    name: str
    school_name: str
    level: EducationLevel
    major: str
    graduation_year: int
    phone: str | None


def count_for_table(fair: Fair) -> int:
    """How many rows the table of a fair has."""
    query = select(func.count()).where(*_in_table(fair.id))
    return db.session.scalar(query) or 0


def read_table(fair_id: int) -> Iterator[tuple[Registered, Mapping[int, RegistrationAnswer]]]:
    """Everybody who has a place or waits, in the order they came, with answers by question id.

    Read in pieces, so that a hundred thousand do not fill the memory.
    """
    last = 0
    while people := _piece(fair_id, last):
        last = people[-1].id
        answers = _answers_of([person.id for person in people])
        yield from ((person, answers.get(person.id, {})) for person in people)


def _in_table(fair_id: int) -> list[ColumnElement[bool]]:
    is_there = Registration.status != RegistrationStatus.CANCELLED
    return [Registration.fair_id == fair_id, is_there]


def _piece(fair_id: int, after: int) -> list[Registered]:
    query = (
        select(
            Registration.id,
            Registration.uid,
            Registration.status,
            Registration.source,
            Registration.registered_at,
            Student.name,
            Student.school_name,
            Student.level,
            Student.major,
            Student.graduation_year,
            Student.user_id,
            Student.phone,
            User.phone,
        )
        .join(Registration.student)
        .outerjoin(Student.user)
        .where(*_in_table(fair_id), Registration.id > after)
        .order_by(Registration.id)
        .limit(PIECE)
    )
    found = []
    rows: Iterable[Sequence[Any]] = db.session.execute(query)
    for row in rows:
        *plain, user_id, said, proved = row
        # The account's number where there is an account: it may have changed since.
        plain.append(said if user_id is None else proved)
        found.append(Registered(*plain))
    return found


def _answers_of(ids: list[int]) -> dict[int, dict[int, RegistrationAnswer]]:
    """All answers of some registrations: registration id → question id → answer."""
    query = select(RegistrationAnswer).where(RegistrationAnswer.registration_id.in_(ids))
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
