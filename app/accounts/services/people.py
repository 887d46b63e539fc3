"""People who can log in, and telling them things."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.services.codes import phone_hash
from app.accounts.states import MESSAGES_OFF
from app.core.clock import utcnow
from app.core.crypto import signed_text
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.masking import mask_email, mask_phone
from app.core.text import N_
from app.notices.services import SmsUnavailable, budget_of, queue_notice
from app.notices.states import Channel
from app.notices.templates import SMS_TEMPLATES

DEFAULT_LOCALE = "zh_Hans"


class BadEmail(DomainError):
    """A text that is no e-mail address."""

    code = "bad-email"
    message = N_("Write an e-mail address such as name@example.com.")


class EmailTaken(Conflict):
    """The address belongs to another account."""

    code = "email-taken"
    message = N_("This e-mail address already has an account.")


class AccountClosed(Forbidden):
    """The account was disabled by the organiser or closed by its owner."""

    code = "account-closed"
    message = N_("This account is closed. Ask the organiser.")


def normalise_email(typed: str) -> str:
    """An address as it is stored and found: checked for form, lower case."""
    try:
        checked = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as error:
        raise BadEmail(field="email") from error
    return checked.normalized.lower()


def get_or_create_student_user(phone: str, *, locale: str | None) -> User:
    """The student's account of a phone that was just proved by a code; made if there is none.

    ``phone`` is normalised. Of two requests at once both get the one account. Raises
    :class:`AccountClosed` for a disabled one.
    """
    hashed = phone_hash(phone)
    insert_if_absent(
        User,
        role=Role.STUDENT,
        phone=phone,
        phone_hash=hashed,
        phone_last4=phone[-4:],
        phone_verified_at=utcnow(),
        locale=locale,
    )
    user = db.session.scalars(select(User).filter_by(phone_hash=hashed)).one()
    if not user.is_active:
        raise AccountClosed()
    user.phone_verified_at = utcnow()
    return user


def create_user(
    *, email: str, role: Role, name: str, password_hash: str | None, locale: str | None
) -> User:
    """A new account with an e-mail, not yet confirmed. Raises :class:`EmailTaken`.

    ``email`` is normalised. See :func:`app.accounts.services.links.send_email_confirmation`.
    """
    made = insert_if_absent(
        User, email=email, role=role, name=name, password_hash=password_hash, locale=locale
    )
    if not made:
        raise EmailTaken(field="email")
    return db.session.scalars(select(User).filter_by(email=email)).one()


def note_login(user: User) -> None:
    """Remember when somebody was last here."""
    user.last_login_at = utcnow()


def end_sessions(user: User) -> None:
    """Sign somebody out everywhere: every session made before now is dead."""
    db.session.execute(
        update(User)
        .where(User.id == user.id)
        .values(session_version=User.session_version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(user, ["session_version"])


def choose_locale(user: User, locale: str) -> None:
    """Keep the language somebody reads."""
    user.locale = locale


def choose_theme(user: User, theme: str | None) -> None:
    """Keep light or dark; None follows the device."""
    user.theme = theme


def choose_messages(user: User, *, wanted: bool) -> None:
    """Whether somebody gets what organisers write to many; notices about their own things go on."""
    user.messages_off_at = None if wanted else user.messages_off_at or utcnow()


def messages_off_token(user: User) -> str:
    """What the foot of a message to many carries: enough to turn such messages off, no more."""
    return signed_text(MESSAGES_OFF, {"user": user.uid})


def notify_user(user: User, template: str, *, fair_id: int | None = None, **payload: Any) -> None:
    """Tell somebody something: in the inbox always, by mail if they have an address.

    By text message only what ``notices.templates`` lists for it, to students, and only
    while the budget lasts; the inbox has it anyway.
    """
    shared: dict[str, Any] = {
        "user_id": user.id,
        "locale": user.locale or DEFAULT_LOCALE,
        "payload": payload,
        "fair_id": fair_id,
    }
    queue_notice(
        template,
        channel=Channel.INBOX,
        recipient=user.uid,
        recipient_label=address_label(user),
        **shared,
    )
    if user.email:
        queue_notice(
            template,
            channel=Channel.MAIL,
            recipient=user.email,
            recipient_label=mask_email(user.email),
            **shared,
        )
    if template in SMS_TEMPLATES and user.text_phone:
        try:
            queue_notice(
                template,
                channel=Channel.SMS,
                recipient=user.text_phone,
                recipient_label=mask_phone(user.text_phone),
                budget_key=budget_of(fair_id) if fair_id else "",
                **shared,
            )
        except SmsUnavailable:
            return


def address_label(user: User) -> str:
    """How the outbox names somebody: masked."""
    if user.email:
        return mask_email(user.email)
    return f"****{user.phone_last4}" if user.phone_last4 else user.uid[:6]


def send_mail(user: User, template: str, **payload: Any) -> None:
    """Send a mail that is about the account itself, to its own address; no inbox, no text."""
    if user.email:
        send_mail_to(user.email, template, locale=user.locale, user_id=user.id, **payload)


def send_mail_to(
    email: str, template: str, *, locale: str | None, user_id: int | None = None, **payload: Any
) -> None:
    """Send a mail to an address, whoever reads it."""
    queue_notice(
        template,
        channel=Channel.MAIL,
        recipient=email,
        recipient_label=mask_email(email),
        user_id=user_id,
        locale=locale or DEFAULT_LOCALE,
        payload=payload,
    )


class PhoneTaken(Conflict):
    """The number belongs to another account."""

    code = "phone-taken"
    message = N_("This number belongs to another account.")


def change_phone(user: User, phone: str) -> None:
    """Take a number that a code just proved. Raises :class:`PhoneTaken`."""
    try:
        with db.session.begin_nested():
            user.phone, user.phone_hash = phone, phone_hash(phone)
            user.phone_last4, user.phone_verified_at = phone[-4:], utcnow()
            db.session.flush()
    except IntegrityError as error:
        raise PhoneTaken(field="phone") from error


def save_settings(user: User, *, name: str, locale: str, theme: str | None) -> None:
    """Keep how somebody is called and how pages look to them."""
    user.name, user.locale, user.theme = name, locale, theme
