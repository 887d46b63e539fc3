"""The readiness list: what a fair still needs, and by when. Pure, over facts from other rooms.

Due dates count back from the fair's day. From 1,000 people on the police permit is
applied for 20 days ahead (大型群众性活动安全管理条例, State Council order 505, article 12).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.core.clock import local
from app.core.clock import today as today_in
from app.core.text import N_
from app.tours.models import Fair
from app.tours.states import DocumentKind, FairMode, FairStatus

# Days before the fair by which each item is due.
DUE = {
    "venue": 30,
    "permit": 20,
    "published": 14,
    "emergency_plan": 9,
    "security_plan": 9,
    "employers": 5,
    "booths": 3,
    "gates": 2,
}
# Items a person ticks; a paper can be ticked too where it is kept elsewhere.
MANUAL = ("venue", "permit", "emergency_plan", "security_plan")
# An item is "now" when it is due within so many days.
SOON = 7


@dataclass(frozen=True)
class ReadinessFacts:
    """What other rooms and rows know of a fair.

    ``checks`` are the keys ticked by hand, ``papers`` the kinds of documents on file;
    numbers None are not known to the caller, and the item is left out.
    """

    checks: Collection[str] = ()
    papers: Collection[DocumentKind] = ()
    employers: int | None = None
    employers_waiting: int | None = None
    booths: int | None = None
    booths_missing: int | None = None
    gates: int | None = None
    gates_unstaffed: int | None = None


@dataclass(frozen=True)
class CheckItem:
    """One line of the list. ``note`` is a catalogue string with ``params``."""

    key: str
    title: str
    state: str
    due_on: date
    note: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    endpoint: str = ""
    is_manual: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "done"


def readiness(fair: Fair, facts: ReadinessFacts, *, today: date | None = None) -> list[CheckItem]:
    """What a fair needs before its day: late first, then by due date, done last.

    State is ``late``, ``now`` (due within a week), ``todo`` or ``done``.
    """
    now = today or today_in(fair.time_zone)
    day = local(fair.starts_at, fair.time_zone).date()
    items = [_item(fair, part, day, now) for part in _parts(fair, facts)]
    rank = {"late": 0, "now": 1, "todo": 1, "done": 2}
    return sorted(items, key=lambda item: (rank[item.state], item.due_on))


@dataclass(frozen=True)
class _Part:
    key: str
    title: str
    done: bool
    endpoint: str
    note: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def _item(fair: Fair, part: _Part, day: date, now: date) -> CheckItem:
    due = day - timedelta(days=DUE[part.key])
    state = "todo"
    if part.done:
        state = "done"
    elif now > due:
        state = "late"
    elif now >= due - timedelta(days=SOON):
        state = "now"
    return CheckItem(
        part.key,
        part.title,
        state,
        due,
        part.note,
        part.params,
        part.endpoint,
        part.key in MANUAL,
    )


def _parts(fair: Fair, facts: ReadinessFacts) -> Iterator[_Part]:
    if fair.mode is not FairMode.ONLINE:
        yield _Part(
            "venue",
            N_("Venue confirmed"),
            "venue" in facts.checks or DocumentKind.VENUE_CONTRACT in facts.papers,
            "tours.edit_fair",
            "" if fair.venue_id else N_("No venue is chosen yet."),
        )
    if fair.needs_permits:
        yield from _papers(facts)
    yield _Part(
        "published",
        N_("Page published"),
        fair.is_public and fair.status is not FairStatus.POSTPONED,
        "tours.publish",
    )
    yield from _people(fair, facts)


def _papers(facts: ReadinessFacts) -> Iterator[_Part]:
    for key, kind, title in (
        ("permit", DocumentKind.POLICE_PERMIT, N_("Police permit applied for")),
        ("emergency_plan", DocumentKind.EMERGENCY_PLAN, N_("Emergency plan on file")),
        ("security_plan", DocumentKind.SECURITY_PLAN, N_("Security plan on file")),
    ):
        done = key in facts.checks or kind in facts.papers
        note = "" if done else N_("Needed from 1,000 people on.")
        yield _Part(key, title, done, "tours.documents", note)


def _people(fair: Fair, facts: ReadinessFacts) -> Iterator[_Part]:
    if facts.employers_waiting is not None:
        waiting, all_of_them = facts.employers_waiting, facts.employers or 0
        note, params = "", {}
        if waiting:
            note, params = N_("%(num)s waiting for review"), {"num": waiting}
        elif not all_of_them:
            note = N_("No employer has applied yet.")
        done = not waiting and bool(all_of_them)
        title = N_("Employers reviewed")
        yield _Part("employers", title, done, "participations.review_list", note, params)
    if facts.booths_missing is not None and fair.mode is not FairMode.ONLINE:
        missing, booths = facts.booths_missing, facts.booths or 0
        note, params = "", {}
        if missing:
            note, params = N_("%(num)s employers without a booth"), {"num": missing}
        elif not booths:
            note = N_("The hall has no booths yet.")
        done = not missing and bool(booths)
        yield _Part("booths", N_("Booths assigned"), done, "participations.plan", note, params)
    if facts.gates_unstaffed is not None and fair.mode is not FairMode.ONLINE:
        empty, gates = facts.gates_unstaffed, facts.gates or 0
        note, params = "", {}
        if empty:
            note, params = N_("%(num)s gates without people"), {"num": empty}
        elif not gates:
            note = N_("No gates are listed yet.")
        done = not empty and bool(gates)
        yield _Part("gates", N_("Gates staffed"), done, "checkins.gates", note, params)
