"""Rounds: each contestant in its turn, the same number of scans, the same tickets."""

import contextlib
import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from gate.servers import Server

CLIENT = Path(__file__).with_name("client.py")
BESIDE = Path(__file__).with_name("beside.py")
IMPORTER = Path(__file__).with_name("importer.py")
WARM_UP = 400
NOBODY = {"token": "x" * 120, "gate": 1}
# Numbers of scans go on through a whole run, as a phone's do.
_numbers = count(1, 1_000_000)


@dataclass(frozen=True)
class Contestant:
    """What is asked: a server, the phone that asks, and what was stored since the last time.

    ``take_stored`` returns the ids of the stored scans and forgets them, so that the same
    tickets are new again. ``tickets`` are its own, where they are not the plan's.
    """

    name: str
    server: Server
    phone: dict[str, Any] | None
    take_stored: Callable[[], set[str]]
    tickets: list[str] | None = None


@dataclass(frozen=True)
class Plan:
    """What is sent in one turn."""

    tickets: list[str]
    scans: int
    rounds: int
    connections: tuple[int, ...]
    size: int = 1
    rate: float = 0.0

    def in_batches(self, size: int, connections: tuple[int, ...]) -> "Plan":
        """The same people in calls of so many scans."""
        return replace(self, size=size, connections=connections, scans=len(self.tickets))


@dataclass
class Turns:
    """What the turns of one contestant at one number of connections came to."""

    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    p95s: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    client_cpu: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    phantom: int = 0

    def sums(self) -> dict[str, Any]:
        """Figures of a row of the table; times in milliseconds, CPU in microseconds a scan."""
        cuts = statistics.quantiles(self.times, n=100)
        return {
            "rate": round(statistics.median(self.rates), 1),
            "rates": [round(rate, 1) for rate in self.rates],
            "p50_ms": round(cuts[49], 2),
            "p95_ms": round(cuts[94], 2),
            "p99_ms": round(cuts[98], 2),
            "p95_ms_by_round": [round(p95, 2) for p95 in self.p95s],
            "p99_ms_by_round": [round(tail, 2) for tail in self.tails],
            "server_cpu_us": round(statistics.median(self.cpu)),
            "client_cpu_share": round(statistics.median(self.client_cpu), 3),
            "codes": dict(self.codes),
            "faults": dict(self.faults),
            "errors": sum(self.faults.values()),
            "lost": self.lost,
            "phantom": self.phantom,
        }


def run_rounds(contestants: list[Contestant], plan: Plan) -> dict[str, Any]:
    """Let everybody take part in every round; who begins changes from round to round."""
    turns = {(one.name, number): Turns() for number in plan.connections for one in contestants}
    for one in contestants:
        known = one.tickets or plan.tickets
        ask(one, known[: WARM_UP * plan.size], max(plan.connections), plan.size)
        one.take_stored()
    for round_ in range(plan.rounds):
        for number in plan.connections:
            shift = round_ % len(contestants)
            for one in contestants[shift:] + contestants[:shift]:
                take_turn(one, plan, number, round_, turns[one.name, number])
    found: dict[str, Any] = {}
    for (name, number), done in turns.items():
        row = done.sums()
        if name != contestants[0].name:
            ours = turns[contestants[0].name, number].rates
            ratios = [a / b for a, b in zip(ours, done.rates, strict=True)]
            row["ratio"] = round(statistics.median(ratios), 3)
            row["ratio_spread"] = [round(min(ratios), 3), round(max(ratios), 3)]
            costs = turns[contestants[0].name, number].cpu
            row["cost_ratio"] = round(
                statistics.median(b / a for a, b in zip(costs, done.cpu, strict=True) if a), 3
            )
        found.setdefault(str(number), {})[name] = row
    return found


def take_turn(one: Contestant, plan: Plan, number: int, round_: int, into: Turns) -> None:
    """One turn: send, time, and hold the stored rows against the answers."""
    known = one.tickets or plan.tickets
    begin = round_ * plan.scans % max(1, len(known) - plan.scans + 1)
    tickets = known[begin : begin + plan.scans]
    before = one.server.cpu_seconds()
    said = ask(one, tickets, number, plan.size, plan.rate)
    used = one.server.cpu_seconds() - before
    answered, stored = set(said["acknowledged"]), one.take_stored()
    into.rates.append(len(answered) / said["seconds"])
    into.times += said["ms"]
    cuts = statistics.quantiles(said["ms"], n=100)
    into.p95s.append(cuts[94])
    into.tails.append(cuts[98])
    into.cpu.append(used / max(1, len(answered)) * 1e6)
    into.client_cpu.append(said["cpu_seconds"] / said["seconds"])
    into.faults.update(said["faults"])
    into.codes.update(said["codes"])
    into.lost += len(answered - stored)
    into.phantom += len(stored - answered)


def ask(
    one: Contestant, tickets: list[str], connections: int, size: int, rate: float = 0.0
) -> dict[str, Any]:
    """Have the client send these tickets, ``rate`` calls a second; returns its document."""
    phone = one.phone or NOBODY
    job = {
        "port": one.server.port,
        "connections": connections,
        "token": phone["token"],
        "gate": phone["gate"],
        "seq": next(_numbers),
        "size": size,
        "rate": rate,
        "tickets": tickets,
    }
    done = subprocess.run(
        [sys.executable, str(CLIENT)], input=json.dumps(job), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{one.name}: {done.stderr}")
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Busy:
    """Who is busy beside the gate: a program of ours, what it is told, and where it works."""

    program: Path
    job: dict[str, Any]
    environment: dict[str, str] | None = None


def organiser(server: Server, cookie: str) -> Busy:
    """Somebody takes the table of everybody again and again; five screens show the board."""
    job = {"port": server.port, "cookie": cookie, "slug": "benchmark", "screens": 5, "every": 5}
    return Busy(BESIDE, job)


def importer(act: str, rows: int, environment: dict[str, str]) -> Busy:
    """The worker checks or applies a list of positions again and again."""
    return Busy(IMPORTER, {"act": act, "rows": rows}, environment)


@contextlib.contextmanager
def at_work(busy: Busy, into: list[dict]) -> Iterator[None]:
    """Have it done meanwhile; what it says at the end is added."""
    with subprocess.Popen(
        [sys.executable, str(busy.program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=busy.environment,
    ) as child:
        child.stdin.write(json.dumps(busy.job) + "\n")
        child.stdin.flush()
        if child.stdout.readline().strip() != "ready":
            raise SystemExit("what is done beside did not begin")
        yield
        child.stdin.write("enough\n")
        child.stdin.close()
        into.append(json.loads(child.stdout.readline()))


def run_beside(one: Contestant, plan: Plan, busy: Busy) -> dict[str, Any]:
    """The same people at the same pace, by turns alone and beside somebody busy."""
    alone, beside, seen = Turns(), Turns(), []
    [number] = plan.connections
    ask(one, plan.tickets[:WARM_UP], number, 1)
    one.take_stored()
    for round_ in range(plan.rounds):
        acts = [
            (alone, contextlib.nullcontext()),
            (beside, at_work(busy, seen)),
        ]
        for turns, meanwhile in acts[:: -1 if round_ % 2 else 1]:
            with meanwhile:
                take_turn(one, plan, number, round_, turns)
    rows = {"alone": alone.sums(), "beside": beside.sums()}
    tails = zip(alone.p95s, beside.p95s, strict=True)
    rows["beside"]["p95_ratio"] = round(statistics.median(b / a for a, b in tails), 3)
    rows["beside"]["organiser"] = seen
    return {str(number): rows}
