"""Warnings and due dates: pure, so they are tested on rows that no database has seen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.places.models import Venue
from app.tours.models import Fair, Stop, Tour
from app.tours.services import ReadinessFacts, readiness, tour_warnings, warnings_of
from app.tours.states import DocumentKind, FairKind, FairMode, FairStatus

START = datetime(2027, 3, 15, 1, tzinfo=UTC)  # 09:00 in Wuhan
DAY = date(2027, 3, 15)


def plan(**given):
    usual = {
        "id": 1,
        "title_zh": "双选会",
        "city": "武汉",
        "status": FairStatus.DRAFT,
        "mode": FairMode.ONSITE,
        "kind": FairKind.TWO_WAY_FAIR,
        "time_zone": "Asia/Shanghai",
        "starts_at": START,
        "ends_at": START + timedelta(hours=3),
        "venue": Venue(id=1, name_zh="馆", city="武汉", permitted_number=1500),
        "venue_id": 1,
    }
    return Fair(**usual | given)


def keys(fair, *others):
    return [warning.key for warning in warnings_of(fair, others)]


def test_a_sound_plan_has_no_warnings():
    assert keys(plan()) == []


def test_the_same_venue_at_the_same_time_is_noticed():
    other = plan(id=2, starts_at=START + timedelta(hours=2), ends_at=START + timedelta(hours=5))
    assert keys(plan(), other) == ["venue-overlap"]
    assert warnings_of(plan(), [other])[0].other is other


def test_another_venue_in_the_same_city_at_the_same_time_is_noticed():
    assert keys(plan(), plan(id=2, venue=None, venue_id=9)) == ["city-overlap"]


@pytest.mark.parametrize(
    "given",
    [
        {"id": 1},
        {"id": 2, "status": FairStatus.CANCELLED},
        {"id": 2, "starts_at": START + timedelta(hours=4), "ends_at": START + timedelta(hours=5)},
        {"id": 2, "city": "合肥", "venue": None, "venue_id": 9},
    ],
)
def test_other_fairs_are_not_in_the_way(given):
    assert keys(plan(), plan(**given)) == []


def test_doors_count_into_the_overlap():
    other = plan(
        id=2, starts_at=START + timedelta(hours=3, minutes=20), ends_at=START + timedelta(hours=5)
    )
    assert keys(plan(), other) == ["venue-overlap"]


def test_a_cancelled_plan_is_left_in_peace():
    assert keys(plan(status=FairStatus.CANCELLED, venue=None, venue_id=None)) == []


def on_route(stop_days=(14, 15), tour_days=(10, 20), city="武汉"):
    tour = Tour(starts_on=DAY.replace(day=tour_days[0]), ends_on=DAY.replace(day=tour_days[1]))
    stop = Stop(
        city=city,
        arrives_on=DAY.replace(day=stop_days[0]),
        leaves_on=DAY.replace(day=stop_days[1]),
        tour=tour,
    )
    return tour, stop


def test_the_route_is_compared_with_the_fair():
    tour, stop = on_route()
    assert keys(plan(tour=tour, stop=stop)) == []
    tour, stop = on_route(stop_days=(16, 18))
    assert keys(plan(tour=tour, stop=stop)) == ["outside-stop"]
    tour, stop = on_route(stop_days=(14, 25))
    assert keys(plan(tour=tour, stop=stop)) == ["stop-outside-tour"]
    tour, stop = on_route(city="合肥")
    assert keys(plan(tour=tour, stop=stop)) == ["other-city"]
    tour, _ = on_route(tour_days=(16, 20))
    assert keys(plan(tour=tour)) == ["outside-tour"]


def test_the_day_of_a_fair_is_the_local_one():
    tour, stop = on_route(stop_days=(15, 15))
    early = datetime(2027, 3, 14, 23, tzinfo=UTC)  # 07:00 on the 15th
    fair = plan(starts_at=early, ends_at=early + timedelta(hours=3), tour=tour, stop=stop)
    assert keys(fair) == []


def test_the_venue_is_compared_with_the_fair():
    assert keys(plan(venue=None, venue_id=None)) == ["no-venue"]
    assert keys(plan(venue=None, venue_id=None, mode=FairMode.ONLINE)) == []
    assert keys(plan(city="合肥")) == ["venue-city"]
    assert keys(plan(permitted_number=1501)) == ["too-many-people"]
    assert keys(plan(permitted_number=1500)) == []


@pytest.mark.parametrize(
    ("times", "key"),
    [
        ({"doors_at": 1}, "doors-late"),
        ({"registration_opens_at": -5, "registration_closes_at": -9}, "registration-backwards"),
        ({"registration_closes_at": 1}, "registration-late"),
        ({"registration_opens_at": 1}, "registration-opens-late"),
        ({"applications_close_at": 1}, "applications-late"),
        ({"applications_close_at": -3, "confirm_by": -5}, "confirm-early"),
        ({"confirm_by": 1}, "confirm-late"),
        ({"arrivals_from": 0, "arrivals_until": -1}, "arrivals-backwards"),
        ({"arrivals_until": 4}, "arrivals-late"),
    ],
)
def test_times_out_of_order_are_noticed(times, key):
    fair = plan(**{name: START + timedelta(hours=hours) for name, hours in times.items()})
    assert keys(fair) == [key]


def test_times_in_order_are_not():
    hours = {
        "doors_at": -0.5,
        "registration_opens_at": -400,
        "registration_closes_at": 0,
        "applications_close_at": -200,
        "confirm_by": -100,
        "arrivals_from": -0.5,
        "arrivals_until": 0.5,
    }
    assert keys(plan(**{name: START + timedelta(hours=h) for name, h in hours.items()})) == []


def test_a_route_is_judged_as_a_whole():
    tour, first = on_route(stop_days=(14, 16))
    assert tour_warnings(tour) == []
    second = Stop(city="合肥", arrives_on=DAY, leaves_on=DAY.replace(day=17), tour=tour)
    assert [warning.key for warning in tour_warnings(tour)] == ["stops-overlap"]
    second.arrives_on = DAY.replace(day=12)
    assert [warning.key for warning in tour_warnings(tour)] == ["stops-order"]
    first.arrives_on = DAY.replace(day=9)
    second.arrives_on = DAY.replace(day=17)
    assert [warning.key for warning in tour_warnings(tour)] == ["stop-outside-tour"]


# ---------------------------------------------------------------------------- readiness


def items(fair, facts=None, today=DAY - timedelta(days=60)):
    return {item.key: item for item in readiness(fair, facts or ReadinessFacts(), today=today)}


FULL = ReadinessFacts(
    checks={"venue"},
    papers={DocumentKind.POLICE_PERMIT, DocumentKind.EMERGENCY_PLAN, DocumentKind.SECURITY_PLAN},
    employers=90,
    employers_waiting=0,
    booths=96,
    booths_missing=0,
    gates=2,
    gates_unstaffed=0,
)


def test_due_dates_count_back_from_the_fairs_local_day():
    large = plan(expected_people=1000)
    due = {key: item.due_on for key, item in items(large, FULL).items()}
    assert due == {
        "venue": date(2027, 2, 13),
        "permit": date(2027, 2, 23),
        "published": date(2027, 3, 1),
        "emergency_plan": date(2027, 3, 6),
        "security_plan": date(2027, 3, 6),
        "employers": date(2027, 3, 10),
        "booths": date(2027, 3, 12),
        "gates": date(2027, 3, 13),
    }


@pytest.mark.parametrize(
    ("given", "needed"),
    [
        ({"expected_people": 999}, False),
        ({"expected_people": 1000}, True),
        ({"capacity": 1200}, True),
        ({"permitted_number": 1000}, True),
        ({"expected_people": 5000, "mode": FairMode.ONLINE}, False),
    ],
)
def test_papers_are_asked_for_from_a_thousand_people_on(given, needed):
    assert ("permit" in items(plan(**given))) is needed


def test_states_follow_the_calendar():
    fair = plan(expected_people=2000)
    due = date(2027, 2, 23)
    for today, state in (
        (due - timedelta(days=8), "todo"),
        (due - timedelta(days=7), "now"),
        (due, "now"),
        (due + timedelta(days=1), "late"),
    ):
        assert items(fair, today=today)["permit"].state == state
    assert items(fair, FULL, today=due + timedelta(days=9))["permit"].state == "done"


def test_a_tick_is_as_good_as_a_paper():
    fair = plan(expected_people=2000)
    facts = ReadinessFacts(checks={"permit", "security_plan"})
    states = {key: item.state for key, item in items(fair, facts).items()}
    assert states["permit"] == states["security_plan"] == "done"
    assert states["emergency_plan"] == "todo"
    contract = ReadinessFacts(papers={DocumentKind.VENUE_CONTRACT})
    assert items(fair, contract)["venue"].is_done


def test_what_the_caller_does_not_know_is_left_out():
    assert set(items(plan())) == {"venue", "published"}


def test_an_online_fair_needs_no_hall():
    fair = plan(mode=FairMode.ONLINE, venue=None, venue_id=None)
    assert set(items(fair, FULL)) == {"published", "employers"}


def test_nothing_to_do_is_not_the_same_as_nothing_there():
    empty = ReadinessFacts(employers=0, employers_waiting=0, booths=0, booths_missing=0)
    found = items(plan(), empty)
    assert not found["employers"].is_done
    assert found["employers"].note == "No employer has applied yet."
    assert found["booths"].note == "The hall has no booths yet."
    waiting = items(plan(), ReadinessFacts(employers=9, employers_waiting=3))["employers"]
    assert (waiting.note, waiting.params) == ("%(num)s waiting for review", {"num": 3})


def test_a_published_page_is_done_and_a_postponed_one_is_not():
    now = START - timedelta(days=40)
    fair = plan(status=FairStatus.PUBLISHED, published_at=now)
    assert items(fair)["published"].is_done
    assert not items(plan(status=FairStatus.POSTPONED, published_at=now))["published"].is_done


def test_late_items_stand_first_and_done_ones_last():
    listed = readiness(plan(expected_people=2000), FULL, today=DAY - timedelta(days=1))
    assert [item.state for item in listed] == ["late"] + ["done"] * 7
    assert listed[0].key == "published"
