"""The page on which a company reads tickets online: it asks, as a stand's phone does."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.models import BoothContact, ContactQuota, Intent, ResumeShare
from app.intents.services import contacts, meeting
from app.intents.services.meeting import NotToday
from app.intents.states import ContactState, Fault, Given, Step, Via
from app.notices.models import Notice
from app.participations.models import Participation
from app.registrations.services import reissue_ticket
from app.reports.queries import fair_figures
from app.students.models import Student
from tests.factories import (
    make_coming_fair,
    make_fair,
    make_participation,
    make_recruiter,
    make_student,
)
from tests.intents.scene import make_registration, make_scene, meet, share
from tests.intents.stand import StandPhone
from tests.live import run_together


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def page(scene):
    return f"/employer/booth/{scene.fair.slug}"


def text_of(answer):
    return answer.get_data(as_text=True)


def english(client, address):
    return text_of(client.get(address, headers={"Accept-Language": "en"}))


def booth_of(scene):
    return f"/b/{scene.participation.public_code}"


def asked_notices():
    told = select(func.count(Notice.id)).filter_by(template="intents/asked-at-stand")
    return db.session.scalar(told.where(Notice.channel == "inbox"))


# -- the page ---------------------------------------------------------------------------------


def test_the_tab_leads_to_the_booth_of_today(client, scene, page, log_in):
    log_in(scene.recruiter)
    assert client.get("/employer/booth").headers["Location"] == page


def test_without_a_fair_today_the_tab_says_so(client, log_in):
    participation = make_participation(fair=make_coming_fair())
    log_in(make_recruiter(participation.employer))
    assert "No fair today" in english(client, "/employer/booth")


def test_a_ticket_asks_and_the_page_waits_with_a_masked_name(client, scene, page, log_in):
    log_in(scene.recruiter)
    assert "data-booth-scan" in english(client, page)
    typed = {"code": f"https://fair.example/t/{scene.code}"}
    answer = client.post(page, data=typed, headers={"Accept-Language": "en"})
    assert answer.headers["Location"] == page
    after = english(client, page)
    assert f"{scene.student.masked_name} is asked now" in after
    assert "Waiting for confirmation: 1" in after
    for text in (after, english(client, f"{page}/state"), english(client, "/employer/candidates")):
        assert scene.student.masked_name in text
        assert scene.student.name not in text
        assert scene.student.user.phone not in text
    assert db.session.scalars(select(Intent)).all() == []


def test_the_page_shows_the_name_by_itself_once_the_student_says_yes(client, scene, page, log_in):
    log_in(scene.recruiter)
    client.post(page, data={"code": scene.code})
    assert 'data-poll-every="4"' in english(client, page)
    intent = share(scene)
    state = english(client, f"{page}/state")
    assert scene.student.name in state
    assert f"/employer/candidates/{intent.uid}" in state
    assert "Waiting for confirmation: 0" in state


def test_who_gives_already_opens_at_once(client, scene, page, log_in):
    intent = share(scene)
    log_in(scene.recruiter)
    answer = client.post(page, data={"code": scene.code})
    assert answer.headers["Location"] == f"/employer/candidates/{intent.uid}"
    assert db.session.scalars(select(BoothContact)).all() == []
    assert db.session.scalars(select(ContactQuota)).all() == []


@pytest.mark.parametrize(("language", "words"), [("en", "said no"), ("zh-CN", "学生未同意")])
def test_after_a_no_the_page_says_no_and_nobodys_name(client, scene, page, log_in, language, words):
    meet(scene)
    services.refuse_contact(scene.student, scene.participation)
    log_in(scene.recruiter)
    answer = client.post(page, data={"code": scene.code}, headers={"Accept-Language": language})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert scene.student.masked_name not in text_of(answer)


def test_what_is_taken_back_on_the_page_leads_back_to_it(client, scene, page, log_in):
    contact = meet(scene)
    log_in(scene.recruiter)
    assert 'name="back" value="scan"' in english(client, page)
    address = f"/employer/contacts/{contact.uid}/withdraw"
    assert client.post(address, data={"back": "scan"}).headers["Location"] == page
    assert client.post(address).headers["Location"] == "/employer/candidates"


@pytest.mark.parametrize("typed", ["", "x", "QQQQQQ", "😀😀", "a\0b", "9" * 600])
def test_what_is_no_ticket_is_answered_at_the_field(client, scene, page, log_in, typed):
    log_in(scene.recruiter)
    assert client.post(page, data={"code": typed}).status_code == 422
    assert db.session.scalars(select(BoothContact)).all() == []


def test_the_page_of_another_employers_fair_is_not_found(client, scene, page, log_in):
    log_in(make_recruiter())
    assert client.get(page).status_code == 404
    assert client.get(f"{page}/state").status_code == 404


# -- nothing counts before --------------------------------------------------------------------


def test_no_figure_moves_before_the_student_says_yes(client, scene, log_in):
    before = fair_figures(scene.fair)
    meet(scene)
    db.session.expire_all()
    asked = fair_figures(scene.fair)
    assert asked.counts == before.counts
    assert asked.values == before.values
    assert asked.parts.by == before.parts.by
    assert queries.count_met(scene.participation) == 0
    assert {count.pairs for count in queries.count_steps(scene.fair).values()} == {0}
    log_in(scene.student.user)
    client.post(booth_of(scene), data={"given": "resume"})
    assert fair_figures(scene.fair).counts["resumes"] == before.counts["resumes"] + 1
    assert queries.count_met(scene.participation) == 1


# -- the student ------------------------------------------------------------------------------


def test_the_student_is_told_and_finds_the_question_everywhere_at_once(client, scene, log_in):
    meet(scene)
    meet(scene)
    assert asked_notices() == 1
    log_in(scene.student.user)
    for address in ("/me/shares", "/me/intents", f"/me/fairs/{scene.fair.slug}/cards"):
        words = english(client, address)
        assert words.count("scanned your ticket and asks for your resume") == 1
        assert booth_of(scene) in words
    assert "One employer waits for your answer" in english(client, "/me")
    assert "ask for your data. They see a masked name" in english(client, booth_of(scene))


def test_a_yes_is_a_share_by_the_ticket_and_a_candidate(client, scene, log_in):
    contact = meet(scene)
    log_in(scene.student.user)
    client.post(booth_of(scene), data={"given": "contact"})
    assert db.session.scalars(select(ResumeShare)).one().via == Via.TICKET
    intent = db.session.scalars(select(Intent)).one()
    assert intent.step is Step.RESUME_RECEIVED
    assert len(intent.steps) == 1
    db.session.refresh(contact)
    assert contact.state is ContactState.CONFIRMED
    assert meet(scene) is intent


def test_who_took_their_data_back_is_not_asked_again(scene):
    services.withdraw_share(share(scene), by=scene.student.user)
    contact = meet(scene)
    assert contact.state is ContactState.DECLINED
    assert queries.list_asking(scene.student) == []
    assert asked_notices() == 0


def test_what_the_company_took_back_or_nobody_answered_is_asked_again(scene):
    contact = meet(scene)
    services.withdraw_contact(contact)
    assert meet(scene).is_waiting
    assert services.expire_contacts(contact.lapses_at) == 1
    with frozen(contact.lapses_at + timedelta(seconds=1)):
        scene.fair.ends_at = utcnow()
        assert meet(scene).is_waiting
    assert asked_notices() == 3


# -- page and phone ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_phone_first", [True, False])
def test_page_and_phone_ask_once_and_the_phones_step_stands_in_either_order(
    client, scene, is_phone_first
):
    phone = StandPhone(client, scene)
    sent = phone.contact(step="interviewed")
    if is_phone_first:
        phone.send(sent)
    contact = meet(scene)
    if not is_phone_first:
        assert contact.step is Step.RESUME_RECEIVED
        phone.send(sent)
    assert db.session.scalar(select(func.count(BoothContact.id))) == 1
    db.session.refresh(contact)
    assert contact.step is Step.INTERVIEWED
    assert contact.scan_id != contacts.NO_SCAN
    assert asked_notices() == 1
    # Whom the phone has met costs the page nothing, and the other way round.
    assert db.session.scalars(select(ContactQuota.taken)).one() == 1


# -- tickets, hours and numbers ---------------------------------------------------------------


def test_a_scan_opens_no_resume(scene):
    contact = meet(scene)
    with pytest.raises(NotFound):
        queries.get_resume(scene.employer, contact.uid)
    assert db.session.scalars(select(ResumeShare)).all() == []


def test_the_short_code_does_as_well(scene):
    assert meet(scene, scene.registration.ticket.short_code.lower()).is_waiting


def test_what_the_page_says_of_other_codes(scene):
    assert meet(scene, "nonsense") is Fault.UNKNOWN
    assert meet(scene, "https://elsewhere.example/t/1") is Fault.UNKNOWN
    assert meet(scene, make_scene().code) is Fault.ELSEWHERE
    old = scene.code
    reissue_ticket(scene.registration, by=None, why="lost")
    assert meet(scene, old) is Fault.REPLACED
    assert db.session.scalars(select(BoothContact)).all() == []


def test_somebody_who_waits_for_a_place_is_not_met(database):
    full = make_scene(fair=make_fair(capacity=1))
    registration = make_registration(make_student(), full.fair)
    assert meet(full, registration.ticket.short_code) is Fault.NOT_REGISTERED


def test_scans_are_of_the_day(scene):
    with frozen(scene.fair.opens_doors_at - timedelta(hours=3)), pytest.raises(NotToday):
        meet(scene)
    with frozen(scene.fair.ends_at + timedelta(hours=13)), pytest.raises(NotToday):
        meet(scene)


def test_a_member_is_stopped_at_the_days_number_and_the_log_says_so_once(scene, monkeypatch):
    monkeypatch.setattr(meeting, "DAILY_CONTACTS", 3)
    others = [make_registration(make_student(), scene.fair) for _ in range(5)]
    met = [meet(scene, other.ticket.short_code) for other in others]
    assert [one if isinstance(one, Fault) else "asked" for one in met] == [
        *["asked"] * 3,
        *[Fault.CAPPED] * 2,
    ]
    assert meet(scene, "nonsense") is Fault.CAPPED
    # Old acquaintances are shown all the same.
    assert meet(scene, others[0].ticket.short_code).is_waiting
    alarms = db.session.scalars(select(AuditEntry).filter_by(action="contact.capped")).all()
    assert len(alarms) == 1
    with frozen(utcnow() + timedelta(days=1)):
        scene.fair.ends_at = utcnow() + timedelta(hours=1)
        assert meet(scene).is_waiting


def test_wrong_codes_take_scans_too(scene):
    meet(scene, "nonsense")
    meet(scene, "QQQQQQ")
    assert db.session.scalars(select(ContactQuota.taken)).one() == 2


# -- at the same moment -----------------------------------------------------------------------


@pytest.mark.own_database
@pytest.mark.parametrize("round_", range(3))
def test_a_gift_at_the_moment_of_the_scan_leaves_no_question_behind(live_app, round_):
    with live_app.app_context():
        scene = make_scene()
        ids = scene.student.id, scene.participation.id, scene.recruiter.id
        code = scene.code
        db.session.remove()
    student_id, participation_id, recruiter_id = ids

    def act(index):
        with transaction():
            participation = db.session.get(Participation, participation_id)
            if index:
                services.meet(participation, code, by=db.session.get(User, recruiter_id))
                return
            student = db.session.get(Student, student_id)
            sharing = services.Sharing(given=Given.CONTACT, text="yes")
            services.share(student, participation, sharing, by=student.user)

    results = run_together(live_app, 4, act)
    assert [one for one in results if isinstance(one, Exception)] == []
    with live_app.app_context():
        assert db.session.scalars(select(Intent)).one().is_shared
        states = set(db.session.scalars(select(BoothContact.state)))
        assert states <= {ContactState.CONFIRMED}
        db.session.remove()
