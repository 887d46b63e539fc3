"""Names in addresses: made once from title, city and date, never changed."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.exc import IntegrityError

from app.core.codes import slugify
from app.core.db import db
from app.core.errors import Conflict
from app.core.spelling import spell
from app.tours.models import Fair, Tour
from app.tours.queries import slug_taken

LONGEST = 60
ATTEMPTS = 200


def fair_slug(title_en: str, city: str, day: date) -> str:
    """wuhan-2026-03-15, or wuhan-university-fair-2026-03-15 where there is an English title."""
    words = slugify(title_en) or slugify(" ".join(spell(city))) or "fair"
    return f"{_cut(words)}-{day.isoformat()}"


def tour_slug(title_en: str, title_zh: str, day: date) -> str:
    """central-china-2026: the title with the year, unless it ends so already."""
    words = _cut(slugify(title_en) or slugify(" ".join(spell(title_zh))) or "tour")
    return words if words.endswith(f"-{day.year}") else f"{words}-{day.year}"


def add_with_slug(row: Fair | Tour, wanted: str) -> None:
    """Insert a row under the first free slug; of two racing for one, both get their own."""
    for slug in _variants(wanted):
        if slug_taken(slug):
            continue
        row.slug = slug
        try:
            with db.session.begin_nested():
                db.session.add(row)
                db.session.flush()
        except IntegrityError:
            if not slug_taken(slug):
                raise
            continue
        return
    raise Conflict()


def _variants(wanted: str) -> Iterator[str]:
    yield wanted
    for number in range(2, ATTEMPTS):
        yield f"{wanted}-{number}"


def _cut(words: str) -> str:
    """Whole words within the longest length."""
    if len(words) <= LONGEST:
        return words
    return words[:LONGEST].rpartition("-")[0] or words[:LONGEST]
