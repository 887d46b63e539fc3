"""Passwords: Argon2id with the parameters OWASP names for a busy door (t=2, m=19 MiB, p=1).

Hashing takes some 20 ms on purpose. Do it before a transaction, never inside one.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import DomainError
from app.core.text import N_

SHORTEST, LONGEST = 10, 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# What an unknown account is compared with, so that it takes as long as a known one.
_nobody = _hasher.hash("nobody has this password")

_LISTED = """
0123456789 1234567890 0987654321 12345678910 123456789a 1q2w3e4r5t 1qaz2wsx3edc a123456789
aa12345678 aa123456789 abc1234567 abc123456789 abcd123456 abcd1234567 abcdefghij asdfghjkl1
iloveyou123 letmein123 password01 password1 password11 password12 password123 password1234
passw0rd123 qazwsxedc1 qazwsxedc123 qq123456789 qwer123456 qwerasdfzxcv qwerty1234 qwerty12345
qwerty123456 qwertyuiop qwertyuiop1 qwertyuiop123 welcome123 woaini1314 woaini520 woaini5201314
woaini1314520 zxcvbnm123 1234567891 1111111111 0000000000 11111111111 88888888888 a1234567890
5201314520 1314520520 wenzhou123 xunpin12345 administrator changeme123 zhaopin123 rencai12345
"""
COMMON = frozenset(_LISTED.split())


class WeakPassword(DomainError):
    """A password that may not be used."""

    code = "weak-password"
    message = N_("Use at least %(least)s characters.")


def check_new_password(text: str, *, about: tuple[str, ...] = (), field: str = "password") -> None:
    """Raise :class:`WeakPassword` unless a password may be used.

    Length counts, composition does not. ``about`` holds words of the person (e-mail, name):
    none of them alone is a password.
    """
    if len(text) < SHORTEST:
        raise WeakPassword(field=field, least=SHORTEST)
    if len(text) > LONGEST:
        raise WeakPassword(N_("Use at most %(most)s characters."), field=field, most=LONGEST)
    folded = text.casefold().replace(" ", "")
    own = {part.casefold().replace(" ", "") for word in about for part in (word, *word.split("@"))}
    if folded in COMMON or folded in own or len(set(folded)) < 4:
        raise WeakPassword(
            N_("This password is easy to guess. Choose another, such as three or four words."),
            field=field,
        )


def hash_password(text: str) -> str:
    """The hash to store."""
    return _hasher.hash(text)


def verify_password(kept: str | None, text: str) -> bool:
    """Whether a password fits a hash; with no hash it takes as long and is False."""
    try:
        fits = _hasher.verify(kept or _nobody, text[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return fits and kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether a hash was made with older parameters."""
    return _hasher.check_needs_rehash(kept)
