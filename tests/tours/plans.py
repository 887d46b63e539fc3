"""Plans as a form would send them."""

from datetime import timedelta

from app.core.clock import utcnow
from app.core.db import db
from app.tours.states import FairKind, FairMode, FairPlace, FairStatus, ReentryPolicy
from tests.factories import make_coming_fair


def fair_values(**given):
    """Everything a fair needs, in thirty days."""
    start = utcnow().replace(microsecond=0) + timedelta(days=30)
    usual = {
        "title_zh": "江城双选会",
        "title_en": "Rivertown fair",
        "kind": FairKind.TWO_WAY_FAIR,
        "mode": FairMode.ONSITE,
        "place": FairPlace.OUTBOUND,
        "city": "武汉",
        "time_zone": "Asia/Shanghai",
        "starts_at": start,
        "ends_at": start + timedelta(hours=3),
        "reentry": ReentryPolicy.REENTRY,
    }
    return usual | given


def typed_fair(**given):
    """The same, as a browser sends it."""
    usual = {
        "title_zh": "江城双选会",
        "title_en": "Rivertown fair",
        "kind": "two_way_fair",
        "mode": "onsite",
        "place": "outbound",
        "reentry": "reentry",
        "city": "武汉",
        "time_zone": "Asia/Shanghai",
        "starts_at": "2027-03-15T09:00",
        "ends_at": "2027-03-15T12:00",
    }
    return usual | given


ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}
PDF = b"%PDF-1.7 a paper"


def draft(**given):
    return make_coming_fair(**{"status": FairStatus.DRAFT, "published_at": None} | given)


def again(row):
    db.session.expire_all()
    return row
