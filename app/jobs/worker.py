"""The worker process: ``flask jobs work``."""

import logging
import time
from threading import Event, Thread

from flask import Flask

from app.core.clock import utcnow
from app.jobs.queue import JOBS, PERIODIC, run

log = logging.getLogger(__name__)


def work(app: Flask, *, stop: Event | None = None, threads: int = 2) -> None:
    """Run jobs and the periodic ones until ``stop`` is set or the process is ended."""
    stop = stop or Event()
    queue = app.extensions["huey"]
    beat = Thread(target=_beat, args=(app, stop), daemon=True)
    beat.start()
    workers = [Thread(target=_consume, args=(queue, stop), daemon=True) for _ in range(threads)]
    for thread in workers:
        thread.start()
    log.info("worker ready: %d jobs, %d of them periodic", len(JOBS), len(PERIODIC))
    while not stop.is_set():
        stop.wait(1)


def _consume(queue: object, stop: Event) -> None:
    while not stop.is_set():
        try:
            task = queue.dequeue()  # type: ignore[attr-defined]
            if task is None:
                stop.wait(0.2)
                continue
            queue.execute(task)  # type: ignore[attr-defined]
        except Exception:
            log.exception("a job failed; its row will be found by the sweep")


def _beat(app: Flask, stop: Event) -> None:
    """Run every periodic job at start and then at its interval."""
    due = {periodic.name: time.monotonic() for periodic in PERIODIC}
    while not stop.is_set():
        for periodic in PERIODIC:
            if time.monotonic() >= due[periodic.name]:
                due[periodic.name] = time.monotonic() + periodic.minutes * 60
                try:
                    run(app, periodic.name, {})
                except Exception:
                    log.exception("periodic job %s failed at %s", periodic.name, utcnow())
        stop.wait(1)
