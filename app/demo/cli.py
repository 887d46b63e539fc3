"""``flask demo``: load the sample world, and say how to get in."""

import sys
import time

import click
from flask import Blueprint, current_app
from flask_migrate import upgrade

from app.core.transaction import end_reading, transaction
from app.demo.logins import logins_table
from app.demo.world import is_loaded, load

bp = Blueprint("demo", __name__, cli_group="demo")


@bp.cli.command("load")
def load_command() -> None:
    """Fill an empty database with the sample world; does nothing when it is there."""
    if not current_app.config["SETTINGS"].demo:
        raise click.ClickException("Set XUNPIN_DEMO=true to load the sample world.")
    if is_loaded():
        click.echo("demo: the sample world is there already")
        return
    end_reading()
    began = time.monotonic()
    with transaction():
        load(_say)
    click.echo(f"demo: loaded in {time.monotonic() - began:.1f} s")


def _say(what: str, done: int, of: int) -> None:
    bar = "█" * done + "░" * (of - done)
    if sys.stdout.isatty():
        click.echo(f"\r\x1b[2Kdemo: {bar} {what}", nl=done == of)
    else:
        click.echo(f"demo: {done}/{of} {what}")


@bp.cli.command("prepare")
@click.pass_context
def prepare_command(context: click.Context) -> None:
    """Bring the database up to date and load the sample world: what ``make demo`` begins with."""
    upgrade()
    end_reading()
    context.invoke(load_command)


@bp.cli.command("logins")
@click.option("--port", default=8000, show_default=True, help="The port the server listens on.")
def logins_command(port: int) -> None:
    """Print the address and who may sign in."""
    click.echo(logins_table(port))
