from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.permissions import Scope
from app.core import clock
from app.core.errors import StaleVersion
from app.places.states import EducationLevel
from app.reports.models import ExternalFigure
from app.reports.queries import (
    annual_report,
    fairs_of,
    join_totals,
    last_known_day,
    list_held,
    period_figures,
    report_years,
)
from app.reports.services import (
    TotalDetails,
    TotalRefused,
    change_total,
    enter_total,
    remove_total,
    restore_total,
    seed_reference_years,
    set_targets,
)
from app.reports.states import Measure
from app.tours.states import FairStatus
from tests.factories import (
    make_delegation,
    make_fair,
    make_participation,
    make_position,
    make_staff,
    make_student,
    make_tour,
)
from tests.reports.world import attend, intend, register
from tests.statements import count_statements

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def total(value, first_on, last_on, delegation=None, **given):
    return ExternalFigure(
        measure=Measure.FAIRS,
        first_on=first_on,
        last_on=last_on,
        value=value,
        delegation_id=delegation,
        **given,
    )


def enter(value, first_on, last_on, measure=Measure.FAIRS, **given):
    return enter_total(TotalDetails(measure, first_on, last_on, value, "x", **given), by=None)


def make_past_fair(day, **given):
    start = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    return make_fair(
        **{
            "starts_at": start,
            "ends_at": start + timedelta(hours=3),
            "doors_at": None,
            "status": FairStatus.CLOSED,
        }
        | given
    )


# ---------------------------------------------------------------------------- the rule


def test_a_total_counts_where_all_its_days_lie_inside():
    inside, across = total(5, *YEAR), total(7, date(2025, 12, 1), date(2026, 1, 31))
    found = join_totals([inside, across], *YEAR)
    assert (found.value, found.beyond) == (5, (across,))
    assert not found.is_complete


def test_a_year_contains_its_months():
    months = [total(3, date(2025, m, 1), date(2025, m, 28)) for m in (1, 2, 3)]
    year = total(100, *YEAR)
    assert join_totals([*months, year], *YEAR).value == 100
    assert len(join_totals([*months, year], *YEAR).contained) == 3
    assert join_totals([*months, year], date(2025, 1, 1), date(2025, 3, 31)).value == 9


def test_the_bureaus_total_contains_those_of_its_delegations():
    delegations = [total(30, *YEAR, delegation=n) for n in (1, 2)]
    assert join_totals(delegations, *YEAR).value == 60
    assert join_totals([*delegations, total(100, *YEAR)], *YEAR).value == 100


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 20), st.sampled_from([None, 1, 2])),
        max_size=12,
    )
)
def test_no_day_of_one_scope_is_ever_counted_twice(spans):
    start = date(2025, 1, 1)
    rows = [
        total(1, start + timedelta(days=a), start + timedelta(days=a + length), delegation=who)
        for a, length, who in spans
    ]
    for n, row in enumerate(rows):
        row.id = n
    found = join_totals(rows, start, date(2025, 3, 31))
    assert len(found.counted) + len(found.contained) + len(found.beyond) == len(rows)
    taken = set()
    for row in found.counted:
        for n in range((row.last_on - row.first_on).days + 1):
            day = row.first_on + timedelta(days=n)
            scopes = [row.delegation_id] if row.delegation_id else [None, 1, 2]
            for scope in scopes:
                assert (day, scope) not in taken
                taken.add((day, scope))


# ---------------------------------------------------------------------------- periods


def test_a_fair_belongs_to_the_day_it_begins_on_where_it_is_held():
    new_year = make_past_fair(
        date(2025, 6, 1), starts_at=datetime(2024, 12, 31, 16, 30, tzinfo=UTC)
    )
    elsewhere = make_past_fair(
        date(2025, 6, 1),
        starts_at=datetime(2024, 12, 31, 16, 30, tzinfo=UTC),
        time_zone="Europe/London",
    )
    assert list_held(*YEAR) == [new_year]
    assert list_held(date(2024, 12, 31), date(2024, 12, 31)) == [elsewhere]


def test_only_fairs_that_were_held_count():
    held = make_past_fair(date(2025, 6, 1), status=FairStatus.PUBLISHED)
    for status in (FairStatus.DRAFT, FairStatus.POSTPONED, FairStatus.CANCELLED):
        make_past_fair(date(2025, 6, 1), status=status)
    make_past_fair(clock.today() + timedelta(days=3), status=FairStatus.PUBLISHED)
    assert list_held(date(2025, 1, 1), date(9999, 12, 31)) == [held]


