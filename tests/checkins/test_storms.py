"""Phones that lose requests and answers, restart, jump in time; servers that are restored."""

import json
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, update

from app.checkins import services
from app.checkins.models import (
    Admission,
    Attendance,
    Device,
    HallCount,
    QuarantinedScan,
    Scan,
    ScanRecord,
)
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.tours.states import ReentryPolicy
from tests.checkins.devices import Phone
from tests.checkins.judging import attended, check_cache, lost_and_phantom, state_of
from tests.checkins.making import make_registration
from tests.checkins.pocket import Network, PocketPhone
from tests.factories import make_fair, make_gate

# What a restore of an older backup takes away, in the order it is put back.
TABLES = (Scan, ScanRecord, Admission, Attendance, HallCount, QuarantinedScan)


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


class Site:
    """A fair with phones and people, and backups of what was scanned there."""

    def __init__(self, client, phones=2, people=4, purges=False, **given):
        services.forget_devices()
        self.fair = make_fair(**given)
        self.network = Network()
        self.people = [make_registration(self.fair) for _ in range(people)]
        self.phones = [
            PocketPhone(Phone(client, self.fair, make_gate(fair=self.fair)), self.network)
            for _ in range(phones)
        ]
        for phone in self.phones:
            phone.purges = purges
        self.ever = []

    def scan(self, phone, person):
        kept = self.phones[phone].scan(self.people[person])
        self.ever.append(kept)
        return kept

    def backup(self):
        """Every row that scans have made, as values."""
        db.session.commit()
        return [
            [dict(row._mapping) for row in db.session.execute(select(table.__table__))]
            for table in TABLES
        ]

    def restore(self, backup, *, knowingly):
        """Put old rows in the place of what is there; ``knowingly`` begins a new epoch."""
        db.session.execute(update(Device).values(contiguous_seq=0, acknowledged_seq=0))
        for table in reversed(TABLES):
            db.session.execute(delete(table))
        for table, rows in zip(TABLES, backup, strict=True):
            if rows:
                db.session.execute(insert(table.__table__), rows)
        if knowingly:
            services.begin_epoch()
        db.session.commit()
        db.session.expire_all()
        services.forget_devices()

    def heal(self):
        """Let every phone finish."""
        self.network.mode = "ok"
        for _ in range(4):
            done = [phone.sync() for phone in self.phones]
            if all(done):
                return
        raise AssertionError("a phone never finishes")

    def check(self):
        """Nothing lost, nothing invented, no answer changed, the cache true."""
        db.session.rollback()
        lost, phantom = lost_and_phantom(self.fair, self.ever)
        assert not lost, "lost although it was shown"
        assert not phantom, "phantom"
        assert not [phone.flips for phone in self.phones if phone.flips]
        assert attended(self.fair) == {kept.person.id for kept in self.ever}
        for listed in services.list_devices(self.fair):
            assert not listed.numbers.missing
            assert not listed.numbers.doubled
        check_cache(self.fair)


class Storm(RuleBasedStateMachine):
    """Any order of scans, faults, restarts, jumps of the clock, backups and restores."""

    client = None

    def __init__(self):
        super().__init__()
        self.site = Site(self.client)
        self.kept = None

    @rule(phone=st.integers(0, 1), person=st.integers(0, 3))
    def scan(self, phone, person):
        self.site.scan(phone, person)

    @rule(mode=st.sampled_from(["ok", "ok", "lost", "cut"]))
    def weather(self, mode):
        self.site.network.mode = mode

    @rule(phone=st.integers(0, 1), batch=st.integers(1, 4))
    def sync(self, phone, batch):
        self.site.phones[phone].batch = batch
        self.site.phones[phone].sync()

    @rule(phone=st.integers(0, 1))
    def reboot(self, phone):
        """What is not in the log is gone: the phone believes nothing it has not written."""
        self.site.phones[phone].offset = None
        self.site.phones[phone].log = json_round_trip(self.site.phones[phone].log)

    @rule(phone=st.integers(0, 1), seconds=st.integers(-200, 200))
    def jump(self, phone, seconds):
        self.site.phones[phone].skew += timedelta(seconds=seconds)

    @rule()
    def backup(self):
        self.kept = self.site.backup()

    @precondition(lambda self: self.kept is not None)
    @rule(knowingly=st.booleans())
    def restore(self, knowingly):
        self.site.restore(self.kept, knowingly=knowingly)

    def teardown(self):
        self.site.heal()
        self.site.check()


