"""Links by mail that work once: invitations, password resets, confirmations of an address."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import AccountLink, User
from app.accounts.permissions import Role
from app.accounts.services.people import (
    EmailTaken,
    create_user,
    end_sessions,
    send_mail,
    send_mail_to,
)
from app.accounts.states import LinkKind
from app.core.clock import utcnow
from app.core.codes import fingerprint, random_token
from app.core.db import changed_one, db
from app.core.errors import Gone

LIFETIMES: Mapping[LinkKind, timedelta] = {
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.PASSWORD_RESET: timedelta(minutes=60),
    LinkKind.EMAIL_CHANGE: timedelta(hours=24),
    LinkKind.EMAIL_CONFIRM: timedelta(days=7),
}
RESETS_AN_HOUR = 5

Accepted = Callable[[User, Mapping[str, Any]], None]

# What happens to somebody who came by an invitation, by its payload's ``for``: rooms above
# put their own here (a recruiter joins the company that invited them).
ON_ACCEPTED: dict[str, Accepted] = {}


def make_link(
    kind: LinkKind,
    *,
    user: User | None = None,
    email: str | None = None,
    payload: Mapping[str, Any] | None = None,
    by: User | None = None,
) -> str:
    """A new link; returns its secret, which is not stored and goes into one mail."""
    token = random_token()
    now = utcnow()
    db.session.add(
        AccountLink(
            kind=kind,
            token_hash=fingerprint(token),
            user_id=user.id if user else None,
            email=email,
            payload=dict(payload or {}),
            created_at=now,
            created_by_id=by.id if by else None,
            expires_at=now + LIFETIMES[kind],
        )
    )
    return token


def use_link(link: AccountLink) -> None:
    """Use a link up. Of two at once one gets :class:`Gone`."""
    now = utcnow()
    unused = update(AccountLink).where(
        AccountLink.id == link.id, AccountLink.used_at.is_(None), AccountLink.expires_at > now
    )
    if not changed_one(unused.values(used_at=now)):
        raise Gone()
    db.session.refresh(link, ["used_at"])


def use_up_links(kind: LinkKind, *, user: User | None = None, email: str | None = None) -> None:
    """End the open links of a kind of somebody, known or still invited."""
    query = update(AccountLink).where(AccountLink.kind == kind, AccountLink.used_at.is_(None))
    if user is not None:
        query = query.where(AccountLink.user_id == user.id)
    if email is not None:
        query = query.where(AccountLink.email == email)
    db.session.execute(query.values(used_at=utcnow()).execution_options(synchronize_session=False))


def invite(
    email: str,
    *,
    role: Role,
    by: User | None,
    payload: Mapping[str, Any],
    locale: str | None,
    place: str = "",
) -> str:
    """Invite somebody to make an account; returns the link's secret.

    ``payload["for"]`` names the handler in ``ON_ACCEPTED`` that is given the new account.
    ``place`` is what the mail says they are invited to. Raises :class:`EmailTaken`.
    """
    if db.session.scalar(select(User.id).filter_by(email=email)) is not None:
        raise EmailTaken(field="email")
    use_up_links(LinkKind.INVITATION, email=email)
    token = make_link(
        LinkKind.INVITATION, email=email, payload={**payload, "role": role.value}, by=by
    )
    send_mail_to(
        email,
        "accounts/invitation",
        locale=locale,
        token=token,
        who=by.label if by else "",
        place=place,
    )
    return token


def send_invitation(user: User, *, company: str, inviter: str) -> str:
    """Send somebody whose account was made for them the link by which they open it."""
    use_up_links(LinkKind.INVITATION, user=user)
    token = make_link(LinkKind.INVITATION, user=user, email=user.email)
    send_mail(user, "accounts/invitation", token=token, who=inviter, place=company)
    return token


def accept_invitation(
    link: AccountLink, *, name: str, password_hash: str, locale: str | None
) -> User:
    """Make or open the account somebody was invited to.

    Once: of two at once one gets :class:`Gone`.
    """
    use_link(link)
    user = db.session.get(User, link.user_id) if link.user_id else None
    if user is None:
        user = create_user(
            email=link.email or "",
            role=Role(link.payload["role"]),
            name=name,
            password_hash=password_hash,
            locale=locale,
        )
    elif not user.is_active:
        raise Gone()
    else:
        user.name, user.password_hash = name, password_hash
        end_sessions(user)
    user.email_verified_at = utcnow()
    accepted = ON_ACCEPTED.get(link.payload.get("for", ""))
    if accepted is not None:
        accepted(user, link.payload)
    return user


def request_password_reset(email: str, user: User | None, *, locale: str) -> None:
    """Send a reset link to an account with a password; to anybody else nothing.

    The caller answers the same in any case. More than five an hour are not sent.
    """
    since = utcnow() - timedelta(hours=1)
    recent = select(func.count(AccountLink.id)).where(
        AccountLink.kind == LinkKind.PASSWORD_RESET,
        AccountLink.email == email,
        AccountLink.created_at > since,
    )
    known = user is not None and user.is_active and user.password_hash is not None
    if (db.session.scalar(recent) or 0) >= RESETS_AN_HOUR:
        return
    # A link for nobody is written too: both answers cost the same work.
    token = make_link(LinkKind.PASSWORD_RESET, user=user if known else None, email=email)
    if user is not None and known:
        send_mail_to(
            email,
            "accounts/password-reset",
            locale=user.locale or locale,
            user_id=user.id,
            token=token,
        )


def reset_password(link: AccountLink, user: User, *, password_hash: str) -> None:
    """Set a new password by a link; every session ends and every other such link too."""
    use_link(link)
    use_up_links(LinkKind.PASSWORD_RESET, user=user)
    set_password(user, password_hash)


def set_password(user: User, password_hash: str) -> None:
    """Set a new password: sessions end, the lock is lifted, the owner gets a mail about it."""
    user.password_hash = password_hash
    user.failed_logins, user.locked_until = 0, None
    end_sessions(user)
    send_mail(user, "accounts/password-changed", at=utcnow())


def send_email_confirmation(user: User) -> None:
    """Ask the owner of a new account to open a link that proves the address."""
    use_up_links(LinkKind.EMAIL_CONFIRM, user=user)
    token = make_link(LinkKind.EMAIL_CONFIRM, user=user, email=user.email)
    send_mail(user, "accounts/email-confirm", token=token)


def request_email_change(user: User, email: str) -> None:
    """Send a link to the new address. One that has an account already hears only that.

    Nothing changes before the link is opened, and the page says the same in both cases.
    """
    use_up_links(LinkKind.EMAIL_CHANGE, user=user)
    taken = db.session.scalar(select(User.id).where(User.email == email, User.id != user.id))
    if taken is not None:
        send_mail_to(email, "accounts/email-in-use", locale=user.locale)
        return
    token = make_link(LinkKind.EMAIL_CHANGE, user=user, email=email)
    send_mail_to(email, "accounts/email-change", locale=user.locale, user_id=user.id, token=token)


def confirm_email(link: AccountLink, user: User) -> None:
    """Take an address that a link proved; the old one is told. Raises :class:`EmailTaken`."""
    use_link(link)
    before = user.email
    try:
        with db.session.begin_nested():
            user.email, user.email_verified_at = link.email, utcnow()
            db.session.flush()
    except IntegrityError as error:
        raise EmailTaken() from error
    if before and before != user.email:
        send_mail_to(before, "accounts/email-changed", locale=user.locale)
