"""What students are told about their places, and when."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from app.accounts.services import notify_user
from app.core.clock import local
from app.core.db import changed_one, db
from app.registrations.models import Registration
from app.tours.models import Fair
from app.tours.states import FairStatus

# The day before, when lectures are over.
REMINDER_TIME = time(16)


def tell(registration: Registration, template: str, **payload: Any) -> None:
    """Write a notice to the student of a registration, if there is an account to reach."""
    user = registration.student.user
    if user is not None:
        facts = facts_of(registration.fair, user.locale) | {"uid": registration.uid}
        notify_user(user, template, fair_id=registration.fair_id, **facts, **payload)


def facts_of(fair: Fair, locale: str | None) -> dict[str, Any]:
    """What every notice about a fair says.

    ``fair`` and ``when`` are for text messages, whose gateway fills in plain words.
    """
    venue = fair.venue
    return {
        "fair": fair.title_in(locale),
        "when": local(fair.starts_at, fair.time_zone).strftime("%m-%d %H:%M"),
        "fair_zh": fair.title_zh,
        "fair_en": fair.title_en,
        "place_zh": f"{venue.city} {venue.name_zh}" if venue else fair.city,
        "place_en": f"{venue.city} {venue.name_en or venue.name_zh}" if venue else fair.city,
        "starts_at": fair.starts_at,
        "ends_at": fair.ends_at,
        "doors_at": fair.opens_doors_at,
        "zone": fair.time_zone,
    }


def reminder_at(fair: Fair) -> datetime:
    """When the reminder of a fair is due: the day before at four, as clocks there show it."""
    zone = ZoneInfo(fair.time_zone)
    eve = local(fair.starts_at, fair.time_zone).date() - timedelta(days=1)
    return datetime.combine(eve, REMINDER_TIME, zone)


def is_reminder_time(fair: Fair, now: datetime) -> bool:
    """Whether people registered for a fair should be reminded now: also late, but before it."""
    takes_place = fair.status is FairStatus.PUBLISHED
    return takes_place and reminder_at(fair) <= now < fair.starts_at


def mark_reminded(registration: Registration, *, now: datetime) -> bool:
    """Note that somebody is being reminded; False if another worker was quicker."""
    mine = update(Registration).where(
        Registration.id == registration.id, Registration.reminded_at.is_(None)
    )
    return changed_one(mine.values(reminded_at=now))


def forget_reminders(fair: Fair) -> None:
    """A fair has a new time: whoever was reminded of the old one is reminded again."""
    db.session.execute(
        update(Registration).where(Registration.fair_id == fair.id).values(reminded_at=None),
        execution_options={"synchronize_session": False},
    )
