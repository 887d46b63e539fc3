"""What a year is to reach, and totals that were not counted here."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import today
from app.core.errors import DomainError, StaleVersion
from app.core.transaction import transaction
from app.reports import queries, services
from app.reports.forms import TargetsForm, TotalForm, read_year
from app.reports.measures import FIGURES
from app.reports.models import ExternalFigure
from app.reports.views.door import bp
from app.web.access import requires
from app.web.forms import answer


@bp.route("/staff/targets", methods=["GET", "POST"])
@requires(Permission.TARGET_EDIT)
def targets() -> ResponseReturnValue:
    """A year's targets in one form, and the totals entered for it."""
    year = read_year(request.values.get("year"), today().year)
    if request.method == "GET":
        return _targets_page(TargetsForm.filled_with(queries.list_targets(year)), year)
    form = TargetsForm()
    if not form.validate():
        return _targets_page(form, year)
    with transaction():
        services.set_targets(year, form.values(), seen=form.seen(), by=current_user)
    flash(_("Saved"), "success")
    return redirect(url_for("reports.targets", year=year), 303)


@bp.route("/staff/totals/new", methods=["GET", "POST"])
@requires(Permission.TARGET_EDIT)
def new_total() -> ResponseReturnValue:
    """Enter a total."""
    form = TotalForm()
    if form.validate_on_submit():
        try:
            with transaction():
                row = services.enter_total(form.details(), by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            return _saved(row)
    year = read_year(request.args.get("year"), today().year)
    return answer("reports/total.html", form, total=None, year=year)


@bp.route("/staff/totals/<int:total_id>", methods=["GET", "POST"])
@requires(Permission.TARGET_EDIT)
def total(total_id: int) -> ResponseReturnValue:
    """Change a total."""
    row = queries.get_total(total_id)
    form = TotalForm() if request.method == "POST" else TotalForm.filled_with(row)
    if form.validate_on_submit():
        try:
            with transaction():
                details, seen = form.details(), form.version_seen()
                services.change_total(row, details, version=seen, by=current_user)
        except StaleVersion:
            raise
        except DomainError as error:
            form.refuse(error)
        else:
            return _saved(row)
    return answer("reports/total.html", form, total=row, year=row.last_on.year)


@bp.post("/staff/totals/<int:total_id>/remove")
@requires(Permission.TARGET_EDIT)
def remove_total(total_id: int) -> ResponseReturnValue:
    """Take a total out of the figures; the toast can bring it back."""
    row = queries.get_total(total_id)
    with transaction():
        services.remove_total(row, by=current_user)
    undo = url_for("reports.restore_total", total_id=row.id)
    toast: Any = {"text": _("The total is removed."), "undo": undo}
    flash(toast, "success")
    return redirect(url_for("reports.targets", year=row.last_on.year), 303)


@bp.post("/staff/totals/<int:total_id>/restore")
@requires(Permission.TARGET_EDIT)
def restore_total(total_id: int) -> ResponseReturnValue:
    """Bring a removed total back."""
    row = queries.get_total(total_id, removed=True)
    with transaction():
        services.restore_total(row, by=current_user)
    flash(_("The total is back."), "success")
    return redirect(url_for("reports.targets", year=row.last_on.year), 303)


def _saved(row: ExternalFigure) -> ResponseReturnValue:
    flash(_("Saved"), "success")
    return redirect(url_for("reports.targets", year=row.last_on.year), 303)


def _targets_page(form: TargetsForm, year: int) -> ResponseReturnValue:
    years = sorted({*queries.report_years(), year, today().year + 1}, reverse=True)
    return answer(
        "reports/targets.html",
        form,
        year=year,
        years=years,
        totals=queries.totals_with_verdict(year),
        figures=FIGURES,
    )
