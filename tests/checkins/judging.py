"""What must hold after any storm: nothing lost, nothing invented, the cache true."""

from sqlalchemy import select

from app.checkins import queries, services
from app.checkins.models import Attendance, QuarantinedScan, Scan
from app.core.db import db
from app.registrations.models import Registration


def state_of(fair, *, names=None):
    """What a fair's stored rows come to, without anything that depends on how they came.

    People are named by their place in ``names`` (registration ids), so that two worlds can
    be compared.
    """
    names = {id_: place for place, id_ in enumerate(names or ())}
    rows = db.session.execute(
        select(
            Attendance.registration_id,
            Attendance.first_at,
            Attendance.last_direction,
            Attendance.last_at,
            Attendance.evidence,
            Attendance.duplicates,
            Attendance.flags,
        ).where(Attendance.fair_id == fair.id)
    ).all()
    people = {
        names.get(id_, id_): (*row, tuple(flags)) for id_, *row, flags in (tuple(r) for r in rows)
    }
    counts = queries.count_people(fair)
    assert counts.attended == len(people)
    return people, counts


def check_cache(fair):
    """The attendances and the head count are what the rows derive."""
    db.session.rollback()
    before = state_of(fair)
    services.rederive_fair(fair)
    assert state_of(fair) == before
    db.session.rollback()


def lost_and_phantom(fair, shown):
    """Ids that were shown to people and are not stored, and the other way round."""
    stored = {str(id_) for id_ in db.session.scalars(select(Scan.id).filter_by(fair_id=fair.id))}
    stored |= set(db.session.scalars(select(QuarantinedScan.scan_id).filter_by(fair_id=fair.id)))
    held = {kept.scan["id"] for kept in shown}
    return held - stored, stored - held


def attended(fair):
    """Who came, as registration ids."""
    return set(
        db.session.scalars(
            select(Registration.id)
            .join(Attendance, Attendance.registration_id == Registration.id)
            .where(Attendance.fair_id == fair.id)
        )
    )
