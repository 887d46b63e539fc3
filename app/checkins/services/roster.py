"""The roster a device decides by when it is alone: readable only while a ticket is shown.

Each entry is sealed under a key derived from its ticket's code, which the device sees when
the ticket is presented and at no other time. The key never leaves the process that derives
it, and nothing sealed is kept.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.crypto import sign
from app.core.masking import mask_name
from app.registrations.queries import code_of, list_tickets_since
from app.registrations.states import RegistrationStatus

PAGE = 2_000
# A sync call carries so many changes; a device that is further behind asks for pages.
FEW = 200
BEFORE_ALL = -1
_INFO = b"xunpin/roster"
_NO_SALT = bytes(32)


@dataclass(frozen=True)
class RosterPage:
    """Entries after a cursor, how far they go, and whether there are more."""

    entries: Sequence[dict[str, Any]]
    cursor: int | None
    more: bool


def read_roster(fair_id: int, cursor: int | None, *, limit: int = PAGE) -> RosterPage:
    """The entries of a fair after a cursor (None: from the beginning), by version.

    A cursor is the version of the last entry. Versions are given one after another under
    a lock that is held until the commit, so nothing that is committed later can have a
    smaller one: a change is never missed.
    """
    rows = list_tickets_since(fair_id, BEFORE_ALL if cursor is None else cursor, limit + 1)
    more = len(rows) > limit
    if more:
        # A version is never cut in two.
        rows = [row for row in rows if row.version < rows[limit].version] or rows
    return RosterPage([_entry(row) for row in rows], rows[-1].version if rows else cursor, more)


def _entry(row: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"t": row.hash.hex(), "v": row.version, "f": "", "s": seal(row)}
    flags = ""
    if row.status is RegistrationStatus.WAITLISTED:
        flags += "w"
    gone_at = _gone_at(row)
    if gone_at is not None:
        flags += "r"
        entry["at"] = gone_at
        if row.status is RegistrationStatus.CANCELLED:
            entry["c"] = 1
    if row.verified_at is None:
        flags += "u"
    entry["f"] = flags
    return entry


def _gone_at(row: Any) -> datetime | None:
    """Since when a ticket is worth nothing."""
    times = [row.revoked_at]
    if row.status is RegistrationStatus.CANCELLED:
        times.append(row.cancelled_at)
    return min((moment for moment in times if moment is not None), default=None)


def seal(row: Any) -> str:
    """What a device may show of a ticket's holder: base64 of nonce, ciphertext and tag.

    The nonce follows from the ticket and what is said of it, so equal entries are equal
    bytes, and different ones under the same key never share a nonce.
    """
    told = orjson.dumps({"n": mask_name(row.name), "s": row.school_name, "l": row.level})
    hash_ = bytes(row.hash)
    nonce = sign("roster-nonce", hash_ + told)[:12]
    key = key_of(code_of(row.uid, row.generation, row.key_id))
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, told, hash_)).decode()


def key_of(code: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869) of a ticket's code, one block: 32 bytes."""
    extracted = hmac.digest(_NO_SALT, code.encode(), "sha256")
    return hmac.digest(extracted, _INFO + b"\x01", "sha256")
