"""The organiser's pages about gate phones."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.checkins import queries, services
from app.checkins.models import Device, DeviceEnrolment, Ruling, Scan, SupervisorPin
from app.core.clock import local, utcnow
from app.core.db import db
from app.tours.models import Fair
from tests.checkins.devices import Phone
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_gate, make_staff
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


@pytest.fixture
def phone(new_client):
    services.forget_devices()
    return Phone(new_client(), gate=make_gate(name="South"))


def base_of(fair):
    return f"/staff/fairs/{fair.slug}/devices"


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def shown(moment, fair):
    return local(moment, fair.time_zone).strftime("%Y-%m-%dT%H:%M")


def range_of(fair, first, last, reason="Invented scans"):
    return {"first_at": shown(first, fair), "last_at": shown(last, fair), "reason": reason}


# -- the list --------------------------------------------------------------------------


def test_the_list_says_when_a_phone_was_seen_what_it_holds_and_what_is_missing(
    client, log_in, phone
):
    first = phone.scan(make_registration(phone.fair))
    phone.scan(make_registration(phone.fair))
    third = phone.scan(make_registration(phone.fair))
    phone.sync(first, third)
    db.session.get(Device, phone.device.id).reported_queue = 4
    db.session.commit()
    log_in(make_staff(Role.SUPERVISOR))
    page = text_of(client.get(base_of(phone.fair), headers=ENGLISH))
    assert "Redmi 9" in page
    assert "South" in page
    assert "4 scans not sent" in page
    assert "1 gap" in page
    detail = client.get(f"{base_of(phone.fair)}/{phone.device.uid}", headers=ENGLISH)
    assert "Missing numbers: 2." in text_of(detail)


def test_without_phones_the_page_says_what_to_do(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.PLANNER))
    page = client.get(base_of(fair), headers=ENGLISH)
    assert "No gate phone yet" in page.text


def test_the_list_takes_as_many_statements_for_two_phones_as_for_twenty(
    client, new_client, log_in, phone
):
    slug = phone.fair.slug
    log_in(make_staff(Role.SUPERVISOR))

    def more(number):
        fair = db.session.scalars(select(Fair).filter_by(slug=slug)).one()
        for _ in range(number):
            other = Phone(new_client(), fair=fair)
            other.sync(other.scan(make_registration(fair)))

    def look():
        db.session.expunge_all()
        with count_statements() as seen:
            assert client.get(f"/staff/fairs/{slug}/devices").status_code == 200
        return len(seen)

    more(1)
    few = look()
    more(10)
    assert look() <= few


# -- enrolling and the PIN -------------------------------------------------------------


def test_a_borrowed_phone_is_enrolled_by_the_code_on_the_page(client, new_client, log_in):
    gate = make_gate(name="South")
    log_in(make_staff(Role.PLANNER))
    page = client.post(f"{base_of(gate.fair)}/enrol", data={"gate": str(gate.id)}, headers=ENGLISH)
    assert page.status_code == 200
    assert "Scan this with the borrowed phone" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    enrolment = db.session.scalars(select(DeviceEnrolment)).one()
    assert enrolment.gate_id == gate.id
    # The secret is in the picture only; what is stored does not give it away.
    assert enrolment.secret_hash not in page.text
    client.post(f"{base_of(gate.fair)}/enrol", data={"gate": ""})
    assert db.session.scalar(select(func.count()).select_from(DeviceEnrolment)) == 2


@pytest.mark.parametrize("gate", ["999999", "x", "\0", "-1"])
def test_a_gate_of_elsewhere_enrols_nothing(client, log_in, gate):
    fair = make_fair()
    log_in(make_staff(Role.PLANNER))
    assert client.post(f"{base_of(fair)}/enrol", data={"gate": gate}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(DeviceEnrolment)) == 0


def test_the_pin_is_set_by_a_supervisor_and_never_shown(client, log_in):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR))
    assert "not set" in client.get(base_of(fair), headers=ENGLISH).text
    answer = client.post(f"{base_of(fair)}/pin", data={"pin": "482915"})
    assert answer.status_code == 303
    assert db.session.get(SupervisorPin, fair.id) is not None
    page = client.get(base_of(fair), headers=ENGLISH)
    assert "Set a new PIN" in page.text
    assert "482915" not in page.text
    log_in(make_staff(Role.PLANNER))
    assert client.post(f"{base_of(fair)}/pin", data={"pin": "482915"}).status_code == 403


@pytest.mark.parametrize(
    "pin", ["", "12345", "111111", "123456", "abcdef", "1" * 21, "😀😀😀😀😀😀"]
)
def test_a_weak_pin_is_refused_in_words(client, log_in, pin):
    fair = make_fair()
    log_in(make_staff(Role.SUPERVISOR))
    answer = client.post(f"{base_of(fair)}/pin", data={"pin": pin}, headers=ENGLISH)
    assert answer.status_code == 422
    assert "xp-errors" in answer.text
    assert db.session.get(SupervisorPin, fair.id) is None


# -- taking out of use -----------------------------------------------------------------


def test_a_phone_out_of_use_sends_nothing_more_and_its_scans_stay(client, log_in, phone):
    registration, late = make_registration(phone.fair), make_registration(phone.fair)
    phone.sync(phone.scan(registration), queued=3)
    by = log_in(make_staff(Role.SUPERVISOR))
    address = f"{base_of(phone.fair)}/{phone.device.uid}"
    assert client.post(f"{address}/revoke", data={"revoke-reason": ""}).status_code == 422
    answer = client.post(f"{address}/revoke", data={"revoke-reason": "Lost in the hall"})
    assert answer.status_code == 303
    said = phone.send(phone.scan(late))
    assert [result["stored"] for result in said["results"]] == ["quarantined"]
    assert queries.count_people(phone.fair).attended == 1
    entry = db.session.scalars(select(AuditEntry).filter_by(action="device.revoke")).one()
    assert (entry.actor_id, entry.reason) == (by.id, "Lost in the hall")
    page = client.get(base_of(phone.fair), headers=ENGLISH)
    assert "1 phone out of use" in page.text


# -- voiding a span of time (T13) ------------------------------------------------------


def test_invented_scans_of_a_phone_are_void_in_a_span_of_time_and_counted_again_after(
    client, log_in, phone
):
    fair, now = phone.fair, utcnow()
    people = [make_registration(fair) for _ in range(3)]
    moments = [now - timedelta(minutes=minutes) for minutes in (50, 30, 10)]
    phone.sync(
        *(
            phone.scan(row, scanned_at=moment.isoformat(), device_time=moment.isoformat())
            for row, moment in zip(people, moments, strict=True)
        )
    )
    assert queries.count_people(fair).attended == 3
    log_in(make_staff(Role.SUPERVISOR))
    address = f"{base_of(fair)}/{phone.device.uid}"
    span = range_of(fair, now - timedelta(minutes=40), now)
    assert client.post(f"{address}/void", data=span).status_code == 303
    assert queries.count_people(fair).attended == 1
    voided = db.session.scalars(select(Scan).where(Scan.voided_at.is_not(None))).all()
    assert len(voided) == 2
    assert {row.void_reason for row in voided} == {"Invented scans"}
    assert "2 scans" in text_of(client.get(address, headers=ENGLISH))
    ruling = db.session.scalars(select(Ruling)).one()
    answer = client.post(f"/staff/fairs/{fair.slug}/rulings/{ruling.uid}/undo")
    assert answer.location == address
    assert queries.count_people(fair).attended == 3
    assert "taken back at" in client.get(address, headers=ENGLISH).text


def test_a_span_without_scans_changes_nothing(client, log_in, phone):
    log_in(make_staff(Role.SUPERVISOR))
    span = range_of(phone.fair, utcnow() - timedelta(hours=3), utcnow() - timedelta(hours=2))
    answer = client.post(
        f"{base_of(phone.fair)}/{phone.device.uid}/void", data=span, headers=ENGLISH
    )
    assert answer.status_code == 422
    assert "no scan in that time" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Ruling)) == 0


@pytest.mark.parametrize(
    "given",
    [{"first_at": ""}, {"last_at": "x"}, {"reason": ""}, {"first_at": "0001-01-01T00:00"}],
)
def test_half_a_span_is_refused(client, log_in, phone, given):
    log_in(make_staff(Role.SUPERVISOR))
    span = range_of(phone.fair, utcnow() - timedelta(hours=1), utcnow()) | given
    address = f"{base_of(phone.fair)}/{phone.device.uid}/void"
    assert client.post(address, data=span).status_code == 422


def test_phones_of_another_fair_are_not_found(client, log_in, phone):
    other = make_fair()
    log_in(make_staff(Role.SUPERVISOR, ScopeKind.FAIR, other.id))
    address = f"{base_of(other)}/{phone.device.uid}"
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/revoke", data={"revoke-reason": "x"}).status_code == 404
    span = range_of(other, utcnow() - timedelta(hours=1), utcnow())
    assert client.post(f"{address}/void", data=span).status_code == 404
    assert db.session.get(Device, phone.device.id).revoked_at is None
