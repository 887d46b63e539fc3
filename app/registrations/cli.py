"""``flask registrations``."""

import click
from flask import Blueprint

from app.core.errors import NotFound
from app.registrations import queries
from app.tours import queries as tours
from app.web.links import external_url

bp = Blueprint("registrations_cli", __name__, cli_group="registrations")


@bp.cli.command("codes")
@click.argument("slug")
def codes_command(slug: str) -> None:
    """Print the ticket address of everybody registered for a fair, one a line."""
    try:
        fair = tours.get_fair(slug)
    except NotFound as error:
        raise click.ClickException(f"no fair called {slug}") from error
    for code in queries.list_codes(fair):
        click.echo(external_url("checkins.open_ticket", code=code))
