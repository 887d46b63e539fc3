"""Telling registered students what they need to know, in time."""

import logging
from collections.abc import Iterator

from app.core.clock import utcnow
from app.core.transaction import end_reading, transaction
from app.jobs.errands import Errand, advance, finish
from app.jobs.queue import every, job
from app.registrations import queries, services
from app.tours import queries as tours

log = logging.getLogger(__name__)

# So many notices are written in one transaction: a writer is never held for long.
BATCH = 100
TEMPLATES = {
    "postponed": "registrations/changed",
    "moved": "registrations/changed",
    "cancelled": "registrations/cancelled-by-fair",
}


@job("fairs.changed.students")
def tell_of_change(errand: Errand, fair_id: int, what: str, reason: str = "") -> None:
    """Tell everybody registered or waiting that a fair moved, waits or is off."""
    fair = tours.find_fair(fair_id)
    ids = queries.list_standing_ids(fair) if fair is not None else []
    if fair is not None and what == "moved" and errand.cursor == 0:
        with transaction():
            services.forget_reminders(fair)
    left = [id_ for id_ in sorted(ids) if id_ > errand.cursor]
    end_reading()
    for part in _parts(left):
        with transaction():
            for registration in queries.list_by_ids(part):
                services.tell(registration, TEMPLATES[what], what=what, reason=reason)
            advance(errand, part[-1])
    with transaction():
        finish(errand)
    log.info("told %d registered students that fair %d is %s", len(left), fair_id, what)


@every(15, "registrations.remind")
def remind() -> None:
    """The day before a fair, from four in the afternoon there: tell who is registered, once."""
    now = utcnow()
    fairs = [fair.id for fair in tours.list_public_fairs(ends_after=now)]
    end_reading()
    for fair_id in fairs:
        fair = tours.find_fair(fair_id)
        if fair is None or not services.is_reminder_time(fair, now):
            end_reading()
            continue
        ids = queries.list_unreminded_ids(fair, registered_before=services.reminder_at(fair))
        end_reading()
        for part in _parts(ids):
            with transaction():
                for registration in queries.list_by_ids(part):
                    if services.mark_reminded(registration, now=now):
                        services.tell(registration, "registrations/reminder")


@every(5, "registrations.fill-places")
def fill_places() -> None:
    """Give places to those who wait where a fair was given more of them."""
    waiting = queries.list_fairs_with_room(utcnow())
    end_reading()
    for fair_id in waiting:
        with transaction():
            fair = tours.find_fair(fair_id)
            if fair is not None:
                services.move_up(fair)


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
