"""The scanner's shell: the same for everybody, whole, and nobody's."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from app.checkins.views import app_icons
from tests.factories import make_staff

PATHS = ["/scanner/", "/scanner/sw.js", "/scanner/manifest.webmanifest", "/scanner/icon-192.png"]


def shell_of(client):
    text = client.get("/scanner/sw.js").text
    return json.loads(re.match(r"const SHELL = (.*);\n", text).group(1))


@pytest.mark.parametrize("path", PATHS)
def test_the_shell_is_one_text_for_everybody(client, log_in, path):
    plain = client.get(path, headers={"Accept-Language": "en"})
    assert plain.status_code == 200
    log_in(make_staff(name="何勇", locale="zh_Hans", theme="light"))
    mine = client.get(path, headers={"Accept-Language": "zh-CN"})
    assert mine.data == plain.data
    assert "Set-Cookie" not in plain.headers
    assert "no-store" not in mine.headers["Cache-Control"]
    assert b"csrf" not in plain.data
    assert "何勇".encode() not in mine.data


def test_what_the_phone_keeps_is_what_the_server_serves(client):
    shell = shell_of(client)
    assert shell["page"] == "/scanner/"
    for address, digest in shell["files"].items():
        with client.get(address) as answer:
            found = b64encode(sha256(answer.data).digest()).decode()
        assert digest == f"sha256-{found}", address


def test_the_phone_keeps_everything_the_page_needs_and_nothing_of_anybody(client):
    files = shell_of(client)["files"]
    names = {address.partition("?")[0].rsplit("/", 1)[-1] for address in files}
    assert {"main.js", "sync.js", "store.js", "zxing-reader.js", "zxing_reader.wasm"} <= names
    assert {"bootstrap.min.css", "gate.css", "scanner.css", "icon-192.png"} <= names
    assert "sw.js" not in names
    assert [address for address in files if address.startswith(("/api", "/staff", "/me"))] == []
    page = client.get("/scanner/").text
    for address in re.findall(r'(?:href|src)="(/(?:static|bootstrap)/[^"]+)"', page):
        assert address in files


def test_the_version_changes_with_the_page_and_only_then(client, monkeypatch):
    from app.checkins.views import app as shell

    version = shell_of(client)["version"]
    assert shell_of(client)["version"] == version
    text = shell.shell_text
    monkeypatch.setattr(shell, "shell_text", lambda: text() + "<!-- renewed -->")
    assert shell_of(client)["version"] != version


def test_the_scanner_can_be_put_on_a_home_screen(client):
    manifest = client.get("/scanner/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    told = manifest.get_json(force=True)
    assert (told["start_url"], told["scope"], told["display"]) == (
        "/scanner/",
        "/scanner/",
        "standalone",
    )
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for size in app_icons.SIZES:
        picture = client.get(f"/scanner/icon-{size}.png")
        assert picture.data.startswith(b"\x89PNG")
        assert int.from_bytes(picture.data[16:20]) == size
    assert client.get("/scanner/icon-7.png").status_code == 404


def test_both_languages_travel_with_the_page(client):
    page = client.get("/scanner/").text
    for words in ("请进", "Please go in", "没有记上", "Not recorded", "开始扫码"):
        assert words in page
