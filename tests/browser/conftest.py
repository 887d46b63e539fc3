"""A real server, a real Chromium, and visitors who notice every fault of a page."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import sync_playwright

from app.core.db import db
from app.core.transaction import transaction
from app.factory import create_app
from tests.databases import TEST_SECRET, TEST_TICKET_KEYS, make_settings, migrated_database
from tools.catalogues import build

ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1440, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.own_database)


# The shell draws the same pages without the rest of the program, which costs a third more.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium():
    """Return the path of a Chromium: the one given, else the first that is installed."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if path is None:
        if os.environ.get("XUNPIN_REQUIRE_BROWSER"):
            pytest.fail("browser tests are required here, but there is no Chromium")
        pytest.skip("no Chromium on this machine: browser tests are skipped")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, headless=True)
        yield browser
        browser.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Site:
    """A running server on a database of its own; ``app`` speaks to the same database."""

    url: str
    app: object
    log: Path
    command: list = field(repr=False)
    environment: dict = field(repr=False)
    process: subprocess.Popen = field(repr=False, default=None)

    def start(self, module="wsgi:app"):
        """Start the server on its port and wait until it answers."""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as stream:
            self.process = subprocess.Popen(
                [*self.command, module],
                cwd=ROOT,
                env=self.environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        pause = Event()
        for _ in range(600):
            if self.process.poll() is not None or "Traceback" in self.log.read_text()[before:]:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return self
            except OSError:
                pause.wait(0.1)
        self.stop()
        raise RuntimeError(self.log.read_text())

    def stop(self):
        """End the server and its workers: what does not go by itself is killed."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        self.signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def signal(self, number):
        """Send a signal to the server and all its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    @contextmanager
    def database(self):
        """Work on the site's rows; what is saved is committed for good.

        The writer's place is taken at once: what was read first and written afterwards would
        fail on SQLite whenever the server wrote in between.
        """
        with self.app.app_context():
            with transaction():
                yield db.session
            db.session.remove()


def start_site(folder, name, *, demo=True, workers=1):
    """Start a production server on an empty, migrated database in ``folder``."""
    build()
    url = migrated_database(folder, name)
    port = free_port()
    settings = make_settings(
        folder,
        url,
        demo=demo,
        testing=False,
        environment="development",
        queue_url="sqlite",
        public_url=f"http://127.0.0.1:{port}",
    )
    app = create_app(settings)
    environment = {
        **os.environ,
        "XUNPIN_ENVIRONMENT": "development",
        "XUNPIN_DEMO": "true" if demo else "false",
        "XUNPIN_SECRET_KEY": TEST_SECRET,
        "XUNPIN_TICKET_KEYS": ",".join(f"{k}:{v}" for k, v in TEST_TICKET_KEYS.items()),
        "XUNPIN_DATABASE_URL": settings.database_url,
        "XUNPIN_DATA_DIR": str(folder),
        "XUNPIN_PUBLIC_URL": settings.public_url,
    }
    log = folder / "server.log"
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        "4",
    ]
    return Site(settings.public_url, app, log, command, environment).start()


def stop_site(site):
    site.stop()
    with site.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def site(tmp_path_factory, chromium):
    site = start_site(tmp_path_factory.mktemp("site"), "site")
    yield site
    stop_site(site)


@pytest.fixture
def own_site(tmp_path, chromium):
    """A server that a test may stop, freeze and restart."""
    site = start_site(tmp_path, "offline")
    yield site
    site.signal(signal.SIGCONT)
    stop_site(site)


class Visitor:
    """Somebody with a browser of their own. ``faults`` collects what no page may do."""

    def __init__(self, browser, site, *, language, viewport, dark=False, agent=None):
        self.site = site
        self.faults = []
        self.context = browser.new_context(
            base_url=site.url,
            locale=language,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            has_touch=viewport is PHONE,
            user_agent=agent,
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._console)
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _request(self, request):
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.faults.append(f"another host: {request.url}")

    def _response(self, response):
        if response.status >= 500:
            self.faults.append(f"{response.status}: {response.url}")

    def sign_in(self, user):
        """Take the session of a user without going through the sign-in pages."""
        serializer = self.site.app.session_interface.get_signing_serializer(self.site.app)
        value = serializer.dumps({"_user_id": user.get_id(), "_fresh": True, "_permanent": True})
        self.context.add_cookies(
            [{"name": "xunpin", "value": value, "url": self.site.url, "httpOnly": True}]
        )
        return self

    def axe(self):
        """The violations axe-core finds on the present page (WCAG 2.2 A and AA)."""
        if not self.page.evaluate("() => !!window.axe"):
            self.page.add_script_tag(url="/static/vendor/axe.min.js")
        # In a window as high as the page no bar that sticks to its foot hides what can be
        # scrolled free: what is hidden then is hidden for good.
        window = self.page.viewport_size
        height = self.page.evaluate("() => document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": window["width"], "height": height + 200})
        found = self.page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21aa','wcag22aa']})"
        )
        return [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def check(self):
        """The present page is accessible, fits its window and did nothing it may not."""
        assert self.axe() == [], self.page.url
        assert self.overflow() <= 0, self.page.url
        assert self.faults == [], self.page.url


@pytest.fixture
def visit(chromium, site):
    """A maker of visitors: ``visit(language="zh-CN", viewport=PHONE)``."""
    visitors = []

    def visit(language="zh-CN", viewport=PHONE, **given):
        visitor = Visitor(chromium, site, language=language, viewport=viewport, **given)
        visitors.append(visitor)
        return visitor

    yield visit
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture
def visit_at(chromium):
    """A maker of visitors of a site of one's own: ``visit_at(site, …)``."""
    visitors = []

    def visit_at(site, language="zh-CN", viewport=PHONE, **given):
        visitor = Visitor(chromium, site, language=language, viewport=viewport, **given)
        visitors.append(visitor)
        return visitor

    yield visit_at
    for visitor in visitors:
        visitor.context.close()
