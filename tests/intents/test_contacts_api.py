"""The door for phones of stands: each scan stored once, whatever else is sent a clear answer."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.checkins import services as checkins
from app.checkins.models import QuarantinedScan
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.employers.models import EmployerMember
from app.intents.models import BoothContact, BoothScan, ContactQuota, Intent
from app.intents.services import meeting
from app.intents.states import ContactState, Step
from app.participations.states import ParticipationStatus
from app.registrations.services import reissue_ticket
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus
from tests.checkins.devices import Phone
from tests.factories import make_coming_fair, make_fair, make_recruiter, make_staff, make_student
from tests.intents.scene import make_registration, make_scene
from tests.intents.stand import StandPhone, codes, stored

QUIET = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIELDS = ("id", "seq", "step", "ticket", "short_code", "scanned_at", "device_time", "offset_ms")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "\0", "😀" * 40, "\u202e反", "0" * 5_000, "O0Il1", "2026-13-99", "ß"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def phone(client, scene):
    return StandPhone(client, scene)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def newcomer(scene, **given):
    return make_registration(make_student(**given), scene.fair)


# -- what is stored, what is answered ---------------------------------------------------------


def test_a_scan_is_a_question_with_a_masked_name(scene, phone):
    result = phone.meet(step="interviewed")
    assert result["stored"] == "new"
    assert result["answer"] == {
        "code": "waiting",
        "name": scene.student.masked_name,
        "school": scene.student.school_name,
        "level": scene.student.level.value,
    }
    assert scene.student.name not in json.dumps(result, ensure_ascii=False)
    contact = db.session.scalars(select(BoothContact)).one()
    assert (contact.step, contact.state) == (Step.INTERVIEWED, ContactState.WAITING)
    assert count(Intent) == 0


def test_the_answer_carries_epoch_time_and_numbers(phone):
    answer = phone.send(phone.contact(), queued=3)
    assert answer["epoch"] == checkins.find_epoch()
    assert answer["server_time"].endswith("+00:00")
    assert answer["seq"] == {"highest": 1, "contiguous": 1, "missing": []}
    assert answer["retry_after_ms"] == 0


def test_a_call_without_contacts_tells_the_numbers_and_notes_the_phone(phone):
    answer = phone.send(queued=7)
    assert (answer["results"], answer["seq"]["highest"]) == ([], 0)
    db.session.refresh(phone.device)
    assert phone.device.reported_queue == 7
    assert phone.device.seen_at is not None


def test_an_idle_phone_writes_once_a_minute(phone):
    phone.send(queued=0)
    db.session.refresh(phone.device)
    first = phone.device.seen_at
    with frozen(first + timedelta(seconds=30)):
        phone.send(queued=0)
    db.session.refresh(phone.device)
    assert phone.device.seen_at == first
    with frozen(first + timedelta(seconds=61)):
        phone.send(queued=0)
    db.session.refresh(phone.device)
    assert phone.device.seen_at == first + timedelta(seconds=61)


def test_the_same_call_again_stores_nothing_and_is_answered_alike(scene, phone):
    sent = [phone.contact(), phone.contact(newcomer(scene)), phone.contact(short_code="ZZZZZZ")]
    first, again = phone.send(*sent), phone.send(*sent)
    assert stored(first) == ["new"] * 3
    assert stored(again) == ["known"] * 3
    assert [one["answer"] for one in again["results"]] == [
        one["answer"] for one in first["results"]
    ]
    assert (count(BoothScan), count(BoothContact)) == (3, 2)


def test_a_gap_in_the_numbers_is_named(phone):
    phone.send(phone.contact(), phone.contact(seq=4), phone.contact(seq=7))
    assert phone.send()["seq"] == {"highest": 7, "contiguous": 1, "missing": [[2, 3], [5, 6]]}


def test_a_short_code_is_read_as_it_was_meant(scene, phone):
    typed = scene.registration.tickets[-1].short_code.lower()
    answer = phone.send(phone.contact(short_code=f"{typed[:3]}-{typed[3:]}"))
    assert codes(answer) == ["waiting"]


def test_an_old_ticket_one_of_another_fair_and_nobodys_are_told_apart(scene, phone):
    old = scene.registration.tickets[-1].hash.hex()
    reissue_ticket(scene.registration, by=make_staff(), why="lost")
    db.session.commit()
    elsewhere = make_registration(make_student(), make_fair())
    gone = newcomer(scene)
    gone.status = RegistrationStatus.CANCELLED
    db.session.commit()
    answer = phone.send(
        phone.contact(ticket=old),
        phone.contact(elsewhere),
        phone.contact(ticket="0" * 32),
        phone.contact(gone),
    )
    assert stored(answer) == ["new"] * 4
    assert codes(answer) == ["replaced", "elsewhere", "unknown", "not_registered"]
    assert {result["answer"]["name"] for result in answer["results"]} == {""}
    assert count(BoothContact) == 0


def test_a_ticket_that_is_known_later_makes_a_question_when_the_scan_comes_again(scene, phone):
    later = newcomer(scene)
    ticket = later.tickets[-1]
    true_hash, ticket.hash = ticket.hash, b"\0" * 16
    db.session.commit()
    scan = phone.contact(ticket=true_hash.hex())
    assert codes(phone.send(scan)) == ["unknown"]
    ticket.hash = true_hash
    db.session.commit()
    answer = phone.send(scan)
    assert (stored(answer), codes(answer)) == (["known"], ["waiting"])


# -- who may ----------------------------------------------------------------------------------


def test_a_gates_phone_may_not_ask_and_a_stands_phone_may_not_scan_people_in(client, scene, phone):
    gate = Phone(client, scene.fair)
    headers = {"Authorization": f"Bearer {gate.token}"}
    refused = phone.post({"contacts": []}, headers=headers)
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "wrong-role")
    headers = {"Authorization": f"Bearer {phone.token}"}
    assert client.post("/api/v1/scans", json={}, headers=headers).status_code == 403


@pytest.mark.parametrize("token", ["", "rubbish", "x" * 600, "ü"])
def test_without_a_token_of_ours_there_is_no_answer(phone, token):
    headers = {"Authorization": f"Bearer {token}"}
    assert phone.post({"contacts": []}, headers=headers).status_code == 401


def test_a_revoked_phone_is_told_to_enrol_again_and_nothing_of_it_is_kept(phone):
    checkins.revoke_device(phone.device, by=make_staff(Role.ADMINISTRATOR))
    db.session.commit()
    checkins.forget_devices()
    refused = phone.post({"contacts": [phone.contact()]})
    assert (refused.status_code, refused.json["error"]["code"]) == (401, "revoked-device")
    assert (count(BoothScan), count(QuarantinedScan)) == (0, 0)


def test_the_phone_of_somebody_who_left_the_company_is_told_the_same(scene, phone):
    phone.meet()
    member = db.session.scalars(select(EmployerMember).filter_by(user_id=scene.recruiter.id)).one()
    member.removed_at = utcnow()
    db.session.commit()
    for body in ({"contacts": [phone.contact(newcomer(scene))]}, {"contacts": []}):
        assert phone.post(body).status_code == 401
    assert count(BoothContact) == 1


def test_another_companys_stand_asks_for_itself_and_hears_nothing_of_the_first(client, phone):
    other = make_scene(fair=phone.scene.fair)
    theirs = StandPhone(client, other)
    sent = phone.contact(step="interviewed")
    phone.send(sent)
    # The same id from another hand is not theirs; their own scan is a question of its own.
    foreign = theirs.send(sent)["results"][0]
    assert (foreign["stored"], foreign["why"]) == ("quarantined", "same-id-other-hand")
    assert "answer" not in foreign
    assert theirs.meet(phone.scene.registration)["stored"] == "new"
    steps = dict(db.session.execute(select(BoothContact.participation_id, BoothContact.step)).all())
    assert steps == {
        phone.scene.participation.id: Step.INTERVIEWED,
        other.participation.id: Step.RESUME_RECEIVED,
    }


@pytest.mark.parametrize("status", [FairStatus.CANCELLED, FairStatus.POSTPONED, FairStatus.DRAFT])
def test_at_a_fair_that_does_not_take_place_nobody_is_asked(scene, phone, status):
    scene.fair.status = status
    db.session.commit()
    result = phone.meet()
    assert (result["stored"], result["why"]) == ("refused", "not-here")
    assert (count(BoothScan), count(BoothContact)) == (0, 0)


def test_a_company_that_withdrew_asks_nobody(scene, phone):
    scene.participation.booth = None
    scene.participation.status = ParticipationStatus.WITHDRAWN
    db.session.commit()
    assert phone.meet()["why"] == "not-here"


def test_before_the_day_of_the_fair_nobody_is_asked(client, database):
    early = StandPhone(client, make_scene(fair=make_coming_fair()))
    assert early.meet()["why"] == "not-today"
    with frozen(early.scene.fair.opens_doors_at):
        assert early.meet()["stored"] == "new"


def test_what_was_scanned_at_the_fair_may_come_weeks_later(scene, phone):
    sent = phone.contact()
    with frozen(scene.fair.ends_at + timedelta(days=20)):
        assert phone.send(sent)["results"][0]["stored"] == "new"
    checkins.forget_devices()
    with frozen(scene.fair.ends_at + timedelta(days=40)):
        assert phone.post({"contacts": [sent]}).status_code == 403


def test_nobody_harvests_a_hall(scene, phone, monkeypatch):
    monkeypatch.setattr(meeting, "DAILY_CONTACTS", 2)
    people = [newcomer(scene) for _ in range(3)]
    # Made-up days do not help: a scan counts for a day of the fair (here its first).
    first = scene.fair.opens_doors_at
    at = {"scanned_at": first.isoformat()}
    sent = [
        phone.contact(people[0], **at),
        phone.contact(people[1], scanned_at=(first - timedelta(days=400)).isoformat()),
        phone.contact(people[2], **at),
        phone.contact(people[0], step="interviewed", **at),
    ]
    results = phone.send(*sent)["results"]
    assert {one["why"] for one in results if one["stored"] == "refused"} == {"capped"}
    # Which of the three it is follows from their codes; the two others may be met twice.
    refused = {
        scan["ticket"]
        for scan, one in zip(sent, results, strict=True)
        if one["stored"] == "refused"
    }
    assert len(refused) == 1
    assert db.session.scalars(select(ContactQuota.taken)).all() == [2]


# -- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 5_000])
def test_what_is_no_call_is_malformed(phone, body):
    refused = phone.post(body)
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "malformed")


def test_too_many_contacts_and_too_many_bytes_are_refused_whole(phone):
    many = [phone.contact(ticket="0" * 32) for _ in range(201)]
    refused = phone.post({"contacts": many})
    assert (refused.status_code, refused.json["error"]["code"]) == (422, "bad-contacts")
    assert phone.post({"contacts": "x"}).status_code == 422
    large = phone.post({"contacts": [{"id": "x" * 300_000}]})
    assert (large.status_code, large.json["error"]["code"]) == (413, "too-large")
    assert count(BoothScan) == 0


@pytest.mark.parametrize("field", ["id", "seq", "step", "scanned_at", "ticket"])
def test_a_contact_without_what_it_needs_is_set_aside_with_its_bytes(phone, field):
    sent = phone.contact()
    del sent[field]
    result = phone.send(sent)["results"][0]
    assert (result["stored"], result["why"]) == ("quarantined", f"bad-{field}")
    assert result["id"] == sent.get("id")
    kept = db.session.scalars(select(QuarantinedScan)).one()
    assert json.loads(kept.body) == sent
    assert phone.send(sent)["results"] == [result]
    assert count(QuarantinedScan) == 1


@pytest.mark.parametrize("step", ["agreement_signed", "contacted", "lapsed", "onboarded", "x", 3])
def test_a_stand_proposes_no_step_beyond_the_preliminary_intent(phone, step):
    assert phone.meet(step=step)["why"] == "bad-step"


def test_another_content_under_a_known_id_is_set_aside_and_changes_nothing(scene, phone):
    sent = phone.contact()
    phone.send(sent)
    for change in ({"step": "interviewed"}, {"seq": 9}, {"ticket": "1" * 32}):
        result = phone.send(sent | change)["results"][0]
        assert (result["stored"], result["why"]) == ("quarantined", "same-id-other-content")
    # A better time is no other content.
    assert stored(phone.send(sent | {"offset_ms": 12})) == ["known"]
    assert db.session.scalars(select(BoothContact.step)).one() is Step.RESUME_RECEIVED


@QUIET
@given(field=st.sampled_from(FIELDS), value=ODD)
def test_a_contact_with_anything_in_any_field_never_costs_its_neighbour(phone, field, value):
    good, odd = phone.contact(newcomer(phone.scene)), phone.contact() | {field: value}
    if field == "short_code":
        del odd["ticket"]
    answer = phone.send(odd, good)
    assert stored(answer)[1] == "new"
    assert stored(answer)[0] in ("new", "quarantined", "known")


@QUIET
@given(key=st.sampled_from(["epoch", "queued", "acknowledged", "x" * 50, "\0"]), value=ODD)
def test_a_call_with_anything_beside_its_contacts_keeps_them(phone, key, value):
    sent = phone.contact(ticket=uuid7().hex)
    assert stored(phone.send(sent, **{key: value})) == ["new"]


@QUIET
@given(body=st.recursive(ODD, lambda inner: st.lists(inner, max_size=4), max_leaves=20))
def test_any_json_is_answered_in_the_200s_or_400s(phone, body):
    assert phone.post({"contacts": body}).status_code in (200, 422)
    assert phone.post(json.dumps(body).encode()).status_code in (200, 400, 422)


@QUIET
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered_in_the_400s(phone, body):
    assert phone.post(b"x" + body).status_code == 400


def test_a_colleagues_phone_is_another_phone_of_the_same_stand(client, scene, phone):
    colleague = make_recruiter(scene.employer, Role.RECRUITER)
    second = StandPhone(client, scene, user=colleague)
    phone.meet()
    assert second.meet(step="shortlisted")["answer"]["code"] == "waiting"
    assert count(BoothContact) == 1
    assert {one.seq for one in db.session.scalars(select(BoothScan))} == {1}
