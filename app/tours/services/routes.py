"""Tours and the stops on their route."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.accounts.models import User
from app.audit.services import changes
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, StaleVersion
from app.core.text import N_
from app.places.models import Delegation
from app.tours.models import Stop, Tour
from app.tours.services.locks import hold
from app.tours.services.log import note_tour
from app.tours.services.slugs import add_with_slug, tour_slug

TOUR_LABELS: dict[str, str] = {
    "title_zh": N_("Title in Chinese"),
    "title_en": N_("Title in English"),
    "summary_zh": N_("Summary in Chinese"),
    "summary_en": N_("Summary in English"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "applications_close_at": N_("Employers apply until"),
}
STOP_FIELDS = ("city", "city_en", "arrives_on", "leaves_on", "note")


class StopInUse(DomainError):
    """A stop with fairs cannot leave the route."""

    code = "stop-in-use"
    message = N_("Fairs are planned at this stop. Move them to another stop first.")


def create_tour(
    values: Mapping[str, Any], delegations: Sequence[Delegation] = (), *, by: User
) -> Tour:
    """Plan a tour; visitors see it with its first published fair."""
    tour = Tour(**{name: values[name] for name in TOUR_LABELS if name in values})
    tour.delegations = list(delegations)
    add_with_slug(tour, tour_slug(tour.title_en or "", tour.title_zh, tour.starts_on))
    note_tour("tour.create", tour, by)
    return tour


def edit_tour(
    tour: Tour,
    values: Mapping[str, Any],
    delegations: Sequence[Delegation],
    *,
    version: int,
    by: User,
) -> Tour:
    """Change a tour, if nobody else has since ``version`` was read."""
    hold(tour)
    wanted = {name: values[name] for name in TOUR_LABELS if name in values}
    before, after = changes(tour, wanted)
    old, new = ([row.name_zh for row in rows] for rows in (tour.delegations, delegations))
    if tour.version != version:
        raise _stale(tour, after, old, new)
    for name, value in after.items():
        setattr(tour, name, value)
    if set(old) != set(new):
        tour.delegations = list(delegations)
        before["delegations"], after["delegations"] = old, new
    if after:
        touch(tour)
        note_tour("tour.edit", tour, by, before=before, after=after)
    return tour


def _stale(
    tour: Tour, after: Mapping[str, Any], old: Sequence[str], new: Sequence[str]
) -> StaleVersion:
    listed: list[tuple[str, Any, Any]] = [
        (label, getattr(tour, name), after[name])
        for name, label in TOUR_LABELS.items()
        if name in after
    ]
    if set(old) != set(new):
        listed.append((N_("Delegations"), list(old), list(new)))
    return StaleVersion(listed, current_version=tour.version)


def touch(tour: Tour) -> None:
    """Raise a tour's version even where only what hangs on it changed."""
    tour.version += 1
    db.session.flush()


def archive_tour(tour: Tour, *, by: User, archived: bool = True) -> Tour:
    """Take a tour out of the lists, or put it back; its fairs stay as they are."""
    tour.archived_at = utcnow() if archived else None
    note_tour("tour.archive" if archived else "tour.restore", tour, by)
    return tour


def add_stop(
    tour: Tour, values: Mapping[str, Any], *, by: User, position: int | None = None
) -> Stop:
    """Add a city to the route: at the end, or at a position (from 1)."""
    hold(tour)
    stop = Stop(**{name: values[name] for name in STOP_FIELDS})
    at = len(tour.stops) if position is None else min(max(0, position - 1), len(tour.stops))
    tour.stops.insert(at, stop)
    for number, one in enumerate(tour.stops, start=1):
        one.position = number
    db.session.flush()
    note_tour("stop.create", tour, by, after={"city": stop.city})
    return stop


def edit_stop(stop: Stop, values: Mapping[str, Any], *, by: User) -> Stop:
    """Change a stop's city, days or note."""
    before, after = changes(stop, {name: values[name] for name in STOP_FIELDS})
    for name, value in after.items():
        setattr(stop, name, value)
    if after:
        note_tour("stop.edit", stop.tour, by, before=before, after=after)
    return stop


def move_stop(stop: Stop, *, up: bool, by: User) -> Stop:
    """Swap a stop with the one before or after it on the route."""
    tour = stop.tour
    hold(tour)
    stops = sorted(tour.stops, key=lambda one: (one.position, one.id))
    at = stops.index(stop)
    other = at - 1 if up else at + 1
    if 0 <= other < len(stops):
        stops[at], stops[other] = stops[other], stops[at]
        for number, one in enumerate(stops, start=1):
            one.position = number
        note_tour("stop.move", tour, by, after={"cities": [one.city for one in stops]})
    return stop


def remove_stop(stop: Stop, *, by: User) -> None:
    """Take a stop without fairs off the route."""
    if stop.fairs:
        raise StopInUse()
    tour = stop.tour
    note_tour("stop.remove", tour, by, before={"city": stop.city})
    tour.stops.remove(stop)
    db.session.flush()
