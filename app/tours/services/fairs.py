"""Fairs: planned, changed, copied."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import User
from app.audit.services import changes
from app.core.clock import local
from app.core.db import db
from app.core.errors import DomainError, StaleVersion
from app.core.text import N_
from app.places import queries as places
from app.tours import queries
from app.tours.models import Fair
from app.tours.services.life import announce
from app.tours.services.listeners import tell_listeners
from app.tours.services.locks import hold
from app.tours.services.log import note_fair
from app.tours.services.slugs import add_with_slug, fair_slug
from app.tours.services.times import moved
from app.tours.states import FairMode, FairStatus

# Every field of the form, and what it is called where two versions are compared.
FAIR_LABELS: dict[str, str] = {
    "title_zh": N_("Title in Chinese"),
    "title_en": N_("Title in English"),
    "summary_zh": N_("Summary in Chinese"),
    "summary_en": N_("Summary in English"),
    "kind": N_("Kind"),
    "mode": N_("Mode"),
    "place": N_("Place"),
    "tour_id": N_("Tour"),
    "stop_id": N_("Stop"),
    "delegation_id": N_("Delegation"),
    "city": N_("City"),
    "venue_id": N_("Venue"),
    "host_school_id": N_("Host university"),
    "time_zone": N_("Time zone"),
    "starts_at": N_("Starts"),
    "ends_at": N_("Ends"),
    "doors_at": N_("Doors open"),
    "registration_opens_at": N_("Registration opens"),
    "registration_closes_at": N_("Registration closes"),
    "capacity": N_("Places for students"),
    "permitted_number": N_("People permitted inside at a time"),
    "expected_people": N_("People expected in all"),
    "reentry": N_("Coming in again"),
    "applications_close_at": N_("Employers apply until"),
    "confirm_by": N_("Employers confirm until"),
    "arrivals_from": N_("Employers arrive from"),
    "arrivals_until": N_("Employers arrive until"),
    "online_visitors": N_("Visitors online"),
}
# What people made plans around: changing it after publishing tells everybody concerned.
PLANNED_AROUND = ("starts_at", "ends_at", "venue_id", "city")
# Half of the employers' usual window: 08:30–09:30 for a fair that starts at 09:00.
ARRIVALS = timedelta(minutes=30)
# What may still be put right once the figures are frozen.
AFTER_CLOSING = frozenset({"title_zh", "title_en", "summary_zh", "summary_en", "online_visitors"})


class FairOver(DomainError):
    """A fair that is over keeps its plan."""

    code = "fair-over"
    message = N_("This fair is over; only its titles and summaries can still be changed.")


def create_fair(values: Mapping[str, Any], *, by: User) -> Fair:
    """Plan a fair: a draft that only the organiser sees.

    Where nothing is said of the employers' arrival, it is the usual hour around the start.
    """
    fair = Fair(**_checked(values), created_by_id=by.id)
    nothing_said = fair.arrivals_from is None and fair.arrivals_until is None
    if nothing_said and fair.mode is not FairMode.ONLINE:
        fair.arrivals_from = fair.starts_at - ARRIVALS
        fair.arrivals_until = fair.starts_at + ARRIVALS
    day = local(fair.starts_at, fair.time_zone).date()
    add_with_slug(fair, fair_slug(fair.title_en or "", fair.city, day))
    note_fair("fair.create", fair, by)
    return fair


def edit_fair(fair: Fair, values: Mapping[str, Any], *, version: int, by: User) -> Fair:
    """Change a fair, if nobody else has since ``version`` was read.

    Once it is published, a new time or place is told to everybody concerned.
    """
    hold(fair)
    before, after = changes(fair, _checked(values))
    if fair.version != version:
        raise _stale(fair, after)
    if fair.status is FairStatus.CANCELLED or (
        fair.status is FairStatus.CLOSED and set(after) - AFTER_CLOSING
    ):
        raise FairOver()
    if not after:
        return fair
    _set(fair, after)
    db.session.flush()
    note_fair("fair.edit", fair, by, before=before, after=after)
    if "ends_at" in after:
        tell_listeners(fair)
    if fair.status is FairStatus.PUBLISHED and set(after) & set(PLANNED_AROUND):
        announce(fair, "moved")
    return fair


def copy_fair(
    fair: Fair,
    *,
    starts_at: datetime,
    ends_at: datetime,
    title_zh: str,
    title_en: str,
    by: User,
) -> Fair:
    """Plan a fair like another at a new time: all deadlines move along.

    Papers, ticks, employers and students stay with the old one.
    """
    values = {name: getattr(fair, name) for name in FAIR_LABELS}
    values |= moved(fair, starts_at, ends_at)
    values |= {"title_zh": title_zh, "title_en": title_en, "online_visitors": None}
    return create_fair(values, by=by)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, if all of them are fields that may be set."""
    unknown = set(values) - set(FAIR_LABELS)
    if unknown:
        raise ValueError(f"not fields of a fair: {sorted(unknown)}")
    return dict(values)


def _set(fair: Fair, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(fair, name, value)


def _stale(fair: Fair, after: Mapping[str, Any]) -> StaleVersion:
    """What the other editor's version says and this one's would, field by field."""
    listed = [
        (label, _shown(name, getattr(fair, name)), _shown(name, after[name]))
        for name, label in FAIR_LABELS.items()
        if name in after
    ]
    return StaleVersion(listed, current_version=fair.version)


def _shown(name: str, value: Any) -> Any:
    """A value as a person knows it: a reference by its name."""
    find = {
        "tour_id": queries.find_tour,
        "stop_id": queries.find_stop,
        "venue_id": places.find_venue,
        "host_school_id": places.find_school,
        "delegation_id": places.find_delegation,
    }.get(name)
    row = find(value) if find else None
    if row is None:
        return None if find else value
    return next(
        text
        for field in ("title_zh", "name_zh", "name", "city")
        if (text := getattr(row, field, None))
    )