def json_round_trip(log):
    """A log as it comes back from the disk."""
    for kept in log:
        kept.scan = json.loads(json.dumps(kept.scan))
    return log


def storms(number):
    return settings(
        max_examples=number,
        stateful_step_count=14,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def test_after_any_storm_nothing_is_lost(client, monkeypatch):
    monkeypatch.setattr(Storm, "client", client)
    run_state_machine_as_test(Storm, settings=storms(8))


@pytest.mark.slow
def test_after_any_storm_nothing_is_lost_at_length(client, monkeypatch):
    monkeypatch.setattr(Storm, "client", client)
    run_state_machine_as_test(Storm, settings=storms(300))


# -- restores -------------------------------------------------------------------------------------


def restored(client, *, knowingly, purges=False, scans=30):
    """A day whose server is restored to its noon; the phones send what they have."""
    site = Site(client, people=scans, purges=purges)
    for number in range(scans // 2):
        site.scan(number % 2, number)
    noon = site.backup()
    for number in range(scans // 2, scans):
        site.scan(number % 2, number)
    before = state_of(site.fair)
    site.restore(noon, knowingly=knowingly)
    site.heal()
    return site, before


@pytest.mark.parametrize("knowingly", [True, False])
def test_phones_fill_a_restored_server_again_whether_or_not_it_says_so(client, knowingly):
    """Without a new epoch they see it by their own highest number."""
    site, before = restored(client, knowingly=knowingly)
    site.check()
    assert state_of(site.fair) == before


@pytest.mark.parametrize("knowingly", [True, False])
def test_a_phone_that_purges_what_was_acknowledged_loses_it(client, knowingly):
    """The tooth."""
    site, _ = restored(client, knowingly=knowingly, purges=True)
    with pytest.raises(AssertionError, match="lost"):
        site.check()


# -- two servers ---------------------------------------------------------------------------------


def part(client, number, seed):
    """Two halls that cannot reach each other: two fairs stand for two servers of one.

    Each phone scans against its own; a fifth of the tickets is shown at both.
    """
    chaos = Random(seed)
    sites = [Site(client, phones=2, people=number, reentry=ReentryPolicy.ONCE) for _ in range(2)]
    at = utcnow() - timedelta(minutes=10)
    doubled = set(range(0, number, 5))
    for person in range(number):
        for side in (0, 1) if person in doubled else (person % 2,):
            with frozen(at + timedelta(seconds=person + side)):
                sites[side].scan(side, person)
    return sites, doubled, chaos


@pytest.mark.parametrize("number", [40, pytest.param(2_000, marks=pytest.mark.slow)])
def test_two_servers_that_are_joined_again_agree_and_find_every_ticket_shown_twice(client, number):
    sites, doubled, chaos = part(client, number, seed=7)
    logs = [sites[side].phones[side].log for side in (0, 1)]
    for _ in range(2):  # a second delivery changes nothing
        for site in sites:
            for side in chaos.sample((0, 1), 2):
                scans = [as_there(kept, sites[side], site, side) for kept in logs[side]]
                chaos.shuffle(scans)
                for start in range(0, len(scans), 100):
                    site.phones[side].api.send(*scans[start : start + 100])
        db.session.rollback()
        states = [
            state_of(site.fair, names=[person.id for person in site.people]) for site in sites
        ]
        assert states[0] == states[1]
        conflicts = {person for person, row in states[0][0].items() if row[4]}
        assert conflicts == doubled
    for site in sites:
        check_cache(site.fair)


def as_there(kept, home, site, side):
    """A scan as its phone would tell it to the other server, with the light it showed."""
    if site is home:
        return kept.scan | {"shown": kept.light}
    place = home.people.index(kept.person)
    last = kept.scan["id"][-12:]
    return kept.scan | {
        "id": kept.scan["id"][:-12] + f"{int(last, 16) ^ 1:012x}",
        "gate": site.phones[side].api.gate.id,
        "ticket": site.people[place].tickets[-1].hash.hex(),
        "shown": kept.light,
    }


# -- clocks --------------------------------------------------------------------------------------

WRONG = [timedelta(0), timedelta(minutes=-5), timedelta(minutes=5), timedelta(days=-1)]
WRONG += [timedelta(days=1)]


def a_day(client, skews, *, offline):
    """The same twelve scans by phones with wrong clocks; what they come to."""
    site = Site(client, people=6)
    start = utcnow()
    for phone, skew in zip(site.phones, skews, strict=True):
        phone.skew = skew
        phone.sync()
    site.network.mode = "lost" if offline else "ok"
    for number in range(12):
        with frozen(start + timedelta(seconds=number * 20)):
            site.scan(number % 2, number // 2)
    with frozen(start + timedelta(minutes=30)):
        site.heal()
    people, counts = state_of(site.fair, names=[person.id for person in site.people])
    return {person: row[0] - start for person, row in people.items()}, counts.attended


@pytest.mark.parametrize("offline", [False, True])
@pytest.mark.parametrize("skew", WRONG)
def test_wrong_clocks_change_neither_who_came_nor_when(client, skew, offline):
    right, attended_right = a_day(client, [timedelta(0)] * 2, offline=offline)
    wrong, attended_wrong = a_day(client, [skew, timedelta(0)], offline=offline)
    assert attended_wrong == attended_right == 6
    apart = max(abs(right[person] - wrong[person]) for person in right)
    assert apart < timedelta(seconds=5)


@pytest.mark.parametrize("skew", WRONG)
def test_a_phone_that_never_met_the_server_moves_times_but_nobody(client, skew):
    """Without an offset the raw clock is all there is; who was shown green is inside."""
    site = Site(client, people=4)
    site.network.mode = "lost"
    site.phones[0].skew = skew
    for person in range(4):
        site.scan(0, person)
        site.scan(1, person)
    site.heal()
    assert len(attended(site.fair)) == 4


@pytest.mark.parametrize("skew", WRONG)
def test_a_server_whose_clock_jumps_during_a_batch_loses_nobody(client, skew):
    site = Site(client, people=4)
    for person in range(4):
        with frozen(utcnow() + (skew if person % 2 else timedelta(0))):
            services.forget_devices()
            site.network.mode = "cut"
            site.scan(0, person)
    site.heal()
    assert len(attended(site.fair)) == 4


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Berlin", "2028-03-25T23:00:00+00:00"),  # before the night of 23 hours
        ("Europe/Berlin", "2028-10-28T22:00:00+00:00"),  # before the night of 25 hours
        ("Asia/Shanghai", "2028-02-28T16:00:00+00:00"),  # 29 February begins
        ("Asia/Shanghai", "2028-02-29T16:00:00+00:00"),  # and ends
    ],
)
def test_a_day_ends_at_midnight_where_the_fair_is(client, zone, midnight):
    night = datetime.fromisoformat(midnight)
    with frozen(night - timedelta(hours=2)):
        site = Site(client, people=1, time_zone=zone, reentry=ReentryPolicy.DAILY)
    lights = []
    for minutes in (-60, -1, 1, 60):
        with frozen(night + timedelta(minutes=minutes)):
            services.forget_devices()
            lights.append(site.scan(minutes > 0, 0).light)
    assert lights == ["admitted", "already_admitted"] * 2
    check_cache(site.fair)
