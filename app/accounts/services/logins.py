"""Signing in with a password: what is counted, when an account is shut for a while."""

from datetime import timedelta

from sqlalchemy import case, or_, update

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import changed_one, db

MOST_FAILURES = 10
LOCKED_FOR = timedelta(minutes=15)


def settle_password_login(user: User, *, good: bool, new_hash: str | None = None) -> bool:
    """Count one try with a password that was checked before; return whether it opens the door.

    Ten wrong ones in a row shut the account for a quarter of an hour, to the right one too.
    Each is a conditional update, so tries in parallel are all counted and a right password
    that arrives with them does not slip through. Commit whatever the answer is.
    """
    now = utcnow()
    this = update(User).where(User.id == user.id)
    over = this.where(User.locked_until <= now).values(failed_logins=0, locked_until=None)
    changed_one(over)
    open_ = or_(User.locked_until.is_(None), User.locked_until <= now)
    if not good:
        failures = User.failed_logins + 1
        shut = case((failures >= MOST_FAILURES, now + LOCKED_FOR), else_=User.locked_until)
        changed_one(this.where(open_).values(failed_logins=failures, locked_until=shut))
        return False
    # With a second factor the door is not open yet: a right password must not forget its tries.
    has_second = User.totp_enabled_at.is_not(None)
    opened = changed_one(
        this.where(open_, User.disabled_at.is_(None)).values(
            failed_logins=case((has_second, User.failed_logins), else_=0),
            last_login_at=case((has_second, User.last_login_at), else_=now),
        )
    )
    if opened and new_hash is not None:
        changed_one(this.values(password_hash=new_hash))
    db.session.refresh(user)
    return opened
