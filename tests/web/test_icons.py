import re
from pathlib import Path

import pytest

from app.web.icons import icon

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LITERAL = re.compile(r"\bicon\(\s*'([a-z0-9-]+)'")


def test_an_icon_without_words_is_hidden_from_readers():
    drawn = icon("check-lg")
    assert drawn.startswith('<svg class="bi" viewBox="0 0 16 16" aria-hidden="true"><path')
    assert drawn.endswith("</svg>")


def test_an_icon_with_words_is_an_image_and_its_words_are_escaped():
    drawn = icon("check-lg", '"><script>')
    assert 'role="img"' in drawn
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_an_unknown_icon_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_every_icon_named_in_a_template_exists():
    named = {
        (name, path.relative_to(TEMPLATES).as_posix())
        for path in TEMPLATES.rglob("*.html")
        for name in LITERAL.findall(path.read_text("utf-8"))
    }
    assert named
    missing = [f"{name} in {path}" for name, path in sorted(named) if not _exists(name)]
    assert missing == []


def _exists(name: str) -> bool:
    try:
        icon(name)
    except KeyError:
        return False
    return True
