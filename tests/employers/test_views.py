"""The pages of companies, and of the organiser about companies."""

from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.employers.models import Employer, Position
from app.employers.states import EmployerStatus
from tests.employers.test_uscc import GOOD, PERSON
from tests.factories import (
    make_delegation,
    make_employer,
    make_position,
    make_recruiter,
    make_staff,
)
from tests.statements import count_statements

SIGN_UP = {
    "company": "温州新叶科技有限公司",
    "uscc": GOOD,
    "contact_name": "陈小草",
    "contact_phone": "0577-88000000",
    "email": "New@Example.org",
    "password": "four words make one",
}
POSITION = {
    "title": "机械工程师",
    "openings": "若干",
    "levels": ["bachelors", "masters"],
    "majors": "机械工程、自动化",
    "place": "温州",
    "pay_text": "8千-1.2万",
    "description": "设计",
    "requirements": "限男",
    "benefits": "",
    "valid_until": "",
    "category": "",
}
PROFILE = {
    "version": "1",
    "name": "温州新叶科技有限公司",
    "uscc": GOOD,
    "ownership": "private",
    "contact_name": "陈小草",
    "contact_phone": "13800000000",
}
ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


# ---------------------------------------------------------------------------- sign-up


@pytest.mark.parametrize(("headers", "word"), [(ZH, "单位注册"), (EN, "Bring your company")])
def test_the_sign_up_page_speaks_both_languages(client, headers, word):
    assert word in client.get("/employer/sign-up", headers=headers).text


def test_signing_up_leads_to_the_profile(client):
    answer = client.post("/employer/sign-up", data=SIGN_UP)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/employer/profile")
    user = db.session.scalars(select(User).filter_by(email="new@example.org")).one()
    assert user.password_hash.startswith("$argon2")
    page = client.get("/employer/profile", headers=ZH)
    assert "温州新叶科技有限公司" in page.text
    assert "缺营业执照" in page.text


def test_an_id_number_is_never_sent_back_nor_kept(client):
    answer = client.post("/employer/sign-up", data=SIGN_UP | {"uscc": PERSON}, headers=ZH)
    assert answer.status_code == 422
    assert "这是个人身份证号" in answer.text
    assert PERSON not in answer.text
    assert SIGN_UP["company"] in answer.text
    assert count(Employer) == count(User) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", ""),
        ("company", "x" * 101),
        ("company", "\0\0\0"),
        ("uscc", "123"),
        ("uscc", "😀" * 18),
        ("email", "nobody"),
        ("password", "short"),
        ("password", "1234567890"),
        ("contact_phone", "call me"),
        ("contact_name", "x" * 41),
    ],
)
def test_a_faulty_sign_up_keeps_what_was_typed(client, field, value):
    answer = client.post("/employer/sign-up", data=SIGN_UP | {field: value}, headers=ZH)
    assert answer.status_code == 422
    assert "xp-errors" in answer.text
    kept = "contact_phone" if field == "contact_name" else "contact_name"
    assert SIGN_UP[kept] in answer.text
    assert SIGN_UP["password"] not in answer.text
    assert count(Employer) == count(User) == 0


def test_the_same_company_twice_is_told_whom_to_ask(client, new_client):
    client.post("/employer/sign-up", data=SIGN_UP)
    again = SIGN_UP | {"email": "second@example.org"}
    answer = new_client().post("/employer/sign-up", data=again, headers=ZH)
    assert answer.status_code == 422
    assert "陈*草" in answer.text
    assert count(User) == 1


# ---------------------------------------------------------------------------- profile


def test_a_company_edits_its_profile(client, log_in):
    employer = make_employer(status=EmployerStatus.RETURNED, status_reason="请补执照")
    log_in(make_recruiter(employer))
    assert "请补执照" in client.get("/employer/profile", headers=ZH).text
    data = PROFILE | {"short_name": "新叶", "website": "https://example.com"}
    assert client.post("/employer/profile", data=data).status_code == 303
    db.session.refresh(employer)
    assert (employer.name, employer.short_name) == (PROFILE["name"], "新叶")
    assert client.post("/employer/profile/resubmit").status_code == 303
    db.session.refresh(employer)
    assert employer.status is EmployerStatus.PENDING


def test_an_id_number_in_the_profile_is_refused(client, log_in):
    employer = make_employer(status=EmployerStatus.PENDING)
    log_in(make_recruiter(employer))
    answer = client.post("/employer/profile", data=PROFILE | {"uscc": PERSON})
    assert answer.status_code == 422
    assert PERSON not in answer.text


def test_two_colleagues_at_once_see_what_differs(client, log_in):
    employer = make_employer(status=EmployerStatus.PENDING)
    log_in(make_recruiter(employer))
    client.post("/employer/profile", data=PROFILE | {"city": "乐清"})
    answer = client.post("/employer/profile", data=PROFILE | {"city": "瑞安"}, headers=ZH)
    assert answer.status_code == 409
    assert "乐清" in answer.text
    assert "瑞安" in answer.text


