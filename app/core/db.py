"""The database: one metadata, one session, and the few idioms we allow on it."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum as PyEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    DateTime,
    Enum,
    MetaData,
    Select,
    TypeDecorator,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session

from app.core.errors import Unavailable
from app.core.states import Word
from app.core.text import N_


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. A naive one is a bug and is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else _in_utc(value).replace(tzinfo=None)

    def bind_processor(self, dialect: Any) -> Any:
        """What SQLite is given is written here, in one step of three: gates do little else."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


def _as_text(value: datetime | None) -> str | None:
    """A moment as SQLAlchemy stores it in SQLite."""
    # The offset at the end says nothing: it is UTC's.
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:26]


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"naive datetime: {value!r}")
    return value.astimezone(UTC)


def _check_name(constraint: Any, _table: Any) -> str:
    """A check of a word is called after its column: one table may hold the same enum twice."""
    if getattr(constraint, "_type_bound", False):
        return str(next(iter(constraint.columns)).name)
    return str(constraint.name)


class Model(DeclarativeBase):
    """The base of every table: named constraints, aware times, words checked by the database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "check_constraint_name": _check_name,
            "ck": "ck_%(table_name)s_%(check_constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON,
        list[str]: JSON,
        # Stored by value, with a CHECK, so that a hand-written UPDATE cannot invent a word.
        Word: Enum(
            Word,
            native_enum=False,
            create_constraint=True,
            length=32,
            values_callable=lambda enum: [member.value for member in enum],
        ),
    }


# A session lives for one request, so what it loaded may still be shown after the commit.
db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def words(enum: type[PyEnum]) -> Enum:
    """The column type of a :class:`Word` enum, for places an annotation cannot reach."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def is_sqlite(session: Session | None = None) -> bool:
    """Whether the session speaks to SQLite (the other engine is PostgreSQL)."""
    return (session or db.session()).get_bind().dialect.name == "sqlite"


def insert_ignoring(model: type[Model]) -> Any:
    """An INSERT … ON CONFLICT DO NOTHING in the dialect of the session."""
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    return insert(model).on_conflict_do_nothing()


def insert_if_absent(model: type[Model], **values: Any) -> bool:
    """Insert a row unless a unique constraint forbids it. Return whether it was inserted.

    One statement, so of two racing callers exactly one is told ``True``.
    """
    # The row count of an INSERT says nothing on PostgreSQL; a returned row does.
    statement = insert_ignoring(model).values(**values).returning(literal_column("1"))
    return db.session.connection().execute(statement).first() is not None


def changed_one(statement: Any) -> bool:
    """Run a conditional UPDATE and return whether it changed exactly one row.

    Limits (capacity, one-time codes, booths) are settled this way: the WHERE clause
    says when the change is allowed, and the row count says whether it happened.
    """
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def count_rows(query: Select[Any]) -> int:
    """How many rows a query would give, without its order."""
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def fetch_page(query: Select[Any], *, offset: int, limit: int) -> Sequence[Any]:
    """The rows of one page of a query, as scalars."""
    return db.session.scalars(query.offset(offset).limit(limit)).all()


def fetch_rows(statement: Any) -> Sequence[Any]:
    """All rows of a SELECT of plain columns, past the session: half the time on thousands."""
    db.session.flush()
    return db.session.connection().execute(statement).all()


# What the driver may raise when the database cannot answer; outage_of says whether it is that.
OUTAGES: tuple[type[Exception], ...] = (DBAPIError, PoolTimeout)
FULL = N_(
    "The server has no room left to store anything. What was confirmed before is safe. "
    "Tell whoever looks after the server."
)
DOWN = N_("The database does not answer just now. Nothing that was confirmed is lost.")


def outage_of(error: Exception) -> Unavailable | None:
    """The refusal to answer with while the database cannot; None if the statement is at fault.

    Connections lost, disks full, locks waited for in vain: all of that passes, and whoever
    asked may ask again. Anything else is a bug of ours and must look like one.
    """
    if isinstance(error, PoolTimeout):
        return Unavailable()
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        # E.g. SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_SHMSIZE: the second word is the kind.
        word = f"{getattr(cause, 'sqlite_errorname', '')}_".split("_")[1]
        return _refusal({"FULL": "full", "BUSY": "busy", "LOCKED": "busy"} | _BROKEN, word)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # No word from the server: psycopg could not reach it, or lost it.
        lost = isinstance(error, OperationalError | InterfaceError)
        return _refusal({"": "down"}, "") if lost else None
    return _refusal(_STATES, state) or _refusal(_STATES, state[:2])


# https://www.sqlite.org/rescode.html
_BROKEN = dict.fromkeys(("IOERR", "CANTOPEN", "READONLY", "PROTOCOL", "NOMEM"), "down")
# https://www.postgresql.org/docs/current/errcodes-appendix.html, whole codes and classes
_STATES = {
    "53100": "full",
    "40001": "busy",
    "40P01": "busy",
    "55P03": "busy",
    "57014": "busy",
    "25006": "down",
    "08": "down",
    "53": "busy",
    "57": "down",
    "58": "down",
}


def _refusal(kinds: Mapping[str, str], word: str) -> Unavailable | None:
    kind = kinds.get(word)
    if kind == "full":
        return Unavailable(FULL, code="storage-full", retry_after=10)
    if kind == "down":
        return Unavailable(DOWN, code="database-down", retry_after=2)
    return Unavailable() if kind else None


def like(text: str) -> str:
    """A LIKE pattern that finds ``text`` anywhere; use with ``escape='\\\\'``."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite durable, honour foreign keys, and leave BEGIN to SQLAlchemy."""
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in (
            "busy_timeout = 5000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "connect")
def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Neither compile statements nor share one among workers: ours are short (decisions/0011)."""
    if type(connection).__module__.startswith("psycopg"):
        connection.autocommit = True
        for setting in ("jit = off", "max_parallel_workers_per_gather = 0"):
            connection.execute(f"SET {setting}")
        connection.autocommit = False


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {kind}")
