"""The help desk."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role, ScopeKind
from app.audit.models import AuditEntry
from app.checkins import queries
from app.checkins.models import Scan
from app.checkins.states import Evidence, ScanSource
from app.core.clock import frozen, utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.places.states import EducationLevel
from app.registrations.models import Registration
from app.tours.models import Fair
from tests.checkins.making import code_of, make_registration, scan
from tests.factories import (
    make_coming_fair,
    make_fair,
    make_gate,
    make_staff,
    make_student,
)
from tests.statements import count_statements

CHINESE, ENGLISH = {"Accept-Language": "zh-CN"}, {"Accept-Language": "en-GB"}


def texts(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


@pytest.fixture
def gate():
    return make_gate(fair=make_fair(title_zh="双选会"), name="南门")


# -- the help desk ---------------------------------------------------------------------


@pytest.fixture
def desk(client, log_in, gate):
    user = log_in(make_staff(Role.HELP_DESK, ScopeKind.FAIR, gate.fair_id))

    def find(text, headers=CHINESE):
        return client.post(
            f"/staff/fairs/{gate.fair.slug}/desk", data={"text": text}, headers=headers
        )

    find.user = user
    return find


def test_the_desk_finds_people_masked_and_notes_each_search(client, gate, desk):
    student = make_student(name="陈思远")
    registration = make_registration(gate.fair, student=student)
    page = desk("思远")
    assert "陈*远" in page.text
    assert "陈思远" not in page.text.replace('value="思远"', "")
    assert student.user.phone not in page.text
    assert registration.ticket.short_code in page.text
    entry = db.session.scalars(select(AuditEntry).filter_by(action="desk.search")).one()
    assert (entry.actor_id, entry.after) == (desk.user.id, {"text": "思远", "found": 1})


def test_one_character_finds_nobody_and_is_noted_too(gate, desk):
    make_registration(gate.fair, student=make_student(name="陈思远"))
    for text in ("陈", "ab"):
        assert "太短了" in desk(text).text
    assert len(db.session.scalars(select(AuditEntry.id)).all()) == 2


def test_a_whole_phone_number_is_not_written_into_the_log(gate, desk):
    student = make_registration(gate.fair).student
    assert student.masked_name in desk(student.user.phone).text
    entry = db.session.scalars(select(AuditEntry).filter_by(action="desk.search")).one()
    assert student.user.phone not in str(entry.after)


def test_people_of_other_fairs_are_not_found(gate, desk):
    make_registration(make_fair(), student=make_student(name="陈思远"))
    assert "没有找到人" in desk("陈思远").text


def test_ten_searches_a_minute_are_enough(gate, desk):
    now = utcnow()
    with frozen(now):
        pages = [desk("陈思远") for _ in range(11)]
    assert [page.status_code for page in pages] == [200] * 10 + [422]
    assert "稍等" in pages[-1].text
    with frozen(now + timedelta(seconds=61)):
        assert desk("陈思远").status_code == 200


@pytest.mark.parametrize("text", ["", " ", "x" * 101])
def test_a_bad_search_is_refused(desk, text):
    assert desk(text).status_code == 422


def test_text_of_any_kind_can_be_searched(desk):
    for text in ("%%%", "a\0bc", "😀😀😀", "' or 1=1"):
        assert desk(text).status_code == 200


def test_the_desk_checks_in_by_hand(client, gate, desk):
    registration = make_registration(gate.fair)
    address = f"/staff/fairs/{gate.fair.slug}/desk/{registration.uid}/check-in"
    page = client.post(address, data={"id": str(uuid7())}, headers=CHINESE)
    assert 'data-result="admitted"' in page.text
    row = db.session.scalars(select(Scan)).one()
    assert (row.source, row.evidence, row.gate_id) == (ScanSource.DESK, Evidence.MANUAL, None)


def test_the_desk_registers_somebody_without_a_phone_and_lets_them_in(client, gate, desk):
    address = f"/staff/fairs/{gate.fair.slug}/desk/register"
    data = {
        "name": "李 新生",
        "school_name": "江城理工大学",
        "level": "bachelors",
        "major": "",
        "year": "2027",
        "phone": "",
        "agreed": "y",
        "check_in": "y",
    }
    answer = client.post(address, data=data)
    registration = db.session.scalars(select(Registration)).one()
    assert answer.headers["Location"].endswith(f"/desk/{registration.uid}/slip")
    assert registration.student.level is EducationLevel.BACHELORS
    assert queries.find_attendance(registration.id).evidence is Evidence.MANUAL
    slip = client.get(answer.headers["Location"], headers=CHINESE)
    short = registration.ticket.short_code
    assert f"{short[:3]}-{short[3:]}" in slip.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"name": "😀"},
        {"name": "a\0b"},
        {"school_name": ""},
        {"level": "king"},
        {"year": "soon"},
        {"phone": "12"},
        {"agreed": ""},
    ],
)
def test_a_faulty_registration_stays_on_the_page(client, gate, desk, wrong):
    data = {
        "name": "李新生",
        "school_name": "江城理工大学",
        "level": "bachelors",
        "agreed": "y",
    } | wrong
    answer = client.post(f"/staff/fairs/{gate.fair.slug}/desk/register", data=data)
    assert answer.status_code == 422
    assert db.session.scalars(select(Registration)).all() == []


def test_a_new_ticket_kills_the_old_code(client, gate, desk):
    registration = make_registration(gate.fair)
    old = code_of(registration)
    address = f"/staff/fairs/{gate.fair.slug}/desk/{registration.uid}/reissue"
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "手机丢了"}).status_code == 303
    assert scan(gate.fair, registration, code=old).code.value == "revoked"
    assert scan(gate.fair, registration).code.value == "admitted"


def test_a_registration_of_another_fair_is_not_there(client, gate, desk):
    other = make_registration(make_coming_fair())
    base = f"/staff/fairs/{gate.fair.slug}/desk/{other.uid}"
    assert client.get(f"{base}/slip").status_code == 404
    assert client.get(f"{base}%00/slip").status_code == 404
    assert client.get(f"{base}/reissue").status_code == 404
    assert client.post(f"{base}/check-in", data={"id": str(uuid7())}).status_code == 404


def test_a_search_takes_as_many_statements_for_two_people_as_for_twenty(gate, desk):
    def people(number):
        for _ in range(number):
            make_registration(db.session.get(Fair, gate.fair_id))

    def look():
        db.session.expunge_all()
        with count_statements() as seen:
            assert "陈*" in desk("陈思").text
        return len(seen)

    people(2)
    few = look()
    people(18)
    assert look() == few
