"""Coarse limits against hammering, by what is typed or who is signed in.

A campus has one public address, so an address is never the key where people sign in with a
phone. What protects a secret counts in our own rows; this only spares the machine.
"""

from collections.abc import Callable
from hashlib import sha256

from flask import Flask, request
from flask_limiter import Limiter
from flask_login import current_user

limiter = Limiter(key_func=lambda: request.remote_addr or "", headers_enabled=False)


def by_account() -> str:
    """Whoever is signed in; guests share nothing but the page they knock on."""
    return f"user:{current_user.uid}" if current_user.is_authenticated else "guest"


def by_typed(name: str) -> Callable[[], str]:
    """The account somebody claims: a field of the form, folded."""

    def key() -> str:
        typed = "".join(request.form.get(name, "").split()).casefold()
        return f"{name}:{sha256(typed.encode()).hexdigest()[:24]}"

    return key


def by_address() -> str:
    """The address, for doors that crowds behind one address do not use."""
    return f"address:{request.remote_addr}"


def init_app(app: Flask, *, enabled: bool) -> None:
    """Connect the store (memory, or Redis at scale); tests switch it on where they mean it."""
    limiter.init_app(app)
    limiter.enabled = enabled
