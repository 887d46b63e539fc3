"""What is scanned: a fair whose doors are open, tickets in bulk, gates and phones.

Rows go in by Core, as the demo's do; the codes are derived as the real ones are, and the phones
are enrolled by the command that enrols real ones.
"""

import contextlib
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from gate.servers import ROOT, environment

AT_ONCE = 5_000
SLUG = "benchmark"
SECRETS = {
    "XUNPIN_SECRET_KEY": secrets.token_hex(32),
    "XUNPIN_TICKET_KEYS": f"1:{secrets.token_hex(32)}",
}


@dataclass(frozen=True)
class World:
    """An installation with one open fair."""

    folder: Path
    url: str
    given: dict[str, str]

    def flask(self, *arguments: str) -> str:
        """Run a command of the application and return what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=environment(self.given), capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"flask {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def opened(self) -> Iterator[Any]:
        """The application in this process; yields its database session."""
        os.environ.update(self.given)
        from app.core.db import db
        from app.factory import create_app

        with create_app().app_context():
            yield db.session
            db.session.remove()
            db.engine.dispose()


def make_world(folder: Path, url: str = "") -> World:
    """An empty installation in a folder; SQLite there unless a database is named."""
    folder.mkdir(parents=True, exist_ok=True)
    given = SECRETS | {
        "XUNPIN_ENVIRONMENT": "development",
        "XUNPIN_DATA_DIR": str(folder),
        "XUNPIN_QUEUE_URL": "memory",
    }
    if url:
        given["XUNPIN_DATABASE_URL"] = url
    world = World(folder, url or f"sqlite:///{folder / 'xunpin.sqlite3'}", given)
    world.flask("db", "upgrade")
    return world


def fill(world: World, people: int) -> list[str]:
    """An open fair with so many registrations; returns the tickets' hashes in hex."""
    with world.opened() as session:
        from app.core.clock import utcnow
        from app.tours.models import Fair
        from app.tours.states import FairStatus

        now = utcnow()
        fair = Fair(
            slug=SLUG,
            title_zh="压力测试双选会",
            title_en="Benchmark fair",
            city="武汉",
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=20),
            doors_at=now - timedelta(hours=2),
            registration_opens_at=now - timedelta(days=20),
            status=FairStatus.PUBLISHED,
            published_at=now - timedelta(days=20),
        )
        session.add(fair)
        session.flush()
        from app.checkins.models import Gate

        session.add_all(Gate(fair_id=fair.id, name=f"Gate {n}") for n in (1, 2))
        hashes = []
        for first in range(1, people + 1, AT_ONCE):
            hashes += _add_people(session, fair.id, first, min(first + AT_ONCE, people + 1))
        session.commit()
    return hashes


def _add_people(session: Any, fair_id: int, first: int, beyond: int) -> list[str]:
    from sqlalchemy import insert

    from app.core.clock import utcnow
    from app.core.codes import CROCKFORD, SHORT
    from app.places.states import EducationLevel
    from app.registrations.models import Registration, Ticket
    from app.registrations.states import RegistrationStatus
    from app.registrations.tickets import hash_of, make_code
    from app.students.models import Student

    now = utcnow()

    def uid(kind: str, number: int) -> str:
        return kind + _digits(number, CROCKFORD, 25)

    numbers = range(first, beyond)
    students, registrations, tickets, hashes = [], [], [], []
    for n in numbers:
        students.append(
            {
                "id": n,
                "uid": uid("S", n),
                "name": f"王{n}",
                "school_name": "武汉理工大学",
                "level": EducationLevel.BACHELORS,
                "major": "机械工程",
                "graduation_year": now.year + 1,
            }
        )
        registrations.append(
            {
                "id": n,
                "uid": uid("R", n),
                "fair_id": fair_id,
                "student_id": n,
                "status": RegistrationStatus.CONFIRMED,
                "verified_at": now,
            }
        )
        hash_ = hash_of(make_code(uid("R", n), 0, 1))
        hashes.append(hash_.hex())
        tickets.append(
            {
                "hash": hash_,
                "registration_id": n,
                "fair_id": fair_id,
                "generation": 0,
                "key_id": 1,
                "short_code": _digits(n, SHORT, 6),
            }
        )
    for model, rows in ((Student, students), (Registration, registrations), (Ticket, tickets)):
        session.execute(insert(model.__table__), rows)
    return hashes


