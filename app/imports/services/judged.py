"""One judged row, and the counts of many."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.imports.reasons import REASONS, Found
from app.imports.states import USABLE, RowAction, RowVerdict

# The sort of titles above a table and of its header.
ABOVE = "above"


@dataclass(slots=True)
class JudgedRow:
    """A row of a file and what is to be done with it; ``number`` is the one Excel shows.

    ``cells`` is the document that is kept of its cells.
    """

    sheet: int
    number: int
    verdict: RowVerdict
    cells: bytes
    action: RowAction = RowAction.NONE
    values: dict[str, Any] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    sort: str = ""
    key: str | None = None
    owner: str | None = None
    object_id: int | None = None
    object_version: int | None = None
    before: dict[str, Any] | None = None
    phone: str | None = None
    before_phone: str | None = None
    decision: str = ""
    identity: str = ""

    def settle(self) -> None:
        """The verdict that follows from what was found."""
        if any(one.refuses for one in self.found):
            self.verdict, self.action = RowVerdict.REFUSED, RowAction.NONE
            self.key = self.owner = self.object_id = None
        else:
            self.verdict = RowVerdict.WARNING if self.found else RowVerdict.OK


def keep_found(found: Iterable[Found]) -> list[str]:
    """Reasons as texts to be kept with a row."""
    return [json.dumps([one.code, one.field, one.params], ensure_ascii=False) for one in found]


def read_found(texts: Iterable[str]) -> list[Found]:
    """The reasons of :func:`keep_found`."""
    return [Found(*json.loads(text)) for text in texts]


def in_words(found: Found) -> str:
    """A reason as a sentence for the command line, which speaks the source language."""
    return REASONS[found.code].sentence % found.params


class Tally:
    """Counts rows as they come: by verdict, by action, by reason."""

    def __init__(self) -> None:
        self.verdicts: Counter[RowVerdict] = Counter()
        self.actions: Counter[RowAction] = Counter()
        self.reasons: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._identities: set[int] = set()

    def add(self, row: JudgedRow) -> None:
        """Count one more row."""
        self.verdicts[row.verdict] += 1
        if row.verdict is RowVerdict.SKIPPED:
            if row.sort != ABOVE:
                self.skipped[row.sort] += 1
            return
        self.actions[row.action] += 1
        for code in {one.code for one in row.found}:
            self.reasons[code] += 1
        if row.verdict in USABLE:
            self._identities.add(hash(row.identity))

    def totals(self) -> dict[str, Any]:
        """The counts as they are kept and as the command answers them.

        ``rows`` = ``ok`` + ``warnings`` + ``refused``; ``skipped`` rows (blank ones, groups,
        sums, who filled it in; titles and the header are not counted) are no rows of the
        table. ``distinct`` counts the different things the usable rows speak of.
        """
        ok, warnings, refused = (
            self.verdicts[one] for one in (RowVerdict.OK, RowVerdict.WARNING, RowVerdict.REFUSED)
        )
        return {
            "rows": ok + warnings + refused,
            "ok": ok,
            "warnings": warnings,
            "refused": refused,
            "skipped": self.skipped.total(),
            "distinct": len(self._identities),
            "new": self.actions[RowAction.NEW],
            "changed": self.actions[RowAction.CHANGED],
            "same": self.actions[RowAction.SAME],
            "reasons": dict(sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))),
            "skipped_as": dict(sorted(self.skipped.items())),
        }
