"""Keeping ``attendance`` equal to what ``merge.derive`` says, and the head count with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import randrange
from typing import Any

from sqlalchemy import delete, func, insert, literal, select

from app.checkins import merge
from app.checkins.models import Attendance, HallCount, Scan
from app.checkins.services import statements
from app.checkins.states import Direction
from app.core.db import db, is_sqlite
from app.registrations.models import Ticket

# Over how many rows the head count of a fair is spread on PostgreSQL.
SHARDS = 8


def follow(
    fair: merge.Hall,
    fresh: Mapping[int, merge.Derived | None],
    seats: Mapping[int, merge.Seat],
    *,
    written: set[int] | None = None,
) -> None:
    """Write the first attendances of some people of ``seats``, derive the others' anew.

    Whoever of ``fresh`` has an attendance by now is derived like the others. The head
    count follows. The caller holds the registrations, and may have written and counted
    those of ``fresh`` already (``written``: as far as there was none).
    """
    change = _Change()
    rows = first_rows(fair, fresh)
    added = written or set()
    if written is None and rows:
        added = set(statements.ADD_ATTENDANCES.add(db.session.connection(), rows))
        for id_ in added:
            change.came(fresh[id_].last_direction)  # type: ignore[union-attr]
    late = {row["registration_id"] for row in rows} - added
    rest = {id_: seat for id_, seat in seats.items() if id_ not in fresh or id_ in late}
    if rest:
        _rederive_seats(fair, rest, change)
    if change:
        values = {"fair_id": fair.id, "shard": shard(), **vars(change)}
        statements.count_in().run(db.session.connection(), values)


def first_rows(fair: merge.Hall, fresh: Mapping[int, merge.Derived | None]) -> list[dict[str, Any]]:
    """The rows of those who came."""
    return [_row(fair, id_, one) for id_, one in fresh.items() if one is not None]


@dataclass
class _Change:
    """By how many people the head count changes."""

    attended: int = 0
    inside: int = 0

    def __bool__(self) -> bool:
        return bool(self.attended or self.inside)

    def came(self, direction: Direction) -> None:
        """Somebody has an attendance who had none."""
        self.attended += 1
        self.inside += direction is Direction.IN

    def went(self, direction: Direction) -> None:
        """Somebody's attendance, as it was, is no more."""
        self.attended -= 1
        self.inside -= direction is Direction.IN


def shard() -> int:
    """Which of the rows of a count to add to: any, so that two at once seldom meet."""
    return 0 if is_sqlite() else randrange(SHARDS)


def _rederive_seats(fair: merge.Hall, seats: Mapping[int, merge.Seat], change: _Change) -> None:
    """Derive attendances anew from all stored rows."""
    rows: dict[int, list[Any]] = {id_: [] for id_ in seats}
    tickets: dict[int, dict[bytes, Any]] = {id_: {} for id_ in seats}
    for row in _run(statements.FACTS, {"registration_ids": list(seats)}):
        rows[row.registration_id].append(row)
        tickets[row.registration_id][row.ticket_hash] = row.revoked_at
    merged, gone = [], []
    for id_, seat in sorted(seats.items()):
        derived = merge.derive(rows[id_], tickets[id_], seat, fair)
        if derived is None:
            gone.append(id_)
            continue
        merged.append(_row(fair, id_, derived))
        change.came(derived.last_direction)
        if rows[id_][0].was is not None:
            change.went(rows[id_][0].was)
    if merged:
        statements.MERGE_ATTENDANCES.add(db.session.connection(), merged)
    if gone:
        for was in _run(statements.FORGET_ATTENDANCE, {"registration_ids": gone}).scalars():
            change.went(was)


def rederive(fair: merge.Hall, registration_ids: Iterable[int]) -> None:
    """Hold registrations of a fair and derive their attendances anew."""
    db.session.flush()
    ids = sorted(registration_ids)
    if ids:
        held = _run(statements.HOLD_SEATS, {"registration_ids": ids})
        follow(fair, {}, {seat.id: seat for seat in held if seat.fair_id == fair.id})


def rederive_fair(fair: merge.Hall) -> int:
    """Derive every attendance of a fair anew, after its times or its policy changed."""
    scanned = (
        select(Ticket.registration_id)
        .join(Scan, Scan.ticket_hash == Ticket.hash)
        .where(Ticket.fair_id == fair.id, Scan.fair_id == fair.id)
        .distinct()
    )
    ids = db.session.scalars(scanned).all()
    rederive(fair, ids)
    return len(ids)


def recount(fair: merge.Hall) -> None:
    """Count a fair's attendances and write the head count down, after a load in bulk."""
    _run(delete(HallCount).where(HallCount.fair_id == fair.id), {})
    inside = func.count().filter(Attendance.last_direction == Direction.IN)
    counted = select(Attendance.fair_id, literal(0), func.count(), inside)
    counted = counted.where(Attendance.fair_id == fair.id).group_by(Attendance.fair_id)
    columns = ["fair_id", "shard", "attended", "inside"]
    _run(insert(HallCount).from_select(columns, counted), {})


def _row(fair: merge.Hall, registration_id: int, derived: merge.Derived) -> dict[str, Any]:
    return vars(derived) | {
        "registration_id": registration_id,
        "fair_id": fair.id,
        "flags": list(derived.flags),
    }


def _run(statement: Any, values: Any) -> Any:
    return db.session.connection().execute(statement, values)