def test_entered_totals_join_what_was_counted():
    make_past_fair(date(2025, 6, 1))
    enter(10, date(2025, 1, 1), date(2025, 3, 31))
    enter(4_000, *YEAR, measure=Measure.ATTENDED)
    enter(99, date(2024, 12, 1), date(2025, 1, 31))
    figures = period_figures(*YEAR)
    assert figures.counts["fairs"] == 11
    assert figures.counted["fairs"] == 1
    assert figures.counts["attended"] == 4_000
    assert figures.values["intent_rate"] is None


def test_a_tour_has_no_entered_totals():
    tour = make_tour()
    make_past_fair(date(2025, 6, 1), tour=tour)
    enter(10, *YEAR)
    assert period_figures(*YEAR, tour=tour).counts["fairs"] == 1


def test_a_delegation_has_its_own_entered_totals_alone():
    mine, theirs = make_delegation(), make_delegation()
    enter(10, *YEAR, delegation=mine)
    enter(20, *YEAR, delegation=theirs)
    enter(500, *YEAR, measure=Measure.ATTENDED, delegation=mine)
    scope = Scope(delegations=frozenset({mine.id}))
    counts = period_figures(*YEAR, scope=scope).counts
    assert (counts["fairs"], counts["attended"], counts["registered"]) == (10, 500, None)
    assert period_figures(*YEAR, delegation=theirs).counts["fairs"] == 20
    assert period_figures(*YEAR, delegation=theirs, scope=scope).counts["fairs"] == 0
    assert period_figures(*YEAR).counts["fairs"] == 30


def test_the_right_to_one_fair_shows_that_fair_and_no_totals():
    mine = make_past_fair(date(2025, 6, 1))
    make_past_fair(date(2025, 6, 2))
    enter(10, *YEAR)
    report = annual_report(2025, scope=Scope(fairs=frozenset({mine.id})))
    assert report.line(Measure.FAIRS).value == 1


# ---------------------------------------------------------------------------- the yearly report


def test_the_reference_years_give_the_published_figures():
    seed_reference_years()
    seed_reference_years()
    report = annual_report(2022, date(2022, 10, 15))
    shown = [(line.value, line.last_year, line.ratio) for line in report.headlines]
    assert shown == [(651, 446, 146), (818_000, 496_000, 165), (80_000, 67_000, 119)]
    assert [(t.measure, t.value, t.target, str(t.completion)) for t in report.targets] == [
        (Measure.DOCTORAL, 484, 300, "161.33"),
        (Measure.MASTERS, 3305, 3000, "110.17"),
    ]
    assert all(line.last_year_entered.is_reconstructed for line in report.headlines)
    assert not any(line.entered.is_reconstructed for line in report.headlines)


def test_a_whole_last_year_is_no_base_for_its_first_months():
    seed_reference_years()
    report = annual_report(2022, date(2022, 10, 15))
    assert all(line.change is None for line in report.headlines)
    whole = annual_report(2022, date(2022, 12, 31))
    assert str(whole.line(Measure.FAIRS).change) == "46.0"


def test_a_report_before_a_totals_last_day_leaves_it_out_and_says_so():
    seed_reference_years()
    report = annual_report(2022, date(2022, 9, 30))
    assert report.line(Measure.FAIRS).value is None
    assert len(report.left_out) == 5


def test_what_nobody_counted_or_entered_is_unknown_and_not_nought():
    seed_reference_years()
    report = annual_report(2022)
    assert report.line(Measure.ATTENDED).value is None
    assert report.line(Measure.DOCTORAL).last_year is None
    assert annual_report(2019).line(Measure.FAIRS).value == 0


def test_a_past_year_opens_on_the_last_day_something_is_known_of():
    seed_reference_years()
    assert last_known_day(2022) == date(2022, 10, 15)
    assert last_known_day(2021) == date(2021, 12, 31)
    assert last_known_day(2019) == date(2019, 12, 31)
    make_past_fair(date(2022, 11, 20))
    assert last_known_day(2022) == date(2022, 11, 20)
    assert {2021, 2022, clock.today().year} <= set(report_years())


def test_the_present_year_opens_on_today():
    with clock.frozen(datetime(2026, 3, 15, 2, tzinfo=UTC)):
        assert annual_report(2026).as_of == date(2026, 3, 15)
        assert annual_report(2026, date(2030, 1, 1)).as_of == date(2026, 12, 31)


def test_year_on_year_compares_the_same_days():
    make_past_fair(date(2025, 3, 1))
    make_past_fair(date(2025, 11, 1))
    for day in (1, 2, 3):
        make_past_fair(date(2026, 3, day))
    report = annual_report(2026, date(2026, 3, 31))
    line = report.line(Measure.FAIRS)
    assert (line.value, line.last_year, line.same_days) == (3, 2, 1)
    assert (line.ratio, str(line.change)) == (150, "200.0")


