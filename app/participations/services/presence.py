"""The day of the fair: who arrived and who did not."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.audit.services import Actor, record
from app.core.clock import local, utcnow
from app.core.db import db
from app.core.errors import Conflict
from app.core.text import N_
from app.participations.models import Participation
from app.participations.services.index import refresh_fair
from app.participations.services.moves import move, note_release
from app.participations.states import ParticipationStatus
from app.tours.models import Fair

# Doors open for employers this long before the fair where no time is set.
EARLY = timedelta(hours=3)
# And this long after the start they are late.
LATE = timedelta(minutes=30)
BY_THEMSELVES = frozenset({"poster", "self"})


def takes_arrivals(fair: Fair, moment: datetime) -> bool:
    """Whether an employer may say by itself that it is here."""
    opens = fair.arrivals_from or fair.starts_at - EARLY
    return opens <= moment < fair.ends_at


def record_arrival(participation: Participation, *, by: Actor, via: str = "list") -> bool:
    """Note that an employer is here. Return whether that was new; a repeat changes nothing.

    ``via`` is list, desk, poster or self; an employer by itself may say so from the start
    of the arrivals on. One that never confirmed but came is confirmed by coming.
    """
    if participation.status is ParticipationStatus.ARRIVED:
        return False
    fair, now = participation.fair, utcnow()
    if via in BY_THEMSELVES and not takes_arrivals(fair, now):
        raise Conflict(N_("Arrivals are recorded on the day of the fair."))
    if participation.status is ParticipationStatus.APPROVED:
        move(
            participation,
            ParticipationStatus.CONFIRMED,
            by=by,
            action="confirm",
            confirmed_at=now,
        )
    move(
        participation,
        ParticipationStatus.ARRIVED,
        by=by,
        action="arrive",
        arrived_at=now,
        arrived_via=via,
        no_show_at=None,
    )
    return True


def undo_arrival(participation: Participation, *, by: Actor) -> None:
    """Take an arrival back."""
    move(
        participation,
        ParticipationStatus.CONFIRMED,
        by=by,
        action="undo-arrival",
        arrived_at=None,
        arrived_via="",
    )


def late_from(fair: Fair) -> datetime:
    """From when on an employer that is not here is late: the end of the arrivals.

    Where no window is set: half an hour after the start (DOMAIN: 08:30–09:30 for a fair at nine).
    """
    return fair.arrivals_until or fair.starts_at + LATE


def release_absent(participation: Participation, *, by: Actor) -> None:
    """Give up waiting for an employer: it did not come, and its booth is free for others.

    Only once the time to arrive is over; until then the booth is theirs.
    """
    if utcnow() < late_from(participation.fair):
        raise Conflict(
            N_("Employers may arrive until %(time)s. Release the booth after that."),
            code="not-late-yet",
            time=local(late_from(participation.fair), participation.fair.time_zone).strftime(
                "%H:%M"
            ),
        )
    booth_id = participation.booth_id
    move(
        participation,
        ParticipationStatus.NO_SHOW,
        by=by,
        action="no-show",
        booth_id=None,
        no_show_at=utcnow(),
    )
    note_release(participation, booth_id, by)


def mark_no_shows(fair: Fair, *, by: Actor | None) -> int:
    """After a fair: whoever confirmed and was not seen did not come. Return how many."""
    missing = select(Participation.id).filter_by(
        fair_id=fair.id, status=ParticipationStatus.CONFIRMED
    )
    ids = db.session.scalars(missing).all()
    if ids:
        db.session.execute(
            update(Participation)
            .where(Participation.id.in_(ids), Participation.status == ParticipationStatus.CONFIRMED)
            .values(
                status=ParticipationStatus.NO_SHOW,
                no_show_at=utcnow(),
                version=Participation.version + 1,
            ),
            execution_options={"synchronize_session": "fetch"},
        )
        refresh_fair(fair)
        record(
            "participation.no-shows",
            by=by,
            on="fair",
            object_id=fair.id,
            label=fair.title_zh,
            fair_id=fair.id,
            after={"no_shows": len(ids)},
        )
    return len(ids)
