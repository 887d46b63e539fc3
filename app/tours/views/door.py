"""The blueprint of this room, and what its pages have in common."""

from typing import Any

from flask import Blueprint, flash, get_template_attribute, url_for
from flask_login import current_user

from app.accounts.permissions import Permission, Scope
from app.core.errors import Forbidden
from app.tours import queries, services
from app.tours.models import Fair, Tour
from app.web.templating import url_if

bp = Blueprint("tours", __name__)


def fair_to_change(slug: str, permission: Permission) -> Fair:
    """The fair with a slug, if this person may change it; seeing it is not enough."""
    fair = queries.get_fair_within(slug, current_user.scope_of(Permission.FAIR_READ))
    if not queries.may_change(fair, current_user.scope_of(permission)):
        raise Forbidden()
    return fair


def tour_to_change(slug: str) -> Tour:
    """The tour with a slug, if this person may change it."""
    tour = queries.get_tour(slug)
    if not queries.may_change_tour(tour, current_user.scope_of(Permission.FAIR_EDIT)):
        raise Forbidden()
    return tour


def ask_to_plan() -> Scope:
    """The scope of somebody who may plan new things; people of one fair may not."""
    scope: Scope = current_user.scope_of(Permission.FAIR_EDIT)
    if not (scope.bureau or scope.delegations):
        raise Forbidden()
    return scope


def home_of(fair: Fair) -> str:
    """Where a fair's work is done."""
    return url_if("pages.workspace", slug=fair.slug) or url_for("tours.edit_fair", slug=fair.slug)


def say_warnings(fair: Fair) -> None:
    """Put every doubt about a plan on top of the next page."""
    text_of = get_template_attribute("tours/_warnings.html", "warning_text")
    for warning in services.warnings_of(fair, queries.list_neighbours(fair)):
        flash(str(text_of(warning)).strip(), "warning")


def say(text: str, undo: str = "", **fields: Any) -> None:
    """A toast, with the way back where there is one."""
    message: Any = {"text": text, "undo": undo, "fields": fields} if undo else text
    flash(message, "success")
