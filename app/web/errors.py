"""One place that turns refusals into pages or JSON."""

import logging
from collections.abc import Callable
from typing import Any, TypeAlias

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from app.core.errors import (
    DomainError,
    Forbidden,
    Gone,
    NotFound,
    StaleVersion,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    Unreadable,
)
from app.core.states import Word

log = logging.getLogger(__name__)

STATUS: dict[type[DomainError], int] = {
    Unreadable: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Gone: 410,
    TooLarge: 413,
    Unprocessable: 422,
    TooMany: 429,
    Unavailable: 503,
}
# Says why the database cannot answer just now, or None.
Outage: TypeAlias = Callable[[Exception], Unavailable | None]
PAGES = frozenset({400, 401, 403, 404, 405, 410, 413, 422, 429, 500, 503})


def wants_json() -> bool:
    """Whether the caller is a script: an API path, or JSON asked for before HTML."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.path.startswith("/api/") or request.is_json or best == "application/json"


def sentence(error: DomainError) -> str:
    """A refusal in the reader's language."""
    params = {
        name: gettext(str(value)) if name in {"current"} else _shown(value)
        for name, value in error.params.items()
    }
    return str(gettext(error.message, **params))


def _shown(value: Any) -> Any:
    """A word by its label, several things with commas between them."""
    if isinstance(value, tuple):
        return gettext(", ").join(str(_shown(one)) for one in value)
    return gettext(value.label) if isinstance(value, Word) else value


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal; whatever is not listed is a conflict with the state."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)


def refuse(error: DomainError) -> ResponseReturnValue:
    """Answer a refusal in the language of the door that was knocked on."""
    status = status_of(error)
    headers = {}
    if isinstance(error, TooMany | Unavailable):
        headers["Retry-After"] = str(error.retry_after)
    if wants_json():
        return {"error": {"code": error.code, "message": sentence(error)}}, status, headers
    if isinstance(error, Unavailable):
        return render_template("errors/503.html", message=sentence(error)), status, headers
    template = "errors/conflict.html" if isinstance(error, StaleVersion) else "errors/refused.html"
    page = render_template(template, error=error, message=sentence(error), status=status)
    return page, status, headers


def answer_http(error: HTTPException) -> ResponseReturnValue:
    """A readable page for what HTTP itself refuses."""
    if error.response is not None or (error.code or 500) < 400:
        return error
    if isinstance(error, SecurityError):
        return error  # a foreign Host: no address of ours can be built, so no page either
    code = error.code or 500
    if wants_json():
        name = error.name.lower().replace(" ", "-")
        return {"error": {"code": name, "message": error.description or error.name}}, code
    page = code if code in PAGES else 400
    return render_template(f"errors/{page}.html", error=error, status=code), code


def answer_crash(error: Exception) -> ResponseReturnValue:
    """Nothing half-written, nothing leaked: log it whole, say little."""
    log.exception("unexpected error on %s %s", request.method, request.path)
    _forget_who()
    return answer_http(InternalServerError())


def _forget_who() -> None:
    """Make the error's page for a stranger: asking the database who it is may crash again.

    Flask-Login keeps the user it found in ``g``; each template and the choice of the
    language would otherwise look for one.
    """
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def init_app(
    app: Flask, *, outages: tuple[type[Exception], ...] = (), outage_of: Outage = lambda _: None
) -> None:
    """Answer refusals everywhere.

    ``outages`` are what the database's driver raises; where ``outage_of`` finds that the
    database cannot answer, the caller is told to ask again, not that we have a bug.
    """

    def answer_outage(error: Exception) -> ResponseReturnValue:
        refusal = outage_of(error)
        if refusal is None:
            if app.testing:
                raise error
            return answer_crash(error)
        log.error("%s on %s %s: %s", refusal.code, request.method, request.path, error)
        _forget_who()
        return refuse(refusal)

    for kind in outages:
        app.register_error_handler(kind, answer_outage)
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(CSRFError, answer_http)
    app.register_error_handler(HTTPException, answer_http)
    if not app.testing:
        app.register_error_handler(Exception, answer_crash)
