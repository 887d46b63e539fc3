"""At the gate: on to the poster, and without a text message where none goes out."""

from datetime import timedelta

import pytest

from app.accounts.permissions import Role
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.notices import services as notices
from app.notices.models import Notice
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.models import Student
from tests.factories import make_fair, make_gate, make_student, make_user
from tests.registrations.test_register_pages import PHONE, about, ask_code, the_registration


@pytest.fixture
def no_messages(monkeypatch):
    monkeypatch.setattr(notices.LIMITS, "sms_per_fair", 0)


def walk_in(client, fair, gate, phone=PHONE):
    query = {"gate": gate.code}
    client.post(f"/fairs/{fair.slug}/register", data={"phone": phone}, query_string=query)
    return client.post(f"/fairs/{fair.slug}/register/about", data=about(), query_string=query)


def test_after_registering_at_a_gate_one_is_back_at_its_poster(client):
    gate = make_gate()
    step, code = ask_code(client, gate.fair, gate=gate.code)
    assert f"gate={gate.code}" in step
    page = client.get(step)
    # Nothing is asked at the door that can wait.
    assert 'name="resume"' not in page.text
    assert 'name="wants_news"' not in page.text
    answer = client.post(step, data=about(code=code))
    assert answer.location == f"/g/{gate.code}"


def test_somebody_registered_is_led_from_the_gate_to_its_poster(client, log_in):
    gate = make_gate()
    student = make_student()
    log_in(student.user)
    client.post(f"/fairs/{gate.fair.slug}/register/about", query_string={"gate": gate.code})
    page = client.get(f"/fairs/{gate.fair.slug}/register", query_string={"gate": gate.code})
    assert page.location == f"/g/{gate.code}"


@pytest.mark.parametrize("gate", ["//evil.example", "a/b", "x" * 500, "码", "<b>"])
def test_what_is_no_gate_code_is_ignored(client, gate):
    fair = make_fair()
    query = {"gate": gate}
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE}, query_string=query)
    assert page.location == f"/fairs/{fair.slug}/register/about"


def test_when_messages_fail_a_walk_in_gets_a_ticket_of_this_browser(
    client, new_client, no_messages
):
    gate = make_gate()
    fair = gate.fair
    page = client.post(
        f"/fairs/{fair.slug}/register", data={"phone": PHONE}, query_string={"gate": gate.code}
    )
    assert page.status_code == 303
    page = client.get(page.location)
    assert "No text message can be sent" in page.text
    assert 'name="code"' not in page.text
    page = client.post(
        f"/fairs/{fair.slug}/register/about", data=about(), query_string={"gate": gate.code}
    )
    # Where they stand one tap checks them in; the ticket is a page further.
    assert page.location == f"/g/{gate.code}"
    registration = the_registration(fair)
    assert registration.source is RegistrationSource.WALK_IN
    assert registration.verified_at is None
    assert registration.student.user_id is None
    ticket = client.get(f"/fairs/{fair.slug}/ticket")
    assert ticket.headers["Cache-Control"] == "no-store"
    assert "Show this code to the staff at the gate" in ticket.text
    assert "Your phone is not confirmed" in ticket.text
    picture = client.get(f"/fairs/{fair.slug}/ticket.png")
    assert picture.data.startswith(b"\x89PNG")
    assert client.get(f"/fairs/{fair.slug}/ticket.ics").status_code == 200
    # Nobody else, and no account with that number, has it.
    stranger = new_client()
    assert stranger.get(f"/fairs/{fair.slug}/ticket").location.endswith("/register")
    assert stranger.get(f"/fairs/{fair.slug}/ticket.png").status_code == 404
    assert client.get(f"/me/tickets/{registration.uid}").status_code == 302


def test_a_failed_message_never_opens_the_account_of_that_number(client, log_in, no_messages):
    owner = make_student(name="真正的主人")
    gate = make_gate()
    page = walk_in(client, gate.fair, gate, owner.user.phone)
    assert page.status_code == 303
    assert the_registration(gate.fair).student_id != owner.id
    assert "真正的主人" not in client.get(page.location).text
    assert client.get("/me/tickets").status_code == 302


