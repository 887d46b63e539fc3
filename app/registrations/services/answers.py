"""Answers to the extra questions of a fair: kept, changed until it starts, forgotten."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.audit.services import record
from app.core import files
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.core.files import Kept
from app.core.text import N_
from app.core.transaction import after_commit
from app.questions.answers import MissingAnswer, Value, read_value
from app.questions.models import Question
from app.questions.queries import list_asked_shared
from app.questions.states import Occasion
from app.registrations import queries
from app.registrations.models import Registration, RegistrationAnswer
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair
from app.tours.states import FairStatus

# Files of so many old answers are forgotten in one transaction.
BATCH = 500


class AnswersClosed(DomainError):
    """What was answered is being used now: it stays as it is."""

    code = "answers-closed"
    message = N_("Answers can be changed until the fair starts.")


@dataclass(frozen=True)
class Answers:
    """What somebody was asked and said: values and files by question id.

    Only what was ``asked`` is written and found missing: a walk-in is asked less, and a
    question that came into being while somebody was filling in the form was not asked.
    A question asked for a file that none came for keeps the file it has.
    """

    asked: frozenset[int] = frozenset()
    values: Mapping[int, Value] = field(default_factory=dict)
    files: Mapping[int, Kept] = field(default_factory=dict)


def may_answer(registration: Registration, now: datetime | None = None) -> bool:
    """Whether answers of a registration can still be changed."""
    fair = registration.fair
    stands = registration.status is not RegistrationStatus.CANCELLED
    takes_place = fair.status in (FairStatus.PUBLISHED, FairStatus.POSTPONED)
    return stands and takes_place and (now or utcnow()) < fair.starts_at


def save_answers(registration: Registration, answers: Answers) -> None:
    """Change what was answered. Raises :class:`AnswersClosed` once the fair has begun."""
    db.session.refresh(registration)
    if not may_answer(registration):
        raise AnswersClosed()
    keep_answers(registration, answers)


def keep_answers(registration: Registration, answers: Answers) -> None:
    """Write what somebody answered while registering.

    Raises ``MissingAnswer`` and ``BadAnswer``, each at the field of its question.
    """
    if not answers.asked:
        return
    questions = list_asked_shared(registration.fair, Occasion.REGISTRATION)
    before = {row.question_id: row for row in queries.list_answers(registration)}
    for question in questions:
        if question.id in answers.asked:
            _keep(registration, question, answers, before.get(question.id))
    db.session.flush()


def _keep(
    registration: Registration,
    question: Question,
    answers: Answers,
    row: RegistrationAnswer | None,
) -> None:
    kept = answers.files.get(question.id) if question.is_file else None
    value = None if question.is_file else read_value(question, answers.values.get(question.id))
    if question.is_file and kept is None and row is not None:
        return
    if kept is None and value is None:
        if question.is_required:
            raise MissingAnswer(field=question.field_name)
        if row is not None:
            db.session.delete(row)
        return
    if row is None:
        row = RegistrationAnswer(registration_id=registration.id, question_id=question.id)
        db.session.add(row)
    row.answered_at = utcnow()
    if kept is None:
        row.sealed = {"value": value}
    else:
        before = files.attach(row, kept, at=row.answered_at)
        after_commit(lambda: files.drop(before))


def remove_file(answer: RegistrationAnswer) -> None:
    """Take one's file back; a question that must have one asks for another."""
    if not may_answer(answer.registration):
        raise AnswersClosed()
    _forget([answer])


def log_table(fair: Fair, *, by: User) -> int:
    """Write into the log who takes the table of everybody; how many rows it has."""
    people = queries.count_for_table(fair)
    record(
        "registration.export",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after={"people": people},
    )
    return people


def forget_answers_of(student: Student) -> int:
    """Delete everything somebody ever answered, files too; return how much."""
    query = (
        select(RegistrationAnswer)
        .join(RegistrationAnswer.registration)
        .where(Registration.student_id == student.id)
    )
    return _forget(db.session.scalars(query).all())


def forget_old_answers(before: datetime) -> int:
    """Delete the answers to fairs that ended before a moment; return how many."""
    over = (
        select(RegistrationAnswer)
        .join(RegistrationAnswer.registration)
        .join(Registration.fair)
        .where(Fair.ends_at < before)
        .options(joinedload(RegistrationAnswer.registration))
        .limit(BATCH)
    )
    gone = 0
    while rows := db.session.scalars(over).all():
        gone += _forget(rows)
    return gone


def _forget(rows: Iterable[RegistrationAnswer]) -> int:
    ids: list[int] = []
    for row in rows:
        key = row.file_key
        if key:
            after_commit(lambda key=key: files.drop(key))  # type: ignore[misc]
        ids.append(row.id)
        db.session.expunge(row)
    _delete(ids)
    return len(ids)


def _delete(ids: Collection[int]) -> None:
    if ids:
        db.session.execute(delete(RegistrationAnswer).where(RegistrationAnswer.id.in_(ids)))
