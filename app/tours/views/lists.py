"""Fairs as a list and as a calendar."""

import calendar as almanac
from dataclasses import replace
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core import clock
from app.places import queries as places
from app.tours import queries, services
from app.tours.models import Fair
from app.tours.queries import FairFilter
from app.tours.states import FairPhase, FairStatus
from app.tours.views.door import bp, home_of
from app.web.access import requires
from app.web.formatting import is_chinese
from app.web.forms import strip
from app.web.i18n import bilingual
from app.web.templating import url_with

FILTERS = ("q", "tour", "city", "month", "status", "delegation")
QUIET = (FairStatus.DRAFT, FairStatus.CLOSED, FairStatus.CANCELLED)


def _read_month(text: str) -> date | None:
    """The first day of a month written 2026-03."""
    year, _, month = text.partition("-")
    if not (year.isdecimal() and month.isdecimal() and len(text) <= 7):
        return None
    if not (2000 <= int(year) < 2100 and 1 <= int(month) <= 12):
        return None
    return date(int(year), int(month), 1)


def _read_filter() -> FairFilter:
    """The filter an address asks for; what cannot be read does not narrow."""
    args = request.args
    status = args.get("status", "")
    delegation = args.get("delegation", "")
    return FairFilter(
        words=strip(args.get("q", ""))[:80],
        tour=strip(args.get("tour", ""))[:100],
        city=strip(args.get("city", ""))[:40],
        month=_read_month(args.get("month", "")),
        status=FairStatus(status) if status in set(FairStatus) else None,
        delegation_id=int(delegation) if delegation.isdecimal() and len(delegation) < 10 else None,
        scope=current_user.scope_of(Permission.FAIR_READ),
    )


def _choices() -> dict[str, Any]:
    """What the filters offer, and what of the address list and calendar share."""
    tours = queries.list_tour_names()
    return {
        "query": {name: request.args[name] for name in FILTERS if request.args.get(name)},
        "statuses": [(status.value, gettext(status.label)) for status in FairStatus],
        "tours": [(tour.slug, bilingual(tour, "title")) for tour in tours],
        "cities": [(city, city) for city in queries.list_fair_cities()],
        "delegations": [(str(row.id), bilingual(row, "name")) for row in places.list_delegations()],
    }


@bp.get("/staff/fairs")
@requires(Permission.FAIR_READ)
def fairs() -> ResponseReturnValue:
    """The fairs by date; filters are an address that can be sent on."""
    chosen = _read_filter()
    narrowed = chosen != FairFilter(scope=chosen.scope)
    when = request.args.get("when", "all" if narrowed else "coming")
    now = clock.utcnow()
    if when == "coming":
        chosen = replace(chosen, since=now)
    elif when == "past":
        chosen = replace(chosen, over_at=now)
    page = queries.page_fairs(chosen, request.args.get("page", 1, int), newest_first=when == "past")
    return render_template(
        "tours/fairs.html",
        page=page,
        when=when,
        narrowed=narrowed,
        now=now,
        lists=services.own_lists(page.items),
        **_choices(),
    )


@bp.get("/staff/calendar")
@requires(Permission.FAIR_READ)
def calendar() -> ResponseReturnValue:
    """A month of fairs, with the same filters."""
    chosen = _read_filter()
    first = chosen.month or clock.today().replace(day=1)
    listed = queries.list_fairs(replace(chosen, month=first))
    return render_template(
        "tours/calendar.html",
        weeks=_weeks(first, listed),
        title=format_date(first, "yyyy年M月" if is_chinese() else "MMMM yyyy"),
        earlier=url_with(month=_shifted(first, -1)),
        later=url_with(month=_shifted(first, 1)),
        now=url_with(month=None),
        count=len(listed),
        **_choices(),
    )


def _shifted(first: date, months: int) -> str:
    number = first.year * 12 + first.month - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _weeks(first: date, listed: list[Fair]) -> list[list[dict[str, object]]]:
    """The weeks of a month from Monday on, each day with its fairs."""
    today = clock.today()
    items: dict[date, list[dict[str, str]]] = {}
    for fair in listed:
        start = clock.local(fair.starts_at)
        text = f"{start:%H:%M} {bilingual(fair, 'title')}"
        if fair.status is not FairStatus.PUBLISHED:
            text = f"{text} ({gettext(fair.status.label)})"
        entry = {"href": home_of(fair), "text": text, "tone": _tone(fair)}
        items.setdefault(start.date(), []).append(entry)
    return [
        [
            {
                "date": day,
                "day": day.day,
                "muted": day.month != first.month,
                "today": day == today,
                "items": items.get(day, []) if day.month == first.month else [],
            }
            for day in week
        ]
        for week in almanac.Calendar().monthdatescalendar(first.year, first.month)
    ]


def _tone(fair: Fair) -> str:
    if fair.status in QUIET:
        return "done"
    if fair.status is FairStatus.POSTPONED:
        return "warn"
    return "live" if fair.phase_at(clock.utcnow()) is FairPhase.ONGOING else ""
