"""What was set aside: nothing is lost, nothing counts twice, and a person decides."""

import re

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.checkins import services
from app.checkins.models import Attendance, Device, QuarantinedScan, Scan
from app.checkins.services import rederive_fair
from app.core.clock import utcnow
from app.core.db import db
from tests.checkins.devices import Phone
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_staff, save
from tests.live import run_together

ENGLISH = {"Accept-Language": "en-GB"}
WHY = {"reason": "Enrolled after the backup"}


@pytest.fixture
def phone(new_client):
    services.forget_devices()
    return Phone(new_client())


def forget(phone):
    """What a restore from before its enrolment does to a phone."""
    db.session.delete(phone.device)
    db.session.commit()
    services.forget_devices()


def page_of(client, fair):
    text = client.get(f"/staff/fairs/{fair.slug}/aside", headers=ENGLISH).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def post(client, phone, what, **data):
    url = f"/staff/fairs/{phone.fair.slug}/aside/{phone.uid}/{what}"
    return client.post(url, data=WHY | data, headers=ENGLISH)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def forgotten(phone):
    """A phone of a fair whose database came back from before it was enrolled, with three scans."""
    phone.uid = phone.device.uid
    forget(phone)
    people = [make_registration(phone.fair) for _ in range(3)]
    phone.told = [phone.scan(one) for one in people]
    answer = phone.send(*phone.told)
    assert {one["stored"] for one in answer["results"]} == {"quarantined"}
    return phone


def test_scans_of_a_forgotten_phone_are_counted_after_a_look_and_the_phone_works_on(
    client, log_in, forgotten
):
    assert count(Scan) == 0
    log_in(make_staff(Role.SUPERVISOR))
    assert "3 records" in page_of(client, forgotten.fair)
    assert post(client, forgotten, "take-in").status_code == 303
    assert "Nothing is set aside" in page_of(client, forgotten.fair)
    assert {str(id_) for id_ in db.session.scalars(select(Scan.id))} == {
        one["id"] for one in forgotten.told
    }
    assert count(Attendance) == 3
    # With the token it has: nobody enrols it anew.
    again = forgotten.sync(forgotten.told[0], forgotten.scan(make_registration(forgotten.fair)))
    assert [one["stored"] for one in again["results"]] == ["known", "new"]
    assert again["seq"]["missing"] == []
    assert forgotten.roster().status_code == 200
    [entry] = db.session.scalars(select(AuditEntry).filter_by(action="device.take-in"))
    assert entry.reason == WHY["reason"]


def test_what_is_counted_afterwards_is_what_the_scans_come_to(client, log_in, forgotten):
    log_in(make_staff(Role.SUPERVISOR))
    post(client, forgotten, "take-in")
    before = {(one.registration_id, one.first_at) for one in db.session.scalars(select(Attendance))}
    rederive_fair(forgotten.fair)
    db.session.commit()
    db.session.expire_all()
    after = {(one.registration_id, one.first_at) for one in db.session.scalars(select(Attendance))}
    assert before == after != set()


def test_a_phone_out_of_use_stays_so_when_its_scans_are_counted(client, log_in, phone):
    phone.uid = phone.device.uid
    phone.device.revoked_at = utcnow()
    save(phone.device)
    services.forget_devices()
    phone.send(phone.scan(make_registration(phone.fair)))
    log_in(make_staff(Role.SUPERVISOR))
    assert "out of use when it brought these" in page_of(client, phone.fair)
    assert post(client, phone, "take-in").status_code == 303
    assert count(Scan) == 1
    services.forget_devices()
    late = phone.send(phone.scan(make_registration(phone.fair)))
    assert late["results"][0]["stored"] == "quarantined"


def test_a_record_is_taken_in_with_its_scan(client, log_in, phone):
    phone.uid = phone.device.uid
    forget(phone)
    scan = phone.scan(make_registration(phone.fair))
    phone.send(scan, records=[phone.record(scan, "void", None)])
    log_in(make_staff(Role.SUPERVISOR))
    post(client, phone, "take-in")
    assert db.session.scalars(select(Scan)).one().voided_at is not None
    assert count(Attendance) == 0


def test_what_is_no_scan_stays_with_its_bytes_and_says_why(client, log_in, phone):
    phone.uid = phone.device.uid
    forget(phone)
    good, bad = phone.scan(make_registration(phone.fair)), phone.scan() | {"scanned_at": "soon"}
    phone.send(bad, good, "not a scan")
    log_in(make_staff(Role.SUPERVISOR))
    post(client, phone, "take-in")
    assert count(Scan) == 1
    left = db.session.scalars(select(QuarantinedScan).filter_by(settled_at=None)).all()
    assert {one.why for one in left} == {"bad-scanned_at", "bad-scan"}
    assert "It cannot be read as a scan: bad-scanned_at" in page_of(client, phone.fair)
    # It was looked at: there is nothing more to take, but it can be left out.
    assert post(client, phone, "leave-out").status_code == 303
    assert "Nothing is set aside" in page_of(client, phone.fair)
    assert count(QuarantinedScan) == 3


def test_left_out_is_not_counted_and_not_offered_again(client, log_in, forgotten):
    log_in(make_staff(Role.SUPERVISOR))
    post(client, forgotten, "leave-out")
    answer = client.post(
        f"/staff/fairs/{forgotten.fair.slug}/aside/{forgotten.uid}/take-in",
        data=WHY,
        headers=ENGLISH,
        follow_redirects=True,
    )
    assert "Nothing of this phone waits any more." in answer.text
    assert (count(Scan), count(Device)) == (0, 0)


@pytest.mark.parametrize("what", ["take-in", "leave-out"])
def test_without_a_reason_nothing_happens(client, log_in, forgotten, what):
    log_in(make_staff(Role.SUPERVISOR))
    answer = post(client, forgotten, what, reason="  ")
    assert answer.status_code == 422
    assert "Please write down the reason." in answer.text
    assert db.session.scalar(select(func.count(QuarantinedScan.settled_at))) == 0


def test_a_phone_of_another_fair_is_none_of_ours(client, log_in, forgotten):
    other = make_fair()
    log_in(make_staff(Role.SUPERVISOR))
    url = f"/staff/fairs/{other.slug}/aside/{forgotten.uid}/take-in"
    assert client.post(url, data=WHY).status_code == 303
    assert (count(Scan), count(Device)) == (0, 0)
    assert "Nothing is set aside" in page_of(client, other)


def test_two_who_count_the_same_at_once_count_it_once(live_app):
    """Both read the same rows at the same moment; a scan is known by its id."""
    with live_app.app_context():
        services.forget_devices()
        phone = Phone(live_app.test_client())
        phone.uid = phone.device.uid
        forget(phone)
        phone.send(*[phone.scan(make_registration(phone.fair)) for _ in range(5)])
        staff = [make_staff(Role.SUPERVISOR).get_id() for _ in range(2)]
        db.session.commit()
        url = f"/staff/fairs/{phone.fair.slug}/aside/{phone.uid}/take-in"

    def take(index):
        client = live_app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = staff[index], True
        return client.post(url, data=WHY).status_code

    answers = run_together(live_app, 2, take)
    assert answers == [303, 303]
    with live_app.app_context():
        assert (count(Scan), count(Attendance), count(Device)) == (5, 5, 1)
        assert db.session.scalar(select(func.count(QuarantinedScan.settled_at))) == 5
