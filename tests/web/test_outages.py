"""A database that cannot answer just now is not a bug: whoever asked is told to ask again."""

import sqlite3

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.db import db, outage_of
from app.factory import create_app
from tests.databases import make_settings


def sqlite_error(name):
    error = sqlite3.OperationalError(name)
    error.sqlite_errorname = name
    return OperationalError("SELECT 1", {}, error)


def postgres_error(kind):
    return OperationalError("SELECT 1", {}, kind("words"))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite_error("SQLITE_FULL"), "storage-full"),
        (sqlite_error("SQLITE_BUSY"), "busy"),
        (sqlite_error("SQLITE_BUSY_SNAPSHOT"), "busy"),
        (sqlite_error("SQLITE_IOERR_WRITE"), "database-down"),
        (sqlite_error("SQLITE_CANTOPEN"), "database-down"),
        (postgres_error(psycopg.errors.DiskFull), "storage-full"),
        (postgres_error(psycopg.errors.TooManyConnections), "busy"),
        (postgres_error(psycopg.errors.DeadlockDetected), "busy"),
        (postgres_error(psycopg.errors.LockNotAvailable), "busy"),
        (postgres_error(psycopg.errors.AdminShutdown), "database-down"),
        (postgres_error(psycopg.errors.CannotConnectNow), "database-down"),
        (postgres_error(psycopg.OperationalError), "database-down"),
        (InterfaceError("SELECT 1", {}, psycopg.InterfaceError("closed")), "database-down"),
        (PoolTimeout(), "busy"),
    ],
)
def test_an_outage_is_told_by_its_kind(error, code):
    assert outage_of(error).code == code


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error("SQLITE_ERROR"),  # no such table
        InterfaceError("SELECT", {}, sqlite3.InterfaceError("bad parameter")),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("unique")),
        ProgrammingError("SELECT", {}, psycopg.errors.UndefinedColumn("no")),
        ValueError("no"),
    ],
)
def test_a_bug_is_not_taken_for_an_outage(error):
    assert outage_of(error) is None


@pytest.fixture
def broken(tmp_path):
    """A site whose database cannot be opened: its path is a folder."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    url = f"sqlite:///{folder}"
    app = create_app(make_settings(tmp_path, url, testing=False))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.own_database
def test_a_page_without_a_database_says_wait_whoever_asks(broken):
    client = broken.test_client()
    for signed_in in (False, True):
        with client.session_transaction() as session:
            if signed_in:
                session["_user_id"] = "somebody:1"
        answer = client.get("/", headers={"Accept-Language": "en"})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "2"
        assert "Nothing that was confirmed is lost" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.own_database
def test_a_script_without_a_database_gets_json(broken):
    client = broken.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "somebody:1"
    answer = client.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json["error"]["code"] == "database-down"
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.own_database
def test_a_bug_in_a_statement_stays_a_crash(tmp_path):
    app = create_app(make_settings(tmp_path, testing=False))
    app.add_url_rule("/x", view_func=lambda: str(db.session.execute(text("SELECT nothing"))))
    app.view_functions["<lambda>"].permission = "public"
    assert app.test_client().get("/x", headers={"Accept": "application/json"}).status_code == 500
    with app.app_context():
        db.engine.dispose()
