"""Rows in bulk: an INSERT whose text does not change with the number of rows.

SQLAlchemy writes an INSERT of many rows anew for each number of them, and a database that has
not seen a text before has to plan it. Here PostgreSQL is given one JSON document, so that it
plans each statement once a connection; SQLite, whose planning costs little, gets its rows as
``VALUES``. Values are prepared as the columns' types do it, equal ones once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Column, Table
from sqlalchemy.engine import Connection, Dialect

from app.core.db import Model, UtcDateTime
from app.core.prepared import binder, reader, run_text

# SQLite takes 32,766 values in a statement since 3.32.
MOST_VALUES = 30_000


class BulkInsert:
    """INSERT INTO a model's table, for rows that are mappings with exactly these ``names``.

    Columns that are not named get their constant default, or NULL. ``conflict`` is what
    follows ON CONFLICT. ``returning`` names the column whose values come back.
    """

    def __init__(
        self, model: type[Model], names: Sequence[str], *, returning: str, conflict: str
    ) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        self._table, self._names = table, tuple(names)
        self._conflict, self._returning = conflict, table.c[returning]
        self._forms: dict[str, _Form] = {}

    def add(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Insert rows; return the column of those that were written, in no order."""
        form = self._forms.get(connection.dialect.name)
        if form is None:
            kind = _Values if connection.dialect.name == "sqlite" else _Document
            form = kind(connection.dialect, self._table, self._names, self._tail())
            self._forms[connection.dialect.name] = form
        read = reader(self._returning.type, connection.dialect)
        found: list[Any] = []
        for text, values in form.statements(rows):
            found += [value for (value,) in run_text(connection, text, values)]
        return [read(value) for value in found] if read else found

    def as_step(self, dialect: Dialect, *, only_if: str = "") -> str:
        """The text for PostgreSQL, as a step of a larger statement; its value is a document.

        ``only_if`` is a condition without which it inserts nothing.
        """
        return _Document(dialect, self._table, self._names, self._tail()).text_if(only_if)

    def _tail(self) -> str:
        return f" ON CONFLICT {self._conflict} RETURNING {self._returning.name}"


class RepeatedInsert:
    """INSERT INTO a model's table of tuples that hold, for these ``names``, what the driver takes.

    For tables that get a hundred thousand rows at once: looking up how each value is given costs
    more than writing it, so whoever makes the rows does that too, and a test compares.
    """

    def __init__(self, model: type[Model], names: Sequence[str]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        self._table, self.names = table, tuple(names)
        self._texts: dict[str, str] = {}

    def add(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert at least one row, in order."""
        dialect = connection.dialect
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = self._write(dialect)
        connection.exec_driver_sql(text, list(rows))

    def read(self, row: Sequence[Any], dialect: Dialect) -> dict[str, Any]:
        """What a row says, as the columns' types read it."""
        found = {}
        for name, value in zip(self.names, row, strict=True):
            read = reader(self._table.c[name].type, dialect)
            found[name] = read(value) if read else value
        return found

    def _write(self, dialect: Dialect) -> str:
        quote = dialect.identifier_preparer
        columns = ", ".join(map(quote.quote, self.names))
        marks = ", ".join(["?" if dialect.paramstyle == "qmark" else "%s"] * len(self.names))
        return f"INSERT INTO {quote.format_table(self._table)} ({columns}) VALUES ({marks})"


class _Form:
    """How one engine is given the rows."""

    def __init__(self, dialect: Dialect, table: Table, names: Sequence[str], tail: str) -> None:
        self._names, self._tail = names, tail
        # Written once and never from outside: names of columns and their constants.
        self._constants = {
            column.name: _literal(column.default.arg)  # type: ignore[attr-defined]
            for column in table.columns
            if column.name not in names and column.default is not None
        }
        quote = dialect.identifier_preparer
        columns = ", ".join(map(quote.quote, (*names, *self._constants)))
        self._head = f"INSERT INTO {quote.format_table(table)} ({columns}) "
        self._prepare(dialect, [table.c[name] for name in names])

    def _prepare(self, dialect: Dialect, columns: Sequence[Column[Any]]) -> None:
        raise NotImplementedError

    def statements(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[Any, ...]]]:
        """The texts to run with their values."""
        raise NotImplementedError


class _Document(_Form):
    """PostgreSQL: all rows as one JSON document, read back by the columns' types."""

    def _prepare(self, dialect: Dialect, columns: Sequence[Column[Any]]) -> None:
        quote = dialect.identifier_preparer.quote
        types, read = [], []
        for column in columns:
            name, is_moment = quote(column.name), isinstance(column.type, UtcDateTime)
            # Moments travel with their offset and are stored in UTC without one.
            type_ = "timestamptz" if is_moment else column.type.compile(dialect)
            types.append(f"{name} {type_}")
            read.append(f"{name} AT TIME ZONE 'UTC'" if is_moment else name)
        read += self._constants.values()
        self._select = (
            f"{self._head}SELECT {', '.join(read)} "
            f"FROM json_to_recordset(%s::json) AS given ({', '.join(types)})"
        )
        self._text = self.text_if("")

    def text_if(self, condition: str) -> str:
        where = f" WHERE {condition}" if condition else ""
        return f"{self._select}{where}{self._tail}"

    def statements(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[Any, ...]]]:
        return [(self._text, (document_of(rows),))]


class _Values(_Form):
    """SQLite: the values of all rows one after the other."""

    def _prepare(self, dialect: Dialect, columns: Sequence[Column[Any]]) -> None:
        self._gives = [(column.name, binder(column.type, dialect)) for column in columns]
        marks = ["?"] * len(columns) + list(self._constants.values())
        self._row = f"({', '.join(marks)})"
        self._most = MOST_VALUES // len(columns)

    def statements(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, tuple[Any, ...]]]:
        parts = [rows[begin : begin + self._most] for begin in range(0, len(rows), self._most)]
        return [(self._write(len(part)), self._values(part)) for part in parts]

    def _write(self, number: int) -> str:
        return f"{self._head}VALUES {', '.join([self._row] * number)}{self._tail}"

    def _values(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
        values = []
        for row in rows:
            for name, convert in self._gives:
                value = row[name]
                values.append(value if convert is None else convert(value))
        return tuple(values)


def document_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as PostgreSQL is given them."""
    return orjson.dumps(list(rows), default=_bytes_as_text).decode()


def _bytes_as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"cannot be stored in bulk: {value!r}")


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    assert isinstance(value, int), f"no constant: {value!r}"
    return str(value).lower()  # true, false or a number