def test_a_licence_is_kept_and_given_back(client, log_in):
    employer = make_employer()
    log_in(make_recruiter(employer))
    licence = (BytesIO(b"%PDF-1.4 licence"), "执照.pdf")
    data = {"licence-licence": licence, "licence-valid_until": "2030-01-01"}
    assert client.post("/employer/profile/licence", data=data).status_code == 303
    answer = client.get("/employer/profile/licence")
    assert answer.data == b"%PDF-1.4 licence"
    assert "attachment" in answer.headers["Content-Disposition"]
    answer.close()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"licence-licence": (BytesIO(b""), "x.pdf")},
        {"licence-licence": (BytesIO(b"<html>"), "x.pdf")},
    ],
)
def test_a_file_that_is_no_paper_is_refused(client, log_in, data):
    employer = make_employer()
    log_in(make_recruiter(employer))
    answer = client.post("/employer/profile/licence", data=data)
    assert answer.status_code == 422
    db.session.refresh(employer)
    assert employer.file_key is None


# ---------------------------------------------------------------------------- members


def test_an_owner_invites_and_removes(client, log_in):
    employer = make_employer()
    owner = log_in(make_recruiter(employer))
    data = {"email": "li@example.org", "name": "李一", "role": "recruiter"}
    assert client.post("/employer/members", data=data).status_code == 303
    invited = db.session.scalars(select(User).filter_by(email="li@example.org")).one()
    assert "李一" in client.get("/employer/members").text
    assert client.post(f"/employer/members/{invited.uid}/invite").status_code == 303
    assert client.post(f"/employer/members/{invited.uid}/remove").status_code == 303
    client.get("/employer/members")
    assert "li@example.org" not in client.get("/employer/members").text
    assert client.post(f"/employer/members/{owner.uid}/remove").status_code == 409
    assert client.post(f"/employer/members/{owner.uid}/role", data={"role": "x"}).status_code == 404


def test_a_colleague_of_others_is_not_found(client, log_in):
    stranger = make_recruiter()
    log_in(make_recruiter())
    for verb in ("remove", "invite", "role"):
        answer = client.post(f"/employer/members/{stranger.uid}/{verb}", data={"role": "recruiter"})
        assert answer.status_code == 404


def test_an_owner_finds_a_button_to_remove_each_colleague(client, log_in):
    owner = make_recruiter(employer := make_employer())
    colleague = make_recruiter(employer, Role.RECRUITER)
    log_in(owner)
    page = client.get("/employer/members").text
    assert f'action="/employer/members/{colleague.uid}/remove"' in page
    assert f"/employer/members/{owner.uid}/remove" not in page, "the last owner stays"


# ---------------------------------------------------------------------------- positions


def test_a_position_opened_and_saved_as_it_is_stays_as_it_is(client, log_in):
    employer = make_employer()
    log_in(make_recruiter(employer))
    position = make_position(employer=employer, majors=["机械工程", "自动化"], openings=None)
    page = client.get(f"/employer/posts/{position.uid}").text
    assert 'value="机械工程、自动化"' in page
    kept = POSITION | {"openings": "", "version": str(position.version)}
    assert client.post(f"/employer/posts/{position.uid}", data=kept).status_code == 303
    db.session.refresh(position)
    assert (position.majors, position.openings) == (["机械工程", "自动化"], None)


def test_an_old_registration_number_stands_in_the_profile_to_be_kept(client, log_in):
    employer = make_employer(status=EmployerStatus.RETURNED, registration_number="330302000012345")
    log_in(make_recruiter(employer))
    assert 'value="330302000012345"' in client.get("/employer/profile").text


def test_a_position_is_written_and_its_words_come_back(client, log_in):
    employer = make_employer()
    log_in(make_recruiter(employer, Role.RECRUITER))
    assert client.post("/employer/posts/new", data=POSITION).status_code == 303
    page = client.get("/employer/posts", headers=ZH).text
    assert "薪资识别为：8千–1.2万/月" in page
    assert "“限男”" in page
    assert "若干" in page
    position = db.session.scalars(select(Position)).one()
    edited = POSITION | {"openings": "5", "requirements": "", "version": str(position.version)}
    assert client.post(f"/employer/posts/{position.uid}", data=edited).status_code == 303
    db.session.refresh(position)
    assert (position.openings, position.hints) == (5, [])
    assert client.post(f"/employer/posts/{position.uid}", data=edited).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 61),
        ("openings", "0"),
        ("openings", "三个"),
        ("pay_text", ""),
        ("place", "\0"),
        ("description", ""),
        ("description", "x" * 3001),
        ("levels", ["phd"]),
        ("valid_until", "soon"),
    ],
)
def test_a_faulty_position_keeps_what_was_typed(client, log_in, field, value):
    log_in(make_recruiter())
    answer = client.post("/employer/posts/new", data=POSITION | {field: value})
    assert answer.status_code == 422
    assert POSITION["majors"] in answer.text
    assert count(Position) == 0


