"""Written, looked at, confirmed, sent: by the pages, within one's reach."""

import re

import pytest

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.messages import services
from app.messages.models import OrganiserMessage
from app.messages.states import MessageStatus, Segment
from app.notices.models import Notice
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_staff,
    make_stop,
    make_student,
    make_tour,
)
from tests.messages.hall import employer_at, inbox, reader, register, send, work
from tests.statements import count_statements


@pytest.fixture
def fair(database):
    return make_fair(title_zh="武汉站双选会")


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER, name="林晓", locale="en"))


def filled(**given):
    usual = {
        "segment": "students_registered",
        "subject_zh": "提醒",
        "body_zh": "{name}，请带身份证。",
        "by_mail": "y",
    }
    return usual | given


def address(fair):
    return f"/staff/fairs/{fair.slug}/messages/new"


def preview(client, fair, **given):
    return client.post(address(fair), data=filled(step="preview", **given))


def carried(page):
    """What the last page carries to the button."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: value for name, value in found if name != "csrf_token"}


def test_a_message_is_written_looked_at_and_sent(client, planner, fair):
    register(fair, name="王小明", user=reader(email="a@example.org"))
    assert client.get(address(fair)).status_code == 200
    page = preview(client, fair)
    assert page.status_code == 200
    assert "王*明，请带身份证。" in page.text
    assert "王小明" not in page.text
    assert "Send to 1 person" in page.text
    answer = client.post(address(fair), data=carried(page) | {"step": "send"})
    assert answer.status_code == 303
    work()
    shown = client.get(answer.headers["Location"])
    assert "提醒" in shown.text
    assert len(inbox()) == 1
    listed = client.get(f"/staff/fairs/{fair.slug}/messages")
    assert "林晓" in listed.text


def test_nothing_is_stored_before_the_button(client, planner, fair):
    register(fair)
    preview(client, fair)
    assert db.session.query(OrganiserMessage).count() == 0
    assert db.session.query(Notice).filter_by(template=services.TEMPLATE).count() == 0


def test_the_way_back_to_the_form_loses_nothing(client, planner, fair):
    register(fair)
    page = preview(client, fair, subject_en="Hello", body_en="First\nSecond")
    again = client.post(address(fair), data=carried(page) | {"step": "edit"})
    assert again.status_code == 200
    assert "Hello" in again.text
    assert "First\nSecond" in again.text.replace("\r", "")
    assert 'value="students_registered" checked' in again.text


def test_an_unknown_placeholder_is_refused_by_its_name(client, planner, fair):
    register(fair)
    page = preview(client, fair, body_zh="您的{座位}在{地点}")
    assert page.status_code == 422
    assert "{座位} is not known" in page.text


def test_english_is_both_or_neither(client, planner, fair):
    register(fair)
    page = preview(client, fair, subject_en="Hello")
    assert page.status_code == 422
    assert "Write subject and text in English" in page.text


def test_a_changed_count_is_shown_and_asked_about_again(client, planner, fair):
    register(fair)
    page = preview(client, fair)
    register(fair)
    asked = client.post(address(fair), data=carried(page) | {"step": "send"})
    assert asked.status_code == 422
    assert "it was 1 people, now it is 2" in asked.text
    assert "Send to 2 people" in asked.text
    assert db.session.query(OrganiserMessage).count() == 0
    sent = client.post(address(fair), data=carried(asked) | {"step": "send"})
    assert sent.status_code == 303


def test_pressed_twice_it_leads_to_the_same_message(client, planner, fair):
    register(fair)
    page = carried(preview(client, fair)) | {"step": "send"}
    first, second = (client.post(address(fair), data=page) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert db.session.query(OrganiserMessage).count() == 1


def test_a_group_with_nobody_in_it_is_said_before_the_last_page(client, planner, fair):
    page = preview(client, fair)
    assert page.status_code == 422
    assert "There is nobody in this group" in page.text


def test_a_full_day_is_said_and_nothing_can_be_sent(client, planner, fair, monkeypatch):
    register(fair)
    page = carried(preview(client, fair)) | {"step": "send"}
    monkeypatch.setattr(services.LIMITS, "per_day", 0)
    answer = client.post(address(fair), data=page)
    assert "sent 0 messages, more is not allowed" in answer.text
    assert 'value="send"' not in answer.text


@pytest.mark.parametrize("english", ["en", "zh_Hans"])
def test_every_page_stands_in_both_languages_while_sending_and_after(client, log_in, fair, english):
    log_in(make_staff(Role.PLANNER, locale=english))
    register(fair)
    base = f"/staff/fairs/{fair.slug}/messages"
    assert client.get(base).status_code == 200, "empty"
    message = send(fair)
    for path in (base, f"{base}/{message.uid}", f"{base}/{message.uid}/progress", f"{base}/new"):
        assert client.get(path).status_code == 200, path
    assert "data-poll" in client.get(f"{base}/{message.uid}/progress").text
    work()
    assert "data-poll" not in client.get(f"{base}/{message.uid}/progress").text


def test_a_message_can_be_stopped_from_its_page(client, planner, fair):
    register(fair)
    message = send(fair)
    answer = client.post(f"/staff/fairs/{fair.slug}/messages/{message.uid}/stop")
    assert answer.status_code == 303
    db.session.refresh(message)
    assert message.status is MessageStatus.STOPPED
    work()
    assert inbox() == []


def test_a_reviewer_writes_to_employers_and_not_to_students(client, log_in, fair):
    log_in(make_staff(Role.REVIEWER))
    register(fair)
    employer_at(fair)
    assert "students_registered" not in client.get(address(fair)).text
    assert preview(client, fair, segment="employers_confirmed").status_code == 200
    assert preview(client, fair).status_code == 422


def test_a_delegation_reaches_its_own_employers_and_sees_its_own_messages(client, log_in, fair):
    mine, other = make_delegation(), make_delegation()
    employer_at(fair, delegation=mine)
    employer_at(fair, delegation=other)
    hidden = send(fair, segment=Segment.EMPLOYERS_CONFIRMED, delegation_id=other.id)
    log_in(make_staff(Role.REVIEWER, ScopeKind.DELEGATION, mine.id, locale="en"))
    page = preview(client, fair, segment="employers_confirmed", delegation=str(mine.id))
    assert "Send to 1 person" in page.text
    foreign = preview(client, fair, segment="employers_confirmed", delegation=str(other.id))
    assert foreign.status_code == 422
    unsaid = preview(client, fair, segment="employers_confirmed", delegation="")
    assert "Send to 1 person" in unsaid.text, "there is only one it can be"
    assert preview(client, fair).status_code == 422
    client.post(address(fair), data=carried(page) | {"step": "send"})
    listed = client.get(f"/staff/fairs/{fair.slug}/messages").text
    assert listed.count('class="xp-lead"') == 1
    assert client.get(f"/staff/fairs/{fair.slug}/messages/{hidden.uid}").status_code == 404


def test_the_organiser_of_one_fair_does_not_see_another_s_messages(client, log_in, fair):
    other = make_fair()
    register(other)
    message = send(other)
    log_in(make_staff(Role.PLANNER, ScopeKind.FAIR, fair.id))
    assert client.get(f"/staff/fairs/{fair.slug}/messages").status_code == 200
    assert client.get(f"/staff/fairs/{other.slug}/messages/{message.uid}").status_code == 404
    assert client.get(f"/staff/fairs/{fair.slug}/messages/{message.uid}").status_code == 404
    assert client.get(address(other)).status_code == 404


def test_the_whole_stop_is_for_who_reaches_all_its_fairs(client, log_in):
    tour = make_tour()
    stop = make_stop(tour=tour)
    fair, second = (make_coming_fair(tour=tour, stop=stop) for _ in range(2))
    employer_at(fair)
    employer_at(second)
    given = {"segment": "employers_confirmed", "whole_stop": "y"}
    log_in(make_staff(Role.PLANNER, ScopeKind.FAIR, fair.id, locale="en"))
    assert preview(client, fair, **given).status_code == 422
    log_in(make_staff(Role.PLANNER, locale="en"))
    page = preview(client, fair, **given)
    assert "Send to 2 people" in page.text
    assert "2 fairs of this stop" in page.text


def test_a_stop_of_the_route_leads_to_a_message_to_all_its_employers(client, planner):
    tour = make_tour()
    stop = make_stop(tour=tour)
    for _ in range(2):
        make_coming_fair(tour=tour, stop=stop)
    page = client.get(f"/staff/tours/{tour.slug}").text
    found = re.search(r'href="(/staff/fairs/[^"]*/messages/new[^"]*)"', page)
    form = client.get(found.group(1).replace("&amp;", "&")).text
    assert 'value="employers_confirmed" checked' in form
    assert re.search(r'name="whole_stop"[^>]* checked', form)


def test_messages_are_turned_off_and_on_again_on_the_account_s_page(client, log_in):
    user = log_in(make_student().user)
    assert 'id="messages"' in client.get("/account").text
    for wanted, is_off in (("no", True), ("yes", False)):
        assert client.post("/account/messages", data={"wanted": wanted}).status_code == 303
        db.session.refresh(user)
        assert (user.messages_off_at is not None) is is_off


def test_a_foreign_or_forged_token_turns_nobody_s_messages_off(client):
    for token in ("x", "x.y", "é.y"):
        assert client.get(f"/messages-off/{token}").status_code == 404
        assert client.post(f"/messages-off/{token}", data={"wanted": "no"}).status_code == 404


def test_the_list_asks_as_much_of_the_database_with_many_messages_as_with_one(
    client, planner, fair
):
    register(fair)
    send(fair)
    path = f"/staff/fairs/{fair.slug}/messages"
    with count_statements() as one:
        client.get(path)
    for _ in range(4):
        send(fair)
    with count_statements() as many:
        client.get(path)
    assert len(many) == len(one)
