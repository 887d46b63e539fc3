"""``flask accounts``."""

import click
from flask import Blueprint

from app.accounts import queries, services
from app.accounts.permissions import STAFF_ROLES, Role
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.web.links import external_url

bp = Blueprint("accounts-cli", __name__, cli_group="accounts")


@bp.cli.command("create-staff")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in STAFF_ROLES]),
    default=Role.ADMINISTRATOR.value,
    show_default=True,
)
def create_staff(email: str, role: str) -> None:
    """Invite EMAIL to the organiser's staff and print the invitation link.

    Somebody who has a staff account already is given the role instead.
    """
    grant = services.Grant(Role(role))
    try:
        email = services.normalise_email(email)
        person = queries.find_user_by_email(email)
        with transaction():
            if person is not None and person.is_staff:
                services.give_role(person, grant, by=None)
            else:
                token = services.invite_staff(email, grant, by=None, locale=None)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if person is not None and person.is_staff:
        click.echo(f"{email} has an account and now holds the role {role}.")
    else:
        click.echo(external_url("accounts.invitation", token=token))
