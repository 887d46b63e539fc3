"""Codes that people and machines read: random names, ticket alphabets, UUIDv7.

Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O, U, so that a
typed code survives handwriting; its readings O→0 and I, L→1 are applied on input.
"""

import secrets
import uuid
from hashlib import sha256

from app.core.clock import utcnow

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# For codes that are typed by hand: additionally without 0 and 1.
SHORT = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code(length: int = 26) -> str:
    """An unguessable code of ``length`` Crockford characters (5 bits each), upper case."""
    # 32 divides 256: the low five bits of a random byte are as random as they were.
    return "".join([CROCKFORD[byte & 31] for byte in secrets.token_bytes(length)])


def random_short_code() -> str:
    """Six characters to be typed at a desk; unique only where a constraint says so."""
    return "".join(secrets.choice(SHORT) for _ in range(6))


def random_digits(length: int = 6) -> str:
    """A numeric one-time code, leading zeros included."""
    return "".join(secrets.choice("0123456789") for _ in range(length))


def random_token() -> str:
    """A bearer secret of 256 bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def encode_crockford(data: bytes) -> str:
    """Bytes as base 32, most significant first, padded to whole characters."""
    length = -(-len(data) * 8 // 5)
    number = int.from_bytes(data) << (length * 5 - len(data) * 8)
    return "".join(CROCKFORD[(number >> (5 * (length - 1 - i))) & 31] for i in range(length))


def decode_crockford(text: str, length: int) -> bytes | None:
    """The ``length`` bytes that :func:`encode_crockford` wrote, look-alikes read back.

    None for anything that is not exactly such a text.
    """
    code = normalise(text)
    characters = -(-length * 8 // 5)
    if len(text) != characters or any(ch not in CROCKFORD for ch in code):
        return None
    number = 0
    for ch in code:
        number = number << 5 | CROCKFORD.index(ch)
    padding = characters * 5 - length * 8
    return None if number & (1 << padding) - 1 else (number >> padding).to_bytes(length)


def normalise(code: str) -> str:
    """A code as it was meant: upper case, no spaces or hyphens, look-alikes read back."""
    folded = "".join(ch for ch in code.upper() if ch.isalnum())
    return folded.translate(str.maketrans("OIL", "011"))


def checksum(code: str) -> str:
    """Two check characters: any one wrong character or swap of neighbours is noticed.

    The code is read as digits d1…dn base 32; the sum of position × digit modulo 1021
    (the largest prime below 32²) is written in base 32. Positions and digit differences
    stay below the prime, so neither kind of slip can cancel out.
    """
    total = sum((i + 1) * CROCKFORD.index(ch) for i, ch in enumerate(code)) % 1021
    return CROCKFORD[total >> 5] + CROCKFORD[total & 31]


def fingerprint(secret: str) -> str:
    """The SHA-256 of a secret, in hex: what is stored instead of it."""
    return sha256(secret.encode()).hexdigest()


def uuid7() -> uuid.UUID:
    """A time-ordered unique id (RFC 9562 §5.7): 48 bits of milliseconds, 74 random bits."""
    millis = int(utcnow().timestamp() * 1000)
    value = (millis & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def slugify(text: str, fallback: str = "") -> str:
    """Lower-case ASCII words joined by hyphens; ``fallback`` where nothing is left."""
    kept = "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in text.lower())
    return "-".join(part for part in kept.split("-") if part) or fallback
