"""A gate phone in a test: how it comes to a gate, scans, and what it keeps."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from app.accounts.permissions import Role
from app.core.transaction import transaction
from app.registrations.queries import find_registration
from app.registrations.services import register
from app.registrations.states import RegistrationSource
from app.registrations.tickets import make_code
from app.tours.queries import get_fair
from tests import factories as make
from tests.browser.conftest import FLAGS, PHONE, ROOT, find_chromium
from tests.browser.scene import make_running_fair, new_phone

LIT = ".xp-scan:not([hidden])"
# Everything the page keeps on the phone, as one text.
DUMP = """async () => {
  const text = (value) => JSON.stringify(value, (_, one) => {
    if (one instanceof ArrayBuffer) return [...new Uint8Array(one)].join();
    if (one instanceof Uint8Array) return [...one].join();
    return one instanceof CryptoKey ? 'key' : one;
  });
  const wait = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const kept = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await wait(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      kept[store] = await wait(db.transaction(store).objectStore(store).getAll());
    }
    db.close();
  }
  for (const area of [localStorage, sessionStorage]) kept[String(area)] = { ...area };
  kept.caches = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    kept.caches[name] = (await cache.keys()).map((one) => one.url);
  }
  return text(kept);
}"""


def make_crowd(site, number):
    """A running fair with registered people: the scene, with ``codes`` and ``people``."""
    with site.database():
        scene = make_running_fair()
        # A writing transaction from its first word on: the server writes meanwhile.
        with transaction():
            fair = get_fair(scene["fair"])
            codes, people = register_crowd(fair, number)
        scene |= {"url": site.url, "codes": codes, "people": people, "fair_id": fair.id}
    return scene


def register_crowd(fair, number):
    codes, people = [], []
    for _ in range(number):
        phone = new_phone()
        student = make.make_student(user=make.make_user(Role.STUDENT, phone=phone))
        register(student, fair, source=RegistrationSource.SELF, verified=True)
        ticket = find_registration(fair, student).ticket
        codes.append(make_code(ticket.registration.uid, ticket.generation, ticket.key_id))
        people.append((student.name, phone, ticket.short_code))
    return codes, people


# Every light of the page, also one that is gone before the test looks: green leaves by itself.
WATCH = """(() => {
  if (window.lights) return;
  window.lights = [];
  new MutationObserver((all) => {
    for (const { target } of all) {
      if (target.matches('.xp-scan') && !target.hidden) {
        window.lights.push({ result: target.dataset.result, text: target.textContent });
      }
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['hidden'] });
})()"""
SCRIPTS = ROOT / "app" / "static" / "js" / "scanner"
# The page with one of its promises taken out: file, what stands there, what stands there then.
BROKEN = {
    "light before log": (
        "gate.js",
        "const row = await store.addScan(device, { wire, at: Date.parse(wire.scanned_at), "
        "shown: own.code });",
        "const row = { id: wire.id }; setTimeout(() => store.addScan(device, { wire, "
        "at: Date.parse(wire.scanned_at), shown: own.code }), 20_000);",
    ),
    "green without a record": (
        "gate.js",
        "return { code: 'cannot_record', why: 'no_room', reading,",
        "return { code: 'admitted', reading,",
    ),
    "purge on acknowledgement": (
        "store.js",
        "      if (row) {",
        "      if (row && said.state === KEPT) stores[queue].delete(id);\n      if (!row) {",
    ),
    "any 200 is an answer": (
        "wire.js",
        "const ours = !marked || response.headers.get('X-Xunpin-Scan') === '1';",
        "const ours = true;",
    ),
    "a count for each tab": (
        "store.js",
        "kit.seq += 1;",
        "window.count = (window.count ?? kit.seq) + 1; kit.seq = window.count;",
    ),
}
# A page that waits for the server however slow this machine is, for tests of what it does then.
PATIENT = ("gate.js", "const answerMs = 1_200;", "const answerMs = 60_000;")


def change_page(context, *changes):
    """Serve the page of a context with changes, and keep it from its own copy.

    :param changes: ``(file, what stands there, what stands there then)``
    """
    bodies = {}
    for file, old, new in changes:
        text = bodies.get(file) or (SCRIPTS / file).read_text("utf-8")
        assert old in text, old
        bodies[file] = text.replace(old, new)
    context.add_init_script("delete Navigator.prototype.serviceWorker")

    def serve(route):
        file = route.request.url.rpartition("/")[2].partition("?")[0]
        route.fulfill(body=bodies[file], content_type="text/javascript")

    for file in bodies:
        context.route(f"**/static/js/scanner/{file}*", serve)


class GatePhone:
    """The scanner's page of one visitor (anything with ``page``)."""

    def __init__(self, page, scene):
        self.page, self.scene = page, scene
        self.seen = 0
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.evaluate(WATCH)

    def join(self):
        """Come to the gate as a signed-in person does."""
        url = self.scene["url"]
        self.page.goto(f"{url}/staff/fairs/{self.scene['fair']}/gates/{self.scene['gate_id']}")
        return self.wait_ready()

    def wait_ready(self):
        """Until it is online, has its list of tickets and its own copy of the page."""
        self.wait_until(
            "() => document.querySelector('#gate-page:not([hidden]) #conn[data-state=online]')"
            " !== null"
        )
        self.wait_for("(kept) => kept.kits.length && kept.kits.every((one) => one.cursor !== null)")
        self.wait_for("() => navigator.serviceWorker?.controller !== null")
        return self

    def scan(self, text):
        """As a USB scanner does: keys and Enter."""
        self.look_away()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def lit(self, verdict):
        """Wait for the light of the last scan; its words."""
        lights = self.wait_until(
            f"() => window.lights.length > {self.seen} && window.lights.slice({self.seen})"
        )
        assert lights[0]["result"] == verdict, lights
        return lights[0]["text"]

    def next(self):
        """Tap to the next; a green light may have left by itself."""
        self.page.evaluate(f"() => document.querySelector('{LIT} [data-act=next]')?.click()")
        self.page.wait_for_selector(LIT, state="detached")

    def pass_through(self, text, verdict="admitted"):
        """Scan, wait for the light, go on."""
        self.scan(text)
        self.lit(verdict)
        self.next()

    def dump(self):
        """Everything the browser keeps for the page, as text."""
        return self.page.evaluate(DUMP)

    def kept(self):
        """The same, read."""
        return json.loads(self.dump())

    def wait_unsent(self, number):
        """Until the page says that so many are not on the server yet."""
        self.page.locator(f"#unsent[data-number='{number}']:not([hidden])").wait_for()

    def look_away(self):
        """Forget the lights so far: the next one is the one that is waited for."""
        self.seen = self.page.evaluate("() => window.lights.length")

    def wait_for(self, condition):
        """Until a JavaScript condition holds for what is kept."""
        self.wait_until(f"async () => ({condition})(JSON.parse(await ({DUMP})()))")

    def wait_until(self, script):
        """Until a script returns something true; what it returned."""
        pause = Event()
        for _ in range(600):
            found = self.page.evaluate(script)
            if found:
                return found
            pause.wait(0.1)
        raise AssertionError(f"never: {script}; {self.page.inner_text('#main')}")

    def wait_sent(self):
        """Until the server has everything."""
        self.page.evaluate("() => dispatchEvent(new Event('online'))")
        self.wait_for("(kept) => [...kept.scans, ...kept.records].every((one) => one.state !== 0)")


class OwnChromium:
    """A Chromium of its own with a profile on the disk, which can be killed like a phone."""

    def __init__(self, chromium, site, folder=None):
        self.chromium, self.site = chromium, site
        self.folder = Path(folder or tempfile.mkdtemp(prefix="xunpin-phone-"))
        self.process = self.browser = self.page = None

    def open(self):
        """Start it; its page is ``page``."""
        port_file = self.folder / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                find_chromium(),
                *FLAGS,
                "--headless=new",
                "--remote-debugging-port=0",
                f"--window-size={PHONE['width']},{PHONE['height']}",
                "--lang=zh-CN",
                f"--user-data-dir={self.folder}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        pause = Event()
        for _ in range(300):
            if port_file.exists() and len(port_file.read_text().split()) == 2:
                break
            pause.wait(0.05)
        port = port_file.read_text().split()[0]
        self.browser = self.chromium.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self.browser.contexts[0]
        self.page = context.pages[0]
        self.page.set_default_timeout(15_000)
        return self

    def sign_in(self, user):
        """Take the session of a user without going through the sign-in pages."""
        serializer = self.site.app.session_interface.get_signing_serializer(self.site.app)
        value = serializer.dumps({"_user_id": user.get_id(), "_fresh": True, "_permanent": True})
        self.browser.contexts[0].add_cookies(
            [{"name": "xunpin", "value": value, "url": self.site.url, "httpOnly": True}]
        )
        return self

    def kill(self):
        """kill -9 of every process of it: a battery taken out."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
        self.browser.close()

    def remove(self):
        """End it and forget its profile."""
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def own_chromium(chromium, site):
    """A Chromium with a profile that is gone afterwards."""
    phone = OwnChromium(chromium, site)
    try:
        yield phone
    finally:
        phone.remove()
