"""An application with a database of its own and real commits, for races and faults."""

import os
from threading import Barrier, Thread

import pytest

from app.core.db import db
from app.factory import create_app
from tests.conftest import make_settings, prepare_database


@pytest.fixture
def live_app(tmp_path):
    """A new application on an empty database that commits for good."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = prepare_database(os.environ.get("XUNPIN_TEST_DATABASE_URL", ""), f"live_{worker}")
    app = create_app(make_settings(tmp_path, url))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


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
