"""Screens that stand in a hall: opened by staff, or by a display link nobody signs in for.

The link's token is swapped for a mark in the session, so that it leaves the address bar
(and the photographs of it); whether a mark still opens something is asked at each request,
because a link is revoked at once.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, abort, make_response, redirect, request, session, url_for
from flask_login import current_user

from app.core.errors import Gone

MARK = "boards"
MARKS_KEPT = 8

Shown = TypeVar("Shown")


def let_in(link_id: int) -> None:
    """Remember in this browser that it was let in by a display link."""
    kept = [number for number in _marks() if number != link_id]
    session[MARK] = [*kept, link_id][-MARKS_KEPT:]
    session.permanent = True


def open_screen(
    permission: str,
    *,
    as_staff: Callable[[Any], Shown],
    by_links: Callable[[list[int]], Shown | None],
) -> Shown | Response:
    """What a screen shows, for staff within their scope or by a display link; else the way in.

    ``by_links`` is given the ids of the links this browser holds and returns None where
    none of them opens this screen (any more).
    """
    if current_user.is_authenticated and current_user.can(permission):
        return as_staff(current_user.scope_of(permission))
    marks = _marks()
    if marks:
        shown = by_links(marks)
        if shown is not None:
            return shown
    if current_user.is_authenticated:
        abort(403)
    if marks:
        raise Gone()
    login = url_for("accounts.login_password", next=request.path)
    response: Response = make_response(redirect(login))
    return response


def _marks() -> list[int]:
    return [number for number in session.get(MARK, []) if isinstance(number, int)]
