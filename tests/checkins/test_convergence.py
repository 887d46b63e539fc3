"""Order, repeats and batches do not matter: the stored rows come to the same (G6)."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.checkins import services
from app.checkins.services import attendance
from app.checkins.states import GREEN
from app.core.clock import utcnow
from app.registrations.states import RegistrationStatus
from app.tours.states import ReentryPolicy
from tests.checkins.devices import Phone
from tests.checkins.judging import attended, check_cache, state_of
from tests.checkins.making import make_registration
from tests.factories import make_fair, make_gate

GREENS = {verdict.value for verdict in GREEN}
ASIDE = {"capacity", "waitlisted"}
PEOPLE = 4  # the last one waits; a scan of person PEOPLE is of an unknown code
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "phone": st.integers(0, 1),
            "gate": st.integers(0, 1),
            "person": st.integers(0, PEOPLE),
            "direction": st.sampled_from(["in", "in", "out"]),
            "shown": st.sampled_from(
                [
                    "admitted",
                    "already_admitted",
                    "re_entry",
                    "waitlisted",
                    "capacity",
                    "unverified",
                    "revoked",
                ]
            ),
            "decision": st.sampled_from([None, None, "let_in", "turned_away"]),
            "late": st.booleans(),
            "void": st.sampled_from([False, False, False, True]),
            "minute": st.integers(0, 90),
        }
    ),
    min_size=1,
    max_size=6,
)


def usual(number, **given):
    return settings(
        max_examples=number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **given,
    )


# A tooth only has to bite: the smallest example is of no interest.
BITE = {"phases": [Phase.generate], "derandomize": True}


class World:
    """A fair with two phones, two gates and some people; the same events in each."""

    def __init__(self, client, policy, events, start):
        self.fair = make_fair(reentry=policy)
        self.gates = [make_gate(fair=self.fair) for _ in range(2)]
        self.phones = [Phone(client, self.fair, gate) for gate in self.gates]
        self.people = [make_registration(self.fair) for _ in range(PEOPLE - 1)]
        self.people.append(make_registration(self.fair, status=RegistrationStatus.WAITLISTED))
        self.parts = [
            part
            for number, event in enumerate(events)
            # No two at one moment: what breaks a tie is the id, which differs between worlds.
            for part in self._parts(
                event, start + timedelta(seconds=6 * event["minute"], milliseconds=number)
            )
        ]

    def _parts(self, event, at):
        phone = self.phones[event["phone"]]
        known = event["person"] < PEOPLE
        person = self.people[event["person"]] if known else None
        scan = phone.scan(
            person,
            gate=self.gates[event["gate"]].id,
            direction=event["direction"],
            scanned_at=at.isoformat(),
            device_time=at.isoformat(),
        )
        yield phone, "scans", scan
        decision = event["decision"]
        if event["shown"] in ("capacity", "revoked") and decision == "let_in":
            decision = None  # that takes a supervisor
        if event["late"] and decision is None:
            yield phone, "records", phone.record(scan, "shown", event["shown"], at=at.isoformat())
        else:
            scan["shown"] = event["shown"]
        if event["late"] and decision is not None:
            yield phone, "records", phone.record(scan, "decision", decision, at=at.isoformat())
        elif decision is not None:
            scan |= {"decision": decision, "decided_at": at.isoformat()}
        if event["void"]:
            yield phone, "records", phone.record(scan, "void", at=at.isoformat())

    def deliver(self, order, sizes):
        """Send parts by their places in ``order``, as many at once as ``sizes`` say."""
        order = list(order)
        while order:
            size = sizes[len(order) % len(sizes)]
            now, order = order[:size], order[size:]
            for phone in self.phones:
                own = [self.parts[place] for place in now if self.parts[place][0] is phone]
                phone.send(
                    *(told for _, kind, told in own if kind == "scans"),
                    records=[told for _, kind, told in own if kind == "records"],
                )

    @property
    def state(self):
        return state_of(self.fair, names=[person.id for person in self.people])


def expected(world, events):
    """Who came, said in one line: not void, and let in, or with a good ticket and not sent away."""
    came = set()
    for event in events:
        if event["void"] or event["person"] == PEOPLE:
            continue
        stopped = event["shown"] in ("capacity", "revoked") and event["decision"] == "let_in"
        decision = None if stopped else event["decision"]
        let_in = decision == "let_in" or (event["shown"] in GREENS and decision != "turned_away")
        away = decision == "turned_away" or event["shown"] in ASIDE
        if let_in or (event["person"] < PEOPLE - 1 and not away):
            came.add(world.people[event["person"]].id)
    return came


def check(client, policy, events, seed, sizes):
    services.forget_devices()
    chaos = Random(seed)
    start = utcnow().replace(microsecond=0) - timedelta(minutes=20)
    calm, wild = (World(client, policy, events, start) for _ in range(2))
    places = range(len(calm.parts))
    calm.deliver(places, [1])
    shuffled = [*places, *chaos.choices(places, k=len(places) // 2)]
    chaos.shuffle(shuffled)
    wild.deliver(shuffled, sizes)
    wild.deliver(places, sizes)  # what was *later* the first time
    assert wild.state == calm.state
    assert attended(wild.fair) == expected(wild, events)
    check_cache(wild.fair)


def property_of(client, number, **how):
    @usual(number, **how)
    @given(
        policy=st.sampled_from(ReentryPolicy),
        events=EVENTS,
        seed=st.integers(0, 10_000),
        sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    )
    def holds(policy, events, seed, sizes):
        check(client, policy, events, seed, sizes)

    return holds


def test_in_whatever_order_and_batches_rows_come_they_come_to_the_same(client):
    property_of(client, 12)()


@pytest.mark.slow
def test_in_whatever_order_and_batches_rows_come_they_come_to_the_same_at_length(client):
    property_of(client, 600)()


def test_that_the_first_to_arrive_stays_is_noticed(client, monkeypatch):
    """The tooth: an attendance that is never derived anew keeps what came first."""
    monkeypatch.setattr(attendance, "_rederive_seats", lambda *_: None)
    with pytest.raises((AssertionError, ExceptionGroup)):
        property_of(client, 60, **BITE)()


def test_that_the_answer_decides_who_came_is_noticed(client, monkeypatch):
    """The tooth: an answer depends on who asked first, so nothing may be derived from it."""
    from app.checkins import merge

    monkeypatch.setattr(merge, "was_let_in", lambda row: row.answer in GREEN)
    with pytest.raises((AssertionError, ExceptionGroup)):
        property_of(client, 60, **BITE)()
