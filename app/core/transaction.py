"""The verbs the doors have for the database. Services never commit."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.db import db, is_sqlite

_AFTER = "after_commit"
# How often an act is tried where two of them waited for each other.
TRIES = 4
# Deadlock and serialization failure (PostgreSQL, appendix A): the same act may succeed now.
_AGAIN = frozenset({"40P01", "40001"})
# What PostgreSQL is told for one such transaction. All that doors look for is
# found by an index: a plan is made once a connection, and whatever the database believes about a
# table that was empty a minute ago must not make it read the whole of it.
_FOR_DOORS = {"lock_timeout": "2s", "plan_cache_mode": "force_generic_plan"} | dict.fromkeys(
    ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_material"), "off"
)
_SET_FOR_DOORS = "SELECT " + ", ".join(
    f"set_config('{name}', '{value}', true)" for name, value in _FOR_DOORS.items()
)

T = TypeVar("T")
# Waits so many seconds.
pause: Callable[[float], object] = Event().wait


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what happens inside, or none of it.

    Ends the reading transaction the request began, takes the writer's place (SQLite:
    ``BEGIN IMMEDIATE``, so that nothing read inside can be changed by another before
    the commit) and lets every row already loaded be read again when it is next used.
    """
    session = db.session
    session.rollback()
    session.info.pop(_AFTER, None)
    session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop(_AFTER, None)
        raise
    for callback in session.info.pop(_AFTER, []):
        callback()


def in_steps(
    steps: Iterable[Callable[[], None]],
    *,
    rest: float = 0.0,
    wait: Callable[[float], object] = pause,
) -> None:
    """Run steps one after the other, each in a transaction of its own.

    With ``rest``, nothing is held for a while after each (:func:`paced`), so that others who
    write get in between.
    """
    for step in paced(steps, rest=rest, wait=wait):
        with transaction():
            step()


def paced(
    steps: Iterable[T], *, rest: float, wait: Callable[[float], object] = pause
) -> Iterator[T]:
    """Hand steps on one by one; after each comes a rest, so many times as long as it took.

    ``wait`` takes seconds.
    """
    for step in steps:
        began = monotonic()
        yield step
        if rest:
            wait(rest * (monotonic() - began))


def after_commit(callback: Callable[[], None]) -> None:
    """Run something once the present transaction is durable; never if it fails.

    The callback only wakes somebody (a queue): whatever must not be lost is a row.
    """
    db.session.info.setdefault(_AFTER, []).append(callback)


def end_reading() -> None:
    """Let go of the reading transaction before slow work (hashing, files)."""
    db.session.rollback()


def persist(act: Callable[[], T]) -> T:
    """Do an act in a transaction of its own and return what it returns, once it is durable.

    For doors that must answer soon: a lock is waited for two seconds on PostgreSQL and
    five on SQLite. Where two acts waited for each other this one is done again, so it must
    not keep anything from a try that failed.
    """
    for _ in range(TRIES - 1):
        try:
            return _persist_once(act)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
    return _persist_once(act)


def _tell_of_doors(connection: Connection) -> None:
    """Set what holds for this transaction, in the round trip of its BEGIN."""
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.pipeline():
            driver.execute(_SET_FOR_DOORS)
    except connection.dialect.loaded_dbapi.Error as error:
        raise OperationalError(_SET_FOR_DOORS, None, error) from error


def _persist_once(act: Callable[[], T]) -> T:
    with transaction():
        if not is_sqlite():
            _tell_of_doors(db.session.connection())
        return act()
