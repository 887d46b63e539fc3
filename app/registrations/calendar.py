"""A fair as a calendar file that phones and mail programs understand (RFC 5545)."""

from app.core.clock import local, utcnow
from app.registrations.models import Registration
from app.tours.states import FairStatus

STATUS = {FairStatus.CANCELLED: "CANCELLED", FairStatus.POSTPONED: "TENTATIVE"}


def make_calendar(
    registration: Registration, *, title: str, place: str, note: str, url: str
) -> bytes:
    """The one event of a registration, in the fair's zone, with the zone's definition.

    Its UID stays the same, so that fetching it again moves the entry instead of doubling it.
    """
    # Loaded by the first who asks for a calendar: it costs every start of a process.
    from icalendar import Calendar, Event, vText

    fair = registration.fair
    event = Event()
    event.add("uid", f"{registration.uid}@xunpin")
    event.add("dtstamp", utcnow())
    event.add("sequence", fair.version)
    event.add("dtstart", local(fair.starts_at, fair.time_zone))
    event.add("dtend", local(fair.ends_at, fair.time_zone))
    event.add("summary", title)
    event.add("location", vText(place))
    event.add("description", note)
    event.add("url", url)
    event.add("status", STATUS.get(fair.status, "CONFIRMED"))
    calendar = Calendar()
    calendar.add("prodid", "-//Xunpin//Ticket//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
