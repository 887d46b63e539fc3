"""Lists that belong to one fair: who comes, which booths there are, who is registered."""

import io
import json

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.imports import queries, services
from app.imports.models import ImportRow
from app.participations.models import Booth, Participation
from app.participations.states import ParticipationStatus
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.students.models import Student
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_school,
    make_staff,
)
from tests.imports.tables import company_name, credit_code, id_number
from tests.imports.test_employers import run  # noqa: F401

PEOPLE = ["姓名", "手机号", "学校", "学历", "专业", "毕业年份"]


def student(number, phone=None, **given):
    values = {
        "姓名": "王小明",
        "手机号": phone or f"138{number:08d}",
        "学校": "江城大学",
        "学历": "本科",
        "专业": "机械工程",
        "毕业年份": "2027届",
    }
    return [(values | given)[heading] for heading in PEOPLE]


@pytest.fixture
def fair():
    return make_coming_fair()


@pytest.fixture
def at(run, fair):  # noqa: F811
    def at(kind, rows, *options):
        return run(rows, "--fair", fair.slug, *options, kind=kind)

    return at


def count(model):
    return db.session.scalar(select(func.count(model.id)))


def undo(answer):
    batch = queries.get_batch(answer["batch"])
    services.undo_batch(batch, by=None)
    db.session.commit()
    return batch


def test_a_fair_must_be_named(run):  # noqa: F811
    for options in (("--dry-run",), ()):
        answer = run([["展位号"], ["A01"]], *options, kind="booths")
        assert (answer["status"], answer["code"]) == ("unreadable", "fair-missing")
    assert run([["展位号"], ["A01"]], "--fair", "nowhere", kind="booths")["code"] == "not-found"


def test_booths_are_made_and_find_their_place(at, fair):
    rows = [["展位号", "是否有电"], ["A1", "是"], ["A02", ""], ["B-01", ""], ["a01", ""], ["?", ""]]
    answer = at("booths", rows)
    assert (answer["new"], answer["reasons"]) == (3, {"booth-odd": 1, "repeated": 1})
    booths = db.session.scalars(select(Booth).order_by(Booth.code)).all()
    assert [(one.code, one.row, one.column, one.zone) for one in booths] == [
        ("A01", 0, 0, "A"),
        ("A02", 0, 1, "A"),
        ("B01", 1, 0, "B"),
    ]
    assert [one.has_power for one in booths] == [True, False, False]
    again = at("booths", [["展位号", "是否有电"], ["A01", "否"], ["A02", ""]])
    assert (again["changed"], again["same"]) == (1, 1)
    undo(again)
    db.session.expire_all()
    assert booths[0].has_power
    undo(answer)
    assert count(Booth) == 0


def test_companies_come_to_a_fair_with_their_booths_and_people(at, fair):
    at("booths", [["展位号"], ["A01"], ["A02"]])
    first = make_employer(name=company_name(1), uscc=credit_code(1))
    make_employer(name=company_name(2))
    make_employer(name=company_name(3))
    rows = [
        ["单位名称", "信用代码", "展位号", "参会人员", "联系电话", "是否用电"],
        ["旧名称", credit_code(1), "a1", "陈某、李某", "13800138000", "是"],
        [company_name(2), "", "", "", "", ""],
        [company_name(3), "", "A01", "", "", ""],
        [company_name(4), "", "", "", "", ""],
        [company_name(2), "", "", "", "", ""],
    ]
    answer = at("participations", rows)
    assert answer["reasons"] == {"booth-taken": 1, "employer-unknown": 1, "repeated": 1}
    assert answer["new"] == 2
    came = db.session.scalars(select(Participation).order_by(Participation.id)).all()
    assert [one.status for one in came] == [
        ParticipationStatus.APPROVED,
        ParticipationStatus.SUBMITTED,
    ]
    assert (came[0].employer_id, came[0].booth.code, came[0].needs_power) == (first.id, "A01", True)
    assert [one.name for one in came[0].representatives] == ["陈某", "李某"]
    assert came[0].representatives[0].phone == "13800138000"
    assert at("participations", rows)["status"] == "unchanged"
    came[1].note = "改过"
    db.session.commit()
    with pytest.raises(services.ChangedSince, match=company_name(2)):
        undo(answer)


def test_applications_are_taken_back_whole(at, fair):
    make_employer(name=company_name(1))
    answer = at("participations", [["单位名称", "参会人员"], [company_name(1), "陈某"]])
    assert count(Participation) == 1
    undo(answer)
    assert count(Participation) == 0


def test_students_are_registered_and_what_they_are_stays_sealed(at, fair):
    make_school(name="江城大学")
    rows = [
        PEOPLE,
        student(1),
        student(2, 学校="不知道大学"),
        student(3, phone="138"),
        student(1),
        student(5, 姓名=id_number(3)),
    ]
    answer = at("registrations", rows)
    assert answer["new"] == 2
    assert answer["reasons"] == {
        "id-number": 1,
        "mobile-missing": 1,
        "repeated": 1,
        "school-unknown": 1,
    }
    places = db.session.scalars(select(Registration).order_by(Registration.id)).all()
    assert {one.source for one in places} == {RegistrationSource.IMPORT}
    assert places[0].student.name == "王小明"
    assert (places[0].student.graduation_year, places[0].student.level) == (2027, "bachelors")
    assert places[0].verified_at is None
    assert places[0].ticket is not None
    kept = db.session.scalars(select(ImportRow)).all()
    assert all("王小明" not in json.dumps(one.values, ensure_ascii=False) for one in kept)
    assert "王小明" not in json.dumps(answer, ensure_ascii=False)
    assert at("registrations", rows)["same"] == 2
    undo(answer)
    db.session.expire_all()
    assert {one.status for one in places} == {RegistrationStatus.CANCELLED}
    assert count(Student) == 2


@pytest.mark.parametrize("kind", ["booths", "registrations"])
def test_a_delegations_planner_fills_the_halls_of_its_own_fairs_only(client, log_in, fair, kind):
    delegation = make_delegation()
    own = make_coming_fair(delegation_id=delegation.id)
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, delegation.id))
    for chosen, status in ((fair, 422), (own, 303)):
        sent = {
            "kind": kind,
            "fair_id": str(chosen.id),
            "delegation_id": str(delegation.id),
            "file": (io.BytesIO("展位号\nA01\n".encode()), "a.csv"),
        }
        answer = client.post("/staff/import", data=sent)
        answer.request.environ["wsgi.input"].close()
        assert answer.status_code == status, chosen.title_zh
