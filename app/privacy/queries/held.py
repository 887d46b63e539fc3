"""Everything that is held on one student, gathered from every room.

Values keep their type (moments, enum members): the JSON writes them as they are, a page and
a sheet write them for people. The keys are named in ``wording.FIELDS``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import AccountLink, LoginCode, User
from app.audit.models import AuditEntry
from app.checkins.models import Attendance, Scan
from app.checkins.queries import list_attendances
from app.core.clock import utcnow
from app.core.db import db
from app.core.masking import mask_phone
from app.intents.models import Consent, DataView, ResumeShare
from app.messages.models import MessageRecipient
from app.notices.models import Notice
from app.notices.templates import template_of
from app.privacy.queries.agreed import hold_contacts, hold_intents
from app.questions.answers import spoken
from app.registrations.models import Registration, RegistrationAnswer, Ticket
from app.students.models import Resume, Student
from app.students.queries import find_student
from app.students.services import PRIVACY_VERSION

Held: TypeAlias = dict[str, Any]


def list_views(student: Student, limit: int = 50) -> Sequence[DataView]:
    """Who of the employers looked at this student's data, newest first."""
    query = (
        select(DataView)
        .filter_by(student_id=student.id)
        .options(joinedload(DataView.employer))
        .order_by(DataView.at.desc(), DataView.id.desc())
    )
    return db.session.scalars(query.limit(limit)).all()


def list_messages(user: User) -> list[Notice]:
    """Everything that was written to somebody; one-time codes are found by their phone.

    A code is sent before anybody knows whose phone it is, so it names no account.
    """
    mine = Notice.user_id == user.id
    if user.phone:
        to_phone = and_(Notice.user_id.is_(None), Notice.recipient_label == mask_phone(user.phone))
        mine = or_(mine, to_phone)
    rows = db.session.scalars(select(Notice).where(mine).order_by(Notice.id))
    return [row for row in rows if row.user_id == user.id or row.recipient == user.phone]


def gather(user: User) -> Held:
    """Everything held on the person behind a student's account, section by section."""
    held: Held = {"export": {"made_at": utcnow(), "notice_version": PRIVACY_VERSION}}
    held["account"] = _account(user)
    student = find_student(user)
    if student is not None:
        registrations = _registrations(student)
        ids = [row.id for row in registrations]
        came, scans = list_attendances(ids), _scans(registrations)
        answers = _answers(ids)
        held["profile"] = _profile(student)
        held["resumes"] = [_resume(row) for row in student.resumes]
        held["registrations"] = [
            _registration(row, came.get(row.id), scans, answers[row.id]) for row in registrations
        ]
        held["consents"] = _consents(student)
        held["shares"] = _shares(student)
        held["contacts"] = hold_contacts(student)
        held["views"] = [_view(row) for row in list_views(student, limit=10_000)]
        held["intents"] = hold_intents(student)
        held["acts"] = _acts(ids)
    held["messages"] = [_message(row) for row in list_messages(user)]
    held["to_many"] = _to_many(user)
    return held


def _account(user: User) -> Held:
    codes = select(func.count(LoginCode.id)).where(LoginCode.phone_hash == user.phone_hash)
    links = select(AccountLink).filter_by(user_id=user.id).order_by(AccountLink.id)
    return {
        "name": user.name,
        "phone": user.phone,
        "phone_confirmed_at": user.phone_verified_at,
        "email": user.email,
        "email_confirmed_at": user.email_verified_at,
        "language": user.locale,
        "theme": user.theme,
        "messages_off_at": user.messages_off_at,
        "created_at": user.created_at,
        "last_sign_in_at": user.last_login_at,
        "codes_kept": db.session.scalar(codes),
        "links": [
            {
                "about": row.kind,
                "email": row.email,
                "created_at": row.created_at,
                "used_at": row.used_at,
            }
            for row in db.session.scalars(links)
        ],
    }


def _profile(student: Student) -> Held:
    return {
        "name": student.name,
        "phone_said": student.phone,
        "school": student.school_name,
        "level": student.level,
        "major": student.major,
        "graduation_year": student.graduation_year,
        "origin": student.origin,
        "email": student.email,
        "wants_news": student.wants_news,
        "notice_version": student.privacy_version,
        "agreed_at": student.privacy_agreed_at,
        "created_at": student.created_at,
        "changed_at": student.updated_at,
    }


def _resume(row: Resume) -> Held:
    return {
        "text": row.text,
        "file": row.file_name,
        "size": row.file_size,
        "created_at": row.created_at,
        "removed_at": row.removed_at,
    }


def _registrations(student: Student) -> Sequence[Registration]:
    query = (
        select(Registration)
        .filter_by(student_id=student.id)
        .options(joinedload(Registration.fair), selectinload(Registration.tickets))
    )
    return db.session.scalars(query.order_by(Registration.id)).all()


def _scans(registrations: Sequence[Registration]) -> dict[bytes | None, list[Scan]]:
    """The scans of all tickets, by ticket, the first one first."""
    hashes = [ticket.hash for row in registrations for ticket in row.tickets]
    query = (
        select(Scan)
        .where(Scan.ticket_hash.in_(hashes))
        .options(joinedload(Scan.gate))
        .order_by(Scan.scanned_at, Scan.id)
    )
    found = defaultdict(list)
    for scan in db.session.scalars(query):
        found[scan.ticket_hash].append(scan)
    return found


