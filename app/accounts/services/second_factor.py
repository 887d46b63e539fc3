"""The second factor: an authenticator app, and recovery codes for when the phone is lost."""

from sqlalchemy import select, update

from app.accounts import totp
from app.accounts.models import User
from app.accounts.services.logins import settle_password_login
from app.audit.services import record
from app.core.clock import utcnow
from app.core.codes import normalise, random_code
from app.core.crypto import keyed_hash
from app.core.db import changed_one, db
from app.core.errors import Conflict, DomainError
from app.core.text import N_

RECOVERY_CODES = 10


class WrongTotp(DomainError):
    """A code that does not fit the secret just shown."""

    code = "wrong-totp"
    message = N_("This code does not fit. Is the clock of your phone right? Try the next code.")


class AlreadyOn(Conflict):
    """The second factor is in use already."""

    code = "second-factor-on"
    message = N_("The second factor is on already.")


def begin_second_factor(user: User) -> None:
    """Make a secret to be shown as a QR code; nothing asks for it before it is confirmed."""
    if user.totp_enabled_at is not None:
        raise AlreadyOn()
    user.totp_secret, user.totp_last_step = totp.new_secret(), None


def confirm_second_factor(user: User, code: str) -> list[str]:
    """Switch the second factor on with a first code; returns the recovery codes, shown once."""
    if user.totp_enabled_at is not None:
        raise AlreadyOn()
    step = totp.matching_step(user.totp_secret or totp.new_secret(), _digits(code), utcnow())
    if step is None:
        raise WrongTotp(field="code")
    user.totp_enabled_at, user.totp_last_step = utcnow(), step
    record("user.second-factor-on", by=user, on="user", object_id=user.id, label=user.label)
    return new_recovery_codes(user)


def new_recovery_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones are void."""
    codes = [random_code(10) for _ in range(RECOVERY_CODES)]
    user.recovery_hashes = [_recovery_hash(user, code) for code in codes]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def end_second_factor(user: User, *, by: User) -> None:
    """Switch the second factor off and forget its secret."""
    user.totp_secret = user.totp_enabled_at = user.totp_last_step = None
    user.recovery_hashes = []
    record("user.second-factor-off", by=by, on="user", object_id=user.id, label=user.label)


def settle_second_factor(user: User, code: str) -> bool:
    """Try a code of the app or a recovery code after the password; return whether it opens.

    Each code opens once, in parallel too. Wrong ones count with the wrong passwords.
    """
    db.session.scalars(
        select(User)
        .where(User.id == user.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    now = utcnow()
    if user.totp_secret is None or (user.locked_until is not None and user.locked_until > now):
        return False
    this = update(User).where(User.id == user.id)
    last = user.totp_last_step if user.totp_last_step is not None else -1
    step = totp.matching_step(user.totp_secret, _digits(code), now, after=last)
    good = False
    if step is not None:
        good = changed_one(this.values(totp_last_step=step))
    elif (hashed := _recovery_hash(user, code)) in user.recovery_hashes:
        left = [kept for kept in user.recovery_hashes if kept != hashed]
        good = changed_one(this.values(recovery_hashes=left))
    if good:
        changed_one(this.values(failed_logins=0, locked_until=None, last_login_at=now))
    else:
        settle_password_login(user, good=False)
    db.session.refresh(user)
    return good


def _digits(code: str) -> str:
    return "".join(str(int(ch)) for ch in code if ch.isdecimal())[:12]


def _recovery_hash(user: User, code: str) -> str:
    return keyed_hash("recovery", f"{user.uid}|{normalise(code)[:16]}")
