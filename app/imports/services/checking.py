"""A file from its bytes to judged rows: tables are found, rows sorted, read and judged.

Works in chunks and keeps nothing it does not need, so that a hundred thousand rows take the
memory of a thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.accounts.permissions import Scope
from app.core.errors import DomainError
from app.core.text import N_
from app.imports.kinds import KINDS, OF_A_FAIR, Kind
from app.imports.readers import Book, Cell, SheetHead, Unreadable
from app.imports.services.companies import Companies
from app.imports.services.fair_rows import BoothJudge, ParticipationJudge, RegistrationJudge
from app.imports.services.judged import JudgedRow
from app.imports.services.judging import EmployerJudge, Judge, NewCompany, PositionJudge
from app.imports.sharing import Helper
from app.imports.states import ImportKind, RowVerdict
from app.imports.tables import CHUNK, ReadRow, SheetPlan, SheetReader, chunks, find_table

SAMPLE = 220


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

    def check_book(self, book: Book, helper: Helper | None = None) -> Iterator[list[JudgedRow]]:
        """The rows of a file, judged, in chunks; ``helper`` reads them, if there is one."""
        kind = self.options.kind
        read = helper.read(book, self.plans, kind) if helper else self._read(book)
        return map(self.judged, read)

    def _read(self, book: Book) -> Iterator[list[ReadRow]]:
        for at, (sheet, plan) in enumerate(zip(book.sheets, self.plans, strict=True)):
            if plan.columns:
                reader = SheetReader(at, plan, self.kind, sheet.merges)
                yield from chunks(reader.read(book.rows(sheet)), CHUNK)

    def check_kept(self, rows: Iterator[KeptRow]) -> Iterator[list[JudgedRow]]:
        """Rows that were kept, judged again; sheet, number, cells and decision of each."""
        readers: dict[int, SheetReader] = {}

        def read() -> Iterator[ReadRow]:
            for sheet, number, cells, decision in rows:
                plan = self.plans[sheet]
                reader = readers.setdefault(sheet, SheetReader(sheet, plan, self.kind, ()))
                yield reader.read_one(number - 1, cells, decision)

        return map(self.judged, chunks(read(), CHUNK))

    def judged(self, chunk: Sequence[ReadRow]) -> list[JudgedRow]:
        """Rows that were read, judged; chunks come in the order of the file."""
        rows, pairs = [], []
        for read in chunk:
            row = JudgedRow(
                read.sheet,
                read.number,
                RowVerdict.SKIPPED,
                read.cells,
                sort=read.sort,
                decision=read.decision,
            )
            rows.append(row)
            seen = read.seen
            if seen is None:
                continue
            if seen.refused:
                # What it is called, so that people find it; a person's name is not kept.
                said = {name: seen.values.get(name) for name in ("title", "name")}
                row.values = {name: value for name, value in said.items() if value}
            pairs.append((row, seen))
        self.judge.judge(pairs)
        return rows


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
