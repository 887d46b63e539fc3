"""Positions of a tour, and of all fairs that are still to come."""

from collections.abc import Collection
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core.clock import utcnow
from app.core.paging import Page
from app.core.words import asked_runs, is_too_short
from app.pages.forms import OfferSearch
from app.pages.views.blueprint import bp
from app.pages.views.facets import draw_facets
from app.participations import queries as participations
from app.places import queries as places
from app.tours import queries as tours
from app.tours.states import FairStatus
from app.web.access import public
from app.web.templating import url_with

SIZE = 50


@bp.get("/positions")
@public
def positions() -> ResponseReturnValue:
    """What is hired for at the fairs that are still to come?"""
    return _found(None, tour=None)


@bp.get("/tours/<slug>/positions")
@public
def tour_positions(slug: str) -> ResponseReturnValue:
    """What is hired for on this tour, and at which of its fairs?"""
    tour = tours.get_public_tour(slug)
    fairs = tours.list_public_fairs(tour=tour)
    shown = [fair.id for fair in fairs if fair.status is not FairStatus.CANCELLED]
    return _found(shown, tour=tour)


def _found(fair_ids: Collection[int] | None, *, tour: Any) -> ResponseReturnValue:
    now = utcnow()
    delegations = places.list_delegations()
    search = OfferSearch.from_query(request.args, delegations)
    found = participations.find_positions(
        search.wanted, fair_ids, moment=now, number=search.page, size=SIZE
    )
    page = Page(found.ids, search.page, SIZE, found.total)
    if search.page > page.pages:
        return redirect(url_with(page=page.pages))  # a page that is no longer there
    return render_template(
        "pages/positions.html",
        tour=tour,
        search=search,
        found=found,
        page=page,
        positions=participations.list_positions_found(found.ids),
        meetings=participations.list_meetings(found.ids, fair_ids, now),
        facets=draw_facets(found, search, delegations),
        too_short=fair_ids is None and any(map(is_too_short, asked_runs(search.wanted.words))),
        now=now,
    )
