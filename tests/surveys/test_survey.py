"""Sent once to those who came, answered without a name, told in numbers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.clock import frozen, utcnow
from app.core.db import Model, db
from app.core.errors import Conflict, NotFound
from app.core.transaction import transaction
from app.jobs.queue import JOBS
from app.notices.models import Notice
from app.notices.rendering import write
from app.notices.states import Channel, NoticeStatus
from app.participations.states import ParticipationStatus
from app.privacy import services as privacy
from app.questions import queries as questions
from app.questions.answers import BadAnswer, MissingAnswer
from app.questions.services import MeaningIsFixed, edit_question
from app.questions.states import MOST_QUESTIONS, Occasion, QuestionKind
from app.surveys import queries, services
from app.surveys.models import SurveyAnswer, SurveyResponse
from app.surveys.services import CannotOpen, NothingSaid, SurveyClosed
from app.surveys.states import SurveyStatus
from app.tours.states import FairStatus
from tests.factories import make_fair, make_staff
from tests.messages.hall import reader
from tests.questions.test_writing import draft
from tests.surveys.after import (
    EMPLOYERS,
    STUDENTS,
    arrived,
    ask,
    attended,
    close,
    come,
    employer_at,
    fresh,
    opened,
    past_fair,
    register,
    say,
    tokens,
    told,
    work,
)


@pytest.fixture
def fair(database):
    return past_fair(title_zh="武汉站双选会", title_en="Wuhan fair")


# ---------------------------------------------------------------------------- sending


def test_a_link_goes_to_each_student_who_came_and_to_nobody_else(fair):
    ask(fair)
    (one,) = attended(fair, user=reader(email="a@example.org"))
    register(fair, user=reader())
    come(register(fair, user=reader(messages_off_at=utcnow())))
    come(register(past_fair(), user=reader()))
    survey = opened(fair)
    work()
    rows = db.session.query(Notice).filter_by(cause=survey.cause).all()
    assert {row.user_id for row in rows} == {one.student.user_id}
    assert {row.channel for row in rows} == {Channel.INBOX, Channel.MAIL}
    assert (survey.invited, survey.sent_at is not None) == (1, True)
    assert len(set(tokens(survey) + tokens(survey, Channel.MAIL))) == 1


def test_an_employer_that_came_has_one_link_for_all_its_people(fair):
    ask(fair, EMPLOYERS)
    arrived(fair, people=3)
    employer_at(fair, ParticipationStatus.NO_SHOW)
    employer_at(fair, ParticipationStatus.CONFIRMED)
    survey = opened(fair, EMPLOYERS)
    assert len(tokens(survey)) == 3
    assert len(set(tokens(survey))) == 1
    assert survey.invited == 1


def test_the_letter_leads_to_the_survey_in_the_readers_language(fair):
    ask(fair)
    attended(fair, user=reader(email="en@example.org", locale="en"))
    survey = opened(fair)
    (mail,) = db.session.query(Notice).filter_by(cause=survey.cause, channel=Channel.MAIL)
    letter = write(mail)
    assert letter.subject == "How was it? Wuhan fair"
    assert f"http://localhost/s/{tokens(survey)[0]}" in letter.text
    assert "No more messages like this one" in letter.text


def test_a_crowd_is_asked_in_steps_and_nobody_twice_whoever_dies_in_between(fair, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 3)
    ask(fair)
    attended(fair, 8)
    real, calls = services.queue_many, []

    def dying(*args, **given):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(*args, **given)

    monkeypatch.setattr(services, "queue_many", dying)
    with pytest.raises(RuntimeError):
        opened(fair)
    db.session.rollback()
    survey = queries.find_survey(fair, STUDENTS)
    assert fresh(survey).invited == 3
    with frozen(utcnow() + timedelta(minutes=10)):
        work()
    assert fresh(survey).invited == 8
    users = [row.user_id for row in db.session.query(Notice).filter_by(cause=survey.cause)]
    assert len(users) == len(set(users)) == 8
    assert db.session.query(SurveyResponse).count() == 8


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ends_at": utcnow() + timedelta(hours=1)}, CannotOpen.TOO_EARLY),
        ({"status": FairStatus.CANCELLED}, CannotOpen.TOO_EARLY),
    ],
)
def test_a_survey_waits_for_the_end_of_a_fair_that_took_place(given, sentence):
    fair = past_fair(**given)
    ask(fair)
    attended(fair)
    with pytest.raises(CannotOpen) as refused:
        opened(fair)
    assert refused.value.message == sentence


def test_without_questions_or_people_or_a_day_nothing_opens(fair):
    attended(fair)
    with pytest.raises(CannotOpen, match="question"):
        opened(fair)
    ask(fair, EMPLOYERS)
    with pytest.raises(CannotOpen, match="Nobody"):
        opened(fair, EMPLOYERS)
    ask(fair)
    for days in (0, -1, 63):
        with pytest.raises(CannotOpen, match="day"):
            opened(fair, days=days)


def test_a_survey_is_opened_once(fair):
    ask(fair)
    attended(fair)
    opened(fair)
    with pytest.raises(Conflict):
        opened(fair)


def test_the_usual_questions_are_ready_in_both_languages_and_taken_once(fair):
    by = make_staff()
    for occasion in (STUDENTS, EMPLOYERS):
        taken = services.take_usual_questions(fair, occasion, by=by)
        rows = questions.list_asked(fair, occasion)
        assert taken == len(rows) <= MOST_QUESTIONS
        assert all(row.label_zh and row.label_en for row in rows)
        assert all(one["zh"] and one["en"] for row in rows for one in row.choices)
        assert services.take_usual_questions(fair, occasion, by=by) == 0
    assert services.take_usual_questions(fair, Occasion.REGISTRATION, by=by) == 0


# ---------------------------------------------------------------------------- answering


def test_one_link_is_one_answer_that_can_be_changed(fair):
    ask(fair)
    attended(fair, 5)
    survey = opened(fair)
    first, *others = tokens(survey)
    say(first, 1, "1", "人太多")
    say(first, 1, "1", "人太多")
    say(first, 5, None, None)
    for token in others:
        say(token, 4, "2", None)
    assert queries.count_answered(survey) == 5
    close(survey)
    found = told(survey)
    assert found["满意吗？"] == (5, {"1": 0, "2": 0, "3": 0, "4": 4, "5": 1}, Decimal("4.20"))
    assert found["建议？"] == (0, {}, None)


def test_a_hostile_answer_is_none(fair):
    rating, choice, text = ask(fair)
    attended(fair)
    (token,) = tokens(opened(fair))
    for values, field in (
        ((6, None, None), rating), ((0, None, None), rating), (("5", None, None), rating),
        ((True, None, None), rating), ((4, "3", None), choice), ((4, ["1"], None), choice),
        ((4, None, "长" * 1001), text),
    ):  # fmt: skip
        with pytest.raises(BadAnswer) as refused:
            say(token, *values)
        assert refused.value.field == field.field_name
    with pytest.raises(MissingAnswer):
        say(token, None, "1", None)
    assert db.session.query(SurveyAnswer).count() == 0


def test_an_answer_without_any_is_refused(fair):
    rating, *_ = ask(fair)
    rating.is_required = False
    attended(fair)
    (token,) = tokens(opened(fair))
    with pytest.raises(NothingSaid):
        say(token, None, None, None)


def test_a_link_of_another_fair_answers_only_there(fair):
    other = past_fair()
    for one in (fair, other):
        ask(one)
        attended(one)
    here, there = opened(fair), opened(other)
    (mine,), (theirs,) = tokens(here), tokens(there)
    asked = questions.list_asked(fair, STUDENTS)
    # The questions of this fair through the link of another.
    values = {row.id: 5 for row in asked}
    with transaction(), pytest.raises(NothingSaid):
        services.answer_survey(theirs, values, asked=frozenset(values))
    forged = mine[:8] + theirs[8:]
    with pytest.raises(NotFound):
        say(forged, 5, None, None)
    for made_up in ("", "x", mine[:-1], mine.lower(), mine + "0", "%", "0" * 34):
        with pytest.raises(NotFound):
            say(made_up, 5, None, None)
    assert queries.count_answered(here) == queries.count_answered(there) == 0


def test_an_answered_question_of_a_survey_keeps_its_meaning(fair):
    rating, *_ = ask(fair)
    attended(fair)
    (token,) = tokens(opened(fair))
    say(token, 5, None, None)
    with pytest.raises(MeaningIsFixed):
        edit_question(rating, draft(kind=QuestionKind.SHORT), by=make_staff())


# ---------------------------------------------------------------------------- the end


def test_closing_forgets_which_link_an_answer_came_by(fair):
    ask(fair)
    attended(fair, 6)
    survey = opened(fair)
    first, *_ = sent = tokens(survey)
    for token in sent[:5]:
        say(token, 5, "1", "好")
    closed = close(survey)
    assert (closed.status, closed.invited) == (SurveyStatus.CLOSED, 6)
    rows = db.session.query(SurveyResponse).all()
    assert [row.token_hash for row in rows] == [None] * 5
    notices = db.session.query(Notice).filter_by(cause=survey.cause).all()
    assert {(row.payload is None, row.is_wiped) for row in notices} == {(True, True)}
    with pytest.raises(SurveyClosed):
        say(first, 1, None, None)


def test_no_row_of_an_answer_points_to_a_person(fair):
    people = {"user", "student", "registration", "employer", "participation", "notice", "scan"}
    for name in ("survey_response", "survey_answer"):
        table = Model.metadata.tables[name]
        points_to = {key.column.table.name for key in table.foreign_keys}
        assert points_to & people == set()
    assert set(SurveyResponse.__table__.columns.keys()) == {
        "uid", "survey_id", "token_hash", "answered_on",
    }  # fmt: skip


def test_a_mail_that_waits_when_the_survey_closes_is_not_sent(fair):
    ask(fair)
    attended(fair, user=reader(email="a@example.org"))
    survey = opened(fair)
    close(survey)
    (mail,) = db.session.query(Notice).filter_by(cause=survey.cause, channel=Channel.MAIL)
    assert (mail.status, mail.last_error) == (NoticeStatus.FAILED, "survey closed")


def test_a_survey_closes_by_itself_on_its_day(fair):
    ask(fair)
    attended(fair)
    survey = opened(fair, days=3)
    (token,) = tokens(survey)
    JOBS["surveys.close-due"]()
    assert fresh(survey).status is SurveyStatus.OPEN
    with frozen(survey.closes_at):
        with pytest.raises(SurveyClosed):
            say(token, 5, None, None)
        JOBS["surveys.close-due"]()
        JOBS["surveys.close-due"]()
        assert fresh(survey).status is SurveyStatus.CLOSED


def test_the_last_day_moves_while_it_is_open_and_not_after(fair):
    ask(fair)
    attended(fair)
    survey = opened(fair)
    later = utcnow() + timedelta(days=20)
    services.move_closing(survey, closes_at=later, by=make_staff())
    assert survey.closes_at == later
    close(survey)
    with pytest.raises(SurveyClosed):
        services.move_closing(survey, closes_at=later, by=make_staff())


def test_nothing_is_broken_down_below_five_answers_nor_before_the_end(fair):
    *_, text = ask(fair)
    attended(fair, 5)
    survey = opened(fair)
    sent = tokens(survey)
    for token in sent[:4]:
        say(token, 5, "1", "很好")
    say(sent[4], 3, None, None)
    assert queries.results_of(survey) == []
    assert queries.page_texts(survey, text).total == 0
    close(survey)
    found = told(survey)
    assert found["满意吗？"][0] == 5
    assert found["满意吗？"][2] == Decimal("4.60")
    # Four chose, four wrote: neither is told.
    assert found["还来吗？"] == (4, {}, None)
    assert queries.page_texts(fresh(survey), text).total == 0


def test_texts_are_paged_in_an_order_that_tells_nothing(fair):
    *_, text = ask(fair)
    attended(fair, 6)
    survey = opened(fair)
    for token, words in zip(tokens(survey), "己丙甲戊乙丁", strict=True):
        say(token, 5, None, words)
    closed = close(survey)
    pages = [queries.page_texts(closed, text, number, size=4) for number in (1, 2)]
    read = [words for page in pages for words in page.items]
    assert read == sorted(read)
    assert [len(page.items) for page in pages] == [4, 2]


def test_words_about_fairs_long_over_are_deleted_and_the_counts_stay(fair):
    ask(fair)
    attended(fair, 5)
    survey = opened(fair)
    for token in tokens(survey):
        say(token, 5, "1", "陈思远很好")
    close(survey)
    with frozen(utcnow() + timedelta(days=800)), transaction():
        counts = privacy.remove_what_served_its_time()
    assert counts["survey_texts"] == 5
    assert told(survey)["满意吗？"][0] == 5


def test_whoever_closes_an_account_takes_the_link_along(fair):
    ask(fair)
    (person,) = attended(fair)
    survey = opened(fair)
    with transaction():
        privacy.close_account(person.student.user)
    assert all(
        row.payload is None for row in db.session.query(Notice).filter_by(cause=survey.cause)
    )


def test_a_running_fair_counts_nobody_of_another(fair):
    attended(make_fair(), 3)
    assert queries.count_to_ask(fair, STUDENTS) == 0
