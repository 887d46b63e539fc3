"""Phones of stands and what they send."""

from app.checkins import services as checkins
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from tests.intents.scene import Scene


class StandPhone:
    """A phone of a stand as the protocol sees it: a token, a count of its scans, a client."""

    def __init__(self, client, scene: Scene, *, user=None):
        self.client, self.scene = client, scene
        self.seq = 0
        enrolled = checkins.enrol_booth(
            scene.participation, name="Redmi 9", by=user or scene.recruiter
        )
        db.session.commit()
        self.device, self.token = enrolled.device, enrolled.token

    def contact(self, registration=None, **given):
        """A scan of a ticket with a step, as the phone would send it."""
        self.seq += 1
        now = utcnow()
        told = {
            "id": str(uuid7()),
            "seq": self.seq,
            "step": "resume_received",
            "scanned_at": now.isoformat(),
            "device_time": now.isoformat(),
            "offset_ms": 0,
        }
        if "short_code" not in given:
            registration = registration or self.scene.registration
            told["ticket"] = registration.tickets[-1].hash.hex()
        return told | given

    def post(self, body, **given):
        """Send a body to the door for contacts."""
        given.setdefault("headers", {"Authorization": f"Bearer {self.token}"})
        kind = "data" if isinstance(body, bytes) else "json"
        return self.client.post("/api/v1/contacts", **{kind: body}, **given)

    def send(self, *contacts, **given):
        """Send contacts; return the answer as JSON."""
        answer = self.post({"contacts": list(contacts)} | given)
        assert answer.status_code == 200, answer.text
        assert answer.headers["X-Xunpin-Scan"] == "1"
        return answer.json

    def meet(self, registration=None, **given):
        """Scan one ticket and send it; what became of it."""
        [result] = self.send(self.contact(registration, **given))["results"]
        return result


def codes(answer):
    return [result["answer"]["code"] for result in answer["results"]]


def stored(answer):
    return [result["stored"] for result in answer["results"]]
