import pytest

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.db import db
from app.places.states import EducationLevel
from app.registrations import queries, services
from app.registrations.services import NotEligible, Rules, UnknownSchools
from app.registrations.states import RegistrationSource
from app.students.services import Profile
from tests.factories import (
    make_coming_fair,
    make_fair,
    make_school,
    make_staff,
    make_student,
)

L = EducationLevel
CHINESE = {"Accept-Language": "zh-CN"}


def rule(fair, **given):
    return services.set_eligibility(fair, Rules(**given), by=make_staff())


def register(student, fair, source=RegistrationSource.SELF):
    return services.register(student, fair, source=source, verified=True)


@pytest.fixture
def school():
    return make_school(name="江城理工大学", search_text="|江城理工大学|")


def test_within_a_rule_one_is_enough_and_across_rules_all_must_fit(school):
    fair = make_coming_fair()
    rule(
        fair,
        levels=[L.MASTERS, L.DOCTORAL],
        schools=["江城理工大学"],
        majors=["机械类", "会计学"],
    )
    fits = {"level": L.MASTERS, "major": "车辆工程", "school": school}
    register(make_student(**fits), fair)
    register(make_student(**fits | {"level": L.DOCTORAL, "major": "会计学"}), fair)
    for change, wrong in (
        ({"level": L.BACHELORS}, "level"),
        ({"school": None, "school_name": "别的大学"}, "school_name"),
        ({"major": "法学"}, "major"),
    ):
        with pytest.raises(NotEligible) as refused:
            register(make_student(**fits | change), fair)
        assert refused.value.field == wrong


def test_without_rules_everybody_may_come():
    fair = make_coming_fair()
    register(make_student(), fair)
    rule(fair)
    assert queries.find_eligibility(fair) is None
    register(make_student(level=L.OTHER, major=""), fair)


def test_who_has_a_place_keeps_it_and_the_planner_is_told_how_many():
    fair = make_coming_fair()
    student = make_student(level=L.BACHELORS)
    kept = register(student, fair)
    assert rule(fair, levels=[L.DOCTORAL]) == 1
    assert register(student, fair) is kept
    assert db.session.query(AuditEntry).filter_by(action="fair.eligibility").count() == 1


def test_a_school_that_is_not_known_is_refused_by_name():
    with pytest.raises(UnknownSchools, match="没有的大学"):
        rule(make_coming_fair(), schools=["没有的大学"])


def test_the_desk_and_the_gate_give_the_same_answer():
    fair = make_fair()
    rule(fair, levels=[L.DOCTORAL])
    profile = Profile(name="王小明", school_name="某大学", level=L.MASTERS, major="法学")
    with pytest.raises(NotEligible):
        services.register_at_desk(fair, profile, by=make_staff(Role.HELP_DESK))
    with pytest.raises(NotEligible):
        services.register_unverified(fair, profile, phone="13900000000", agreed=True)


def test_the_pages_say_for_whom_the_fair_is_and_why_somebody_is_left_out(client, log_in, school):
    fair = make_coming_fair()
    rule(fair, levels=[L.DOCTORAL, L.MASTERS], majors=["机械类"])
    page = client.get(f"/fairs/{fair.slug}", headers=CHINESE).text
    assert "博士" in page
    assert "机械类" in page
    assert "机械类" in client.get(f"/fairs/{fair.slug}/register", headers=CHINESE).text
    student = make_student(level=L.MASTERS, major="法学", school=school)
    log_in(student.user)
    answer = client.post(f"/fairs/{fair.slug}/register/about", headers=CHINESE)
    assert answer.status_code == 422
    assert "本场面向以下专业：机械类；你的资料里写的是法学" in answer.text


def test_a_planner_sets_and_clears_the_rules(client, log_in, school):
    fair = make_coming_fair()
    log_in(make_staff(Role.PLANNER))
    url = f"/staff/fairs/{fair.slug}/eligibility"
    answer = client.post(
        url,
        data={"levels": ["masters"], "schools": "江城理工大学\n", "majors": "机械类、会计学"},
    )
    assert answer.status_code == 303
    rules = queries.find_eligibility(fair)
    assert (rules.levels, rules.schools) == (["masters"], ["江城理工大学"])
    assert rules.majors == ["机械类", "会计学"]
    assert "江城理工大学" in client.get(url).text
    assert client.post(url, data={"schools": "没有的大学"}).status_code == 422
    assert client.post(url, data={"levels": ["x"]}).status_code == 422
    assert client.post(url, data={"schools": "\0😀" * 50}).status_code == 422
    client.post(url, data={})
    assert queries.find_eligibility(fair) is None
