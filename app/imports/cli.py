"""``flask imports``."""

import json
from pathlib import Path
from typing import Any

import click
from flask import Blueprint

from app.accounts.permissions import Scope
from app.core.errors import DomainError
from app.core.transaction import end_reading, in_steps, transaction
from app.imports import queries, services
from app.imports.kinds import KINDS
from app.imports.readers import open_book
from app.imports.services import ReadFile
from app.imports.states import ImportKind, ImportStatus, RowVerdict
from app.tours.queries import get_fair

bp = Blueprint("imports-cli", __name__, cli_group="imports")
MOST_REMARKS = 1_000


@bp.cli.command("run")
@click.argument("kind", type=click.Choice([kind.value for kind in (ImportKind.SCHOOLS, *KINDS)]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fair", "fair_slug", help="The fair the rows are for.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer as one JSON object.")
@click.option("--accept-problems", is_flag=True, help="Apply although the file contradicts itself.")
@click.option("--accept-guess", is_flag=True, help="Apply a file without headings as guessed.")
@click.option("--insist", is_flag=True, help="Apply although doors are open (SQLite only).")
def run(
    kind: str,
    file: Path,
    fair_slug: str | None,
    dry_run: bool,
    as_json: bool,
    accept_problems: bool,
    accept_guess: bool,
    insist: bool,
) -> None:
    """Import FILE, in one transaction.

    A file that would change nothing writes nothing at all. Ends with 1 and writes nothing
    if the file cannot be read, or if somebody must look at it first: a group that declares
    another number of schools than follow, a table without headings whose columns are a guess.
    """
    chosen = ImportKind(kind)
    try:
        if chosen is ImportKind.SCHOOLS:
            answer = _run_schools(file, dry_run, accept_problems)
        elif dry_run:
            answer = _look(chosen, file, fair_slug)
        else:
            answer = _run(chosen, file, fair_slug, accept_guess, insist)
    except DomainError as error:
        answer = {"status": "unreadable", "error": str(error), "code": error.code}
    _say({"kind": kind, "file": file.name, **answer}, as_json)
    if answer["status"] in ("refused", "unreadable"):
        raise SystemExit(1)


# ------------------------------------------------------------------------------- all but schools


def _look(kind: ImportKind, file: Path, fair_slug: str | None) -> dict[str, Any]:
    """Check a file without keeping anything."""
    fair = get_fair(fair_slug) if fair_slug else None
    options = services.CheckOptions(kind, Scope(bureau=True), fair_id=fair.id if fair else None)
    tally, remarks = services.Tally(), list[dict[str, Any]]()
    with open_book(file.read_bytes()) as book:
        plans = services.plan_book(book, options)
        for chunk in services.Checker(plans, options).check_book(book):
            for row in chunk:
                tally.add(row)
                if row.found and len(remarks) < MOST_REMARKS:
                    remarks.append(_remark(row, plans))
    return {"status": "checked", **tally.totals(), "sheets": _sheets(plans), "remarks": remarks}


def _run(
    kind: ImportKind, file: Path, fair_slug: str | None, accept_guess: bool, insist: bool
) -> dict[str, Any]:
    """Check a file, keep it, and apply it."""
    data = file.read_bytes()
    key = services.seal_file(data)
    with transaction():
        fair = get_fair(fair_slug) if fair_slug else None
        batch = services.receive(kind, key=key, data=data, name=file.name, by=None, fair=fair)
    in_steps(services.check_steps(batch), rest=services.rest_between_steps())
    answer = {**batch.totals, "batch": batch.uid}
    if batch.status is ImportStatus.REFUSED:
        message, params = services.read_remark(batch.failure)
        return {"status": "unreadable", "error": message % params, "code": batch.totals["error"]}
    answer["sheets"] = _sheets(
        [services.SheetPlan.from_json(one) for one in batch.mapping["sheets"]]
    )
    answer["remarks"] = [
        {
            "row": row.number,
            "verdict": row.verdict.value,
            "name": row.values.get("title") or row.values.get("name") or "",
            "messages": [services.in_words(one) for one in services.read_found(row.messages)],
        }
        for row in queries.list_remarked(batch, MOST_REMARKS)
    ]
    if not services.is_confirmed(batch) and not accept_guess:
        with transaction():
            services.refuse_batch(batch, by=None)
        return {**answer, "status": "refused", "why": services.Unconfirmed.code}
    if not services.count_made(batch):
        with transaction():
            services.refuse_batch(batch, by=None)
        return {**answer, "status": "unchanged"}
    with transaction():
        if accept_guess:
            services.confirm(batch)
        services.apply_batch(batch, {}, by=None, insist=insist)
    return {**answer, "status": batch.status.value}


def _remark(row: services.JudgedRow, plans: list[services.SheetPlan]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "row": row.number,
        "verdict": row.verdict.value,
        "name": row.values.get("title") or row.values.get("name") or "",
        "messages": [services.in_words(one) for one in row.found],
    }
    if len(plans) > 1:
        told["sheet"] = plans[row.sheet].name
    return told


def _sheets(plans: list[services.SheetPlan]) -> list[dict[str, Any]]:
    """What was taken for what: for each sheet with a table its columns, by place from 1."""
    return [
        {
            "name": plan.name,
            "by": plan.by,
            "first_row": plan.first + 1,
            "columns": {str(at + 1): name for at, name in sorted(plan.columns.items())},
        }
        for plan in plans
        if plan.columns
    ]


# -------------------------------------------------------------------------------------- schools


def _run_schools(file: Path, dry_run: bool, accept_problems: bool) -> dict[str, Any]:
    """A list of schools, which has ways of its own."""
    read = services.read_file(ImportKind.SCHOOLS, file.read_bytes(), file.name)
    judged = services.judge(read)
    answer = _answer(read, services.totals_of(read, judged), judged)
    if dry_run:
        return {**answer, "status": "checked"}
    if read.content.problems and not accept_problems:
        return {**answer, "status": "refused"}
    if not services.has_work(judged):
        return {**answer, "status": "unchanged"}
    return {**answer, **_apply(read, accept_problems)}


def _apply(read: ReadFile, accept_problems: bool) -> dict[str, Any]:
    """Write the batch and what it does, and say which batch it was."""
    end_reading()
    drafts = services.draft(services.judge(read))
    with transaction():
        batch = services.keep_checked(read, by=None)
        services.apply_batch(batch, drafts, by=None, despite_problems=accept_problems)
    return {"status": batch.status.value, "batch": batch.uid}


def _answer(read: ReadFile, totals: dict[str, Any], judged: list[Any]) -> dict[str, Any]:
    """What is said of a file; rows are listed only where somebody should look at them."""
    rows = [
        {
            "row": row.number,
            "verdict": row.verdict.value,
            "name": row.values.get("name", ""),
            "messages": services.in_english(row.messages),
        }
        for row in judged
        if row.messages
    ]
    return {
        "status": "",
        **totals,
        "problems": services.in_english(read.content.problems),
        "remarks": rows,
    }


# --------------------------------------------------------------------------------------- answers

_COUNTED = {
    True: ("new", "changed", "same", "faulty", "skipped"),
    False: ("ok", "warnings", "refused", "skipped"),
}


def _say(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    if "error" in answer:
        click.echo(f"{answer['file']}: {answer['error']}", err=True)
        return
    schools = answer["kind"] == ImportKind.SCHOOLS
    counts = ", ".join(
        f"{answer[name]:,} {name}" if not schools else f"{answer[name]} {name}"
        for name in _COUNTED[schools]
        if answer[name]
    )
    if answer.get("warning"):
        counts += f"; {answer['warning']} to be looked at"
    click.echo(f"{answer['file']}: {answer['rows']} rows ({counts}), {answer['status']}")
    for problem in answer.get("problems", ()):
        click.echo(f"  problem: {problem}")
    if not schools:
        for code, count in answer["reasons"].items():
            click.echo(f"  {count:>7,} {code}")
    for row in answer["remarks"][:50]:
        if row["verdict"] != RowVerdict.OK:
            click.echo(f"  row {row['row']} {row['name']}: {' '.join(row['messages'])}")
    if len(answer["remarks"]) > 50:
        click.echo(f"  … and {len(answer['remarks']) - 50} more")
