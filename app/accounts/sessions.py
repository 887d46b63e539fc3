"""The browser's side of being signed in.

A session is a signed cookie with the account, its session version and two times. Students
stay signed in on their phone for ninety days; staff and employers for twelve hours without
a click and seven days in all. It is emptied and made anew whenever somebody signs in, so
nothing planted before survives.
"""

from datetime import UTC, datetime, timedelta

from flask import session
from flask_login import login_user, logout_user

from app.accounts.models import User
from app.accounts.queries import find_session_user
from app.core.clock import utcnow
from app.core.codes import random_token

STUDENT_LIFETIME = timedelta(days=90)
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# How exactly the last click is known: rarer means fewer cookies.
GRAIN = timedelta(minutes=5)

SINCE, SEEN, NONCE = "since", "seen", "nonce"
KEPT = ("locale",)


def start(user: User, *, remember: bool = False) -> None:
    """Sign somebody in here, in a session of which nothing is older than this moment.

    ``remember`` keeps the cookie when the browser is closed.
    """
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    if user.locale:
        session.pop("locale", None)
    login_user(user)
    session.permanent = remember
    now = _seconds(utcnow())
    session[SINCE] = session[SEEN] = now


def end() -> None:
    """Sign out here; the chosen language stays."""
    kept = {name: session[name] for name in KEPT if name in session}
    logout_user()
    session.clear()
    session.update(kept)


def nonce() -> str:
    """The secret of this browser's session that binds one-time codes to it."""
    if NONCE not in session:
        session[NONCE] = random_token()
    return str(session[NONCE])


def load_user(session_id: str) -> User | None:
    """Who is signed in: nobody, if the session is too old or stale or the account is closed."""
    user = find_session_user(session_id)
    if user is None:
        return None
    now = utcnow()
    since = _moment(session.setdefault(SINCE, _seconds(now)))
    seen = _moment(session.setdefault(SEEN, _seconds(now)))
    if user.is_student:
        return user if now - since < STUDENT_LIFETIME else None
    if now - seen > IDLE or now - since > LONGEST:
        return None
    if now - seen > GRAIN:
        session[SEEN] = _seconds(now)
    return user


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
