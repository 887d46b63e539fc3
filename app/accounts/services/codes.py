"""One-time codes by text message."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from app.accounts.models import LoginCode
from app.accounts.states import CodeOutcome, CodePurpose
from app.core.clock import utcnow
from app.core.codes import fingerprint, random_digits
from app.core.crypto import keyed_hash
from app.core.db import changed_one, db, is_sqlite
from app.core.errors import DomainError, TooMany
from app.core.masking import mask_phone
from app.core.text import N_
from app.notices.services import SmsUnavailable, queue_notice
from app.notices.states import Channel

LIFETIME = timedelta(minutes=5)
TRIES = 5
PAUSE = timedelta(seconds=60)
# How many codes one phone gets in which time; acts at a busy booth get more than logins.
LIMITS: Mapping[CodePurpose, tuple[tuple[timedelta, int], ...]] = {
    CodePurpose.LOGIN: ((timedelta(hours=1), 5), (timedelta(days=1), 10)),
    CodePurpose.PHONE_CHANGE: ((timedelta(hours=1), 5), (timedelta(days=1), 10)),
    CodePurpose.ACT: ((timedelta(hours=1), 10), (timedelta(days=1), 30)),
}
TEMPLATES = {
    CodePurpose.LOGIN: "accounts/login-code",
    CodePurpose.PHONE_CHANGE: "accounts/phone-code",
    CodePurpose.ACT: "accounts/act-code",
}

__all__ = ["SmsUnavailable", "check_code", "normalise_phone", "phone_hash", "request_code"]


class BadPhone(DomainError):
    """A text that is no mobile number of the mainland."""

    code = "bad-phone"
    message = N_("Write the 11 digits of a mobile number, such as 13800000000.")


def normalise_phone(typed: str) -> str:
    """The 11 digits of a mainland mobile number, however they were typed.

    Blanks, hyphens, full-width digits and +86 are understood. Raises :class:`BadPhone`.
    """
    digits = "".join(str(int(ch)) for ch in typed if ch.isdecimal())
    digits = digits.removeprefix("0086")
    if len(digits) == 13:
        digits = digits.removeprefix("86")
    if not re.fullmatch(r"1[3-9]\d{9}", digits) or re.search(r"[^\d\s()+.-]", typed):
        raise BadPhone(field="phone")
    return digits


def phone_hash(phone: str) -> str:
    """What a phone is found by; ``phone`` is normalised."""
    return keyed_hash("phone", phone)


def request_code(
    purpose: CodePurpose,
    phone: str,
    *,
    nonce: str,
    subject: str = "",
    locale: str,
    budget_key: str = "",
    words: Mapping[str, Any] | None = None,
) -> None:
    """Send a code to a phone, known or not. ``phone`` is normalised.

    ``nonce`` is a secret of the asking browser's session: only it can use the code.
    ``words`` fill the message further (``act`` for a code that confirms an act). Raises
    :class:`TooMany` beyond the phone's limits, :class:`SmsUnavailable` beyond the budget.
    """
    now = utcnow()
    hashed = phone_hash(phone)
    _queue_up(hashed)
    _check_limits(purpose, hashed, subject, now)
    code = random_digits()
    # First the message: where the budget is spent, no code is left behind.
    queue_notice(
        TEMPLATES[purpose],
        channel=Channel.SMS,
        recipient=phone,
        recipient_label=mask_phone(phone),
        locale=locale,
        payload={**(words or {}), "code": code},
        budget_key=budget_key,
    )
    db.session.add(
        LoginCode(
            purpose=purpose,
            subject=subject,
            phone_hash=hashed,
            code_hash=_code_hash(purpose, subject, hashed, code),
            nonce_hash=fingerprint(nonce),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )


def check_code(
    purpose: CodePurpose, phone: str, code: str, *, nonce: str, subject: str = ""
) -> CodeOutcome:
    """Try a code. Commit whatever the outcome is: the try has been counted.

    Every try takes one of five places by a conditional update before the code is looked
    at, and a right code is used up by another, so neither can be outrun in parallel.
    """
    now = utcnow()
    hashed = phone_hash(phone)
    row = db.session.scalars(
        select(LoginCode)
        .filter_by(
            purpose=purpose, subject=subject, phone_hash=hashed, nonce_hash=fingerprint(nonce)
        )
        .order_by(LoginCode.created_at.desc(), LoginCode.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.used_at is not None or row.expires_at <= now:
        return CodeOutcome.EXPIRED
    mine = update(LoginCode).where(LoginCode.id == row.id, LoginCode.used_at.is_(None))
    if not changed_one(mine.where(LoginCode.tries < TRIES).values(tries=LoginCode.tries + 1)):
        db.session.refresh(row)
        return CodeOutcome.EXPIRED if row.used_at else CodeOutcome.LOCKED
    if _code_hash(purpose, subject, hashed, _digits(code)) != row.code_hash:
        db.session.refresh(row)
        return CodeOutcome.LOCKED if row.tries >= TRIES else CodeOutcome.WRONG
    return CodeOutcome.OK if changed_one(mine.values(used_at=now)) else CodeOutcome.EXPIRED


def _digits(code: str) -> str:
    """A typed code: full-width digits and blanks are understood."""
    return "".join(str(int(ch)) for ch in code if ch.isdecimal())[:12]


def _code_hash(purpose: CodePurpose, subject: str, hashed: str, code: str) -> str:
    # Keyed: six digits would be found from a plain hash in no time.
    return keyed_hash("login-code", f"{purpose.value}|{subject}|{hashed}|{code}")


def _check_limits(purpose: CodePurpose, hashed: str, subject: str, now: datetime) -> None:
    sent = select(func.count(LoginCode.id)).where(
        LoginCode.phone_hash == hashed, LoginCode.purpose == purpose
    )
    recent = sent.where(LoginCode.created_at > now - PAUSE, LoginCode.subject == subject)
    if db.session.scalar(recent):
        raise TooMany(
            N_("A code was sent less than a minute ago. Wait a little before the next."),
            retry_after=int(PAUSE.total_seconds()),
        )
    for span, most in LIMITS[purpose]:
        if (db.session.scalar(sent.where(LoginCode.created_at > now - span)) or 0) >= most:
            raise TooMany(
                N_("This number has had many codes. Try again later."),
                retry_after=int(span.total_seconds()),
            )


def _queue_up(hashed: str) -> None:
    """One request for a phone at a time, or two at once would both pass the limits.

    SQLite has one writer anyway; PostgreSQL locks a number derived from the phone until
    the transaction ends.
    """
    if not is_sqlite():
        number = int(hashed[:15], 16)
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
