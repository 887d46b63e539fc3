"""Sharing: a student gives an employer name, phone and resume, and takes them back.

An employer's scan gives nothing: it makes a contact whose name is masked, and asks.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from app.accounts.models import User
from app.audit import services as audit
from app.core.clock import today, utcnow
from app.core.db import changed_one, db, insert_if_absent
from app.core.errors import Conflict, DomainError, NotFound
from app.core.text import N_
from app.employers.models import Position
from app.intents.models import Consent, ContactQuota, DataView, Intent, ResumeShare
from app.intents.services.contacts import follow_share, follow_withdrawal, forget_contacts
from app.intents.services.letters import end_live_letter
from app.intents.services.record import (
    TakenBack,
    climb,
    close_proposal,
    hold,
    keep_step,
    move,
    note,
    reopen_at,
    tell,
)
from app.intents.states import (
    SHARE_TEXT_VERSION,
    Act,
    AgreementStatus,
    ConsentPurpose,
    Contact,
    Given,
    Side,
    Step,
    Via,
)
from app.participations.models import Participation
from app.participations.states import COMING, ParticipationStatus
from app.registrations.models import Registration, Ticket
from app.registrations.queries import (
    find_registration,
    find_ticket_by_hash,
    find_ticket_by_short_code,
    hash_from_text,
)
from app.registrations.states import RegistrationStatus
from app.students.models import Resume, Student
from app.students.queries import current_resume
from app.tours.models import Fair
from app.tours.states import FairStatus

# How many people one member of an employer may scan in a day, wrong codes included.
DAILY_CONTACTS = 300
# Booths are set up before the doors open and packed up after the end.
SCANS_BEFORE, SCANS_AFTER = timedelta(hours=2), timedelta(hours=12)
STANDING = frozenset({ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED})
OPEN_FAIRS = frozenset({FairStatus.PUBLISHED, FairStatus.CLOSED})


class NotRegistered(DomainError):
    """Only who is registered for a fair shares with employers there."""

    code = "not-registered"
    message = N_("Register for this fair first.")


class NotHere(Conflict):
    """The employer does not take part in the fair, or the fair does not take place."""

    code = "not-here"
    message = N_("This employer is not at this fair now.")


class NoResume(DomainError):
    """There is no resume to give."""

    code = "no-resume"
    message = N_("You have no resume yet. Add one, or give your name and phone only.")


class NotToday(Conflict):
    """Tickets are scanned at the fair."""

    code = "not-today"
    message = N_("Tickets can be scanned on the day of the fair.")


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
    intent = _intent_of(student, participation, registration, Step.RESUME_RECEIVED)
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


def contact(participation: Participation, typed: str, *, by: User) -> tuple[Contact, Intent | None]:
    """Somebody of an employer scans a student's ticket at their booth.

    The employer sees a masked name until the student shares; the student is asked. Whatever
    is not an old acquaintance takes one of the day's scans, a wrong code too, so nobody
    harvests and nobody guesses. Commit whatever the outcome is.
    """
    _check_scanning(participation)
    ticket = _find_ticket(participation.fair, typed)
    if ticket is not None and ticket.revoked_at is None:
        known = find_intent(ticket.registration.student_id, participation)
        if known is not None:
            return (Contact.TAKEN_BACK, None) if known.is_taken_back else (Contact.KNOWN, known)
    if not take_scan(participation, by, day=today(participation.fair.time_zone)):
        return Contact.CAPPED, None
    fault = judge_ticket(participation, ticket)
    if ticket is None or fault is not None:
        return fault or Contact.UNKNOWN, None
    registration = ticket.registration
    intent = _intent_of(registration.student, participation, registration, Step.CONTACTED)
    if intent.steps:
        return Contact.KNOWN, intent
    keep_step(intent, Step.CONTACTED, Act.SET, side=Side.EMPLOYER, by=by, via=Via.TICKET)
    note("contact", intent, by=by)
    tell(Side.STUDENT, intent, "contacted")
    return Contact.MADE, intent


def judge_ticket(participation: Participation, ticket: Ticket | None) -> Contact | None:
    """Why the holder of a ticket cannot be met at a booth; None where nothing stands against it."""
    if ticket is None:
        return Contact.UNKNOWN
    if ticket.fair_id != participation.fair_id:
        return Contact.ELSEWHERE
    if ticket.revoked_at is not None:
        return Contact.REPLACED
    registration = ticket.registration
    is_here = registration.status is RegistrationStatus.CONFIRMED
    if not is_here or registration.student.closed_at is not None:
        return Contact.NOT_REGISTERED
    return None


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
    if participation.fair.status not in OPEN_FAIRS or participation.status not in COMING:
        raise NotHere()
    registration = find_registration(participation.fair, student)
    if registration is None or registration.status is not RegistrationStatus.CONFIRMED:
        raise NotRegistered()
    return registration


def scans_open(participation: Participation, now: datetime) -> bool:
    """Whether tickets may be scanned at a booth: on the day, from setting up to packing up."""
    fair = participation.fair
    return fair.opens_doors_at - SCANS_BEFORE <= now < fair.ends_at + SCANS_AFTER


def has_stand(participation: Participation, now: datetime) -> bool:
    """Whether a company's phones may be made the stand's now: confirmed, and not packed up yet."""
    fair = participation.fair
    is_standing = participation.status in STANDING and fair.status in OPEN_FAIRS
    return is_standing and now < fair.ends_at + SCANS_AFTER


def _check_scanning(participation: Participation) -> None:
    if participation.fair.status not in OPEN_FAIRS or participation.status not in COMING:
        raise NotHere()
    if not scans_open(participation, utcnow()):
        raise NotToday()


def _find_ticket(fair: Fair, typed: str) -> Ticket | None:
    hash_ = hash_from_text(typed)
    return find_ticket_by_hash(hash_) if hash_ else find_ticket_by_short_code(fair, typed)


def find_intent(student_id: int, participation: Participation) -> Intent | None:
    """What a student and an employer have with each other at a fair, if anything."""
    query = select(Intent).filter_by(
        fair_id=participation.fair_id,
        student_id=student_id,
        employer_id=participation.employer_id,
    )
    return db.session.scalars(query).one_or_none()


def _intent_of(
    student: Student, participation: Participation, registration: Registration, step: Step
) -> Intent:
    """The one intent of a student, an employer and a fair, made if there is none, held."""
    insert_if_absent(
        Intent,
        fair_id=participation.fair_id,
        student_id=student.id,
        employer_id=participation.employer_id,
        participation_id=participation.id,
        registration_id=registration.id,
        step=step,
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


def take_scan(participation: Participation, by: User, *, day: date) -> bool:
    """Take one of a day's scans; the first refusal of a day is written into the log."""
    insert_if_absent(ContactQuota, user_id=by.id, day=day, taken=0)
    mine = update(ContactQuota).where(ContactQuota.user_id == by.id, ContactQuota.day == day)
    below = mine.where(ContactQuota.taken < DAILY_CONTACTS)
    if changed_one(below.values(taken=ContactQuota.taken + 1)):
        return True
    if changed_one(mine.where(ContactQuota.alarmed_at.is_(None)).values(alarmed_at=utcnow())):
        _alarm(participation, by)
    return False


def _alarm(participation: Participation, by: User) -> None:
    audit.record(
        "contact.capped",
        by=by,
        on="participation",
        object_id=participation.id,
        label=participation.employer.display_name,
        fair_id=participation.fair_id,
        delegation_id=participation.delegation_id,
        after={"scans": DAILY_CONTACTS},
    )
