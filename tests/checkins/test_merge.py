"""Attendance is a function of the set of rows: whatever the order, doubling and batching."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.checkins import merge
from app.checkins.merge import derive
from app.checkins.states import Decision, Direction, Evidence, Verdict
from app.registrations.states import RegistrationStatus
from app.tours.states import FairStatus, ReentryPolicy

OPEN = datetime(2026, 3, 15, 1, tzinfo=UTC)
END = OPEN + timedelta(hours=3)
OLD, NEW = b"o" * 16, b"n" * 16
IN, OUT = Direction


@dataclass(frozen=True)
class Row:
    id: UUID
    ticket_hash: bytes = NEW
    scanned_at: datetime = OPEN
    direction: Direction = IN
    device_id: int | None = None
    actor_id: int | None = None
    gate_id: int | None = None
    fair_id: int = 1
    evidence: Evidence = Evidence.STAFF_SCAN
    answer: Verdict = Verdict.ADMITTED
    shown: Verdict | None = None
    decision: Decision | None = None
    voided_at: datetime | None = None


def fair(reentry=ReentryPolicy.REENTRY, **given):
    usual = {
        "id": 1,
        "status": FairStatus.PUBLISHED,
        "opens_doors_at": OPEN,
        "ends_at": END,
        "reentry": reentry,
        "time_zone": "Asia/Shanghai",
    }
    return SimpleNamespace(**usual | given)


def seat(status=RegistrationStatus.CONFIRMED, **given):
    return SimpleNamespace(**{"fair_id": 1, "status": status, "cancelled_at": None} | given)


def at(minutes=0, **more):
    return OPEN + timedelta(minutes=minutes, **more)


def row(number=1, minutes=0, **given):
    return Row(UUID(int=number), scanned_at=at(minutes), **given)


TICKETS = {NEW: None, OLD: at(60)}


def result(*rows, reentry=ReentryPolicy.REENTRY, tickets=TICKETS, of=None, **hall):
    return derive(rows, tickets, of or seat(), fair(reentry, **hall))


# -- what counts -----------------------------------------------------------------------


def test_nobody_scanned_is_nobody_there():
    assert result() is None


def test_the_first_scan_by_its_own_time_is_the_arrival():
    late, early = row(1, 30, gate_id=7), row(2, 10, gate_id=8)
    found = result(late, early)
    assert (found.first_at, found.first_gate_id, found.last_at) == (at(10), 8, at(30))


def test_equal_times_are_settled_by_device_then_id():
    found = result(
        row(2, device_id=9, gate_id=1),
        row(1, device_id=9, gate_id=2),
        row(3, device_id=8, gate_id=3),
    )
    assert found.first_gate_id == 3


def test_a_voided_scan_is_out():
    assert result(row(voided_at=at(1))) is None


@pytest.mark.parametrize(
    ("given", "of", "hall", "verdict"),
    [
        ({"ticket_hash": b"x" * 16}, {}, {}, Verdict.UNKNOWN),
        ({"ticket_hash": OLD, "scanned_at": at(60)}, {}, {}, Verdict.REVOKED),
        ({}, {"status": RegistrationStatus.CANCELLED}, {}, Verdict.REVOKED),
        ({}, {"status": RegistrationStatus.WAITLISTED}, {}, Verdict.WAITLISTED),
        ({"scanned_at": at(-1)}, {}, {}, Verdict.NOT_OPEN),
        ({}, {}, {"status": FairStatus.POSTPONED}, Verdict.NOT_OPEN),
        ({}, {}, {"status": FairStatus.CANCELLED}, Verdict.NOT_OPEN),
        ({"scanned_at": END}, {}, {}, Verdict.OVER),
        ({}, {"fair_id": 2}, {}, Verdict.WRONG_FAIR),
    ],
)
def test_a_scan_that_is_not_valid_counts_only_if_the_person_was_let_in(given, of, hall, verdict):
    usual, of = row(**{}), seat(**of)
    refused = replace(usual, **given)
    assert merge.classify(refused, TICKETS, of, fair(**hall)) is verdict
    assert result(refused, of=of, **hall) is None
    for let_in in (
        replace(refused, decision=Decision.LET_IN),
        replace(refused, shown=Verdict.ADMITTED),
    ):
        assert result(let_in, of=of, **hall).flags == (f"override_{verdict}",)


def test_a_ticket_is_good_until_the_moment_it_is_replaced():
    assert result(row(1, 59, ticket_hash=OLD)) is not None
    assert result(row(1, 60, ticket_hash=OLD)) is None


def test_a_cancellation_does_not_undo_an_earlier_visit():
    of = seat(RegistrationStatus.CANCELLED, cancelled_at=at(60))
    assert result(row(1, 59), of=of) is not None
    assert result(row(1, 61), of=of) is None


def test_the_answer_is_never_read_when_counting():
    assert result(row(answer=Verdict.UNKNOWN)) == result(row(answer=Verdict.NOT_OPEN))
    assert result(row(answer=Verdict.UNKNOWN)) is not None


@pytest.mark.parametrize("shown", [Verdict.CAPACITY, Verdict.WAITLISTED])
def test_somebody_sent_away_from_a_full_hall_was_not_inside(shown):
    assert result(row(shown=shown)) is None
    let_in = row(shown=shown, decision=Decision.LET_IN)
    assert result(let_in).flags == (f"override_{shown}",)


def test_somebody_turned_away_was_not_inside():
    assert result(row(decision=Decision.TURNED_AWAY)) is None
    assert result(row(shown=Verdict.ADMITTED, decision=Decision.TURNED_AWAY)) is None


def test_people_may_leave_after_the_end():
    found = result(row(1, 0), replace(row(2, direction=OUT), scanned_at=END + timedelta(minutes=5)))
    assert found.last_direction is OUT


def test_rows_of_another_hall_say_nothing_about_this_one():
    assert result(row(fair_id=2)) is None


def test_the_best_evidence_stands():
    found = result(row(1, 0, evidence=Evidence.MANUAL), row(2, 1, evidence=Evidence.POSTER))
    assert found.evidence is Evidence.POSTER


# -- duplicates ------------------------------------------------------------------------


def test_two_devices_that_both_showed_green_are_a_conflict():
    assert result(row(1, 0, device_id=1), row(2, 0, device_id=2)).duplicates == 1


def test_one_device_within_ten_seconds_is_no_conflict():
    first = row(1, 0, device_id=1)
    again = replace(first, id=UUID(int=2), scanned_at=at(seconds=10))
    later = replace(first, id=UUID(int=3), scanned_at=at(seconds=21))
    assert result(first, again).duplicates == 0
    assert result(first, again, later).duplicates == 1


def test_two_people_with_phones_of_their_own_are_two_hands():
    assert result(row(1, 0, actor_id=1), row(2, 0, actor_id=2)).duplicates == 1


def test_what_was_shown_goes_before_what_was_answered():
    blue = row(2, 5, device_id=2, shown=Verdict.ALREADY_ADMITTED)
    assert result(row(1, device_id=1), blue).duplicates == 0
    green = row(2, 5, device_id=2, answer=Verdict.ALREADY_ADMITTED, shown=Verdict.ADMITTED)
    assert result(row(1, device_id=1), green).duplicates == 1


def test_each_exit_begins_a_new_cycle():
    rows = row(1, 0), row(2, 10, direction=OUT, answer=Verdict.EXITED), row(3, 20)
    assert result(*rows).duplicates == 0
    assert result(*rows, reentry=ReentryPolicy.ONCE).duplicates == 1


def test_each_day_of_the_fairs_zone_is_a_cycle_of_its_own():
    # 15:30 UTC is 23:30 in Shanghai; an hour later it is tomorrow there.
    rows = (
        replace(row(1), scanned_at=datetime(2026, 3, 15, 15, 30, tzinfo=UTC)),
        replace(row(2), scanned_at=datetime(2026, 3, 15, 16, 30, tzinfo=UTC)),
    )
    hall = {"ends_at": END + timedelta(days=2)}
    assert result(*rows, reentry=ReentryPolicy.DAILY, **hall).duplicates == 0
    assert result(*rows, reentry=ReentryPolicy.ONCE, **hall).duplicates == 1


def test_free_entry_knows_no_duplicates():
    assert result(row(1, 0), row(2, 30), reentry=ReentryPolicy.FREE).duplicates == 0


# -- the laws --------------------------------------------------------------------------

moments = st.integers(-20, 200).map(at)
rows_st = st.lists(
    st.builds(
        Row,
        id=st.integers(1, 12).map(lambda n: UUID(int=n)),
        ticket_hash=st.sampled_from([OLD, NEW, b"x" * 16]),
        scanned_at=moments,
        direction=st.sampled_from(Direction),
        device_id=st.sampled_from([None, 1, 2]),
        actor_id=st.sampled_from([None, 1]),
        gate_id=st.sampled_from([1, 2]),
        fair_id=st.sampled_from([1, 1, 1, 2]),
        evidence=st.sampled_from(Evidence),
        answer=st.sampled_from([Verdict.ADMITTED, Verdict.ALREADY_ADMITTED, Verdict.EXITED]),
        shown=st.sampled_from([None, None, Verdict.ADMITTED, Verdict.CAPACITY]),
        decision=st.sampled_from([None, None, *Decision]),
        voided_at=st.sampled_from([None, None, at(5)]),
    ),
    max_size=12,
    unique_by=lambda made: made.id,
)
policies = st.sampled_from(ReentryPolicy)
chance = st.randoms(use_true_random=False)


class Store:
    """What the database does: a union of rows by id; the state is derived from all of them."""

    def __init__(self, policy):
        self.policy, self.rows = policy, {}

    def take(self, batch):
        for one in batch:
            self.rows.setdefault(one.id, one)

    def state(self):
        return derive(self.rows.values(), TICKETS, seat(), fair(self.policy))


class FirstArrivedWins(Store):
    """The tempting wrong one: what arrives first is the arrival, the rest is refused."""

    def __init__(self, policy):
        super().__init__(policy)
        self.arrival = None

    def take(self, batch):
        for one in batch:
            good = derive([one], TICKETS, seat(), fair(self.policy))
            self.arrival = self.arrival or good

    def state(self):
        return self.arrival


def follow_the_laws(store, rows, policy, rng):
    """Deliver the rows once in order, and once shuffled, doubled and in pieces."""
    straight, messy = store(policy), store(policy)
    straight.take(rows)
    pile = [*rows, *rng.choices(rows, k=len(rows))] if rows else []
    rng.shuffle(pile)
    while pile:
        size = rng.randint(1, 4)
        messy.take(pile[:size])
        pile = pile[size:]
    assert straight.state() == messy.state()


@settings(max_examples=400, deadline=None)
@given(rows_st, policies, chance)
def test_order_doubling_and_batches_do_not_matter(rows, policy, rng):
    follow_the_laws(Store, rows, policy, rng)


@settings(max_examples=200, deadline=None)
@given(rows_st, policies, chance)
def test_a_list_with_repeats_is_a_set(rows, policy, rng):
    pile = [*rows, *rows]
    rng.shuffle(pile)
    assert derive(pile, TICKETS, seat(), fair(policy)) == derive(
        rows, TICKETS, seat(), fair(policy)
    )


@settings(max_examples=200, deadline=None)
@given(rows_st, policies, st.integers(-90, 90))
def test_clocks_never_change_who_attended_while_doors_are_open(rows, policy, minutes):
    hall = {"opens_doors_at": at(-9999), "ends_at": at(9999)}
    tickets = {NEW: None, OLD: None}
    moved = [replace(one, scanned_at=one.scanned_at + timedelta(minutes=minutes)) for one in rows]
    before = derive(rows, tickets, seat(), fair(policy, **hall))
    after = derive(moved, tickets, seat(), fair(policy, **hall))
    assert (before is None) == (after is None)


def test_the_laws_catch_first_arrived_wins():
    @settings(
        max_examples=400,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows_st, policies, chance)
    def broken(rows, policy, rng):
        follow_the_laws(FirstArrivedWins, rows, policy, rng)

    with pytest.raises(AssertionError):
        broken()
