"""The scanner as an installable page: its shell, its service worker, its manifest and icons.

The shell is one text for everybody. It holds both languages and nobody's data, so that a phone may
keep it for days; whoever scans with it proves themselves by a device's token (docs/protocol.md).
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup

from app.checkins.states import Verdict
from app.checkins.views import app_icons, app_words
from app.checkins.views.door import bp
from app.core.errors import NotFound
from app.web.access import public

# What the shell says where nobody has chosen: the first of these.
LANGUAGES = {"zh-Hans": "zh_Hans", "en": "en"}
SCRIPTS = "js/scanner"
WORKER = f"{SCRIPTS}/sw.js"
READER = "vendor/zxing_reader.wasm"
_ADDRESS = re.compile(r'(?:href|src|data-wasm)="(/[^"#]+)"')
NINETY_DAYS = "public, max-age=7776000"


@bp.get("/scanner/")
@public
def shell() -> ResponseReturnValue:
    """The scanner. Without a network the phone's own copy opens instead."""
    return _plain(shell_text(), "text/html; charset=utf-8")


@bp.get("/scanner/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, with the list of what it keeps and the digest of each."""
    page = url_for(".shell")
    files = dict(_shell_files(shell_text()))
    source = (_static() / WORKER).read_text("utf-8")
    told = json.dumps(files, sort_keys=True)
    version = sha256((told + source).encode()).hexdigest()[:16]
    head = json.dumps({"version": version, "page": page, "files": files}, sort_keys=True)
    return _plain(f"const SHELL = {head};\n{source}", "text/javascript; charset=utf-8")


@bp.get("/scanner/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What the phone needs to put the scanner on its home screen."""
    return _plain(_manifest_text(), "application/manifest+json; charset=utf-8")


def _manifest_text() -> str:
    sizes = [(size, purpose) for size in app_icons.SIZES for purpose in ("any", "maskable")]
    told = {
        "id": url_for(".shell"),
        "name": "巡聘检票 Xunpin",
        "short_name": "巡聘检票",
        "lang": "zh-Hans",
        "start_url": url_for(".shell"),
        "scope": url_for(".shell"),
        "display": "standalone",
        "orientation": "any",
        "background_color": "#0a111e",
        "theme_color": "#0a111e",
        "icons": [
            {
                "src": url_for(".scanner_icon", size=size),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size, purpose in sizes
        ],
    }
    return json.dumps(told, ensure_ascii=False)


@bp.get("/scanner/icon-<int:size>.png")
@public
def scanner_icon(size: int) -> ResponseReturnValue:
    """The scanner's sign, drawn by us."""
    if size not in app_icons.SIZES:
        raise NotFound()
    return Response(
        app_icons.draw(size), mimetype="image/png", headers={"Cache-Control": NINETY_DAYS}
    )


def shell_text() -> str:
    """The page as everybody gets it, whatever language or session asks."""
    bodies, sheets = {}, {}
    for tag, locale in LANGUAGES.items():
        with force_locale(locale):
            bodies[tag] = Markup(  # our own template, escaped while it was drawn
                render_template(
                    "checkins/scanner/_body.html",
                    verdicts=[verdict.value for verdict in Verdict],
                    steps=app_words.stand_steps(),
                )
            )
            sheets[tag] = app_words.sheet()
    first = next(iter(LANGUAGES.values()))
    with force_locale(first):
        return render_template(
            "checkins/scanner/shell.html",
            bodies=bodies,
            sheets=sheets,
            first=next(iter(LANGUAGES)),
            reader=READER,
        )


def _plain(text: str, mimetype: str) -> Response:
    """An answer that is the same for everybody, and asked for again each time."""
    body = text.encode()
    answer = Response(body, content_type=mimetype, headers={"Cache-Control": "no-cache"})
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _static() -> Path:
    return Path(current_app.static_folder or "")


def _shell_files(text: str) -> Iterator[tuple[str, str]]:
    """Address and digest of the page and of everything it needs."""
    yield url_for(".shell"), _digest_of(text.encode())
    yield url_for(".manifest"), _digest_of(_manifest_text().encode())
    for size in app_icons.SIZES:
        yield url_for(".scanner_icon", size=size), _digest_of(app_icons.draw(size))
    for script in sorted((_static() / SCRIPTS).glob("*.js")):
        if script.name != Path(WORKER).name:
            yield url_for("static", filename=f"{SCRIPTS}/{script.name}"), _digest(script)
    for address in sorted(set(_ADDRESS.findall(text))):
        path = _file_behind(address)
        if path is not None:
            yield address, _digest(path)


def _file_behind(address: str) -> Path | None:
    """The static file an address of the page is served from."""
    path = address.partition("?")[0]
    for endpoint, folder in (
        ("static", _static()),
        ("bootstrap.static", Path(current_app.blueprints["bootstrap"].static_folder or "")),
    ):
        root = url_for(endpoint, filename="")
        if path.startswith(root):
            return folder / path.removeprefix(root)
    return None


def _digest(path: Path) -> str:
    return _digest_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _digest_at(path: Path, _changed: int) -> str:
    return _digest_of(path.read_bytes())


def _digest_of(body: bytes) -> str:
    """As a browser wants it to check what it fetched."""
    return "sha256-" + b64encode(sha256(body).digest()).decode()
