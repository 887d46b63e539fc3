"""The positions there are, as far as rows of a file may mean them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import select

from app.core.db import db
from app.employers.models import Employer, Position
from app.imports.kinds import Seen
from app.imports.services.judged import JudgedRow
from app.imports.states import RowAction

# What is written of a position and so makes it another one.
WRITTEN = (
    "title",
    "category",
    "openings",
    "levels",
    "majors",
    "place",
    "pay_text",
    "description",
    "requirements",
    "benefits",
    "valid_until",
)
# What is read from what is written.
READ = ("pay_low", "pay_high", "pay_period", "pay_months", "hints")
_EMPTY: dict[str, Any] = {"openings": None, "levels": [], "majors": [], "valid_until": ""}


@dataclass(frozen=True, slots=True)
class Posting:
    """A position that is here."""

    id: int
    version: int
    digest: bytes


def position_values(seen: Seen) -> dict[str, Any]:
    """What a row says of a position, under the names of Position's columns."""
    said = seen.values
    lists = {name: said.get(name) or [] for name in ("levels", "majors", "hints")}
    rest = (name for name in (*WRITTEN, *READ) if name not in lists)
    return {name: said[name] for name in rest if said.get(name) not in (None, "")} | lists


def digest_of(owner: str, values: Mapping[str, Any]) -> bytes:
    """What makes a position this one and no other: whose it is and everything written."""
    written = [values.get(name) or _EMPTY.get(name, "") for name in WRITTEN]
    return blake2b(orjson.dumps([owner, written]), digest_size=12).digest()


def written_of(position: Position) -> dict[str, Any]:
    """A position as a row would say it."""
    values = {name: getattr(position, name) for name in WRITTEN}
    values["levels"] = [level.value for level in position.levels]
    values["valid_until"] = position.valid_until.isoformat() if position.valid_until else ""
    return values


class Postings:
    """Finds the position a row means: the same one, or one of the same title and place.

    Each position here is meant by one row of a file at most.
    """

    def __init__(self) -> None:
        self._loaded: set[int] = set()
        self._known: dict[tuple[int, str, str], list[Posting]] = {}

    def load(self, employers: Collection[int]) -> None:
        """Learn the present positions of some employers, those not asked for before."""
        wanted = [number for number in employers if number not in self._loaded]
        self._loaded.update(wanted)
        for at in range(0, len(wanted), 500):
            query = (
                select(Position, Employer.slug)
                .join(Position.employer)
                .where(Position.employer_id.in_(wanted[at : at + 500]))
                .where(Position.archived_at.is_(None))
                .order_by(Position.id)
            )
            for position, slug in db.session.execute(query):
                values = written_of(position)
                key = (position.employer_id, position.title, position.place)
                posting = Posting(position.id, position.version, digest_of(slug, values))
                self._known.setdefault(key, []).append(posting)

    def find(self, employer: int, values: Mapping[str, Any], digest: bytes) -> Posting | None:
        """The position a row means, taken out so that no other row means it too."""
        here = self._known.get((employer, values.get("title", ""), values.get("place", "")), [])
        same = next((one for one in here if one.digest == digest), None)
        found = same or (here[0] if here else None)
        if found is not None:
            here.remove(found)
        return found

    def compare(self, changed: Sequence[tuple[JudgedRow, Posting]]) -> None:
        """Write down what rows would change of their positions."""
        ids = [posting.id for _, posting in changed]
        current: dict[int, Position] = {}
        for at in range(0, len(ids), 500):
            query = select(Position).where(Position.id.in_(ids[at : at + 500]))
            current |= {one.id: one for one in db.session.scalars(query)}
        for row, posting in changed:
            position = current[posting.id]
            now = written_of(position)
            after = {
                name: row.values.get(name, _EMPTY.get(name, ""))
                for name in WRITTEN
                if row.values.get(name) and row.values[name] != now[name]
            }
            read = {name: _plain(getattr(position, name)) for name in READ}
            row.before = {name: now[name] for name in after} | read
            row.values["changes"] = after
            if not after:  # what is here says more; nothing in the file speaks against it
                row.action, row.before = RowAction.SAME, None


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)
