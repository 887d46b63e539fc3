"""The yearly report."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import today
from app.core.errors import NotFound
from app.core.sheets import XLSX, xlsx_book
from app.reports import queries
from app.reports.charts import month_columns
from app.reports.exports import OF_GROUPS, annual_sheets, heading
from app.reports.forms import FIRST_YEAR, LAST_YEAR, read_day
from app.reports.measures import FIGURES, figures_of
from app.reports.queries import Annual
from app.reports.states import Measure
from app.reports.views.door import bp
from app.web.access import requires
from app.web.downloads import send_bytes

# The definitions that stand on the page; the spreadsheet has them all.
DEFINED = ("ratio_to_last_year", "year_on_year", "completion", "intents", "positions")
# Tones of the stacked bar, for the levels in their order and what was not split.
YEARS_SHOWN = 6
TONES = ("d1", "d2", "d3", "d4", "d4", "d4")


@bp.get("/staff/report")
@bp.get("/staff/report/<int:year>")
@requires(Permission.REPORT_READ)
def report(year: int | None = None) -> ResponseReturnValue:
    """A year so far: totals, targets, levels, months, delegations, definitions."""
    fault = ""
    try:
        as_of = read_day(request.args.get("as_of"))
    except ValueError:
        as_of, fault = None, _("Write the day like 2026-09-30.")
    found = _report(year or today().year, as_of)
    page = render_template(
        "reports/annual.html",
        report=found,
        fault=fault,
        provisional=queries.count_provisional(found.this.chosen.fairs),
        years_shown=_years(found.year),
        intents_measure=Measure.INTENTS,
        fairs_measure=Measure.FAIRS,
        figures=FIGURES,
        chart=month_columns(found.months.now, found.months.before),
        definitions=figures_of(DEFINED),
        group_figures=[FIGURES[key] for key in OF_GROUPS],
        heading=heading,
        tones=TONES,
        whole=_sees_everything(),
    )
    return page, 422 if fault else 200


@bp.get("/staff/report/<int:year>/report.xlsx")
@requires(Permission.REPORT_READ)
def report_sheet(year: int) -> ResponseReturnValue:
    """The same as a spreadsheet, with every fair on a sheet of its own."""
    try:
        as_of = read_day(request.args.get("as_of"))
    except ValueError:
        as_of = None
    found = _report(year, as_of)
    data = xlsx_book(annual_sheets(found, queries.fairs_of(found.this)))
    name = f"report-{found.year}-{found.as_of.isoformat()}.xlsx"
    return send_bytes(data, name=name, media_type=XLSX)


def _report(year: int, as_of: date | None) -> Annual:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound()
    scope = current_user.scope_of(Permission.REPORT_READ)
    return queries.annual_report(year, as_of, scope=scope)


def _years(shown: int) -> list[tuple[int, str, bool]]:
    """The latest years and the one shown, each with its address."""
    years = queries.report_years()[:YEARS_SHOWN]
    if shown not in years:
        years = [*years[: YEARS_SHOWN - 1], shown]
    return [(year, url_for("reports.report", year=year), year == shown) for year in years]


def _sees_everything() -> bool:
    return bool(current_user.scope_of(Permission.REPORT_READ).bureau)
