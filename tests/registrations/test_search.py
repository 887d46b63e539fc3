"""Finding somebody at the help desk: only of this fair, only with enough to go by."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.permissions import Role
from app.places.states import EducationLevel
from app.registrations import queries, services
from app.registrations.tickets import show_short_code
from app.students.services import Profile
from tests.factories import make_fair, make_student, make_user
from tests.factories.registrations import make_registration


@pytest.fixture
def fair():
    return make_fair()


def enter(fair, name, phone=None):
    student = make_student(name=name, user=make_user(Role.STUDENT, phone=phone) if phone else None)
    return make_registration(fair, student)


def names(fair, text, **given):
    return [row.student.name for row in queries.search_people(fair, text, **given)]


def test_names_are_found_by_a_part_whole_names_first(fair):
    for name in ("王思远", "陈思远", "思远", "思远航", "林晓"):
        enter(fair, name)
    assert names(fair, "思远") == ["思远", "思远航", "王思远", "陈思远"]
    assert names(fair, " 陈 思远 ") == ["陈思远"]
    assert names(fair, "思远", limit=2) == ["思远", "思远航"]


def test_latin_names_are_found_in_any_case_and_width(fair):
    enter(fair, "Zoë O'Neill")
    assert names(fair, "oneill") == ["Zoë O'Neill"]
    assert names(fair, "ＯＮＥ") == ["Zoë O'Neill"]


@pytest.mark.parametrize("text", ["", " ", "陈", "ab", "😀😀", "%", "__", "\x00", "12"])
def test_too_little_finds_nobody(fair, text):
    enter(fair, "陈ab12")
    assert queries.search_people(fair, text) == []
    assert not queries.is_searchable(text)


def test_by_the_last_four_digits_or_the_whole_phone(fair):
    enter(fair, "陈思远", phone="13800005678")
    enter(fair, "林晓", phone="13911115678")
    assert names(fair, "5678") == ["陈思远", "林晓"]
    assert names(fair, "138 0000 5678") == ["陈思远"]
    assert names(fair, "+86-138-0000-5678") == ["陈思远"]


def test_a_number_that_was_only_said_is_found_too(fair):
    profile = Profile(name="林晓", school_name="大学", level=EducationLevel.OTHER)
    services.register_unverified(fair, profile, phone="13922223333", agreed=True)
    assert names(fair, "3333") == ["林晓"]
    assert names(fair, "13922223333") == ["林晓"]


def test_by_short_code_and_by_the_scanned_ticket(fair):
    enter(fair, "林晓")
    registration = enter(fair, "陈思远")
    ticket = registration.ticket
    assert names(fair, show_short_code(ticket.short_code).lower()) == ["陈思远"]
    assert names(fair, f"https://x/t/{services.ticket_code(ticket)}") == ["陈思远"]


def test_people_of_other_fairs_are_not_found(fair):
    other = make_fair()
    registration = enter(other, "陈思远", phone="13800005678")
    short = registration.ticket.short_code
    for text in ("陈思远", "5678", "13800005678", short, services.ticket_code(registration.ticket)):
        assert queries.search_people(fair, text) == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.text(max_size=40))
def test_any_text_is_answered(fair, text):
    assert isinstance(queries.search_people(fair, text), list)
