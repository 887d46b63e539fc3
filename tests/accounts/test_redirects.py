"""Where a visitor is sent after signing in or switching the language: only to pages of ours."""

from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import select

from app.core.db import db
from app.notices.models import Notice
from app.web.access import safe_next

PAYLOADS = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\\\/evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "/\x00/evil.example",
    " //evil.example",
    "/ /evil.example",
    "\t//evil.example",
    "http://evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "evil.example",
    "@evil.example",
    "/@evil.example",
    "/.evil.example",
    "/./evil.example",
    "/../evil.example",
    "/;@evil.example",
    "//localhost@evil.example",
    "http://localhost@evil.example",
    "//evil.example\\@localhost",
    "/\u2215evil.example",
    "/\uff0fevil.example",
    "/?next=//evil.example",
    "#//evil.example",
    "",
    "/",
    "/a" * 400,
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_address_of_others_is_a_place_to_go_on(payload):
    assert safe_next(payload) is None


@pytest.mark.parametrize("path", ["/me", "/fairs/wuhan?day=1&q=%E6%AD%A6", "/t/ABC#top", "/0"])
def test_a_path_of_ours_is(path):
    assert safe_next(path) == path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_signing_in_leads_nowhere_else(client, payload):
    client.post(f"/login?next={quote(payload)}", data={"phone": "13800000001"})
    code = db.session.scalars(select(Notice)).one().payload["code"]
    answer = client.post("/login/code", data={"code": code, "next": payload})
    assert_ours(answer.location)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_switching_the_language_leads_nowhere_else(client, payload):
    answer = client.post("/language", data={"locale": "en", "next": payload})
    assert_ours(answer.location)
    headers = {"Referer": payload.replace("\n", "").replace("\r", "").replace("\x00", "")}
    headers["Referer"] = headers["Referer"].encode("ascii", "ignore").decode()
    assert_ours(client.post("/theme", data={"theme": "dark"}, headers=headers).location)


def assert_ours(location):
    parts = urlsplit(location)
    assert not parts.scheme
    assert not parts.netloc
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
