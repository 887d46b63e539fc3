"""Placing everybody in one go: the act, its undo, and what the pages say."""

import pytest

from app.accounts.permissions import Role, Scope, ScopeKind
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound
from app.employers.states import PillarIndustry
from app.participations.models import BoothHold, BoothMove
from app.participations.placement import APART, Because
from app.participations.queries import list_booths, list_placed_by, list_rivalries, plan_of
from app.participations.services import (
    Again,
    Grid,
    assign_booth,
    keep_apart,
    let_together,
    make_grid,
    mark_square,
    name_zone,
    place_employers,
    set_needs,
    undo_last_move,
)
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_participation,
    make_position,
    make_staff,
)

BUREAU = Scope(bureau=True)
ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


# ------------------------------------------------------------------ the act and its undo


@pytest.fixture
def planner():
    return make_staff(Role.PLANNER)


@pytest.fixture
def fair(planner):
    fair = make_coming_fair()
    make_grid(fair, Grid(rows=4, columns=8, zone_rows=4, zone_columns=4, aisle_rows=2), by=planner)
    return fair


def booth(fair, code):
    return next(one for one in list_booths(fair) if one.code == code)


def coming(fair, **given):
    openings = given.pop("openings", 3)
    employer = given.pop("employer", None) or make_employer()
    position = make_position(employer=employer, openings=openings)
    return make_participation(fair=fair, employer=employer, positions=[position], **given)


def places(fair):
    return {one.participation.id: one.code for one in plan_of(fair).booths if one.participation}


def test_zones_corners_and_needs_are_read_from_the_fair(fair, planner):
    delegation = make_delegation(name_zh="乐清分团")
    name_zone(
        fair,
        "B",
        name_zh="",
        name_en="",
        delegation=delegation,
        pillar_industry=None,
        by=planner,
    )
    mark_square(fair, booth(fair, "B06").id, has_power=True, by=planner)
    mark_square(fair, booth(fair, "A03").id, is_large=True, by=planner)
    small = coming(fair, employer=make_employer(delegation=delegation), needs_power=True)
    big = coming(fair, employer=make_employer(delegation=delegation), openings=90)
    wide = coming(fair, needs_large=True)
    done = place_employers(fair, BUREAU, by=planner)
    assert places(fair) == {small.id: "B06", big.id: "B05", wide.id: "A03"}
    assert {c.guest.id: [r.because for r in c.reasons] for c in done.choices}[big.id] == [
        Because.FOR_DELEGATION,
        Because.CORNER,
    ]


def test_an_industry_draws_its_employers(fair, planner):
    name_zone(
        fair,
        "B",
        name_zh="",
        name_en="",
        delegation=None,
        pillar_industry=PillarIndustry.ELECTRICAL,
        by=planner,
    )
    one = coming(fair, employer=make_employer(pillar_industry=PillarIndustry.ELECTRICAL))
    place_employers(fair, BUREAU, by=planner)
    assert places(fair)[one.id].startswith("B")


def test_whoever_was_placed_by_hand_stays_unless_asked(fair, planner):
    hand, auto = coming(fair), coming(fair)
    assign_booth(hand, booth(fair, "B16"), by=planner)
    place_employers(fair, BUREAU, by=planner)
    assert places(fair) == {hand.id: "B16", auto.id: "A01"}
    place_employers(fair, BUREAU, by=planner, again=Again.AUTOMATIC)
    assert places(fair)[hand.id] == "B16"
    done = place_employers(fair, BUREAU, by=planner, again=Again.EVERYBODY)
    assert set(places(fair).values()) == {"A01", "A02"}
    undo_last_move(fair, by=planner, batch=done.batch)
    assert places(fair) == {hand.id: "B16", auto.id: "A01"}


def test_moving_one_by_hand_afterwards_makes_it_hand_placed(fair, planner):
    one, other = coming(fair), coming(fair)
    place_employers(fair, BUREAU, by=planner)
    assign_booth(one, booth(fair, "B16"), by=planner)
    place_employers(fair, BUREAU, by=planner, again=Again.AUTOMATIC)
    assert places(fair) == {one.id: "B16", other.id: "A01"}


