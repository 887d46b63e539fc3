"""Reading what was sent to the printer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.core.db import db
from app.core.errors import NotFound
from app.employers.queries import clean
from app.participations.models import (
    Booth,
    OfferedPosition,
    Participation,
    PrintJob,
    Representative,
)
from app.participations.states import COMING, UNFINISHED, Bundle, PrintStatus
from app.tours.models import Fair


def list_to_print(fair: Fair) -> Sequence[Participation]:
    """Everybody who comes with all that may be printed of them, by booth, then by name."""
    query = (
        select(Participation)
        .filter_by(fair_id=fair.id)
        .where(Participation.status.in_(COMING))
        .outerjoin(Participation.booth)
        .options(
            joinedload(Participation.employer),
            joinedload(Participation.booth),
            selectinload(Participation.offered).joinedload(OfferedPosition.position),
            selectinload(Participation.representatives),
        )
        .order_by(Booth.code.is_(None), Booth.hall, Booth.code, Participation.id)
    )
    return db.session.scalars(query).all()


def count_to_print(fair: Fair) -> dict[str, int]:
    """How many employers come, how many of them have a booth, how many people are named."""
    coming = select(Participation.id).filter_by(fair_id=fair.id)
    coming = coming.where(Participation.status.in_(COMING))
    with_booth = coming.where(Participation.booth_id.is_not(None))
    people = select(func.count(Representative.id)).where(
        Representative.participation_id.in_(coming)
    )
    return {
        "employers": db.session.scalar(select(func.count()).select_from(coming.subquery())) or 0,
        "booths": db.session.scalar(select(func.count()).select_from(with_booth.subquery())) or 0,
        "people": db.session.scalar(people) or 0,
    }


def last_jobs(fair: Fair) -> dict[Bundle, PrintJob]:
    """The newest job of each bundle of a fair."""
    newest = select(func.max(PrintJob.id)).filter_by(fair_id=fair.id).group_by(PrintJob.bundle)
    query = select(PrintJob).where(PrintJob.id.in_(newest))
    return {job.bundle: job for job in db.session.scalars(query)}


def find_print_job(number: int) -> PrintJob | None:
    """A job by its id, as it stands now."""
    return db.session.get(PrintJob, number, populate_existing=True)


def get_print_job(fair: Fair, uid: str) -> PrintJob:
    """A job of a fair."""
    query = select(PrintJob).filter_by(fair_id=fair.id, uid=clean(uid))
    job = db.session.scalars(query).one_or_none()
    if job is None:
        raise NotFound()
    return job


def find_unfinished(fair: Fair, bundle: Bundle) -> PrintJob | None:
    """The job of a bundle that is waiting or being made."""
    query = select(PrintJob).filter_by(fair_id=fair.id, bundle=bundle)
    return db.session.scalars(query.where(PrintJob.status.in_(UNFINISHED))).one_or_none()


def list_stranded(before: datetime) -> Sequence[PrintJob]:
    """Jobs that nobody has touched since a moment although they are not finished."""
    touched = func.coalesce(PrintJob.beat_at, PrintJob.created_at)
    query = select(PrintJob).where(PrintJob.status.in_(UNFINISHED), touched < before)
    return db.session.scalars(query.order_by(PrintJob.id)).all()


def list_expired(now: datetime) -> Sequence[PrintJob]:
    """Jobs whose file has served its time."""
    query = select(PrintJob).where(PrintJob.status == PrintStatus.DONE, PrintJob.expires_at <= now)
    return db.session.scalars(query).all()
