"""What students do with their own profile and resume."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.core import files
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.core.files import Kept
from app.core.text import N_
from app.core.transaction import after_commit
from app.places import queries as places
from app.places.models import School
from app.places.states import EducationLevel
from app.students import queries
from app.students.models import Resume, Student

# The version of the privacy notice that is shown now; what somebody agreed to is kept with them.
PRIVACY_VERSION = "2026-01"
RESUME_LIMIT = 10_000_000
TEXT_LIMIT = 10_000
_NAME_SIGNS = frozenset(" ·•.,'’-()")


class NotAgreed(DomainError):
    """Nothing is kept of a person who has not agreed to the privacy notice."""

    code = "not-agreed"
    message = N_("Read the privacy notice and agree to it first.")


class BadName(DomainError):
    """A text that no student card shows as a name."""

    code = "bad-name"
    message = N_("Write the name as on the student card, in letters only.")


class BadWords(DomainError):
    """A text with pictures or signs where words are asked for."""

    code = "bad-words"
    message = N_("Use words only here, without emoji or unusual signs.")


class UnknownSchool(DomainError):
    """A school that is not in the list, and nobody said so."""

    code = "unknown-school"
    message = N_(
        "We do not know “%(school)s”. Choose a school from the list, or tick that yours is not "
        "listed."
    )


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a student tells about themselves.

    ``school_id`` is what was chosen from the list; it counts only while ``school_name``
    still says the same. A school that is not in the list is kept as it was typed.
    ``origin`` and ``email`` None leave alone what is there.
    """

    name: str
    school_name: str
    level: EducationLevel
    major: str = ""
    graduation_year: int | None = None
    school_id: int | None = None
    origin: str | None = None
    email: str | None = None


def read_name(text: str) -> str:
    """A name as it is kept: single blanks, one width. Raises :class:`BadName`."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    kinds = {unicodedata.category(ch)[0] for ch in name if ch not in _NAME_SIGNS}
    if not kinds or not kinds <= {"L", "M"}:
        raise BadName(field="name")
    return name


def read_words(text: str, *, field: str) -> str:
    """A school, subject or place as it is kept. Raises :class:`BadWords` for pictures."""
    words = " ".join(text.split())
    kinds = {unicodedata.category(ch) for ch in words}
    if kinds & {"So", "Sk", "Cc", "Cf", "Cn", "Co", "Cs"}:
        raise BadWords(field=field)
    return words


def check_school(profile: Profile, *, is_unlisted: bool) -> None:
    """Raise :class:`UnknownSchool` for a typed school that is neither known nor said to be new."""
    if not is_unlisted and _find_school(profile) is None and places.count_schools():
        raise UnknownSchool(field="school_name", school=profile.school_name)


def save_profile(
    user: User, profile: Profile, *, agreed: bool = False, wants_news: bool | None = None
) -> Student:
    """Write the profile of an account, making the student where there is none yet.

    The first time the privacy notice must be agreed to (:class:`NotAgreed`).
    ``wants_news`` None leaves that choice alone.
    """
    student = queries.find_student(user) or _insert(user, profile, agreed=agreed)
    if agreed:
        agree(student)
    if wants_news is not None:
        student.wants_news = wants_news
    return write_profile(student, profile)


def _insert(user: User, profile: Profile, *, agreed: bool) -> Student:
    """Make the account's one student; of two taps at once the second finds the first's."""
    if not agreed:
        raise NotAgreed(field="agreed")
    try:
        with db.session.begin_nested():
            student = Student(user_id=user.id, name=profile.name, level=profile.level)
            db.session.add(student)
            db.session.flush()
    except IntegrityError:
        return queries.get_student(user)
    return student


def add_unlinked_student(
    profile: Profile, *, phone: str | None = None, agreed: bool = True, wants_news: bool = False
) -> Student:
    """A student without an account: registered at the desk, or before the phone is confirmed.

    ``phone`` is what they say their number is. It opens no account and finds none: it
    serves the help desk and the reminder only.
    """
    if not agreed:
        raise NotAgreed(field="agreed")
    student = Student(name=profile.name, level=profile.level, wants_news=wants_news)
    student.phone = phone
    student.phone_last4 = phone[-4:] if phone else None
    db.session.add(student)
    agree(student)
    return write_profile(student, profile)


def link_student(student: Student, user: User) -> Student:
    """Give a student without an account to the account whose phone has been confirmed.

    Returns the account's own student where it has one already, and closes the other.
    """
    own = queries.find_student(user)
    if own is None:
        student.user, student.phone, student.phone_last4 = user, None, None
        db.session.flush()
        return student
    student.closed_at, student.phone, student.phone_last4 = utcnow(), None, None
    return own


def write_profile(student: Student, profile: Profile) -> Student:
    """Set what the profile says; the school by its id where it is one of the list."""
    school = _find_school(profile)
    student.name = profile.name
    student.school_id = school.id if school else None
    student.school_name = school.name if school else profile.school_name
    student.level = profile.level
    student.major = profile.major
    student.graduation_year = profile.graduation_year
    if profile.origin is not None:
        student.origin = profile.origin
    if profile.email is not None:
        student.email = profile.email
    student.updated_at = utcnow()
    db.session.flush()
    return student


def _find_school(profile: Profile) -> School | None:
    """The chosen school, while the text still says the same; else the one of exactly this name."""
    chosen = places.find_school(profile.school_id)
    if chosen is not None and profile.school_name in (chosen.name, chosen.name_en):
        return chosen
    return places.find_school_by_name(profile.school_name)


def choose_suggestions(student: Student, *, wanted: bool) -> None:
    """Say whether positions that fit one's level and major are picked out."""
    student.wants_suggestions = wanted


def agree(student: Student) -> None:
    """Note that the present privacy notice was read and agreed to."""
    student.privacy_version = PRIVACY_VERSION
    student.privacy_agreed_at = utcnow()


def keep_resume(student: Student, kept: Kept | None = None, *, text: str | None = None) -> Resume:
    """Make a file, a text, or both, the student's resume.

    The row stays the same when its file is replaced, so whoever it is shared with sees the
    new one. What is None stays as it was.
    """
    now = utcnow()
    before = queries.current_resume(student)
    resume = before if before is not None else Resume(student_id=student.id)
    if before is None:
        db.session.add(resume)
    if text is not None:
        resume.text = text or None
    if kept is not None:
        dropped = files.attach(resume, kept, at=now)
        after_commit(lambda: files.drop(dropped))
    db.session.flush()
    return resume


def remove_resume(resume: Resume) -> None:
    """Take a resume away for good: its text and its file are deleted, the row says when."""
    key = resume.file_key
    resume.removed_at, resume.text = utcnow(), None
    resume.file_key = resume.file_name = resume.file_type = None
    resume.file_size = resume.file_at = None
    after_commit(lambda: files.drop(key))
