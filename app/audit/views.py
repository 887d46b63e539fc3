"""The activity log."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.audit import queries, services
from app.audit.models import AuditEntry
from app.audit.queries import LogFilter
from app.audit.states import FIELDS, THINGS, VERBS, WORDS
from app.core.clock import at_zone
from app.web.access import requires
from app.web.formatting import fmt_moment
from app.web.forms import strip

bp = Blueprint("audit", __name__)

AUDIT_READ = "audit:read"


@bp.get("/staff/log")
@requires(AUDIT_READ)
def log() -> ResponseReturnValue:
    """Who did what, when, and what it changed."""
    within = current_user.scope_of(AUDIT_READ)
    wanted = LogFilter(
        actor=request.args.get("who", type=int),
        action=strip(request.args.get("action", ""))[:80],
        kind=strip(request.args.get("kind", ""))[:40],
        fair=request.args.get("fair", type=int),
        text=strip(request.args.get("q", ""))[:80],
        since=_midnight("since"),
        until=_midnight("until", days=1),
    )
    page = queries.list_entries(wanted, within, request.args.get("page", 1, type=int))
    return render_template(
        "audit/log.html",
        page=page,
        people=queries.list_actors(within),
        actions=[(code, action_words(code)) for code in queries.list_actions(within)],
        kinds=[(code, thing_words(code)) for code in queries.list_kinds(within)],
        fairs=[pair for pair in services.fair_names() if within.bureau or pair[0] in within.fairs],
        fair_names=dict(services.fair_names()),
        action_words=action_words,
        changes_of=changes_of,
    )


def thing_words(code: str) -> str:
    """What kind of thing, in words."""
    return gettext(THINGS[code]) if code in THINGS else code


def action_words(code: str) -> str:
    """``fair.publish`` in words."""
    thing, _dot, verb = code.partition(".")
    words = gettext(VERBS[verb]) if verb in VERBS else verb
    return gettext("%(thing)s: %(verb)s", thing=thing_words(thing), verb=words)


def changes_of(entry: AuditEntry) -> list[tuple[str, str | None, str | None]]:
    """What changed: (field, before, after); None where there was or is nothing to say."""
    before, after = entry.before or {}, entry.after or {}
    return [
        (
            gettext(FIELDS[name]) if name in FIELDS else name.replace("_", " "),
            _value(before[name], name) if name in before else None,
            _value(after[name], name) if name in after else None,
        )
        for name in {**before, **after}
    ]


def _value(value: Any, field: str) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_value(part, field) for part in value) or "—"
    if isinstance(value, str) and field in WORDS:
        # Most labels are their values with blanks and a capital; others stay as they are kept.
        return str(gettext(value.replace("_", " ").capitalize()))
    if isinstance(value, str) and len(value) >= 19 and value[10:11] == "T":
        try:
            return str(fmt_moment(datetime.fromisoformat(value)))
        except ValueError:
            return value
    return str(value)


def _midnight(name: str, *, days: int = 0) -> datetime | None:
    """The moment a day of the query begins here, or some days later; None for what is no day."""
    try:
        day = date.fromisoformat(request.args.get(name, "")) + timedelta(days=days)
        return at_zone(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        return None
