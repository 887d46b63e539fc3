"""``flask reports``: the yearly report for scripts."""

import json
from datetime import datetime
from typing import Any

import click
from flask import Blueprint

from app.reports import queries
from app.reports.exports import as_number
from app.reports.measures import FIGURES
from app.reports.queries import Annual, Line

bp = Blueprint("reports-cli", __name__, cli_group="reports")


@bp.cli.command("annual")
@click.option("--year", type=click.IntRange(2000, 2100), required=True)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day that counts; without it the year's last known day.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def annual_command(year: int, as_of: datetime | None, as_json: bool) -> None:
    """Print a year's figures, their ratio to last year, and the completion of targets."""
    report = queries.annual_report(year, as_of.date() if as_of else None)
    if as_json:
        click.echo(json.dumps(as_document(report), ensure_ascii=False, indent=2))
        return
    click.echo(f"{report.year}, as of {report.as_of.isoformat()}")
    for line in report.lines:
        ratio = "—" if line.ratio is None else f"{line.ratio}%"
        click.echo(
            f"{line.figure.name:<32}{_text(line.value):>12}{_text(line.last_year):>12}{ratio:>8}"
        )
    for row in report.targets:
        name = FIGURES[row.measure.value].name
        click.echo(f"{name:<32}{_text(row.value):>12} of {row.target:,}: {row.completion}%")


def as_document(report: Annual) -> dict[str, Any]:
    """The report as plain values; docs/scripts.md names every key."""
    return {
        "year": report.year,
        "as_of": report.as_of.isoformat(),
        "figures": {line.measure.value: _line(line) for line in report.lines},
        "targets": {
            row.measure.value: {
                "value": row.value,
                "target": row.target,
                "completion": as_number(row.completion),
                "missing": row.missing,
                "reconstructed": row.is_reconstructed,
            }
            for row in report.targets
        },
        "intents_by_level": [
            {
                "level": row.level.value if row.level else None,
                "people": row.people,
                "share": as_number(row.share),
                "year_on_year": as_number(row.change),
            }
            for row in report.levels
        ],
        "fairs_by_month": {
            str(report.year): report.months.now,
            str(report.year - 1): report.months.before,
        },
        "delegations": [
            {"code": line.row.code if line.row else None, **line.counts}
            for line in report.delegations
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "value": line.value,
        "unit": line.figure.unit,
        "counted": line.counted,
        "entered": line.entered.value,
        "reconstructed": line.entered.is_reconstructed,
        "last_year": line.last_year,
        "last_year_reconstructed": line.last_year_entered.is_reconstructed,
        "same_days_last_year": line.same_days,
        "ratio_to_last_year": line.ratio,
        "year_on_year": as_number(line.change),
    }


def _text(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"
