"""What looks wrong in a plan. Said loudly, never forbidden. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from app.core.clock import local
from app.core.text import N_
from app.tours.models import Fair, Stop, Tour
from app.tours.states import FairMode, FairStatus


@dataclass(frozen=True)
class FairWarning:
    """One doubt: a catalogue string whose places are filled from ``params``.

    ``other`` is the fair that is in the way; ``days`` are shown as a span of dates.
    """

    key: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    other: Fair | None = None
    days: tuple[date, date] | None = None


def warnings_of(fair: Fair, others: Iterable[Fair]) -> list[FairWarning]:
    """Everything that looks wrong in a fair, given the other fairs around its time."""
    if fair.status is FairStatus.CANCELLED:
        return []
    return [*_overlaps(fair, others), *_route(fair), *_place(fair), *_times(fair)]


def _overlaps(fair: Fair, others: Iterable[Fair]) -> Iterator[FairWarning]:
    for other in others:
        same = other is fair or (fair.id is not None and other.id == fair.id)
        if same or other.status is FairStatus.CANCELLED or not _meet(fair, other):
            continue
        if fair.venue_id is not None and other.venue_id == fair.venue_id:
            message = N_("%(other)s uses the same venue at the same time.")
            yield FairWarning("venue-overlap", message, other=other)
        elif fair.city and other.city == fair.city:
            message = N_("%(other)s is held in the same city at the same time.")
            yield FairWarning("city-overlap", message, other=other)


def _meet(fair: Fair, other: Fair) -> bool:
    """Whether two fairs overlap, from the opening of doors to the end."""
    return fair.opens_doors_at < other.ends_at and other.opens_doors_at < fair.ends_at


def _day(moment: datetime, fair: Fair) -> date:
    return local(moment, fair.time_zone).date()


def _route(fair: Fair) -> Iterator[FairWarning]:
    first, last = _day(fair.starts_at, fair), _day(fair.ends_at, fair)
    stop, tour = fair.stop, fair.tour
    if stop is not None:
        if first < stop.arrives_on or last > stop.leaves_on:
            message = N_("The fair is not within the days of its stop %(city)s (%(days)s).")
            days = (stop.arrives_on, stop.leaves_on)
            yield FairWarning("outside-stop", message, {"city": stop.city}, days=days)
        if fair.city != stop.city:
            message = N_("The fair is in %(city)s, its stop is %(stop)s.")
            yield FairWarning("other-city", message, {"city": fair.city, "stop": stop.city})
        yield from _stop_outside(stop)
    elif tour is not None and (first < tour.starts_on or last > tour.ends_on):
        message = N_("The fair is not within the days of its tour (%(days)s).")
        yield FairWarning("outside-tour", message, days=(tour.starts_on, tour.ends_on))


def _stop_outside(stop: Stop) -> Iterator[FairWarning]:
    tour = stop.tour
    if tour is not None and (stop.arrives_on < tour.starts_on or stop.leaves_on > tour.ends_on):
        message = N_("The stop %(city)s is not within the days of its tour (%(days)s).")
        days = (tour.starts_on, tour.ends_on)
        yield FairWarning("stop-outside-tour", message, {"city": stop.city}, days=days)


def _place(fair: Fair) -> Iterator[FairWarning]:
    venue = fair.venue
    if venue is None:
        if fair.mode is not FairMode.ONLINE:
            yield FairWarning("no-venue", N_("No venue is chosen."))
        return
    if venue.city != fair.city:
        message = N_("The fair is in %(city)s, its venue is in %(venue)s.")
        yield FairWarning("venue-city", message, {"city": fair.city, "venue": venue.city})
    if venue.permitted_number and (fair.permitted_number or 0) > venue.permitted_number:
        message = N_("The venue is permitted to hold %(num)s people at a time, not more.")
        yield FairWarning("too-many-people", message, {"num": venue.permitted_number})


# (key, the time that should come first, the time that should follow, what is said otherwise)
_ORDER: tuple[tuple[str, str, str, str], ...] = (
    ("doors-late", "doors_at", "starts_at", N_("The doors open after the start.")),
    (
        "registration-backwards",
        "registration_opens_at",
        "registration_closes_at",
        N_("Registration closes before it opens."),
    ),
    (
        "registration-late",
        "registration_closes_at",
        "starts_at",
        N_("Registration closes after the start."),
    ),
    (
        "registration-opens-late",
        "registration_opens_at",
        "starts_at",
        N_("Registration opens after the start."),
    ),
    (
        "applications-late",
        "applications_close_at",
        "starts_at",
        N_("Employers may apply until after the start."),
    ),
    (
        "confirm-early",
        "applications_close_at",
        "confirm_by",
        N_("Employers must confirm before applications close."),
    ),
    ("confirm-late", "confirm_by", "starts_at", N_("Employers may confirm until after the start.")),
    (
        "arrivals-backwards",
        "arrivals_from",
        "arrivals_until",
        N_("The employers' arrival ends before it begins."),
    ),
    (
        "arrivals-late",
        "arrivals_until",
        "ends_at",
        N_("Employers may arrive until after the end."),
    ),
)


def _times(fair: Fair) -> Iterator[FairWarning]:
    for key, earlier, later, message in _ORDER:
        first, second = getattr(fair, earlier), getattr(fair, later)
        if first is not None and second is not None and first > second:
            yield FairWarning(key, message)


def tour_warnings(tour: Tour) -> list[FairWarning]:
    """Everything that looks wrong in a tour's route."""
    found = [warning for stop in tour.stops for warning in _stop_outside(stop)]
    for before, after in pairwise(tour.stops):
        if after.arrives_on < before.arrives_on:
            message = N_("%(second)s comes after %(first)s on the route, but earlier by date.")
            names = {"first": before.city, "second": after.city}
            found.append(FairWarning("stops-order", message, names))
        elif after.arrives_on < before.leaves_on:
            message = N_("The stops %(first)s and %(second)s overlap.")
            names = {"first": before.city, "second": after.city}
            found.append(FairWarning("stops-overlap", message, names))
    return found
