"""Placing everybody in one go: the rules by themselves, on plain values."""

from random import Random

import pytest

from app.participations.placement import APART, Aim, Because, Guest, Hall, Stand, place

# ------------------------------------------------------------------ the rules by themselves


def row_of(zone, count, row=0, first=1, **given):
    """Booths side by side; ``given`` holds sets of numbers for power, large, corner."""
    flags = {f"has_{key}" if key == "power" else f"is_{key}": set(v) for key, v in given.items()}
    return [
        Stand(
            id=row * 1000 + first + n,
            hall="",
            row=row,
            column=first + n,
            code=f"{zone}{n + 1:02d}",
            zone=zone,
            **{name: n + 1 in numbers for name, numbers in flags.items()},
        )
        for n in range(count)
    ]


def guests(count, **given):
    return [Guest(id=n + 1, name=f"G{n + 1}", seniority=(n,), **given) for n in range(count)]


def codes(choices):
    return {choice.guest.id: choice.stand.code if choice.stand else None for choice in choices}


def said(choices, guest_id):
    found = next(choice for choice in choices if choice.guest.id == guest_id)
    return [reason.because for reason in found.reasons]


def test_a_zone_meant_for_a_delegation_takes_it_and_says_so():
    hall = Hall([*row_of("A", 3), *row_of("B", 3, row=2)], {"A": Aim(), "B": Aim(delegation_id=7)})
    choices = place(hall, [Guest(1, "own", delegation_id=7), Guest(2, "other", delegation_id=8)])
    assert codes(choices) == {1: "B01", 2: "A01"}
    assert said(choices, 1) == [Because.FOR_DELEGATION]
    assert said(choices, 2) == [Because.FOR_ANYBODY]


def test_a_zone_meant_for_an_industry_comes_after_the_delegations():
    hall = Hall(
        [*row_of("A", 1), *row_of("B", 3, row=2)],
        {"A": Aim(delegation_id=7), "B": Aim(industry="electrical")},
    )
    both = [Guest(n, f"G{n}", (n,), delegation_id=7, industry="electrical") for n in range(1, 3)]
    choices = place(hall, both)
    assert codes(choices) == {1: "A01", 2: "B01"}
    assert said(choices, 2)[0] is Because.FOR_INDUSTRY


def test_power_goes_to_whoever_needs_it_whoever_came_first():
    hall = Hall(row_of("A", 4, power=[2]))
    late = Guest(9, "late", (9,), needs_power=True)
    choices = place(hall, [*guests(3), late])
    assert codes(choices)[9] == "A02"
    assert Because.POWER in said(choices, 9)
    assert None not in codes(choices).values()


def test_needs_are_met_as_often_as_the_hall_allows():
    """Three kinds of need compete for one booth that has both: none is wasted."""
    hall = Hall(row_of("A", 4, power=[1, 2], large=[2, 3]))
    wanting = [
        Guest(1, "plain"),
        Guest(2, "power", needs_power=True),
        Guest(3, "large", needs_large=True),
        Guest(4, "both", needs_power=True, needs_large=True),
    ]
    assert codes(place(hall, wanting)) == {1: "A04", 2: "A01", 3: "A03", 4: "A02"}


def test_who_cannot_be_placed_is_told_what_is_missing():
    hall = Hall(row_of("A", 2))
    wanting = [
        Guest(1, "plain", (0,)),
        Guest(2, "power", (1,), needs_power=True),
        Guest(3, "large", (2,), needs_large=True),
        Guest(4, "both", (3,), needs_power=True, needs_large=True),
    ]
    choices = place(hall, wanting)
    assert codes(choices) == {1: "A01", 2: None, 3: None, 4: None}
    assert [said(choices, n) for n in (2, 3, 4)] == [
        [Because.NO_POWER],
        [Because.NO_LARGE],
        [Because.NO_MATCH],
    ]
    assert said(place(Hall([]), guests(1)), 1) == [Because.NO_BOOTH]


def test_corners_go_to_those_that_hire_most():
    hall = Hall(row_of("A", 6, corner=[1, 6]))
    some = [Guest(n, f"G{n}", (n,), openings=5 * n) for n in range(1, 7)]
    choices = place(hall, some)
    at = codes(choices)
    assert {at[6], at[5]} == {"A01", "A06"}
    assert Because.CORNER in said(choices, 6)
    assert Because.CORNER not in said(choices, 1)


def test_small_employers_get_no_corner_for_being_the_least_small():
    choices = place(Hall(row_of("A", 3, corner=[3])), guests(2, openings=3))
    assert codes(choices) == {1: "A01", 2: "A02"}


