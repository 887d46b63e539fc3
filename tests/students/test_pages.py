from io import BytesIO

import pytest

from app.accounts.permissions import Role
from app.core import files
from app.core.db import db
from app.students import queries, services
from app.students.models import Student
from tests.factories import make_school, make_student, make_user

PDF = b"%PDF-1.7 me"


@pytest.fixture
def student(log_in):
    student = make_student(name="陈思远", origin="温州")
    log_in(student.user)
    return student


def profile(**given):
    usual = {
        "name": "陈思远",
        "school_name": "江城理工大学",
        "level": "masters",
        "major": "机械工程",
        "graduation_year": "2027",
        "origin": "浙江温州",
        "email": "Chen@Example.org",
    }
    return usual | given


def test_a_profile_is_changed_and_shown_again(client, student):
    assert "陈思远" in client.get("/me/profile").text
    page = client.post("/me/profile", data=profile(major="材料", wants_news="y"))
    assert page.status_code == 303
    assert (student.major, student.origin, student.email, student.wants_news) == (
        "材料",
        "浙江温州",
        "chen@example.org",
        True,
    )
    text = client.get("/me/profile", headers={"Accept-Language": "zh-CN"}).text
    assert "材料" in text
    assert "我的信息" in text


def test_the_first_profile_asks_to_agree(client, log_in):
    user = make_user(Role.STUDENT)
    log_in(user)
    assert client.get("/me/profile").status_code == 200
    assert client.post("/me/profile", data=profile()).status_code == 422
    assert queries.find_student(user) is None
    assert client.post("/me/profile", data=profile(agreed="y")).status_code == 303
    assert queries.get_student(user).privacy_version == services.PRIVACY_VERSION


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "😀"},
        {"name": "陈\x00"},
        {"name": "陈" * 10_000},
        {"graduation_year": "next"},
        {"graduation_year": "99999999999999999999"},
        {"level": "emperor"},
        {"email": "nobody"},
        {"email": "a@b\x00.cn"},
        {"origin": "🏠"},
        {"school_name": "大" * 10_000},
    ],
)
def test_bad_input_is_answered_with_a_summary_and_keeps_the_rest(client, student, typed):
    page = client.post("/me/profile", data=profile(major="材料") | typed)
    assert page.status_code == 422
    assert "xp-errors" in page.text
    assert "材料" in page.text
    db.session.expire_all()
    assert student.major == "机械工程"


def test_what_the_form_does_not_have_cannot_be_changed(client, student):
    before = (student.uid, student.user_id, student.closed_at, student.privacy_version)
    extra = {"uid": "X", "user_id": "1", "closed_at": "2026-01-01", "privacy_version": "none"}
    client.post("/me/profile", data=profile() | extra)
    assert (student.uid, student.user_id, student.closed_at, student.privacy_version) == before


def test_a_school_of_the_list_must_be_meant(client, student):
    make_school(name="江城理工大学", search_text="|江城理工大学|")
    page = client.post("/me/profile", data=profile(school_name="江城理工"))
    assert page.status_code == 422
    assert "We do not know “江城理工”" in page.text
    assert client.post("/me/profile", data=profile()).status_code == 303
    assert student.school.name == "江城理工大学"


def test_saving_leads_back_to_where_one_came_from_and_nowhere_else(client, student):
    page = client.post("/me/profile", data=profile(), query_string={"next": "/fairs/x/register"})
    assert page.location == "/fairs/x/register"
    page = client.post("/me/profile", data=profile(), query_string={"next": "//evil.example"})
    assert page.location == "/me/profile"


def test_a_resume_is_brought_replaced_read_and_deleted(client, student):
    data = {"file": (BytesIO(PDF), "简历.pdf"), "text": "机械设计"}
    page = client.post("/me/resume", data=data, content_type="multipart/form-data")
    assert page.status_code == 303
    resume = queries.current_resume(student)
    assert "简历.pdf" in client.get("/me/resume").text
    with client.get(f"/me/resume/{resume.uid}") as sent:
        assert sent.data == PDF
        assert sent.headers["Content-Disposition"].startswith("attachment")
        assert sent.headers["Cache-Control"] == "no-store"
    client.post("/me/resume", data={"text": "材料"})
    assert (resume.text, resume.file_name) == ("材料", "简历.pdf")
    key = resume.file_key
    assert client.get(f"/me/resume/{resume.uid}/remove").status_code == 200
    assert queries.current_resume(student) is not None
    client.post(f"/me/resume/{resume.uid}/remove")
    assert queries.current_resume(student) is None
    assert not files.path_of(key).exists()
    assert client.get(f"/me/resume/{resume.uid}").status_code == 404


@pytest.mark.parametrize("body", [b"", b"MZ program", b"<svg onload=alert(1)>", b"PK\x03\x04"])
def test_what_is_no_paper_is_refused_and_the_text_kept(client, student, body):
    data = {"file": (BytesIO(body), "cv.pdf"), "text": "机械设计"}
    page = client.post("/me/resume", data=data, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "机械设计" in page.text
    assert queries.current_resume(student) is None


def test_too_long_a_text_is_refused(client, student):
    page = client.post("/me/resume", data={"text": "机" * 10_001})
    assert page.status_code == 422


def test_somebody_without_a_profile_fills_that_in_first(client, log_in):
    log_in(make_user(Role.STUDENT))
    page = client.get("/me/resume")
    assert page.location == "/me/profile?next=/me/resume"


@pytest.mark.parametrize("tail", ["", "/remove"])
def test_nobody_reads_or_deletes_the_resume_of_somebody_else(client, student, tail):
    other = services.keep_resume(make_student(), text="机械设计")
    db.session.commit()
    assert client.get(f"/me/resume/{other.uid}{tail}").status_code == 404
    assert client.post(f"/me/resume/{other.uid}/remove").status_code == 404
    assert other.removed_at is None


def test_nobody_becomes_somebody_else_by_a_double_tap(client, log_in):
    user = make_user(Role.STUDENT)
    log_in(user)
    for _ in range(2):
        client.post("/me/profile", data=profile(agreed="y"))
    assert db.session.query(Student).filter_by(user_id=user.id).count() == 1
