"""Every route that changes something asks for the token of the session."""

import re

import pytest

from tests.factories import make_staff
from tests.world import make_world

# Devices prove themselves by a bearer token in a header, which no foreign page can send; a
# phone that becomes one by a fresh secret in the body.
BEARER_ONLY = {"checkins_api.take_scans", "checkins_api.redeem", "intents_api.take_contacts"}
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def changing_rules(app):
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & CHANGING)
        if rule.endpoint not in BEARER_ONLY
    ]


@pytest.mark.any_database
def test_a_change_without_the_token_is_refused_everywhere(guarded, new_client, log_in):
    world = make_world()
    bind = guarded.url_map.bind("localhost")
    faults = []
    for rule, method in changing_rules(guarded):
        address = bind.build(rule.endpoint, world.arguments(rule), method=method)
        for role in ("anonymous", "administrator", "owner", "student"):
            browser = new_client()
            if world.users[role] is not None:
                log_in(world.users[role], browser)
            answer = browser.open(address, method=method)
            if answer.status_code != 400:
                faults.append((method, rule.endpoint, role, answer.status_code))
    assert faults == []


def test_the_token_of_another_session_is_worthless(guarded, client, new_client, log_in):
    log_in(make_staff())
    token = token_in(new_client().get("/login").text)
    assert client.post("/account/sessions/end", data={"csrf_token": token}).status_code == 400


def test_the_token_of_the_session_opens(guarded, client, log_in):
    log_in(make_staff())
    token = token_in(client.get("/account").text)
    assert client.post("/account/sessions/end", data={"csrf_token": token}).status_code == 303


def test_signing_in_needs_the_token_too(guarded, client):
    answer = client.post("/login/password", data={"email": "a@example.org", "password": "x"})
    assert answer.status_code == 400


def token_in(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
