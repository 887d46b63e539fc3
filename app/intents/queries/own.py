"""What a student reads: whom they gave what, who looked, what waits for them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import joinedload

from app.core.codes import normalise
from app.core.db import db
from app.core.errors import NotFound
from app.intents.models import Agreement, BoothContact, Consent, DataView, Intent, ResumeShare
from app.intents.queries.candidates import one_letter, was_shared, whole
from app.intents.states import ENDINGS, AgreementStatus, Side
from app.participations.models import Participation
from app.registrations.models import Registration
from app.students.models import Student
from app.tours.models import Fair


@dataclass(frozen=True)
class Shared:
    """One employer that has or had a student's data, and who there looked."""

    intent: Intent
    share: ResumeShare
    views: list[DataView] = field(default_factory=list)


def get_own_intent(student: Student, uid: str) -> Intent:
    """A student's own intent."""
    query = whole().where(Intent.uid == uid, Intent.student_id == student.id)
    intent = db.session.scalars(query).one_or_none()
    if intent is None:
        raise NotFound()
    return intent


def find_own(student: Student, participation: Participation) -> Intent | None:
    """What a student and an employer have at a fair, if anything."""
    query = whole().where(
        Intent.student_id == student.id,
        Intent.fair_id == participation.fair_id,
        Intent.employer_id == participation.employer_id,
    )
    return db.session.scalars(query).one_or_none()


def list_intents(student: Student) -> Sequence[Intent]:
    """All of a student's intents, what waits for them first, then the last touched."""
    query = (
        _listed()
        .where(Intent.student_id == student.id)
        .order_by(Intent.updated_at.desc(), Intent.id.desc())
    )
    rows = list(db.session.scalars(query))
    return sorted(rows, key=lambda row: row.proposed_by is not Side.EMPLOYER)


def list_waiting(student: Student, fair: Fair | None = None) -> Sequence[Intent]:
    """What a student is to answer now: proposals and letters. Booths: :func:`list_asking`."""
    query = _listed().where(
        Intent.student_id == student.id,
        Intent.step.not_in(ENDINGS),
        Intent.proposed_by == Side.EMPLOYER,
    )
    if fair is not None:
        query = query.where(Intent.fair_id == fair.id)
    return db.session.scalars(query.order_by(Intent.updated_at.desc(), Intent.id.desc())).all()


def list_shares(student: Student, fair: Fair | None = None) -> list[Shared]:
    """Every employer a student gave something, with everyone who looked.

    Newest first; what was taken back stays, with its date.
    """
    query = _listed().where(Intent.student_id == student.id, was_shared())
    if fair is not None:
        query = query.where(Intent.fair_id == fair.id)
    intents = db.session.scalars(query.order_by(Intent.created_at.desc(), Intent.id.desc())).all()
    seen: dict[int | None, list[DataView]] = defaultdict(list)
    views = select(DataView).filter_by(student_id=student.id).order_by(DataView.at.desc())
    for view in db.session.scalars(views):
        seen[view.employer_id].append(view)
    return [
        Shared(row, row.share, seen[row.employer_id]) for row in intents if row.share is not None
    ]


def list_consents(student: Student) -> Sequence[Consent]:
    """Every consent a student gave in this room, newest first, with the words they agreed to."""
    query = select(Consent).filter_by(student_id=student.id).options(joinedload(Consent.employer))
    return db.session.scalars(query.order_by(Consent.given_at.desc(), Consent.id.desc())).all()


def card_mark(student: Student, fair: Fair) -> str:
    """What changes when a student's cards of a fair do: one statement, for an ETag."""
    intents = select(func.count(Intent.id), func.max(Intent.updated_at)).where(
        Intent.student_id == student.id, Intent.fair_id == fair.id
    )
    contacts = (
        select(func.count(BoothContact.id), func.max(BoothContact.updated_at))
        .join(BoothContact.registration)
        .where(Registration.student_id == student.id, Registration.fair_id == fair.id)
    )
    rows = db.session.execute(union_all(intents, contacts))
    marks = sorted(f"{number}:{touched.isoformat() if touched else ''}" for number, touched in rows)
    return sha256(f"{student.id}:{fair.id}:{marks}".encode()).hexdigest()[:24]


def get_letter_of_student(student: Student, code: str) -> Agreement:
    """A student's own letter by its public code."""
    query = (
        select(Agreement)
        .join(Agreement.intent)
        .where(Agreement.public_code == code, Intent.student_id == student.id)
    )
    return one_letter(query)


def find_letter(typed: str) -> Agreement | None:
    """The letter somebody checks by its public code: only one that both have signed once."""
    query = select(Agreement).where(
        Agreement.public_code == normalise(typed)[:40], Agreement.number.is_not(None)
    )
    letter = db.session.scalars(query).one_or_none()
    if letter is None or letter.status not in (AgreementStatus.SIGNED, AgreementStatus.WITHDRAWN):
        return None
    return letter


def _listed() -> Select[Intent]:
    """Intents as a student's lists show them."""
    return select(Intent).options(
        joinedload(Intent.employer),
        joinedload(Intent.fair),
        joinedload(Intent.participation).joinedload(Participation.booth),
        joinedload(Intent.position),
        joinedload(Intent.share).joinedload(ResumeShare.resume),
    )
