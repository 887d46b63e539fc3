"""The ticket on its owner's phone, and on nobody else's."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import icalendar
import pytest

from app.accounts.permissions import Role
from app.core.clock import frozen, local, utcnow
from app.core.db import db
from app.core.qr import qr_png
from app.places.models import VenueGate
from app.places.states import GateDirection
from app.registrations import queries, services
from app.registrations.queries import reading
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import show_short_code
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_fair, make_student, make_user, make_venue
from tests.factories.registrations import make_registration
from tests.statements import count_statements

R = RegistrationStatus


@pytest.fixture
def own(log_in):
    """A registration whose student is signed in."""
    registration = make_registration()
    log_in(registration.student.user)
    return registration


def test_the_ticket_shows_code_name_and_where_to_go(client, log_in):
    venue = make_venue(name_zh="南湖体育馆", city="武汉")
    venue.gates = [
        VenueGate(name="南门", direction=GateDirection.ENTRANCE),
        VenueGate(name="北门", direction=GateDirection.EXIT),
    ]
    registration = make_registration(make_coming_fair(venue=venue))
    log_in(registration.student.user)
    page = client.get(f"/me/tickets/{registration.uid}")
    assert page.headers["Cache-Control"] == "no-store"
    for text in (
        registration.student.name,
        registration.student.school_name,
        show_short_code(registration.ticket.short_code),
        "南湖体育馆",
        "南门",
    ):
        assert text in page.text
    assert "北门" not in page.text
    # The code itself is in the picture, never in the page.
    assert services.ticket_code(registration.ticket) not in page.text


def test_the_picture_holds_the_address_of_the_ticket_and_is_kept_nowhere(client, own):
    picture = client.get(f"/me/tickets/{own.uid}/code.png")
    assert picture.mimetype == "image/png"
    assert picture.headers["Cache-Control"] == "no-store"
    code = services.ticket_code(own.ticket)
    assert picture.data == qr_png(f"http://localhost/t/{code}")


@pytest.mark.parametrize("tail", ["", "/code.png", ".ics", "/replace", "/cancel"])
def test_nobody_sees_the_ticket_of_somebody_else(client, log_in, tail):
    registration = make_registration()
    path = f"/me/tickets/{registration.uid}{tail}"
    assert client.get(path).status_code == 302
    log_in(make_student().user)
    assert client.get(path).status_code == 404
    log_in(make_user(Role.STUDENT))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("act", ["replace", "cancel", "return"])
def test_nobody_changes_the_ticket_of_somebody_else(client, log_in, act):
    registration = make_registration()
    log_in(make_student().user)
    data = {"why": "phone", "reason": "x"}
    assert client.post(f"/me/tickets/{registration.uid}/{act}", data=data).status_code == 404
    assert registration.status is R.CONFIRMED
    assert registration.generation == 0


def test_a_new_code_kills_the_old_one_and_says_why(client, own):
    old = services.ticket_code(own.ticket)
    assert client.post(f"/me/tickets/{own.uid}/replace").status_code == 422
    page = client.post(
        f"/me/tickets/{own.uid}/replace", data={"why": "seen"}, follow_redirects=True
    )
    assert "The old one no longer works" in page.text
    assert "Somebody else has seen or photographed it" in page.text
    ticket = queries.find_ticket_by_hash(queries.hash_from_text(old))
    assert ticket.revoked_at is not None
    assert own.ticket.generation == 1


def test_cancelling_frees_the_place_and_coming_back_takes_it_again(client, own):
    old = services.ticket_code(own.ticket)
    page = client.post(
        f"/me/tickets/{own.uid}/cancel", data={"reason": "考试 <b>50%</b>"}, follow_redirects=True
    )
    assert "You have given your place back" in page.text
    assert "考试 &lt;b&gt;50%&lt;/b&gt;" in page.text
    assert f"/me/tickets/{own.uid}/return" in page.text
    assert client.get(f"/me/tickets/{own.uid}/code.png").status_code == 404
    assert queries.seats_taken(own.fair) == 0
    page = client.post(f"/me/tickets/{own.uid}/return", follow_redirects=True)
    assert "code.png" in page.text
    assert "Replaced on" not in page.text
    assert own.status is R.CONFIRMED
    assert services.ticket_code(own.ticket) != old


def test_a_reason_typed_by_staff_is_shown_as_text(client, own):
    services.reissue_ticket(own, by=None, why="<script>alert(1)</script> 100%")
    page = client.get(f"/me/tickets/{own.uid}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100%" in page.text


def test_looking_changes_nothing(client, own):
    for tail in ("", "/code.png", ".ics", "/replace", "/cancel"):
        assert client.get(f"/me/tickets/{own.uid}{tail}").status_code == 200
    assert client.get(f"/me/tickets/{own.uid}/return").status_code == 405
    assert own.generation == 0
    assert own.status is R.CONFIRMED


def test_somebody_waiting_sees_their_place_in_the_queue(client, log_in):
    fair = make_coming_fair(capacity=1)
    _first, _second, third = (make_registration(fair) for _ in range(3))
    log_in(third.student.user)
    page = client.get(f"/me/tickets/{third.uid}")
    assert '<p class="xp-queue mb-1">2</p>' in page.text
    assert client.get(f"/me/tickets/{third.uid}/code.png").status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (FairStatus.CANCELLED, "The fair has been cancelled"),
        (FairStatus.POSTPONED, "Keep your ticket"),
    ],
)
def test_a_fair_that_does_not_take_place_says_so_with_its_reason(client, own, status, words):
    own.fair.status, own.fair.status_reason = status, "台风预警"
    db.session.commit()
    page = client.get(f"/me/tickets/{own.uid}")
    assert words in page.text
    assert "台风预警" in page.text


def test_after_the_end_there_is_nothing_left_to_do(client, own):
    with frozen(own.fair.ends_at + timedelta(hours=1)):
        page = client.get(f"/me/tickets/{own.uid}")
        assert "/cancel" not in page.text
        answer = client.post(f"/me/tickets/{own.uid}/cancel", data={"reason": ""})
        assert answer.status_code == 409
    assert own.status is R.CONFIRMED


def test_a_cancelled_place_of_a_closed_fair_cannot_be_taken_again(client, own):
    services.cancel(own, by=None)
    own.fair.registration_closes_at = utcnow() - timedelta(days=1)
    db.session.commit()
    assert "/return" not in client.get(f"/me/tickets/{own.uid}").text
    assert client.post(f"/me/tickets/{own.uid}/return").status_code == 409


def test_somebody_who_is_in_sees_since_when_and_no_way_to_cancel(client, own, monkeypatch):
    entry = SimpleNamespace(first_at=datetime.fromisoformat("2026-03-15T09:12+08:00"))
    monkeypatch.setattr(reading, "_attendance", [lambda _registration_id: entry])
    page = client.get(f"/me/tickets/{own.uid}")
    assert "09:12, you are in" in page.text
    assert "/cancel" not in page.text


def test_the_calendar_file_is_in_the_zone_of_the_fair(client, own):
    answer = client.get(f"/me/tickets/{own.uid}.ics")
    assert answer.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    [event] = calendar.walk("VEVENT")
    assert event.start == local(own.fair.starts_at).replace(microsecond=0)
    assert event.start.tzinfo is not None
    assert str(event["SUMMARY"]) == own.fair.title_en
    assert show_short_code(own.ticket.short_code) in str(event["DESCRIPTION"])
    assert str(event["URL"]) == f"http://localhost/me/tickets/{own.uid}"


def test_in_wechat_the_page_says_how_to_reach_the_calendar(client, own):
    headers = {"User-Agent": "Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0.47"}
    page = client.get(f"/me/tickets/{own.uid}", headers=headers)
    assert "open this page in the browser" in page.text
    assert ".ics" not in page.text
    assert ".ics" in client.get(f"/me/tickets/{own.uid}").text


def test_the_list_names_what_comes_and_what_was(client, log_in):
    student = make_student()
    coming = make_registration(make_coming_fair(title_en="The coming one"), student)
    past_fair = make_fair(title_en="The past one")
    make_registration(past_fair, student)
    past_fair.starts_at -= timedelta(days=2)
    past_fair.ends_at -= timedelta(days=2)
    db.session.commit()
    log_in(student.user)
    text = client.get("/me/tickets").text
    assert f"/me/tickets/{coming.uid}" in text
    assert text.index("The coming one") < text.index("The past one")


def test_without_tickets_the_list_leads_to_the_fairs(client, log_in):
    log_in(make_user(Role.STUDENT))
    assert "You have no ticket yet" in client.get("/me/tickets").text


def test_the_ticket_reads_chinese(client, own):
    text = client.get(f"/me/tickets/{own.uid}", headers={"Accept-Language": "zh-CN"}).text
    for words in ("加到日历", "长按二维码可保存", "换一个码", "不去了，取消报名"):
        assert words in text


def test_the_list_takes_the_same_statements_for_two_and_for_twenty(client, log_in):
    student = make_student()
    for _ in range(2):
        make_registration(make_coming_fair(venue=make_venue()), student)
    log_in(student.user)
    client.get("/me/tickets")
    with count_statements() as two:
        client.get("/me/tickets")
    for _ in range(18):
        make_registration(make_coming_fair(venue=make_venue()), student)
    with count_statements() as twenty:
        client.get("/me/tickets")
    assert len(twenty) == len(two)
