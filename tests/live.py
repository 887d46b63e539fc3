"""An application with a database of its own and real commits, for races and faults."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import event

from app.core.db import db
from app.factory import create_app
from tests.databases import database_with_tables, make_settings

# Seconds a writer waits for SQLite's file. What a race decides must not hang on how fast the
# machine is just now: people are told to come again after five.
PATIENCE = 60


@pytest.fixture
def live_app(tmp_path):
    """A new application on an empty database that commits for good."""
    app = create_app(make_settings(tmp_path, database_with_tables(tmp_path, "live")))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _be_patient)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _be_patient(connection, _record):
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


def run_together(app, number, function):
    """Start ``function(index)`` in ``number`` threads at one moment, each in its own context.

    Returns what each returned or raised, in the order of the index.
    """
    barrier = Barrier(number)
    results = [None] * number

    def start(index):
        with app.app_context():
            try:
                barrier.wait(timeout=30)
                results[index] = function(index)
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()

    threads = [Thread(target=start, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results
