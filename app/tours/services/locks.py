"""One writer at a time for one row."""

from sqlalchemy import select

from app.core.db import db
from app.tours.models import Fair, Tour


def hold(row: Fair | Tour) -> None:
    """Lock a row until the commit and read it again: what is decided now stays true.

    The lock has a statement of its own, because PostgreSQL locks no outer join, and rows
    are loaded with some. SQLite has no row locks; there the transaction began IMMEDIATE.
    """
    kind = type(row)
    db.session.execute(select(kind.id).where(kind.id == row.id).with_for_update())
    db.session.refresh(row)
