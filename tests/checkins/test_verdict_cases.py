"""The server's half of the shared cases; the phone's is tests/browser/test_offline_verdicts.py."""

from hashlib import sha256

import pytest

from app.checkins.models import Scan
from app.checkins.services import IncomingScan, decide, record_scans, undo_scan
from app.checkins.states import Decision, Direction, ScanSource
from app.core.codes import checksum, uuid7
from app.core.db import db
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus, ReentryPolicy
from tests.checkins.making import code_of, gate_person, make_registration
from tests.checkins.verdict_cases import BODY, CASES, LASTS, OPENS, at, reading_cases
from tests.factories import make_fair, make_gate

DECISIONS = {"let in": Decision.LET_IN, "turn away": Decision.TURNED_AWAY}


@pytest.mark.parametrize("name", CASES)
def test_the_server_tells_the_story_as_it_is_written(name):
    policy, status, ticket, steps = CASES[name]
    fair = make_fair(
        doors_at=OPENS,
        starts_at=at(30),
        ends_at=at(ticket.get("lasts", LASTS)),
        reentry=ReentryPolicy(policy),
        status=FairStatus(status),
        permitted_number=None,
    )
    gate, person = make_gate(fair=fair), gate_person()
    given = {"status": RegistrationStatus(ticket.get("status", "confirmed"))}
    if "since" in ticket:
        given["cancelled_at"] = at(ticket["since"])
    registration = make_registration(fair, **given)
    if "revoked" in ticket:
        registration.tickets[-1].revoked_at = at(ticket["revoked"])
    code = "https://example.org/menu" if ticket.get("foreign") else code_of(registration)
    last = None
    for what, minutes, verdict in steps:
        if what in DECISIONS:
            decide(last, DECISIONS[what], by=person, may_override=True, reason="")
        elif what == "void":
            undo_scan(last, by=person, may_undo_any=True)
        else:
            scan = IncomingScan(
                id=uuid7(), code=code, direction=Direction(what), scanned_at=at(minutes)
            )
            [said] = record_scans(fair, [scan], gate=gate, actor=person, source=ScanSource.STAFF)
            assert said.code == verdict, (what, minutes)
            last = db.session.get(Scan, scan.id)


@pytest.mark.parametrize("number", range(len(reading_cases("x" * 28))))
def test_the_server_reads_a_text_as_it_is_written(number):
    code = BODY + checksum(BODY)
    text, kind = reading_cases(code)[number]
    read = IncomingScan(id=uuid7(), code=text).read()
    assert (kind == "short") is (read.short_code is not None)
    if kind != "short":
        meant = code if kind == "ticket" else text.strip()
        assert read.ticket_hash == sha256(meant.encode()).digest()[:16]
