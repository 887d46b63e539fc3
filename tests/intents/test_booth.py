"""At the booth: the student's page, the employer's scan page, the ticket's cards."""

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core.db import db
from app.intents import services
from app.intents.models import Consent, Intent, ResumeShare
from app.intents.states import ContactState, Given, Side
from app.participations.states import ParticipationStatus
from tests.factories import (
    make_fair,
    make_student,
    make_user,
)
from tests.intents.scene import make_registration, make_scene, meet, propose, reach, share


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def address(scene):
    return f"/b/{scene.participation.public_code}"


def text_of(answer):
    return answer.get_data(as_text=True)


def test_anybody_sees_the_positions_and_is_asked_to_sign_in_and_come_back(client, scene, address):
    page = client.get(address, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "机械设计工程师" in text_of(page)
    assert f"/login?next={address}" in text_of(page)
    assert "Sign in and give" in text_of(page)


def test_the_code_may_be_typed_in_small_letters(client, scene, address):
    assert client.get(address.lower()).status_code == 200


def test_there_is_nothing_behind_an_unknown_code(client):
    assert client.get("/b/NOSUCHCODE").status_code == 404
    assert client.get("/b/啊").status_code == 404


def test_a_student_who_is_not_registered_is_sent_to_register(client, scene, address, log_in):
    log_in(make_student().user)
    page = client.get(address, headers={"Accept-Language": "en"})
    assert "Register for this fair" in text_of(page)
    assert f"/fairs/{scene.fair.slug}/register" in text_of(page)
    refused = client.post(address, data={"given": "contact"}, follow_redirects=True)
    assert "Register for this fair first" in text_of(refused) or "先报名" in text_of(refused)
    assert db.session.scalars(select(ResumeShare)).all() == []


def test_an_account_without_a_profile_is_sent_to_register_too(client, address, log_in):
    log_in(make_user(Role.STUDENT))
    assert "/register" in text_of(client.get(address))


def test_who_waits_is_told_so(client, log_in):
    scene = make_scene(fair=make_fair(capacity=1))
    waiting = make_student()
    make_registration(waiting, scene.fair)
    log_in(waiting.user)
    page = client.get(f"/b/{scene.participation.public_code}", headers={"Accept-Language": "en"})
    assert "waiting list" in text_of(page)


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [
        ("zh-CN", "把你的简历和电话给 ", "只用于就这一场的岗位和你联系"),
        ("en", "Give your resume and phone to ", "only to contact you"),
    ],
)
def test_one_tap_gives_and_the_words_shown_are_kept(
    client, scene, address, log_in, language, question, words
):
    log_in(scene.student.user)
    headers = {"Accept-Language": language}
    page = text_of(client.get(address, headers=headers))
    assert question in page
    assert words in page
    given = {"given": "resume", "position": scene.position.uid}
    answer = client.post(address, data=given, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"] == address
    consent = db.session.scalars(select(Consent)).one()
    assert words in consent.text
    intent = db.session.scalars(select(Intent)).one()
    assert intent.position == scene.position
    assert intent.share.resume is not None
    again = text_of(client.get(address, headers=headers))
    assert f"/me/intents/{intent.uid}" in again


def test_nothing_is_ticked_beforehand_and_less_may_be_given(client, scene, address, log_in):
    log_in(scene.student.user)
    page = text_of(client.get(address))
    assert "checked" not in page
    client.post(address, data={"given": "contact"})
    assert db.session.scalars(select(ResumeShare)).one().resume is None


def test_who_has_no_resume_is_asked_for_name_and_phone(client, log_in):
    scene = make_scene(with_resume=False)
    log_in(scene.student.user)
    page = text_of(
        client.get(f"/b/{scene.participation.public_code}", headers={"Accept-Language": "en"})
    )
    assert "Give your name and phone to" in page
    assert 'value="resume"' not in page


@pytest.mark.parametrize("given", ["", "everything", "resume\0", "😀"])
def test_what_is_no_answer_gives_nothing(client, scene, address, log_in, given):
    log_in(scene.student.user)
    assert client.post(address, data={"given": given}).status_code == 422
    assert db.session.scalars(select(Consent)).all() == []


def test_a_foreign_position_gives_nothing(client, scene, address, log_in):
    log_in(scene.student.user)
    answer = client.post(address, data={"given": "contact", "position": "no-such-position"})
    assert answer.status_code == 422


def test_not_giving_leaves_no_trace(client, scene, address, log_in):
    log_in(scene.student.user)
    assert client.post(f"{address}/no").status_code == 303
    assert db.session.scalars(select(Intent)).all() == []


def test_not_giving_after_a_scan_is_an_answer(client, scene, address, log_in):
    contact = meet(scene)
    log_in(scene.student.user)
    client.post(f"{address}/no")
    db.session.refresh(contact)
    assert contact.state is ContactState.DECLINED
    assert db.session.scalars(select(Intent)).all() == []


def test_employers_give_nothing(client, scene, address, log_in):
    log_in(scene.recruiter)
    assert client.get(address).status_code == 200
    assert client.post(address, data={"given": "contact"}).status_code == 403


def test_an_employer_that_does_not_come_takes_nothing(client, scene, address, log_in):
    scene.participation.booth = None
    scene.participation.status = ParticipationStatus.WITHDRAWN
    db.session.commit()
    log_in(scene.student.user)
    assert "给</button>" not in text_of(client.get(address))
    client.post(address, data={"given": "contact"})
    assert db.session.scalars(select(ResumeShare)).all() == []


def test_a_fair_that_is_not_published_has_no_booths(client, scene, address):
    scene.fair.published_at = None
    db.session.commit()
    assert client.get(address).status_code == 404


# -- the ticket's cards ----------------------------------------------------------------


def cards(client, scene, **headers):
    return client.get(f"/me/fairs/{scene.fair.slug}/cards", headers=headers)


def test_the_cards_ask_what_waits_and_show_what_was_given(client, scene, log_in):
    log_in(scene.student.user)
    assert "is-asking" not in text_of(cards(client, scene))
    intent = propose(share(scene), scene, position=scene.position)
    page = text_of(cards(client, scene))
    assert f"/me/intents/{intent.uid}" in page
    assert 'data-poll-every="5"' in page
    assert "机械设计工程师" in page


def test_unchanged_cards_cost_a_304(client, scene, log_in):
    log_in(scene.student.user)
    first = cards(client, scene)
    tag = first.headers["ETag"]
    again = cards(client, scene, **{"If-None-Match": tag})
    assert again.status_code == 304
    assert again.get_data() == b""
    share(scene, Given.CONTACT)
    changed = cards(client, scene, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_the_cards_of_a_language_are_not_the_others(client, scene, log_in):
    log_in(scene.student.user)
    tags = {
        cards(client, scene, **{"Accept-Language": language}).headers["ETag"]
        for language in ("en", "zh-CN")
    }
    assert len(tags) == 2


def test_a_letter_to_sign_stands_on_the_cards(client, scene, log_in):
    intent = reach(scene)
    terms = services.Terms(position="机械设计工程师")
    letter = services.draft_letter(intent, terms, side=Side.EMPLOYER, by=scene.recruiter)
    services.sign_letter(letter, side=Side.EMPLOYER, by=scene.recruiter, sha256=letter.text_sha256)
    db.session.commit()
    log_in(scene.student.user)
    page = text_of(cards(client, scene, **{"Accept-Language": "en"}))
    assert "letter of intent for you to sign" in page


def test_a_booths_page_writes_pay_as_every_other_page_does(client, scene, address):
    scene.position.pay_low, scene.position.pay_high = 15000, 23000
    scene.position.pay_text = "15-23千/月"
    db.session.commit()
    page = text_of(client.get(address, headers={"Accept-Language": "zh-CN"}))
    assert "1.5–2.3万/月" in page
    assert "15-23千/月" not in page
    scene.position.pay_low = scene.position.pay_high = None
    scene.position.pay_text = "面议"
    db.session.commit()
    assert "negotiable" in text_of(client.get(address, headers={"Accept-Language": "en"}))
