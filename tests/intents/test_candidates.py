"""The employer's pages: what they show in each state, and to whom."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.accounts.models import LoginCode
from app.accounts.permissions import Role
from app.core.db import db
from app.intents import queries, services
from app.intents.models import DataView, Intent, IntentStep
from app.intents.queries import CandidateFilter
from app.intents.services import Sharing
from app.intents.states import Act, Given, Side, Step, Via, Warmth
from app.notices.models import Notice
from app.students.models import Resume
from tests.factories import make_position, make_recruiter, make_student, save
from tests.intents.scene import (
    CONSENT,
    make_registration,
    make_scene,
    make_unshared,
    propose,
    reach,
    share,
    signed,
)
from tests.statements import count_statements

PDF = b"%PDF-1.4 a resume"


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def inside(scene, log_in):
    log_in(scene.recruiter)
    return scene


def text_of(answer):
    return answer.get_data(as_text=True)


def at(intent, *more):
    return "/".join([f"/employer/candidates/{intent.uid}", *more])


def english(client, address):
    return text_of(client.get(address, headers={"Accept-Language": "en"}))


# -- the page and the acts ---------------------------------------------------------------


def test_the_page_shows_who_how_far_and_what_next_in_both_languages(client, inside):
    intent = share(inside, position=inside.position)
    page = text_of(client.get(at(intent), headers={"Accept-Language": "zh-CN"}))
    assert inside.student.name in page
    assert "机械设计工程师，需求 3 人，已达成 0 人" in page
    assert "提出初步意向" in page
    assert "Propose a preliminary intent" in english(client, at(intent))


def test_the_page_looks_again_by_itself_until_it_has_ended(client, inside):
    intent = propose(share(inside), inside)
    state = english(client, at(intent, "state"))
    assert f'data-poll="{at(intent, "state")}"' in state
    assert 'data-poll-every="4"' in state
    assert "Waiting for" in state
    services.confirm(intent, side=Side.STUDENT, by=inside.student.user, key=intent.proposal_key)
    db.session.commit()
    assert "Write the letter of intent" in english(client, at(intent, "state"))
    assert "Write the letter of intent" in english(client, at(intent, "state?part=bar"))
    services.decline(intent, side=Side.EMPLOYER, by=inside.recruiter)
    db.session.commit()
    assert "data-poll=" not in english(client, at(intent, "state"))


def test_marking_can_be_undone_from_the_toast(client, inside):
    intent = share(inside)
    client.post(at(intent, "mark", "shortlisted"))
    assert at(intent, "unmark", "shortlisted") in text_of(client.get(at(intent)))
    client.post(at(intent, "unmark", "shortlisted"))
    db.session.refresh(intent)
    assert intent.step is Step.RESUME_RECEIVED
    assert client.post(at(intent, "mark", "preliminary")).status_code == 404
    assert client.post(at(intent, "mark", "nonsense")).status_code == 404


def test_a_position_is_chosen_and_proposed_in_one_go(client, inside):
    intent = share(inside)
    page = text_of(client.get(at(intent, "position?then=propose")))
    assert inside.position.title in page
    data = {"position": inside.position.uid, "then": "propose"}
    assert client.post(at(intent, "position"), data=data).status_code == 303
    db.session.refresh(intent)
    assert intent.proposed_by is Side.EMPLOYER
    assert intent.position == inside.position
    other = make_position()
    assert client.post(at(intent, "position"), data={"position": other.uid}).status_code == 422
    assert client.post(at(intent, "position"), data={}).status_code == 422


def test_a_stale_answer_is_refused_and_the_page_says_why(client, inside):
    intent = propose(share(inside), inside, Side.STUDENT)
    answer = client.post(at(intent, "confirm"), data={"key": "old"}, follow_redirects=True)
    assert "提议的内容变了" in text_of(answer)
    db.session.refresh(intent)
    assert not intent.is_reached
    client.post(at(intent, "confirm"), data={"key": intent.proposal_key})
    db.session.refresh(intent)
    assert intent.is_reached


def test_declining_asks_why_and_can_be_undone(client, inside):
    intent = share(inside)
    assert client.get(at(intent, "decline")).status_code == 200
    assert client.post(at(intent, "decline"), data={"reason": "长" * 301}).status_code == 422
    client.post(at(intent, "decline"), data={"reason": "专业方向不同 😀"})
    db.session.refresh(intent)
    assert (intent.step, intent.ended_reason) == (Step.DECLINED_BY_EMPLOYER, "专业方向不同 😀")
    client.post(at(intent, "reopen"))
    db.session.refresh(intent)
    assert intent.step is Step.RESUME_RECEIVED


def test_each_recruiter_keeps_a_note_of_their_own_that_colleagues_read(client, inside, log_in):
    intent = share(inside)
    data = {"text": "周三复试", "tags": ["Right major"], "warmth": "hot", "seen": unseen()}
    assert client.post(at(intent, "note"), data=data).status_code == 303
    own = queries.find_note(intent, inside.recruiter)
    assert (own.text, own.tags, own.warmth) == ("周三复试", ["Right major"], "hot")
    colleague = make_recruiter(inside.employer, Role.RECRUITER, name="叶青")
    log_in(colleague)
    page = text_of(client.get(at(intent)))
    assert "周三复试" in page
    assert "周敏" in page
    client.post(at(intent, "note"), data={"text": "先等等", "warmth": "cold", "seen": unseen()})
    db.session.expire_all()
    assert queries.find_note(intent, inside.recruiter).text == "周三复试"
    assert {note.warmth for note in intent.notes} == {"hot", "cold"}
    for warmth, count in (("hot", 1), ("warm", 0)):
        wanted = CandidateFilter(warmth=Warmth(warmth))
        assert queries.list_candidates(inside.employer, wanted).total == count
    assert queries.list_candidates(inside.employer, CandidateFilter(words="先等等")).total == 1


def test_notes_are_kept_from_other_employers(client, inside, log_in):
    intent = share(inside)
    client.post(at(intent, "note"), data={"text": "周三复试", "seen": unseen()})
    stranger = make_recruiter()
    log_in(stranger)
    assert client.get(at(intent)).status_code == 404
    assert client.post(at(intent, "note"), data={"text": "x", "seen": unseen()}).status_code == 404
    assert "周三复试" not in text_of(client.get("/employer/candidates"))


def test_what_the_same_person_wrote_on_another_phone_is_not_lost(client, inside):
    intent = share(inside)
    client.post(at(intent, "note"), data={"text": "周三复试", "seen": unseen()})
    late = client.post(at(intent, "note"), data={"text": "我的话", "seen": unseen()})
    assert late.status_code == 409
    assert "周三复试" in text_of(late)
    assert "我的话" in text_of(late)
    too_long = client.post(at(intent, "note"), data={"text": "长" * 2001, "seen": unseen()})
    assert too_long.status_code == 422
    for bad in ({"tags": ["made up"]}, {"warmth": "boiling"}):
        assert client.post(at(intent, "note"), data=bad).status_code == 422


def unseen():
    return services.note_mark(None)


def test_the_student_never_sees_the_note(client, inside, log_in):
    intent = share(inside)
    services.annotate(intent, text="绝密备注", tags=[], seen=unseen(), by=inside.recruiter)
    db.session.commit()
    log_in(inside.student.user)
    for address in (f"/me/intents/{intent.uid}", "/me/shares", "/me/intents"):
        assert "绝密备注" not in text_of(client.get(address))


def sent_code():
    notices = select(Notice).filter_by(template="accounts/act-code").order_by(Notice.id.desc())
    return db.session.scalars(notices).first().payload


def test_a_code_read_out_confirms_and_names_the_act(client, inside):
    intent = propose(share(inside), inside, position=inside.position)
    assert client.post(at(intent, "send-code")).status_code == 303
    payload = sent_code()
    assert "机械设计工程师" in payload["act"]
    wrong = "000000" if payload["code"] != "000000" else "111111"
    refused = client.post(at(intent, "code"), data={"code": wrong})
    assert refused.status_code == 422
    assert db.session.scalars(select(LoginCode.tries)).one() == 1
    client.post(at(intent, "code"), data={"code": payload["code"]})
    db.session.refresh(intent)
    assert intent.is_reached
    row = db.session.scalars(select(IntentStep).filter_by(act=Act.CONFIRMED)).one()
    assert (row.side, row.via) == (Side.STUDENT, Via.CODE)
    assert row.actor_id == inside.recruiter.id


def test_a_code_is_for_what_it_named(client, inside):
    intent = propose(share(inside), inside, position=inside.position)
    client.post(at(intent, "send-code"))
    code = sent_code()["code"]
    other = make_position(employer=inside.employer, title="另一个岗位")
    services.change_position(intent, other, by=inside.recruiter)
    db.session.commit()
    client.post(at(intent, "code"), data={"code": code})
    db.session.refresh(intent)
    assert not intent.is_reached


def test_a_code_is_of_the_browser_that_asked(client, new_client, inside, log_in):
    intent = propose(share(inside), inside)
    client.post(at(intent, "send-code"))
    other = new_client()
    log_in(inside.recruiter, other)
    other.post(at(intent, "code"), data={"code": sent_code()["code"]})
    db.session.refresh(intent)
    assert not intent.is_reached


def test_later_steps_come_with_a_paper(client, inside):
    intent = reach(inside)
    assert client.get(at(intent, "later")).status_code == 200
    without = client.post(at(intent, "later"), data={"step": "offered"})
    assert without.status_code == 422
    bad = {"step": "offered", "file": (BytesIO(b"<html>"), "offer.pdf")}
    assert client.post(at(intent, "later"), data=bad).status_code == 422
    odd = {"step": "agreement_signed", "file": (BytesIO(PDF), "offer.pdf")}
    assert client.post(at(intent, "later"), data=odd).status_code == 422
    good = {"step": "offered", "file": (BytesIO(PDF), "录用通知.pdf"), "remark": "已发"}
    assert client.post(at(intent, "later"), data=good).status_code == 303
    row = db.session.scalars(select(IntentStep).filter_by(step=Step.OFFERED)).one()
    with client.get(at(intent, "papers", str(row.id))) as answer:
        assert answer.get_data() == PDF
    first = intent.steps[0]
    assert client.get(at(intent, "papers", str(first.id))).status_code == 410
    assert client.get(at(intent, "papers", "0")).status_code == 404


# -- the list and the table --------------------------------------------------------------


def meet(scene, number, given=Given.CONTACT):
    for _ in range(number):
        student = make_student()
        make_registration(student, scene.fair)
        save(Resume(student_id=student.id, text="x"))
        sharing = Sharing(given=given, text=CONSENT, position=scene.position)
        services.share(student, scene.participation, sharing, by=student.user)
    db.session.commit()


def test_the_list_costs_the_same_for_two_and_for_twenty(client, inside):
    meet(inside, 2)
    client.get("/employer/candidates")
    with count_statements() as few:
        client.get("/employer/candidates?q=机械")
    meet(inside, 18)
    with count_statements() as many:
        client.get("/employer/candidates?q=机械")
    assert len(many) == len(few)


def test_the_list_is_narrowed(client, inside):
    share(inside)
    other = make_student(name="欧阳思懿", major="法学")
    make_registration(other, inside.fair)
    sharing = Sharing(given=Given.CONTACT, text=CONSENT, position=inside.position)
    intent = services.share(other, inside.participation, sharing, by=other.user)
    services.propose(intent, side=Side.STUDENT, by=other.user)
    db.session.commit()
    for query, found, absent in [
        ("q=欧阳", "欧阳思懿", inside.student.name),
        ("q=法学", "欧阳思懿", inside.student.name),
        ("waiting=employer", "欧阳思懿", inside.student.name),
        (f"position={inside.position.uid}", "欧阳思懿", inside.student.name),
        ("shared=yes", "欧阳思懿", "nobody"),
        (f"fair={inside.fair.slug}&step=resume_received", inside.student.name, "nobody"),
    ]:
        page = text_of(client.get(f"/employer/candidates?{query}"))
        assert found in page, query
        assert absent not in page, query
    for query in ("shared=no", "step=onboarded", "q=%25", "q=不存在", "fair=none"):
        assert "欧阳思懿" not in text_of(client.get(f"/employer/candidates?{query}")), query
    odd = "/employer/candidates?step=nonsense&page=99&shared=x&q=" + "长" * 500
    assert client.get(odd).status_code == 200


def test_the_table_holds_those_who_share_and_they_are_told(client, inside):
    share(inside)
    inside.student.major = "=1+1"
    hidden = make_student(name="郭可染")
    make_unshared(inside, hidden)
    answer = client.post("/employer/candidates/export", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 200
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.get_data())).get_sheet_by_index(0)
    table = rows.to_python()
    assert table[0][:3] == ["姓名", "手机", "学校"]
    assert [row[0] for row in table[1:]] == [inside.student.name]
    assert table[1][1] == inside.student.user.phone
    assert table[1][4] == "=1+1"
    with ZipFile(BytesIO(answer.get_data())) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    views = db.session.scalars(select(DataView)).all()
    assert [(view.student_id, view.what) for view in views] == [(inside.student.id, "export")]


def test_the_table_obeys_the_filters(client, inside):
    share(inside)
    answer = client.post("/employer/candidates/export", data={"step": "onboarded"})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.get_data())).get_sheet_by_index(0)
    assert len(rows.to_python()) == 1


# -- another company ---------------------------------------------------------------------


ACTS = (
    "resume",
    "phone",
    "note",
    "propose",
    "confirm",
    "take-back",
    "reopen",
    "remind",
    "send-code",
    "mark/shortlisted",
    "unmark/shortlisted",
)


def test_another_company_finds_nothing(client, scene, log_in):
    letter = signed(scene)
    intent = letter.intent
    log_in(make_recruiter())
    for method, address in [
        ("get", at(intent)),
        ("get", at(intent, "state")),
        ("get", at(intent, "position")),
        ("get", at(intent, "code")),
        ("get", at(intent, "decline")),
        ("get", at(intent, "later")),
        ("get", at(intent, "letter")),
        ("get", f"/employer/agreements/{letter.public_code}"),
        ("get", f"/employer/agreements/{letter.public_code}/edit"),
        ("get", f"/employer/agreements/{letter.public_code}/withdraw"),
        ("post", f"/employer/agreements/{letter.public_code}/sign"),
        *(("post", at(intent, act)) for act in ACTS),
    ]:
        assert getattr(client, method)(address).status_code == 404, address
    assert scene.student.name not in text_of(client.get("/employer/candidates"))
    assert db.session.scalars(select(Intent.version)).one() == intent.version
