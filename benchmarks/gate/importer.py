"""What an organiser has the worker do meanwhile: check a large list of positions, or apply it.

A process of its own, as the worker is, in the installation its environment names. Reads one job
as JSON from standard input, says ``ready`` when the first round begins, goes on until a line
comes, and writes one JSON document. A list is applied again and again, each time taken back at
the end, so that there is always one under way:

    job     {"act": "check" or "apply", "rows"}
    answer  {"act", "rounds" that were finished, "seconds": [time of each]}
"""

import contextlib
import json
import sys
import time
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread

sys.path[:0] = [str(Path(__file__).parents[2])]

from app.core.transaction import end_reading, in_steps, transaction  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.imports import services  # noqa: E402
from app.imports.models import ImportBatch  # noqa: E402
from app.imports.states import ImportKind  # noqa: E402
from benchmarks.imports import workbook  # noqa: E402


class TakenBack(Exception):
    """The list was applied whole, and all of it is undone."""


def main() -> None:
    job = json.loads(sys.stdin.readline())
    data, over = workbook(job["rows"]), Event()
    Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
    with create_app().app_context():
        batch = receive(data)
        act = check if job["act"] == "check" else apply
        if act is apply:
            check(batch, Event())
        seconds = []
        print("ready", flush=True)
        while not over.is_set():
            at = time.perf_counter()
            act(batch, over)
            if not over.is_set():
                seconds.append(round(time.perf_counter() - at, 2))
            if act is check and not over.is_set():
                batch = receive(data)
        print(json.dumps({"act": job["act"], "rounds": len(seconds), "seconds": seconds}))


def receive(data: bytes) -> ImportBatch:
    with transaction():
        key = services.seal_file(data)
        return services.receive(ImportKind.POSITIONS, key=key, data=data, name="a.xlsx", by=None)


def check(batch: ImportBatch, over: Event) -> None:
    """In the worker's small steps."""
    end_reading()
    steps = takewhile(lambda _: not over.is_set(), services.check_steps(batch))
    in_steps(steps, rest=services.rest_between_steps())


def apply(batch: ImportBatch, _over: Event) -> None:
    with contextlib.suppress(TakenBack), transaction():
        services.apply_batch(batch, {}, by=None)
        raise TakenBack


if __name__ == "__main__":
    main()
