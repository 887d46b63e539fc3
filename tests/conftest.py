"""One app and one schema for the whole run; every test is rolled back."""

import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from flask import g
from flask.testing import FlaskClient

from app.core.db import db
from app.factory import create_app
from app.web.limits import limiter
from tests.databases import database_with_tables, given_url, make_settings
from tools.catalogues import build

pytest_plugins = ["tests.live"]

# How long an example takes is the machine's business: speed lives in benchmarks/.
hypothesis.settings.register_profile("xunpin", deadline=None)
hypothesis.settings.load_profile("xunpin")


def pytest_collection_modifyitems(config, items):
    """Leave out what this run is not for, unless ``-m`` speaks of it.

    The slow tests belong to ``make test-faults``. What the database says nothing to, and what
    brings both engines itself, has been run where SQLite was: not again for PostgreSQL.
    """
    spoken = config.option.markexpr
    unwanted = {"slow"} | ({"any_database"} if given_url() else set())
    unwanted = {name for name in unwanted if name not in spoken}
    wanted, left = [], []
    for item in items:
        (left if any(map(item.get_closest_marker, unwanted)) else wanted).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = wanted


@pytest.fixture(scope="session")
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="xunpin-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def app(data_dir):
    build()
    app = create_app(make_settings(data_dir, database_with_tables(data_dir, "shared")))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.session.configure(join_transaction_mode="create_savepoint")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def database(request, app):
    """Lend each test a transaction that is never committed.

    A test marked ``own_database`` (races, restores, servers) brings its own.
    """
    # The limits are the process's: an application made as in production had switched them on.
    limiter.enabled = False
    if request.node.get_closest_marker("own_database"):
        yield None
        return
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection
            yield db.session
            db.session.remove()
            outer.rollback()
            db.engines[None] = engine


class Visitor(FlaskClient):
    """A client that forgets what a view left uncommitted.

    Flask 3.1 serves the request inside the test's own app context, and so with
    its session: without this, a view that never commits would pass its test.
    """

    def open(self, *args, **kwargs):
        db.session.commit()
        # The context is shared too: forget who was signed in and which language was spoken.
        g.pop("_login_user", None)
        g.pop("_flask_babel", None)
        response = super().open(*args, **kwargs)
        db.session.rollback()
        g.pop("_login_user", None)
        g.pop("_flask_babel", None)
        return response


@pytest.fixture
def client(app):
    return Visitor(app, app.response_class)


@pytest.fixture
def new_client(app):
    """A maker of further browsers, each with its own cookies."""
    return lambda: Visitor(app, app.response_class)


@pytest.fixture
def log_in(client):
    def log_in(user, browser=None):
        db.session.commit()
        with (browser or client).session_transaction() as session:
            session.clear()
            session["_user_id"] = user.get_id()
            session["_fresh"] = True
        return user

    return log_in
