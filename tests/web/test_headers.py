"""What every answer says about trust and caches."""

import pytest

from app.factory import create_app
from config import Settings, SettingsError
from tests.web.headers import FOR_EVERYBODY
from tests.world import make_world


@pytest.mark.parametrize("endpoint", sorted(FOR_EVERYBODY))
def test_what_a_phone_may_keep_says_the_same_to_everybody(app, new_client, log_in, endpoint):
    world = make_world()
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    address = app.url_map.bind("localhost").build(endpoint, world.arguments(rule))
    told = set()
    for role in ("anonymous", "student", "administrator"):
        browser = new_client()
        if world.users[role] is not None:
            log_in(world.users[role], browser)
        answer = browser.get(address)
        if role == "anonymous":
            assert "Set-Cookie" not in answer.headers
        told.add((answer.status_code, answer.data))
    assert len(told) == 1


def test_a_failing_page_carries_the_headers_too(client):
    answer = client.get("/no-such-page")
    assert answer.status_code == 404
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def production(tmp_path, **given):
    usual = {
        "secret_key": "s" * 40,
        "ticket_keys": {1: "k" * 40},
        "trusted_hosts": ("fair.example.org",),
        "public_url": "https://fair.example.org",
        "data_dir": tmp_path,
        "queue_url": "memory",
    }
    return Settings(**usual | given)


@pytest.fixture
def served(app, tmp_path):
    """An application as in production; the one of the other tests is set up again after it."""
    from app.core import crypto, files
    from tests.databases import TEST_SECRET, TEST_TICKET_KEYS

    yield create_app(production(tmp_path))
    crypto.configure(TEST_SECRET, (), TEST_TICKET_KEYS)
    files.configure(app.config["SETTINGS"].data_dir / "files")
    create_app(app.config["SETTINGS"])


def test_over_https_the_cookie_is_bound_to_the_host(served):
    answer = served.test_client().post(
        "/language",
        data={"locale": "en"},
        headers={"Host": "fair.example.org"},
        base_url="https://fair.example.org",
    )
    assert answer.status_code == 400
    page = served.test_client().get("/login", base_url="https://fair.example.org")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-xunpin=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "host", ["evil.example", "fair.example.org.evil.example", "fair.example.org@evil.example"]
)
def test_a_foreign_host_is_not_answered(served, host):
    answer = served.test_client().get("/login", headers={"Host": host})
    assert answer.status_code == 400


def test_a_forwarded_host_is_not_believed_without_a_proxy(served):
    answer = served.test_client().get(
        "/staff/people",
        base_url="https://fair.example.org",
        headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.0.0.1"},
    )
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "unsafe",
    [
        {"secret_key": ""},
        {"secret_key": "short"},
        {"secret_key": "changeme"},
        {"ticket_keys": {}},
        {"ticket_keys": {1: "short"}},
        {"trusted_hosts": ()},
        {"public_url": "http://fair.example.org"},
        {"demo": True},
    ],
)
def test_production_does_not_start_unsafe(tmp_path, unsafe):
    with pytest.raises(SettingsError):
        production(tmp_path, **unsafe)


def test_a_session_signed_with_the_old_secret_is_still_read(served, tmp_path):
    old = create_app(production(tmp_path, secret_key="o" * 40))
    new = create_app(production(tmp_path, secret_key="n" * 40, secret_key_fallbacks=("o" * 40,)))
    signer = old.session_interface.get_signing_serializer(old)
    reader = new.session_interface.get_signing_serializer(new)
    assert reader.loads(signer.dumps({"locale": "en"})) == {"locale": "en"}
    assert signer.dumps({"a": 1}) != reader.dumps({"a": 1})
