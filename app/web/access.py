"""Deny by default: every endpoint says who may enter, or nobody may."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
Authenticator = Callable[[], Any]

PUBLIC = "public"
SIGNED_IN = "signed-in"
DEVICE = "device"


def requires(permission: str) -> Callable[[View], View]:
    """Mark a view with the permission the guard will ask for."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that anybody may enter."""
    return requires(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Mark a view for whoever is signed in, whatever their role (their own account)."""
    return requires(SIGNED_IN)(view)


def for_devices(view: View) -> View:
    """Mark a view for devices with a bearer token; ``g.device`` is the one that called."""
    return requires(DEVICE)(view)


def safe_next(target: str | None) -> str | None:
    """A path of our own to return to, or None.

    Only ``/`` followed by a letter or digit and no host passes: ``//evil``, ``/\\evil``,
    ``/%09/evil`` and absolute addresses do not.
    """
    if not target or len(target) > 500 or any(ord(ch) < 33 for ch in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or "\\" in target or not target.startswith("/"):
        return None
    return target if len(target) > 1 and target[1].isascii() and target[1].isalnum() else None


def init_app(app: Flask, *, device_authenticator: Authenticator | None = None) -> None:
    """Put the guard at the gate; the factory says how a device proves itself."""

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        """Let a request through to its view, or turn it away."""
        if request.endpoint is None or request.endpoint in {"static", "bootstrap.static"}:
            return None
        permission = getattr(current_app.view_functions[request.endpoint], "permission", None)
        if permission == PUBLIC:
            return None
        if permission is None:
            abort(403)
        if permission == DEVICE:
            # Who proves nothing is refused in there.
            g.device = device_authenticator() if device_authenticator else abort(401)
            return None
        if not current_user.is_authenticated:
            return _unknown()
        if permission != SIGNED_IN and not current_user.can(permission):
            abort(403)
        return None

    # For the short way of app/web/lean.py, where nothing else stands before a view.
    app.extensions["guard"] = guard


def _unknown() -> ResponseReturnValue:
    """Ask who is there: a page goes to the sign-in page, a script gets a plain 401."""
    if request.path.startswith("/api/") or request.is_json or request.headers.get("HX-Request"):
        abort(401)
    back = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
    wanted = safe_next(back)
    with_password = request.path.startswith(("/staff", "/employer"))
    endpoint = "accounts.login_password" if with_password else "accounts.login"
    return redirect(url_for(endpoint, next=wanted))
