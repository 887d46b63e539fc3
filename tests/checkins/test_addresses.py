"""What the QR codes open, for whom: a ticket's address and a gate's poster."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.checkins.models import Gate, Scan
from app.checkins.states import Evidence, ScanSource
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.participations.states import ParticipationStatus
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus
from tests.checkins.making import code_of, make_registration, scan
from tests.factories import (
    make_employer,
    make_fair,
    make_gate,
    make_participation,
    make_recruiter,
    make_staff,
    make_student,
)

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


def texts(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


# -- a ticket's address ----------------------------------------------------------------


def test_gate_staff_get_one_button_and_it_checks_in(client, log_in):
    gate = make_gate(name="南门")
    registration = make_registration(gate.fair)
    log_in(make_staff(Role.GATE_STAFF, ScopeKind.FAIR, gate.fair_id))
    address = f"/t/{code_of(registration)}"
    page = client.get(address, headers=CHINESE)
    assert registration.student.masked_name in page.text
    assert registration.student.name not in page.text
    data = {
        "id": re.search(r'name="id"[^>]*value="([^"]+)"', page.text)[1],
        "gate": str(gate.id),
        "direction": "in",
    }
    for _ in range(2):
        verdict = client.post(f"{address}/check-in", data=data, headers=CHINESE)
        assert 'data-result="admitted"' in verdict.text
    row = db.session.scalars(select(Scan)).one()
    assert (row.source, row.gate_id) == (ScanSource.STAFF, gate.id)
    again = client.post(f"{address}/check-in", data=data | {"id": str(uuid7())}, headers=CHINESE)
    assert 'data-result="already_admitted"' in again.text
    assert "不放行" in again.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"id": "x", "direction": "in"},
        {"id": str(uuid7()), "direction": "up"},
        {"id": str(uuid7()), "direction": "in", "gate": "9" * 12},
    ],
)
def test_a_tampered_button_is_refused(client, log_in, data):
    gate = make_gate()
    registration = make_registration(gate.fair)
    log_in(make_staff(Role.SUPERVISOR))
    answer = client.post(f"/t/{code_of(registration)}/check-in", data=data)
    assert answer.status_code in (404, 422)
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_the_owner_is_sent_to_the_ticket(client, log_in):
    registration = make_registration(make_fair())
    log_in(registration.student.user)
    answer = client.get(f"/t/{code_of(registration)}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/me/tickets/{registration.uid}"


def test_anybody_else_is_sent_to_the_fair_whatever_the_ticket_is_worth(client, log_in):
    fair = make_fair()
    good, used = make_registration(fair), make_registration(fair)
    gone = make_registration(fair, status=RegistrationStatus.CANCELLED)
    scan(fair, used)
    others = (
        None,
        make_student().user,
        make_recruiter(),
        make_staff(Role.REVIEWER),
        make_staff(Role.GATE_STAFF, ScopeKind.FAIR, make_fair().id),
    )
    for user in others:
        if user is not None:
            log_in(user)
        told = {
            (answer.status_code, answer.headers["Location"])
            for answer in (client.get(f"/t/{code_of(one)}") for one in (good, used, gone))
        }
        assert told == {(302, f"/fairs/{fair.slug}")}


@pytest.mark.parametrize("code", ["ABC", "0" * 28, "x" * 400, "😀", "a b"])
def test_a_code_that_is_none_leads_home_and_is_no_404(client, code):
    answer = client.get(f"/t/{code}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


# -- the poster ------------------------------------------------------------------------


@pytest.fixture
def gate():
    return make_gate(fair=make_fair(title_zh="双选会"), name="南门")


def tap(client, gate, **more):
    page = client.get(f"/g/{gate.code}", headers=CHINESE)
    data = {"id": re.search(r'name="id"[^>]*value="([^"]+)"', page.text)[1]} | more
    return client.post(f"/g/{gate.code}/check-in", data=data, headers=CHINESE)


def test_a_registered_student_checks_in_with_one_tap(client, log_in, gate):
    registration = make_registration(gate.fair)
    log_in(registration.student.user)
    page = client.get(f"/g/{gate.code}", headers=CHINESE)
    assert "我到了，签到" in page.text
    assert registration.student.name in page.text
    verdict = tap(client, gate)
    assert 'data-result="admitted"' in verdict.text
    assert "签到成功" in verdict.text
    row = db.session.scalars(select(Scan)).one()
    assert (row.source, row.evidence, row.gate_id) == (
        ScanSource.SELF,
        Evidence.POSTER,
        gate.id,
    )
    assert row.actor_id == registration.student.user_id
    assert 'data-result="already_admitted"' in tap(client, gate).text
    assert "已经签到" in client.get(f"/g/{gate.code}", headers=CHINESE).text


def test_a_student_without_a_place_is_led_to_register_here(client, log_in, gate):
    log_in(make_student().user)
    page = client.get(f"/g/{gate.code}", headers=CHINESE)
    assert f"/fairs/{gate.fair.slug}/register?gate={gate.code}" in page.text
    answer = client.post(f"/g/{gate.code}/check-in", data={"id": str(uuid7())})
    assert answer.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


def test_a_guest_chooses_between_registering_and_signing_in(client, gate):
    page = client.get(f"/g/{gate.code}", headers=ENGLISH)
    assert f"/fairs/{gate.fair.slug}/register?gate={gate.code}" in page.text
    assert f"/login?next=/g/{gate.code}" in page.text


def test_a_student_cannot_send_the_scan_of_another(client, log_in, gate):
    first, second = make_registration(gate.fair), make_registration(gate.fair)
    id_ = str(uuid7())
    for registration, verdict in ((first, "admitted"), (second, "cannot_record")):
        log_in(registration.student.user)
        answer = client.post(f"/g/{gate.code}/check-in", data={"id": id_}, headers=CHINESE)
        assert f'data-result="{verdict}"' in answer.text
    assert first.student.masked_name not in answer.text


def test_a_closed_gates_poster_checks_nobody_in(client, log_in, gate):
    registration = make_registration(gate.fair)
    gate.closed_at = utcnow()
    db.session.commit()
    log_in(registration.student.user)
    assert "停用" in client.get(f"/g/{gate.code}", headers=CHINESE).text
    client.post(f"/g/{gate.code}/check-in", data={"id": str(uuid7())})
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 0


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"ends_at": utcnow() - timedelta(minutes=1)}, "这场已经结束"),
        ({"status": FairStatus.CANCELLED, "status_reason": "停电"}, "这一场已取消。停电"),
        ({"status": FairStatus.POSTPONED, "status_reason": "检修"}, "这一场延期"),
    ],
)
def test_the_poster_of_a_fair_that_is_over_or_off_sends_nobody_to_register(
    client, log_in, state, words
):
    gate = make_gate(fair=make_fair(**state))
    guest = client.get(f"/g/{gate.code}", headers=CHINESE).text
    log_in(make_registration(gate.fair).student.user)
    registered = client.get(f"/g/{gate.code}", headers=CHINESE).text
    for page in (guest, registered):
        assert words in page
        assert "/register?" not in page
        assert "我到了，签到" not in page


def test_a_poster_offers_to_register_only_while_that_is_possible(client, gate):
    gate.fair.registration_opens_at = utcnow() + timedelta(hours=1)
    gate.fair.starts_at = gate.fair.doors_at = utcnow() + timedelta(hours=2)
    db.session.commit()
    page = client.get(f"/g/{gate.code}", headers=ENGLISH).text
    assert "/register?" not in page
    assert f"/login?next=/g/{gate.code}" in page


def test_an_unknown_poster_or_one_of_a_draft_is_not_there(client):
    draft = make_gate(fair=make_fair(published_at=None))
    for code in ("NOSUCHGATE", draft.code, "x\0"):
        assert client.get(f"/g/{code}").status_code == 404


def test_an_employer_says_that_it_has_arrived(client, log_in, gate):
    employer = make_employer(short_name="瓯屿智造")
    own = make_participation(fair=gate.fair, employer=employer)
    log_in(make_recruiter(employer))
    assert "我们到了" in client.get(f"/g/{gate.code}", headers=CHINESE).text
    assert client.post(f"/g/{gate.code}/arrive").status_code == 303
    assert own.status is ParticipationStatus.ARRIVED
    assert own.arrived_via == "poster"
    assert "已报到" in client.get(f"/g/{gate.code}", headers=CHINESE).text


def test_a_company_that_does_not_take_part_has_no_button(client, log_in, gate):
    log_in(make_recruiter())
    assert "没有报名这一场" in client.get(f"/g/{gate.code}", headers=CHINESE).text
    assert client.post(f"/g/{gate.code}/arrive").status_code == 404


# -- nothing by looking ----------------------------------------------------------------


def test_no_get_of_this_room_changes_a_row(app, client, log_in, gate):
    registration = make_registration(gate.fair)
    scan(gate.fair, registration, gate=gate)
    values = {
        "slug": gate.fair.slug,
        "gate_id": gate.id,
        "uid": registration.uid,
        "size": 192,
    }
    pages = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("checkins.")
        and "GET" in rule.methods
        and rule.arguments <= {*values, "code"}
    ]
    assert len(pages) >= 10

    def count():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }

    before = count()
    for user in (registration.student.user, make_staff(), None):
        before = count()
        if user is not None:
            log_in(user)
        for rule in pages:
            code = gate.code if rule.rule.startswith("/g/") else code_of(registration)
            given = {name: {**values, "code": code}[name] for name in rule.arguments}
            client.get(app.url_map.bind("localhost").build(rule.endpoint, given))
        assert count() == before


def test_the_gates_code_is_read_in_any_case(client, gate):
    assert client.get(f"/g/{gate.code.lower()}").status_code == 200
    assert db.session.scalars(select(Gate)).one().closed_at is None
