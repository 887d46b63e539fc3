"""A gate phone with its log, as the scanner keeps it: for tests that lose things on the way."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from app.checkins.states import GREEN, Verdict
from app.core.clock import utcnow
from app.core.codes import uuid7

GREENS = {verdict.value for verdict in GREEN}


@dataclass
class Kept:
    """A scan in the phone's log: what was read, what was shown, whether the server has it."""

    scan: dict
    person: object
    light: str | None = None
    is_acknowledged: bool = False


@dataclass
class Network:
    """What happens to the next calls: ``ok``, ``lost`` on the way, ``cut`` on the way back."""

    mode: str = "ok"
    calls: int = 0
    faults: int = 0


@dataclass
class PocketPhone:
    """Logs before it lights, marks by echo only, and sends everything again after a restore.

    ``purges`` is the broken phone: it throws away what was acknowledged.
    """

    api: object
    network: Network
    skew: timedelta = timedelta(0)
    purges: bool = False
    log: list = field(default_factory=list)
    seq: int = 0
    epoch: str | None = None
    acknowledged: int = 0
    offset: timedelta | None = None
    flips: list = field(default_factory=list)
    answers: dict = field(default_factory=dict)
    batch: int = 100

    def scan(self, person, **given):
        """Read a ticket and show a light: the server's if it answers, else one's own."""
        self.seq += 1
        device_time = utcnow() + self.skew
        told = self.api.scan(
            person,
            id=str(uuid7()),
            seq=self.seq,
            device_time=device_time.isoformat(),
            scanned_at=(device_time + (self.offset or timedelta(0))).isoformat(),
            offset_ms=None
            if self.offset is None
            else round(self.offset / timedelta(seconds=0.001)),
        )
        kept = Kept(told | given, person)
        self.log.append(kept)
        answer = self._post([kept])
        if answer is not None:
            kept.light = answer["results"][0]["answer"]["code"]
        else:
            seen = any(one.light in GREENS and one.person is person for one in self.log)
            kept.light = Verdict.ALREADY_ADMITTED.value if seen else Verdict.ADMITTED.value
            kept.scan["shown"] = kept.light
        if self.purges:
            self.log = [one for one in self.log if not one.is_acknowledged]
        return kept

    def sync(self):
        """Send what is not acknowledged, in batches, oldest first; True when all is."""
        waiting = [kept for kept in self.log if not kept.is_acknowledged]
        for start in range(0, max(len(waiting), 1), self.batch):
            if self._post(waiting[start : start + self.batch], since=None) is None:
                return False
        return all(kept.is_acknowledged for kept in self.log)

    def _post(self, kept, **given):
        self.network.calls += 1
        mode = self.network.mode
        if mode == "lost":
            self.network.faults += 1
            return None
        body = {"scans": [one.scan for one in kept], "epoch": self.epoch}
        body |= {"acknowledged": self.acknowledged, **given}
        answer = self.api.post(json.dumps(body).encode())
        if mode == "cut":
            self.network.faults += 1
            return None
        assert answer.status_code == 200, answer.text
        self._read(answer.json, kept)
        return answer.json

    def _read(self, told, kept):
        restored = self.epoch not in (None, told["epoch"])
        restored |= "seq" in told and told["seq"]["highest"] < self.acknowledged
        if restored:
            for one in self.log:
                one.is_acknowledged = False
                one.scan["shown"] = one.light
            self.answers.clear()
        self.epoch = told["epoch"]
        self.offset = -self.skew
        by_id = {one.scan["id"]: one for one in kept}
        for result in told["results"]:
            one = by_id[result["id"]]
            one.is_acknowledged = True
            self.acknowledged = max(self.acknowledged, one.scan["seq"])
            code = result["answer"]["code"]
            if self.answers.setdefault(result["id"], code) != code:
                self.flips.append((result["id"], code))
        if self.purges:
            self.log = [one for one in self.log if not one.is_acknowledged]
