"""What an employer reads: its candidates, and of each no more than the student gives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.checkins.models import Attendance
from app.core.db import db, like
from app.core.errors import Gone, NotFound
from app.core.paging import Page, paged
from app.core.states import Word
from app.core.text import N_
from app.employers.models import Employer, Position
from app.intents.models import Agreement, CandidateNote, Intent, IntentStep, ResumeShare
from app.intents.states import ENDINGS, RANK, REACHED_RANK, Side, Step, Warmth
from app.participations.models import Participation
from app.students.models import Resume, Student
from app.tours.models import Fair

TAKEN_BACK = N_("The student has taken their data back from your company.")
NO_PAPER = N_("There is no paper with this step.")
NO_RESUME = N_("The student has removed this resume.")


class Waiting(Word):
    """Who is to answer an open proposal, as a list of candidates is narrowed."""

    STUDENT = "student", N_("Waiting for the student")
    EMPLOYER = "employer", N_("Waiting for you")


@dataclass(frozen=True)
class CandidateFilter:
    """What a list of candidates is narrowed by."""

    words: str = ""
    step: Step | None = None
    waiting: Waiting | None = None
    position_uid: str = ""
    fair_slug: str = ""
    shared: bool | None = None
    warmth: Warmth | None = None


# What a row of a list shows.
_ROW = (
    joinedload(Intent.student),
    joinedload(Intent.fair),
    joinedload(Intent.position),
    joinedload(Intent.share),
    selectinload(Intent.notes).joinedload(CandidateNote.user),
)
_WHOLE = (
    joinedload(Intent.student).joinedload(Student.user),
    joinedload(Intent.student).joinedload(Student.school),
    joinedload(Intent.fair),
    joinedload(Intent.employer),
    joinedload(Intent.participation).joinedload(Participation.booth),
    joinedload(Intent.position),
    joinedload(Intent.share).joinedload(ResumeShare.resume),
    selectinload(Intent.steps),
    selectinload(Intent.agreements),
    selectinload(Intent.notes).joinedload(CandidateNote.user),
)


def whole() -> Select[Intent]:
    """Intents with everything the page about one shows."""
    return select(Intent).options(*_WHOLE)


def get_candidate(employer: Employer, uid: str) -> Intent:
    """An employer's own candidate. :class:`Gone` once the student has taken everything back."""
    query = whole().where(Intent.uid == uid, Intent.employer_id == employer.id)
    intent = db.session.scalars(query).one_or_none()
    if intent is None:
        raise NotFound()
    if intent.is_taken_back or intent.student.closed_at is not None:
        raise Gone(TAKEN_BACK)
    return intent


def find_note(intent: Intent, user: User) -> CandidateNote | None:
    """What somebody noted about a candidate themselves."""
    query = select(CandidateNote).filter_by(intent_id=intent.id, user_id=user.id)
    return db.session.scalars(query).one_or_none()


def get_resume(employer: Employer, uid: str) -> Resume:
    """The resume a candidate shares with an employer now; in every other state there is none.

    :class:`Gone` after it was taken back or removed.
    """
    intent = get_candidate(employer, uid)
    share = intent.share
    if share is None or share.resume is None:
        raise NotFound()
    if share.resume.removed_at is not None:
        raise Gone(NO_RESUME)
    return share.resume


def get_letter_of_employer(employer: Employer, code: str) -> Agreement:
    """A letter of an employer by its public code, readable whatever became of the share."""
    query = (
        select(Agreement)
        .join(Agreement.intent)
        .where(Agreement.public_code == code, Intent.employer_id == employer.id)
    )
    return one_letter(query)


def one_letter(query: Select[Agreement]) -> Agreement:
    """The one letter of a query, with everything its print shows."""
    to_intent = joinedload(Agreement.intent)
    letter = db.session.scalars(
        query.options(
            to_intent.joinedload(Intent.student).joinedload(Student.user),
            to_intent.joinedload(Intent.employer),
            to_intent.joinedload(Intent.fair).joinedload(Fair.tour),
            to_intent.joinedload(Intent.share),
        )
    ).one_or_none()
    if letter is None:
        raise NotFound()
    return letter


def get_evidence(intent: Intent, step_id: int) -> IntentStep:
    """A paper that was kept with a step of an intent; :class:`Gone` where there is none now."""
    row = next((row for row in intent.steps if row.id == step_id), None)
    if row is None:
        raise NotFound()
    if row.file_key is None:
        raise Gone(NO_PAPER)
    return row


def find_arrival(intent: Intent) -> Attendance | None:
    """When the candidate came to the fair, if a gate saw them."""
    if intent.registration_id is None:
        return None
    return db.session.get(Attendance, intent.registration_id)


