from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports import measures
from app.reports.states import Measure

COUNTS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("done", "target", "percent"),
    [(484, 300, "161.33"), (3305, 3000, "110.17"), (114_400, 120_000, "95.33"), (0, 300, "0.00")],
)
def test_completion_has_two_decimals_half_up(done, target, percent):
    assert str(measures.completion(done, target)) == percent


def test_completion_rounds_halves_up_and_not_to_even():
    assert str(measures.completion(20_001, 400_000_00)) == "0.05"
    assert str(measures.completion(1, 16)) == "6.25"
    assert str(measures.completion(1, 800)) == "0.13"
    assert str(measures.completion(3, 800)) == "0.38"


@pytest.mark.parametrize(
    ("so_far", "last_year", "percent"),
    [(651, 446, 146), (818_000, 496_000, 165), (80_000, 67_000, 119), (1, 200, 1)],
)
def test_the_ratio_to_last_year_is_in_whole_per_cent(so_far, last_year, percent):
    assert measures.ratio_to_last_year(so_far, last_year) == percent


def test_year_on_year_is_a_change_and_not_a_ratio():
    assert str(measures.year_on_year(651, 349)) == "86.5"
    assert str(measures.year_on_year(97, 100)) == "-3.0"
    assert str(measures.year_on_year(0, 100)) == "-100.0"


@pytest.mark.parametrize("base", [None, 0])
def test_a_missing_or_zero_base_gives_no_figure(base):
    assert measures.year_on_year(651, base) is None
    assert measures.ratio_to_last_year(651, base) is None
    assert measures.completion(484, base) is None
    assert measures.supply_demand(100, base) is None
    assert measures.attendance_rate(3, base) is None
    assert measures.intent_rate(3, base) is None


def test_a_missing_value_gives_no_figure():
    assert measures.year_on_year(None, 100) is None
    assert measures.completion(None, 300) is None


def test_rates():
    assert str(measures.supply_demand(1486, 1862)) == "0.80"
    assert str(measures.attendance_rate(1604, 1999)) == "80.2"
    assert str(measures.intent_rate(231, 1862)) == "12.4"


def test_shares_of_the_mock_up():
    assert [str(s) for s in measures.shares([1_240, 12_860, 47_300, 18_600])] == [
        "1.6",
        "16.1",
        "59.1",
        "23.2",
    ]


def test_three_equal_parts_together_are_a_hundred():
    assert [str(s) for s in measures.shares([1, 1, 1])] == ["33.4", "33.3", "33.3"]


def test_nothing_counted_has_no_shares():
    assert measures.shares([0, 0]) == [Decimal("0.0"), Decimal("0.0")]
    assert measures.shares([]) == []


@given(COUNTS.filter(any))
def test_shares_are_exactly_a_hundred_together_and_never_off_by_a_tenth(counts):
    found = measures.shares(counts)
    assert sum(found) == Decimal("100.0")
    whole = sum(counts)
    for count, share in zip(counts, found, strict=True):
        assert abs(share - Decimal(count) * 100 / whole) < Decimal("0.1")
        assert count or not share


@given(COUNTS, st.data())
def test_a_larger_count_never_has_a_smaller_share(counts, data):
    found = measures.shares(counts)
    one, other = (data.draw(st.integers(0, len(counts) - 1)) for _ in range(2))
    if counts[one] > counts[other]:
        assert found[one] >= found[other]


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        measures.shares([3, -1])


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, "<5"), (4, "<5"), (5, 5), (152, 152)])
def test_public_cells_below_five_are_hidden(count, shown):
    assert measures.suppressed(count) == shown


def test_every_measure_of_targets_and_totals_has_a_definition():
    for measure in Measure:
        figure = measures.FIGURES[measure.value]
        assert figure.name == measure.label
        assert figure.definition.endswith(".")


def test_rates_follow_from_the_counts():
    known = measures.with_rates(
        {"attended": 200, "openings": 300, "intents": 20, "registered_before": None}
    )
    assert known["supply_demand"] == Decimal("1.50")
    assert known["intent_rate"] == Decimal("10.0")
    assert known["attendance_rate"] is None
