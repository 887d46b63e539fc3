"""Photograph the pages of a running demo into docs/screenshots.

    make demo                                  # in one terminal
    .venv/bin/python -m tools.screenshots      # in another

Signs in as the demo's people through the ordinary pages (one-time codes are read from the
demo's outbox) and takes each page in Chinese at 390 and 1440 pixels; a few in English and
in the dark. Needs Chromium.
"""

import argparse
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "screenshots"
PASSWORD = "xunpin-demo"
# The first student of the fair in Nanjing, who has the link of its survey.
SURVEYED = "13800002421"
# The scanner fetches its token and its roster before it is itself.
SCANNERS = frozenset({"gate", "screen", "stand"})
SIZES = {390: 844, 1440: 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Shot:
    """One page: its file name, who looks at it, where it is, and at which widths."""

    name: str
    who: str
    path: str
    widths: tuple[int, ...] = (390, 1440)
    english: bool = False
    dark: bool = False


SHOTS = (
    Shot("home", "", "/"),
    Shot("tour", "", "{tour}", english=True),
    Shot("fair", "", "{fair}", dark=True),
    Shot("fair-plan", "", "{fair}/plan"),
    Shot("positions", "", "/positions", english=True),
    Shot("login", "", "/login"),
    Shot("privacy", "", "/privacy"),
    Shot("register", "", "{coming}/register", english=True),
    Shot("tickets", "13800000001", "/me/tickets"),
    Shot("ticket", "13800000001", "{ticket}", dark=True),
    Shot("me", "13800000001", "/me"),
    Shot("shares", "13800000001", "/me/shares"),
    Shot("for-you", "13800000001", "/me/for-you"),
    Shot("intents", "13800000001", "/me/intents"),
    Shot("inbox", "13800000001", "/inbox"),
    Shot("booth", "13800000001", "{booth}", english=True),
    Shot("survey-answer", "", "{survey_link}", english=True),
    Shot("staff-home", "admin", "/staff/"),
    Shot("tours", "planner", "/staff/tours"),
    Shot("staff-tour", "planner", "/staff{tour}"),
    Shot("fairs", "planner", "/staff/fairs"),
    Shot("calendar", "planner", "/staff/calendar"),
    Shot("fair-workspace", "planner", "/staff{coming}", english=True),
    Shot("fair-edit", "planner", "/staff{coming}/edit"),
    Shot("review-list", "planner", "/staff{coming}/review"),
    Shot("plan", "planner", "/staff{coming}/plan"),
    Shot("plan-draw", "planner", "/staff{coming}/plan/draw"),
    Shot("print", "planner", "/staff{fair}/print"),
    Shot("registrations", "planner", "/staff{coming}/registrations"),
    Shot("registration", "planner", "{registration}"),
    Shot("questions", "planner", "/staff{coming}/questions"),
    Shot("messages", "planner", "/staff{coming}/messages"),
    Shot("message", "planner", "{message}"),
    Shot("message-write", "planner", "/staff{coming}/messages/new"),
    Shot("survey", "planner", "/staff{surveyed}/survey", english=True),
    Shot("survey-open", "planner", "/staff{asked}/survey"),
    Shot("eligibility", "planner", "/staff{coming}/eligibility"),
    Shot("majors", "planner", "/staff{tour}/majors", english=True),
    Shot("employers", "planner", "/staff/employers"),
    Shot("gates", "supervisor", "/staff{fair}/gates"),
    Shot("gate", "supervisor", "{gate}"),
    Shot("live", "supervisor", "/staff{fair}/live", dark=True),
    Shot("conflicts", "supervisor", "/staff{fair}/conflicts"),
    Shot("phones", "supervisor", "/staff{fair}/devices"),
    Shot("aside", "supervisor", "/staff{fair}/aside"),
    Shot("paper", "supervisor", "/staff{fair}/paper"),
    Shot("screen", "supervisor", "{gate_screen}", (1440,)),
    Shot("desk", "desk", "/staff{fair}/desk"),
    Shot("arrivals", "supervisor", "/staff{fair}/arrivals"),
    Shot("board", "supervisor", "{fair}/board", (1440,)),
    Shot("result", "planner", "/staff{fair}/result"),
    Shot("report", "admin", "/staff/report/2022?as_of=2022-10-15", dark=True, english=True),
    Shot("targets", "admin", "/staff/targets?year=2022"),
    Shot("people", "admin", "/staff/people"),
    Shot("log", "admin", "/staff/log"),
    Shot("outbox", "admin", "/staff/outbox"),
    Shot("import", "admin", "/staff/import"),
    Shot("employer-home", "owner", "/employer/"),
    Shot("employer-fairs", "owner", "/employer/fairs"),
    Shot("employer-profile", "owner", "/employer/profile"),
    Shot("employer-posts", "owner", "/employer/posts"),
    Shot("employer-apply", "owner", "/employer/apply/{tour_slug}"),
    Shot("employer-fair", "owner", "/employer{fair}"),
    Shot("employer-booth", "owner", "/employer/booth/{fair_slug}"),
    Shot("stand", "owner", "/scanner/#fair={fair_slug}&booth=1"),
    Shot("candidates", "owner", "/employer/candidates"),
    Shot("candidate", "owner", "{candidate}", english=True),
)


class Photographer:
    """One browser, one signed-in context for each person and language."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.states: dict[str, Any] = {"": None}
        self.places: dict[str, str] = {}

    def open(self, who: str, width: int, *, english: bool, dark: bool) -> BrowserContext:
        """A window of somebody, signed in as they were."""
        return self.browser.new_context(
            base_url=self.base,
            locale="en-GB" if english else "zh-CN",
            viewport={"width": width, "height": SIZES[width]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            storage_state=self.states[who],
        )

    def sign_in(self, who: str) -> None:
        """Go through the ordinary sign-in once and keep the cookie."""
        if who in self.states:
            return
        context = self.browser.new_context(base_url=self.base, locale="zh-CN")
        page = context.new_page()
        if who.isdigit():
            page.goto("/login")
            page.fill("input[name=phone]", who)
            page.click("main form button[type=submit]")
            page.fill("input[name=code]", self._code(context))
            page.click("main form button[type=submit]")
        else:
            page.goto("/login/password")
            page.fill("input[name=email]", f"{who}@demo.example")
            page.fill("input[name=password]", PASSWORD)
            page.click("main form button[type=submit]")
        page.wait_for_load_state()
        self.states[who] = context.storage_state()
        context.close()

    def _code(self, context: BrowserContext) -> str:
        page = context.new_page()
        page.goto("/demo/outbox")
        found = re.search(r"\b(\d{6})\b", page.inner_text("main"))
        page.close()
        return found.group(1) if found else ""

    def find_places(self) -> None:
        """Follow links for the addresses that differ from demo to demo."""
        self.sign_in("planner")
        self.sign_in("supervisor")
        self.sign_in("owner")
        self.sign_in("13800000001")
        page = self.open("", 1440, english=False, dark=False).new_page()
        page.goto("/")
        tour = self._first(page, "a[href^='/tours/']")
        page.goto(tour)
        fairs = page.eval_on_selector_all("a[href^='/fairs/']", "all => all.map(a => a.pathname)")
        fair, coming, surveyed, asked = (
            next(one for one in fairs if one.startswith(f"/fairs/{city}-") and "digital" not in one)
            for city in ("wuhan", "xian", "hangzhou", "nanjing")
        )
        self.places = {
            "tour": tour,
            "fair": fair.rstrip("/"),
            "coming": coming.rstrip("/"),
            "surveyed": surveyed.rstrip("/"),
            "asked": asked.rstrip("/"),
            "fair_slug": fair.split("/")[2],
            "tour_slug": tour.split("/")[2],
        }
        student = self.open("13800000001", 390, english=False, dark=False).new_page()
        student.goto("/me/tickets")
        self.places["ticket"] = self._first(student, "a[href^='/me/tickets/']")
        gates = self.open("supervisor", 390, english=False, dark=False).new_page()
        gates.goto(f"/staff{fair}/gates")
        links = gates.eval_on_selector_all(
            f"a[href^='/staff{fair}/gates/']", "all => all.map(a => a.pathname)"
        )
        self.places["gate"] = next(link for link in links if link.rsplit("/", 1)[-1].isdigit())
        self.places["gate_screen"] = self.places["gate"].removeprefix("/staff") + "/screen"
        owner = self.open("owner", 390, english=False, dark=False).new_page()
        owner.goto("/employer/candidates")
        self.places["candidate"] = self._first(owner, "main a[href^='/employer/candidates/']")
        self._find_voices(coming.rstrip("/"))

    def _find_voices(self, coming: str) -> None:
        """Where people answer, and where planners read what they were told."""
        student = self.open("13800000001", 390, english=False, dark=False).new_page()
        student.goto("/me/intents")
        self.places["booth"] = self._first(student, "main a[href^='/b/']")
        self.sign_in(SURVEYED)
        surveyed = self.open(SURVEYED, 390, english=False, dark=False).new_page()
        surveyed.goto("/inbox")
        self.places["survey_link"] = self._first(surveyed, "main a[href*='/s/']")
        planner = self.open("planner", 1440, english=False, dark=False).new_page()
        for name in ("message", "registration"):
            planner.goto(f"/staff{coming}/{name}s")
            links = planner.eval_on_selector_all(
                f"main a[href*='/{name}s/']", "all => all.map(a => a.pathname)"
            )
            self.places[name] = next(one for one in links if not one.endswith("/new"))

    def _first(self, page: Page, selector: str) -> str:
        return str(page.eval_on_selector(selector, "link => link.pathname"))

    def take(self, shot: Shot) -> list[str]:
        """Take one page in all its widths and looks; return what was wrong with it."""
        self.sign_in(shot.who)
        faults = []
        looks = [(False, False)]
        looks += [(True, False)] if shot.english else []
        looks += [(False, True)] if shot.dark else []
        for english, dark in looks:
            for width in shot.widths:
                context = self.open(shot.who, width, english=english, dark=dark)
                page = context.new_page()
                answer = page.goto(shot.path.format(**self.places))
                page.wait_for_timeout(2500 if shot.name in SCANNERS else 250)
                name = f"{shot.name}.{'en' if english else 'zh'}{'.dark' if dark else ''}.{width}"
                page.screenshot(path=str(TARGET / f"{name}.png"))
                wide = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if answer is None or answer.status != 200 or wide > 0:
                    faults.append(f"{name}: {answer and answer.status}, {wide} px too wide")
                context.close()
        return faults


def main() -> None:
    """Photograph everything, or the pages named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("names", nargs="*", help="only these pages")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed to take screenshots.")
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        photographer = Photographer(browser, given.base)
        photographer.find_places()
        for shot in SHOTS:
            if not given.names or shot.name in given.names:
                for fault in photographer.take(shot):
                    print(fault)
        browser.close()


if __name__ == "__main__":
    main()
