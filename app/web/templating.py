"""What every template may call."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from markupsafe import Markup
from werkzeug.routing import BuildError


def url_if(endpoint: str, **args: Any) -> str:
    """The address of an endpoint, or nothing where there is none (or it needs more)."""
    if endpoint not in current_app.view_functions:
        return ""
    try:
        return url_for(endpoint, **args)
    except BuildError:
        return ""


def url_with(**changes: Any) -> str:
    """The present address with some of its query changed; None removes a key."""
    query = [(key, value) for key, value in request.args.items(multi=True) if key not in changes]
    query += [(key, str(value)) for key, value in changes.items() if value not in (None, "")]
    # Not through url_for: a query may hold names (endpoint, _external) that mean something there.
    return request.path + ("?" + urlencode(query) if query else "")


def init_app(app: Flask, *, icon: Callable[..., Markup], **names: Any) -> None:
    """Put the shared names into every template."""
    app.jinja_env.globals.update(url_if=url_if, url_with=url_with, icon=icon, **names)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
