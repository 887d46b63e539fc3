"""The queue wakes; rows are the truth.

A job is a name and small JSON arguments. It is enqueued after the commit of the
transaction that made its row; a periodic sweep finds what a crash between the two lost.
Huey (https://huey.readthedocs.io) carries it: SQLite by default, Redis or PostgreSQL at
scale.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from huey import Huey, MemoryHuey, SqliteHuey

from app.core.transaction import after_commit

log = logging.getLogger(__name__)
Job = Callable[..., None]


@dataclass(frozen=True)
class Periodic:
    """A job the worker runs by itself every ``minutes``."""

    name: str
    minutes: int


JOBS: dict[str, Job] = {}
PERIODIC: list[Periodic] = []
_connected: list[tuple[Huey, Any]] = []


def job(name: str) -> Callable[[Job], Job]:
    """Register a function as a job; rooms do this in ``tasks.py``."""

    def register(function: Job) -> Job:
        JOBS[name] = function
        return function

    return register


def every(minutes: int, name: str) -> Callable[[Job], Job]:
    """Register a job that the worker also runs every ``minutes``."""

    def register(function: Job) -> Job:
        PERIODIC.append(Periodic(name, minutes))
        return job(name)(function)

    return register


URGENT = 10


def enqueue(name: str, *, priority: int = 0, **arguments: Any) -> None:
    """Wake the worker for a job once the present transaction is durable.

    Somebody stands and waits for an ``URGENT`` one: it overtakes what came before.
    """
    after_commit(lambda: enqueue_now(name, priority=priority, **arguments))


def enqueue_now(name: str, *, priority: int = 0, **arguments: Any) -> None:
    """Wake the worker at once; a queue that is down is logged, the sweep will catch up."""
    try:
        queue, task = _connected[0]
        queue.enqueue(task.s(name, arguments, priority=priority))
    except Exception:
        log.exception("could not enqueue %s; the sweep will find its row", name)


def run(app: Flask, name: str, arguments: dict[str, Any]) -> None:
    """Run one job inside the application's context."""
    with app.app_context():
        JOBS[name](**arguments)


def connect(url: str, folder: Path) -> Huey:
    """The queue behind a URL: ``sqlite`` (a file in ``folder``), ``memory``, ``redis://…``."""
    if url == "memory":
        return MemoryHuey("xunpin", immediate=False)
    if url.startswith("redis"):
        from huey import PriorityRedisHuey

        return PriorityRedisHuey("xunpin", url=url)
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("xunpin", filename=str(folder / "queue.sqlite3"), fsync=True)


def init_app(app: Flask, *, url: str, folder: Path) -> None:
    """Connect the queue and give it the one task it knows: run a job by name."""
    queue = connect(url, folder)

    def run_job(name: str, arguments: dict[str, Any]) -> None:
        run(app, name, arguments)

    _connected[:] = [(queue, queue.task(name="run_job")(run_job))]
    app.extensions["huey"] = queue
