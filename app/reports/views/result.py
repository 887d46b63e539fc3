"""A fair's figures: as they stand, as they were published, and publishing them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.sheets import XLSX, xlsx_book
from app.core.transaction import transaction
from app.participations.queries import count_by_status
from app.participations.states import ParticipationStatus
from app.reports import queries, services
from app.reports.exports import heading, part_name, result_sheets
from app.reports.forms import CorrectionForm
from app.reports.measures import FIGURES, shares
from app.reports.models import FairSnapshot
from app.reports.queries import BREAKDOWNS, Figures
from app.reports.views.door import bp
from app.tours.models import Fair
from app.tours.queries import get_fair_within
from app.tours.states import FairStatus
from app.web.access import requires
from app.web.downloads import send_bytes
from app.web.forms import answer

# How many parts a breakdown shows before the rest is folded away.
PARTS_SHOWN = 8


@bp.get("/staff/fairs/<slug>/result")
@requires(Permission.REPORT_READ)
def result(slug: str) -> ResponseReturnValue:
    """The figures of a fair with their definitions and their history."""
    return render_template("reports/result.html", **_shown(_fair(slug, Permission.REPORT_READ)))


@bp.get("/staff/fairs/<slug>/result.xlsx")
@requires(Permission.REPORT_READ)
def result_sheet(slug: str) -> ResponseReturnValue:
    """The same as a spreadsheet."""
    fair = _fair(slug, Permission.REPORT_READ)
    shown = _shown(fair)
    sheets = result_sheets(fair, shown["figures"], shown["snapshots"], shown["snapshot"])
    return send_bytes(xlsx_book(sheets), name=f"{fair.slug}.xlsx", media_type=XLSX)


@bp.route("/staff/fairs/<slug>/close", methods=["GET", "POST"])
@requires(Permission.FAIR_CLOSE)
def close(slug: str) -> ResponseReturnValue:
    """Ask once, then close the fair and publish its figures."""
    fair = _fair(slug, Permission.FAIR_CLOSE)
    if request.method == "GET":
        waiting = queries.list_unsynced_devices(fair)
        missing = count_by_status(fair).get(ParticipationStatus.CONFIRMED, 0)
        early = utcnow() < fair.ends_at
        return render_template(
            "reports/close.html", fair=fair, waiting=waiting, missing=missing, early=early
        )
    with transaction():
        services.close_fair(fair, by=current_user)
    flash(_("The fair is closed and its figures are published."), "success")
    return redirect(url_for("reports.result", slug=fair.slug), 303)


@bp.route("/staff/fairs/<slug>/correct", methods=["GET", "POST"])
@requires(Permission.FAIR_CLOSE)
def correct(slug: str) -> ResponseReturnValue:
    """Publish the figures again, with a reason."""
    fair, form = _fair(slug, Permission.FAIR_CLOSE), CorrectionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.correct_figures(fair, note=form.note.data, by=current_user)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The corrected figures are published."), "success")
            return redirect(url_for("reports.result", slug=fair.slug), 303)
    return answer("reports/correct.html", form, fair=fair, changed=_changed(fair), heading=heading)


def _fair(slug: str, permission: Permission) -> Fair:
    return get_fair_within(slug, current_user.scope_of(permission))


def _shown(fair: Fair) -> dict[str, Any]:
    """What the page and the spreadsheet show: a snapshot, or the figures as they stand.

    People of one delegation see their own figures as they stand: what is published is the
    bureau's.
    """
    scope = current_user.scope_of(Permission.REPORT_READ)
    is_partial = queries.own_delegations(scope, fair) is not None
    snapshots = [] if is_partial else queries.list_snapshots(fair)
    wanted = request.args.get("snapshot", type=int)
    snapshot = _chosen(fair, snapshots, wanted)
    figures = (
        queries.frozen_figures(snapshot) if snapshot else queries.fair_figures(fair, scope=scope)
    )
    return {
        "fair": fair,
        "figures": figures,
        "snapshots": snapshots,
        "snapshot": snapshot,
        "newest": snapshots[0] if snapshots else None,
        "is_partial": is_partial,
        "waiting": [] if is_partial else queries.list_unsynced_devices(fair),
        "changed": _changed(fair) if snapshot and snapshot is snapshots[0] else [],
        "can_close": current_user.can(Permission.FAIR_CLOSE) and not is_partial,
        "is_closed": fair.status is FairStatus.CLOSED,
        "has_begun": utcnow() >= fair.starts_at,
        "rows": [(FIGURES[key], value) for key, value in _in_order(figures)],
        "breakdowns": _breakdowns(figures),
        "defined": FIGURES,
        "heading": heading,
    }


def _chosen(fair: Fair, snapshots: list[FairSnapshot], wanted: int | None) -> FairSnapshot | None:
    if wanted is not None and snapshots:
        return queries.get_snapshot(fair, wanted)
    return snapshots[0] if snapshots else None


def _changed(fair: Fair) -> list[tuple[Any, Any, Any]]:
    """What is counted otherwise now than was published last: (figure, published, now)."""
    newest = next(iter(queries.list_snapshots(fair)), None)
    if newest is None:
        return []
    before, now = newest.figures["counts"], queries.fair_figures(fair).counts
    return [
        (FIGURES[key], before.get(key), value)
        for key, value in now.items()
        if key in FIGURES and before.get(key) != value
    ]


def _in_order(figures: Figures) -> list[tuple[str, Any]]:
    values = figures.values
    return [(key, values[key]) for key in FIGURES if key in values and key != "fairs"]


def _breakdowns(figures: Figures) -> list[dict[str, Any]]:
    """Every breakdown with something in it, ready for a table: first rows, and the rest."""
    shown = []
    for name, parts in figures.parts.by.items():
        breakdown = BREAKDOWNS[name]
        if not parts:
            continue
        split = shares([part.counts[breakdown.figures[0]] for part in parts])
        rows = [
            (part_name(breakdown, part), [part.counts[key] for key in breakdown.figures], share)
            for part, share in zip(parts, split, strict=True)
        ]
        shown.append(
            {
                "key": name,
                "name": breakdown.name,
                "headers": [heading(FIGURES[key]) for key in breakdown.figures],
                "rows": rows[:PARTS_SHOWN],
                "more": rows[PARTS_SHOWN:],
            }
        )
    return shown