def test_those_of_one_delegation_stand_together_where_no_zone_is_theirs():
    hall = Hall([*row_of("A", 4), *row_of("B", 4, row=2)])
    mixed = [
        Guest(n, f"G{n}", (n,), delegation_id=1 + n % 2) for n in range(8)
    ]  # they come in turns
    choices = place(hall, mixed)
    zones = {choice.guest.delegation_id: set() for choice in choices}
    for choice in choices:
        zones[choice.guest.delegation_id].add(choice.stand.zone)
    assert sorted(map(len, zones.values())) == [1, 1]
    assert Because.TOGETHER in said(choices, 1)


def test_a_full_zone_sends_its_last_elsewhere_and_says_so():
    hall = Hall([*row_of("A", 1), *row_of("B", 2, row=2)], {"A": Aim(delegation_id=7), "B": Aim()})
    choices = place(hall, guests(2, delegation_id=7))
    assert codes(choices) == {1: "A01", 2: "B01"}
    assert said(choices, 2)[0] is Because.OWN_FULL


def test_rivals_stand_apart_even_if_their_zone_is_one():
    hall = Hall(row_of("A", 12), rivals={frozenset((1, 2))})
    choices = place(hall, guests(12))
    stands = {choice.guest.id: choice.stand for choice in choices}
    assert stands[1].distance(stands[2]) >= APART
    assert Because.RIVAL_APART in said(choices, 1)
    assert len(set(codes(choices).values())) == 12


def test_a_rival_that_is_there_already_is_kept_at_a_distance():
    there = row_of("A", 12)
    old = Guest(99, "old")
    hall = Hall(there[1:], staying={old: there[0]}, rivals={frozenset((1, 99))})
    choices = place(hall, guests(3))
    assert next(c for c in choices if c.guest.id == 1).stand.distance(there[0]) >= APART


def test_rivals_in_too_small_a_hall_stand_as_far_as_they_can_and_it_is_said():
    hall = Hall(row_of("A", 3), rivals={frozenset((1, 2))})
    choices = place(hall, guests(2))
    stands = {choice.guest.id: choice.stand for choice in choices}
    assert stands[1].distance(stands[2]) == 2
    assert Because.RIVAL_NEAR in said(choices, 1)


def test_spare_booths_stay_free_and_the_last_to_come_wait():
    choices = place(Hall(row_of("A", 5), spare=2), guests(4))
    assert [code is None for code in codes(choices).values()] == [False, False, False, True]
    assert said(choices, 4) == [Because.KEPT_SPARE]


def random_hall(seed):
    chance = Random(seed)
    stands = [
        Stand(
            id=n + 1,
            hall=str(n // 150),
            row=n // 20 % 8,
            column=n % 20,
            code=f"{'ABCDEFGH'[n // 40 % 8]}{n:03d}",
            zone="ABCDEFGH"[n // 40 % 8],
            has_power=chance.random() < 0.3,
            is_large=chance.random() < 0.1,
            is_corner=n % 10 in (0, 9),
        )
        for n in range(300)
    ]
    wanting = [
        Guest(
            id=n + 1,
            name=f"G{n}",
            seniority=(chance.randint(0, 1), n),
            delegation_id=chance.choice([None, *range(1, 9)]),
            industry=chance.choice([None, "electrical", "apparel"]),
            openings=chance.randint(0, 80),
            needs_power=chance.random() < 0.2,
            needs_large=chance.random() < 0.07,
        )
        for n in range(chance.randint(200, 320))
    ]
    aims = {
        zone: Aim(delegation_id=chance.choice([None, None, *range(1, 9)])) for zone in "ABCDEFGH"
    }
    aims["H"] = Aim(industry="electrical")
    rivals = {frozenset(chance.sample(range(1, 200), 2)) for _ in range(10)}
    return stands, wanting, aims, rivals, chance.randint(0, 12)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_hall_what_must_hold_holds(seed):
    stands, wanting, aims, rivals, spare = random_hall(seed)
    choices = place(Hall(stands, aims, rivals=rivals, spare=spare), wanting)
    given = [choice.stand for choice in choices if choice.stand]
    assert len({stand.id for stand in given}) == len(given) <= len(stands) - spare
    assert all(choice.guest.can_use(choice.stand) for choice in choices if choice.stand)
    assert all(choice.reasons for choice in choices)
    free = [stand for stand in stands if stand not in given]
    if len(free) > spare:
        assert not [
            choice
            for choice in choices
            if choice.stand is None and any(choice.guest.can_use(one) for one in free)
        ]
    shuffled = Random(seed)
    again = Hall(shuffled.sample(stands, len(stands)), aims, rivals=rivals, spare=spare)
    assert place(again, shuffled.sample(wanting, len(wanting))) == choices
