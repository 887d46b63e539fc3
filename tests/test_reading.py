"""One walk through every address for each role.

Whoever may open a page reaches it, every answer carries its headers, and looking changes nothing:
scan opens, tap does.
"""

import re

import pytest
from sqlalchemy import select

from app.core.db import Model, db
from tests.test_authorisation import ROWS, build, is_turned_away, may_enter, rules_of, theirs_alone
from tests.web.headers import FOR_EVERYBODY, faults_of
from tests.world import ROLES, make_world

# What a page shows when its template is broken or a list is printed as Python writes it.
CODE = re.compile(r"\}\}|\{%|%\}|\[&#39;")
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)


def contents():
    """Every row of every table, so that a change of any kind is seen."""
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in Model.metadata.sorted_tables
    }


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_to_whom_it_belongs_with_its_headers_and_changes_nothing(
    app, new_client, log_in, role
):
    world = make_world()
    faults = []
    before = contents()
    for rule in rules_of(app):
        if "GET" not in rule.methods:
            continue
        browser = new_client()
        if world.users[role] is not None:
            log_in(world.users[role], browser)
        answer = browser.get(build(app, rule, world))
        row = ROWS.get(rule.endpoint, set())
        if theirs_alone(row) and may_enter(row, role) and is_turned_away(answer):
            faults.append((rule.endpoint, answer.status_code))
        if answer.status_code >= 500:
            faults.append((rule.endpoint, answer.status_code))
        who = None if rule.endpoint in FOR_EVERYBODY else role
        faults += [(rule.endpoint, fault) for fault in faults_of(answer, signed_in=who)]
        if answer.mimetype == "text/html" and (code := CODE.search(SCRIPT.sub("", answer.text))):
            faults.append((rule.endpoint, code.group()))
        answer.close()
    after = contents()
    assert faults == []
    assert [name for name in before if before[name] != after[name]] == []


def test_the_tooth_a_changed_row_is_seen(app):
    world = make_world()
    before = contents()
    world.fair.status_reason = "changed"
    db.session.flush()
    assert contents() != before
