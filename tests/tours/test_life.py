from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import IllegalTransition
from app.core.transaction import transaction
from app.tours import queries, services
from app.tours.services import DatesNeeded, ReasonNeeded
from app.tours.states import FAIR_FLOW, FairStatus
from tests.factories import make_coming_fair, make_fair, make_staff
from tests.live import run_together


@pytest.fixture
def by():
    return make_staff(Role.PLANNER)


@pytest.fixture
def told(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "app.tours.services.life.leave_errand", lambda name, **given: seen.append(given["what"])
    )
    return seen


def draft():
    return make_coming_fair(status=FairStatus.DRAFT, published_at=None)


def test_publishing_opens_the_page_and_says_so_in_the_log(by):
    fair = draft()
    services.publish_fair(fair, by=by)
    db.session.commit()
    assert fair.is_public
    assert fair.published_at is not None
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_label, entry.fair_id) == ("fair.publish", by.name, fair.id)


def test_postponing_without_a_new_time_waits_for_it(by, told):
    fair = make_coming_fair()
    start = fair.starts_at
    services.postpone_fair(fair, reason="暴雨", by=by)
    assert (fair.status, fair.status_reason, fair.starts_at) == (
        FairStatus.POSTPONED,
        "暴雨",
        start,
    )
    assert told == ["postponed", "postponed"]
    assert not fair.takes_registrations_at(utcnow())


def test_postponing_to_a_new_time_is_on_again_at_once(by, told):
    fair = make_coming_fair()
    fair.confirm_by = fair.starts_at - timedelta(days=1)
    start = fair.starts_at + timedelta(days=7)
    services.postpone_fair(fair, reason="暴雨", starts_at=start, by=by)
    assert fair.status is FairStatus.PUBLISHED
    assert fair.starts_at == start
    assert fair.ends_at == start + timedelta(hours=3)
    assert fair.confirm_by == start - timedelta(days=1)
    assert told == ["moved", "moved"]


def test_a_postponed_fair_is_put_back(by, told):
    fair = make_coming_fair()
    services.postpone_fair(fair, reason="暴雨", by=by)
    start = fair.starts_at + timedelta(days=30)
    services.republish(fair, starts_at=start, ends_at=start + timedelta(hours=1), by=by)
    assert (fair.status, fair.ends_at) == (FairStatus.PUBLISHED, start + timedelta(hours=1))
    assert told[2:] == ["moved", "moved"]
    with pytest.raises(IllegalTransition):
        services.republish(fair, starts_at=start, by=by)


def test_a_new_time_must_be_a_time(by):
    fair = make_coming_fair()
    services.postpone_fair(fair, reason="暴雨", by=by)
    with pytest.raises(DatesNeeded):
        services.republish(fair, starts_at=fair.starts_at, ends_at=fair.starts_at, by=by)


def test_cancelling_a_published_fair_needs_a_reason(by, told):
    fair = make_coming_fair()
    for reason in ("", "  "):
        with pytest.raises(ReasonNeeded):
            services.cancel_fair(fair, reason=reason, by=by)
    services.cancel_fair(fair, reason="场地停用", by=by)
    assert (fair.status, fair.status_reason) == (FairStatus.CANCELLED, "场地停用")
    assert told == ["cancelled", "cancelled"]
    assert fair.is_public


def test_cancelling_a_draft_bothers_nobody(by, told):
    fair = draft()
    services.cancel_fair(fair, reason="", by=by)
    assert told == []
    assert not fair.is_public


def test_closing_notes_when(by):
    fair = make_fair()
    services.mark_closed(fair, by=by)
    assert fair.status is FairStatus.CLOSED
    assert fair.closed_at is not None
    assert services.mark_closed(make_fair(), by=None).closed_at is not None


VERBS = {
    FairStatus.PUBLISHED: lambda fair, by: services.publish_fair(fair, by=by),
    FairStatus.POSTPONED: lambda fair, by: services.postpone_fair(fair, reason="r", by=by),
    FairStatus.CANCELLED: lambda fair, by: services.cancel_fair(fair, reason="r", by=by),
    FairStatus.CLOSED: lambda fair, by: services.mark_closed(fair, by=by),
}


@pytest.mark.parametrize("current", list(FairStatus))
@pytest.mark.parametrize("target", list(VERBS))
def test_verbs_follow_the_flow_and_nothing_else(by, current, target):
    fair = make_coming_fair(status=current)
    if FAIR_FLOW.allows(current, target):
        VERBS[target](fair, by)
        assert fair.status is target
    else:
        with pytest.raises(IllegalTransition):
            VERBS[target](fair, by)
        assert fair.status is current


@pytest.mark.own_database
def test_of_two_who_cancel_and_close_at_once_one_is_refused(live_app):
    with live_app.app_context():
        slug = make_fair().slug
        by_id = make_staff(Role.PLANNER).id

    def act(index):
        from app.accounts.models import User

        fair = queries.get_fair(slug)
        by = db.session.get(User, by_id)
        with transaction():
            if index % 2:
                services.cancel_fair(fair, reason="r", by=by)
            else:
                services.mark_closed(fair, by=by)
        return index

    results = run_together(live_app, 4, act)
    assert sum(isinstance(result, int) for result in results) == 1, results
    assert all(isinstance(r, int | IllegalTransition) for r in results), results
