"""Who belongs to a segment: counted, listed and frozen by the same statement's heart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    distinct,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import lazyload

from app.accounts.models import User
from app.accounts.queries import only_by_text
from app.checkins.models import Attendance
from app.core.db import db
from app.employers.models import Employer, EmployerMember
from app.intents.models import Intent
from app.intents.states import LADDER, RANK, REACHED_RANK, Step
from app.messages.states import Segment
from app.participations.models import Participation
from app.participations.states import ParticipationStatus
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from app.students.models import Student

S = Segment
_STATUSES = {
    S.EMPLOYERS_CONFIRMED: (ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED),
    S.EMPLOYERS_UNCONFIRMED: (ParticipationStatus.APPROVED,),
    S.EMPLOYERS_UNDECIDED: (ParticipationStatus.SUBMITTED,),
    S.EMPLOYERS_RETURNED: (ParticipationStatus.RETURNED,),
    S.EMPLOYERS_WAITLISTED: (ParticipationStatus.WAITLISTED,),
}
_RUNGS = {
    S.CANDIDATES_RESUME: Step.RESUME_RECEIVED,
    S.CANDIDATES_SHORTLISTED: Step.SHORTLISTED,
    S.CANDIDATES_INTERVIEWED: Step.INTERVIEWED,
    S.CANDIDATES_PRELIMINARY: Step.PRELIMINARY,
}


@dataclass(frozen=True)
class Audience:
    """A segment of one fair or of several of a stop; employers maybe of one delegation only."""

    segment: Segment
    fair_ids: tuple[int, ...]
    delegation_id: int | None = None


@dataclass(frozen=True)
class Reach:
    """How many an audience is. ``heads`` are employers or students, the others as named.

    ``people`` will find the message in their inbox, ``mails`` of them have an address too,
    ``texts`` of them have none but can be told by a text message; ``english`` of them read
    English; ``declined`` turned such messages off; of ``unreachable`` employers or students
    nobody has an account.
    """

    heads: int
    people: int
    mails: int
    texts: int
    english: int
    declined: int
    unreachable: int

    @property
    def key(self) -> str:
        """What was shown, as a form carries it: another one means that things have changed."""
        reached = f"{self.heads}.{self.people}.{self.mails}.{self.texts}"
        return f"{reached}.{self.declined}.{self.unreachable}"


def count_reach(audience: Audience) -> Reach:
    """Count an audience in one statement."""
    heads = _heads(audience).subquery()
    active = and_(User.id.is_not(None), User.disabled_at.is_(None))
    wanted = and_(active, User.messages_off_at.is_(None))
    query = select(
        func.count(distinct(heads.c.head_id)),
        func.count(case((wanted, 1))),
        func.count(case((and_(wanted, User.email.is_not(None)), 1))),
        func.count(case((and_(wanted, only_by_text()), 1))),
        func.count(case((and_(wanted, User.locale == "en"), 1))),
        func.count(case((and_(active, User.messages_off_at.is_not(None)), 1))),
        func.count(distinct(case((active, heads.c.head_id)))),
    ).select_from(heads.outerjoin(User, User.id == heads.c.user_id))
    total, people, mails, texts, english, declined, reached = db.session.execute(query).one()
    return Reach(total, people, mails, texts, english, declined, total - reached)


def select_people(
    audience: Audience, only: Sequence[int] | None = None
) -> Select[*tuple[Any, ...]]:
    """Who of an audience can be written to: (user id, id of the fair it is about, by_text).

    ``only`` are the ids of the users to look at. ``by_text``: the phone is all there is.
    """
    heads = _heads(audience, only).subquery()
    return (
        select(heads.c.user_id, heads.c.fair_id, only_by_text().label("by_text"))
        .join(User, User.id == heads.c.user_id)
        .where(User.disabled_at.is_(None), User.messages_off_at.is_(None))
    )


def list_people(audience: Audience, only: Sequence[int]) -> Sequence[Row[Any]]:
    """Those of some users who can still be written to: (User, student's name, company's name)."""
    still = select_people(audience, only).subquery()
    return db.session.execute(_named().where(User.id.in_(select(still.c.user_id)))).all()


def find_sample(audience: Audience) -> Row[Any] | None:
    """The first of an audience, as :func:`list_people` and with fair_id; None if it is empty."""
    first = select_people(audience).order_by("user_id").limit(1).subquery()
    query = _named().add_columns(first.c.fair_id).join(first, first.c.user_id == User.id)
    return db.session.execute(query).first()


def _named() -> Select[*tuple[Any, ...]]:
    return (
        select(
            User,
            Student.name.label("student_name"),
            func.coalesce(func.nullif(Employer.short_name, ""), Employer.name).label("company"),
        )
        .outerjoin(Student, Student.user_id == User.id)
        .outerjoin(
            EmployerMember,
            and_(EmployerMember.user_id == User.id, EmployerMember.removed_at.is_(None)),
        )
        .outerjoin(Employer, Employer.id == EmployerMember.employer_id)
        .options(lazyload(User.staff_roles))
    )


def _heads(audience: Audience, only: Sequence[int] | None = None) -> Select[*tuple[Any, ...]]:
    """One row a person: head_id (employer or student), user_id (or null), fair_id."""
    if audience.segment.is_of_employers:
        return _employers(audience, only)
    query = (
        select(
            Registration.student_id.label("head_id"),
            Student.user_id.label("user_id"),
            Registration.fair_id.label("fair_id"),
        )
        .join(Student, Student.id == Registration.student_id)
        .where(Registration.fair_id.in_(audience.fair_ids), *_conditions(audience.segment))
    )
    return query if only is None else query.where(Student.user_id.in_(only))


def _employers(audience: Audience, only: Sequence[int] | None) -> Select[*tuple[Any, ...]]:
    """Everybody who acts for the employers; one that nobody acts for has a row without user."""
    member = and_(
        EmployerMember.employer_id == Participation.employer_id,
        EmployerMember.removed_at.is_(None),
    )
    query = (
        select(
            Participation.employer_id.label("head_id"),
            EmployerMember.user_id.label("user_id"),
            func.min(Participation.fair_id).label("fair_id"),
        )
        .outerjoin(EmployerMember, member)
        .where(
            Participation.fair_id.in_(audience.fair_ids),
            Participation.status.in_(_STATUSES[audience.segment]),
        )
        .group_by(Participation.employer_id, EmployerMember.user_id)
    )
    if audience.delegation_id is not None:
        query = query.where(Participation.delegation_id == audience.delegation_id)
    return query if only is None else query.where(EmployerMember.user_id.in_(only))


def _conditions(segment: Segment) -> list[ColumnElement[bool]]:
    if segment is S.STUDENTS_WAITLISTED:
        return [Registration.status == RegistrationStatus.WAITLISTED]
    if segment is S.STUDENTS_ATTENDED:
        return [_came()]
    if segment is S.STUDENTS_WITHOUT_INTENT:
        return [_came(), ~_stands(Intent.step.in_(LADDER[REACHED_RANK:]))]
    standing = [Registration.status == RegistrationStatus.CONFIRMED]
    if segment is S.STUDENTS_ABSENT:
        return [*standing, ~_came()]
    if segment in _RUNGS:
        # Whoever stands on a rung came or is known to an employer, whatever the door noted.
        rung = _RUNGS[segment]
        return [
            or_(*standing, _came()),
            _stands(Intent.step == rung),
            ~_stands(Intent.step.in_(LADDER[RANK[rung] + 1 :])),
        ]
    return standing


def _came() -> ColumnElement[bool]:
    return exists().where(Attendance.registration_id == Registration.id)


def _stands(step: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the student stands on such a rung with an employer of the fair."""
    return exists().where(
        Intent.fair_id == Registration.fair_id,
        Intent.student_id == Registration.student_id,
        step,
    )
