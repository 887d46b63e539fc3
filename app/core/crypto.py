"""Keys per purpose, encrypted columns, keyed look-ups.

One secret in the environment; every use has its own key derived by HKDF (RFC 5869), so
that a key of one purpose says nothing about another. ``configure`` is called once by the
factory; rooms never see the secret.
"""

import base64
import hmac
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, TypeDecorator

_secrets: list[bytes] = []
_ticket_keys: dict[int, bytes] = {}
_derived: dict[tuple[int, str], bytes] = {}


def configure(secret: str, fallbacks: tuple[str, ...], ticket_keys: Mapping[int, str]) -> None:
    """Take the secrets: the first encrypts, all may decrypt; ticket keys by their id."""
    _secrets[:] = [text.encode() for text in (secret, *fallbacks)]
    _ticket_keys.clear()
    _ticket_keys.update({number: text.encode() for number, text in ticket_keys.items()})
    _derived.clear()


def derive_key(purpose: str, *, generation: int = 0) -> bytes:
    """The 32-byte key of a purpose; ``generation`` 0 is the present secret."""
    found = _derived.get((generation, purpose))
    if found is None:
        info = f"xunpin/{purpose}".encode()
        found = HKDF(SHA256(), 32, salt=None, info=info).derive(_secrets[generation])
        _derived[generation, purpose] = found
    return found


def keyed_hash(purpose: str, text: str) -> str:
    """A hex HMAC-SHA-256 for look-ups that a stolen database does not answer.

    Under the first-ever secret only: rotating it would lose every look-up, so the last
    fallback (the oldest secret) is the one that counts.
    """
    key = derive_key(f"lookup/{purpose}", generation=len(_secrets) - 1)
    return hmac.new(key, text.encode(), sha256).hexdigest()


def sign(purpose: str, message: bytes) -> bytes:
    """A 32-byte HMAC-SHA-256 of a message under a purpose's key."""
    return hmac.digest(derive_key(f"sign/{purpose}"), message, "sha256")


def ticket_key(key_id: int) -> bytes:
    """The ticket key with an id; a lost key is an operator's fault and stops here."""
    return _ticket_keys[key_id]


def newest_ticket_key_id() -> int:
    """The id of the key for new tickets: the greatest."""
    return max(_ticket_keys)


def encrypt(purpose: str, data: bytes) -> bytes:
    """AES-256-GCM: 12 bytes of nonce, then ciphertext and tag."""
    nonce = os.urandom(12)
    return nonce + AESGCM(derive_key(purpose)).encrypt(nonce, data, purpose.encode())


def decrypt(purpose: str, sealed: bytes) -> bytes:
    """Open what :func:`encrypt` sealed, under the present secret or a fallback.

    Raises ``InvalidTag`` if no secret fits.
    """
    for generation in range(len(_secrets)):
        try:
            cipher = AESGCM(derive_key(purpose, generation=generation))
            return cipher.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except InvalidTag:
            continue
    raise InvalidTag


class Encrypted(TypeDecorator[str]):
    """A text column that is stored sealed; equal texts look different."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else encrypt(self.purpose, value.encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else decrypt(self.purpose, bytes(value)).decode()


class EncryptedJSON(TypeDecorator[dict[str, Any]]):
    """A mapping that is stored sealed, as JSON."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Any) -> bytes | None:
        return None if value is None else encrypt(self.purpose, json.dumps(value).encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        opened: dict[str, Any] = json.loads(decrypt(self.purpose, bytes(value)))
        return opened


def signed_text(purpose: str, payload: dict[str, Any]) -> str:
    """A URL-safe text that carries ``payload`` and proves it is ours."""
    body = base64.urlsafe_b64encode(json.dumps(payload, sort_keys=True).encode()).rstrip(b"=")
    tag = base64.urlsafe_b64encode(sign(purpose, body)[:16]).rstrip(b"=")
    return f"{body.decode()}.{tag.decode()}"


def read_signed_text(purpose: str, text: str) -> dict[str, Any] | None:
    """The payload of :func:`signed_text`, or None if it is not ours."""
    body, _, tag = text.partition(".")
    if not text.isascii():
        return None
    good = base64.urlsafe_b64encode(sign(purpose, body.encode())[:16]).rstrip(b"=").decode()
    if not hmac.compare_digest(good, tag):
        return None
    padded = body + "=" * (-len(body) % 4)
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(padded))
    return payload
