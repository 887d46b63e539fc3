"""Databases of the tests: empty ones, and copies of one that was made once in each worker."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.core.db import db
from app.factory import create_app
from config import Settings

TEST_SECRET = "a secret of the tests, long enough to pass"
TEST_TICKET_KEYS = {1: "a ticket key of the tests that is long enough"}
SQLITE_FILE = "xunpin.sqlite3"


def given_url() -> str:
    """Return the PostgreSQL this run is for; empty means SQLite."""
    return os.environ.get("XUNPIN_TEST_DATABASE_URL", "")


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


def empty_database(name: str) -> str:
    """Return the URL of an empty database of its own (PostgreSQL: made anew)."""
    return _make_database(name) if given_url() else ""


def database_with_tables(folder: Path, name: str) -> str:
    """Return the URL of a database with all tables and no rows, for an app in ``folder``."""
    return _copy("tables", folder, name)


def migrated_database(folder: Path, name: str) -> str:
    """Return the URL of a database as the migrations make it, for an app in ``folder``."""
    return _copy("migrated", folder, name)


def _copy(kind: str, folder: Path, name: str) -> str:
    template = _template(kind)
    if given_url():
        return _make_database(name, template)
    shutil.copyfile(template, folder / SQLITE_FILE)
    return ""


@cache
def _template(kind: str) -> str:
    """Make the original of the copies: a file's path, or the name of a database."""
    folder = Path(tempfile.mkdtemp(prefix="xunpin-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = empty_database(f"template_{kind}")
    app = create_app(make_settings(folder, url))
    with app.app_context():
        if kind == "tables":
            db.create_all()
        else:
            upgrade()
        db.session.remove()
        # SQLite's last connection takes its log into the file; PostgreSQL copies what nobody uses.
        db.engine.dispose()
    return make_url(url).database if url else str(folder / SQLITE_FILE)


def _make_database(name: str, template: str | None = None) -> str:
    base = make_url(given_url())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    target = base.set(database=f"{base.database}_{name}_{worker}")
    copied = f' TEMPLATE "{template}"' if template else ""
    admin = create_engine(base.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{target.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{target.database}"{copied}'))
    admin.dispose()
    return target.render_as_string(hide_password=False)
