"""Which majors a tour looks for: for planners who choose the next universities."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.core.sheets import XLSX, xlsx_book
from app.employers.states import PillarIndustry
from app.reports.exports import majors_sheet, name_majors
from app.reports.queries import MajorLine, count_majors
from app.reports.views.door import bp
from app.tours.queries import get_tour
from app.web.access import requires
from app.web.downloads import send_bytes

CHARTED = 8


@bp.get("/staff/tours/<slug>/majors")
@requires(Permission.REPORT_READ)
def majors(slug: str) -> ResponseReturnValue:
    """Which majors do the tour's positions want, and do students of them come?"""
    tour = get_tour(slug)
    lines = count_majors(tour)
    return render_template(
        "reports/majors.html",
        tour=tour,
        lines=[(name_majors(line.code), line) for line in lines],
        charted=_charted(lines),
        pillars=list(PillarIndustry),
    )


@bp.get("/staff/tours/<slug>/majors.xlsx")
@requires(Permission.REPORT_READ)
def majors_book(slug: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    tour = get_tour(slug)
    body = xlsx_book([majors_sheet(count_majors(tour))])
    return send_bytes(body, name=f"{tour.slug}-majors.xlsx", media_type=XLSX)


def _charted(lines: Sequence[MajorLine]) -> list[tuple[str, MajorLine]]:
    """The categories wanted most; those of no or any major say nothing beside students."""
    known = [line for line in lines if line.code.isdigit()]
    return [(name_majors(line.code), line) for line in known[:CHARTED]]
