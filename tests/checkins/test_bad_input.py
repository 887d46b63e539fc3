"""Whatever is sent to the API of gate phones: a clear 4xx or a record set aside, never a 500."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.audit.models import AuditEntry
from app.checkins import services
from app.checkins.models import QuarantinedScan, Scan
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from tests.checkins.devices import Phone, codes, stored
from tests.checkins.making import make_registration
from tests.factories import make_gate

QUIET = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIELDS = (
    "id",
    "seq",
    "gate",
    "ticket",
    "short_code",
    "direction",
    "scanned_at",
    "device_time",
    "offset_ms",
    "evidence",
    "roster_version",
    "shown",
    "decision",
    "decided_at",
)
ODD_TEXTS = (
    "",
    "\0",
    "😀" * 40,
    "\u202e反",
    "0" * 5_000,
    "O0Il1",
    "\ud7ff",
    "NaN",
    "../..",
    "ＡＢ",
)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(1 << 70), max_value=1 << 70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), st.none()),
)


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


@pytest.fixture
def phone(client):
    return Phone(client)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


# -- what is no call at all ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b"NaN",
        b"[" * 100_000,
        b'{"scans": [}',
        b"\0",
    ],
)
def test_what_is_no_json_object_is_refused(phone, body):
    answer = phone.post(body)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "malformed")
    assert answer.json["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"scans": {}},
        {"scans": "x"},
        {"scans": None},
        {"scans": [{}] * 201},
        {"scans": [{}] * 10_000},
        {"scans": [], "records": 5},
        {"scans": [], "records": [{}] * 201},
    ],
)
def test_lists_that_are_none_or_too_long_are_refused(phone, body):
    answer = phone.post(body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad-scans")


@pytest.mark.parametrize("size", [256 * 1024 + 1, 5_000_000])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(phone, size):
    answer = phone.post(b" " * size)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too-large")
    announced = {"CONTENT_LENGTH": str(10**12)}
    assert phone.post(b"{}", environ_overrides=announced).status_code == 413


def test_a_call_of_two_hundred_whole_scans_is_not_too_large(phone):
    tickets = [make_registration(phone.fair) for _ in range(3)]
    scans = [
        phone.scan(
            tickets[n % 3],
            shown="already_admitted",
            decision="let_in",
            decided_at=utcnow().isoformat(),
            roster_version=2**31 - 1,
        )
        for n in range(200)
    ]
    assert len(json.dumps({"scans": scans})) < 256 * 1024
    assert len(phone.send(*scans)["results"]) == 200


@pytest.mark.parametrize(
    ("path", "method"),
    [("/api/v1/scans", "get"), ("/api/v1/nothing", "get"), ("/api/v1/devices", "put")],
)
def test_other_doors_are_closed_in_json(client, path, method):
    answer = getattr(client, method)(path)
    assert answer.status_code in (404, 405)
    assert answer.is_json


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer  ", "Basic eDp5", "Bearer é", "Bearer a b", "Bearer " + "x" * 9_000],
)
def test_a_token_that_is_none_is_unknown(client, header):
    answer = client.post(
        "/api/v1/scans", json={"scans": []}, headers={"Authorization": header.encode()}
    )
    assert answer.status_code == 401


def test_a_token_with_one_character_changed_is_unknown(client, phone):
    body, _, tag = phone.token.partition(".")

    def changed(text):
        # In the middle, where every bit of a character counts, and surely to another one.
        return text[:9] + ("A" if text[9] != "A" else "B") + text[10:]

    for token in (f"{body}.{changed(tag)}", f"{changed(body)}.{tag}", body, f"{body}.", f".{tag}"):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.post("/api/v1/scans", json={}, headers=headers).status_code == 401


# -- scans that cannot be one ---------------------------------------------------------------------


@pytest.mark.parametrize("odd", [None, 5, "x", [], True, {}])
def test_a_scan_that_is_none_is_set_aside_between_its_neighbours(phone, odd):
    before, after = (phone.scan(make_registration(phone.fair)) for _ in range(2))
    answer = phone.send(before, odd, after)
    assert stored(answer) == ["new", "quarantined", "new"]
    assert codes(answer) == ["admitted", "cannot_record", "admitted"]
    assert answer["results"][1]["why"].startswith("bad-")


@pytest.mark.parametrize("field", ["id", "seq", "scanned_at", "ticket"])
def test_a_scan_without_what_it_needs_is_set_aside_with_its_bytes(phone, field):
    scan = phone.scan(make_registration(phone.fair))
    del scan[field]
    answer = phone.send(scan)
    assert (stored(answer), answer["results"][0]["why"]) == (["quarantined"], f"bad-{field}")
    assert answer["results"][0]["id"] == scan.get("id")
    kept = db.session.scalars(select(QuarantinedScan)).one()
    assert json.loads(kept.body) == scan
    assert phone.send(scan)["results"] == answer["results"]
    assert count(QuarantinedScan) == 1


def test_a_gate_of_another_fair_is_no_gate(phone):
    scan = phone.scan(make_registration(phone.fair), gate=make_gate().id)
    assert phone.send(scan)["results"][0]["why"] == "bad-gate"


def test_two_phones_that_send_the_same_rubbish_are_told_apart(client, phone):
    other = Phone(client, phone.fair)
    for one in (phone, other):
        one.send({"id": "rubbish"})
    kept = db.session.scalars(select(QuarantinedScan.device_id)).all()
    assert set(kept) == {phone.device.id, other.device.id}


@QUIET
@given(field=st.sampled_from(FIELDS), value=ODD)
def test_a_scan_with_anything_in_any_field_never_costs_its_neighbour(phone, field, value):
    good = phone.scan(make_registration(phone.fair))
    odd = phone.scan(make_registration(phone.fair)) | {field: value}
    if field == "short_code":
        del odd["ticket"]
    answer = phone.send(odd, good, since=None)
    assert stored(answer)[1] == "new"
    assert stored(answer)[0] in ("new", "quarantined")
    if isinstance(odd["id"], str) and len(odd["id"]) <= 64:
        assert answer["results"][0]["id"] == odd["id"]


@QUIET
@given(
    field=st.sampled_from(["id", "scan", "kind", "value", "at", "reason", "pin"]),
    kind=st.sampled_from(["shown", "decision", "void"]),
    value=ODD,
)
def test_a_record_with_anything_in_any_field_never_costs_its_neighbour(phone, field, kind, value):
    scan = phone.scan(make_registration(phone.fair))
    odd = phone.record(scan, kind, {"shown": "admitted", "decision": "let_in"}.get(kind))
    good = phone.record(scan, "shown", "admitted")
    answer = phone.send(scan, records=[odd | {field: value}, good])
    assert answer["records"][1]["stored"] in ("new", "known")


@QUIET
@given(key=st.sampled_from(["epoch", "queued", "acknowledged", "since", "x" * 50, "\0"]), value=ODD)
def test_a_call_with_anything_beside_its_scans_keeps_them(phone, key, value):
    scan = phone.scan(make_registration(phone.fair))
    assert stored(phone.send(scan, **{key: value})) == ["new"]


@QUIET
@given(body=st.recursive(ODD, lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_any_json_is_answered_in_the_200s_or_400s(phone, body):
    assert phone.post({"scans": body, "records": body}).status_code in (200, 422)
    assert phone.post(json.dumps(body).encode()).status_code in (200, 400, 422)


@QUIET
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered_in_the_400s(phone, body):
    assert phone.post(b"x" + body).status_code == 400


@pytest.mark.parametrize(
    "typed", ["O0Il1U", "７K4M92", "7k4-m92", "\0\0\0\0\0\0", "😀😀😀😀😀😀", "一二三四五六"]
)
def test_whatever_is_typed_for_a_short_code_is_answered(phone, typed):
    assert codes(phone.send(phone.scan(short_code=typed))) == ["unknown"]


# -- guessing -------------------------------------------------------------------------------------


def guess(phone, number, at):
    """Scans of codes that nobody issued, as fast as a phone can."""
    return [
        phone.scan(ticket=uuid7().bytes[::-1].hex(), scanned_at=at.isoformat())
        for _ in range(number)
    ]


def test_a_phone_that_guesses_raises_one_alarm_and_its_gate_goes_on(phone):
    for _ in range(4):
        answer = phone.send(*guess(phone, 150, utcnow()))
        assert set(codes(answer)) == {"unknown"}
    assert codes(phone.send(phone.scan(make_registration(phone.fair)))) == ["admitted"]
    alarm = db.session.scalars(select(AuditEntry).filter_by(action="scan.unknown-alarm")).one()
    assert (alarm.object_kind, alarm.object_id) == ("device", phone.device.id)
    assert count(Scan) == 601


def test_a_phone_that_was_offline_all_day_raises_none(phone):
    start = utcnow() - timedelta(hours=6)
    for hour in range(6):
        for scan in guess(phone, 15, start + timedelta(hours=hour)):
            phone.send(scan)
    assert db.session.scalars(select(AuditEntry).filter_by(action="scan.unknown-alarm")).all() == []
