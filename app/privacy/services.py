"""Taking part ends: accounts are closed, data that served its time is removed."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, delete, func, or_, select, update

from app.accounts.models import AccountLink, LoginCode, User
from app.accounts.services import end_sessions
from app.audit.models import AuditEntry
from app.audit.services import record
from app.checkins.queries import list_attendances
from app.checkins.services.paper import forget_lines
from app.core import files
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import after_commit
from app.intents.models import Consent, Intent, ResumeShare
from app.intents.services import forget_contacts, forget_past_contacts, forget_student
from app.intents.states import Side
from app.messages.models import MessageRecipient, OrganiserMessage
from app.notices.models import Notice
from app.notices.states import NoticeStatus
from app.participations.models import Participation, Representative
from app.privacy import queries
from app.registrations.models import Registration
from app.registrations.queries import list_registrations
from app.registrations.services import cancel, forget_answers_of, forget_old_answers
from app.registrations.states import RegistrationStatus
from app.students.models import CLOSED_NAME, Student
from app.students.queries import find_student
from app.surveys.services import forget_old_texts
from app.tours.models import Fair

CODES_KEPT = timedelta(days=1)
LINKS_KEPT = timedelta(days=30)
MESSAGES_KEPT = timedelta(days=30)
PAPER_KEPT = timedelta(days=30)
# Until the phones of stands may bring nothing any more, and every question has lapsed.
CONTACTS_KEPT = timedelta(days=31)
# A file is written before the row that points to it: a young one may still be waiting.
FILES_KEPT = timedelta(days=1)
ONCE_A_DAY = timedelta(hours=23)
BATCH = 50
# A sealed empty text: nonce and tag, nothing between (core.crypto.encrypt).
SEALED_NOTHING = 28


@dataclass
class Rules:
    """How long personal data is kept after a student's last fair; the factory says."""

    months: int = 24


RULES = Rules()


def configure(*, retention_months: int) -> None:
    """Take the retention of this installation."""
    RULES.months = retention_months


# ---------------------------------------------------------------------------- at one's own wish


def close_account(user: User) -> None:
    """End everything a student takes part in, and forget who they were.

    Places at fairs to come are given up (whoever waits moves up), data is taken back from
    every employer, ladders end. School, level, major, year and origin stay, as numbers.
    """
    now = utcnow()
    student = find_student(user)
    if student is not None:
        for registration in _given_up(student, now):
            cancel(registration, by=user)
        forget_student(student, by=user)
        _anonymise(student, now)
    _forget_user(user, now)


def withdraw_news(student: Student) -> None:
    """No more messages about later fairs."""
    student.wants_news = False
    student.updated_at = utcnow()


def _given_up(student: Student, now: datetime) -> list[Registration]:
    """The places somebody leaves: of fairs not over, where they have not come in.

    Who has been inside was there, and stays counted. Always in the same order, so that two
    who leave at once never wait for each other.
    """
    standing = [
        row
        for row in list_registrations(student)
        if row.status is not RegistrationStatus.CANCELLED
        and row.fair.ends_at > now
        and row.fair.closed_at is None
    ]
    came = list_attendances([row.id for row in standing])
    return sorted((row for row in standing if row.id not in came), key=lambda row: row.fair_id)


# ---------------------------------------------------------------------------- when time is up


def forget_some(now: datetime | None = None) -> int:
    """Make nameless a batch of those whose time is up; 0 when nobody is left.

    A batch at a time, so that the job never holds the database for long. Figures stay as
    they are: ladders and letters keep where they stood.
    """
    now = now or utcnow()
    before = months_before(now, RULES.months)
    students = [*queries.list_forgettable(before, BATCH), *queries.list_doubles(BATCH)]
    users = queries.list_idle_users(before, BATCH)
    for student in students:
        _anonymise(student, now)
        if student.user is not None:
            _forget_user(student.user, now)
    for user in users:
        _forget_user(user, now)
    return len(students) + len(users)


