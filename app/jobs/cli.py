"""``flask jobs``."""

import logging
import os
import sys
from pathlib import Path

import click
import orjson
from flask import Blueprint, current_app

from app.jobs.aside import MAKERS, POLITE
from app.jobs.worker import work

bp = Blueprint("jobs", __name__, cli_group="jobs")


@bp.cli.command("work")
@click.option("--threads", default=2, show_default=True, help="Jobs run side by side.")
def work_command(threads: int) -> None:
    """Send notices and run the periodic jobs, until ended."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Every job says for itself what it did; the queue's own lines would drown that.
    logging.getLogger("huey").setLevel(logging.WARNING)
    work(current_app._get_current_object(), threads=threads)  # type: ignore[attr-defined]


@bp.cli.command("make", hidden=True)
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
def make_command(name: str, target: Path) -> None:
    """Write a file for the server; its arguments come as JSON on the standard input."""
    os.nice(POLITE)
    MAKERS[name](target, **orjson.loads(sys.stdin.buffer.read()))
