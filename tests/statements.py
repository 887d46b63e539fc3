"""Counting SQL statements, so that lists cannot grow slow unseen."""

from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def count_statements():
    """Collect the statements sent inside the block (savepoints and pragmas left out)."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        head = statement.split(None, 1)[0].upper()
        if head not in {"SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "PRAGMA"}:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
