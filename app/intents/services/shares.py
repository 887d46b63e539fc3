"""Sharing: a student gives an employer name, phone and resume, and takes them back."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import DomainError, NotFound
from app.core.text import N_
from app.employers.models import Position
from app.intents.models import Consent, DataView, Intent, ResumeShare
from app.intents.services.contacts import (
    follow_share,
    follow_withdrawal,
    forget_contacts,
    take_turn,
)
from app.intents.services.letters import end_live_letter
from app.intents.services.meeting import check_here
from app.intents.services.record import (
    TakenBack,
    climb,
    close_proposal,
    find_intent,
    hold,
    keep_step,
    move,
    reopen_at,
    tell,
)
from app.intents.states import (
    SHARE_TEXT_VERSION,
    Act,
    AgreementStatus,
    ConsentPurpose,
    Given,
    Side,
    Step,
    Via,
)
from app.participations.models import Participation
from app.registrations.models import Registration
from app.registrations.queries import find_registration
from app.registrations.states import RegistrationStatus
from app.students.models import Resume, Student
from app.students.queries import current_resume


class NotRegistered(DomainError):
    """Only who is registered for a fair shares with employers there."""

    code = "not-registered"
    message = N_("Register for this fair first.")


class NoResume(DomainError):
    """There is no resume to give."""

    code = "no-resume"
    message = N_("You have no resume yet. Add one, or give your name and phone only.")


@dataclass(frozen=True)
class Sharing:
    """What a student agrees to give, in the words they were shown."""

    given: Given
    text: str
    position: Position | None = None
    via: Via = Via.BOOTH


def share(student: Student, participation: Participation, sharing: Sharing, *, by: User) -> Intent:
    """Give an employer name and phone, with or without the resume, by a consent of its own.

    Giving again is giving once; giving more than before, or anew after taking back, is a
    further consent. Whatever the ladder had ended with, sharing opens it again.
    """
    registration = _check_may_share(student, participation)
    resume = current_resume(student) if sharing.given is Given.RESUME else None
    if sharing.given is Given.RESUME and resume is None:
        raise NoResume()
    if sharing.position is not None and sharing.position.employer_id != participation.employer_id:
        raise NotFound()
    take_turn(participation, registration)
    intent = _intent_of(student, participation, registration)
    if not _write_share(intent, sharing, resume):
        return intent
    if sharing.position is not None and intent.proposed_step is None and not intent.is_reached:
        intent.position = sharing.position
    if intent.has_ended and intent.ended_by is not Side.EMPLOYER:
        reopen_at(intent, Step.RESUME_RECEIVED, side=Side.STUDENT, by=by, via=sharing.via)
    if not intent.has_ended:
        climb(intent, Step.RESUME_RECEIVED)
    keep_step(intent, Step.RESUME_RECEIVED, Act.SET, side=Side.STUDENT, by=by, via=sharing.via)
    follow_share(intent)
    return intent


def withdraw_share(intent: Intent, *, by: User) -> Intent:
    """Take everything back from one employer, at once.

    What was proposed is closed and the ladder ends as withdrawn. A letter that both have
    signed stands until one of them withdraws it: it is theirs, not the share's.
    """
    intent = hold(intent)
    if not intent.is_shared:
        return intent
    row = _share_row(intent)
    if row is None:
        raise NotFound()
    row.withdrawn_at = row.consent.withdrawn_at = utcnow()
    letter = intent.live_agreement
    if letter is None or letter.status is not AgreementStatus.SIGNED:
        end_live_letter(intent, side=Side.STUDENT, by=by, reason="")
        close_proposal(intent)
        if not intent.has_ended:
            intent.ended_reason = ""
            move(intent, Step.WITHDRAWN)
            keep_step(intent, Step.WITHDRAWN, Act.ENDED, side=Side.STUDENT, by=by)
    intent.updated_at = utcnow()
    db.session.flush()
    follow_withdrawal(intent)
    tell(Side.EMPLOYER, intent, "share-withdrawn")
    return intent


def log_view(intent: Intent, what: str, *, by: User) -> DataView:
    """Note that somebody of the employer looks at a student's data; the student sees it."""
    intent = hold(intent)
    if not intent.is_shared:
        raise TakenBack()
    view = DataView(
        student_id=intent.student_id,
        employer_id=intent.employer_id,
        user_id=by.id,
        viewer_label=by.label,
        what=what,
    )
    db.session.add(view)
    db.session.flush()
    return view


