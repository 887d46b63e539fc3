"""What the organiser reads: figures of a fair, letters, and what looks odd.

人 are distinct students, 人次 pairs of a student and an employer; both count only what both
sides confirmed (rank of the preliminary intent or above), ever reached unless said otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.permissions import Scope
from app.checkins.models import Attendance
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.core.states import Word
from app.core.text import N_
from app.employers.models import Employer, Position
from app.intents.models import Agreement, Intent, ResumeShare
from app.intents.queries.candidates import reached_now, whole
from app.intents.states import LADDER, RANK, REACHED_RANK, AgreementStatus, Step
from app.participations.models import OfferedPosition, Participation
from app.places.states import EducationLevel
from app.students.models import Student
from app.tours.models import Fair

MANY_LETTERS = 3


@dataclass(frozen=True)
class Count:
    """Distinct students (人) and pairs (人次)."""

    people: int = 0
    pairs: int = 0


class FlagKind(Word):
    """What looks odd about letters of intent."""

    MANY = "many", N_("Many letters by one student")
    ABSENT = "absent", N_("Letter without check-in")
    ABOVE = "above", N_("More letters than openings")


@dataclass(frozen=True)
class Flag:
    """One thing for the organiser to look at. It blocks nothing."""

    kind: FlagKind
    about: str
    count: int
    uid: str = ""
    limit: int | None = None


_TWO = (func.count(func.distinct(Intent.student_id)), func.count(Intent.id))


def count_reached(fair: Fair, *, current: bool = False) -> Count:
    """Everybody who reached an intent at a fair; ``current`` leaves out what has ended since."""
    return Count(*_rows(_reached(select(*_TWO), fair, current)).one())


def count_by_level(fair: Fair, *, current: bool = False) -> dict[EducationLevel, Count]:
    """Who reached an intent at a fair, by education level; every level is named."""
    query = select(Student.level, *_TWO).join(Intent.student).group_by(Student.level)
    found = {row[0]: Count(row[1], row[2]) for row in _rows(_reached(query, fair, current))}
    return {level: found.get(level, Count()) for level in EducationLevel}


def count_by_delegation(fair: Fair, *, current: bool = False) -> dict[int | None, Count]:
    """Who reached an intent at a fair, by the employer's delegation then; None is no delegation."""
    query = (
        select(Participation.delegation_id, *_TWO)
        .join(Intent.participation)
        .group_by(Participation.delegation_id)
    )
    return {row[0]: Count(row[1], row[2]) for row in _rows(_reached(query, fair, current))}


def count_steps(fair: Fair) -> dict[Step, Count]:
    """How far students came at a fair: for each rung, who ever reached it or went beyond."""
    query = select(Intent.reached_rank, Intent.student_id).where(Intent.fair_id == fair.id)
    reached = [(rank, student) for rank, student in db.session.execute(query)]
    counted = {}
    for step in LADDER:
        pairs = [student for rank, student in reached if rank >= RANK[step]]
        counted[step] = Count(len(set(pairs)), len(pairs))
    return counted


def count_shares(fair: Fair) -> Count:
    """Who gave an employer their data at a fair, whether or not they took it back since."""
    query = select(
        func.count(func.distinct(ResumeShare.student_id)), func.count(ResumeShare.id)
    ).where(ResumeShare.fair_id == fair.id)
    people, pairs = db.session.execute(query).one()
    return Count(people, pairs)


def count_agreements(fair: Fair, *, current: bool = False) -> Count:
    """Letters of intent both have signed at a fair; ``current`` counts the valid ones only."""
    query = select(func.count(func.distinct(Intent.student_id)), func.count(Agreement.id)).join(
        Agreement.intent
    )
    query = query.where(Intent.fair_id == fair.id, Agreement.number.is_not(None))
    if current:
        query = query.where(Agreement.status == AgreementStatus.SIGNED)
    people, pairs = db.session.execute(query).one()
    return Count(people, pairs)


def list_due(now: datetime) -> Sequence[str]:
    """The intents whose open proposal has waited too long."""
    query = select(Intent.uid).where(Intent.proposal_lapses_at <= now).order_by(Intent.id)
    return db.session.scalars(query).all()


