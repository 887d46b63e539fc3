"""What the rules of the house refuse. Doors turn these into pages or JSON."""

from typing import Any

from app.core.text import N_


class DomainError(Exception):
    """A refusal with a stable code.

    ``message`` is an English catalogue string with ``%(name)s`` places; ``params`` fill
    them after translation. ``field`` names the form field at fault, where there is one.
    """

    code = "refused"
    message = N_("This is not possible.")

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        code: str | None = None,
        field: str | None = None,
        **params: Any,
    ) -> None:
        if message is not None:
            self.message = message
        if code is not None:
            self.code = code
        self.field = field
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(DomainError):
    """Nothing here by that name, or nothing this person may see: the answer is the same."""

    code = "not-found"
    message = N_("There is nothing here by that name.")


class Forbidden(DomainError):
    """The person is known, the thing is theirs to see, but this act is not theirs to do."""

    code = "forbidden"
    message = N_("You cannot do this; ask your administrator.")


class Gone(DomainError):
    """It was here and has been taken away on purpose (a withdrawn consent, a used link)."""

    code = "gone"
    message = N_("This link has expired, get a new one.")


class Conflict(DomainError):
    """Somebody else was first."""

    code = "conflict"
    message = N_("Somebody else changed this at the same time. Look again and repeat.")


class StaleVersion(Conflict):
    """A form was filled in from an older version of the row.

    ``changes`` lists ``(field label, the other's value, your value)`` for the page that
    lets the second editor decide; nothing typed is lost. ``current_version`` is what the
    form must carry to be saved over the other's work on purpose.
    """

    code = "stale-version"

    def __init__(
        self,
        changes: list[tuple[str, Any, Any]] | None = None,
        *,
        current_version: int | None = None,
    ) -> None:
        super().__init__()
        self.changes = changes or []
        self.current_version = current_version


class TooMany(DomainError):
    """A limit that protects a secret or a purse was reached."""

    code = "too-many"
    message = N_("Too many attempts. Wait a little and try again.")

    def __init__(self, message: str | None = None, /, *, retry_after: int = 60, **params: Any):
        super().__init__(message, **params)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Not now: ask the same again in ``retry_after`` seconds."""

    code = "busy"
    message = N_(
        "Many people are here at once. Wait a few seconds and load the page again. Nothing is lost."
    )

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        code: str | None = None,
        retry_after: int = 1,
        **params: Any,
    ):
        super().__init__(message, code=code, **params)
        self.retry_after = retry_after


class IllegalTransition(DomainError):
    """A status was asked to move where its flow does not lead."""

    code = "illegal-transition"
    message = N_("This cannot be done from the present state (%(current)s).")

    def __init__(self, current: str, target: str) -> None:
        super().__init__(current=current, target=target)


class Unauthenticated(DomainError):
    """Nobody we know: a token is missing, forged or no longer looked at."""

    code = "unauthenticated"
    message = N_("Sign in first.")


class Unreadable(DomainError):
    """What a script sent cannot be read at all."""

    code = "malformed"
    message = N_("This request cannot be read.")


class TooLarge(DomainError):
    """More bytes than this door takes."""

    code = "too-large"
    message = N_("This is too large. Send less at once.")


class Unprocessable(DomainError):
    """It can be read, but it is not what this door takes."""

    code = "unprocessable"
    message = N_("This request is not understood.")
