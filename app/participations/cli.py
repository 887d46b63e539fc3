"""``flask positions``."""

import click
from flask import Blueprint

from app.core.transaction import transaction
from app.employers.services import clear_index
from app.participations import services

bp = Blueprint("participations_cli", __name__, cli_group="positions")


@bp.cli.command("reindex")
def reindex_command() -> None:
    """Make the index of positions anew, in steps that others can pass between."""
    with transaction():
        clear_index()
    after: int | None = 0
    while after is not None:
        with transaction():
            after = services.index_batch(after)
    known, found = services.count_entries()
    click.echo(f"{known} positions, {found} of them at fairs that take place")
