"""Killing a phone between the record and the light, many times over."""

import json
import random
from hashlib import sha256

from app.core.codes import CROCKFORD, checksum
from tests.browser.phone import BROKEN, GatePhone, change_page, own_chromium

# Tells the test of every light, by the ticket it is for: seen by nobody if the phone dies first.
WATCH = """() => {
  const ticket = (text) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    .then((all) => [...new Uint8Array(all, 0, 16)].map((b) => b.toString(16).padStart(2, '0')).join(''));
  const keys = document.getElementById('keys');
  const seen = new MutationObserver(() => {
    const lit = document.querySelector('.xp-scan:not([hidden])');
    if (!lit || window.told === window.current) return;
    window.told = window.current;
    console.log(`lit ${lit.dataset.result} ${window.current}`);
  });
  seen.observe(document.getElementById('gate'), { subtree: true, attributeFilter: ['hidden'] });
  window.scanOne = async (code) => {
    window.current = await ticket(code);
    keys.value = code;
    keys.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  };
}"""  # noqa: E501


NEXT = "() => document.querySelector('.xp-scan:not([hidden]) [data-act=next]')?.click()"


def ticket_code(number):
    """The code of a ticket of nobody: what it is worth does not matter here."""
    body = "".join(CROCKFORD[(number >> (5 * place)) & 31] for place in range(26))
    return body + checksum(body)


def hash_of(code):
    return sha256(code.encode()).digest()[:16].hex()


def kill_between(chromium, site, scene, *, rounds, seed=1, broken=None):
    """Scan and kill ``rounds`` times. Returns how many lights were seen, and which have no record.

    The phone has no network. It dies up to 40 ms after a light was seen, drawn from ``seed``.
    """
    draw = random.Random(seed)
    lights, number = set(), 0
    with own_chromium(chromium, site) as phone:
        open_phone(phone, broken)
        phone.sign_in(scene["supervisor"])
        GatePhone(phone.page, scene).join()
        for _ in range(rounds):
            phone.browser.contexts[0].route("**/api/**", lambda route: route.abort())
            heard = []
            phone.page.on("console", lambda message, heard=heard: hear(message.text, heard))
            phone.page.evaluate(WATCH)
            for _ in range(draw.randint(1, 3)):
                before = len(heard)
                number += 1
                phone.page.evaluate("(code) => window.scanOne(code)", ticket_code(number))
                while len(heard) == before:
                    phone.page.wait_for_timeout(1)
                phone.page.evaluate(NEXT)
            phone.page.wait_for_timeout(draw.random() * 40)
            phone.kill()
            lights |= set(heard)
            open_phone(phone, broken)
            phone.page.goto(f"{site.url}/scanner/")
            phone.page.locator("#gate-page:not([hidden])").wait_for()
        kept = json.loads(GatePhone(phone.page, scene).dump())
    stored = {row["ticket"] for row in kept["scans"]}
    numbers = sorted(row["n"] for row in kept["scans"])
    assert numbers == list(range(1, len(numbers) + 1))
    return len(lights), lights - stored


def hear(text, heard):
    """Take a light: anything but the black one, which says itself that nothing was stored."""
    if text.startswith("lit ") and "cannot_record" not in text:
        heard.append(text.split()[-1])


def open_phone(phone, broken):
    phone.open()
    if broken:
        change_page(phone.browser.contexts[0], BROKEN[broken])
