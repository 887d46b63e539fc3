"""Contacts of stands, as the student and the company read them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.core.db import db
from app.core.errors import NotFound
from app.employers.models import Employer
from app.intents.models import BoothContact
from app.intents.states import ContactState
from app.participations.models import Participation
from app.participations.states import COMING
from app.registrations.models import Registration
from app.students.models import Student
from app.tours.models import Fair
from app.tours.states import FairStatus

# A company sees so many of those it waits for at once, the newest first.
MOST_SHOWN = 200


def list_asking(student: Student, fair: Fair | None = None) -> Sequence[BoothContact]:
    """The stands that wait for a student's answer, the newest first."""
    query = (
        _with_fair()
        .join(BoothContact.registration)
        .join(Fair, Fair.id == Participation.fair_id)
        .where(
            Registration.student_id == student.id,
            BoothContact.state == ContactState.WAITING,
            Participation.status.in_(COMING),
            Fair.status.in_((FairStatus.PUBLISHED, FairStatus.CLOSED)),
        )
    )
    if fair is not None:
        query = query.where(Participation.fair_id == fair.id)
    order = (BoothContact.asked_at.desc(), BoothContact.id.desc())
    return db.session.scalars(query.order_by(*order)).all()


def find_asking(student: Student, participation: Participation) -> BoothContact | None:
    """The question of one stand a student is to answer, if there is one."""
    query = (
        select(BoothContact)
        .join(BoothContact.registration)
        .where(
            Registration.student_id == student.id,
            BoothContact.participation_id == participation.id,
            BoothContact.state == ContactState.WAITING,
        )
    )
    return db.session.scalars(query).one_or_none()


def list_asked(employer: Employer, fair_slug: str = "") -> Sequence[BoothContact]:
    """Whom a company waits for: masked names only, since nobody of them has said yes."""
    query = (
        _of_employer(_with_fair(), employer, fair_slug)
        .where(BoothContact.state == ContactState.WAITING)
        .options(joinedload(BoothContact.registration).joinedload(Registration.student))
        .order_by(BoothContact.scanned_at.desc(), BoothContact.id.desc())
    )
    return db.session.scalars(query.limit(MOST_SHOWN)).all()


def count_contacts(employer: Employer, fair_slug: str = "") -> dict[ContactState, int]:
    """How many contacts of a company stand where; every state is named."""
    counted = select(BoothContact.state, func.count()).join(BoothContact.participation)
    query = _of_employer(counted, employer, fair_slug).group_by(BoothContact.state)
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {state: found.get(state, 0) for state in ContactState}


def get_asked(employer: Employer, uid: str) -> BoothContact:
    """One of a company's own contacts."""
    query = _with_fair().where(BoothContact.uid == uid, Participation.employer_id == employer.id)
    contact = db.session.scalars(query).one_or_none()
    if contact is None:
        raise NotFound()
    return contact


def _with_fair() -> Select[BoothContact]:
    to_participation = joinedload(BoothContact.participation)
    return (
        select(BoothContact)
        .join(BoothContact.participation)
        .options(
            to_participation.joinedload(Participation.fair),
            to_participation.joinedload(Participation.employer),
            to_participation.joinedload(Participation.booth),
        )
    )


def _of_employer(query: Select, employer: Employer, fair_slug: str) -> Select:  # type: ignore[type-arg]
    query = query.where(Participation.employer_id == employer.id)
    if fair_slug:
        query = query.join(Fair, Fair.id == Participation.fair_id).where(Fair.slug == fair_slug)
    return query
