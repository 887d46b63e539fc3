"""A file from its bytes to judged rows: tables are found, rows sorted, read and judged.

Works in chunks and keeps nothing it does not need, so that a hundred thousand rows take the
memory of a thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.accounts.permissions import Scope
from app.core.errors import DomainError
from app.core.text import N_
from app.imports.cells import hide_id_numbers, one_line
from app.imports.kinds import KINDS, OF_A_FAIR, Field, Kind, Seen
from app.imports.readers import Book, Cell, SheetHead, Unreadable
from app.imports.services.companies import Companies
from app.imports.services.fair_rows import BoothJudge, ParticipationJudge, RegistrationJudge
from app.imports.services.judged import JudgedRow
from app.imports.services.judging import EmployerJudge, Judge, NewCompany, PositionJudge
from app.imports.states import ImportKind, RowVerdict
from app.imports.tables import Layout, RowSort, find_shift, find_table, sort_row

CHUNK = 1_000
SAMPLE = 220


@dataclass
class SheetPlan:
    """Where the table of a sheet begins and what its columns mean.

    ``by`` is ``headings``, ``content`` (to be confirmed) or ``hand``; ``named`` says that the
    sheet's name is the company's. A sheet without columns is left out.
    """

    name: str
    first: int = 0
    columns: dict[int, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    by: str = "headings"
    named: bool = False
    width: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the batch."""
        columns = {str(at): name for at, name in self.columns.items()}
        return {**vars(self), "columns": columns}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "SheetPlan":
        """What :meth:`to_json` kept."""
        columns = {int(at): name for at, name in kept["columns"].items()}
        return cls(**{**kept, "columns": columns})


@dataclass(frozen=True)
class CheckOptions:
    """For whom a file is checked: their reach, the delegation it is for, what is remembered."""

    kind: ImportKind
    scope: Scope
    delegation_id: int | None = None
    fair_id: int | None = None
    headings: Mapping[str, str] | None = None
    columns: Mapping[str, Sequence[str]] | None = None


class NoFair(DomainError):
    """Rows of a fair without a fair."""

    code = "fair-missing"
    message = N_("Choose the fair these rows are for.")


class NoTable(Unreadable):
    """A file in which no sheet has the columns of its kind."""

    code = "no-table"
    message = N_(
        "No table was found in this file: no row of headings, and no columns known by sight."
    )


def plan_book(book: Book, options: CheckOptions) -> list[SheetPlan]:
    """What each sheet's columns mean, as far as it can be guessed.

    Raises :class:`NoTable` if that is so for none of them.
    """
    kind = KINDS[options.kind]
    several = len([sheet for sheet in book.sheets if sheet.height]) > 1
    plans = [_plan(book, sheet, kind, options, several) for sheet in book.sheets]
    # Where one sheet has a header, sheets without one are covers and notes, not tables.
    if any(plan.columns and plan.by == "headings" for plan in plans):
        for plan in plans:
            if plan.by == "content":
                plan.columns = {}
    if not any(plan.columns for plan in plans):
        raise NoTable(field="file")
    return plans


def _plan(
    book: Book, sheet: SheetHead, kind: Kind, options: CheckOptions, several: bool
) -> SheetPlan:
    rows = list(book.rows(sheet, SAMPLE))
    table = find_table(rows, sheet.merges, kind, options.headings, named=several)
    if table is None:
        return SheetPlan(sheet.name)
    remembered = (options.columns or {}).get(str(table.width))
    if table.by == "content" and remembered:
        table.columns = {at: name for at, name in enumerate(remembered) if name}
    named = kind.name != "employers" and "name" not in table.columns.values()
    named = named and "uscc" not in table.columns.values()
    return SheetPlan(
        sheet.name, table.first, table.columns, table.headings, table.by, named, table.width
    )


# Sheet, number from 1, cells, decision.
KeptRow = tuple[int, int, list[Cell], str]