def list_reached(fair: Fair, scope: Scope, words: str = "", page: int = 1) -> Page[Intent]:
    """The intents reached at a fair within a scope, those with a letter first.

    ``words`` is a letter's number or its end, or a part of an employer's name.
    """
    query = (
        select(Intent)
        .where(Intent.fair_id == fair.id, Intent.reached_rank >= REACHED_RANK)
        .options(
            joinedload(Intent.student),
            joinedload(Intent.employer),
            joinedload(Intent.position),
        )
    )
    if words:
        numbered = select(Agreement.intent_id).where(Agreement.number.endswith(words.upper()))
        named = select(Employer.id).where(Employer.name.contains(words, autoescape=True))
        query = query.where(or_(Intent.id.in_(numbered), Intent.employer_id.in_(named)))
    order = (Intent.reached_rank.desc(), Intent.reached_at, Intent.id)
    return paged(_within(query, scope).order_by(*order), page)


def get_intent_within(fair: Fair, uid: str, scope: Scope) -> Intent:
    """An intent of a fair for the organiser, once both have confirmed it."""
    query = whole().where(
        Intent.fair_id == fair.id, Intent.uid == uid, Intent.reached_rank >= REACHED_RANK
    )
    intent: Intent | None = db.session.scalars(_within(query, scope)).one_or_none()
    if intent is None:
        raise NotFound()
    return intent


def list_flags(fair: Fair, scope: Scope) -> list[Flag]:
    """What looks odd about the valid letters of a fair; three statements."""
    return [*_many_letters(fair, scope), *_absent(fair, scope), *_above_openings(fair, scope)]


def _many_letters(fair: Fair, scope: Scope) -> list[Flag]:
    """Students of this fair with three valid letters or more, wherever these were signed."""
    here = select(Intent.student_id).join(Agreement).where(Intent.fair_id == fair.id, _valid())
    query = (
        select(Student, func.count(Agreement.id))
        .join(Intent, Intent.student_id == Student.id)
        .join(Agreement, Agreement.intent_id == Intent.id)
        .where(Student.id.in_(_within(here, scope)), _valid())
        .group_by(Student.id)
        .having(func.count(Agreement.id) >= MANY_LETTERS)
        .order_by(Student.id)
    )
    rows = db.session.execute(query)
    return [Flag(FlagKind.MANY, student.masked_name, number) for student, number in rows]


def _absent(fair: Fair, scope: Scope) -> list[Flag]:
    query = (
        select(Intent)
        .join(Agreement)
        .outerjoin(Attendance, Attendance.registration_id == Intent.registration_id)
        .where(Intent.fair_id == fair.id, _valid(), Attendance.registration_id.is_(None))
        .options(joinedload(Intent.student))
        .order_by(Intent.id)
    )
    intents = db.session.scalars(_within(query, scope)).all()
    return [Flag(FlagKind.ABSENT, one.student.masked_name, 1, one.uid) for one in intents]


def _above_openings(fair: Fair, scope: Scope) -> list[Flag]:
    """Positions with more valid letters than openings; an unknown headcount is never exceeded."""
    query = (
        select(Employer.name, Position.title, OfferedPosition.openings, func.count(Agreement.id))
        .select_from(Intent)
        .join(Agreement)
        .join(Intent.position)
        .join(Intent.employer)
        .join(
            OfferedPosition,
            (OfferedPosition.participation_id == Intent.participation_id)
            & (OfferedPosition.position_id == Intent.position_id),
        )
        .where(Intent.fair_id == fair.id, _valid())
        .group_by(Employer.name, Position.title, OfferedPosition.id, OfferedPosition.openings)
        .having(func.count(Agreement.id) > OfferedPosition.openings)
        .order_by(Employer.name, Position.title)
    )
    rows = _rows(_within(query, scope))
    return [
        Flag(FlagKind.ABOVE, f"{name} · {title}", number, limit=openings)
        for name, title, openings, number in rows
    ]


def _valid() -> Any:
    return Agreement.status == AgreementStatus.SIGNED


def _reached(query: Any, fair: Fair, current: bool) -> Any:
    query = query.where(Intent.fair_id == fair.id, Intent.reached_rank >= REACHED_RANK)
    return query.where(reached_now()) if current else query


def _rows(query: Any) -> Any:
    return db.session.execute(query)


def _within(query: Any, scope: Scope) -> Any:
    """Narrow a query over intents to what a scope reaches."""
    if scope.bureau:
        return query
    theirs = select(Participation.id).where(Participation.delegation_id.in_(scope.delegations))
    return query.where(
        or_(false(), Intent.participation_id.in_(theirs), Intent.fair_id.in_(scope.fairs))
    )
