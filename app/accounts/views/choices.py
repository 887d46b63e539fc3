"""Language, and light or dark: anybody's choice, kept for who is signed in."""

from flask import redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import services
from app.accounts.views.door import bp, came_from
from app.core.transaction import transaction
from app.web.access import public
from app.web.i18n import LOCALES

THEMES = ("light", "dark")


@bp.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Read on in another language, on the same page."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
        if current_user.is_authenticated:
            with transaction():
                services.choose_locale(current_user, locale)
    return redirect(came_from(), 303)


@bp.post("/theme")
@public
def choose_theme() -> ResponseReturnValue:
    """Light, dark, or as the device says."""
    theme = request.form.get("theme", "")
    if current_user.is_authenticated:
        with transaction():
            services.choose_theme(current_user, theme if theme in THEMES else None)
    return redirect(came_from(), 303)
