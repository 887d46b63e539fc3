"""Several at one moment: one link each, one answer a link, no answer after the end."""

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.transaction import transaction
from app.jobs.errands import Errand
from app.notices.models import Notice
from app.surveys import queries, services, tasks
from app.surveys.models import SurveyAnswer, SurveyResponse
from tests.live import run_together
from tests.surveys.after import STUDENTS, ask, attended, opened, past_fair, say, tokens

pytestmark = pytest.mark.own_database


def prepared(live_app, people, *, is_sent=True, monkeypatch=None):
    with live_app.app_context():
        fair = past_fair()
        ask(fair)
        attended(fair, people)
        if not is_sent:
            monkeypatch.setattr("tests.surveys.after.work", lambda: None)
        survey = opened(fair)
        return survey.id, tokens(survey)


def test_many_workers_with_one_survey_make_one_link_for_each(live_app, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 3)
    survey_id, sent = prepared(live_app, 12, is_sent=False, monkeypatch=monkeypatch)
    assert sent == []

    def work(_index):
        # Each believes that the others are dead, as after a lease that ended too early.
        errand = db.session.scalars(select(Errand).filter_by(name="surveys.invite")).one()
        tasks.invite(errand, survey_id)
        return "done"

    results = run_together(live_app, 4, work)
    with live_app.app_context():
        work(0)
        users = db.session.scalars(select(Notice.user_id)).all()
        assert "done" in results, results
        assert len(users) == len(set(users)) == 12
        assert queries.find_survey_by_id(survey_id).invited == 12


def test_one_link_pressed_many_times_at_once_is_one_answer(live_app):
    _, (token,) = prepared(live_app, 1)

    def press(index):
        say(token, 1 + index % 5, "1", f"第{index}次")
        return "said"

    results = run_together(live_app, 6, press)
    with live_app.app_context():
        assert "said" in results, results
        assert db.session.scalar(select(func.count()).select_from(SurveyAnswer)) == 3
        found = db.session.scalars(select(SurveyResponse)).one()
        assert found.answered_on is not None


def test_an_answer_and_the_end_at_once_leave_a_whole_answer_or_none(live_app):
    survey_id, sent = prepared(live_app, 5)

    def act(index):
        if index == 5:
            with transaction():
                services.close_survey(queries.find_survey_by_id(survey_id), by=None)
            return "closed"
        say(sent[index], 5, "1", "好")
        return "said"

    results = run_together(live_app, 6, act)
    with live_app.app_context():
        said = results.count("said")
        assert results[5] == "closed", results
        survey = queries.find_survey_by_id(survey_id)
        assert queries.count_answered(survey) == said
        assert db.session.scalar(select(func.count()).select_from(SurveyAnswer)) == 3 * said
        hashes = db.session.scalars(select(SurveyResponse.token_hash)).all()
        assert hashes == [None] * said
        assert queries.find_survey(survey.fair, STUDENTS) is survey
