"""The blueprint of this room, and what its pages share."""

from typing import Any

from flask import Blueprint, flash, g
from flask_login import current_user

from app.employers import queries
from app.employers.models import Employer

bp = Blueprint("employers", __name__)


def own_employer() -> Employer:
    """The company the visitor acts for, asked once a request."""
    return queries.get_own_employer(current_user)


@bp.app_context_processor
def name_company() -> dict[str, Any]:
    """What the employers' pages call the visitor's company."""
    if not (current_user and current_user.is_authenticated and current_user.is_employer):
        return {}
    if "company_name" not in g:
        employer = queries.find_own_employer(current_user)
        g.company_name = employer.display_name if employer else ""
    return {"company_name": g.company_name}


def toast(text: str, undo: str) -> None:
    """Say what was done, with a way to take it back."""
    flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]
