"""The phone's half of the cases it shares with the server: what a text is, what it is worth."""

import pytest

from app.core.codes import checksum
from tests.checkins.verdict_cases import BODY, CASES, LASTS, OPENS, at, reading_cases

TELL = """async ([policy, status, ticket, steps, times]) => {
  const { decide } = await import('/static/js/scanner/verdict.js');
  const zone = 'Asia/Shanghai';
  const fair = {
    reentry: policy, status, time_zone: zone, opens_at: times.opens, ends_at: times.ends,
  };
  const flags = ticket.status === 'waitlisted' ? 'w' : ticket.since || ticket.revoked ? 'r' : '';
  const entry = { f: flags, at: times.since, c: ticket.since ? 1 : 0 };
  const past = [], told = [];
  for (const [what, ms] of steps) {
    const last = past.at(-1);
    if (what === 'let in') last.decision = 'let_in';
    else if (what === 'turn away') last.decision = 'turned_away';
    else if (what === 'void') last.voided = true;
    else {
      const { code } = decide({
        kind: ticket.foreign ? 'foreign' : 'ticket', entry: ticket.foreign ? null : entry,
        isFinal: false, fair, direction: what, at: ms, knowsTime: true, past,
      });
      past.push({ direction: what, verdict: code, at: ms, gate: '' });
      told.push(code);
    }
  }
  return told;
}"""
READ = """async (texts) => {
  const { readTicket } = await import('/static/js/scanner/tickets.js');
  return Promise.all(texts.map((text) => readTicket(text)));
}"""


@pytest.fixture
def page(visit):
    page = visit().page
    page.goto("/scanner/")
    return page


def millis(moment):
    return int(moment.timestamp() * 1000)


def test_the_phone_tells_every_story_as_the_server_does(page):
    wrong = {}
    for name, (policy, status, ticket, steps) in CASES.items():
        since = ticket.get("since", ticket.get("revoked"))
        times = {
            "opens": OPENS.isoformat(),
            "ends": at(ticket.get("lasts", LASTS)).isoformat(),
            "since": None if since is None else at(since).isoformat(),
        }
        told_steps = [(what, millis(at(minutes))) for what, minutes, _ in steps]
        told = page.evaluate(TELL, [policy, status, ticket, told_steps, times])
        want = [verdict for _, _, verdict in steps if verdict]
        if told != want:
            wrong[name] = told
    assert wrong == {}


def test_the_phone_reads_every_text_as_the_server_does(page):
    code = BODY + checksum(BODY)
    cases = reading_cases(code)
    told = page.evaluate(READ, [text for text, _ in cases])
    assert [one["kind"] for one in told] == [kind for _, kind in cases]
    assert {one["code"] for one in told if one["kind"] == "ticket"} == {code}
    assert {one["short_code"] for one in told if one["kind"] == "short"} == {"7K4M92", "7K4M9V"}


def decide(page, **given):
    usual = {
        "kind": "ticket",
        "entry": {"f": ""},
        "isFinal": False,
        "direction": "in",
        "at": millis(at(5)),
        "knowsTime": True,
        "past": [],
        "fair": {
            "reentry": "reentry",
            "status": "published",
            "time_zone": "Asia/Shanghai",
            "opens_at": OPENS.isoformat(),
            "ends_at": at(LASTS).isoformat(),
        },
    }
    script = "async (given) => (await import('/static/js/scanner/verdict.js')).decide(given)"
    return page.evaluate(script, usual | given)


def test_a_phone_that_does_not_know_the_time_does_not_guess(page):
    early = millis(at(-100))
    late = millis(at(LASTS + 100))
    for moment in (early, late):
        assert decide(page, at=moment, knowsTime=False)["code"] == "admitted"
    revoked = {"f": "r", "at": at(0).isoformat()}
    assert decide(page, entry=revoked, knowsTime=False)["code"] == "unverified"
    assert decide(page, entry=revoked)["code"] == "revoked"


def test_a_code_outside_the_roster_is_for_a_person_to_judge_until_the_roster_is_final(page):
    assert decide(page, entry=None)["code"] == "unverified"
    assert decide(page, entry=None, isFinal=True)["code"] == "unknown"
    assert decide(page, kind="short", entry=None, isFinal=True)["code"] == "unverified"
    assert decide(page, kind="foreign", entry=None)["code"] == "unknown"


def test_whoever_this_phone_let_in_is_known_without_a_roster(page):
    before = {"direction": "in", "verdict": "admitted", "at": millis(at(1)), "gate": "南门"}
    told = decide(page, entry=None, isFinal=True, past=[before])
    assert told["code"] == "already_admitted"
    assert told["first"] == {"at": millis(at(1)), "gate": "南门"}


def test_the_offset_of_the_quickest_answer_is_believed(page):
    script = """async () => {
      const { makeClock } = await import('/static/js/scanner/clock.js');
      const clock = makeClock();
      const before = clock.offset;
      const ahead = (ms) => new Date(Date.now() + ms).toISOString();
      clock.learn(ahead(90_000), 0, 4_000);   // a slow call: two seconds of doubt
      const slow = clock.offset;
      clock.learn(ahead(60_000), 0, 20);
      const quick = clock.offset;
      clock.learn(ahead(95_000), 0, 6_000);
      return [before, slow, quick, clock.offset, clock.now().knowsTime];
    }"""
    before, slow, quick, last, knows = page.evaluate(script)
    assert before is None
    assert 91_000 <= slow <= 93_000
    assert 59_000 <= quick <= 61_000
    assert (last, knows) == (quick, True)
