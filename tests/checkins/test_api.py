"""The API of gate phones: what they send, what they are answered."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.checkins import queries, services
from app.checkins.models import Device, QuarantinedScan, Scan
from app.checkins.states import Decision, Evidence, ScanSource, Verdict
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus, ReentryPolicy
from tests.checkins.devices import Phone, codes, stored
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_gate, make_participation, make_staff, save
from tests.statements import count_statements

V = Verdict


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


def rows():
    return db.session.scalars(select(Scan).order_by(Scan.device_id, Scan.seq)).all()


def aside():
    return db.session.scalars(select(QuarantinedScan).order_by(QuarantinedScan.id)).all()


# -- scans ------------------------------------------------------------------------------


def test_a_scan_is_answered_and_a_repeat_replays_the_answer(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    first, again = phone.send(scan), phone.send(scan)
    assert (codes(first), stored(first)) == (["admitted"], ["new"])
    assert (codes(again), stored(again)) == (["admitted"], ["known"])
    assert first["results"][0]["id"] == scan["id"]
    assert first["hall"] == {"inside": 1, "permitted": None, "attended": 1}
    assert first["epoch"] == services.find_epoch()


def test_the_row_says_which_phone_scanned_where_and_when(client):
    by = make_staff(Role.GATE_STAFF)
    phone = Phone(client, user=by)
    told = utcnow() - timedelta(minutes=3)
    phone.send(
        phone.scan(
            make_registration(phone.fair),
            scanned_at=told.isoformat(),
            device_time=(told - timedelta(hours=8)).isoformat(),
            offset_ms=28_800_000,
            roster_version=7,
        )
    )
    [row] = rows()
    assert (row.device_id, row.seq, row.gate_id) == (phone.device.id, 1, phone.gate.id)
    assert (row.actor_id, row.source, row.evidence) == (
        by.id,
        ScanSource.DEVICE,
        Evidence.STAFF_SCAN,
    )
    assert (row.scanned_at, row.offset_ms, row.roster_version) == (told, 28_800_000, 7)
    assert row.device_time == told - timedelta(hours=8)


def test_one_call_may_carry_scans_of_several_gates(client):
    phone = Phone(client)
    north = make_gate(fair=phone.fair, name="北门")
    person = make_registration(phone.fair)
    answer = phone.send(
        phone.scan(person, gate="北门"),
        phone.scan(person),
        phone.scan(make_registration(phone.fair), gate=None),
    )
    assert codes(answer) == ["admitted", "already_admitted", "admitted"]
    assert answer["results"][1]["answer"]["first"]["gate"] == "北门"
    assert [row.gate_id for row in rows()] == [north.id, phone.gate.id, phone.gate.id]


def test_what_only_scripts_leave_out_may_be_left_out(client):
    phone = Phone(client)
    ticket = make_registration(phone.fair).tickets[0].hash.hex()
    scan = {"id": str(uuid7()), "seq": 1, "ticket": ticket, "scanned_at": utcnow().isoformat()}
    assert codes(phone.send(scan)) == ["admitted"]


def test_a_typed_short_code_is_read_as_it_was_meant(client):
    phone = Phone(client)
    short = make_registration(phone.fair).tickets[0].short_code
    answer = phone.send(phone.scan(short_code=f" {short[:3].lower()}-{short[3:]}"))
    assert codes(answer) == ["admitted"]
    assert rows()[0].evidence is Evidence.TYPED


def test_a_scan_of_another_fair_names_it(client):
    phone, person = Phone(client), make_registration()
    [result] = phone.send(phone.scan(person))["results"]
    assert result["answer"]["code"] == "wrong_fair"
    assert result["answer"]["other_fair"]["slug"] == person.fair.slug


@pytest.mark.parametrize("status", [FairStatus.CANCELLED, FairStatus.POSTPONED])
def test_a_cancelled_fair_lets_nobody_in_but_keeps_every_scan(client, status):
    phone = Phone(client, make_fair(status=status))
    assert codes(phone.send(phone.scan(make_registration(phone.fair)))) == ["not_open"]
    assert len(rows()) == 1


# -- the same again, and other things under the same name ---------------------------------


def test_a_repeat_with_another_time_estimate_is_the_same_scan(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    later = utcnow() + timedelta(seconds=3)
    assert stored(phone.send(scan | {"scanned_at": later.isoformat(), "offset_ms": 5})) == ["known"]


@pytest.mark.parametrize(
    "change",
    [
        {"ticket": "ab" * 16},
        {"direction": "out"},
        {"seq": 2},
        {"device_time": "2026-03-15T01:12:09+00:00"},
        {"gate": "other"},
    ],
)
def test_the_same_id_with_other_content_is_set_aside_and_its_neighbours_stand(client, change):
    phone = Phone(client)
    make_gate(fair=phone.fair, name="other")
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    fine = phone.scan(make_registration(phone.fair))
    answer = phone.send(scan | change, fine)
    assert stored(answer) == ["quarantined", "new"]
    assert answer["results"][0]["why"] == "same-id-other-content"
    assert [kept.scan_id for kept in aside()] == [scan["id"]]


def test_the_same_id_from_another_phone_is_set_aside(client):
    phone = Phone(client)
    other = Phone(client, phone.fair, phone.gate)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    answer = other.send(scan)
    assert stored(answer) == ["quarantined"]
    assert answer["results"][0]["answer"]["name"] == ""
    assert len(rows()) == 1


def test_one_id_twice_in_one_call_is_one_scan(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    other = scan | {"ticket": make_registration(phone.fair).tickets[0].hash.hex()}
    assert stored(phone.send(scan, scan, other)) == ["new", "known", "quarantined"]
    assert len(rows()) == 1


def test_the_same_number_under_two_ids_is_stored_and_flagged(client):
    phone = Phone(client)
    one, two = (phone.scan(make_registration(phone.fair), seq=1) for _ in range(2))
    answer = phone.sync(one, two)
    assert stored(answer) == ["new", "new"]
    assert answer["seq"]["doubled"] == [1]


def test_a_repeat_after_a_restore_brings_the_light_that_was_shown(client):
    phone = Phone(client, make_fair(permitted_number=0))
    scan = phone.scan(make_registration(phone.fair))
    assert codes(phone.send(scan)) == ["capacity"]
    assert queries.count_attended(phone.fair) == 0
    assert stored(phone.send(scan | {"shown": "admitted"})) == ["known"]
    assert queries.count_attended(phone.fair) == 1
    phone.send(scan | {"shown": "capacity"})
    assert rows()[0].shown is V.ADMITTED


# -- decided alone ------------------------------------------------------------------------


def test_who_was_shown_green_without_the_server_is_inside_whatever_it_says_now(client):
    phone = Phone(client)
    revoked = make_registration(phone.fair, status=RegistrationStatus.CANCELLED)
    answer = phone.send(phone.scan(revoked, shown="admitted"))
    assert codes(answer) == ["revoked"]
    assert queries.find_attendance(revoked.id).flags == ["override_revoked"]
    assert answer["hall"]["inside"] == 1


def test_a_full_hall_refuses_at_its_door_and_not_afterwards(client):
    phone = Phone(client, make_fair(permitted_number=1))
    people = [make_registration(phone.fair) for _ in range(3)]
    late = phone.scan(people[1], shown="admitted")
    answer = phone.send(phone.scan(people[0]), late, phone.scan(people[2]))
    assert sorted(codes(answer)) == ["admitted", "admitted", "capacity"]
    assert codes(answer)[1] == "admitted"


def test_two_greens_of_one_ticket_are_a_conflict_however_late(client):
    phone = Phone(client)
    other = Phone(client, phone.fair)
    person = make_registration(phone.fair)
    then = (utcnow() - timedelta(minutes=5)).isoformat()
    phone.send(phone.scan(person))
    answer = other.send(other.scan(person, shown="admitted", scanned_at=then))
    assert codes(answer) == ["already_admitted"]
    assert queries.find_attendance(person.id).duplicates == 1


def test_a_decision_on_amber_counts_and_one_on_orange_needs_a_supervisor(client):
    fair = make_fair(permitted_number=0)
    phone = Phone(client, fair)
    waiting = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    let_in = {"decision": "let_in", "decided_at": utcnow().isoformat()}
    answer = phone.send(
        phone.scan(waiting, shown="waitlisted", **let_in),
        phone.scan(make_registration(fair), shown="capacity", **let_in),
        phone.scan(None, shown="unverified", **let_in),
        phone.scan(make_registration(fair), shown="waitlisted", decision="turned_away"),
    )
    assert [result.get("why") for result in answer["results"]] == [None, "pin-needed", None, None]
    assert [row.decision for row in rows()] == [
        Decision.LET_IN,
        None,
        Decision.LET_IN,
        Decision.TURNED_AWAY,
    ]
    assert queries.count_attended(fair) == 1


def test_who_was_sent_away_leaves_the_green_to_their_next_try(client):
    phone = Phone(client)
    person = make_registration(phone.fair)
    away = phone.scan(person, shown="waitlisted", decision="turned_away")
    assert codes(phone.send(away)) == ["waitlisted"]
    assert codes(phone.send(phone.scan(person))) == ["admitted"]
    assert queries.find_attendance(person.id).duplicates == 0


def test_who_was_let_in_on_amber_holds_the_place_against_a_copy(client):
    phone = Phone(client)
    person = make_registration(phone.fair, status=RegistrationStatus.WAITLISTED)
    phone.send(phone.scan(person, shown="waitlisted", decision="let_in"))
    person.status = RegistrationStatus.CONFIRMED
    save(person)
    assert codes(phone.send(phone.scan(person))) == ["already_admitted"]


# -- sync calls ----------------------------------------------------------------------------


def test_a_sync_call_names_the_missing_numbers(client):
    phone = Phone(client)
    person = make_registration(phone.fair)
    scans = [phone.scan(person) for _ in range(9)]
    answer = phone.sync(*scans[:2], scans[4], scans[8], queued=9, acknowledged=0)
    assert answer["seq"] == {
        "highest": 9,
        "contiguous": 2,
        "missing": [[3, 4], [6, 8]],
        "doubled": [],
    }
    answer = phone.sync(*scans[2:4], queued=3)
    assert answer["seq"]["missing"] == [[6, 8]]
    device = db.session.get(Device, phone.device.id, populate_existing=True)
    assert (device.contiguous_seq, device.reported_queue) == (5, 3)
    assert "seq" not in phone.send(scans[5])


def test_a_number_in_quarantine_is_not_missing(client):
    phone = Phone(client)
    good, bad = phone.scan(make_registration(phone.fair)), phone.scan(direction="sideways")
    answer = phone.sync(good, bad)
    assert answer["seq"] == {"highest": 2, "contiguous": 2, "missing": [], "doubled": []}


def test_a_phone_sees_a_restore_by_its_highest_number(client):
    phone = Phone(client)
    answer = phone.sync(queued=0, acknowledged=408)
    assert answer["seq"]["highest"] == 0
    [known] = services.list_devices(phone.fair)
    assert known.is_behind
    assert phone.sync(acknowledged=5)["seq"]["highest"] == 0
    device = db.session.get(Device, phone.device.id, populate_existing=True)
    assert device.acknowledged_seq == 408


def test_a_sync_call_without_scans_says_how_full_the_hall_is(client):
    phone = Phone(client)
    phone.send(phone.scan(make_registration(phone.fair)))
    assert phone.sync()["hall"] == {"inside": 1, "permitted": None, "attended": 1}
    assert phone.send()["hall"]["inside"] is None


@pytest.mark.parametrize("queued", ["many", -1, 1 << 40, None, [], True])
def test_what_a_phone_says_wrongly_about_itself_costs_no_scan(client, queued):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    answer = phone.sync(scan, queued=queued, acknowledged=queued, since=queued)
    assert codes(answer) == ["admitted"]


# -- who may not ----------------------------------------------------------------------------


def test_without_a_token_nobody_scans(client):
    answer = client.post("/api/v1/scans", json={"scans": []})
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "unknown-device")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_cookie_opens_nothing_here(client, log_in):
    log_in(make_staff())
    assert client.post("/api/v1/scans", json={"scans": []}).status_code == 401


def test_a_revoked_phone_is_heard_and_its_scans_are_set_aside(client):
    phone = Phone(client)
    phone.device.revoked_at = utcnow()
    save(phone.device)
    scan = phone.scan(make_registration(phone.fair))
    answer = phone.send(scan, records=[phone.record(scan, "shown", "admitted", pin="123456")])
    assert (stored(answer), rows()) == (["quarantined"], [])
    assert answer["results"][0]["why"] == "revoked-device"
    assert answer["records"][0]["stored"] == "refused"
    kept = sorted(aside(), key=lambda one: one.seq or 2)
    assert {one.why for one in kept} == {"revoked-device"}
    assert json.loads(kept[0].body) == scan
    assert b"123456" not in kept[1].body
    assert phone.roster().json["error"]["code"] == "revoked-device"


def test_a_phone_the_database_forgot_is_heard_too(client):
    phone = Phone(client)
    uid = phone.device.uid
    db.session.delete(phone.device)
    db.session.commit()
    scan = phone.scan()
    assert stored(phone.send(scan, scan)) == ["quarantined", "quarantined"]
    [kept] = aside()
    assert (kept.device_id, kept.device_uid, kept.why) == (None, uid, "unknown-device")
    assert phone.roster().status_code == 401


def test_a_phone_reads_for_a_day_after_the_fair_and_uploads_for_a_month(client):
    phone = Phone(client)
    with frozen(phone.fair.ends_at + timedelta(hours=25)):
        assert phone.roster().json["error"]["code"] == "expired-device"
        assert stored(phone.send(phone.scan())) == ["new"]
    with frozen(phone.fair.ends_at + timedelta(days=32)):
        answer = phone.post({"scans": []})
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "expired-device")


def test_the_phone_of_a_booth_checks_nobody_in(client):
    participation = make_participation()
    enrolled = services.enrol_booth(participation, name="booth", by=make_staff())
    headers = {"Authorization": f"Bearer {enrolled.token}"}
    answer = client.post("/api/v1/scans", json={"scans": []}, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "wrong-role")


def test_a_phone_of_one_fair_reads_no_other(client):
    phone, other = Phone(client), make_fair()
    headers = {"Authorization": f"Bearer {phone.token}"}
    answer = client.get(f"/api/v1/fairs/{other.slug}/roster", headers=headers)
    assert answer.status_code == 404


# -- what it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("permitted", [None, 1000])
@pytest.mark.parametrize("policy", list(ReentryPolicy))
def test_a_call_takes_no_more_statements_than_the_scan_itself(client, policy, permitted):
    phone = Phone(client, make_fair(reentry=policy, permitted_number=permitted))
    person = make_registration(phone.fair)
    # Now the device is known to this process, and how much room the hall has.
    phone.send(phone.scan(make_registration(phone.fair)))
    first, used = phone.scan(person), {}
    steps = [
        ("first", first, 5),
        ("again", phone.scan(person), 8),
        ("out", phone.scan(person, direction="out"), 8),
        ("back", phone.scan(person), 8),
        ("repeat", first, 8),
        ("unknown", phone.scan(), 8),
        ("typed", phone.scan(short_code="ABCDEF"), 8),
    ]
    for name, scan, _ in steps:
        with count_statements() as seen:
            phone.send(scan)
        used[name] = sum("lock_timeout" not in statement for statement in seen)
    assert {name: used[name] for name, _, most in steps if used[name] > most} == {}


def test_a_batch_takes_as_many_statements_as_one_scan(client):
    phone = Phone(client)
    scans = [phone.scan(make_registration(phone.fair)) for _ in range(30)]
    phone.send()
    with count_statements() as seen:
        phone.send(*scans)
    assert len(seen) <= 6


def test_the_list_of_phones_costs_the_same_for_two_and_for_twelve(client):
    fair = make_fair()
    used = []
    for number in (2, 10):
        for _ in range(number):
            phone = Phone(client, fair)
            phone.sync(phone.scan(), phone.scan(seq=5), queued=2)
        with count_statements() as seen:
            phones = services.list_devices(fair)
            told = [(one.device.gate.name, one.numbers.missing, one.scans) for one in phones]
        used.append(len(seen))
    assert used[0] == used[1]
    assert len(told) == 12
    assert {(missing, scans) for _, (missing,), scans in told} == {((2, 4), 2)}
