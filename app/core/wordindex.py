"""An index of words beside a table, of the database's own making.

On SQLite a full-text table (FTS5) that keeps no text and no places, only which rows hold a
token; on PostgreSQL a table of arrays under a GIN index, which no extension is needed for.
Both answer the same question: which rows hold all of these tokens. They may name a row too
many, never one too few, so whoever asks looks at the text once more. FTS5 gives the newest first
as it goes; GIN gathers all that there is before it gives any. So on PostgreSQL a row also
holds the numbers of the shelves it stands on, and is looked for shelf by shelf.
docs/decisions/0011 says what was measured.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    event,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.db import db, is_sqlite
from app.core.words import is_han

LONGEST_BEGINNING = 8
# The widths of shelves, in bits of the id. The newest ids are asked for by the narrow ones, so
# that a frequent word costs little, the oldest by the wide ones, so that a rare word does.
SHELVES = (14, 16, 18)
# All of these: each one of several ways, each way some tokens that must all be there.
Condition = Sequence[Sequence[Sequence[str]]]
SQLITE = (
    "CREATE VIRTUAL TABLE {name} USING fts5("
    "tokens, content='', detail=none, tokenize=\"ascii tokenchars '+#='\")",
)
POSTGRESQL = (
    "CREATE TABLE {name} (id INTEGER CONSTRAINT pk_{name} PRIMARY KEY, tokens INTEGER[] NOT NULL)",
    "CREATE INDEX ix_{name}_tokens ON {name} USING gin (tokens) WITH (fastupdate = off)",
)


class WordIndex:
    """The words of the rows of one table, by their ids."""

    def __init__(self, name: str, beside: Table) -> None:
        self.name = name
        self.beside = beside
        self.key = beside.primary_key.columns[0]
        self.table = table(name, column("id", Integer), column("tokens"))
        event.listen(beside, "after_create", self._create)
        event.listen(beside, "before_drop", self._drop)

    def _create(self, _beside: Table, connection: Connection, **_: Any) -> None:
        for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
            connection.execute(text(statement.format(name=self.name)))

    def _drop(self, _beside: Table, connection: Connection, **_: Any) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {self.name}"))

    @property
    def id(self) -> ColumnElement[int]:
        """The column that says which row."""
        return literal_column(f"{self.name}.rowid", Integer) if is_sqlite() else self.table.c.id

    def add(self, rows: Mapping[int, Iterable[str]]) -> None:
        """Put rows in that are not there: ``{id: tokens}``."""
        if not rows:
            return
        if is_sqlite():
            statement = text(f"INSERT INTO {self.name} (rowid, tokens) VALUES (:id, :tokens)")
            found = [{"id": key, "tokens": _joined(some)} for key, some in rows.items()]
            db.session.execute(statement, found)
        else:
            # As text: the driver takes longer over a list than the database over its text.
            tokens = cast(bindparam("tokens", type_=Text), ARRAY(Integer))
            made = [{"id": key, "tokens": _array(key, some)} for key, some in rows.items()]
            values = {"id": bindparam("id"), "tokens": tokens}
            db.session.execute(insert(self.table).values(values), made)

    def remove(self, rows: Mapping[int, Iterable[str]]) -> None:
        """Take rows out; they must be there with exactly these tokens (the index keeps none)."""
        if not rows:
            return
        if is_sqlite():
            statement = text(
                f"INSERT INTO {self.name} ({self.name}, rowid, tokens) "
                "VALUES ('delete', :id, :tokens)"
            )
            found = [{"id": key, "tokens": _joined(some)} for key, some in rows.items()]
            db.session.execute(statement, found)
        else:
            db.session.execute(delete(self.table).where(self.table.c.id.in_(list(rows))))

    def clear(self) -> None:
        """Take everything out."""
        if is_sqlite():
            db.session.execute(text(f"INSERT INTO {self.name} ({self.name}) VALUES ('delete-all')"))
        else:
            db.session.execute(delete(self.table))

    def newest(self, query: Select[Any], wanted: Condition, limit: int) -> Select[Any]:
        """The newest rows a query gives, of those that hold what is wanted.

        The query is one of the table beside, whose primary key is the id. Rows are looked at
        from the newest on until there are enough; something must be wanted.
        """
        if is_sqlite():
            match = column(self.name).op("MATCH")(literal(_asked(wanted)))
            joined = query.select_from(self.table).join(self.beside, self.key == self.id)
            return joined.where(match).order_by(self.id.desc()).limit(limit)
        shelves = text(_SHELVES.format(name=self.name)).columns(column("shelf", Integer))
        shelf = shelves.subquery("shelves")
        has = self.table.c.tokens.op("@>", is_comparison=True)
        # One array for each way, so that GIN may begin with the rarest token of all.
        ways = sorted({tuple(_asked_numbers(chain(*way))) for way in product(*wanted)})
        here = [func.array_append(cast(list(way), ARRAY(Integer)), shelf.c.shelf) for way in ways]
        on_shelf = select(self.id).where(or_(*map(has, here))).order_by(self.id.desc())
        ids = on_shelf.lateral("on_shelf")
        # Looked up one by one: the planner would rather read the whole table.
        row = query.where(self.key == ids.c.id).offset(0).lateral("beside")
        return select(row).select_from(shelf.join(ids, true()).join(row, true())).limit(limit)


def _is_word(token: str) -> bool:
    return not token.startswith("=") and not is_han(token)


def _joined(tokens: Iterable[str]) -> str:
    """A row's tokens as FTS5 is told them: in one order, as a later removal must repeat it."""
    return " ".join(sorted(set(tokens)))


