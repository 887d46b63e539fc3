"""The short way through Flask for machines that carry a token and nothing else.

No cookie, no form, no language and no coarse limit concerns a gate phone: for its endpoints
only the guard stands before the view, and only the headers come after it. What pages need
there costs more than the scan itself (docs/decisions/). Routing, the guard, refusals and
the end of the database's session are the same as everywhere.
"""

from typing import Any

from flask import Flask, Request, Response, request
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.core.fields import LARGEST_BODY, CallTooLarge
from app.web.access import DEVICE


class Sessions(SecureCookieSessionInterface):
    """Sessions of browsers. Scripts under ``/api/`` have none, whatever cookie they send."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie; None for scripts."""
        return None if request.path.startswith("/api/") else super().open_session(app, request)


class LeanFlask(Flask):
    """Flask, with a short way to the endpoints marked ``for_devices``."""

    session_interface = Sessions()

    def _is_lean(self) -> bool:
        endpoint = request_ctx.request.endpoint
        view = self.view_functions.get(endpoint) if endpoint else None
        return getattr(view, "permission", None) == DEVICE

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Ask the guard; whatever else stands before pages concerns browsers only."""
        if not self._is_lean():
            return super().preprocess_request()
        answer: ResponseReturnValue | None = self.extensions["guard"]()
        return answer

    def process_response(self, response: Response) -> Response:
        """Add the headers; there is no session to save."""
        if not self._is_lean():
            return super().process_response(response)
        response.headers.extend(self.extensions["lean_headers"])
        return response

    def do_teardown_request(self, *given: Any, **named: Any) -> None:
        """Nothing was begun that would have to be ended."""
        if not self._is_lean():
            super().do_teardown_request(*given, **named)


def read_body() -> bytes:
    """The body of a call, of which not a byte too much is read."""
    request.max_content_length = LARGEST_BODY
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise CallTooLarge() from error
