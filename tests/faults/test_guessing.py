"""A million random codes from one phone: no hit, an alarm, and the gate goes on."""

import os
import secrets

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.checkins.models import Scan
from app.checkins.states import Verdict
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from tests.checkins.devices import Phone, codes
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_gate

pytestmark = [pytest.mark.slow, pytest.mark.own_database]

# Fewer for a quick look: XUNPIN_GUESSES=20000.
GUESSES = int(os.environ.get("XUNPIN_GUESSES", "1000000"))
BATCH = 200
# A real ticket is scanned by another phone of the same gate between so many batches.
EVERY = 250


def test_a_million_random_codes_hit_nothing_and_stop_nobody(live_app):
    with live_app.app_context():
        fair = make_fair()
        gate = make_gate(fair=fair)
        thief, guard = (Phone(live_app.test_client(), fair, gate) for _ in range(2))
        people = [make_registration(fair) for _ in range(GUESSES // BATCH // EVERY + 1)]
        seq = 0
        for number in range(GUESSES // BATCH):
            now = utcnow().isoformat()
            batch = []
            for _ in range(BATCH):
                seq += 1
                batch.append(
                    {
                        "id": str(uuid7()),
                        "seq": seq,
                        "ticket": secrets.token_hex(16),
                        "scanned_at": now,
                        "device_time": now,
                    }
                )
            assert set(codes(thief.send(*batch))) == {"unknown"}
            if number % EVERY == 0:
                assert codes(guard.send(guard.scan(people[number // EVERY]))) == ["admitted"]
        db.session.rollback()
        hits = select(func.count()).select_from(Scan).where(Scan.answer != Verdict.UNKNOWN)
        assert db.session.scalar(hits) == -(-(GUESSES // BATCH) // EVERY)
        alarms = db.session.scalars(select(AuditEntry).filter_by(action="scan.unknown-alarm")).all()
        assert {alarm.object_id for alarm in alarms} == {thief.device.id}