def _asked(wanted: Condition) -> str:
    """What is wanted in FTS5's language; tokens hold no quotation marks."""
    return " AND ".join(
        "("
        + " OR ".join(
            "(" + " AND ".join(f'"{token}"{"*" * _is_word(token)}' for token in way) + ")"
            for way in ways
        )
        + ")"
        for ways in wanted
    )


def _array(key: int, tokens: Iterable[str]) -> str:
    """What PostgreSQL holds of a row, as it writes arrays; words also by their beginnings."""
    numbers = {number for token in tokens for number in _numbers_of(token)}
    return f"{{{','.join(map(str, sorted(numbers)))},{','.join(map(str, shelves_of(key)))}}}"


@lru_cache(maxsize=1 << 16)
def _numbers_of(token: str) -> tuple[int, ...]:
    """A token in the index as numbers: itself, or all beginnings up to eight letters."""
    if not _is_word(token):
        return (_number(token),)
    longest = min(len(token), LONGEST_BEGINNING)
    return tuple(_number(token[:size]) for size in range(1, longest + 1))


def _asked_numbers(tokens: Iterable[str]) -> list[int]:
    """The numbers a row must hold that has these tokens, words by their beginnings."""
    return sorted(
        {_number(token[:LONGEST_BEGINNING] if _is_word(token) else token) for token in tokens}
    )


def _number(token: str) -> int:
    return zlib.crc32(token.encode()) - 2**31


def shelves_of(key: int) -> list[int]:
    """The numbers of the shelves a row stands on; that a token may have one too does no harm."""
    return [_kind(place) + (key >> bits) for place, bits in enumerate(SHELVES)]


def _kind(place: int) -> int:
    return place << 20


def _asked_shelves() -> str:
    """SQL for the shelves to look through from the newest row to the oldest.

    Of each width but the last at least four are looked through before a wider one.
    """
    parts = []
    for place, bits in enumerate(SHELVES):
        first, last = f"newest >> {bits}", f"oldest >> {bits}"
        if place:
            first = f"({first}) - 2"
        if place < len(SHELVES) - 1:
            last = f"greatest({last}, ((newest >> {SHELVES[place + 1]}) - 1) * 4)"
        parts.append(
            f"SELECT {_kind(place)} + number AS shelf "
            f"FROM ends, generate_series({first}, {last}, -1) AS number"
        )
    ends = "SELECT max(id) AS newest, min(id) AS oldest FROM {name}"
    return f"WITH ends AS ({ends}) " + " UNION ALL ".join(parts)


_SHELVES = _asked_shelves()
