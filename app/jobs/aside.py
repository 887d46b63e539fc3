"""Files that take long to write are written by a child, so that nobody at a gate waits for them.

A table of 100,000 people is some fifteen seconds of Python. In a thread of the server every scan
that meets it waits for the interpreter again and again; a process of its own, and a polite one,
costs them next to nothing. The child is ``flask jobs make``, with the server's own settings.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from flask import current_app

from app.core.errors import Unavailable
from app.core.text import N_

# A file is written by a function that is given its path and small JSON arguments.
Maker = Callable[..., None]
MAKERS: dict[str, Maker] = {}
SECONDS = 300
# How much of the processor the child leaves to whoever wants it (nice).
POLITE = 10
ROOT = Path(__file__).parents[2]
# One child for each process of the server: the machine has gates to answer.
_at_work = Lock()


def maker(name: str) -> Callable[[Maker], Maker]:
    """Register a function that writes a file; rooms do this beside what it writes."""

    def register(function: Maker) -> Maker:
        MAKERS[name] = function
        return function

    return register


def make_file(name: str, **arguments: Any) -> bytes:
    """Have a child write a file; its bytes.

    The child reads the database for itself, so what it shall see must be committed. Raises
    :class:`Unavailable` while another one is being written, and when it takes longer than
    ``SECONDS``; whatever else goes wrong there is an error of ours.
    """
    if not _at_work.acquire(blocking=False):
        raise Unavailable(
            N_("Another table is being written. Try again in a moment."), retry_after=10
        )
    try:
        with tempfile.TemporaryDirectory(prefix="xunpin-aside-") as folder:
            target = Path(folder, "file")
            _run(name, arguments, target)
            return target.read_bytes()
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            N_("This table takes too long to write. Try again later."), retry_after=60
        ) from error
    finally:
        _at_work.release()


def _run(name: str, arguments: dict[str, Any], target: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "make", name, str(target)]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XUNPIN_")}
    subprocess.run(
        command,
        cwd=ROOT,
        env=kept | current_app.config["SETTINGS"].to_env(),
        input=orjson.dumps(arguments),
        stdout=subprocess.DEVNULL,
        timeout=SECONDS,
        check=True,
    )
