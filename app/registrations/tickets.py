"""Ticket codes: what the QR says and what is typed by hand (CHECKIN protocol, section 3).

A ticket code is 128 bits of ``HMAC(K, registration ‖ generation)`` in Crockford's base 32
with two check characters. It is derived again whenever it is shown and never stored; the
database knows only the first 16 bytes of its SHA-256.
"""

import hmac
import unicodedata
from hashlib import sha256

from app.core.codes import CROCKFORD, SHORT, checksum, encode_crockford, normalise
from app.core.crypto import ticket_key

LENGTH = 28
SHORT_LENGTH = 6
_LONGEST_TEXT = 500


def make_code(uid: str, generation: int, key_id: int) -> str:
    """The code of one generation of a registration's ticket, upper case."""
    message = f"{uid}:{generation}".encode()
    body = encode_crockford(hmac.digest(ticket_key(key_id), message, "sha256")[:16])
    return body + checksum(body)


def hash_of(code: str) -> bytes:
    """What is stored of a code: 16 bytes."""
    return sha256(code.encode()).digest()[:16]


def read_code(text: str) -> str | None:
    """The code in a scanned or typed text: a ticket's address or the bare code.

    Any case, spaces, hyphens, full-width letters and look-alikes (O for 0; I, L for 1)
    are read as meant. None for whatever else: another address, a slip of the finger.
    """
    folded = _fold(text)
    if folded is None:
        return None
    _, marker, tail = folded.rpartition("/T/")
    if marker:
        folded = tail.partition("?")[0].partition("#")[0].rstrip("/")
    elif "/" in folded or ":" in folded:
        return None
    code = normalise(folded)
    if len(code) != LENGTH or any(ch not in CROCKFORD for ch in code):
        return None
    return code if checksum(code[:-2]) == code[-2:] else None


def read_short_code(text: str) -> str | None:
    """Six characters as they stand under the QR, however they were typed, else None.

    None of 0 O 1 I L U is ever issued, so only U (a V in handwriting) can be read back.
    """
    folded = _fold(text)
    if folded is None:
        return None
    code = normalise(folded).replace("U", "V")
    return code if len(code) == SHORT_LENGTH and all(ch in SHORT for ch in code) else None


def show_short_code(code: str) -> str:
    """The short code in two groups, as it is read out: 7K4-M92."""
    return f"{code[:3]}-{code[3:]}"


def _fold(text: str) -> str | None:
    """Upper-case ASCII, or None: Chinese keyboards type full-width letters."""
    if len(text) > _LONGEST_TEXT:
        return None
    folded = unicodedata.normalize("NFKC", text).strip()
    return folded.upper() if folded.isascii() else None
