"""The room's blueprint, and what its pages have in common."""

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_login import current_user

from app.core.transaction import end_reading, in_steps, transaction
from app.imports import queries, services
from app.imports.exports import letters_of
from app.imports.kinds import KINDS
from app.imports.models import ImportBatch, ImportRow
from app.imports.readers import MOST_BYTES
from app.imports.reasons import Found
from app.jobs.queue import URGENT, enqueue

bp = Blueprint("imports", __name__)
# What is checked while its sender waits: bytes of a new file, rows of one that is judged again.
SMALL_FILE, FEW_ROWS = 300_000, 2_000


@bp.url_value_preprocessor
def take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Tables may be larger than papers; said before anybody reads the body."""
    if endpoint == "imports.batches":
        request.max_content_length = MOST_BYTES + 200_000


def find_batch(uid: str) -> ImportBatch:
    """The import of this page, as far as this person's role reaches."""
    return queries.get_batch_within(uid, current_user)


def check_now(batch: ImportBatch) -> None:
    """Check a short file while its sender waits."""
    end_reading()
    in_steps(services.check_steps(batch))


def judge_again(batch: ImportBatch) -> None:
    """After a correction: at once where that is quick, else by the worker."""
    if (batch.total or 0) <= FEW_ROWS:
        check_now(batch)
    else:
        with transaction():
            enqueue("imports.check", priority=URGENT, uid=batch.uid)


def cell_of(batch: ImportBatch, row: ImportRow, found: Found) -> str:
    """Which cell a reason speaks of, as Excel calls it: C12; nothing where there is none."""
    plans = services.plans_of(batch)
    if row.sheet >= len(plans) or not found.field:
        return ""
    names = {name: at for at, name in plans[row.sheet].columns.items()}
    at = names.get(found.field)
    return "" if at is None else f"{letters_of(at)}{row.number}"


def label_of(batch: ImportBatch, name: str) -> str:
    """What a field is called."""
    field = KINDS[batch.kind].all_fields.get(name)
    return str(_(field.label)) if field else name
