"""Small steps that several pages of this room share."""

import base64
import json
from typing import Any

from flask import session
from flask_babel import get_locale

from app.accounts import services
from app.accounts.models import User
from app.core.crypto import decrypt, encrypt
from app.core.errors import DomainError
from app.core.transaction import end_reading, transaction
from app.web.forms import Form


def locale_name() -> str:
    """The language of the page being made, as accounts and notices keep it."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh_Hans"


def knows_password(user: User, typed: str) -> bool:
    """Whether somebody typed their own password; counted like a try to sign in."""
    kept = user.password_hash
    end_reading()
    good = services.verify_password(kept, typed)
    with transaction():
        return services.settle_password_login(user, good=good)


def new_hash(form: Form, field: str = "password", *, about: tuple[str, ...] = ()) -> str | None:
    """The hash of a password that may be used, or None with the reason in the form."""
    typed = form[field].data or ""
    try:
        services.check_new_password(typed, about=about, field=field)
    except DomainError as error:
        form.refuse(error)
        return None
    end_reading()
    return services.hash_password(typed)


def keep_sealed(name: str, value: Any) -> None:
    """Keep something in the session that its cookie must not show."""
    sealed = encrypt("session", json.dumps(value).encode())
    session[name] = base64.urlsafe_b64encode(sealed).decode()


def read_sealed(name: str) -> Any:
    """What was kept, or None."""
    kept = session.get(name)
    return json.loads(decrypt("session", base64.urlsafe_b64decode(kept))) if kept else None


def take_sealed(name: str) -> Any:
    """What was kept, once."""
    value = read_sealed(name)
    session.pop(name, None)
    return value
