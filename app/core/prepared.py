"""Statements for the doors that are hot: compiled once, given to the driver as they are.

SQLAlchemy finds a statement's text anew for each execution, expands its lists, wraps the driver's
cursor and gives every row back by names it looks up. At a gate that costs more than the database
does (decisions/0012). Here the text is made once for each length of its lists, rounded up to a
power of two, and values are prepared and read by the columns' own types, as everywhere.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]


def binder(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """How a type's values are given to the driver; None: as they are."""
    return type_.dialect_impl(dialect).bind_processor(dialect)


def reader(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """How a type's values are read from the driver; None: as they are."""
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def run_text(connection: Connection, text: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Run a text in the dialect of the driver; all its rows, none if it gives none.

    On SQLite the driver itself is asked. Whoever listens to SQLAlchemy's
    ``before_cursor_execute`` hears of it all the same, and errors come as SQLAlchemy's.
    """
    if connection.dialect.name != "sqlite":
        result = connection.exec_driver_sql(text, values)
        return result.fetchall() if result.returns_rows else ()
    driver: Any = connection.connection.driver_connection
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, None, text, values, None, False)
    dialect = connection.dialect
    try:
        return driver.execute(text, values).fetchall()
    except dialect.loaded_dbapi.Error as error:
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(text, values, error, base, dialect=dialect) from error


class Prepared:
    """A Core statement, run with values by name; rows come as named tuples.

    A list of ``bindparam(expanding=True)`` is filled up with its last value (an empty one with
    NULL), so it may only stand in an ``IN``. Every call names the same values.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute it; all rows."""
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = _Made(
                self._statement, connection.dialect, list(values)
            )
        form = made.form(values)
        return made.read(run_text(connection, form.text, form.prepare(values)))


class _Made:
    """A statement in one dialect."""

    def __init__(self, statement: Any, dialect: Dialect, names: list[str]) -> None:
        self.compiled = statement.compile(dialect=dialect, column_keys=names)
        self.converts = {
            name: binder(bind.type, dialect) for name, bind in self.compiled.binds.items()
        }
        self._lists = [name for name, bind in self.compiled.binds.items() if bind.expanding]
        self._forms: dict[tuple[int, ...], _Form] = {}
        columns = getattr(statement, "selected_columns", ())
        make: Any = namedtuple
        self._row = make("Row", [column.key for column in columns])
        found = enumerate(reader(column.type, dialect) for column in columns)
        self._reads = [(index, read) for index, read in found if read is not None]

    def form(self, values: Mapping[str, Any]) -> "_Form":
        """The text for lists as long as these."""
        key = tuple(_room_for(values[name]) for name in self._lists)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _Form(self, values, dict(zip(self._lists, key, strict=True)))
        return form

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows with their values read as the columns' types do it; NULL is None."""
        found = []
        for row in rows:
            values = list(row)
            for index, read in self._reads:
                if values[index] is not None:
                    values[index] = read(values[index])
            found.append(self._row._make(values))
        return found


class _Form:
    """The text for lists of some lengths, and how its values are put in order."""

    def __init__(self, made: _Made, values: Mapping[str, Any], sizes: dict[str, int]) -> None:
        given = {name: [None] * sizes[name] if name in sizes else values[name] for name in values}
        state = made.compiled.construct_expanded_state(given)
        self.text: str = state.statement
        self._order = state.positiontup
        self._lists = [
            (name, parts, made.converts[name]) for name, parts in state.parameter_expansion.items()
        ]
        parts = {part for _, expanded, _ in self._lists for part in expanded}
        self._singles, self._constants = [], {}
        for name, value in state.parameters.items():
            convert = made.converts.get(name)
            if name in values:
                self._singles.append((name, convert))
            elif name not in parts:
                self._constants[name] = convert(value) if convert else value

    def prepare(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = dict(self._constants)
        for name, convert in self._singles:
            given[name] = convert(values[name]) if convert else values[name]
        for name, parts, convert in self._lists:
            own = values[name] if convert is None else [convert(value) for value in values[name]]
            for index, part in enumerate(parts):
                given[part] = own[min(index, len(own) - 1)] if own else None
        return given if self._order is None else tuple(given[name] for name in self._order)


def _room_for(values: Sequence[Any]) -> int:
    """The power of two that holds so many values, at least one."""
    return 1 << (len(values) - 1).bit_length() if values else 1
