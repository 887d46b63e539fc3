"""What the worker does with files: checks them, applies them, forgets them."""

from datetime import timedelta

from app.core import files
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import end_reading, in_steps, transaction
from app.imports import queries, services
from app.jobs.queue import every, job

# A check that has not moved for this long was ended half way and is begun again.
STALE = timedelta(minutes=2)
KEPT_APPLIED, KEPT_CHECKED = timedelta(days=90), timedelta(days=30)


@job("imports.check")
def check(uid: str) -> None:
    """Check a file in small steps."""
    batch = queries.get_batch(uid)
    end_reading()
    in_steps(services.check_steps(batch), rest=services.rest_between_steps())


@job("imports.apply")
def apply(uid: str) -> None:
    """Apply a file somebody asked for, in one transaction; wait while doors are open."""
    batch = queries.get_batch(uid)
    if batch.wanted_at is None:
        return
    end_reading()
    try:
        with transaction():
            services.apply_batch(batch, {}, by=batch.wanted_by, insist=batch.insists)
    except services.DoorsOpen:
        return  # the sweep comes again
    except DomainError as error:
        with transaction():
            services.give_up(batch, error)


@every(1, "imports.sweep")
def sweep() -> None:
    """Find what was missed: checks that stand still, imports that were asked for and wait."""
    now = utcnow()
    for uid in queries.list_stale_checks(now - STALE):
        check(uid)
    for uid in queries.list_wanted(now - timedelta(seconds=30)):
        apply(uid)


@every(24 * 60, "imports.forget")
def forget() -> None:
    """Forget what stood in old files, and uploads that no batch waits for."""
    now = utcnow()
    with transaction():
        services.forget_cells(now - KEPT_APPLIED, now - KEPT_CHECKED)
    files.sweep_sealed(queries.list_sealed_keys(), before=now - timedelta(days=1))
