"""Devices: enrolled by QR, by signing in, by a script; revoked, over, restored."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.checkins import services
from app.checkins.models import Device, DeviceEnrolment
from app.checkins.services import UnknownDevice, UnknownEnrolment
from app.core.clock import frozen, utcnow
from app.core.codes import fingerprint
from app.core.db import db
from app.participations.states import ParticipationStatus
from tests.checkins.devices import Phone
from tests.factories import (
    make_fair,
    make_gate,
    make_participation,
    make_recruiter,
    make_staff,
    save,
)
from tests.live import run_together


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


def test_a_borrowed_phone_becomes_a_device_by_a_secret_that_is_good_once(client):
    gate = make_gate()
    _, secret = services.enrol_device(gate.fair, gate=gate, by=make_staff())
    answer = client.post("/api/v1/devices", json={"enrol": secret, "name": "Redmi 9\0\n"})
    told = answer.json
    assert answer.status_code == 201
    assert (told["gate"], told["role"], told["fair"]["slug"]) == (gate.id, "gate", gate.fair.slug)
    assert told["gates"] == [{"id": gate.id, "name": gate.name, "direction": gate.direction.value}]
    device = db.session.scalars(select(Device)).one()
    assert (device.uid, device.name) == (told["device"], "Redmi 9")
    assert device.token_hash == fingerprint(told["token"])
    again = client.post("/api/v1/devices", json={"enrol": secret})
    assert (again.status_code, again.json["error"]["code"]) == (404, "unknown-enrolment")


def test_a_secret_is_over_after_ten_minutes_and_is_not_stored(client):
    gate = make_gate()
    enrolment, secret = services.enrol_device(gate.fair, gate=gate, by=make_staff())
    assert secret not in str(vars(enrolment))
    with frozen(utcnow() + timedelta(minutes=10, seconds=1)):
        assert client.post("/api/v1/devices", json={"enrol": secret}).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"enrol": 5}', b'{"enrol": "\\u0000"}', b'{"enrol": null}']
)
def test_what_is_no_secret_opens_nothing(client, body):
    assert client.post("/api/v1/devices", data=body).status_code in (400, 404)


@pytest.mark.own_database
def test_of_twenty_phones_that_read_one_code_one_gets_in(live_app):
    with live_app.app_context():
        gate = make_gate()
        _, secret = services.enrol_device(gate.fair, gate=gate, by=make_staff())
        db.session.commit()

    def redeem(index):
        from app.core.transaction import transaction

        with transaction():
            return services.redeem_enrolment(secret, name=f"phone {index}").device.uid

    results = run_together(live_app, 20, redeem)
    assert sum(isinstance(result, str) for result in results) == 1
    refused = [result for result in results if not isinstance(result, str)]
    assert {type(result) for result in refused} == {UnknownEnrolment}
    with live_app.app_context():
        assert len(db.session.scalars(select(Device)).all()) == 1
        assert db.session.scalars(select(DeviceEnrolment)).one().device_id is not None


def test_signed_in_staff_need_no_code(client, log_in):
    gate = make_gate()
    by = log_in(make_staff(Role.GATE_STAFF))
    assert client.get("/scanner/session").json["name"] == by.label
    answer = client.post(f"/staff/fairs/{gate.fair.slug}/devices", json={"gate": gate.id})
    assert answer.status_code == 201
    assert services.find_device(answer.json["token"]).actor.id == by.id
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("device.enrol", by.id)


def test_who_is_signed_out_is_told_so(client):
    answer = client.get("/scanner/session", headers={"Accept": "application/json"})
    assert answer.status_code == 401


def test_a_device_of_somebody_whose_account_is_closed_is_revoked(client):
    by = make_staff(Role.GATE_STAFF)
    phone = Phone(client, user=by)
    by.disabled_at = utcnow()
    save(by)
    assert services.find_device(phone.token).refused_because == "revoked-device"


def test_a_revocation_reaches_other_processes_within_five_seconds(client):
    phone = Phone(client)
    assert services.find_device(phone.token).is_revoked is False
    phone.device.revoked_at = utcnow()  # as another process would
    save(phone.device)
    assert services.find_device(phone.token).is_revoked is False
    with frozen(utcnow() + timedelta(seconds=5)):
        assert services.find_device(phone.token).is_revoked is True


def test_a_revocation_here_is_known_at_once_and_is_logged(client):
    from app.core.transaction import transaction

    phone, by = Phone(client), make_staff()
    services.find_device(phone.token)
    with transaction():
        services.revoke_device(phone.device, by=by)
        services.revoke_device(phone.device, by=by)
    assert services.find_device(phone.token).is_revoked is True
    actions = db.session.scalars(select(AuditEntry.action)).all()
    assert actions == ["device.enrol", "device.revoke"]


def test_a_device_the_database_forgot_is_still_recognised_by_its_signature(client):
    phone = Phone(client)
    uid = phone.device.uid
    db.session.delete(phone.device)
    db.session.commit()
    found = services.find_device(phone.token)
    assert (found.id, found.uid, found.refused_because) == (None, uid, "unknown-device")


@pytest.mark.parametrize("token", ["", "x", "a.b", "é", "x" * 600, "e30.e30"])
def test_what_we_did_not_sign_is_no_device(token):
    with pytest.raises(UnknownDevice):
        services.find_device(token)


def test_a_script_gets_its_device_as_one_line_of_json(app):
    gate = make_gate(name="北门")
    make_gate(fair=gate.fair)
    run = app.test_cli_runner().invoke
    result = run(args=["devices", "enrol", gate.fair.slug, "--gate", "北门"])
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert set(told) == {"device", "token", "fair", "gate"}
    assert (told["fair"], told["gate"]) == (gate.fair.slug, gate.id)
    assert services.find_device(told["token"]).gate_id == gate.id


def test_a_script_is_told_what_it_called_wrongly(app):
    gate = make_gate(name="North")
    run = app.test_cli_runner().invoke
    assert run(args=["devices", "enrol", gate.fair.slug]).exit_code == 0
    make_gate(fair=gate.fair, name="South")
    unclear = run(args=["devices", "enrol", gate.fair.slug])
    assert (unclear.exit_code, "North, South" in unclear.stderr) == (2, True)
    wrong = run(args=["devices", "enrol", gate.fair.slug, "--gate", "East"])
    assert (wrong.exit_code, "North, South" in wrong.stderr) == (1, True)
    nowhere = run(args=["devices", "enrol", "no-such-fair"])
    assert (nowhere.exit_code, "no-such-fair" in nowhere.stderr) == (1, True)


def test_a_fair_without_gates_gets_those_of_its_venue_for_a_script(app):
    fair = make_fair()
    result = app.test_cli_runner().invoke(args=["devices", "enrol", fair.slug])
    assert json.loads(result.stdout)["gate"] == services.ensure_gates(fair)[0].id


@pytest.mark.parametrize("status", list(ParticipationStatus))
def test_a_recruiter_enrols_the_phone_of_a_stand_that_is_confirmed(client, log_in, status):
    stand = make_participation(status=status)
    log_in(make_recruiter(stand.employer, Role.RECRUITER))
    address = f"/employer/fairs/{stand.fair.slug}/devices"
    answer = client.post(address, json={"name": "Booth"})
    if status not in (ParticipationStatus.CONFIRMED, ParticipationStatus.ARRIVED):
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "no-stand")
        return
    told = answer.json
    assert (answer.status_code, told["role"], told["gate"]) == (201, "booth", None)
    assert told["booth"]["employer"] == stand.employer.name
    assert services.find_device(told["token"]).participation_id == stand.id


def test_a_recruiter_of_another_company_enrols_nothing(client, log_in):
    stand = make_participation()
    log_in(make_recruiter())
    address = f"/employer/fairs/{stand.fair.slug}/devices"
    assert client.post(address, json={}).status_code == 404
