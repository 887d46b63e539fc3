"""``flask places``."""

import click
from flask import Blueprint

from app.core.transaction import transaction
from app.places import services

bp = Blueprint("places-cli", __name__, cli_group="places")


@bp.cli.command("seed-schools")
def seed_schools() -> None:
    """Make sure the 147 double first-class universities are known, and marked as such."""
    with transaction():
        added = services.seed_double_first_class()
    click.echo(f"{added} schools added, all double first-class universities are marked.")
