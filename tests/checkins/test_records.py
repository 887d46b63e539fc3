"""What phones say about scans afterwards: shown, decided, void."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.checkins import queries, services
from app.checkins.models import Admission, Device, Scan, ScanRecord
from app.checkins.states import Decision, Verdict
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.registrations.states import RegistrationStatus
from tests.checkins.devices import Phone, codes
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_staff
from tests.statements import count_statements

V = Verdict
PIN = "908172"


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


def say(phone, *records):
    return [(one["stored"], one.get("why", "")) for one in phone.send(records=records)["records"]]


def row_of(scan):
    return db.session.scalars(
        select(Scan).where(Scan.seq == scan["seq"]), execution_options={"populate_existing": True}
    ).one()


def give_pin(fair, pin=PIN):
    services.set_supervisor_pin(fair, services.make_pin(pin), by=make_staff())
    db.session.commit()
    services.forget_devices()


def test_the_light_that_was_shown_is_written_once(client):
    phone = Phone(client, make_fair(permitted_number=0))
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    record = phone.record(scan, "shown", "admitted")
    assert say(phone, record) == [("new", "")]
    assert say(phone, record) == [("known", "")]
    assert say(phone, phone.record(scan, "shown", "admitted")) == [("known", "")]
    assert say(phone, phone.record(scan, "shown", "capacity")) == [("refused", "already-said")]
    assert row_of(scan).shown is V.ADMITTED
    assert queries.count_attended(phone.fair) == 1
    assert db.session.scalar(select(func.count()).select_from(Admission)) == 1


def test_a_record_before_its_scan_is_for_later_and_with_its_scan_for_now(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    record = phone.record(scan, "shown", "admitted")
    assert say(phone, record) == [("later", "")]
    assert phone.send(scan, records=[record])["records"][0]["stored"] == "new"


def test_a_record_id_says_one_thing_only(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    record = phone.record(scan, "shown", "admitted")
    phone.send(scan, records=[record])
    other = record | {"kind": "void", "value": None}
    assert say(phone, other) == [("refused", "same-id-other-content")]


def test_a_decision_on_blue_is_taken_and_logged_in_the_name_of_the_phone(client):
    phone = Phone(client)
    person = make_registration(phone.fair)
    phone.send(phone.scan(person))
    blue = phone.scan(person)
    assert codes(phone.send(blue)) == ["already_admitted"]
    record = phone.record(blue, "decision", "let_in", reason="核对过学生证\0\n")
    assert say(phone, record) == [("new", "")]
    row = row_of(blue)
    assert (row.decision, row.decision_reason) == (Decision.LET_IN, "核对过学生证")
    entry = db.session.scalars(select(AuditEntry).filter_by(action="scan.decide")).one()
    assert (entry.actor_label, entry.actor_id, entry.after["decision"]) == (
        "Redmi 9",
        None,
        "let_in",
    )
    assert say(phone, phone.record(blue, "decision", "turned_away")) == [
        ("refused", "already-said")
    ]


def test_a_decision_where_there_was_nothing_to_decide_changes_nobody(client):
    phone = Phone(client)
    green, red = phone.scan(make_registration(phone.fair)), phone.scan()
    phone.send(green, red)
    told = [phone.record(scan, "decision", "let_in") for scan in (green, red)]
    assert say(phone, *told) == [("new", ""), ("new", "")]
    assert queries.count_attended(phone.fair) == 1


@pytest.mark.parametrize("kind", ["capacity", "revoked"])
def test_a_full_hall_or_a_revoked_ticket_needs_the_supervisor(client, kind):
    full = kind == "capacity"
    fair = make_fair(permitted_number=0 if full else None)
    status = RegistrationStatus.CONFIRMED if full else RegistrationStatus.CANCELLED
    phone, person = Phone(client, fair), make_registration(fair, status=status)
    give_pin(fair)
    scan = phone.scan(person)
    assert codes(phone.send(scan)) == [kind]

    def let_in(**given):
        return say(phone, phone.record(scan, "decision", "let_in", **given))

    assert let_in() == [("refused", "pin-needed")]
    assert let_in(pin="111222") == [("refused", "pin-wrong")]
    assert let_in(pin=PIN) == [("new", "")]
    assert queries.find_attendance(person.id).flags == [f"override_{kind}"]
    entry = db.session.scalars(select(AuditEntry).filter_by(action="scan.decide")).one()
    assert PIN not in str(vars(entry))
    assert db.session.get(Device, phone.device.id, populate_existing=True).pin_tries == 0


def test_a_pin_has_five_tries_in_ten_minutes(client):
    fair = make_fair(permitted_number=0)
    phone = Phone(client, fair)
    give_pin(fair)
    scan = phone.scan(make_registration(fair))
    phone.send(scan)
    tries = [phone.record(scan, "decision", "let_in", pin=f"10000{n}") for n in range(8)]
    found = say(phone, *tries)
    assert found == [("refused", "pin-wrong")] * 5 + [("refused", "pin-locked")] * 3
    right = phone.record(scan, "decision", "let_in", pin=PIN)
    assert say(phone, right) == [("refused", "pin-locked")]
    with frozen(utcnow() + timedelta(minutes=11)):
        assert say(phone, right) == [("new", "")]


def test_a_right_pin_is_not_computed_again_and_a_new_one_ends_the_old(client):
    fair = make_fair(permitted_number=0)
    phone = Phone(client, fair)
    give_pin(fair)
    facts = services.find_device(phone.token).fair
    assert services.fits_pin(facts, PIN)
    assert services.is_known_right(facts, PIN)
    assert not services.is_known_right(facts, "000001")
    give_pin(fair, "555123")
    assert not services.is_known_right(services.find_device(phone.token).fair, PIN)


@pytest.mark.parametrize(
    "pin", ["", "12345", "12345678901", "111111", "123456", "12a456", "１２３４５６"]
)
def test_a_pin_that_is_guessed_at_once_is_not_taken(pin):
    from app.checkins.services.pins import BadPin

    with pytest.raises(BadPin):
        services.make_pin(pin)


def test_a_phone_takes_its_own_scan_back_within_two_minutes(client):
    phone = Phone(client)
    person = make_registration(phone.fair)
    scan = phone.scan(person)
    phone.send(scan)
    assert say(phone, phone.record(scan, "void")) == [("new", "")]
    assert queries.find_attendance(person.id) is None
    assert codes(phone.send(phone.scan(person))) == ["admitted"]
    assert say(phone, phone.record(scan, "void")) == [("known", "")]


def test_later_or_for_another_phones_scan_a_void_needs_the_supervisor(client):
    phone = Phone(client)
    other = Phone(client, phone.fair)
    give_pin(phone.fair)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    late = (utcnow() + timedelta(minutes=3)).isoformat()
    assert say(phone, phone.record(scan, "void", at=late)) == [("refused", "pin-needed")]
    assert say(other, phone.record(scan, "void")) == [("refused", "pin-needed")]
    assert say(other, phone.record(scan, "shown", "admitted")) == [("refused", "other-device")]
    assert say(other, phone.record(scan, "void", pin=PIN)) == [("new", "")]
    assert queries.count_attended(phone.fair) == 0


def test_a_phone_of_another_fair_says_nothing_here(client):
    phone, stranger = Phone(client), Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    assert say(stranger, phone.record(scan, "void")) == [("refused", "other-fair")]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"scan": 5},
        {"kind": "other"},
        {"kind": None},
        {"value": "purple"},
        {"value": None},
        {"at": "now"},
        {"reason": "x" * 201},
        {"pin": 123456},
    ],
)
def test_a_record_that_cannot_be_read_is_kept_and_its_neighbour_stands(client, change):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan)
    good = phone.record(scan, "shown", "admitted")
    found = say(phone, phone.record(scan, "shown", "admitted") | change, good)
    assert (found[0][0], found[0][1][:4], found[1][0]) == ("refused", "bad-", "new")


def test_two_hundred_records_cost_what_one_costs(client):
    phone = Phone(client)
    scans = [phone.scan(make_registration(phone.fair)) for _ in range(20)]
    phone.send(*scans)
    used = []
    for batch in (scans[:1], scans[1:]):
        with count_statements() as seen:
            say(phone, *(phone.record(scan, "shown", "admitted") for scan in batch))
        used.append(len(seen))
    assert used[0] == used[1]


def test_in_whatever_order_scan_and_records_come_the_end_is_the_same(client):
    seen = set()
    for order in permutations(range(4)):
        phone = Phone(client, make_fair())
        person = make_registration(phone.fair, status=RegistrationStatus.WAITLISTED)
        scan = phone.scan(person)
        again = phone.scan(person)
        parts = [
            {"scans": [scan]},
            {"scans": [again]},
            {"records": [phone.record(scan, "shown", "waitlisted")]},
            {"records": [phone.record(scan, "decision", "let_in")]},
        ]
        for _ in range(2):
            for index in order:
                phone.send(*parts[index].get("scans", ()), records=parts[index].get("records", ()))
        row, found = row_of_device(phone, 1), queries.find_attendance(person.id)
        seen.add((row.shown, row.decision, tuple(found.flags), found.duplicates))
    assert seen == {(V.WAITLISTED, Decision.LET_IN, ("override_waitlisted",), 0)}


def row_of_device(phone, seq):
    query = select(Scan).filter_by(device_id=phone.device.id, seq=seq)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def test_records_leave_a_trace_of_their_own(client):
    phone = Phone(client)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan, records=[phone.record(scan, "shown", "admitted")])
    kept = db.session.scalars(select(ScanRecord)).one()
    assert (str(kept.scan_id), kept.value, kept.device_id) == (
        scan["id"],
        "admitted",
        phone.device.id,
    )
