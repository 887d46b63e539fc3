"""The blueprint of this room, and where its visitors go next."""

from urllib.parse import urlsplit

from flask import Blueprint, request, session
from flask_login import current_user

from app.web.access import safe_next
from app.web.templating import url_if

bp = Blueprint("accounts", __name__)

NEXT = "next"


def keep_next() -> None:
    """Remember where somebody wanted to go before they had to sign in."""
    wanted = safe_next(request.values.get("next"))
    if wanted is not None:
        session[NEXT] = wanted


def home() -> str:
    """The first page of whoever is signed in."""
    if not current_user.is_authenticated:
        return "/"
    endpoint = "privacy.me"
    if current_user.is_staff:
        endpoint = "pages.staff_home"
    elif current_user.is_employer:
        endpoint = "pages.employer_home"
    return url_if(endpoint) or "/"


def came_from() -> str:
    """The page of ours a form was sent from, else the first page."""
    referrer = urlsplit(request.referrer or "")
    path = referrer.path + (f"?{referrer.query}" if referrer.query else "")
    own = path if referrer.netloc == request.host else None
    return safe_next(request.form.get("next")) or safe_next(own) or "/"