def list_candidates(employer: Employer, wanted: CandidateFilter, page: int = 1) -> Page[Intent]:
    """A page of an employer's candidates, the last touched first."""
    query = _narrowed(employer, wanted).options(*_ROW)
    return paged(query.order_by(Intent.updated_at.desc(), Intent.id.desc()), page)


def export_candidates(employer: Employer, wanted: CandidateFilter) -> list[Intent]:
    """Everybody in a list who shares with the employer now, with account and booth."""
    shared = replace(wanted, shared=True)
    query = _narrowed(employer, shared).options(
        *_ROW, joinedload(Intent.student).joinedload(Student.user)
    )
    return list(db.session.scalars(query.order_by(Intent.created_at, Intent.id)))


def list_recent(participation: Participation, limit: int = 12) -> Sequence[Intent]:
    """The candidates last touched at one fair, for the list beside a candidate."""
    query = (
        select(Intent)
        .filter_by(participation_id=participation.id)
        .options(*_ROW)
        .order_by(Intent.updated_at.desc(), Intent.id.desc())
        .limit(limit)
    )
    return db.session.scalars(query).all()


def count_met(participation: Participation) -> int:
    """How many students an employer has met at a fair."""
    query = select(func.count(Intent.id)).filter_by(participation_id=participation.id)
    return db.session.scalar(query) or 0


def count_reached_at(intent: Intent) -> int:
    """How many intents both have confirmed for the same position at the same fair, as of now."""
    if intent.position_id is None:
        return 0
    query = select(func.count(Intent.id)).where(
        Intent.fair_id == intent.fair_id, Intent.position_id == intent.position_id, reached_now()
    )
    return db.session.scalar(query) or 0


def reached_now() -> Any:
    """The condition that an intent stands at a preliminary intent or above."""
    return Intent.step.in_([step for step in RANK if RANK[step] >= REACHED_RANK])


def was_shared() -> Any:
    """The condition that the student gave something to the employer, taken back or not."""
    return _share_of().exists()


def is_shared() -> Any:
    """The condition that the student gives to the employer now."""
    return _share_of().where(ResumeShare.withdrawn_at.is_(None)).exists()


def _share_of() -> Select[int]:
    return select(ResumeShare.id).where(
        ResumeShare.fair_id == Intent.fair_id,
        ResumeShare.student_id == Intent.student_id,
        ResumeShare.employer_id == Intent.employer_id,
    )


def _narrowed(employer: Employer, wanted: CandidateFilter) -> Select[Any]:
    query = select(Intent).where(Intent.employer_id == employer.id)
    if wanted.fair_slug:
        query = query.join(Intent.fair).where(Fair.slug == wanted.fair_slug)
    if wanted.position_uid:
        query = query.join(Intent.position).where(Position.uid == wanted.position_uid)
    if wanted.step is not None:
        query = query.where(Intent.step == wanted.step)
    if wanted.waiting is not None:
        asked_by = Side.EMPLOYER if wanted.waiting is Waiting.STUDENT else Side.STUDENT
        query = query.where(Intent.proposed_by == asked_by, Intent.step.not_in(ENDINGS))
    if wanted.shared is not None:
        query = query.where(is_shared() if wanted.shared else ~is_shared())
    if wanted.warmth:
        felt = select(CandidateNote.intent_id).where(CandidateNote.warmth == wanted.warmth)
        query = query.where(Intent.id.in_(felt))
    if wanted.words:
        query = query.where(_matches(employer, wanted.words))
    return query


def _matches(employer: Employer, words: str) -> Any:
    """Every word in school, major, note, or in the name of somebody who shares.

    Names are sealed, so they are opened one by one; those who do not share are left out, or
    searching would tell what the page hides.
    """
    parts = words.casefold().split()[:8]
    named = (
        select(Intent.id, Student.name)
        .join(Intent.student)
        .where(Intent.employer_id == employer.id, is_shared())
    )
    opened = [(row_id, name.casefold()) for row_id, name in db.session.execute(named)]
    conditions = []
    for part in parts:
        pattern = like(part)
        ids = [row_id for row_id, name in opened if part in name]
        about = select(Student.id).where(
            or_(
                Student.school_name.ilike(pattern, escape="\\"),
                Student.major.ilike(pattern, escape="\\"),
            )
        )
        noted = select(CandidateNote.intent_id).where(
            CandidateNote.text.ilike(pattern, escape="\\")
        )
        conditions.append(
            or_(
                Intent.id.in_(ids),
                Intent.student_id.in_(about),
                Intent.id.in_(noted),
            )
        )
    return and_(True, *conditions)
