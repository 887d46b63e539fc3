"""Makers of devices and of what they send."""

from app.checkins import services
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from tests.factories import make_fair, make_gate


class Phone:
    """A gate phone as the protocol sees it: a token, a count of its scans, a client."""

    def __init__(self, client, fair=None, gate=None, *, user=None, token=None):
        self.client = client
        self.fair = fair or (gate.fair if gate else make_fair())
        self.gate = gate or make_gate(fair=self.fair)
        self.seq = 0
        enrolled = services.add_device(
            self.fair, gate=self.gate, name="Redmi 9", by=user, user=user
        )
        db.session.commit()
        self.device, self.token = enrolled.device, token or enrolled.token

    def scan(self, registration=None, **given):
        """A scan of a ticket, as the phone would send it."""
        self.seq += 1
        now = utcnow()
        told = {
            "id": str(uuid7()),
            "seq": self.seq,
            "gate": self.gate.id,
            "direction": "in",
            "scanned_at": now.isoformat(),
            "device_time": now.isoformat(),
            "offset_ms": 0,
        }
        if "short_code" not in given:
            told["ticket"] = registration.tickets[-1].hash.hex() if registration else "0" * 32
        return told | given

    def post(self, body, **given):
        """Send a body to the door for scans."""
        given.setdefault("headers", {"Authorization": f"Bearer {self.token}"})
        kind = "data" if isinstance(body, bytes) else "json"
        return self.client.post("/api/v1/scans", **{kind: body}, **given)

    def send(self, *scans, records=(), **given):
        """Send scans and records; return the answer as JSON."""
        answer = self.post({"scans": list(scans), "records": list(records)} | given)
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Xunpin-Scan"] == "1"
        return answer.json

    def sync(self, *scans, since=None, **given):
        """The same as a sync call."""
        return self.send(*scans, since=since, **given)

    def roster(self, query=""):
        """One page of the roster."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.get(f"/api/v1/fairs/{self.fair.slug}/roster{query}", headers=headers)

    def record(self, scan, kind, value=None, **given):
        """Something said about a scan afterwards."""
        told = {"id": str(uuid7()), "scan": scan["id"], "kind": kind, "value": value}
        return told | {"at": utcnow().isoformat()} | given


def codes(answer):
    return [result["answer"]["code"] for result in answer["results"]]


def stored(answer):
    return [result["stored"] for result in answer["results"]]
