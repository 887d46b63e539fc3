"""What the machine could do at best: a bare Flask app under the same server.

One request is one SELECT, one INSERT and a COMMIT with the durability of the real thing, by
the driver itself: no ORM, no session, no guard. ``CEILING`` says which:

    plain   every request commits for itself
    group   requests that wait at the same moment share a commit (SQLite)
    one     both in one statement, committed by itself (PostgreSQL)

``CEILING_URL`` is a SQLite file or a ``postgresql://`` address. The request is the real one;
the answer has the shape of the real one.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import orjson
from flask import Flask, Response, request

KIND, URL = os.environ["CEILING"], os.environ["CEILING_URL"]
SELECT = "SELECT id FROM ticket WHERE hash = ?"
INSERT = "INSERT INTO scan (id, ticket_id) VALUES (?, ?)"
ONE_STATEMENT = (
    "WITH found AS (SELECT id FROM ticket WHERE hash = %s) "
    "INSERT INTO scan (id, ticket_id) SELECT %s, id FROM found RETURNING ticket_id"
)
PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")

Keep = Callable[[str, bytes], None]
_own = threading.local()


def sqlite_connection() -> sqlite3.Connection:
    """The calling thread's connection."""
    if not hasattr(_own, "connection"):
        _own.connection = sqlite3.connect(URL, isolation_level=None)
        for pragma in PRAGMAS:
            _own.connection.execute(f"PRAGMA {pragma}")
    return _own.connection


def postgresql_connection(*, autocommit: bool) -> Any:
    """The calling thread's connection. The driver prepares a statement it has seen five times."""
    if not hasattr(_own, "connection"):
        import psycopg

        _own.connection = psycopg.connect(URL, autocommit=autocommit)
    return _own.connection


def keep_plainly(id_: str, hash_: bytes) -> None:
    connection = sqlite_connection()
    connection.execute("BEGIN IMMEDIATE")
    [ticket_id] = connection.execute(SELECT, (hash_,)).fetchone()
    connection.execute(INSERT, (id_, ticket_id))
    connection.execute("COMMIT")


class Waiting:
    """A request that waits: for its commit, or for its turn to commit for all."""

    def __init__(self, id_: str, hash_: bytes) -> None:
        self.id, self.hash = id_, hash_
        self.is_done = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Group:
    """Whoever finds nobody at work commits for all who wait, then calls the next."""

    def __init__(self) -> None:
        self.mutex = threading.Lock()
        self.waiting: list[Waiting] = []
        self.is_busy = False
        self.door = open(f"{URL}.door", "a+b")  # noqa: SIM115

    def keep(self, id_: str, hash_: bytes) -> None:
        mine = Waiting(id_, hash_)
        with self.mutex:
            self.waiting.append(mine)
            follows, self.is_busy = self.is_busy, True
        if follows:
            mine.turn.acquire()
            if mine.is_done:
                return
        fcntl.flock(self.door, fcntl.LOCK_EX)
        with self.mutex:
            taken, self.waiting = self.waiting, []
        self._commit(taken)
        fcntl.flock(self.door, fcntl.LOCK_UN)
        with self.mutex:
            following = self.waiting[:1]
            self.is_busy = bool(following)
        for one in following:
            one.turn.release()
        for one in taken:
            one.is_done = True
            one.turn.release()

    def _commit(self, taken: list[Waiting]) -> None:
        connection = sqlite_connection()
        connection.execute("BEGIN IMMEDIATE")
        for one in taken:
            [ticket_id] = connection.execute(SELECT, (one.hash,)).fetchone()
            connection.execute(INSERT, (one.id, ticket_id))
        connection.execute("COMMIT")


def keep_in_transaction(id_: str, hash_: bytes) -> None:
    connection = postgresql_connection(autocommit=False)
    [ticket_id] = connection.execute(SELECT.replace("?", "%s"), (hash_,)).fetchone()
    connection.execute(INSERT.replace("?", "%s"), (id_, ticket_id))
    connection.commit()


def keep_in_one_statement(id_: str, hash_: bytes) -> None:
    connection = postgresql_connection(autocommit=True)
    connection.execute(ONE_STATEMENT, (hash_, id_)).fetchone()


def choose() -> Keep:
    if KIND == "group":
        return Group().keep
    if KIND == "one":
        return keep_in_one_statement
    return keep_in_transaction if URL.startswith("postgresql") else keep_plainly


app = Flask("ceiling")
keep = choose()


@app.post("/api/v1/scans")
def record() -> Response:
    [scan] = orjson.loads(request.get_data())["scans"]
    keep(scan["id"], bytes.fromhex(scan["ticket"]))
    said = {"results": [{"id": scan["id"], "stored": "new", "answer": {"code": "admitted"}}]}
    return Response(orjson.dumps(said), mimetype="application/json")


@app.get("/healthz")
def health() -> str:
    return "well"
