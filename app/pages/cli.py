"""``flask ops``: backup and restore."""

from pathlib import Path

import click
from flask import Blueprint, current_app

from app.checkins.services import begin_epoch
from app.core.errors import DomainError
from app.core.transaction import end_reading, transaction
from app.pages.backups import make_backup, restore_backup

bp = Blueprint("ops", __name__, cli_group="ops")


def _places() -> tuple[str, Path]:
    return current_app.config["SQLALCHEMY_DATABASE_URI"], Path(current_app.config["FILES_DIR"])


@bp.cli.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup_command(file: Path) -> None:
    """Write a whole copy (database and files) to FILE while the site runs."""
    url, files = _places()
    try:
        manifest = make_backup(file, database_url=url, files=files)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"backup of {manifest['engine']} made at {manifest['made_at']}: {file}")


@bp.cli.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; what is there now is replaced.")
def restore_command(file: Path, yes: bool) -> None:
    """Put the copy in FILE in the place of what is there. Stop the server and the worker first."""
    if not yes:
        click.confirm("Replace the present database with this backup?", abort=True)
    url, files = _places()
    end_reading()
    try:
        manifest = restore_backup(file, database_url=url, files=files)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    with transaction():
        epoch = begin_epoch()
    click.echo(f"restored the state of {manifest['made_at']}; new epoch {epoch}")
    click.echo("Gate phones will send their scans again by themselves.")
