"""What happens to applications by itself."""

import logging
from time import monotonic

from flask_babel import force_locale, gettext

from app.core import files
from app.core.errors import DomainError
from app.core.text import N_
from app.core.transaction import end_reading, transaction
from app.jobs.errands import Errand, finish
from app.jobs.queue import every, job
from app.participations import prints, queries, services
from app.participations.models import PrintJob
from app.participations.prints.reading import read_content
from app.tours.queries import find_fair

log = logging.getLogger(__name__)
# How often a job says how far it is, in seconds; every word is a transaction.
BEAT = 0.7
LARGEST_FILE = 200_000_000
EMPTY = N_("There is nothing to print yet.")
BROKE = N_("It broke off. Try again, or print from the browser.")


@every(60, "participations.lapse")
def lapse() -> None:
    """End approvals that nobody confirmed in time."""
    with transaction():
        lapsed = services.lapse_unconfirmed()
    if lapsed:
        log.info("%d applications lapsed", lapsed)


@every(60, "participations.remind")
def remind() -> None:
    """Remind employers a day before their time to confirm ends."""
    with transaction():
        services.remind_unconfirmed()


@job("fairs.changed.employers")
def tell_employers(errand: Errand, fair_id: int, what: str = "", reason: str = "") -> None:
    """Tell everybody who acts for an employer concerned that a fair changed."""
    with transaction():
        fair = find_fair(fair_id)
        if fair is not None:
            services.tell_change(fair, what, reason)
        finish(errand)


class Cancelled(Exception):
    """Somebody does not want it any more."""


@job("participations.print")
def make_print(number: int) -> None:
    """Draw a bundle that somebody asked for, and keep its file."""
    with transaction():
        job = queries.find_print_job(number)
        if job is None or not services.claim_print(job):
            return
    try:
        _draw(job)
    except Cancelled:
        log.info("print job %s was cancelled", job.uid)
    except DomainError as error:
        _give_up(number, error.message)
    except Exception:
        log.exception("print job %s broke off", job.uid)
        _give_up(number, BROKE)


def _draw(job: PrintJob) -> None:
    number, bundle = job.id, job.bundle
    with force_locale(job.locale):
        content = read_content(job.fair, bundle)
        name = f"{gettext(bundle.label)} {content.event.title}.pdf"
        total = prints.count(bundle, content)
        size = job.size
        end_reading()
        pace = _Pace(number, total)
        data = prints.make_pdf(bundle, content, size=size, progress=pace.tell)
    if not data:
        raise DomainError(EMPTY)
    kept = files.keep(data, name, limit=LARGEST_FILE)
    with transaction():
        fresh = queries.find_print_job(number)
        finished = fresh is not None and services.finish_print(fresh, kept)
    if not finished:
        files.drop(kept.key)


class _Pace:
    """Writes progress down now and then, and notices that nobody wants the job any more."""

    def __init__(self, number: int, total: int) -> None:
        self.number, self.total, self.told = number, total, 0.0

    def tell(self, done: int) -> None:
        """How many are done."""
        now = monotonic()
        if now - self.told < BEAT:
            return
        self.told = now
        with transaction():
            wanted = services.note_progress(self.number, done, self.total)
        if not wanted:
            raise Cancelled()


def _give_up(number: int, problem: str) -> None:
    with transaction():
        job = queries.find_print_job(number)
        if job is not None:
            services.fail_print(job, problem)


@every(5, "participations.prints")
def keep_prints_going() -> None:
    """Rescue jobs that lost their worker; delete files and holds that have served their time."""
    with transaction():
        services.rescue_prints()
        keys = services.expire_prints()
        services.sweep_holds()
    for key in keys:
        files.drop(key)


@every(10, "participations.index")
def keep_index() -> None:
    """Add positions the index lacks and drop those whose last fair is over, some at a time."""
    for step in (services.index_missing, services.open_missing, services.close_past_positions):
        while True:
            with transaction():
                done = step()
            if not done:
                break