def log_export(intents: list[Intent], *, by: User) -> None:
    """Note a table of students' data that leaves: one line for each student in it."""
    now = utcnow()
    db.session.add_all(
        DataView(
            student_id=intent.student_id,
            employer_id=intent.employer_id,
            user_id=by.id,
            viewer_label=by.label,
            what="export",
            at=now,
        )
        for intent in intents
        if intent.is_shared
    )
    db.session.flush()


def forget_student(student: Student, *, by: User | None) -> None:
    """Close everything of a student who leaves: shares, ladders, letters, names in letters.

    For the room that closes accounts; figures stay, since what was reached stays reached.
    """
    query = select(Intent).filter_by(student_id=student.id).order_by(Intent.id)
    for found in db.session.scalars(query).all():
        intent = hold(found)
        end_live_letter(intent, side=Side.STUDENT, by=by, reason="")
        row = _share_row(intent)
        if row is not None and row.withdrawn_at is None:
            row.withdrawn_at = row.consent.withdrawn_at = utcnow()
        close_proposal(intent)
        if not intent.has_ended:
            move(intent, Step.WITHDRAWN)
            keep_step(intent, Step.WITHDRAWN, Act.ENDED, side=Side.STUDENT, by=by)
        intent.notes.clear()
        for letter in intent.agreements:
            letter.student_name, letter.text = "–", ""
        db.session.flush()
    forget_contacts(student)


def _check_may_share(student: Student, participation: Participation) -> Registration:
    check_here(participation)
    registration = find_registration(participation.fair, student)
    if registration is None or registration.status is not RegistrationStatus.CONFIRMED:
        raise NotRegistered()
    return registration


def _intent_of(
    student: Student, participation: Participation, registration: Registration
) -> Intent:
    """The one intent of a student, an employer and a fair, made if there is none, held."""
    insert_if_absent(
        Intent,
        fair_id=participation.fair_id,
        student_id=student.id,
        employer_id=participation.employer_id,
        participation_id=participation.id,
        registration_id=registration.id,
        step=Step.RESUME_RECEIVED,
    )
    found = find_intent(student.id, participation)
    if found is None:
        raise NotFound()
    return hold(found)


def _share_row(intent: Intent) -> ResumeShare | None:
    query = select(ResumeShare).filter_by(
        fair_id=intent.fair_id, student_id=intent.student_id, employer_id=intent.employer_id
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _write_share(intent: Intent, sharing: Sharing, resume: Resume | None) -> bool:
    """Write the share and its consent; False where as much had been given already."""
    row = _share_row(intent)
    if row is not None and row.withdrawn_at is None and (resume is None or row.resume_id):
        return False
    now = utcnow()
    consent = Consent(
        student_id=intent.student_id,
        employer_id=intent.employer_id,
        fair_id=intent.fair_id,
        purpose=ConsentPurpose.SHARE,
        text_version=SHARE_TEXT_VERSION,
        text=sharing.text,
        given_at=now,
    )
    db.session.add(consent)
    if row is None:
        row = ResumeShare(
            fair_id=intent.fair_id,
            student_id=intent.student_id,
            employer_id=intent.employer_id,
            participation_id=intent.participation_id,
        )
        db.session.add(row)
    elif row.withdrawn_at is None:
        row.consent.withdrawn_at = now
    row.resume, row.consent, row.via = resume, consent, sharing.via.value
    row.shared_at, row.withdrawn_at = now, None
    db.session.flush()
    db.session.expire(intent, ["share"])
    return True
