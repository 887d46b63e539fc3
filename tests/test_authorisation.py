"""The authorisation matrix: every route, every role, and things of others.

The rows stand in ``tests/matrix/<room>.py``; a route without a row fails the build.
"""

import importlib
import re
from pathlib import Path

import pytest

from tests.world import ROLES, make_world

FOREIGN = {"static", "bootstrap.static"}
EVERYBODY, SIGNED_IN, DEVICE = "everybody", "signed_in", "device"
TURNED_AWAY = {401, 403, 404}
# What a page shows when its template is broken or a list is printed as Python writes it.
CODE = re.compile(r"\}\}|\{%|%\}|\[&#39;")
SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)


def read_rows():
    rows = {}
    for path in sorted((Path(__file__).parent / "matrix").glob("*.py")):
        if path.stem != "__init__":
            rows |= importlib.import_module(f"tests.matrix.{path.stem}").ROWS
    return rows


ROWS = read_rows()


def rules_of(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FOREIGN]


def test_every_route_has_a_row_and_every_row_a_route(app):
    routes = {rule.endpoint for rule in rules_of(app)}
    assert routes - ROWS.keys() == set(), "routes without a row"
    assert ROWS.keys() - routes == set(), "rows without a route"


def test_a_row_names_roles_that_exist():
    named = {role for row in ROWS.values() if not isinstance(row, str) for role in row}
    assert named <= set(ROLES)


def may_enter(row, role):
    if row == EVERYBODY:
        return True
    if row == SIGNED_IN:
        return role != "anonymous"
    return row != DEVICE and role in row


def is_turned_away(answer):
    if answer.status_code in TURNED_AWAY:
        return True
    return answer.status_code in (302, 303) and "/login" in answer.headers["Location"]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_enters_what_is_not_theirs(app, new_client, log_in, role):
    world = make_world()
    faults = []
    for rule in rules_of(app):
        row = ROWS.get(rule.endpoint, set())
        if may_enter(row, role):
            continue
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            browser = new_client()
            if world.users[role] is not None:
                log_in(world.users[role], browser)
            address = build(app, rule, world)
            answer = browser.open(address, method=method)
            if not is_turned_away(answer):
                faults.append((method, rule.endpoint, answer.status_code))
            answer.close()
    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_everybody_reaches_the_pages_that_are_theirs(app, new_client, log_in, role):
    world = make_world()
    faults = []
    for rule in rules_of(app):
        if "GET" not in rule.methods or not may_enter(ROWS.get(rule.endpoint, set()), role):
            continue
        browser = new_client()
        if world.users[role] is not None:
            log_in(world.users[role], browser)
        address = build(app, rule, world)
        answer = browser.get(address)
        if ROWS[rule.endpoint] not in (EVERYBODY, SIGNED_IN) and is_turned_away(answer):
            faults.append((rule.endpoint, answer.status_code))
        if answer.status_code >= 500:
            faults.append((rule.endpoint, answer.status_code))
        if answer.mimetype == "text/html" and (code := CODE.search(SCRIPT.sub("", answer.text))):
            faults.append((rule.endpoint, code.group()))
        answer.close()
    assert faults == []


def build(app, rule, world):
    return app.url_map.bind("localhost").build(rule.endpoint, world.arguments(rule))