def test_months_levels_delegations_and_tours():
    tour, yueqing = make_tour(), make_delegation()
    march = make_past_fair(date(2026, 3, 1), tour=tour)
    make_past_fair(date(2026, 2, 1))
    here = make_participation(fair=march, delegation_id=yueqing.id, positions=[make_position()])
    wang = make_student(level=EducationLevel.DOCTORAL)
    attend(register(march, wang))
    intend(here, wang)
    enter(5, date(2026, 1, 1), date(2026, 1, 31))
    enter(7, date(2026, 2, 1), date(2026, 3, 31))
    enter(3, date(2026, 1, 1), date(2026, 3, 31), Measure.INTENTS)
    report = annual_report(2026, date(2026, 3, 31))
    assert report.months.now == [5, 1, 1, *[None] * 9]
    assert report.months.now_without == 7
    levels = {row.level: (row.people, str(row.share)) for row in report.levels}
    assert levels[EducationLevel.DOCTORAL] == (1, "25.0")
    assert levels[None] == (3, "75.0")
    assert [(g.row, g.counts["intents"], g.counts["fairs"]) for g in report.delegations] == [
        (yueqing, 1, 1)
    ]
    assert [(g.row, g.counts["fairs"]) for g in report.tours] == [(tour, 1), (None, 1)]
    assert report.tours[0].counts["attended"] == 1
    counts = dict(fairs_of(report.this))[march]
    assert (counts["employers"], counts["attended"], counts["positions"]) == (1, 1, 1)


def test_the_report_costs_the_same_with_many_fairs():
    def fill(year, number):
        for n in range(number):
            fair = make_past_fair(date(year, 1 + n % 12, 3), tour=make_tour())
            here = make_participation(fair=fair, delegation_id=make_delegation().id)
            intend(here, make_student())

    fill(2024, 2)
    fill(2026, 20)
    seen = []
    for year in (2024, 2026):
        with count_statements() as statements:
            report = annual_report(year, date(year, 12, 31))
            fairs_of(report.this)
        seen.append(len(statements))
    assert seen[0] == seen[1]


# ---------------------------------------------------------------------------- targets and totals


def test_targets_are_set_changed_and_taken_away():
    boss = make_staff()
    set_targets(2026, {Measure.DOCTORAL: 300, Measure.MASTERS: 3000}, by=boss)
    set_targets(2026, {Measure.DOCTORAL: None, Measure.MASTERS: 4000}, by=boss)
    report = annual_report(2026)
    assert [(t.measure, t.target) for t in report.targets] == [(Measure.MASTERS, 4000)]


def test_a_target_somebody_else_changed_is_not_overwritten_unseen():
    boss = make_staff()
    set_targets(2026, {Measure.DOCTORAL: 300}, by=boss)
    with pytest.raises(StaleVersion) as refusal:
        set_targets(2026, {Measure.DOCTORAL: 500}, seen={Measure.DOCTORAL: 200}, by=boss)
    assert refusal.value.changes[0][1:] == (300, 500)


def test_a_removed_total_counts_for_nothing_until_it_is_brought_back():
    boss, row = make_staff(), enter(10, *YEAR)
    remove_total(row, by=boss)
    assert period_figures(*YEAR).counts["fairs"] == 0
    restore_total(row, by=boss)
    assert period_figures(*YEAR).counts["fairs"] == 10


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_on": date(2024, 1, 1)}, "last_on"),
        ({"value": -1}, "value"),
        ({"value": 10**10}, "value"),
        ({"source": "  "}, "source"),
    ],
)
def test_a_total_that_cannot_be_is_refused(changed, field):
    usual = {"measure": Measure.FAIRS, "value": 3, "source": "x"}
    usual |= {"first_on": YEAR[0], "last_on": YEAR[1]}
    with pytest.raises(TotalRefused) as refusal:
        enter_total(TotalDetails(**usual | changed), by=None)
    assert refusal.value.field == field


def test_two_editors_of_one_total_do_not_overwrite_each_other():
    boss, row = make_staff(), enter(10, *YEAR)
    seen = row.version
    change_total(row, TotalDetails(Measure.FAIRS, *YEAR, 11, "x"), version=seen, by=boss)
    with pytest.raises(StaleVersion) as refusal:
        change_total(row, TotalDetails(Measure.FAIRS, *YEAR, 12, "x"), version=seen, by=boss)
    assert refusal.value.changes == [("Total", 11, 12)]
