"""The blueprint of this room, and what its pages share."""

from typing import Any

from flask import Blueprint, flash
from flask_login import current_user

from app.core.errors import DomainError
from app.employers import queries as employers
from app.employers.models import Employer
from app.participations import queries
from app.participations.models import Participation
from app.tours import queries as tours
from app.tours.models import Fair
from app.web.errors import sentence

bp = Blueprint("participations", __name__)


def own_employer() -> Employer:
    """The company the visitor acts for."""
    return employers.get_own_employer(current_user)


def own_participation(slug: str) -> Participation:
    """The visitor's company at a fair."""
    return queries.get_own(slug, own_employer())


def staff_fair(slug: str, permission: str) -> Fair:
    """A fair within the reach of the visitor's permission."""
    return tours.get_fair_within(slug, current_user.scope_of(permission))


def staff_participation(slug: str, employer_slug: str, permission: str) -> Participation:
    """An application within the reach of the visitor's permission."""
    fair = staff_fair(slug, permission)
    return queries.get_participation(fair, employer_slug, current_user.scope_of(permission))


def toast(text: str, undo: str, **fields: Any) -> None:
    """Say what was done, with a way to take it back."""
    flash({"text": text, "undo": undo, "fields": fields}, "success")  # type: ignore[arg-type]


def warn(error: DomainError) -> None:
    """Say on the next page why something was not done."""
    flash(sentence(error), "warning")