def test_booths_that_changed_hands_are_given_back_in_one_undo(fair, planner):
    pair = [coming(fair) for _ in range(2)]
    assign_booth(pair[0], booth(fair, "A02"), by=planner)
    assign_booth(pair[1], booth(fair, "A01"), by=planner)
    done = place_employers(fair, BUREAU, by=planner, again=Again.EVERYBODY)
    assert places(fair) == {pair[0].id: "A01", pair[1].id: "A02"}
    assert len(undo_last_move(fair, by=planner, batch=done.batch)) == 2
    assert places(fair) == {pair[0].id: "A02", pair[1].id: "A01"}


def test_an_undo_that_would_take_a_booth_from_somebody_does_nothing(fair, planner):
    pair = [coming(fair) for _ in range(2)]
    assign_booth(pair[0], booth(fair, "B16"), by=planner)
    done = place_employers(fair, BUREAU, by=planner, again=Again.EVERYBODY)
    late = coming(fair)
    late.booth_id = booth(fair, "B16").id
    db.session.flush()
    before = places(fair)
    with pytest.raises(Conflict), db.session.begin_nested():
        undo_last_move(fair, by=planner, batch=done.batch)
    db.session.expire_all()
    assert places(fair) == before


def test_nobody_loses_a_booth_to_a_rearrangement(fair, planner):
    """It needs power and stands where there is none: it stays rather than be put out."""
    stuck = coming(fair, needs_power=True)
    assign_booth(stuck, booth(fair, "A07"), by=planner)
    other = coming(fair)
    done = place_employers(fair, BUREAU, by=planner, again=Again.EVERYBODY)
    assert places(fair) == {stuck.id: "A07", other.id: "A01"}
    assert done.left == 0


def test_marked_held_and_counted_spare_booths_stay_free(fair, planner):
    for code in ("A01", "A02"):
        mark_square(fair, booth(fair, code).id, is_spare=True, by=planner)
    holder = coming(fair, status=S.APPROVED)
    db.session.add(
        BoothHold(
            booth_id=booth(fair, "A03").id,
            participation_id=holder.id,
            expires_at=utcnow().replace(year=2999),
        )
    )
    everybody = [coming(fair) for _ in range(32)]
    done = place_employers(fair, BUREAU, by=planner, spare=4)
    free = {one.code for one in plan_of(fair).booths if one.participation is None}
    assert {"A01", "A02", "A03"} <= free
    assert len(free) == 7
    assert done.left == len(everybody) + 1 - 25
    with pytest.raises(DomainError):
        place_employers(fair, BUREAU, by=planner, spare=-1)


def test_an_arrived_employer_is_never_moved(fair, planner):
    here = coming(fair, status=S.ARRIVED)
    assign_booth(here, booth(fair, "B16"), by=planner)
    place_employers(fair, BUREAU, by=planner, again=Again.EVERYBODY)
    assert places(fair)[here.id] == "B16"


def test_rivals_are_named_once_for_all_fairs(fair, planner):
    one, other = coming(fair), coming(fair)
    pair = keep_apart(fair, one.employer, other.employer, by=planner)
    assert keep_apart(fair, other.employer, one.employer, by=planner) is pair
    with pytest.raises(DomainError):
        keep_apart(fair, one.employer, one.employer, by=planner)
    place_employers(fair, BUREAU, by=planner)
    stands = [booth(fair, places(fair)[each.id]) for each in (one, other)]
    assert abs(stands[0].row - stands[1].row) + abs(stands[0].column - stands[1].column) >= APART
    assert list(list_rivalries(make_coming_fair())) == []
    with pytest.raises(NotFound):
        let_together(make_coming_fair(), pair.id, by=planner)
    let_together(fair, pair.id, by=planner)
    assert list(list_rivalries(fair)) == []


# ------------------------------------------------------------------ the pages


