"""Which language a page speaks."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, request, session
from flask_babel import Babel, force_locale, get_locale
from flask_login import current_user

LOCALES = ("en", "zh_Hans")
_SPOKEN = {
    "en": "en",
    "zh": "zh_Hans",
    "zh-cn": "zh_Hans",
    "zh-hans": "zh_Hans",
    "zh-sg": "zh_Hans",
}

babel = Babel()

Made = TypeVar("Made")


def choose_locale() -> str:
    """The user's kept choice, the session's, the browser's, else the organiser's default."""
    chosen = None if request.path.startswith("/api/") else _chosen()
    if chosen in LOCALES:
        return str(chosen)
    for tag, _quality in request.accept_languages:
        for known in (tag.lower(), tag.lower().split("-")[0]):
            if known in _SPOKEN:
                return _SPOKEN[known]
    return "zh_Hans"


def _chosen() -> str | None:
    """What was chosen in this browser or kept for the person signed in (asks the database)."""
    kept = getattr(current_user, "locale", None) if current_user else None
    return session.get("locale") or kept


def is_english() -> bool:
    """Whether the page being made is in English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


def in_each_language(make: Callable[[], Made]) -> list[Made]:
    """What ``make`` gives in the reader's language, then in the other: for walls and paper."""
    first = "en" if is_english() else "zh_Hans"
    made = []
    for name in sorted(LOCALES, key=lambda name: name != first):
        with force_locale(name):
            made.append(make())
    return made


def bilingual(row: Any, name: str) -> str:
    """The text of ``name_zh`` or ``name_en`` of a row in the reader's language, else the other."""
    zh, en = getattr(row, f"{name}_zh") or "", getattr(row, f"{name}_en") or ""
    return (en or zh) if is_english() else (zh or en)


def init_app(app: Flask) -> None:
    """Translate pages; give the templates ``lang_tag()`` and ``bilingual(row, 'title')``."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    babel.init_app(app, locale_selector=choose_locale)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(
        bilingual=bilingual,
        is_english=is_english,
        lang_tag=lambda: "en" if is_english() else "zh-Hans",
    )
    app.jinja_env.filters["bilingual"] = bilingual