def remove_what_served_its_time(
    now: datetime | None = None, *, before: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Delete codes, links and answers, wipe messages, names of representatives, words of searches.

    Returns how much of each, and writes it into the log with what was counted ``before``.
    """
    now = now or utcnow()
    long_ago = months_before(now, RULES.months)
    counts = {
        **(before or {}),
        "codes": _run(delete(LoginCode).where(LoginCode.expires_at < now - CODES_KEPT)),
        "links": _run(delete(AccountLink).where(AccountLink.expires_at < now - LINKS_KEPT)),
        "paper": forget_lines(now - PAPER_KEPT),
        "contacts": forget_past_contacts(now - CONTACTS_KEPT),
        "messages": _wipe_messages(now - MESSAGES_KEPT),
        "recipients": _forget_recipients(now - MESSAGES_KEPT),
        "answers": forget_old_answers(long_ago),
        "survey_texts": forget_old_texts(long_ago),
        "representatives": _wipe_representatives(long_ago),
        "searches": _wipe_searches(long_ago),
    }
    record("retention.run", by=None, on="retention", after=dict(counts))
    return counts


def sweep_files(wanted: set[str]) -> int:
    """Delete kept files no row points to; call it outside a transaction."""
    return files.sweep(wanted, before=utcnow() - FILES_KEPT)


def ran_today(now: datetime | None = None) -> bool:
    """Whether the retention job has done its work within the last 23 hours."""
    return queries.has_run_since((now or utcnow()) - ONCE_A_DAY)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many months earlier; the month's last day where there is none."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _wipe_messages(before: datetime) -> int:
    """Forget words and address of messages that went out, or never will."""
    old = update(Notice).where(
        Notice.created_at < before,
        Notice.status != NoticeStatus.QUEUED,
        or_(
            Notice.payload.is_not(None),
            func.length(Notice.recipient, type_=Integer) > SEALED_NOTHING,
        ),
    )
    return _run(old.values(payload=None, is_wiped=True, recipient=""))


def _forget_recipients(before: datetime) -> int:
    """Forget who belonged to the groups organisers wrote to; how many stays with the message."""
    old = select(OrganiserMessage.id).where(OrganiserMessage.finished_at < before)
    return _run(delete(MessageRecipient).where(MessageRecipient.message_id.in_(old)))


def _wipe_representatives(before: datetime) -> int:
    """Forget the people employers sent to fairs that are long over; how many came stays."""
    over = (
        select(Participation.id)
        .join(Fair, Fair.id == Participation.fair_id)
        .where(Fair.ends_at < before)
    )
    named = update(Representative).where(
        Representative.participation_id.in_(over), Representative.name != CLOSED_NAME
    )
    return _run(named.values(name=CLOSED_NAME, job_title="", phone=None))


def _wipe_searches(before: datetime) -> int:
    """Forget the words people were searched by; who searched, when and how many stays."""
    old = select(AuditEntry).where(
        AuditEntry.action == "desk.search",
        AuditEntry.at < before,
        AuditEntry.after["text"].as_string() != "",
    )
    rows = db.session.scalars(old).all()
    for row in rows:
        row.after = {**(row.after or {}), "text": ""}
    return len(rows)


# ---------------------------------------------------------------------------- what goes


def _anonymise(student: Student, now: datetime) -> None:
    """Remove who somebody is; what statistics need stays. Files go once this is durable."""
    for resume in student.resumes:
        _drop_file(resume)
        resume.text = None
        resume.removed_at = resume.removed_at or now
    student.name = CLOSED_NAME
    student.phone = student.phone_last4 = None
    student.email, student.wants_news = "", False
    student.closed_at = student.closed_at or now
    student.updated_at = max(now, student.closed_at)
    for table in (Consent, ResumeShare):
        db.session.execute(
            update(table)
            .where(table.student_id == student.id, table.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
    forget_answers_of(student)
    _strip_intents(student)
    forget_contacts(student)
    db.session.flush()


def _strip_intents(student: Student) -> None:
    """Names, notes, reasons and papers leave the ladders; where they stand stays."""
    query = select(Intent).filter_by(student_id=student.id).order_by(Intent.id)
    for intent in db.session.scalars(query):
        intent.notes.clear()
        intent.ended_reason = ""
        for step in intent.steps:
            _drop_file(step)
            if step.side is Side.STUDENT:
                step.actor_label, step.reason = "", ""
        for letter in intent.agreements:
            letter.student_name, letter.text = CLOSED_NAME, ""
            letter.withdrawn_reason = ""


def _forget_user(user: User, now: datetime) -> None:
    db.session.execute(delete(LoginCode).where(LoginCode.phone_hash == user.phone_hash))
    db.session.execute(delete(AccountLink).where(AccountLink.user_id == user.id))
    db.session.execute(delete(MessageRecipient).where(MessageRecipient.user_id == user.id))
    for notice in queries.list_messages(user):
        notice.payload, notice.is_wiped = None, True
        notice.recipient, notice.recipient_label = "", CLOSED_NAME
        if notice.status is NoticeStatus.QUEUED:
            # Nobody is there any more: not to be sent to an empty address.
            notice.status, notice.last_error = NoticeStatus.FAILED, "account closed"
    user.name = CLOSED_NAME
    user.phone = user.phone_hash = user.phone_last4 = None
    user.email = user.email_verified_at = user.phone_verified_at = None
    user.disabled_at = now
    db.session.flush()
    end_sessions(user)


def _drop_file(row: files.StoredFile) -> None:
    """Unpoint a row from its file; the file goes after the commit."""
    key = row.file_key
    row.file_key = row.file_name = row.file_type = None
    row.file_size = row.file_at = None
    if key:
        after_commit(lambda: files.drop(key))


def _run(statement: object) -> int:
    result = db.session.execute(
        statement,  # type: ignore[call-overload]
        execution_options={"synchronize_session": False},
    )
    return int(result.rowcount)
