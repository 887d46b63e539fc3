"""Parts of pages that many screens ask for every few seconds: counted once, drawn once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock

from flask import Response, make_response, request
from flask_babel import get_locale
from markupsafe import Markup

from app.core.clock import utcnow

# How old a drawing may be before it is made again; two hundred screens share one.
FRESH = timedelta(seconds=3)


@dataclass(frozen=True)
class Drawn:
    """A part of a page as it was drawn: when, and its tag."""

    at: datetime
    html: Markup
    tag: str


class Drawings:
    """The newest drawing of each thing in each language."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, str], Drawn] = {}
        self._locks: dict[tuple[str, str], Lock] = {}

    def forget(self) -> None:
        """Draw everything anew at its next request."""
        self._drawn.clear()

    def of(self, name: str, draw: Callable[[], str]) -> Drawn:
        """The drawing of a thing in the reader's language, at most three seconds old.

        While one request draws, the others are given what there is.
        """
        key = (name, str(get_locale()))
        known = self._drawn.get(key)
        if known is not None and abs(utcnow() - known.at) < FRESH:
            return known
        lock = self._locks.setdefault(key, Lock())
        if not lock.acquire(blocking=known is None):
            assert known is not None
            return known
        try:
            known = self._drawn.get(key)
            if known is None or abs(utcnow() - known.at) >= FRESH:
                at = utcnow()
                html = draw()
                tag = sha256(html.encode()).hexdigest()[:20]
                known = self._drawn[key] = Drawn(at, Markup(html), tag)
            return known
        finally:
            lock.release()


def answer_drawn(drawn: Drawn) -> Response:
    """The drawing, or 304 for whoever has it already."""
    response: Response = make_response(drawn.html)
    response.set_etag(drawn.tag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
