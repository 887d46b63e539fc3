"""Bundles for the printer: ordered by a person, drawn by a worker, kept for a while."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import changed_one, db
from app.core.errors import Conflict
from app.core.files import Kept, attach
from app.core.text import N_
from app.jobs.queue import enqueue
from app.participations.models import PrintJob
from app.participations.queries import find_unfinished, list_expired, list_stranded
from app.participations.states import PRINT_FLOW, UNFINISHED, Bundle, PrintStatus
from app.tours.models import Fair

# Badges and sheets hold names, so their files do not lie about for long.
KEPT = timedelta(days=3)
LOST_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 3
GAVE_UP = N_("It was tried three times and broke off each time.")
JOB = "participations.print"


def order_print(fair: Fair, bundle: Bundle, *, size: str, locale: str, by: User) -> PrintJob:
    """Ask for a bundle. While one is being made, asking again gives that one."""
    job = PrintJob(
        fair_id=fair.id,
        bundle=bundle,
        size=size,
        locale=locale,
        created_by_id=by.id,
        created_at=utcnow(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(job)
            db.session.flush()
    except IntegrityError:
        made = find_unfinished(fair, bundle)
        if made is None:
            raise Conflict() from None
        return made
    record(
        "print.order",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after={"bundle": bundle.value},
    )
    enqueue(JOB, number=job.id)
    return job


def _move(job: PrintJob, target: PrintStatus, **values: Any) -> bool:
    """Move a job that is still where it was read; whether it was."""
    current = job.status
    PRINT_FLOW.check(current, target)
    statement = update(PrintJob).where(PrintJob.id == job.id, PrintJob.status == current)
    moved = changed_one(statement.values(status=target, **values))
    db.session.refresh(job)
    return moved


def claim_print(job: PrintJob) -> bool:
    """Take a waiting job; False if it is not waiting or another worker was first."""
    if job.status is not PrintStatus.WAITING:
        return False
    return _move(job, PrintStatus.RUNNING, beat_at=utcnow(), attempts=job.attempts + 1, done=0)


def note_progress(number: int, done: int, total: int) -> bool:
    """Say how far a job is; False if it was cancelled meanwhile."""
    statement = update(PrintJob).where(
        PrintJob.id == number, PrintJob.status == PrintStatus.RUNNING
    )
    return changed_one(statement.values(done=done, total=total, beat_at=utcnow()))


def finish_print(job: PrintJob, kept: Kept) -> bool:
    """The file is there. False (and the file is nobody's) if the job was cancelled."""
    if job.status is not PrintStatus.RUNNING:
        return False
    now = utcnow()
    if not _move(job, PrintStatus.DONE, finished_at=now, expires_at=now + KEPT, done=job.total):
        return False
    attach(job, kept, at=now)
    db.session.flush()
    return True


def fail_print(job: PrintJob, problem: str) -> None:
    """Say why there is no file; ``problem`` is a string of the catalogues."""
    if job.status in UNFINISHED:
        _move(job, PrintStatus.FAILED, problem=problem, finished_at=utcnow())


def cancel_print(job: PrintJob) -> None:
    """Stop a job; one that is finished already stays as it is."""
    if job.status in UNFINISHED:
        _move(job, PrintStatus.CANCELLED, finished_at=utcnow())


def rescue_prints() -> int:
    """Give jobs that lost their worker to another, a few times; return how many."""
    lost: Sequence[PrintJob] = list_stranded(utcnow() - LOST_AFTER)
    for job in lost:
        if job.attempts >= MOST_ATTEMPTS:
            fail_print(job, GAVE_UP)
            continue
        if job.status is PrintStatus.RUNNING:
            _move(job, PrintStatus.WAITING)
        enqueue(JOB, number=job.id)
    return len(lost)


def expire_prints() -> list[str]:
    """Let go of files that have served their time; their keys are to be dropped after commit."""
    keys = []
    for job in list_expired(utcnow()):
        if job.file_key:
            keys.append(job.file_key)
        job.file_key = None
        _move_expired(job)
    return keys


def _move_expired(job: PrintJob) -> None:
    db.session.flush()
    _move(job, PrintStatus.EXPIRED)
