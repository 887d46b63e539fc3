"""Time-based one-time passwords (RFC 6238): six digits, thirty seconds, SHA-1."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
DIGITS = 6


def new_secret() -> str:
    """160 random bits, base 32, as authenticator apps take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def step_of(moment: datetime) -> int:
    """The number of the half minute a moment lies in."""
    return int(moment.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """The code of one half minute (RFC 4226 §5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, moment: datetime, *, after: int = -1) -> int | None:
    """The half minute a code belongs to: this one or a neighbour, and later than ``after``.

    ``after`` is the last one that was used, so that a code seen over a shoulder is worthless.
    """
    now = step_of(moment)
    for step in (now, now - 1, now + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def address(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code holds (the ``otpauth`` scheme that authenticator apps read)."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}"