def test_emoji_and_long_words_do_no_harm(client, log_in):
    log_in(make_recruiter())
    data = POSITION | {"title": "😀" * 30, "pay_text": "好多钱💰", "majors": "x" * 300}
    assert client.post("/employer/posts/new", data=data).status_code == 303
    assert "好多钱💰" in client.get("/employer/posts").text


def test_a_draft_is_checked_while_it_is_written(client, log_in):
    log_in(make_recruiter())
    answer = client.post(
        "/employer/posts/check", data={"pay_text": "2-3万", "requirements": "限男"}, headers=ZH
    )
    assert answer.json == {"pay": "2–3万/月", "hints": [{"words": "限男", "kind": "性别"}]}
    assert count(Position) == 0


def test_a_position_of_others_is_not_found(client, log_in):
    position = make_position()
    log_in(make_recruiter())
    assert client.get(f"/employer/posts/{position.uid}").status_code == 404
    for verb in ("copy", "archive", "restore"):
        assert client.post(f"/employer/posts/{position.uid}/{verb}").status_code == 404


def test_archiving_can_be_undone(client, log_in):
    employer = make_employer()
    position = make_position(employer=employer, title="外贸专员")
    log_in(make_recruiter(employer))
    assert client.post(f"/employer/posts/{position.uid}/archive").status_code == 303
    page = client.get("/employer/posts").text
    assert f"/employer/posts/{position.uid}/restore" in page
    client.post(f"/employer/posts/{position.uid}/restore")
    assert "外贸专员" in client.get("/employer/posts").text
    answer = client.post(f"/employer/posts/{position.uid}/copy")
    assert client.get(answer.headers["Location"]).status_code == 200


# ---------------------------------------------------------------------------- organiser


def test_the_organiser_filters_the_list(client, log_in):
    delegation = make_delegation()
    make_employer(name="温州甲有限公司", status=EmployerStatus.PENDING, delegation=delegation)
    make_employer(name="温州乙有限公司", initials="wzy")
    log_in(make_staff(Role.PLANNER))
    assert "甲有限" in client.get("/staff/employers?status=pending").text
    assert "乙有限" not in client.get("/staff/employers?status=pending").text
    assert "甲有限" not in client.get("/staff/employers?q=wzy").text
    assert "乙有限" not in client.get(f"/staff/employers?delegation={delegation.id}").text
    assert (
        client.get("/staff/employers?status=x&delegation=y&page=z&ownership=w").status_code == 200
    )
    assert client.get("/staff/employers?q=%00").status_code == 200


def test_a_reviewer_of_one_delegation_sees_only_its_companies(client, log_in):
    own, other = make_delegation(), make_delegation()
    seen = make_employer(delegation=own, status=EmployerStatus.PENDING)
    hidden = make_employer(delegation=other, status=EmployerStatus.PENDING)
    log_in(make_staff(Role.REVIEWER, ScopeKind.DELEGATION, own.id))
    page = client.get("/staff/employers").text
    assert seen.name in page
    assert hidden.name not in page
    assert client.get(f"/staff/employers/{hidden.slug}").status_code == 404
    assert client.post(f"/staff/employers/{hidden.slug}/approve").status_code == 404
    assert client.get(f"/staff/employers/{hidden.slug}/licence").status_code == 404
    assert client.post(f"/staff/employers/{seen.slug}/approve").status_code == 303
    db.session.refresh(seen)
    assert seen.status is EmployerStatus.APPROVED


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("return", EmployerStatus.PENDING, EmployerStatus.RETURNED),
        ("reject", EmployerStatus.PENDING, EmployerStatus.REJECTED),
        ("suspend", EmployerStatus.APPROVED, EmployerStatus.SUSPENDED),
    ],
)
def test_an_answer_needs_a_reason(client, log_in, action, before, after):
    employer = make_employer(status=before)
    log_in(make_staff(Role.REVIEWER))
    address = f"/staff/employers/{employer.slug}/{action}"
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "执照过期"}).status_code == 303
    db.session.refresh(employer)
    assert employer.status is after
    assert "执照过期" in client.get(f"/staff/employers/{employer.slug}").text


def test_the_list_asks_no_more_for_more_companies(client, log_in):
    def cost():
        with count_statements() as seen:
            assert client.get("/staff/employers").status_code == 200
        return len(seen)

    delegation = make_delegation()
    log_in(make_staff(Role.PLANNER))
    for _ in range(2):
        make_position(employer=make_employer(delegation=delegation))
    few = cost()
    for _ in range(18):
        make_position(employer=make_employer(delegation=delegation))
    assert cost() == few
