from app.core.db import db
from app.registrations.services import register
from app.registrations.states import RegistrationSource
from app.students.models import Student
from tests.factories import (
    make_coming_fair,
    make_employer,
    make_participation,
    make_position,
    make_student,
)

CHINESE = {"Accept-Language": "zh-CN"}


def offer(fair, **given):
    employer = make_employer()
    position = make_position(employer=employer, **given)
    make_participation(fair=fair, employer=employer, positions=[position])


def test_a_position_that_fits_stands_with_its_reason_on_all_three_pages(client, log_in):
    fair = make_coming_fair()
    offer(fair, title="结构工程师", majors=["机械类"])
    offer(fair, title="出纳", majors=["会计学"])
    student = make_student(major="车辆工程")
    log_in(student.user)
    for path in (f"/fairs/{fair.slug}", "/me", "/me/for-you", f"/me/for-you?fair={fair.slug}"):
        page = client.get(path, headers=CHINESE).text
        assert "本科及以上 · 机械类包含你的专业" in page, path
    assert "出纳" not in client.get("/me/for-you").text


def test_one_switch_ends_it_everywhere_and_brings_it_back(client, log_in):
    fair = make_coming_fair()
    offer(fair, title="结构工程师", majors=["机械类"])
    student = make_student(major="车辆工程")
    log_in(student.user)
    client.post("/me/for-you/switch")
    assert not db.session.get(Student, student.id).wants_suggestions
    for path in (f"/fairs/{fair.slug}", "/me", "/me/for-you"):
        assert "包含你的专业" not in client.get(path, headers=CHINESE).text, path
    client.post("/me/for-you/switch", data={"wanted": "1"})
    assert "包含你的专业" in client.get("/me", headers=CHINESE).text


def test_the_fairs_a_student_goes_to_come_before_all_others(client, log_in):
    mine, other = make_coming_fair(), make_coming_fair()
    offer(mine, title="我去的", majors=["车辆工程"])
    offer(other, title="别处的", majors=["车辆工程"])
    student = make_student(major="车辆工程")
    log_in(student.user)
    assert "别处的" in client.get("/me/for-you").text
    register(student, mine, source=RegistrationSource.SELF, verified=True)
    page = client.get("/me/for-you").text
    assert "我去的" in page
    assert "别处的" not in page


def test_without_a_major_the_page_asks_for_it(client, log_in):
    student = make_student(major="")
    log_in(student.user)
    assert "/me/profile" in client.get("/me/for-you", headers=CHINESE).text
    assert client.get("/me/for-you?fair=no-such").status_code == 404
