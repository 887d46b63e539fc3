"""What comes of a stand's scan: a question, which counts only once the student says yes."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select

from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.intents import queries, services
from app.intents.models import BoothContact, BoothScan, Consent, Intent, IntentStep, ResumeShare
from app.intents.services import contacts, stands
from app.intents.states import Act, ContactState, Given, Side, Step, Via
from app.notices.models import Notice
from app.notices.services import unpack
from app.participations.models import Participation
from app.privacy.services import CONTACTS_KEPT, close_account, remove_what_served_its_time
from app.registrations.models import Registration
from app.reports.queries import fair_figures
from app.students.models import Student
from app.tours.states import FairStatus
from tests.factories import make_student
from tests.intents.scene import make_registration, make_scene, meet, share
from tests.intents.stand import StandPhone, codes
from tests.live import run_together


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def phone(client, scene):
    return StandPhone(client, scene)


def contact_of(scene):
    query = select(BoothContact).filter_by(registration_id=scene.registration.id)
    return db.session.scalars(query, execution_options={"populate_existing": True}).one()


def booth_of(scene):
    return f"/b/{scene.participation.public_code}"


def text_of(answer):
    return answer.get_data(as_text=True)


def english(client, address):
    return text_of(client.get(address, headers={"Accept-Language": "en"}))


def acts(scene):
    query = select(IntentStep.step, IntentStep.act, IntentStep.side, IntentStep.via)
    return [tuple(row) for row in db.session.execute(query.order_by(IntentStep.id))]


# -- nothing counts before --------------------------------------------------------------------


@pytest.mark.parametrize("step", ["resume_received", "shortlisted", "interviewed", "preliminary"])
def test_no_figure_moves_before_the_student_says_yes(client, log_in, scene, phone, step):
    before = fair_figures(scene.fair)
    phone.meet(step=step)
    db.session.expire_all()
    asked = fair_figures(scene.fair)
    assert asked.counts == before.counts
    assert asked.values == before.values
    assert asked.parts.by == before.parts.by
    log_in(scene.student.user)
    client.post(booth_of(scene), data={"given": "resume"})
    after = fair_figures(scene.fair).counts
    assert after["resumes"] == before.counts["resumes"] + 1
    # An offer is still to be answered: an intent is reached by both only.
    assert after["intents"] == 0


# -- the student ------------------------------------------------------------------------------


def test_a_yes_is_what_leaving_a_resume_at_the_booth_is(client, log_in, scene, phone):
    phone.meet(step="interviewed")
    log_in(scene.student.user)
    page = english(client, booth_of(scene))
    assert "note that you had an interview here" in page
    assert "only to contact you about its positions" in page
    client.post(booth_of(scene), data={"given": "resume"})
    row = db.session.scalars(select(ResumeShare)).one()
    assert row.resume_id is not None
    assert row.via == Via.TICKET
    assert scene.employer.name in db.session.scalars(select(Consent)).one().text
    assert contact_of(scene).state is ContactState.CONFIRMED
    assert acts(scene) == [
        (Step.RESUME_RECEIVED, Act.SET, Side.STUDENT, Via.TICKET),
        (Step.INTERVIEWED, Act.SET, Side.EMPLOYER, Via.TICKET),
    ]
    intent = db.session.scalars(select(Intent)).one()
    assert intent.step is Step.INTERVIEWED
    assert intent.steps[-1].actor_id == scene.recruiter.id


def test_a_preliminary_intent_is_asked_for_itself_after_the_yes(client, log_in, scene, phone):
    phone.meet(step="preliminary")
    log_in(scene.student.user)
    client.post(booth_of(scene), data={"given": "contact"})
    intent = db.session.scalars(select(Intent)).one()
    assert (intent.proposed_step, intent.proposed_by) == (Step.PRELIMINARY, Side.EMPLOYER)
    assert not intent.is_reached
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    assert intent.is_reached


def test_a_no_shows_the_stand_a_no_and_nobodys_data(client, log_in, scene, phone):
    sent = phone.contact(step="shortlisted")
    phone.send(sent)
    log_in(scene.student.user)
    client.post(f"{booth_of(scene)}/no")
    assert contact_of(scene).state is ContactState.DECLINED
    answer = phone.send(sent)["results"][0]["answer"]
    assert answer == {"code": "declined", "name": "", "school": "", "level": ""}
    # Nobody asks again who has said no.
    assert phone.meet(step="interviewed")["answer"]["code"] == "declined"
    log_in(scene.recruiter)
    page = english(client, "/employer/candidates")
    assert "1 student said no." in page
    assert scene.student.masked_name not in page
    assert db.session.scalar(select(func.count(Intent.id))) == 0


def test_who_said_no_may_still_give_by_themselves(scene, phone):
    phone.meet(step="preliminary")
    services.refuse_contact(scene.student, scene.participation)
    share(scene)
    assert contact_of(scene).state is ContactState.CONFIRMED
    # Then nothing is set that was asked before the no.
    assert [step for step, *_ in acts(scene)] == [Step.RESUME_RECEIVED]


def test_the_student_is_told_once_and_sees_the_question_everywhere(client, log_in, scene, phone):
    phone.meet(step="shortlisted")
    phone.meet(step="interviewed")
    notices = db.session.scalars(select(Notice).filter_by(template="intents/asked-at-stand"))
    payloads = [unpack(notice.payload) for notice in notices]
    assert [payload["step"] for payload in payloads] == ["shortlisted"]
    log_in(scene.student.user)
    for address in ("/me/shares", "/me/intents", f"/me/fairs/{scene.fair.slug}/cards"):
        page = english(client, address)
        assert f"{scene.employer.display_name} scanned your ticket and notes" in page
        assert booth_of(scene) in page
    assert "They see a masked name until you say yes" in page


def test_the_cards_change_when_a_question_comes_changes_and_goes(client, log_in, scene, phone):
    log_in(scene.student.user)
    address = f"/me/fairs/{scene.fair.slug}/cards"

    def tag():
        return client.get(address).headers["ETag"]

    tags = [tag()]
    phone.meet(step="shortlisted")
    tags.append(tag())
    phone.meet(step="interviewed")
    tags.append(tag())
    client.post(f"{booth_of(scene)}/no")
    tags.append(tag())
    assert len(set(tags)) == 4
    assert client.get(address, headers={"If-None-Match": tags[-1]}).status_code == 304


def test_a_stand_that_met_the_student_online_before_asks_once(client, log_in, scene, phone):
    meet(scene)
    assert phone.meet(step="interviewed")["answer"]["code"] == "waiting"
    log_in(scene.student.user)
    cards = english(client, f"/me/fairs/{scene.fair.slug}/cards")
    assert cards.count("scanned your ticket") == 1


def test_a_cancelled_fair_asks_nothing_any_more(client, log_in, scene, phone):
    phone.meet()
    scene.fair.status = FairStatus.CANCELLED
    db.session.commit()
    assert queries.list_asking(scene.student) == []


# -- the rule of the newest scan --------------------------------------------------------------


STEPS = ("resume_received", "interviewed", "shortlisted")


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_newest_scan_decides_in_whatever_order_they_come(scene, phone, order):
    start = utcnow() - timedelta(minutes=10)
    sent = [
        phone.contact(step=step, scanned_at=(start + timedelta(minutes=n)).isoformat())
        for n, step in enumerate(STEPS)
    ]
    for index in order:
        phone.send(sent[index])
        phone.send(sent[index])
    contact = contact_of(scene)
    assert contact.step is Step.SHORTLISTED
    assert contact.scanned_at == start + timedelta(minutes=2)


def test_after_the_yes_a_newer_scan_is_an_act_of_the_employer_and_an_older_none(scene, phone):
    older = phone.contact(step="shortlisted")
    phone.meet()
    share(scene)
    phone.send(older)
    assert [step for step, *_ in acts(scene)] == [Step.RESUME_RECEIVED]
    assert phone.meet(step="interviewed")["answer"]["code"] == "confirmed"
    assert acts(scene)[-1] == (Step.INTERVIEWED, Act.SET, Side.EMPLOYER, Via.TICKET)
    again = phone.contact(step="interviewed")
    phone.send(again)
    phone.send(again)
    assert len(acts(scene)) == 2


def test_who_shares_already_is_not_asked_and_the_step_is_set(scene, phone):
    share(scene)
    assert phone.meet(step="interviewed")["answer"]["code"] == "confirmed"
    assert db.session.scalars(select(Intent)).one().step is Step.INTERVIEWED
    assert queries.list_asking(scene.student) == []


def test_who_took_their_data_back_is_not_asked_again(scene, phone):
    phone.meet()
    services.withdraw_share(share(scene), by=scene.student.user)
    db.session.commit()
    assert contact_of(scene).state is ContactState.DECLINED
    assert phone.meet(step="preliminary")["answer"] == {
        "code": "declined",
        "name": "",
        "school": "",
        "level": "",
    }


def test_what_the_company_took_back_is_asked_again_by_a_later_scan_only(scene, phone):
    late = phone.contact(step="shortlisted")
    phone.meet()
    services.withdraw_contact(contact_of(scene))
    db.session.commit()
    assert codes(phone.send(late)) == ["withdrawn"]
    with frozen(utcnow() + timedelta(seconds=5)):
        assert phone.meet(step="interviewed")["answer"]["code"] == "waiting"


def test_what_nobody_answers_lapses(scene, phone):
    phone.meet()
    lapses_at = contact_of(scene).lapses_at
    assert services.expire_contacts(lapses_at - timedelta(seconds=1)) == 0
    assert services.expire_contacts(lapses_at) == 1
    assert services.expire_contacts(lapses_at) == 0
    assert contact_of(scene).state is ContactState.EXPIRED
    assert queries.list_asking(scene.student) == []
    # The student may still give, of their own accord.
    share(scene)
    assert contact_of(scene).state is ContactState.CONFIRMED


# -- the company ------------------------------------------------------------------------------


def test_the_candidates_page_shows_masked_names_the_step_and_the_way_to_the_scanner(
    client, log_in, scene, phone
):
    phone.meet(step="interviewed")
    log_in(scene.recruiter)
    page = english(client, "/employer/candidates")
    assert "Waiting for confirmation: 1" in page
    assert scene.student.masked_name in page
    assert scene.student.name not in page
    assert "Interviewed on site" in page
    assert f"/scanner/#fair={scene.fair.slug}&amp;booth=1" in page
    uid = contact_of(scene).uid
    client.post(f"/employer/contacts/{uid}/withdraw")
    assert contact_of(scene).state is ContactState.WITHDRAWN
    assert "Waiting for confirmation: 0" in english(client, "/employer/candidates")


def test_nobody_takes_back_the_question_of_another_company(client, log_in, scene, phone):
    phone.meet()
    log_in(make_scene().recruiter)
    answer = client.post(f"/employer/contacts/{contact_of(scene).uid}/withdraw")
    assert answer.status_code == 404
    assert contact_of(scene).is_waiting


def test_taking_back_what_was_answered_is_refused(scene, phone):
    phone.meet()
    contact = contact_of(scene)
    share(scene)
    with pytest.raises(DomainError) as caught:
        services.withdraw_contact(contact)
    assert caught.value.code == "not-waiting"


# -- what is kept, and how long ---------------------------------------------------------------


def test_who_closes_the_account_leaves_no_contact_and_no_ticket_behind(scene, phone):
    sent = phone.contact()
    phone.send(sent)
    with transaction():
        close_account(db.session.merge(scene.student.user))
    assert db.session.scalar(select(func.count(BoothContact.id))) == 0
    row = db.session.scalars(select(BoothScan)).one()
    assert (row.contact_id, row.ticket_hash, row.short_code) == (None, None, None)
    # A phone that sends it again after a restore brings nobody back.
    assert codes(phone.send(sent)) == ["not_registered"]
    assert db.session.scalar(select(func.count(BoothContact.id))) == 0


def test_a_month_after_the_fair_only_what_was_confirmed_is_kept(scene, phone):
    phone.meet()
    share(scene)
    other = make_registration(make_student(), scene.fair)
    phone.meet(other)
    phone.meet(short_code="ZZZZZZ")
    end = scene.fair.ends_at + CONTACTS_KEPT
    assert remove_what_served_its_time(end)["contacts"] == 0
    assert remove_what_served_its_time(end + timedelta(seconds=1))["contacts"] == 1
    db.session.expire_all()
    assert [row.state for row in db.session.scalars(select(BoothContact))] == [
        ContactState.CONFIRMED
    ]
    kept = [
        bool(row.ticket_hash or row.short_code)
        for row in db.session.scalars(select(BoothScan).order_by(BoothScan.seq))
    ]
    assert kept == [True, False, False]
    # The numbers stay whole, so no phone believes that the server lost anything.
    assert stands.read_numbers(phone.device.id).highest == 3


# -- at the same moment -----------------------------------------------------------------------


@pytest.mark.own_database
def test_two_phones_of_a_stand_at_once_make_one_question_and_one_notice(live_app):
    with live_app.app_context():
        scene = make_scene()
        phones = [StandPhone(live_app.test_client(), scene) for _ in range(8)]
        sent = [
            phone.contact(step="interviewed" if n == 5 else "shortlisted")
            for n, phone in enumerate(phones)
        ]
        newest = (utcnow() + timedelta(seconds=30)).isoformat()
        sent[5]["scanned_at"] = newest
        db.session.remove()

    def act(index):
        return [phones[index].send(sent[index]), phones[index].send(sent[index])]

    results = run_together(live_app, 8, act)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert {code for both in results for answer in both for code in codes(answer)} == {"waiting"}
    with live_app.app_context():
        contact = db.session.scalars(select(BoothContact)).one()
        assert contact.step is Step.INTERVIEWED
        assert db.session.scalar(select(func.count()).select_from(BoothScan)) == 8
        told = select(func.count(Notice.id)).filter_by(template="intents/asked-at-stand")
        assert db.session.scalar(told.where(Notice.channel == "inbox")) == 1
        db.session.remove()


@pytest.mark.own_database
@pytest.mark.parametrize("round_", range(3))
def test_a_yes_while_the_stand_scans_again_has_one_outcome(live_app, round_):
    with live_app.app_context():
        scene = make_scene()
        phone = StandPhone(live_app.test_client(), scene)
        phone.meet(step="shortlisted")
        again = phone.contact(step="interviewed")
        student_id, participation_id = scene.student.id, scene.participation.id
        db.session.remove()

    def act(index):
        if index:
            return phone.send(again)
        with transaction():
            student = db.session.get(Student, student_id)
            participation = db.session.get(Participation, participation_id)
            sharing = services.Sharing(given=Given.CONTACT, text="yes")
            services.share(student, participation, sharing, by=student.user)
        return "yes"

    results = run_together(live_app, 2, act)
    assert [one for one in results if isinstance(one, Exception)] == []
    with live_app.app_context():
        contact = db.session.scalars(select(BoothContact)).one()
        assert contact.state is ContactState.CONFIRMED
        assert db.session.scalars(select(Intent)).one().step is Step.INTERVIEWED
        db.session.remove()


# -- the rule has a tooth ---------------------------------------------------------------------


def test_the_newest_scan_is_told_by_time_then_id():
    now, low, high = utcnow(), uuid7(), uuid7()

    def proposal(at, id_):
        return contacts.Proposal(scan_id=id_, step=Step.SHORTLISTED, scanned_at=at, by=None)

    stands_there = BoothContact(scanned_at=now, scan_id=low)
    assert proposal(now, max(low, high)).decides_over(stands_there) is (high > low)
    assert not proposal(now, low).decides_over(stands_there)
    assert not proposal(now - timedelta(microseconds=1), high).decides_over(stands_there)


def test_by_order_of_arrival_two_orders_end_differently(scene, phone, monkeypatch):
    monkeypatch.setattr(contacts.Proposal, "decides_over", lambda *_: True)
    start = utcnow()
    ends = set()
    for order in ((0, 1), (1, 0)):
        person = make_registration(make_student(), scene.fair)
        sent = [
            phone.contact(person, step=step, scanned_at=(start + timedelta(n)).isoformat())
            for n, step in enumerate(("shortlisted", "interviewed"))
        ]
        for index in order:
            phone.send(sent[index])
        query = select(BoothContact.step).filter_by(registration_id=person.id)
        ends.add(db.session.scalars(query).one())
    assert len(ends) == 2


def test_no_registration_is_made_by_a_scan(scene, phone):
    before = db.session.scalar(select(func.count(Registration.id)))
    phone.meet()
    assert db.session.scalar(select(func.count(Registration.id))) == before
