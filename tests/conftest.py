"""One app and one schema for the whole run; every test is rolled back."""

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.core.db import db
from app.factory import create_app
from config import Settings
from tools.catalogues import build

pytest_plugins = ["tests.live"]

# How long an example takes is the machine's business: speed lives in benchmarks/.
hypothesis.settings.register_profile("xunpin", deadline=None)
hypothesis.settings.load_profile("xunpin")

TEST_SECRET = "a secret of the tests, long enough to pass"
TEST_TICKET_KEYS = {1: "a ticket key of the tests that is long enough"}


def pytest_collection_modifyitems(config, items):
    """Leave the slow tests to ``make test-faults``: they run where ``-m`` speaks of them."""
    if "slow" in config.option.markexpr:
        return
    config.hook.pytest_deselected(items=[item for item in items if is_slow(item)])
    items[:] = [item for item in items if not is_slow(item)]


def is_slow(item):
    return item.get_closest_marker("slow") is not None


def prepare_database(url: str, name: str) -> str:
    """Return the URL of an empty database of its own (PostgreSQL: made anew)."""
    if not url:
        return ""
    base = make_url(url)
    target = base.set(database=f"{base.database}_{name}")
    admin = create_engine(base.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{target.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{target.database}"'))
    admin.dispose()
    return target.render_as_string(hide_password=False)


def make_settings(folder: Path, url: str = "", **given) -> Settings:
    usual = {
        "environment": "test",
        "secret_key": TEST_SECRET,
        "ticket_keys": TEST_TICKET_KEYS,
        "database_url": url,
        "data_dir": folder,
        "queue_url": "memory",
        "testing": True,
        "public_url": "http://localhost",
    }
    return Settings(**usual | given)


@pytest.fixture(scope="session")
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="xunpin-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def app(data_dir):
    build()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    url = prepare_database(os.environ.get("XUNPIN_TEST_DATABASE_URL", ""), worker)
    app = create_app(make_settings(data_dir, url))
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        db.session.configure(join_transaction_mode="create_savepoint")
        db.create_all()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def database(request, app):
    """Lend each test a transaction that is never committed.

    A test marked ``own_database`` (races, restores, servers) brings its own.
    """
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
