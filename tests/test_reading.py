"""Scan opens, tap does: no GET changes anything, for nobody."""

import pytest
from sqlalchemy import select

from app.core.db import Model, db
from tests.test_authorisation import build, rules_of
from tests.world import ROLES, make_world


def contents():
    """Every row of every table, so that a change of any kind is seen."""
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in Model.metadata.sorted_tables
    }


@pytest.mark.parametrize("role", ROLES)
def test_no_get_changes_anything(app, new_client, log_in, role):
    world = make_world()
    browser = new_client()
    if world.users[role] is not None:
        log_in(world.users[role], browser)
    before = contents()
    for rule in rules_of(app):
        if "GET" in rule.methods:
            browser.get(build(app, rule, world)).close()
    after = contents()
    changed = [name for name in before if before[name] != after[name]]
    assert changed == []


def test_the_tooth_a_changed_row_is_seen(app):
    world = make_world()
    before = contents()
    world.fair.status_reason = "changed"
    db.session.flush()
    assert contents() != before
