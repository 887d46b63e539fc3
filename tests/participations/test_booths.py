"""Laying out halls and placing employers."""

import pytest

from app.accounts.permissions import Scope
from app.core.errors import Conflict, DomainError
from app.participations.queries import find_last_move, list_booths, list_coming, plan_of
from app.participations.services import (
    Grid,
    assign_booth,
    make_grid,
    mark_square,
    place_employers,
    unassign_booth,
    undo_last_move,
    withdraw,
)
from app.participations.states import BoothKind
from tests.factories import (
    make_coming_fair,
    make_employer,
    make_participation,
    make_staff,
)

MOCKUP = Grid(rows=8, columns=12, pattern="A01", zone_columns=4, zone_rows=4, aisle_rows=2)


@pytest.fixture
def planner():
    return make_staff()


@pytest.fixture
def fair(planner):
    fair = make_coming_fair()
    make_grid(fair, MOCKUP, by=planner)
    return fair


def booth(fair, code):
    return next(one for one in list_booths(fair) if one.code == code)


def test_one_form_makes_six_zones_of_sixteen_booths(fair):
    view = plan_of(fair)
    assert [zone.key for zone in view.zones] == list("ABCDEF")
    assert len(view.booths) == 96
    assert {view.find("A01").state, view.find("F16").state} == {"free"}
    assert view.find("A05").y > view.find("A04").y
    assert view.find("B01").x > view.find("A04").x + view.find("A04").w
    assert len({(one.x, one.y) for one in view.booths}) == 96


@pytest.mark.parametrize(
    ("pattern", "first", "last"),
    [
        ("A01", "A01", "A12"),
        ("A-1", "A-1", "A-12"),
        ("001", "001", "012"),
        ("{row}{nn}", "A01", "C04"),
        ("T{nnn}", "T001", "T012"),
    ],
)
def test_a_pattern_says_what_booths_are_called(planner, pattern, first, last):
    fair = make_coming_fair()
    assert make_grid(fair, Grid(rows=3, columns=4, pattern=pattern), by=planner) == 12
    codes = [one.code for one in list_booths(fair) if one.code]
    assert (codes[0], codes[-1]) == (first, last)


@pytest.mark.parametrize("pattern", ["", "A", "{row}", "{n}{", "{zone", "A01B", "{code}{nn}"])
def test_a_pattern_nobody_can_read_is_refused(planner, pattern):
    with pytest.raises(DomainError) as refused:
        make_grid(make_coming_fair(), Grid(pattern=pattern), by=planner)
    assert refused.value.field == "pattern"


def test_a_second_hall_goes_on_with_the_next_letter(fair, planner):
    make_grid(fair, Grid(hall="2", rows=2, columns=2), by=planner)
    codes = [one.code for one in list_booths(fair) if one.hall == "2" and one.code]
    assert codes == ["G01", "G02", "G03", "G04"]
    assert [hall.name for hall in plan_of(fair).halls] == ["", "2"]


def test_a_hall_with_employers_is_not_laid_out_anew(fair, planner):
    assign_booth(make_participation(fair=fair), booth(fair, "A01"), by=planner)
    with pytest.raises(Conflict):
        make_grid(fair, MOCKUP, by=planner)
    assert len(plan_of(fair).booths) == 96


def test_a_booth_is_given_moved_and_taken_away(fair, planner):
    participation = make_participation(fair=fair)
    assign_booth(participation, booth(fair, "B03"), by=planner)
    assert list_coming(fair)[0].booth.code == "B03"
    assign_booth(participation, booth(fair, "B04"), by=planner)
    assert plan_of(fair).find("B03").state == "free"
    assert plan_of(fair).find("B04").employer == participation.employer.display_name
    unassign_booth(participation, by=planner)
    assert participation.booth is None


def test_a_booth_that_is_taken_says_by_whom(fair, planner):
    first = make_participation(fair=fair, employer=make_employer(short_name="心屿数科"))
    assign_booth(first, booth(fair, "E02"), by=planner)
    with pytest.raises(Conflict) as refused:
        assign_booth(make_participation(fair=fair), booth(fair, "E02"), by=planner)
    assert refused.value.params == {"booth": "E02", "employer": "心屿数科"}


def test_the_last_assignment_is_undone(fair, planner):
    participation = make_participation(fair=fair)
    assign_booth(participation, booth(fair, "A01"), by=planner)
    assign_booth(participation, booth(fair, "A02"), by=planner)
    undo_last_move(fair, by=planner)
    assert participation.booth.code == "A01"
    undo_last_move(fair, by=planner)
    assert participation.booth is None
    with pytest.raises(Conflict):
        undo_last_move(fair, by=planner)


def test_an_older_toast_does_not_undo_a_newer_assignment(fair, planner):
    old = assign_booth(make_participation(fair=fair), booth(fair, "A01"), by=planner)
    newer = make_participation(fair=fair)
    assign_booth(newer, booth(fair, "A02"), by=planner)
    with pytest.raises(Conflict):
        undo_last_move(fair, by=planner, batch=old.batch)
    assert newer.booth.code == "A02"


def test_the_rest_is_assigned_and_undone_as_one(fair, planner):
    everybody = [make_participation(fair=fair) for _ in range(5)]
    everybody[0].needs_power = True
    mark_square(fair, booth(fair, "D07").id, has_power=True, by=planner)
    done = place_employers(fair, Scope(bureau=True), by=planner)
    assert (done.moved, done.left) == (5, 0)
    assert everybody[0].booth.code == "D07"
    assert find_last_move(fair).batch == done.batch
    undo_last_move(fair, by=planner, batch=done.batch)
    assert not any(one.booth for one in everybody)


def test_a_withdrawal_frees_the_booth(fair, planner):
    participation = make_participation(fair=fair)
    assign_booth(participation, booth(fair, "A01"), by=planner)
    withdraw(participation, by=planner)
    assert plan_of(fair).find("A01").state == "free"


def test_a_square_becomes_an_aisle_and_a_booth_again(fair, planner):
    square = booth(fair, "A02")
    mark_square(fair, square.id, kind=BoothKind.AISLE, by=planner)
    assert plan_of(fair).find("A02") is None
    mark_square(fair, square.id, kind=BoothKind.BOOTH, by=planner)
    assert plan_of(fair).find("A02")
    assign_booth(make_participation(fair=fair), square, by=planner)
    with pytest.raises(Conflict):
        mark_square(fair, square.id, kind=BoothKind.BLOCKED, by=planner)


def test_an_aisle_that_becomes_a_booth_gets_the_next_code(fair, planner):
    aisle = next(one for one in list_booths(fair) if one.kind is BoothKind.AISLE)
    made = mark_square(fair, aisle.id, kind=BoothKind.BOOTH, by=planner)
    assert made.code[1:] == "17"
