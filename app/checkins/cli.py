"""``flask devices``: phones and scripts that scan."""

import json

import click
from flask import Blueprint

from app.checkins import services
from app.checkins.models import Gate
from app.core.errors import NotFound
from app.core.transaction import transaction
from app.tours import queries as tours
from app.tours.models import Fair

bp = Blueprint("devices_cli", __name__, cli_group="devices")


@bp.cli.command("enrol")
@click.argument("slug")
@click.option("--gate", "gate_name", default="", help="The gate's name; needed if there are more.")
@click.option("--name", default="script", show_default=True, help="What the list of phones shows.")
def enrol_command(slug: str, gate_name: str, name: str) -> None:
    """Make a device of the fair SLUG and print its token as JSON, this once."""
    try:
        fair = tours.get_fair(slug)
    except NotFound as error:
        raise click.ClickException(f"no fair called {slug}") from error
    with transaction():
        gate = _gate(fair, gate_name)
        enrolled = services.add_device(fair, gate=gate, name=name, by=None)
    told = {
        "device": enrolled.device.uid,
        "token": enrolled.token,
        "fair": fair.slug,
        "gate": gate.id,
    }
    click.echo(json.dumps(told))


def _gate(fair: Fair, name: str) -> Gate:
    """The gate of that name, or the only one. A fair without gates gets those of its venue."""
    gates = services.ensure_gates(fair)
    found = [gate for gate in gates if gate.closed_at is None and gate.name == (name or gate.name)]
    names = ", ".join(gate.name for gate in gates if gate.closed_at is None)
    if not found:
        raise click.ClickException(f"no gate called {name}; there are: {names}")
    if len(found) > 1:
        raise click.UsageError(f"say which gate: --gate NAME; there are: {names}")
    return found[0]
