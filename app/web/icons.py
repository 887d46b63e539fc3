"""Icons by name, drawn straight into the page.

The drawings are those of Bootstrap Icons, read once from the sprite inside the Bootstrap-Flask
package, so the repository holds no third-party file and a page asks for no icon font. An unknown
name is an error, not a gap.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from flask import Flask
from markupsafe import Markup

SPRITE = ("static", "bootstrap5", "icons", "bootstrap-icons.svg")
_SYMBOL = re.compile(r"<symbol\b([^>]*)>(.*?)</symbol>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@lru_cache(maxsize=1)
def _drawings() -> dict[str, tuple[str, str]]:
    """Name → (viewBox, inner markup) of every icon in the sprite."""
    sprite = files("flask_bootstrap").joinpath(*SPRITE).read_text(encoding="utf-8")
    drawings = {}
    for attributes, inner in _SYMBOL.findall(sprite):
        about = dict(_ATTRIBUTE.findall(attributes))
        drawings[about["id"]] = (about["viewBox"], inner.strip())
    return drawings


@lru_cache(maxsize=512)
def _drawn(name: str) -> Markup:
    """The icon as decoration: hidden from screen readers, the words stand beside it."""
    view_box, inner = _drawings()[name]
    return Markup(f'<svg class="bi" viewBox="{view_box}" aria-hidden="true">{inner}</svg>')


def icon(name: str, label: str | None = None) -> Markup:
    """One icon as inline SVG. With a label it is an image of its own, without one it is decoration.

    Raises KeyError for a name that Bootstrap Icons does not know.
    """
    if label is None:
        return _drawn(name)
    view_box, inner = _drawings()[name]
    head = Markup('<svg class="bi" viewBox="{}" role="img" aria-label="{}">').format(
        view_box, label
    )
    return head + Markup(inner) + Markup("</svg>")


def init_app(app: Flask) -> None:
    """Give templates the global `icon`."""
    app.jinja_env.globals["icon"] = icon
