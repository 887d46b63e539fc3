"""What anybody may see: tours, fairs, employers, positions, the floor plan."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import today, utcnow
from app.pages.forms import OfferSearch
from app.pages.queries import (
    OfferGroup,
    count_coming,
    count_tour,
    find_ticket_of,
    find_tickets_of,
    get_coming,
    group_offers,
    route_of,
)
from app.pages.views.blueprint import bp
from app.pages.views.facets import draw_facets
from app.pages.views.for_you import find_reader, suggestions_for
from app.participations import queries as participations
from app.participations.plan import PlanBooth, PlanView
from app.places import queries as places
from app.registrations import queries as registrations
from app.tours import queries as tours
from app.tours.models import Fair
from app.tours.states import FairStatus
from app.web.access import public
from app.web.forms import strip


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """Which tour is on, and which fairs can still be visited."""
    if current_user.is_authenticated and current_user.is_staff and not request.args.get("stay"):
        return redirect(url_for("pages.staff_home"))
    now = utcnow()
    current = tours.list_public_tours(ends_after=today())
    coming = tours.list_public_fairs(ends_after=now, limit=24)
    return render_template(
        "pages/home.html",
        tours=[(tour, route_of(tour, now)) for tour in current],
        fairs=[fair for fair in coming if _takes_place(fair)],
        put_off=[fair for fair in coming if not _takes_place(fair)],
        tickets=find_tickets_of(current_user, coming),
        now=now,
    )


@bp.get("/tours/<slug>")
@public
def tour(slug: str) -> ResponseReturnValue:
    """When the tour reaches which city, and which of its fairs are still to come."""
    now = utcnow()
    found = tours.get_public_tour(slug)
    fairs = tours.list_public_fairs(tour=found)
    wanted = request.args.get("phase", "")
    shown = [fair for fair in fairs if not wanted or fair.phase_at(now) == wanted]
    coming = [fair for fair in shown if fair.ends_at > now]
    return render_template(
        "pages/tour.html",
        tour=found,
        route=route_of(found, now),
        figures=count_tour(found),
        coming=[fair for fair in coming if _takes_place(fair)],
        put_off=[fair for fair in coming if not _takes_place(fair)],
        tickets=find_tickets_of(current_user, coming),
        past=[fair for fair in shown if fair.ends_at <= now],
        counts={fair.id: participations.count_offered(fair) for fair in fairs},
        now=now,
    )


def _takes_place(fair: Fair) -> bool:
    return fair.status is FairStatus.PUBLISHED


@bp.get("/fairs/<slug>")
@public
def fair(slug: str) -> ResponseReturnValue:
    """Is there anyone for me at this fair, and at which booth?"""
    found = tours.get_public_fair(slug)
    delegations = places.list_delegations()
    search = OfferSearch.from_query(request.args, delegations)
    now = utcnow()
    offers = participations.page_offered(found, search.wanted, search.page)
    reader = find_reader()
    counted = participations.find_positions(search.wanted, [found.id], moment=now, size=0)
    view = request.args.get("view", "posts")
    groups = group_offers(offers.items)
    return render_template(
        "pages/fair.html",
        fair=found,
        search=search,
        offers=offers,
        groups=groups,
        # The list of employers is long: only the tab that shows it reads it.
        coming=participations.list_coming(found) if view == "employers" else [],
        employers=count_coming(found),
        counted=participations.count_offered(found),
        facets=draw_facets(counted, search, delegations),
        reader=reader,
        suggested=suggestions_for(reader, [found.id]) if not search.is_narrowed else None,
        plan=_public_plan(found, groups if search.is_narrowed else []),
        ticket=find_ticket_of(current_user, found),
        rules=registrations.find_eligibility(found),
        view=view,
        now=now,
    )


@bp.get("/fairs/<slug>/employers/<employer_slug>")
@public
def fair_employer(slug: str, employer_slug: str) -> ResponseReturnValue:
    """What one employer offers at a fair, and where it stands."""
    found = tours.get_public_fair(slug)
    participation = get_coming(found, employer_slug)
    return render_template(
        "pages/fair_employer.html",
        fair=found,
        participation=participation,
        employer=participation.employer,
        ticket=find_ticket_of(current_user, found),
        now=utcnow(),
    )


@bp.get("/fairs/<slug>/plan")
@public
def fair_plan(slug: str) -> ResponseReturnValue:
    """The whole floor plan; ``?booth=A03`` shows the way there, ``?q=`` finds an employer."""
    found = tours.get_public_fair(slug)
    plan = _public_plan(found, [])
    words = strip(request.args.get("q", ""))[:40]
    chosen = plan.find(request.args.get("booth", ""))
    door = request.args.get("door", type=int)
    way = participations.way_to(plan, chosen.code, door) if chosen else None
    matches = [booth for booth in plan.booths if words and _is_meant(booth, words.casefold())]
    for booth in plan.booths:
        if booth in matches and booth is not chosen:
            booth.state = "fit"
        if booth.participation is not None:
            booth.href = url_for("pages.fair_plan", slug=slug, booth=booth.code, _anchor="way")
    return render_template(
        "pages/plan.html",
        fair=found,
        plan=plan,
        words=words,
        matches=matches,
        found=chosen,
        way=way,
        doors=participations.doors_of(way.hall) if way else [],
        now=utcnow(),
    )


def _is_meant(booth: PlanBooth, words: str) -> bool:
    """Whether a booth is meant by its code, its employer's name, or that name's initials."""
    if booth.code.casefold() == words:
        return True
    if booth.participation is None:
        return False
    employer = booth.participation.employer
    names = (employer.name, employer.short_name, employer.name_en)
    return any(words in name.casefold() for name in names) or (
        words.isascii() and employer.initials.casefold().startswith(words)
    )


def _public_plan(found: Fair, groups: list[OfferGroup]) -> PlanView:
    """The plan with links to employers; those that match a search are marked."""
    matched = {group.participation.id for group in groups}
    wanted = request.args.get("booth", "")
    plan = participations.plan_of(found)
    for booth in plan.booths:
        who = booth.participation
        if who is not None:
            booth.href = url_for(
                "pages.fair_employer", slug=found.slug, employer_slug=who.employer.slug
            )
        if booth.code == wanted:
            booth.state = "sel"
        elif who is not None and who.id in matched:
            booth.state = "fit"
    return plan
