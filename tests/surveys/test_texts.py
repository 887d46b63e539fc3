"""A survey told of by text message to those no mail reaches: never more than were paid for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.notices.rendering import write
from app.notices.services import TextsDown, TooManyTexts
from app.notices.states import Channel, NoticeStatus
from app.surveys import queries, services
from app.surveys.models import Survey
from tests.factories import make_staff
from tests.messages.hall import allow_texts, reader, send, texts
from tests.surveys.after import (
    EMPLOYERS,
    STUDENTS,
    arrived,
    ask,
    attended,
    close,
    fresh,
    opened,
    past_fair,
    tokens,
    work,
)


@pytest.fixture
def fair(database, monkeypatch):
    allow_texts(monkeypatch)
    return past_fair(title_zh="武汉站双选会", title_en="Wuhan fair")


@pytest.fixture
def home(fair):
    return f"/staff/fairs/{fair.slug}/survey"


def test_those_who_came_and_have_no_address_are_told_and_the_text_holds_no_link(fair):
    ask(fair)
    (one,) = attended(fair)
    attended(fair, user=reader(email="a@example.org"))
    attended(fair, user=reader(messages_off_at=utcnow()))
    survey = opened(fair, by_text=True)
    (text,) = texts()
    assert (text.user_id, text.recipient) == (one.student.user_id, one.student.user.phone)
    assert (text.template, text.payload) == ("surveys/hint", {"fair": "武汉站双选会"})
    assert text.budget_key == f"fair:{fair.id}"
    assert write(text).sms == "关于武汉站双选会有一份简短问卷，请登录巡聘填写。"
    assert len(tokens(survey)) == 2
    assert len(tokens(survey, Channel.MAIL)) == 1
    assert (survey.texts, survey.texted) == (1, 1)


def test_nobody_is_told_unless_that_was_wanted_nor_the_people_of_employers(fair):
    ask(fair)
    attended(fair)
    opened(fair)
    ask(fair, EMPLOYERS)
    arrived(fair)
    survey = opened(fair, EMPLOYERS, by_text=True)
    assert (texts(), survey.texts) == ([], 0)


def test_whoever_came_to_be_known_later_gets_the_link_and_no_text(fair, monkeypatch):
    ask(fair)
    attended(fair, 2)
    with monkeypatch.context() as patched:
        patched.setattr("tests.surveys.after.work", lambda: None)
        survey = opened(fair, by_text=True)
    attended(fair)
    work()
    assert (len(tokens(survey)), len(texts())) == (3, 2)


def test_more_than_what_is_left_opens_nothing(fair, monkeypatch):
    allow_texts(monkeypatch, fair=2)
    ask(fair)
    attended(fair, 3)
    with pytest.raises(TooManyTexts) as refused:
        opened(fair, by_text=True)
    assert refused.value.params == {"wanted": 3, "day": 1000, "fair": 2}
    assert queries.find_survey(fair, STUDENTS) is None
    allow_texts(monkeypatch, templates=())
    with pytest.raises(TextsDown):
        opened(fair, by_text=True)


def test_what_a_survey_has_promised_a_message_cannot_take(fair, monkeypatch):
    allow_texts(monkeypatch, fair=5)
    ask(fair)
    attended(fair, 3)
    with monkeypatch.context() as patched:
        patched.setattr("tests.surveys.after.work", lambda: None)
        opened(fair, by_text=True)
    with pytest.raises(TooManyTexts) as refused:
        send(fair, by_text=True)
    assert refused.value.params["fair"] == 2
    work()
    assert queries.count_promised_texts(fair.id) == queries.count_promised_texts() == 0


def test_a_worker_that_dies_between_tells_each_once(fair, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    ask(fair)
    attended(fair, 5)
    real, calls = services.queue_many, []

    def dying(*args, **given):
        calls.append(1)
        real(*args, **given)
        if len(calls) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(services, "queue_many", dying)
    with pytest.raises(RuntimeError):
        opened(fair, by_text=True)
    survey = queries.find_survey(fair, STUDENTS)
    assert (fresh(survey).texted, queries.count_promised_texts(fair.id)) == (2, 3)
    with frozen(utcnow() + timedelta(minutes=10)):
        work()
    users = [one.user_id for one in texts()]
    assert len(users) == len(set(users)) == fresh(survey).texted == 5


def test_a_text_that_waits_when_the_survey_closes_is_not_sent(fair):
    ask(fair)
    attended(fair)
    close(opened(fair, by_text=True))
    (text,) = texts()
    assert (text.status, text.last_error) == (NoticeStatus.FAILED, "survey closed")
    assert text.payload is None


def test_the_log_says_how_many_text_messages_it_takes(fair):
    ask(fair)
    attended(fair, 2)
    survey = opened(fair, by_text=True)
    with transaction():
        services.move_closing(
            fresh(survey), closes_at=utcnow() + timedelta(days=9), by=make_staff()
        )
    rows = db.session.scalars(select(AuditEntry).filter_by(object_kind="survey")).all()
    assert [(row.action, row.after.get("texts")) for row in rows] == [
        ("survey.open", 2),
        ("survey.edit", None),
    ]


def test_the_page_offers_it_to_students_and_says_what_became_of_it(client, log_in, fair, home):
    ask(fair)
    attended(fair, 2)
    ask(fair, EMPLOYERS)
    arrived(fair)
    log_in(make_staff(Role.PLANNER))
    page = client.get(home).text
    assert page.count('name="by_text"') == 1
    assert "Also send a short text message to the 2 people who have no e-mail" in page
    assert "There is a short survey about Wuhan fair." in page
    day = page.split('name="closes_on"')[1].split('value="')[1].split('"')[0]
    given = {"closes_on": day, "by_text": "y"}
    assert client.post(f"{home}/students/open", data=given).status_code == 303
    work()
    assert "Text messages: 0 gone out, 2 waiting" in client.get(home).text


def test_what_does_not_fit_is_said_on_the_page(client, log_in, fair, home, monkeypatch):
    allow_texts(monkeypatch, day=1)
    ask(fair)
    attended(fair, 2)
    log_in(make_staff(Role.PLANNER))
    page = client.get(home).text
    assert "That is not enough." in page
    day = page.split('name="closes_on"')[1].split('value="')[1].split('"')[0]
    given = {"closes_on": day, "by_text": "y"}
    refused = client.post(f"{home}/students/open", data=given)
    assert refused.status_code == 422
    assert "2 text messages are more than what is left, 1 of today" in refused.text
    assert db.session.query(Survey).count() == 0
