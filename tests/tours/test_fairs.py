from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.errors import StaleVersion
from app.jobs import queue
from app.jobs.errands import Errand
from app.tours import queries, services
from app.tours.models import Fair
from app.tours.services import FairOver
from app.tours.services.slugs import fair_slug, tour_slug
from app.tours.states import FairMode, FairStatus
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_staff,
    make_stop,
    make_tour,
    make_venue,
)
from tests.live import run_together
from tests.tours.plans import fair_values

MARCH = datetime(2027, 3, 15, 1, tzinfo=UTC)


@pytest.fixture
def by():
    return make_staff(Role.PLANNER)


@pytest.fixture
def told(monkeypatch):
    """The jobs that were enqueued, as (name, what, reason)."""
    seen = []

    def enqueue(name, **arguments):
        seen.append((name, arguments["what"], arguments["reason"]))

    monkeypatch.setattr("app.tours.services.life.leave_errand", enqueue)
    return seen


def actions():
    return db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_a_new_fair_is_a_draft_with_a_name_in_its_address(by):
    fair = services.create_fair(fair_values(starts_at=MARCH, ends_at=MARCH.replace(hour=4)), by=by)
    db.session.commit()
    assert fair.status is FairStatus.DRAFT
    assert fair.slug == "rivertown-fair-2027-03-15"
    assert fair.created_by is by
    assert actions() == ["fair.create"]


def test_the_date_in_the_address_is_the_local_one(by):
    late = datetime(2027, 3, 14, 23, tzinfo=UTC)
    values = fair_values(starts_at=late, ends_at=late + timedelta(hours=2), title_en="")
    assert services.create_fair(values, by=by).slug == "wu-han-2027-03-15"


def test_equal_names_get_numbers(by):
    slugs = [services.create_fair(fair_values(), by=by).slug for _ in range(3)]
    assert slugs[1] == f"{slugs[0]}-2"
    assert slugs[2] == f"{slugs[0]}-3"


@pytest.mark.parametrize(
    ("title", "city", "slug"),
    [
        ("", "武汉", "wu-han-2027-03-15"),
        ("🎓", "", "fair-2027-03-15"),
        ("Fair, fair & fair!", "武汉", "fair-fair-fair-2027-03-15"),
        ("word " * 40, "武汉", f"{'word-' * 11}word-2027-03-15"),
        ("w" * 90, "武汉", f"{'w' * 60}-2027-03-15"),
    ],
)
def test_addresses_are_short_and_plain(title, city, slug):
    assert fair_slug(title, city, MARCH.date()) == slug


def test_a_tours_address_ends_with_its_year():
    assert tour_slug("Spring tour", "", MARCH.date()) == "spring-tour-2027"
    assert tour_slug("Spring tour 2027", "", MARCH.date()) == "spring-tour-2027"
    assert tour_slug("", "春季行", MARCH.date()) == "chun-ji-xing-2027"


def test_employers_arrive_around_the_start_unless_said_otherwise(by):
    fair = services.create_fair(fair_values(), by=by)
    assert fair.arrivals_from == fair.starts_at - timedelta(minutes=30)
    assert fair.arrivals_until == fair.starts_at + timedelta(minutes=30)
    online = services.create_fair(fair_values(mode=FairMode.ONLINE), by=by)
    assert online.arrivals_from is None


def test_a_field_nobody_knows_is_refused(by):
    with pytest.raises(ValueError, match="status"):
        services.create_fair(fair_values(status=FairStatus.CLOSED), by=by)


def test_editing_notes_what_changed(by, told):
    fair = services.create_fair(fair_values(), by=by)
    values = fair_values(starts_at=fair.starts_at, ends_at=fair.ends_at, capacity=800)
    services.edit_fair(fair, values, version=fair.version, by=by)
    db.session.commit()
    entry = db.session.scalars(select(AuditEntry).filter_by(action="fair.edit")).one()
    assert (entry.before, entry.after) == ({"capacity": None}, {"capacity": 800})
    assert told == []


def test_saving_without_a_change_leaves_no_trace(by):
    fair = services.create_fair(fair_values(), by=by)
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    version = fair.version
    services.edit_fair(fair, values, version=version, by=by)
    db.session.commit()
    assert fair.version == version
    assert actions() == ["fair.create"]


def test_a_new_place_of_a_published_fair_is_told_to_everybody(by, told):
    fair = make_coming_fair()
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    venue = make_venue()
    services.edit_fair(fair, values | {"venue_id": venue.id}, version=fair.version, by=by)
    assert told == [(name, "moved", "") for name in services.FAIR_CHANGED_JOBS]


def test_a_new_title_of_a_published_fair_is_told_to_nobody(by, told):
    fair = make_coming_fair()
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    services.edit_fair(fair, values | {"title_zh": "新"}, version=fair.version, by=by)
    assert told == []


def test_an_older_version_is_refused_with_what_differs(by):
    fair = services.create_fair(fair_values(), by=by)
    venue = make_venue(name_zh="体育馆")
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    old = fair.version
    services.edit_fair(fair, values | {"capacity": 900}, version=old, by=by)
    mine = values | {"capacity": 500, "venue_id": venue.id}
    with pytest.raises(StaleVersion) as refused:
        services.edit_fair(fair, mine, version=old, by=by)
    assert refused.value.changes == [
        ("Venue", None, "体育馆"),
        ("Places for students", 900, 500),
    ]
    assert refused.value.current_version == fair.version


