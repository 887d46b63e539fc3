"""Correcting a file before it is applied: its columns, its rows; and the file with results."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.permissions import Permission
from app.core.errors import NotFound
from app.core.sheets import XLSX
from app.core.transaction import transaction
from app.imports import queries, services
from app.imports.cells import plain
from app.imports.exports import letters_of, make_result, told
from app.imports.kinds import KINDS
from app.imports.models import ImportBatch
from app.imports.views.door import bp, cell_of, find_batch, judge_again, label_of
from app.web.access import requires
from app.web.downloads import send_bytes

_COLUMN = re.compile(r"c-(\d{1,3})-(\d{1,3})")
_CELL = re.compile(r"cell-(\d{1,3})")


def _find_table(uid: str) -> ImportBatch:
    """An import whose columns and rows can be corrected; the list of schools is no such thing."""
    batch = find_batch(uid)
    if batch.kind not in KINDS:
        raise NotFound()
    return batch


@bp.route("/staff/import/<uid>/columns", methods=["GET", "POST"])
@requires(Permission.IMPORT_RUN)
def columns(uid: str) -> ResponseReturnValue:
    """What each column was taken for, to be corrected or confirmed."""
    batch = _find_table(uid)
    if request.method == "POST":
        chosen = {
            (int(found[1]), int(found[2])): value
            for name, value in request.form.items()
            if (found := _COLUMN.fullmatch(name))
        }
        with transaction():
            services.change_columns(batch, chosen)
        judge_again(batch)
        return redirect(url_for(".batch", uid=uid), 303)
    plans = services.plans_of(batch)
    return render_template(
        "imports/columns.html",
        batch=batch,
        plans=plans,
        samples=[_samples(batch, at, plan.first) for at, plan in enumerate(plans)],
        fields=[(one.name, _(one.label)) for one in KINDS[batch.kind].all_fields.values()],
        letters_of=letters_of,
        confirmed=services.is_confirmed(batch),
    )


def _samples(batch: ImportBatch, sheet: int, first: int) -> list[list[Any]]:
    rows = queries.list_samples(batch, sheet, first)
    return [[plain(cell) for cell in (row.cells or {}).get("cells", [])] for row in rows]


@bp.route("/staff/import/<uid>/rows/<int:sheet>/<int:number>", methods=["GET", "POST"])
@requires(Permission.IMPORT_RUN)
def row(uid: str, sheet: int, number: int) -> ResponseReturnValue:
    """One row: what is said of it, and its cells to be corrected."""
    batch = _find_table(uid)
    kept = queries.get_row(batch, sheet, number)
    if request.method == "POST":
        cells = {
            int(at[1]): value
            for name, value in request.form.items()
            if (at := _CELL.fullmatch(name))
        }
        with transaction():
            services.correct_row(batch, kept, cells)
            services.check_again(batch)
        judge_again(batch)
        return redirect(url_for(".row", uid=uid, sheet=sheet, number=number), 303)
    found = services.read_found(kept.messages)
    plan = services.plans_of(batch)[sheet]
    return render_template(
        "imports/row.html",
        batch=batch,
        row=kept,
        plan=plan,
        cells=(kept.cells or {}).get("cells", []),
        found=found,
        wrong={one.field for one in found},
        fmt_cell=plain,
        told=told,
        cell_of=cell_of,
        label_of=label_of,
        letters_of=letters_of,
    )


@bp.post("/staff/import/<uid>/rows/<int:sheet>/<int:number>/decide")
@requires(Permission.IMPORT_RUN)
def decide(uid: str, sheet: int, number: int) -> ResponseReturnValue:
    """Say whether a company with a similar name is the same."""
    batch = _find_table(uid)
    kept = queries.get_row(batch, sheet, number)
    slug = request.form.get("merge", "")
    with transaction():
        services.decide_row(kept, f"merge:{slug}" if slug else "keep")
        services.check_again(batch)
    judge_again(batch)
    return redirect(url_for(".row", uid=uid, sheet=sheet, number=number), 303)


@bp.post("/staff/import/<uid>/shift-back")
@requires(Permission.IMPORT_RUN)
def shift_back(uid: str) -> ResponseReturnValue:
    """Put the cells of every shifted row back where they belong."""
    batch = _find_table(uid)
    with transaction():
        services.shift_back(queries.list_with_reason(batch, "columns-shifted"))
        services.check_again(batch)
    judge_again(batch)
    flash(_("The cells were moved back and the rows checked again."), "success")
    return redirect(url_for(".batch", uid=uid), 303)


@bp.get("/staff/import/<uid>/result.xlsx")
@requires(Permission.IMPORT_RUN)
def result(uid: str) -> ResponseReturnValue:
    """The file as it came, with what became of each row beside it."""
    batch = _find_table(uid)
    name = f"{batch.file_name.rpartition('.')[0] or batch.file_name}-{_('result')}.xlsx"
    return send_bytes(make_result(batch), name=name, media_type=XLSX)
