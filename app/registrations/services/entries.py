"""The ways in: by phone and code, signed in, at the desk, at a gate without a message."""

from app.accounts.models import User
from app.accounts.queries import find_user_by_phone
from app.accounts.services import (
    check_code,
    get_or_create_student_user,
    normalise_phone,
    note_login,
)
from app.accounts.states import CodeOutcome, CodePurpose
from app.core.clock import utcnow
from app.core.files import Kept
from app.core.text import N_
from app.registrations import queries
from app.registrations.models import Registration
from app.registrations.services import issuing, seats
from app.registrations.services.answers import Answers, keep_answers
from app.registrations.services.places import cancel, register
from app.registrations.states import RegistrationSource
from app.students import services as students
from app.students.models import Student
from app.students.queries import find_student, get_student
from app.students.services import Profile
from app.tours.models import Fair

NOTHING_ASKED = Answers()
# Why the ticket of an unverified walk-in ends when its phone turns out to have another.
JOINED = N_("Joined with the registration of this phone")


def register_by_phone(
    fair: Fair,
    profile: Profile,
    *,
    phone: str,
    code: str,
    nonce: str,
    locale: str,
    agreed: bool,
    wants_news: bool = False,
    resume: Kept | None = None,
    answers: Answers = NOTHING_ASKED,
) -> tuple[CodeOutcome, Registration | None]:
    """Confirm a phone by its code, keep the profile of its owner and register them.

    Commit whatever the outcome is: the try has been counted.
    """
    outcome = check_code(CodePurpose.LOGIN, phone, code, nonce=nonce)
    if outcome is not CodeOutcome.OK:
        return outcome, None
    user = get_or_create_student_user(phone, locale=locale)
    note_login(user)
    registration = register_student(
        fair,
        user,
        profile,
        agreed=agreed,
        wants_news=wants_news,
        resume=resume,
        answers=answers,
    )
    return outcome, registration


def register_student(
    fair: Fair,
    user: User,
    profile: Profile | None,
    *,
    agreed: bool = False,
    wants_news: bool | None = None,
    resume: Kept | None = None,
    answers: Answers = NOTHING_ASKED,
) -> Registration:
    """Register the student of an account, with what was missing of their profile.

    ``profile`` None means that nothing was. Who registers while people are let in is a
    walk-in.
    """
    if profile is None:
        student = get_student(user)
        if agreed:
            students.agree(student)
    else:
        student = students.save_profile(user, profile, agreed=agreed, wants_news=wants_news)
    if resume is not None:
        students.keep_resume(student, resume)
    now = utcnow()
    walks_in = fair.is_open_at(now)
    source = RegistrationSource.WALK_IN if walks_in else RegistrationSource.SELF
    registration = register(student, fair, source=source, now=now)
    keep_answers(registration, answers)
    return registration


def register_at_desk(
    fair: Fair, profile: Profile, *, by: User, phone: str | None = None
) -> Registration:
    """Register somebody who stands at the help desk, with or without a phone.

    They agreed to the privacy notice on paper. Where the number said belongs to an account
    under the same name, that account gets the ticket; else it opens nothing and only stays
    with this registration. Raises ``BadPhone``.
    """
    number = normalise_phone(phone) if phone else None
    student = _find_by_phone_and_name(number, profile.name)
    if student is None:
        student = students.add_unlinked_student(profile, phone=number)
    registration = register(student, fair, source=RegistrationSource.DESK, verified=True)
    issuing.note(registration, "registration.desk", by=by)
    return registration


def _find_by_phone_and_name(phone: str | None, name: str) -> Student | None:
    user = find_user_by_phone(phone) if phone else None
    student = find_student(user) if user is not None else None
    return student if student is not None and student.name == name else None


def register_unverified(
    fair: Fair,
    profile: Profile,
    *,
    phone: str | None,
    agreed: bool,
    wants_news: bool = False,
    answers: Answers = NOTHING_ASKED,
) -> Registration:
    """Register a walk-in whose phone could not be confirmed: for this fair only.

    The student is new and has no account, so the number, whoever's it is, opens nothing.
    """
    student = students.add_unlinked_student(
        profile, phone=phone, agreed=agreed, wants_news=wants_news
    )
    registration = register(student, fair, source=RegistrationSource.WALK_IN, verified=False)
    keep_answers(registration, answers)
    return registration


def confirm_phone(
    registration: Registration, *, phone: str, code: str, nonce: str, locale: str
) -> tuple[CodeOutcome, Registration | None]:
    """Confirm the phone of a walk-in by a code and join it to the account of that phone.

    Commit whatever the outcome is: the try has been counted.
    """
    outcome = check_code(CodePurpose.LOGIN, phone, code, nonce=nonce)
    if outcome is not CodeOutcome.OK:
        return outcome, None
    user = get_or_create_student_user(phone, locale=locale)
    note_login(user)
    return outcome, join_account(registration, user)


def join_account(registration: Registration, user: User) -> Registration:
    """Join an unverified walk-in to the account whose phone has just been confirmed.

    Where the account has a place at this fair already, that one stands and the walk-in's
    is given back; scans of its ticket stay as they are.
    """
    now = utcnow()
    student, fair = registration.student, registration.fair
    seats.hold(fair)
    own = students.link_student(student, user)
    if own is student:
        registration.verified_at = now
        issuing.stamp(registration)
        return registration
    if queries.find_registration(fair, own) is not None:
        cancel(registration, by=None, reason=JOINED)
        return register(own, fair, source=RegistrationSource.WALK_IN)
    registration.student, registration.verified_at = own, now
    issuing.stamp(registration)
    return registration