def test_references_are_compared_by_their_names(by):
    tour = make_tour(title_zh="春季行")
    stop = make_stop(tour=tour, city="合肥")
    fair = services.create_fair(fair_values(), by=by)
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    mine = values | {"tour_id": tour.id, "stop_id": stop.id}
    with pytest.raises(StaleVersion) as refused:
        services.edit_fair(fair, mine, version=0, by=by)
    assert ("Tour", None, "春季行") in refused.value.changes
    assert ("Stop", None, "合肥") in refused.value.changes


def test_a_closed_fair_keeps_its_plan_but_not_its_typing_errors(by):
    fair = make_fair(status=FairStatus.CLOSED)
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    services.edit_fair(fair, values | {"title_zh": "改正"}, version=fair.version, by=by)
    with pytest.raises(FairOver):
        services.edit_fair(fair, values | {"capacity": 1}, version=fair.version, by=by)


def test_a_cancelled_fair_is_not_changed(by):
    fair = make_fair(status=FairStatus.CANCELLED)
    values = {name: getattr(fair, name) for name in services.FAIR_LABELS}
    with pytest.raises(FairOver):
        services.edit_fair(fair, values | {"title_zh": "改"}, version=fair.version, by=by)


def test_a_copy_moves_every_deadline_along_and_takes_no_people(by):
    tour = make_tour()
    fair = make_coming_fair(
        tour=tour,
        venue=make_venue(),
        delegation=make_delegation(),
        capacity=500,
        online_visitors=77,
    )
    fair.confirm_by = fair.starts_at - timedelta(days=2)
    services.tick(fair, "venue", by=by)
    start = fair.starts_at + timedelta(days=364)
    times = services.moved(fair, start)
    copy = services.copy_fair(
        fair,
        starts_at=times["starts_at"],
        ends_at=times["ends_at"],
        title_zh="明年的",
        title_en="Next year",
        by=by,
    )
    db.session.commit()
    assert copy.slug != fair.slug
    assert (copy.status, copy.published_at) == (FairStatus.DRAFT, None)
    assert copy.ends_at - copy.starts_at == fair.ends_at - fair.starts_at
    assert copy.confirm_by == start - timedelta(days=2)
    assert copy.registration_opens_at == fair.registration_opens_at + timedelta(days=364)
    assert (copy.tour, copy.venue, copy.capacity) == (tour, fair.venue, 500)
    assert copy.delegation is fair.delegation
    assert copy.online_visitors is None
    assert queries.list_checks(copy) == {}


def test_an_unknown_fair_is_not_found_by_id():
    assert queries.find_fair(None) is None
    assert queries.find_fair(404) is None
    fair = make_fair()
    assert queries.find_fair(fair.id) is fair


@pytest.mark.own_database
def test_of_two_editors_at_once_one_is_told(live_app):
    """A lost update would leave both believing they had saved."""
    from app.core.transaction import transaction

    with live_app.app_context():
        fair = make_coming_fair(title_zh="原来的")
        slug, version = fair.slug, fair.version
        by_id = make_staff(Role.PLANNER).id

    def edit(index):
        from app.accounts.models import User

        mine = queries.get_fair(slug)
        by = db.session.get(User, by_id)
        values = {name: getattr(mine, name) for name in services.FAIR_LABELS}
        with transaction():
            services.edit_fair(mine, values | {"capacity": 100 + index}, version=version, by=by)
        return index

    results = run_together(live_app, 6, edit)
    saved = [result for result in results if isinstance(result, int)]
    assert len(saved) == 1, results
    assert all(isinstance(r, StaleVersion) for r in results if not isinstance(r, int)), results
    with live_app.app_context():
        fair = queries.get_fair(slug)
        assert fair.capacity == 100 + saved[0]
        assert fair.version == version + 1


@pytest.mark.own_database
def test_fairs_planned_at_once_under_one_title_all_get_an_address(live_app):
    from app.accounts.models import User
    from app.core.transaction import transaction

    with live_app.app_context():
        by_id = make_staff(Role.PLANNER).id
        values = fair_values()

    def plan(_):
        by = db.session.get(User, by_id)
        with transaction():
            return services.create_fair(values, by=by).slug

    slugs = run_together(live_app, 5, plan)
    assert len(set(slugs)) == 5, slugs
    with live_app.app_context():
        assert len(db.session.scalars(select(Fair.slug)).all()) == 5


def test_the_jobs_are_enqueued_once_the_change_is_durable(by, monkeypatch):
    seen = []
    monkeypatch.setattr(
        queue, "enqueue_now", lambda name, priority=0, **given: seen.append((name, given))
    )
    from app.core.transaction import transaction

    fair = make_coming_fair()
    with transaction():
        services.cancel_fair(fair, reason="停电", by=by)
        assert seen == []
    left = db.session.scalars(select(Errand).order_by(Errand.id)).all()
    wanted = {"fair_id": fair.id, "what": "cancelled", "reason": "停电"}
    assert [(row.name, row.arguments) for row in left] == [
        (name, wanted) for name in services.FAIR_CHANGED_JOBS
    ]
    assert seen == [("errands.run", {"errand_id": row.id}) for row in left]
