"""The screen at a gate with its changing code, and what happens to who scans it."""

from functools import lru_cache
from typing import Any

from flask import (
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.accounts.permissions import Permission
from app.checkins import queries, services
from app.checkins.models import Gate
from app.checkins.services import screens
from app.checkins.states import hall_state
from app.checkins.views.door import bp
from app.core.clock import utcnow
from app.core.errors import Gone, NotFound
from app.core.qr import PathData, qr_svg
from app.tours.models import Fair
from app.tours.queries import get_fair, get_fair_within
from app.web.access import public
from app.web.displays import let_in, open_screen
from app.web.formatting import fmt_number
from app.web.i18n import in_each_language
from app.web.links import external_url

COOKIE = "xunpin-screen"
# Where the pass is needed, and nowhere else.
COOKIE_PATH = "/g/"


@bp.get("/fairs/<slug>/gates/<int:gate_id>/screen")
@public
def screen(slug: str, gate_id: int) -> ResponseReturnValue:
    """The projector at a gate: a large code that changes every half minute."""
    token = request.args.get("display")
    if token is not None:
        return _let_display_in(slug, gate_id, token)
    gate = _gate_for_screen(slug, gate_id)
    if isinstance(gate, Response):
        return gate
    fair = gate.fair
    first = _drawn(screens.live_code(gate.id, screens.step_at(utcnow())))
    halves = in_each_language(_instructions)
    return render_template(
        "checkins/screen.html", fair=fair, gate=gate, qr=first, halves=halves, hall=_hall(fair)
    )


@bp.get("/fairs/<slug>/gates/<int:gate_id>/screen/codes")
@public
def screen_codes(slug: str, gate_id: int) -> ResponseReturnValue:
    """The codes of the next ten minutes, drawn, and how full the hall is.

    ``after`` is the last step the screen has: only later ones are sent.
    """
    gate = _gate_for_screen(slug, gate_id)
    if isinstance(gate, Response):
        abort(401)
    now = utcnow()
    after = request.args.get("after", type=int)
    codes = screens.next_codes(gate.id, now, after=after) if gate.closed_at is None else []
    return {
        "now": round(now.timestamp() * 1000),
        "step": round(screens.STEP.total_seconds() * 1000),
        "codes": [[step, drawn.size, drawn] for step, drawn in _drawn_all(codes)],
        "hall": _hall(gate.fair),
        "closed": gate.closed_at is not None,
    }


@bp.get("/l/<code>")
@public
def open_live_code(code: str) -> ResponseReturnValue:
    """What the screen's code opens: swap it for a pass, and say where to tap. Changes no row."""
    read = screens.read_live_code(code.upper())
    gate = queries.find_gate(read.gate_id) if read else None
    if read is None or gate is None or not gate.fair.is_public:
        raise NotFound()
    now = utcnow()
    if not read.is_current(now):
        return code_is_over(gate.fair)
    response = make_response(redirect(url_for(".poster", code=screens.gate_ref(gate.id)), 303))
    response.set_cookie(
        COOKIE,
        screens.make_pass(gate.id, now=now),
        max_age=int(screens.PASS_TIME.total_seconds()),
        path=COOKIE_PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def code_is_over(fair: Fair) -> ResponseReturnValue:
    """The page for a code that was good a while ago."""
    return render_template("checkins/screen_over.html", fair=fair), 410


def own_pass(gate: Gate) -> screens.Pass | None:
    """The pass this browser holds for a gate, if it is still good."""
    held = screens.read_pass(request.cookies.get(COOKIE, ""), now=utcnow())
    return held if held is not None and held.gate_id == gate.id else None


def without_pass(answer: Any) -> Response:
    """An answer after which the pass is spent."""
    response = make_response(answer)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


# -- the screen's own ------------------------------------------------------------------


def _let_display_in(slug: str, gate_id: int, token: str) -> ResponseReturnValue:
    link = services.find_display(token)
    fair = get_fair(slug) if link is not None else None
    if link is None or fair is None or link.fair_id != fair.id:
        raise Gone()
    let_in(link.id)
    return redirect(url_for(".screen", slug=slug, gate_id=gate_id), 303)


def _gate_for_screen(slug: str, gate_id: int) -> Gate | Response:
    """The gate, if staff or a display link may show its screen; else the way to sign in."""

    def by_links(link_ids: list[int]) -> Gate | None:
        fair = get_fair(slug)
        if queries.find_display_link(fair, link_ids) is None:
            return None
        return queries.get_gate(fair, gate_id)

    return open_screen(
        Permission.BOARD_READ,
        as_staff=lambda scope: queries.get_gate(get_fair_within(slug, scope), gate_id),
        by_links=by_links,
    )


def _hall(fair: Fair) -> dict[str, Any]:
    """Inside against permitted, in the screen's language."""
    inside, permitted = queries.count_inside(fair), fair.permitted_number
    state = hall_state(inside, permitted)
    return {
        "inside": fmt_number(inside),
        "permitted": None if permitted is None else fmt_number(permitted),
        "state": state.value if state else "",
    }


def _instructions() -> dict[str, str]:
    """What stands beside the code, in one language."""
    return {
        "scan": gettext("Scan to check in"),
        "how": gettext("With WeChat or your camera"),
        "then": gettext("Then tap “I am here, check in”. Not registered yet? It takes a minute."),
    }


def _drawn_all(codes: list[tuple[int, str]]) -> list[tuple[int, PathData]]:
    return [(step, _drawn(code)) for step, code in codes]


def _drawn(code: str) -> PathData:
    return _draw(external_url("checkins.open_live_code", code=code))


@lru_cache(maxsize=256)
def _draw(url: str) -> PathData:
    """Every screen of a gate shows the same code: draw it once."""
    return qr_svg(url)
