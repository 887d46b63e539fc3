"""The short way of devices: the guard before, the headers after, nothing between."""

import pytest

from app.web.lean import LeanFlask
from tests.factories import make_staff

SCANS = "/api/v1/scans"


def test_whatever_a_device_is_answered_carries_the_headers_of_every_page(client):
    page, answer = client.get("/"), client.post(SCANS, json={})
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    for name in (
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Permissions-Policy",
        "Cross-Origin-Opener-Policy",
    ):
        assert answer.headers.getlist(name) == page.headers.getlist(name) != []


def test_no_script_is_known_by_a_cookie_or_gets_one(client, log_in):
    log_in(make_staff())
    assert client.get("/staff/fairs").status_code == 200
    answer = client.post(SCANS, json={})
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("path", "stands_before"), [("/", True), (SCANS, False), ("/api/v1/fairs/x/roster", False)]
)
def test_what_stands_before_pages_does_not_stand_before_devices(
    app, client, monkeypatch, path, stands_before
):
    asked = []
    before = [*app.before_request_funcs[None], lambda: asked.append("before")]
    monkeypatch.setitem(app.before_request_funcs, None, before)
    method = client.post if path == SCANS else client.get
    method(path)
    assert bool(asked) is stands_before


def test_an_address_nobody_knows_goes_the_long_way(client):
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.is_json) == (404, True)


def test_the_application_is_lean(app):
    assert isinstance(app, LeanFlask)
