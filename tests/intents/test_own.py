"""The student's pages: who has what, what is asked, yes and no; the letter on both sides."""

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.core.clock import frozen, utcnow
from app.core.db import db
from app.intents import queries, services
from app.intents.models import Agreement, Intent
from app.intents.services import Sharing
from app.intents.states import AgreementStatus, Given, Side, Step
from app.intents.tasks import lapse
from app.notices.rendering import compose
from tests.factories import make_participation, make_student
from tests.intents.scene import (
    CONSENT,
    draft,
    make_registration,
    make_scene,
    propose,
    reach,
    share,
    sign,
    signed,
)
from tests.statements import count_statements


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def inside(scene, log_in):
    log_in(scene.student.user)
    return scene


def text_of(answer):
    return answer.get_data(as_text=True)


def at(intent, *more):
    return "/".join([f"/me/intents/{intent.uid}", *more])


def test_the_page_asks_and_yes_is_one_tap(client, inside):
    intent = propose(share(inside), inside, position=inside.position)
    page = text_of(client.get(at(intent), headers={"Accept-Language": "zh-CN"}))
    assert "想和你达成初步意向" in page
    assert "18–25万/年" in page
    assert "初步意向不是就业协议" in page
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    assert client.post(at(intent, "confirm"), data={"key": key}).status_code == 303
    db.session.refresh(intent)
    assert intent.is_reached
    assert intent.steps[-1].side is Side.STUDENT


def test_yes_to_a_proposal_that_was_taken_back_is_told_so(client, inside):
    intent = propose(share(inside), inside)
    key = intent.proposal_key
    services.take_back(intent, side=Side.EMPLOYER, by=inside.recruiter)
    db.session.commit()
    answer = client.post(
        at(intent, "confirm"),
        data={"key": key},
        headers={"Accept-Language": "en"},
        follow_redirects=True,
    )
    assert "no longer open" in text_of(answer)


def test_the_page_looks_again_by_itself(client, inside):
    intent = share(inside)
    address = at(intent, "state")
    assert f'data-poll="{address}"' in text_of(client.get(at(intent)))
    propose(intent, inside)
    assert "/confirm" in text_of(client.get(address))


def test_the_student_proposes_and_takes_back(client, inside):
    intent = share(inside)
    assert client.get(at(intent, "propose")).status_code == 200
    client.post(at(intent, "propose"), data={"position": inside.position.uid})
    db.session.refresh(intent)
    assert (intent.proposed_by, intent.position) == (Side.STUDENT, inside.position)
    assert client.post(at(intent, "propose"), data={"position": "foreign"}).status_code == 422
    client.post(at(intent, "take-back"))
    db.session.refresh(intent)
    assert intent.proposed_by is None


def test_the_student_declines_with_a_reason_and_reopens(client, inside):
    intent = propose(share(inside), inside)
    assert client.get(at(intent, "decline")).status_code == 200
    client.post(at(intent, "decline"), data={"reason": "离家太远"})
    db.session.refresh(intent)
    assert (intent.step, intent.ended_reason) == (Step.DECLINED_BY_STUDENT, "离家太远")
    assert "离家太远" in text_of(client.get(at(intent)))
    client.post(at(intent, "reopen"))
    db.session.refresh(intent)
    assert intent.step is Step.RESUME_RECEIVED


def test_taking_back_is_asked_once_and_done_at_once(client, inside, new_client, log_in):
    intent = share(inside)
    page = text_of(client.get("/me/shares", headers={"Accept-Language": "en"}))
    assert inside.employer.name in page
    assert at(intent, "withdraw-share") in page
    assert "no longer see" in text_of(
        client.get(at(intent, "withdraw-share"), headers={"Accept-Language": "en"})
    )
    assert client.post(at(intent, "withdraw-share")).status_code == 303
    employer = new_client()
    log_in(inside.recruiter, employer)
    assert employer.get(f"/employer/candidates/{intent.uid}").status_code == 410
    assert "Taken back" in text_of(client.get("/me/shares", headers={"Accept-Language": "en"}))