def _digits(number: int, alphabet: str, length: int) -> str:
    text = ""
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    return text


def enrol(world: World, number: int) -> list[dict[str, Any]]:
    """So many phones at the first gate, each with its token."""
    return [
        json.loads(world.flask("devices", "enrol", SLUG, "--gate", "Gate 1")) for _ in range(number)
    ]


def sign_in_planner(world: World) -> str:
    """The cookie of an administrator who has signed in."""
    with world.opened() as session:
        from flask import current_app

        from app.accounts.models import StaffRole, User
        from app.accounts.permissions import Role, ScopeKind

        user = User(role=Role.STAFF, name="林晓", email="organiser@example.org")
        scope = {"scope_kind": ScopeKind.BUREAU, "scope_id": 0}
        user.staff_roles.append(StaffRole(role=Role.ADMINISTRATOR, **scope))
        session.add(user)
        session.commit()
        signer = current_app.session_interface.get_signing_serializer(current_app)
        value = signer.dumps({"_user_id": user.get_id(), "_fresh": True})
        return f"{current_app.config['SESSION_COOKIE_NAME']}={value}"


def take_stored(world: World) -> set[str]:
    """The ids of all stored scans, read past the server, and forgotten with what follows."""
    with world.opened() as session:
        from sqlalchemy import delete, select

        from app.checkins.models import Admission, Attendance, HallCount, Scan
        from app.core.transaction import transaction

        with transaction():  # others may be writing
            ids = {str(id_) for id_ in session.scalars(select(Scan.id))}
            for model in (HallCount, Attendance, Admission, Scan):
                session.execute(delete(model))
        if world.url.startswith("sqlite"):
            session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return ids


# -- the databases of the ceilings ----------------------------------------------------------


def make_bare(url: str, hashes: list[str]) -> None:
    """Two tables: tickets to find, scans to keep."""
    tables = (
        "CREATE TABLE ticket (id integer PRIMARY KEY, hash {bytes} NOT NULL UNIQUE)",
        "CREATE TABLE scan (id text PRIMARY KEY, ticket_id integer NOT NULL REFERENCES ticket(id))",
    )
    rows = [(number, bytes.fromhex(hash_)) for number, hash_ in enumerate(hashes, 1)]
    with bare(url) as connection:
        is_sqlite = isinstance(connection, sqlite3.Connection)
        for table in tables:
            connection.execute(table.format(bytes="blob" if is_sqlite else "bytea"))
        mark = "?" if is_sqlite else "%s"
        cursor = connection.cursor()
        cursor.executemany(f"INSERT INTO ticket (id, hash) VALUES ({mark}, {mark})", rows)


def take_stored_bare(url: str) -> set[str]:
    """The same of a ceiling."""
    with bare(url) as connection:
        ids = {id_ for (id_,) in connection.execute("SELECT id FROM scan").fetchall()}
        connection.execute("DELETE FROM scan")
    return ids


@contextlib.contextmanager
def bare(url: str) -> Iterator[Any]:
    """A connection of the driver that commits at the end."""
    if url.startswith("postgresql"):
        import psycopg

        with psycopg.connect(url) as connection:
            yield connection
        return
    connection = sqlite3.connect(url, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        yield connection
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


# -- PostgreSQL -----------------------------------------------------------------------------


def server_of(url: str) -> str:
    """The address of a PostgreSQL server without its database, as the driver reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://").rpartition("/")[0]


@contextlib.contextmanager
def scratch_databases(server: str, *names: str) -> Iterator[list[str]]:
    """New databases on a server, dropped at the end; yields their addresses."""
    import psycopg

    mark = secrets.token_hex(3)
    made = [f"xunpin_bench_{mark}_{name}" for name in names]

    def admin(statement: str) -> None:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(statement)

    try:
        for name in made:
            admin(f'CREATE DATABASE "{name}"')
        yield [f"{server}/{name}" for name in made]
    finally:
        for name in made:
            admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def is_reachable(server: str) -> bool:
    """Whether PostgreSQL answers and its driver is installed."""
    try:
        import psycopg

        psycopg.connect(f"{server}/postgres", connect_timeout=2).close()
    except (ImportError, OSError):
        return False
    except psycopg.Error:
        return False
    return True
