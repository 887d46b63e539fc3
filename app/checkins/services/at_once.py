"""PostgreSQL: what a batch writes in one statement, where nobody came in between.

Each statement is a round trip, which at a busy server costs more than the statement. A batch
nearly always writes what it had in mind: everybody gets the place they asked for, no scan is
stored already, nobody has an attendance. So all of it goes in one statement whose steps write
nothing as soon as the step before wrote less than it was given; then the batch goes on as
elsewhere, one step after the other, with what this one says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection, Dialect

from app.checkins.services import statements
from app.checkins.states import Direction
from app.core.bulk import document_of

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Written:
    """What was written: scan ids of admissions, ids of scans, registrations of attendances.

    None where it was not come to. The attendances are in the head count already.
    """

    won: set[UUID]
    stored: set[UUID] | None
    added: set[int] | None


def write_at_once(
    connection: Connection,
    *,
    admissions: Rows,
    scans: Rows,
    attendances: Rows,
    fair_id: int,
    shard: int,
) -> Written:
    """Write all of it; or the admissions that could be had, or these and the scans that are new.

    Admissions and scans are in the order in which all batches write them.
    """
    # Numbers as text: the driver gives each size of a number a type, and each type a plan.
    values = (
        document_of(admissions),
        document_of(scans),
        str(len(admissions)),
        document_of(attendances),
        str(len(scans)),
        str(fair_id),
        str(shard),
    )
    found = connection.exec_driver_sql(_text(connection.dialect), values).one()
    won, stored, added = map(set, found)
    all_won = len(won) == len(admissions)
    all_stored = all_won and len(stored) == len(scans)
    return Written(won, stored if all_won else None, added if all_stored else None)


@lru_cache(maxsize=1)
def _text(dialect: Dialect) -> str:
    all_won = "(SELECT count(*) FROM won) = %s::int"
    all_stored = "(SELECT count(*) FROM stored) = %s::int"
    steps = {
        "won": statements.ADD_ADMISSIONS.as_step(dialect),
        "stored": statements.ADD_SCANS.as_step(dialect, only_if=all_won),
        "added": statements.ADD_ATTENDANCES.as_step(dialect, only_if=all_stored)
        + ", last_direction",
        "counted": (
            "INSERT INTO hall_count (fair_id, shard, attended, inside) "
            "SELECT %s::int, %s::int, count(*), "
            f"count(*) FILTER (WHERE last_direction = '{Direction.IN.value}') "
            "FROM added HAVING count(*) > 0 ON CONFLICT (fair_id, shard) DO UPDATE SET "
            "attended = hall_count.attended + excluded.attended, "
            "inside = hall_count.inside + excluded.inside"
        ),
    }
    return (
        f"WITH {', '.join(f'{name} AS ({step})' for name, step in steps.items())} "
        "SELECT ARRAY(SELECT scan_id FROM won), ARRAY(SELECT id FROM stored), "
        "ARRAY(SELECT registration_id FROM added)"
    )
