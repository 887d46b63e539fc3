"""Writing the activity log."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol

from app.audit.models import AuditEntry
from app.core.db import db


class Actor(Protocol):
    """Whoever acts: an id and a label are all the log needs.

    A borrowed gate phone has a label only.
    """

    @property
    def id(self) -> int | None:
        """The account, where there is one."""

    @property
    def label(self) -> str:
        """The name the log shows."""


def record(
    action: str,
    *,
    by: Actor | None,
    on: str,
    object_id: int | None = None,
    label: str = "",
    fair_id: int | None = None,
    delegation_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Add one entry in the caller's transaction: it stands or falls with the act itself.

    ``by`` None is the system. Give ``before``/``after`` only the fields that changed, and
    never a secret, a phone number or an e-mail in clear.
    """
    entry = AuditEntry(
        action=action,
        actor_id=by.id if by else None,
        actor_label=by.label if by else "",
        object_kind=on,
        object_id=object_id,
        object_label=label[:200],
        fair_id=fair_id,
        delegation_id=delegation_id,
        before=_plain(before),
        after=_plain(after),
        reason=reason,
    )
    db.session.add(entry)
    return entry


def changes(row: Any, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What would change if ``values`` were set on ``row``: (before, after), changed names only."""
    changed = {name: new for name, new in values.items() if getattr(row, name) != new}
    return {name: getattr(row, name) for name in changed}, changed


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else _json_safe(value)
        for name, value in values.items()
    }


def _json_safe(value: Any) -> Any:
    if isinstance(value, list | tuple | set):
        return [_json_safe(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


_fair_names: list[Callable[[], list[tuple[int, str]]]] = []


def configure(fair_names: Callable[[], list[tuple[int, str]]]) -> None:
    """Learn from the factory how fairs are called: they live in a room above."""
    _fair_names[:] = [fair_names]


def fair_names() -> list[tuple[int, str]]:
    """The fairs the log can be narrowed to: (id, name)."""
    return _fair_names[0]() if _fair_names else []