def test_without_a_gate_nobody_registers_without_a_code(client, no_messages):
    fair = make_fair()
    page = client.post(f"/fairs/{fair.slug}/register", data={"phone": PHONE})
    assert page.status_code == 422
    assert client.get(f"/fairs/{fair.slug}/register/about").status_code == 302


def test_registering_a_second_time_in_this_browser_leads_back_to_the_poster(client, no_messages):
    gate = make_gate()
    walk_in(client, gate.fair, gate)
    page = walk_in(client, gate.fair, gate, "13900001234")
    assert page.location == f"/g/{gate.code}"
    again = client.get(f"/fairs/{gate.fair.slug}/register")
    assert again.location.startswith(f"/fairs/{gate.fair.slug}/ticket")
    assert db.session.query(Registration).count() == 1


def test_a_code_that_does_not_come_can_be_left_out_at_the_gate(client):
    gate = make_gate()
    fair = gate.fair
    step, _code = ask_code(client, fair, gate=gate.code)
    query = {"gate": gate.code}
    late = f"/fairs/{fair.slug}/register/late"
    assert "Go on without a code" not in client.get(late, query_string=query).text
    # Asking for it does not help while it may still come.
    assert client.post(step, data=about(skip="1")).status_code == 422
    with frozen(utcnow() + timedelta(seconds=40)):
        assert "Go on without a code" in client.get(late, query_string=query).text
        page = client.post(step, data=about(skip="1"))
    assert page.location == f"/g/{gate.code}"
    assert the_registration(fair).verified_at is None


def test_a_code_that_went_out_must_be_typed(client):
    gate = make_gate()
    step, _code = ask_code(client, gate.fair, gate=gate.code)
    notice = db.session.query(Notice).one()
    notice.status = "sent"
    db.session.commit()
    with frozen(utcnow() + timedelta(seconds=40)):
        assert client.post(step, data=about(skip="1")).status_code == 422
    assert db.session.query(Student).count() == 0


def test_confirming_the_phone_later_moves_the_ticket_into_the_account(client, monkeypatch):
    gate = make_gate()
    fair = gate.fair
    with monkeypatch.context() as patch:
        patch.setattr(notices.LIMITS, "sms_per_fair", 0)
        walk_in(client, fair, gate)
    registration = the_registration(fair)
    page = client.get(f"/fairs/{fair.slug}/ticket/confirm")
    assert PHONE in page.text
    client.post(f"/fairs/{fair.slug}/ticket/confirm", data={"phone": PHONE})
    code = db.session.query(Notice).order_by(Notice.id.desc()).first().payload["code"]
    wrong = "000000" if code != "000000" else "111111"
    page = client.post(f"/fairs/{fair.slug}/ticket/confirm", data={"code": wrong})
    assert page.status_code == 422
    page = client.post(f"/fairs/{fair.slug}/ticket/confirm", data={"code": code})
    assert page.location == "/me/tickets"
    assert registration.student.user.phone == PHONE
    assert registration.verified_at is not None
    assert client.get(f"/me/tickets/{registration.uid}").status_code == 200
    assert client.get(f"/fairs/{fair.slug}/ticket").status_code == 302


def test_confirming_with_the_number_of_an_account_merges_into_it(client, monkeypatch):
    gate = make_gate()
    fair = gate.fair
    user = make_user(Role.STUDENT, phone=PHONE)
    own = make_student(user=user, name="林晓")
    with monkeypatch.context() as patch:
        patch.setattr(notices.LIMITS, "sms_per_fair", 0)
        walk_in(client, fair, gate)
    client.post(f"/fairs/{fair.slug}/ticket/confirm", data={"phone": PHONE})
    code = db.session.query(Notice).order_by(Notice.id.desc()).first().payload["code"]
    client.post(f"/fairs/{fair.slug}/ticket/confirm", data={"code": code})
    registration = the_registration(fair)
    assert registration.student_id == own.id
    assert registration.status is RegistrationStatus.CONFIRMED
    assert own.name == "林晓"
