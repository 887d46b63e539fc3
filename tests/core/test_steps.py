"""Long work in steps: each commits by itself, and others who write get in between."""

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.core.transaction import in_steps
from app.places.models import School

pytestmark = pytest.mark.own_database


def add_school():
    db.session.add(School(name="温州大学", search_text="温州大学", city="武汉"))


def count_from_outside():
    """How many schools somebody else sees."""
    with db.engine.connect() as other:
        return other.scalar(select(func.count(School.id)))


def test_each_step_is_committed_and_nothing_is_held_while_it_rests(live_app):
    seen = []

    def look(seconds):
        # A writer who waits gets in at once: nobody stands in the way.
        with db.engine.begin() as other:
            other.execute(School.__table__.update().values(city="温州"))
        seen.append((count_from_outside(), seconds >= 0, db.session().in_transaction()))

    with live_app.app_context():
        in_steps([add_school] * 3, rest=2.0, wait=look)
    assert seen == [(1, True, False), (2, True, False), (3, True, False)]


def test_nobody_rests_who_need_not(live_app):
    with live_app.app_context():
        in_steps([add_school] * 2, wait=lambda _: pytest.fail("rested"))
        assert count_from_outside() == 2


def test_a_step_that_fails_leaves_those_before_it(live_app):
    def fail():
        add_school()
        raise ValueError("half way")

    with live_app.app_context():
        with pytest.raises(ValueError, match="half way"):
            in_steps([add_school, fail, add_school])
        assert count_from_outside() == 1
