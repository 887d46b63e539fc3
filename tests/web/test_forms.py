from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import MultiDict

from app.tours.states import FairKind
from app.web.forms import Form, StringField, WordField, ZonedDateTimeField, required


class SampleForm(Form):
    kind = WordField("Kind", enum=FairKind, empty="Any")
    at = ZonedDateTimeField("At")
    name = StringField("Name", validators=[required()])


@pytest.fixture
def post(app):
    def post(**fields):
        with app.test_request_context(method="POST", data=fields):
            form = SampleForm(MultiDict(fields))
            form.validate()
            # Drawn inside the request, as a page would.
            return form, str(form.kind()), str(form.at())

    return post


def test_a_word_is_read_into_its_member_and_drawn_as_chosen(post):
    form, drawn, _ = post(kind="job_fair", name="x")
    assert form.kind.data is FairKind.JOB_FAIR
    assert 'selected value="job_fair"' in drawn


def test_the_empty_choice_is_none(post):
    form, _, _ = post(kind="", name="x")
    assert form.kind.data is None
    assert form.kind.errors == []


def test_an_invented_word_is_a_fault_of_the_field(post):
    form, _, _ = post(kind="circus", name="x")
    assert form.kind.errors


def test_a_wall_clock_is_read_in_its_zone(post):
    form, _, drawn = post(at="2026-03-15T09:00", name="x")
    assert form.at.data == datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
    assert "2026-03-15T09:00" in drawn


def test_nonsense_for_a_time_is_explained_and_kept(post):
    form, _, drawn = post(at="soon", name="x")
    assert form.at.errors
    assert "soon" in drawn


def test_blanks_and_control_characters_are_taken_off(post):
    form, _, _ = post(name="\u3000 陈\x00思远 ")
    assert form.name.data == "陈思远"