def _registration(
    row: Registration,
    came: Attendance | None,
    scans: Mapping[bytes | None, list[Scan]],
    answers: list[RegistrationAnswer],
) -> Held:
    mine = [scan for ticket in row.tickets for scan in scans.get(ticket.hash, ())]
    return {
        "fair": row.fair.title_zh,
        "status": row.status,
        "source": row.source,
        "registered_at": row.registered_at,
        "phone_confirmed_at": row.verified_at,
        "waitlisted_at": row.waitlisted_at,
        "reminded_at": row.reminded_at,
        "cancelled_at": row.cancelled_at,
        "reason": row.cancel_reason,
        "first_came_at": came.first_at if came else None,
        "last_seen_at": came.last_at if came else None,
        "proof": came.evidence if came else None,
        "answers": [_answer(one) for one in answers],
        "tickets": [_ticket(ticket) for ticket in row.tickets],
        "scans": [_scan(scan) for scan in mine],
    }


def _answers(registration_ids: list[int]) -> dict[int, list[RegistrationAnswer]]:
    """What was answered to the extra questions of fairs, by registration."""
    query = (
        select(RegistrationAnswer)
        .where(RegistrationAnswer.registration_id.in_(registration_ids))
        .options(joinedload(RegistrationAnswer.question))
        .order_by(RegistrationAnswer.id)
    )
    found = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.registration_id].append(row)
    return found


def _answer(row: RegistrationAnswer) -> Held:
    return {
        "question": row.question.label_zh,
        "answer": spoken(row.question, row.value, english=False) or None,
        "file": row.file_name,
        "size": row.file_size,
        "at": row.answered_at,
    }


def _ticket(ticket: Ticket) -> Held:
    return {
        "number": ticket.generation,
        "short_code": ticket.short_code,
        "created_at": ticket.issued_at,
        "revoked_at": ticket.revoked_at,
        "reason": ticket.revoked_why,
    }


def _scan(scan: Scan) -> Held:
    return {
        "at": scan.scanned_at,
        "gate": scan.gate.name if scan.gate else None,
        "direction": scan.direction,
        "proof": scan.evidence,
        "answer": scan.answer,
        "decision": scan.decision,
        "reason": scan.decision_reason or scan.void_reason,
        "voided_at": scan.voided_at,
    }


def _consents(student: Student) -> list[Held]:
    query = select(Consent).filter_by(student_id=student.id).options(joinedload(Consent.employer))
    return [
        {
            "about": row.purpose,
            "employer": row.employer.name if row.employer else None,
            "notice_version": row.text_version,
            "text": row.text,
            "given_at": row.given_at,
            "withdrawn_at": row.withdrawn_at,
        }
        for row in db.session.scalars(query.order_by(Consent.id))
    ]


def _shares(student: Student) -> list[Held]:
    query = (
        select(ResumeShare)
        .filter_by(student_id=student.id)
        .options(joinedload(ResumeShare.employer), joinedload(ResumeShare.fair))
    )
    return [
        {
            "employer": row.employer.name,
            "fair": row.fair.title_zh,
            "with_resume": row.resume_id is not None,
            "given_at": row.shared_at,
            "withdrawn_at": row.withdrawn_at,
        }
        for row in db.session.scalars(query.order_by(ResumeShare.id))
    ]


def _view(row: DataView) -> Held:
    return {
        "employer": row.employer.name if row.employer else None,
        "who": row.viewer_label,
        "about": row.what,
        "at": row.at,
    }


def _acts(registration_ids: list[int]) -> list[Held]:
    """What the organiser's people did to somebody's places: cancelled, re-issued, registered."""
    query = select(AuditEntry).where(
        AuditEntry.object_kind == "registration", AuditEntry.object_id.in_(registration_ids)
    )
    return [
        {"about": row.action, "reason": row.reason, "at": row.at}
        for row in db.session.scalars(query.order_by(AuditEntry.id))
    ]


def _message(row: Notice) -> Held:
    """A message and what its words were made from; a secret that opened a door is left out."""
    is_secret = template_of(row.template).secret_for is not None
    return {
        "about": row.template,
        "channel": row.channel,
        "to": row.recipient_label,
        "words": None if is_secret or not row.payload else _flat(row.payload),
        "status": row.status,
        "at": row.created_at,
        "read_at": row.read_at,
    }


def _to_many(user: User) -> list[Held]:
    """The groups organisers wrote to that somebody belonged to."""
    query = (
        select(MessageRecipient)
        .filter_by(user_id=user.id)
        .options(joinedload(MessageRecipient.message))
    )
    return [
        {
            "about": row.message.segment,
            "words": row.message.subject_zh,
            "status": row.status,
            "created_at": row.message.created_at,
            "at": row.at,
        }
        for row in db.session.scalars(query.order_by(MessageRecipient.id))
    ]


def _flat(payload: Held) -> str:
    # Without the key that turns messages off: it is for the foot of a mail only.
    told = {name: value for name, value in payload.items() if value and name != "off"}
    return "; ".join(f"{name}: {value}" for name, value in told.items())
