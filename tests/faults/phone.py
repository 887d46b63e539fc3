"""A gate phone that keeps the protocol (docs/protocol.md), without a screen.

It mints the id, writes it down, sends, and shows a light only for an answer that carries its own
id; what was not answered stays in its queue. It keeps every scan of the fair, so that it can
send them again when a server says that it has gone back in time.

With ``decides_alone`` it shows a light of its own when no answer comes in time, as a gate without
a network must, and tells the server later what it showed.

The broken variants are the teeth: ``trusts_status`` believes any 200, ``purges`` forgets what
was acknowledged.
"""

import json
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from threading import Event

from app.core.clock import utcnow
from app.core.codes import uuid7

DEADLINE = 1.2
LIMIT = 100
REFUSED_BATCH = {400, 413, 422}
pause = Event().wait


class NoAnswer(Exception):
    """No connection, or an answer that is none: nothing is known about what was sent."""


class Refused(Exception):
    """The server says no by a status and a JSON body."""

    def __init__(self, status, code, retry_after):
        super().__init__(f"{status} {code}")
        self.status, self.code, self.retry_after = status, code, retry_after


@dataclass
class Phone:
    """``port`` may be changed at any time: the network it is in."""

    port: int
    token: str
    gate: int
    ledger: object
    deadline: float = DEADLINE
    decides_alone: bool = False
    trusts_status: bool = False
    purges: bool = False
    clock: object = utcnow
    epoch: str | None = None
    acknowledged: int = 0
    cursor: int | None = 0
    missing: list = field(default_factory=list)
    seq: int = 0
    offset_ms: int | None = None
    requests: int = 0
    scans: dict = field(default_factory=dict)
    queue: dict = field(default_factory=dict)
    lights: dict = field(default_factory=dict)
    own_greens: set = field(default_factory=set)
    flagged: set = field(default_factory=set)
    refusals: list = field(default_factory=list)
    waits: list = field(default_factory=list)
    _connection: object = None

    # -- what staff do ----------------------------------------------------------------

    def scan(self, ticket, direction="in"):
        """Scan a ticket; return the light, or None where no answer came in time."""
        id_ = self.write_down(ticket, direction)
        try:
            self.send([id_])
        except (NoAnswer, Refused) as problem:
            self.note(problem)
            if self.decides_alone:
                self._decide(id_, ticket)
        return self.lights.get(id_)

    def _decide(self, id_, ticket):
        code = "already_admitted" if ticket in self.own_greens else "admitted"
        self.ledger.decided(id_, code)
        self._show(id_, code)

    def _show(self, id_, code):
        self.lights[id_] = code
        if code == "admitted":
            self.own_greens.add(self.scans[id_]["ticket"])

    def write_down(self, ticket, direction="in"):
        """Put a scan into the queue without sending it: log before light."""
        self.seq += 1
        now = self.clock()
        offset = self.offset_ms or 0
        scan = {
            "id": str(uuid7()),
            "seq": self.seq,
            "gate": self.gate,
            "ticket": ticket,
            "direction": direction,
            "scanned_at": (now + timedelta(milliseconds=offset)).isoformat(),
            "device_time": now.isoformat(),
            "offset_ms": self.offset_ms,
            "evidence": "staff_scan",
            "roster_version": None,
            "shown": None,
            "decision": None,
        }
        self.ledger.sent(scan["id"], ticket)
        self.scans[scan["id"]] = self.queue[scan["id"]] = scan
        return scan["id"]

    def sync(self):
        """Send what waits, a batch at a time, until nothing waits. Raises what stopped it."""
        self._send_in_parts(self._ready())
        while ready := self._ready():
            self._send_in_parts(ready)

    def _ready(self):
        return [id_ for id_ in self.queue if id_ not in self.flagged][:LIMIT]

    def sync_until_empty(self, seconds=60):
        """Sync again and again, as the loop of a phone does; return the seconds it took.

        It gives up after so many ``seconds`` in which nothing at all left the queue: a full queue
        on a machine with much to do takes its time and is no fault.
        """
        started = moved = time.monotonic()
        waiting = len(self.queue)
        while True:
            try:
                self.sync()
                return time.monotonic() - started
            except (NoAnswer, Refused) as problem:
                self.note(problem)
                if len(self.queue) < waiting:
                    waiting, moved = len(self.queue), time.monotonic()
                if time.monotonic() - moved > seconds:
                    raise
                wait = problem.retry_after if isinstance(problem, Refused) else 0
                pause(min(wait or 0.1, 1) * (1 + random.random() * 0.2))

    def send_again(self):
        """Put everything of this fair back into the queue."""
        self.queue = dict(self.scans)
        self.acknowledged = 0

    # -- the protocol -----------------------------------------------------------------

    def _send_in_parts(self, ids):
        """Send a batch; where the server cannot read it, halve until the bad one stands alone."""
        try:
            self.send(ids, is_sync=True)
        except Refused as problem:
            if problem.status not in REFUSED_BATCH or not ids:
                raise
            if len(ids) == 1:
                self.flagged.add(ids[0])
                return
            middle = len(ids) // 2
            self._send_in_parts(ids[:middle])
            self._send_in_parts(ids[middle:])

    def send(self, ids, *, is_sync=False):
        body = {
            "epoch": self.epoch,
            "queued": len(self.queue),
            "acknowledged": self.acknowledged,
            "scans": [self._as_sent(self.scans[id_]) for id_ in ids],
        }
        if is_sync:
            body["since"] = self.cursor
        asked = time.monotonic()
        answer = self.ask("POST", "/api/v1/scans", body)
        if answer is None:  # the tooth: a 200 is a 200
            for id_ in ids:
                self.queue.pop(id_, None)
            return
        self._accept(ids, answer, time.monotonic() - asked)

    def _as_sent(self, scan):
        # What was shown is said whenever a scan is sent after its light: another life of the
        # database, or another server, may answer otherwise than what people saw.
        return {**scan, "shown": self.lights.get(scan["id"])}

    def _learn_clock(self, server_time, took):
        there = datetime.fromisoformat(server_time) + timedelta(seconds=took / 2)
        self.offset_ms = round((there - self.clock()).total_seconds() * 1000)

    def _accept(self, ids, answer, took):
        results = {result["id"]: result for result in answer["results"]}
        for id_ in ids:
            if (result := results.get(id_)) is None:
                continue
            if result["stored"] == "quarantined":
                self.ledger.set_aside(id_, "quarantined")
                self.flagged.add(id_)
            else:
                self._light(id_, result["answer"]["code"])
            self.acknowledged = max(self.acknowledged, self.scans[id_]["seq"])
            self.queue.pop(id_, None)
            if self.purges:
                del self.scans[id_]
        self._learn_clock(answer["server_time"], took)
        gone_back = self.epoch is not None and answer["epoch"] != self.epoch
        self.epoch = answer["epoch"]
        if seq := answer.get("seq"):
            self.missing = seq["missing"]
            gone_back |= seq["highest"] < self.acknowledged
        if roster := answer.get("roster"):
            self.cursor = roster["cursor"]
        if gone_back:
            self.send_again()
            self.cursor = 0

    def _light(self, id_, code):
        if id_ in self.lights:
            self.ledger.repeated(id_, code)
        else:
            self.ledger.lit(id_, code)
            self._show(id_, code)

    def ask(self, method, path, body=None):
        """One request. Raises :class:`NoAnswer` or :class:`Refused`; returns the JSON."""
        self.requests += 1
        try:
            if self._connection is None or self._connection.port != self.port:
                self.hang_up()
                self._connection = HTTPConnection("127.0.0.1", self.port, timeout=self.deadline)
            headers = {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            }
            text = None if body is None else json.dumps(body)
            started = time.monotonic()
            self._connection.request(method, path, text, headers)
            response = self._connection.getresponse()
            read = self._read(response, started)
        except (OSError, HTTPException) as problem:
            self.hang_up()
            raise NoAnswer(str(problem)) from problem
        answer = self._parse(read)
        if self.trusts_status and response.status == 200:
            return answer
        if response.status >= 400 and isinstance((answer or {}).get("error"), dict):
            retry_after = float(response.headers.get("Retry-After", 0))
            raise Refused(response.status, answer["error"]["code"], retry_after)
        scans = path.startswith("/api/v1/scans")
        marked = response.headers.get("X-Xunpin-Scan") == "1" or not scans
        if response.status != 200 or answer is None or not marked:
            raise NoAnswer(f"{response.status} is no answer of ours")
        return answer

    def hang_up(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, response, started):
        """The body, within the deadline as a whole: a drop now and then does not prolong it."""
        parts = []
        while part := response.read1(65536):
            parts.append(part)
            if time.monotonic() - started > self.deadline:
                raise TimeoutError("too slow")
        if response.length:
            raise ConnectionError("the answer ends in the middle")
        response.read()  # read to its end: only then may the connection be used again
        return b"".join(parts)

    def _parse(self, text):
        try:
            answer = json.loads(text)
        except ValueError:
            return None
        if not isinstance(answer, dict) or (self.trusts_status and "server_time" not in answer):
            return None
        return answer

    def note(self, problem):
        (self.refusals if isinstance(problem, Refused) else self.waits).append(str(problem))
