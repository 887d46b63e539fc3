from datetime import date, timedelta

import pytest

from app.accounts.permissions import Scope
from app.core.clock import local
from app.core.errors import NotFound
from app.tours import queries
from app.tours.queries import FairFilter
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_delegation, make_fair, make_stop, make_tour


def test_a_draft_is_for_staff_only():
    fair = make_fair(status=FairStatus.DRAFT, published_at=None)
    assert queries.get_fair(fair.slug) is fair
    with pytest.raises(NotFound):
        queries.get_public_fair(fair.slug)


@pytest.mark.parametrize(
    ("status", "published", "seen"),
    [
        (FairStatus.DRAFT, False, False),
        (FairStatus.PUBLISHED, True, True),
        (FairStatus.POSTPONED, True, True),
        (FairStatus.CLOSED, True, True),
        (FairStatus.CANCELLED, True, True),
        (FairStatus.CANCELLED, False, False),
    ],
)
def test_the_query_and_the_row_agree_on_what_is_public(status, published, seen):
    fair = make_fair(status=status, **({} if published else {"published_at": None}))
    assert fair.is_public is seen
    assert (fair in queries.list_public_fairs()) is seen


def test_people_of_one_fair_find_only_that_one():
    mine, other = make_fair(), make_fair()
    scope = Scope(fairs=frozenset({mine.id}))
    assert queries.get_fair_within(mine.slug, scope) is mine
    with pytest.raises(NotFound):
        queries.get_fair_within(other.slug, scope)
    assert queries.list_fairs(FairFilter(scope=scope)) == [mine]
    assert not queries.is_within(other, scope)


def test_people_of_a_delegation_see_every_fair():
    fair = make_fair()
    assert queries.get_fair_within(fair.slug, Scope(delegations=frozenset({7}))) is fair


def test_an_empty_scope_reaches_nothing():
    fair = make_fair()
    with pytest.raises(NotFound):
        queries.get_fair_within(fair.slug, Scope())


@pytest.mark.parametrize("slug", ["none", "\0", "x" * 4000, "🎓"])
def test_a_slug_of_nothing_is_not_found(slug):
    for get in (queries.get_fair, queries.get_public_fair, queries.get_tour):
        with pytest.raises(NotFound):
            get(slug)


def test_a_tour_is_public_with_its_first_public_fair():
    tour = make_tour()
    draft = make_coming_fair(tour=tour, status=FairStatus.DRAFT, published_at=None)
    with pytest.raises(NotFound):
        queries.get_public_tour(tour.slug)
    assert queries.list_public_tours() == []
    draft.status, draft.published_at = FairStatus.PUBLISHED, draft.created_at
    assert queries.get_public_tour(tour.slug) is tour
    assert queries.list_public_tours() == [tour]


def test_the_filter_narrows_by_each_of_its_fields():
    tour = make_tour()
    delegation = make_delegation()
    tour.delegations = [delegation]
    stop = make_stop(tour=tour)
    fair = make_fair(tour=tour, stop=stop, city="合肥", title_zh="合肥双选会")
    lone = make_fair(city="武汉", delegation=delegation, status=FairStatus.DRAFT)
    other = make_fair(city="西安")

    def found(**given):
        return set(queries.list_fairs(FairFilter(**given)))

    assert found() == {fair, lone, other}
    assert found(tour=tour.slug) == {fair}
    assert found(city="西安") == {other}
    assert found(status=FairStatus.DRAFT) == {lone}
    assert found(delegation_id=delegation.id) == {fair, lone}
    assert found(words="合肥 双选") == {fair}
    assert found(words="%") == set()
    assert found(since=other.ends_at + timedelta(seconds=1)) == set()
    assert found(until=fair.starts_at) == set()
    assert found(month=local(fair.starts_at).date()) >= {fair}
    assert found(month=date(2001, 3, 1)) == set()
    assert queries.count_fairs(FairFilter(city="西安")) == 1


def test_cities_are_suggested_from_what_is_there():
    make_stop(city="长沙")
    make_fair(city="合肥")
    assert {"长沙", "合肥"} <= set(queries.list_cities())
    assert "长沙" not in queries.list_fair_cities()