def test_the_student_sees_who_looked(client, inside):
    intent = share(inside)
    services.log_view(intent, "phone", by=inside.recruiter)
    services.log_view(intent, "resume", by=inside.recruiter)
    db.session.commit()
    page = text_of(client.get("/me/shares", headers={"Accept-Language": "en"}))
    assert "Looked at 2 times" in page
    assert "周敏" in page
    assert "opened the resume" in page


@pytest.mark.parametrize("address", ["/me/shares", "/me/intents"])
def test_the_lists_cost_the_same_for_two_and_for_twenty(client, inside, address):
    def give(number):
        for _ in range(number):
            participation = make_participation(fair=inside.fair)
            sharing = Sharing(given=Given.CONTACT, text=CONSENT)
            intent = services.share(inside.student, participation, sharing, by=inside.student.user)
            services.propose(intent, side=Side.STUDENT, by=inside.student.user)
        db.session.commit()

    give(2)
    with count_statements() as few:
        client.get(address)
    give(18)
    with count_statements() as many:
        client.get(address)
    assert len(many) == len(few)


def test_empty_lists_say_what_to_do(client, inside):
    for address in ("/me/shares", "/me/intents"):
        assert "xp-empty" in text_of(client.get(address))


def test_another_student_finds_nothing(client, scene, log_in):
    letter = signed(scene)
    intent = letter.intent
    other = make_student()
    make_registration(other, scene.fair)
    log_in(other.user)
    for method, address in [
        ("get", at(intent)),
        ("get", at(intent, "state")),
        ("get", at(intent, "decline")),
        ("get", at(intent, "propose")),
        ("get", at(intent, "letter")),
        ("get", at(intent, "withdraw-share")),
        ("post", at(intent, "withdraw-share")),
        ("post", at(intent, "confirm")),
        ("post", at(intent, "take-back")),
        ("post", at(intent, "reopen")),
        ("get", f"/me/agreements/{letter.public_code}"),
        ("get", f"/me/agreements/{letter.public_code}/edit"),
        ("get", f"/me/agreements/{letter.public_code}/withdraw"),
        ("post", f"/me/agreements/{letter.public_code}/sign"),
    ]:
        assert getattr(client, method)(address).status_code == 404, address
    assert scene.employer.name not in text_of(client.get("/me/shares"))


# -- letters -----------------------------------------------------------------------------


def test_a_letter_is_written_read_signed_and_printed(client, new_client, scene, log_in):
    intent = reach(scene)
    log_in(scene.recruiter)
    form = text_of(client.get(f"/employer/candidates/{intent.uid}/letter"))
    assert 'value="机械设计工程师"' in form
    empty = client.post(f"/employer/candidates/{intent.uid}/letter", data={"position": " "})
    assert empty.status_code == 422
    terms = {
        "position": "机械设计工程师",
        "place": "温州市乐清市",
        "pay": "18–25万/年",
        "starts_on": "2026-07-01",
        "terms": "提供住宿",
    }
    made = client.post(f"/employer/candidates/{intent.uid}/letter", data=terms)
    [code] = re.findall(r"/employer/agreements/(\w+)$", made.headers["Location"])
    page = text_of(client.get(f"/employer/agreements/{code}"))
    [digest] = re.findall(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)
    assert "不是三方协议，也不是劳动合同" in page
    client.post(f"/employer/agreements/{code}/sign", data={"sha256": digest})
    student = new_client()
    log_in(scene.student.user, student)
    assert "提供住宿" in text_of(student.get(f"/me/agreements/{code}"))
    student.post(f"/me/agreements/{code}/sign", data={"sha256": digest})
    letter = db.session.scalars(select(Agreement)).one()
    assert letter.status is AgreementStatus.SIGNED
    for browser, address in [(client, "/employer"), (student, "/me")]:
        paper = text_of(browser.get(f"{address}/agreements/{code}"))
        assert letter.number in paper
        assert "<path d=" in paper
        assert "2026年7月1日" in paper


def test_the_hash_that_was_shown_is_the_one_that_is_signed(client, inside):
    letter = draft(inside)
    address = f"/me/agreements/{letter.public_code}"
    for digest in ("", "x", "0" * 63, "Z" * 64):
        assert client.post(f"{address}/sign", data={"sha256": digest}).status_code == 422
    other = client.post(f"{address}/sign", data={"sha256": "0" * 64}, follow_redirects=True)
    assert "文本在你看过之后改过了" in text_of(other)
    db.session.refresh(letter)
    assert letter.student_signed_at is None


