"""The file as it came, with what became of each row beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from app.core.sheets import Sheet, xlsx_book
from app.imports import queries, services
from app.imports.models import ImportBatch, ImportRow
from app.imports.reasons import REASONS, Found
from app.imports.states import RowVerdict
from app.jobs.aside import make_file, maker

# A file of more rows is written by a child: its second of start is worth it then.
MANY = 1_000
JOB = "imports.result"


def make_result(batch: ImportBatch) -> bytes:
    """The file with results, as xlsx; what is seen of a long one must be committed."""
    if batch.total <= MANY:
        return _book(batch)
    return make_file(JOB, uid=batch.uid, locale=str(get_locale()))


@maker(JOB)
def write_result(target: Path, *, uid: str, locale: str) -> None:
    """Write the file with results of a batch into a file."""
    with force_locale(locale):
        target.write_bytes(_book(queries.get_batch(uid)))


def _book(batch: ImportBatch) -> bytes:
    return xlsx_book(
        Sheet(plan.name or _(batch.kind.label), _headings(plan), _results(batch, at, plan))
        for at, plan in enumerate(services.plans_of(batch))
        if plan.columns
    )


def _headings(plan: services.SheetPlan) -> list[str]:
    shown = [plan.headings[at] if at < len(plan.headings) else "" for at in range(plan.width)]
    named = [text or letters_of(at) for at, text in enumerate(shown)]
    return [*named, _("Result"), _("Reasons")]


def _results(batch: ImportBatch, sheet: int, plan: services.SheetPlan) -> Iterator[list[Any]]:
    for kept in queries.iter_rows(batch, sheet):
        if kept.number <= plan.first:
            continue
        cells = list((kept.cells or {}).get("cells", []))[: plan.width]
        cells += [None] * (plan.width - len(cells))
        yield [*cells, _verdict(kept), " ".join(map(told, services.read_found(kept.messages)))]


def _verdict(row: ImportRow) -> str:
    if row.verdict is RowVerdict.SKIPPED:
        return str(_(RowVerdict.SKIPPED.label))
    if row.verdict is RowVerdict.REFUSED:
        return str(_(RowVerdict.REFUSED.label))
    return f"{_(row.verdict.label)} · {_(row.action.label)}"


def told(found: Found) -> str:
    """A reason in words, in the reader's language."""
    params = dict(found.params)
    heading = params.get("heading")
    if heading:
        params["heading"] = _(heading)
    if params.get("direction"):
        params["direction"] = _("to the right") if params["by"] > 0 else _("to the left")
    return str(_(REASONS[found.code].sentence, **params))


def letters_of(column: int) -> str:
    """A column (from 0) as Excel calls it."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
