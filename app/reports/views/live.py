"""The organiser's live page: is the hall safe?"""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.permissions import Permission
from app.reports import queries
from app.reports.charts import flow_columns, spark_columns
from app.reports.views.door import bp
from app.reports.views.drawings import Drawings, Drawn, answer_drawn
from app.tours.models import Fair
from app.tours.queries import get_fair_within
from app.web.access import requires

# How much of the hour the chart shows; the table has it all.
CHART_MINUTES = 30

_pages = Drawings()


@bp.get("/staff/fairs/<slug>/live")
@requires(Permission.BOARD_READ)
def live(slug: str) -> ResponseReturnValue:
    """People inside, flow at the gates, phones, alarms and conflicts, looked at again by itself."""
    fair = _fair(slug)
    drawn = _draw(fair)
    phase = fair.phase_at(drawn.at).value
    return render_template("reports/live.html", fair=fair, drawn=drawn, phase=phase)


@bp.get("/staff/fairs/<slug>/live/now")
@requires(Permission.BOARD_READ)
def live_now(slug: str) -> ResponseReturnValue:
    """The part that changes; whoever has it already gets 304 and nothing else."""
    return answer_drawn(_draw(_fair(slug)))


def forget_live_pages() -> None:
    """Draw every live page anew at its next request."""
    _pages.forget()


def _fair(slug: str) -> Fair:
    return get_fair_within(slug, current_user.scope_of(Permission.BOARD_READ))


def _draw(fair: Fair) -> Drawn:
    return _pages.of(fair.slug, lambda: _count_and_draw(fair))


def _count_and_draw(fair: Fair) -> str:
    figures = queries.live_figures(fair)
    total = figures.total
    return render_template(
        "reports/_live.html",
        fair=fair,
        figures=figures,
        total=total,
        chart=flow_columns(total.came[-CHART_MINUTES:], total.went[-CHART_MINUTES:]),
        chart_minutes=figures.minutes[-CHART_MINUTES:],
        spark=lambda values: spark_columns(values[-CHART_MINUTES:]),
    )
