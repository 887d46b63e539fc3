"""Errands: jobs that must not be forgotten and have no row of their own to be found by.

The row is written in the transaction of its cause, the queue only wakes. A worker claims
it for a while; each of its steps moves ``cursor`` on in the step's own transaction, so that
whoever takes over after a crash goes on where the last commit stood: nothing is left out,
nothing is done twice.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.db import Model, changed_one, db
from app.core.transaction import end_reading, transaction
from app.jobs.queue import JOBS, enqueue, enqueue_now, every, job

# So long one worker has an errand to itself since its last step; then the sweep gives it on.
LEASE = timedelta(minutes=5)
KEPT = timedelta(days=30)
AT_ONCE = 100


class Errand(Model):
    """One job to be run to its end. ``cursor`` is the last id its steps have dealt with."""

    __tablename__ = "errand"
    __table_args__ = (Index("ix_errand_done_at_due_at", "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    cursor: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_at: Mapped[datetime] = mapped_column(default=utcnow)
    done_at: Mapped[datetime | None]


def leave_errand(name: str, **arguments: Any) -> Errand:
    """Write an errand in the caller's transaction; a worker is woken after the commit.

    The job ``name`` is called with the errand and ``arguments`` (what JSON can hold), and
    says itself when it is done: :func:`finish` in the transaction of its last step.
    """
    now = utcnow()
    errand = Errand(name=name, arguments=arguments, created_at=now, due_at=now)
    db.session.add(errand)
    db.session.flush()
    enqueue("errands.run", errand_id=errand.id)
    return errand


def claim(errand_id: int) -> Errand | None:
    """Take an errand, or None if it is done, another worker has it, or it does not exist."""
    now = utcnow()
    mine = update(Errand).where(
        Errand.id == errand_id, Errand.done_at.is_(None), Errand.due_at <= now
    )
    if not changed_one(mine.values(due_at=now + LEASE, attempts=Errand.attempts + 1)):
        return None
    return db.session.get(Errand, errand_id, populate_existing=True)


def advance(errand: Errand, cursor: int) -> None:
    """Everything up to ``cursor`` is dealt with, if the present transaction commits."""
    db.session.refresh(errand)
    errand.cursor, errand.due_at = cursor, utcnow() + LEASE


def finish(errand: Errand) -> None:
    """The errand is done, if the present transaction commits."""
    errand.done_at = utcnow()


@job("errands.run")
def run_errand(errand_id: int) -> None:
    """Run one errand from where it stands."""
    with transaction():
        errand = claim(errand_id)
    if errand is not None:
        JOBS[errand.name](errand, **errand.arguments)


@every(1, "errands.sweep")
def sweep() -> None:
    """Wake workers for errands nobody has; forget those done long ago."""
    now = utcnow()
    with transaction():
        db.session.execute(delete(Errand).where(Errand.done_at < now - KEPT))
    query = select(Errand.id).where(
        Errand.done_at.is_(None), Errand.due_at <= now - timedelta(seconds=10)
    )
    left = db.session.scalars(query.order_by(Errand.due_at).limit(AT_ONCE)).all()
    end_reading()
    for errand_id in left:
        enqueue_now("errands.run", errand_id=errand_id)