class Checker:
    """Judges the rows of a file, or rows that were kept of it, in chunks."""

    def __init__(self, plans: Sequence[SheetPlan], options: CheckOptions) -> None:
        self.plans = plans
        self.options = options
        self.kind = KINDS[options.kind]
        self.judge = _judge_for(options)

    @property
    def new_companies(self) -> list[NewCompany]:
        """The companies that rows brought since the last time this was asked."""
        brought, self.judge.new_companies = self.judge.new_companies, []
        return brought

    def check_book(self, book: Book) -> Iterator[list[JudgedRow]]:
        """The rows of a file, judged, in chunks."""
        for at, (sheet, plan) in enumerate(zip(book.sheets, self.plans, strict=True)):
            if plan.columns:
                reader = SheetReader(at, plan, self.kind, sheet.merges)
                yield from self._judged(reader.read(enumerate(book.rows(sheet))))

    def check_kept(self, rows: Iterator[KeptRow]) -> Iterator[list[JudgedRow]]:
        """Rows that were kept, judged again; sheet, number, cells and decision of each."""
        readers: dict[int, SheetReader] = {}

        def read() -> Iterator[tuple[JudgedRow, Seen | None]]:
            for sheet, number, cells, decision in rows:
                plan = self.plans[sheet]
                reader = readers.setdefault(sheet, SheetReader(sheet, plan, self.kind, ()))
                yield reader.read_one(number - 1, cells, decision)

        yield from self._judged(read())

    def _judged(self, rows: Iterator[tuple[JudgedRow, Seen | None]]) -> Iterator[list[JudgedRow]]:
        chunk: list[tuple[JudgedRow, Seen | None]] = []
        for pair in rows:
            chunk.append(pair)
            if len(chunk) == CHUNK:
                yield self._judge(chunk)
                chunk = []
        if chunk:
            yield self._judge(chunk)

    def _judge(self, chunk: list[tuple[JudgedRow, Seen | None]]) -> list[JudgedRow]:
        for row, seen in chunk:
            if seen is not None and seen.refused:
                # What it is called, so that people find it; a person's name is not kept.
                said = {name: seen.values.get(name) for name in ("title", "name")}
                row.values = {name: value for name, value in said.items() if value}
        self.judge.judge([(row, seen) for row, seen in chunk if seen is not None])
        return [row for row, _ in chunk]


def _judge_for(options: CheckOptions) -> Judge:
    """Who judges the rows of a kind; raises :class:`NoFair` where a fair must be said."""
    kind = options.kind
    if kind in OF_A_FAIR and options.fair_id is None:
        raise NoFair(field="fair_id")
    fair_id = options.fair_id or 0
    if kind is ImportKind.BOOTHS:
        return BoothJudge(fair_id)
    if kind is ImportKind.REGISTRATIONS:
        return RegistrationJudge(fair_id)
    companies = Companies(options.scope)
    if kind is ImportKind.PARTICIPATIONS:
        return ParticipationJudge(companies, fair_id)
    if kind is ImportKind.EMPLOYERS:
        return EmployerJudge(companies, options.delegation_id)
    return PositionJudge(companies, options.delegation_id)


class SheetReader:
    """Turns the rows of one sheet into read ones, and says which are none."""

    def __init__(self, at: int, plan: SheetPlan, kind: Kind, merges: Sequence[Any]) -> None:
        self.at = at
        self.plan = plan
        self.kind = kind
        fields = kind.all_fields
        self.columns: dict[int, Field] = {
            column: fields[name] for column, name in plan.columns.items() if name in fields
        }
        self.headings = frozenset(text for text in plan.headings if text)
        self.layout = Layout(merges, self.columns, first=plan.first, width=plan.width)

    def read(
        self, rows: Iterator[tuple[int, list[Cell]]]
    ) -> Iterator[tuple[JudgedRow, Seen | None]]:
        """Read rows as they stand in a file, numbered from 0."""
        for number, cells in rows:
            yield self.read_one(number, self.layout.merged(number, cells), "")

    def read_one(
        self, number: int, cells: list[Cell], decision: str
    ) -> tuple[JudgedRow, Seen | None]:
        """One row (from 0): to be judged, or none of the table at all.

        What is kept of its cells holds no ID numbers.
        """
        kept = [hide_id_numbers(cell) for cell in cells]
        row = JudgedRow(self.at, number + 1, RowVerdict.SKIPPED, kept, decision=decision)
        if number < self.plan.first:
            row.sort = (RowSort.ABOVE if any(map(one_line, cells)) else RowSort.BLANK).value
            return row, None
        lines = [one_line(cell) for cell in cells]
        sort = sort_row(cells, lines, self.columns, self.headings)
        if sort is not RowSort.ROW:
            row.sort = sort.value
            if sort in (RowSort.GROUP, RowSort.SUM, RowSort.FOOTER):
                self.layout.forget()
            return row, None
        shown, above = self.layout.filled(number + 1, list(cells), lines)
        if self.plan.named:
            seen = self.kind.read(shown, self.columns, {"name": self.plan.name})
        else:
            seen = self.kind.read(shown, self.columns)
        shift = find_shift(shown, self.columns) if _is_odd(seen) else None
        if shift is not None:
            heading = self.columns[shift.column].label
            # Everything else that was found follows from this.
            seen.found = [one for one in seen.found if one.code == "id-number"]
            seen.say(
                "columns-shifted",
                self.columns[shift.column].name,
                heading=heading,
                column=shift.column,
                by=shift.by,
                direction="→" if shift.by > 0 else "←",
            )
        elif above:
            seen.say("employer-from-above", "name", row=above)
        return row, seen


# Cells that do not look like their column, or are not there: perhaps they stand beside it.
_ODD = frozenset(
    {
        "code-length",
        "code-format",
        "code-scientific",
        "date-odd",
        "email-odd",
        "employer-missing",
        "level-unknown",
        "name-missing",
        "name-odd",
        "openings-range",
        "openings-unreadable",
        "openings-zero",
        "pay-unreadable",
        "phone-odd",
        "title-missing",
        "word-unknown",
    }
)


def _is_odd(seen: Seen) -> bool:
    return any(one.code in _ODD for one in seen.found)
