"""How fast a gate is answered, against what the machine could do at best.

    python benchmarks/checkin.py [--batches] [--scale] [--beside [check|apply]] [--json]

Prepares 20,000 tickets and a phone on SQLite and, where 127.0.0.1 answers, on PostgreSQL in
databases of its own; starts the server as the Procfile does; and sends distinct single scans
on 8 and on 32 kept connections from a process of its own. In the same rounds, by turns, the
same requests go to the ceilings (benchmarks/gate/ceiling.py): a bare Flask app under the same
server with the same processes and threads. After each turn the rows stored are held against
the answers. Everything is removed at the end. ``--scale`` asks something else: what one scan
costs in a fair of 1,000,000 registrations, by turns with a fair of 1,000. ``--beside`` has people
come at an even pace, by turns alone and while an organiser takes a table of 100,000, or with
``--beside check`` and ``--beside apply`` while a list of 100,000 positions is worked on.

Exit code 1 if a row or an answer is missing; targets that are missed are marked, not fatal.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from gate import report, world  # noqa: E402
from gate.rounds import Contestant, Plan, importer, organiser, run_beside, run_rounds  # noqa: E402
from gate.servers import Setting, environment, start  # noqa: E402

DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432"
FEW = 1_000
# With --beside: how many people the table has, how long a turn is in seconds.
EXPORTED = 100_000
TURN = 20


def main() -> int:
    options = read_options()
    # Ended from outside, no server and no database may be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    setting = Setting.of_procfile()
    if options.workers or options.threads:
        setting = Setting(options.workers or setting.workers, options.threads or setting.threads)
    document = {
        "machine": report.describe_machine(),
        "setting": vars(setting),
        "engines": {},
    }
    if not options.json:
        print(report.heading(document), flush=True)
    with tempfile.TemporaryDirectory(prefix="xunpin-bench-") as folder:
        for engine in choose_engines(options):
            ask = measure_beside if options.beside else measure
            ask = measure_scale if options.scale else ask
            found = ask(engine, Path(folder) / engine, setting, options)
            document["engines"][engine] = found
            if not options.json:
                print(report.tables(engine, found), flush=True)
    document["machine"] |= {"load_at_end": round(os.getloadavg()[0], 2)}
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        print(f"load average at the end: {os.getloadavg()[0]:.2f}")
    return int(report.is_broken(document))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tickets", type=int, default=20_000, help="people with a ticket")
    parser.add_argument("--scans", type=int, default=5_000, help="scans a turn, each of another")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each, by turns")
    parser.add_argument("--connections", type=int, nargs="+", default=[8, 32])
    parser.add_argument("--workers", type=int, default=0, help="processes (as in the Procfile)")
    parser.add_argument("--threads", type=int, default=0, help="threads in each (likewise)")
    parser.add_argument("--batches", action="store_true", help="batches of 200, as after an outage")
    parser.add_argument("--scale", action="store_true", help="1,000 against 1,000,000 people")
    parser.add_argument("--people", type=int, default=1_000_000, help="with --scale: how many")
    parser.add_argument(
        "--beside",
        nargs="?",
        const="export",
        choices=("export", "check", "apply"),
        help="beside an export and the board, or a list of positions checked or applied",
    )
    parser.add_argument("--rate", type=float, default=100, help="with --beside: scans a second")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one engine")
    parser.add_argument("--no-ceilings", action="store_true", help="only the application")
    parser.add_argument("--database-url", default="", help="a PostgreSQL server to make databases")
    parser.add_argument("--json", action="store_true", help="one JSON document, no tables")
    return parser.parse_args()


def choose_engines(options: argparse.Namespace) -> list[str]:
    engines = [options.only] if options.only else ["sqlite", "postgresql"]
    server = world.server_of(options.database_url) if options.database_url else DEFAULT_SERVER
    if "postgresql" in engines and not world.is_reachable(server):
        print(f"PostgreSQL does not answer at {server}: left out", file=sys.stderr)
        engines.remove("postgresql")
    return engines


def measure(engine: str, folder: Path, setting: Setting, options: argparse.Namespace) -> dict:
    """Everything about one engine."""
    folder.mkdir()
    kinds = {"sqlite": ("plain", "group"), "postgresql": ("plain", "one")}[engine]
    found: dict = {}
    with contextlib.ExitStack() as stack:
        urls = stack.enter_context(databases(engine, folder, ("xunpin", *kinds), options))
        place = world.make_world(folder / "installation", psycopg_url(urls.get("xunpin", "")))
        hashes = world.fill(place, options.tickets)
        [phone] = world.enrol(place, 1)
        contestants = [
            stack.enter_context(real(place, phone, setting, folder)),
            *(
                stack.enter_context(bare(engine, kind, urls[kind], hashes, setting, folder))
                for kind in kinds
                if not options.no_ceilings
            ),
        ]
        plan = Plan(hashes, options.scans, options.rounds, tuple(options.connections))
        found["single"] = run_rounds(contestants, plan)
        if options.batches:
            found["batches"] = run_rounds(contestants[:1], plan.in_batches(200, (4,)))
    return found


def measure_scale(engine: str, folder: Path, setting: Setting, options: argparse.Namespace) -> dict:
    """What a scan costs among few people and among many, by turns."""
    folder.mkdir()
    sizes = {"few": FEW, "many": options.people}
    with contextlib.ExitStack() as stack:
        urls = stack.enter_context(databases(engine, folder, (*sizes,), options))
        contestants = []
        for name, people in sizes.items():
            place = world.make_world(folder / name, psycopg_url(urls.get(name, "")))
            hashes = world.fill(place, people)
            [phone] = world.enrol(place, 1)
            own = hashes[:: people // FEW][:FEW]
            one = stack.enter_context(real(place, phone, setting, folder, name))
            contestants.append(replace(one, tickets=own))
        plan = Plan([], FEW, options.rounds, tuple(options.connections))
        return {"scale": run_rounds(contestants, plan), "people": sizes}


def measure_beside(
    engine: str, folder: Path, setting: Setting, options: argparse.Namespace
) -> dict:
    """A gate at an even pace, by turns alone and beside an export of everybody."""
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        urls = stack.enter_context(databases(engine, folder, ("xunpin",), options))
        place = world.make_world(folder / "installation", psycopg_url(urls.get("xunpin", "")))
        hashes = world.fill(place, EXPORTED)
        [phone] = world.enrol(place, 1)
        one = stack.enter_context(real(place, phone, setting, folder))
        plan = Plan(hashes, round(options.rate * TURN), options.rounds, (8,), rate=options.rate)
        if options.beside == "export":
            busy = organiser(one.server, world.sign_in_planner(place))
        else:
            busy = importer(options.beside, EXPORTED, environment(place.given))
        found = run_beside(one, plan, busy)
        return {"beside": found, "rate": options.rate, "people": EXPORTED}


@contextlib.contextmanager
def databases(
    engine: str, folder: Path, names: tuple[str, ...], options: argparse.Namespace
) -> Iterator[dict[str, str]]:
    """Addresses for the ceilings and, on PostgreSQL, for the application."""
    if engine == "sqlite":
        kinds = set(names) & {"plain", "group"}
        yield {name: str(folder / f"{name}.sqlite3") for name in kinds}
        return
    server = world.server_of(options.database_url) if options.database_url else DEFAULT_SERVER
    with world.scratch_databases(server, *names) as urls:
        yield dict(zip(names, urls, strict=True))


def psycopg_url(url: str) -> str:
    """The application's name for a database that the driver calls ``url``."""
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextlib.contextmanager
def real(
    place: world.World, phone: dict, setting: Setting, folder: Path, name: str = "xunpin"
) -> Iterator[Contestant]:
    """The application, as production runs it."""
    server = start(name, "wsgi:app", place.given, setting, folder / f"{name}.log")
    try:
        yield Contestant(name, server, phone, lambda: world.take_stored(place))
    finally:
        server.end()


@contextlib.contextmanager
def bare(
    engine: str, kind: str, url: str, hashes: list[str], setting: Setting, folder: Path
) -> Iterator[Contestant]:
    """A ceiling."""
    world.make_bare(url, hashes)
    given = {"CEILING": kind, "CEILING_URL": url}
    server = start(kind, "gate.ceiling:app", given, setting, folder / f"{kind}.log")
    try:
        yield Contestant(kind, server, None, lambda: world.take_stored_bare(url))
    finally:
        server.end()


if __name__ == "__main__":
    sys.exit(main())
