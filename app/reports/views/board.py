"""The live board: for staff, and for projectors with a display link."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.checkins.queries import find_display_link
from app.checkins.services import find_display
from app.core.errors import Gone
from app.reports import queries
from app.reports.charts import arrivals_columns
from app.reports.measures import is_suppressed, suppressed
from app.reports.views.door import bp
from app.reports.views.drawings import Drawings, Drawn, answer_drawn
from app.tours.models import Fair
from app.tours.queries import get_fair, get_fair_within
from app.web.access import public
from app.web.displays import let_in, open_screen

_boards = Drawings()


@bp.get("/fairs/<slug>/board")
@public
def board(slug: str) -> ResponseReturnValue:
    """The whole page; with a display link the token is swapped for a mark in the session."""
    token = request.args.get("display")
    if token is not None:
        return _let_display_in(slug, token)
    fair = _fair_for_screen(slug)
    if isinstance(fair, Response):
        return fair
    drawn = _draw(fair)
    return render_template("reports/board.html", fair=fair, drawn=drawn)


@bp.get("/fairs/<slug>/board/now")
@public
def board_now(slug: str) -> ResponseReturnValue:
    """The part that changes; whoever has it already gets 304 and nothing else."""
    fair = _fair_for_screen(slug)
    if isinstance(fair, Response):
        abort(401)
    return answer_drawn(_draw(fair))


def forget_boards() -> None:
    """Draw every board anew at its next request."""
    _boards.forget()


def _let_display_in(slug: str, token: str) -> ResponseReturnValue:
    link = find_display(token)
    fair = get_fair(slug) if link is not None else None
    if link is None or fair is None or link.fair_id != fair.id:
        raise Gone()
    let_in(link.id)
    return redirect(url_for("reports.board", slug=fair.slug), 303)


def _fair_for_screen(slug: str) -> Fair | Response:
    """The fair, if staff or a display link may see its board; else the way to sign in."""

    def by_links(link_ids: list[int]) -> Fair | None:
        fair = get_fair(slug)
        return fair if find_display_link(fair, link_ids) else None

    return open_screen(
        Permission.BOARD_READ,
        as_staff=lambda scope: get_fair_within(slug, scope),
        by_links=by_links,
    )


def _draw(fair: Fair) -> Drawn:
    return _boards.of(fair.slug, lambda: _count_and_draw(fair))


def _count_and_draw(fair: Fair) -> str:
    figures = queries.board_figures(fair)
    return render_template(
        "reports/_board.html",
        fair=fair,
        figures=figures,
        phase=fair.phase_at(figures.at).value,
        arrivals=arrivals_columns([number for _, number in figures.arrivals]),
        is_suppressed=is_suppressed,
        suppressed=suppressed,
        short_name=_short_name,
    )


def _short_name(delegation: str) -> str:
    """乐清 for 乐清分团: the card's heading says already what they are."""
    return delegation.removesuffix("分团").removesuffix(" delegation") or delegation