@pytest.mark.parametrize(
    ("headers", "words"),
    [(ZH, ("要的电源", "展区")), (EN, ("has the power it needs", "open to everybody"))],
)
def test_every_choice_is_explained_in_both_languages(client, log_in, fair, planner, headers, words):
    log_in(planner)
    mark_square(fair, booth(fair, "A04").id, has_power=True, by=planner)
    with_power, _plain, lost = coming(fair), coming(fair), coming(fair, needs_large=True)
    set_needs(with_power, power=True, large=False, by=planner)
    address = f"/staff/fairs/{fair.slug}/plan"
    answer = client.post(f"{address}/rest", headers=headers)
    page = client.get(answer.headers["Location"], headers=headers).text
    batch = answer.headers["Location"].split("placed=")[1]
    assert f"{address}/placed/{batch}" in page
    assert lost.employer.display_name in page
    listed = client.get(f"{address}/placed/{batch}", headers=headers).text
    for word in words:
        assert word in listed
    assert "%(" not in listed
    picked = client.get(f"{address}?booth=A04", headers=headers).text
    assert words[0] in picked
    client.post(f"{address}/undo", data={"batch": batch})
    assert list_placed_by(fair, batch)[0].move.undone_at
    assert client.get(f"{address}/placed/{batch}", headers=headers).status_code == 200
    assert client.get(f"{address}?placed={batch}", headers=headers).status_code == 200


def test_every_reason_reads_whole_in_both_languages(client, log_in, fair, planner):
    log_in(planner)
    one = coming(fair)
    every = {"zone": "A", "own": "B", "n": 3, "name": "心屿数科"}
    because = [[reason.value, every] for reason in Because] + [["unheard-of", {}]]
    move = BoothMove(fair_id=fair.id, participation_id=one.id, by_id=planner.id, because=because)
    db.session.add(move)
    db.session.flush()
    for headers in (ZH, EN):
        page = client.get(f"/staff/fairs/{fair.slug}/plan/placed/{move.batch}", headers=headers)
        assert page.status_code == 200
        assert "%(" not in page.text
        assert page.text.count("心屿数科") == 2


def test_the_rules_are_set_on_their_page(client, log_in, fair, planner):
    log_in(planner)
    one, other = coming(fair), coming(fair)
    address = f"/staff/fairs/{fair.slug}/plan"
    slugs = [each.employer.slug for each in (one, other)]
    client.post(f"{address}/rivals", data={"first": slugs[0], "second": slugs[1]})
    pair = list_rivalries(fair)[0]
    client.post(f"{address}/needs", data={"employer": slugs[0], "large": "y"})
    assert (one.needs_power, one.needs_large) == (False, True)
    for headers in (ZH, EN):
        assert one.employer.display_name in client.get(f"{address}/placing", headers=headers).text
    client.post(f"{address}/rest", data={"spare": "2", "again": "automatic"})
    assert 'value="2"' in client.get(f"{address}/placing").text
    client.post(f"{address}/rivals/{pair.id}/remove")
    assert client.post(f"{address}/rivals/{pair.id}/remove").status_code == 404


@pytest.mark.parametrize(
    "data", [{"spare": "-1"}, {"spare": "😀"}, {"spare": "9" * 40}, {"again": "always"}]
)
def test_rules_nobody_can_obey_are_refused_with_words(client, log_in, fair, planner, data):
    log_in(planner)
    coming(fair)
    answer = client.post(f"/staff/fairs/{fair.slug}/plan/rest", data=data, headers=ZH)
    assert answer.status_code == 422
    assert "xp-errors" in answer.text
    assert places(fair) == {}


@pytest.mark.parametrize("batch", ["x", "😀", "a" * 300, "x%00"])
def test_a_placement_that_never_was_is_not_found(client, log_in, fair, planner, batch):
    log_in(planner)
    assert client.get(f"/staff/fairs/{fair.slug}/plan/placed/{batch}").status_code == 404
    assert client.get(f"/staff/fairs/{fair.slug}/plan?placed={batch}").status_code == 200


def test_a_planner_of_one_delegation_places_only_its_own(client, log_in, fair):
    delegation = make_delegation()
    own = coming(fair, employer=make_employer(delegation=delegation))
    other = coming(fair)
    log_in(make_staff(Role.PLANNER, ScopeKind.DELEGATION, delegation.id))
    client.post(f"/staff/fairs/{fair.slug}/plan/rest", data={"again": "everybody"})
    assert list(places(fair)) == [own.id]
    data = {"employer": other.employer.slug, "power": "y"}
    assert client.post(f"/staff/fairs/{fair.slug}/plan/needs", data=data).status_code == 404
