from datetime import UTC, datetime

from flask import render_template

from app.core.errors import StaleVersion
from app.tours.states import FairKind


def draw(app, changes):
    error = StaleVersion(changes, current_version=7)
    with app.test_request_context(
        "/staff/x", method="POST", data={"title": "mine", "version": "3"}
    ):
        return render_template("errors/conflict.html", error=error, message="", status=409)


def test_both_versions_stand_side_by_side_and_nothing_typed_is_lost(app):
    page = draw(app, [("Title", "theirs", "mine")])
    assert "theirs" in page
    assert 'name="title" value="mine"' in page


def test_saving_over_it_carries_the_version_that_is_there_now(app):
    page = draw(app, [])
    assert 'name="version" value="7"' in page
    assert 'value="3"' not in page


def test_values_are_shown_as_people_know_them(app):
    moment = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
    page = draw(app, [("Kind", FairKind.JOB_FAIR, None), ("Start", moment, moment)])
    assert "job_fair" not in page
    assert "09:00" in page