def test_a_letter_is_withdrawn_with_a_reason(client, inside):
    letter = signed(inside)
    address = f"/me/agreements/{letter.public_code}/withdraw"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"reason": "  "}).status_code == 422
    assert client.post(address, data={"reason": "长" * 301}).status_code == 422
    client.post(address, data={"reason": "考上研究生"})
    db.session.refresh(letter)
    assert letter.status is AgreementStatus.WITHDRAWN
    assert "考上研究生" in text_of(client.get(f"/me/agreements/{letter.public_code}"))


def test_the_drafter_changes_the_text_while_it_is_open(client, inside):
    letter = draft(inside, side=Side.STUDENT)
    address = f"/me/agreements/{letter.public_code}/edit"
    assert client.get(address).status_code == 200
    client.post(address, data={"position": "工艺工程师", "pay": "面议"})
    db.session.refresh(letter)
    assert letter.position_title == "工艺工程师"
    assert "工艺工程师" in letter.text


def test_a_student_writes_a_letter_too(client, inside):
    intent = reach(inside)
    client.post(at(intent, "letter"), data={"position": "机械设计工程师"})
    letter = db.session.scalars(select(Agreement)).one()
    assert letter.proposed_by is Side.STUDENT
    again = client.post(at(intent, "letter"), data={"position": "机械设计工程师"})
    assert again.status_code == 422


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_anybody_checks_a_letter_and_reads_no_more_than_needed(client, scene, language):
    letter = signed(scene)
    headers = {"Accept-Language": language}
    page = text_of(client.get(f"/a/{letter.public_code}", headers=headers))
    assert letter.number in page
    assert letter.masked_name in page
    assert letter.employer_name in page
    for secret in (scene.student.name, scene.student.user.phone, letter.position_title, "18–25万"):
        assert secret not in page
    contract = "也不是劳动合同" if language == "zh-CN" else "nor an employment contract"
    assert contract in page
    services.withdraw_letter(letter, side=Side.STUDENT, by=scene.student.user, reason="私事")
    db.session.commit()
    page = text_of(client.get(f"/a/{letter.public_code}", headers=headers))
    assert ("已撤回" if language == "zh-CN" else "was withdrawn") in page
    assert "私事" not in page


def test_an_unknown_letter_and_one_that_is_not_signed_look_the_same(client, scene):
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    answers = [
        client.get(f"/a/{code}", headers={"Accept-Language": "en"})
        for code in (letter.public_code, "NOSUCHLETTER", "啊")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all("No such letter" in text_of(answer) for answer in answers)


# -- the worker, and what is sent ---------------------------------------------------------


def test_the_worker_closes_what_nobody_answered(scene):
    intent = propose(share(scene), scene)
    with frozen(utcnow() + timedelta(days=15)):
        lapse()
    assert db.session.scalars(select(Intent.step)).one() is Step.LAPSED
    assert queries.list_due(utcnow()) == []
    assert intent is not None


NOTICES = {
    "confirmed",
    "declined-to-employer",
    "declined-to-student",
    "lapsed",
    "letter-signed",
    "letter-to-employer",
    "letter-to-student",
    "letter-withdrawn-to-employer",
    "letter-withdrawn-to-student",
    "proposed-to-employer",
    "proposed-to-student",
    "reminder",
    "share-withdrawn",
}


@pytest.mark.parametrize("name", sorted(NOTICES))
@pytest.mark.parametrize("locale", ["en", "zh_Hans"])
def test_every_notice_can_be_read_in_both_languages(app, scene, name, locale):
    payload = {
        "who": "瓯屿智造装备有限公司",
        "side": "student",
        "fair_zh": "武汉站",
        "fair_en": "Wuhan",
        "position": "机械设计工程师",
        "booth": "A03",
        "code": scene.participation.public_code,
        "uid": "UID",
        "reason": "离家太远",
    }
    with force_locale(locale):
        read = compose(f"intents/{name}", payload)
    assert "瓯屿智造装备有限公司" in read.subject
    assert ("武汉站" if locale == "zh_Hans" else "Wuhan") in read.content
    assert "http://localhost/" in read.content
