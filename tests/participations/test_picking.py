"""Employers choose their booths: held for ten minutes, then taken, one booth one employer."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.permissions import Role, Scope
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import Conflict
from app.core.transaction import transaction
from app.jobs.queue import JOBS
from app.participations.models import Booth, BoothHold, Participation
from app.participations.queries import find_hold, get_booth, list_pickable, plan_of
from app.participations.services import (
    Grid,
    HoldOver,
    assign_booth,
    hold_booth,
    let_employers_pick,
    make_grid,
    mark_square,
    name_zone,
    place_employers,
    take_held,
)
from app.participations.states import ParticipationStatus as S
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_delegation,
    make_employer,
    make_participation,
    make_recruiter,
    make_staff,
)
from tests.live import run_together

ZH = {"Accept-Language": "zh-CN"}
CROWD = 8


@pytest.fixture
def planner():
    return make_staff(Role.PLANNER)


@pytest.fixture
def fair(planner):
    fair = make_coming_fair()
    make_grid(fair, Grid(rows=2, columns=4, zone_columns=2), by=planner)
    let_employers_pick(fair, utcnow() + timedelta(days=2), by=planner)
    return fair


def codes(participation):
    return [booth.code for booth in list_pickable(participation)]


def test_a_booth_is_held_and_then_taken(fair):
    one = make_participation(fair=fair, status=S.APPROVED)
    owner = make_recruiter(one.employer)
    held = hold_booth(one, get_booth(fair, "A02"))
    assert held.expires_at - utcnow() > timedelta(minutes=9)
    take_held(one, by=owner)
    assert one.booth.code == "A02"
    assert find_hold(one) is None
    with pytest.raises(HoldOver):
        take_held(one, by=owner)


def test_what_another_holds_cannot_be_held_taken_or_assigned(fair, planner):
    first, second = (make_participation(fair=fair) for _ in range(2))
    booth = get_booth(fair, "A02")
    hold_booth(first, booth)
    assert "A02" not in codes(second)
    with pytest.raises(Conflict) as refused:
        hold_booth(second, booth)
    assert refused.value.code == "booth-taken"
    with pytest.raises(Conflict) as refused:
        assign_booth(second, booth, by=planner)
    assert refused.value.code == "booth-held"
    place_employers(fair, Scope(bureau=True), by=planner)
    assert second.booth.code != "A02"


def test_a_hold_ends_by_the_clock_whether_or_not_anybody_sweeps(fair, planner):
    first, second = (make_participation(fair=fair) for _ in range(2))
    booth = get_booth(fair, "A02")
    hold_booth(first, booth)
    with frozen(utcnow() + timedelta(minutes=10, seconds=1)):
        assert find_hold(first) is None
        with pytest.raises(HoldOver):
            take_held(first, by=planner)
        hold_booth(second, booth)
        assert find_hold(second).booth_id == booth.id


def test_choosing_another_booth_lets_go_of_the_first(fair):
    one, other = (make_participation(fair=fair) for _ in range(2))
    hold_booth(one, get_booth(fair, "A01"))
    hold_booth(one, get_booth(fair, "A02"))
    assert "A01" in codes(other)
    assert db.session.scalar(select(func.count(BoothHold.id))) == 1


def test_holds_that_are_over_are_swept(fair):
    hold_booth(make_participation(fair=fair), get_booth(fair, "A01"))
    with frozen(utcnow() + timedelta(hours=1)):
        JOBS["participations.prints"]()
    assert db.session.scalar(select(func.count(BoothHold.id))) == 0


def test_only_what_suits_is_offered(fair, planner):
    own, foreign = make_delegation(), make_delegation()
    for zone, delegation in (("A", own), ("B", foreign)):
        name_zone(
            fair,
            zone,
            name_zh="",
            name_en="",
            delegation=delegation,
            pillar_industry=None,
            by=planner,
        )
    mark_square(fair, get_booth(fair, "A01").id, is_spare=True, by=planner)
    mark_square(fair, get_booth(fair, "A02").id, has_power=True, by=planner)
    one = make_participation(fair=fair, employer=make_employer(delegation=own))
    assert codes(one) == ["A02", "A03", "A04"]
    one.needs_power = True
    assert codes(one) == ["A02"]
    with pytest.raises(Conflict):
        hold_booth(one, get_booth(fair, "B01"))


def test_nobody_chooses_where_or_when_it_is_not_allowed(fair, planner):
    one = make_participation(fair=fair)
    submitted = make_participation(fair=fair, status=S.SUBMITTED)
    with pytest.raises(Conflict):
        hold_booth(submitted, get_booth(fair, "A01"))
    hold_booth(one, get_booth(fair, "A01"))
    let_employers_pick(fair, None, by=planner)
    for act in (
        lambda: hold_booth(one, get_booth(fair, "A02")),
        lambda: take_held(one, by=planner),
    ):
        with pytest.raises(Conflict):
            act()


def test_the_pages_lead_from_a_tap_to_the_booth(client, log_in, fair):
    one = make_participation(fair=fair)
    log_in(make_recruiter(one.employer))
    address = f"/employer/fairs/{fair.slug}"
    assert f"{address}/booth" in client.get(address, headers=ZH).text
    page = client.get(f"{address}/booth?booth=A02", headers=ZH).text
    assert "保留十分钟" in page
    assert page.count("is-fit") >= 8
    client.post(f"{address}/booth/hold", data={"booth": "A02"})
    assert "就要这个展位" in client.get(f"{address}/booth", headers=ZH).text
    client.post(f"{address}/booth/release")
    client.post(f"{address}/booth/hold", data={"booth": "A03"})
    client.post(f"{address}/booth/take")
    assert plan_of(fair).find("A03").participation is one
    again = client.post(f"{address}/booth/take", headers=ZH)
    assert "十分钟" in client.get(again.headers["Location"], headers=ZH).text
    for booth in ("", "Z99", "A0\x00", "😀" * 90):
        assert client.post(f"{address}/booth/hold", data={"booth": booth}).status_code == 404


def test_the_organiser_says_until_when(client, log_in, planner):
    fair = make_coming_fair()
    make_grid(fair, Grid(rows=1, columns=2), by=planner)
    one = make_participation(fair=fair)
    log_in(planner)
    address = f"/staff/fairs/{fair.slug}/plan/picks"
    client.post(address, data={"until": "2999-01-01T09:00"})
    hold_booth(one, get_booth(fair, "A01"))
    db.session.commit()
    placing = client.get(f"/staff/fairs/{fair.slug}/plan/placing", headers=ZH).text
    assert one.employer.display_name in placing
    for wrong in ("soon", "99", "\x00"):
        assert client.post(address, data={"until": wrong}).status_code == 303
    client.post(address, data={"until": ""})
    with pytest.raises(Conflict):
        hold_booth(one, get_booth(fair, "A01"))


# ------------------------------------------------------------------ at one moment


def race_world(live_app):
    with live_app.app_context():
        fair, planner = make_coming_fair(), make_staff()
        booth_id = make_booth(fair=fair, code="E02").id
        let_employers_pick(fair, utcnow() + timedelta(days=2), by=planner)
        ids = [make_participation(fair=fair).id for _ in range(CROWD)]
        db.session.commit()
        return fair.id, planner.id, booth_id, ids


@pytest.mark.own_database
def test_of_many_who_hold_one_booth_at_one_moment_one_has_it(live_app):
    _fair, _planner, booth_id, ids = race_world(live_app)

    def hold(index):
        with transaction():
            hold_booth(db.session.get(Participation, ids[index]), db.session.get(Booth, booth_id))
        return "held"

    results = run_together(live_app, CROWD, hold)
    assert results.count("held") == 1
    assert all(
        one == "held" or (isinstance(one, Conflict) and one.code == "booth-taken")
        for one in results
    ), results
    with live_app.app_context():
        assert db.session.scalar(select(func.count(BoothHold.id))) == 1


@pytest.mark.own_database
def test_holding_and_assigning_at_one_moment_leave_one_truth(live_app):
    _fair, planner_id, booth_id, ids = race_world(live_app)

    def act(index):
        with transaction():
            one, booth = db.session.get(Participation, ids[index]), db.session.get(Booth, booth_id)
            if index % 2:
                hold_booth(one, booth)
                return "held"
            assign_booth(one, booth, by=db.session.get(User, planner_id))
            return "given"

    results = run_together(live_app, CROWD, act)
    done = [one for one in results if isinstance(one, str)]
    assert len(done) == 1, results
    with live_app.app_context():
        holders = db.session.scalar(
            select(func.count(Participation.id)).where(Participation.booth_id == booth_id)
        )
        holds = db.session.scalar(select(func.count(BoothHold.id)))
        assert (holders, holds) == ((1, 0) if done == ["given"] else (0, 1))
