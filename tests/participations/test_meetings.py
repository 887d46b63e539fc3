"""Where a position can be met: at fairs that take place, where its employer comes."""

from datetime import timedelta

import pytest

from app.core.clock import utcnow
from app.participations.queries import list_meetings
from app.participations.states import ParticipationStatus
from app.tours.states import FairStatus
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_employer,
    make_fair,
    make_participation,
    make_position,
)


@pytest.fixture
def position(app):
    return make_position(employer=make_employer())


def bring(position, fair, **given):
    employer = position.employer
    return make_participation(fair=fair, employer=employer, positions=[position], **given)


def met(position, fairs=None, moment=None):
    ids = None if fairs is None else [fair.id for fair in fairs]
    found = list_meetings([position.id], ids, moment or utcnow())
    return [meeting.fair_slug for meeting in found.get(position.id, [])]


def test_the_next_fair_comes_first_and_one_that_is_over_last(position):
    now = utcnow()
    late = make_coming_fair(starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=10))
    soon = make_coming_fair(starts_at=now + timedelta(days=2), ends_at=now + timedelta(days=3))
    past = make_fair(starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=2))
    for fair in (past, late, soon):
        bring(position, fair)
    assert met(position) == [soon.slug, late.slug]
    assert met(position, [late, past, soon]) == [soon.slug, late.slug, past.slug]
    assert met(position, [late]) == [late.slug]


@pytest.mark.parametrize(
    "given",
    [
        {"status": FairStatus.DRAFT, "published_at": None},
        {"status": FairStatus.CANCELLED},
        {"status": FairStatus.POSTPONED},
    ],
)
def test_a_fair_that_does_not_take_place_is_no_meeting_beyond_its_tour(position, given):
    fair = make_coming_fair(**given)
    bring(position, fair)
    assert met(position) == []
    assert met(position, [fair]) == [fair.slug]


def test_an_employer_that_does_not_come_cannot_be_met(position):
    fair = make_coming_fair()
    bring(position, fair, status=ParticipationStatus.SUBMITTED)
    assert met(position) == []
    assert met(position, [fair]) == []


def test_the_booth_is_told_where_it_is_known(position):
    fair = make_coming_fair()
    bring(position, fair, booth=make_booth(fair=fair, code="A07"))
    [meeting] = list_meetings([position.id], None, utcnow())[position.id]
    assert (meeting.booth, meeting.city) == ("A07", fair.city)
