"""A hall's layout as plain values: what the editor sends, what a venue keeps, what a fair copies.

The text is JSON: ``{"halls": [{"name", "rows", "columns", "squares": [...]}]}``; a square has
``row``, ``column``, ``kind`` and, where it matters, ``code``, ``zone``, ``label``, ``power``,
``large``, ``spare`` and the ``id`` of the row it is known by. Squares left out are aisles.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.core.errors import DomainError
from app.core.text import N_

KINDS = frozenset({"booth", "aisle", "blocked", "entrance"})
MOST_HALLS = 12
MOST_LINES = 70
MOST_BOOTHS = 1_500
LONGEST = 500_000
UNREADABLE = N_("This layout cannot be read. Load the page again.")


@dataclass(frozen=True)
class Square:
    """One square of the grid."""

    row: int
    column: int
    kind: str = "aisle"
    code: str = ""
    zone: str = ""
    label: str = ""
    power: bool = False
    large: bool = False
    spare: bool = False
    id: int | None = None


@dataclass(frozen=True)
class HallLayout:
    """One hall: its name, its size, every square of it row by row."""

    name: str
    rows: int
    columns: int
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class Layout:
    """All halls."""

    halls: tuple[HallLayout, ...]

    @property
    def booths(self) -> int:
        """How many booths it has."""
        return sum(one.kind == "booth" for hall in self.halls for one in hall.squares)

    def without_ids(self) -> "Layout":
        """The same layout, belonging to nobody."""
        return Layout(
            tuple(
                replace(hall, squares=tuple(replace(one, id=None) for one in hall.squares))
                for hall in self.halls
            )
        )

    def to_plain(self) -> dict[str, Any]:
        """What JSON can hold; aisles that say nothing are left out."""
        return {
            "halls": [
                {
                    "name": hall.name,
                    "rows": hall.rows,
                    "columns": hall.columns,
                    "squares": [
                        _plain(one) for one in hall.squares if one.kind != "aisle" or one.id
                    ],
                }
                for hall in self.halls
            ]
        }


def _plain(square: Square) -> dict[str, Any]:
    whole = {
        "row": square.row,
        "column": square.column,
        "kind": square.kind,
        "code": square.code,
        "zone": square.zone,
        "label": square.label,
        "power": square.power,
        "large": square.large,
        "spare": square.spare,
        "id": square.id,
    }
    # By identity: a row 0 equals False and must stay.
    return {
        key: value
        for key, value in whole.items()
        if value is not False and value is not None and value != ""
    }


def read_layout(text: str) -> Layout:
    """A layout from JSON that came from outside; :class:`DomainError` says what is wrong."""
    if len(text) > LONGEST:
        raise DomainError(UNREADABLE, code="layout")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise DomainError(UNREADABLE, code="layout") from None
    return layout_from(value)


def layout_from(value: Any) -> Layout:
    """A layout from plain values, every one of them checked."""
    halls = value.get("halls") if isinstance(value, dict) else None
    if not isinstance(halls, list) or not 0 < len(halls) <= MOST_HALLS:
        raise DomainError(UNREADABLE, code="layout")
    layout = Layout(tuple(_hall(one) for one in halls))
    if len({hall.name for hall in layout.halls}) < len(layout.halls):
        raise DomainError(N_("Two halls have the same name."), code="layout")
    if layout.booths > MOST_BOOTHS:
        raise DomainError(
            N_("A plan has at most %(most)s booths."), code="layout", most=MOST_BOOTHS
        )
    codes = [one.code for hall in layout.halls for one in hall.squares if one.code]
    double = next((code for code in codes if codes.count(code) > 1), None)
    if double:
        raise DomainError(N_("Two booths are called %(booth)s."), code="layout", booth=double)
    return layout


def _hall(value: Any) -> HallLayout:
    if not isinstance(value, dict) or not isinstance(value.get("squares", []), list):
        raise DomainError(UNREADABLE, code="layout")
    rows, columns = _number(value, "rows"), _number(value, "columns")
    given = {(one.row, one.column): one for one in map(_square, value.get("squares", []))}
    if any(row >= rows or column >= columns for row, column in given):
        raise DomainError(UNREADABLE, code="layout")
    squares = tuple(
        given.get((row, column)) or Square(row, column)
        for row in range(rows)
        for column in range(columns)
    )
    return HallLayout(_text(value, "name", 20), rows, columns, squares)


def _square(value: Any) -> Square:
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        raise DomainError(UNREADABLE, code="layout")
    number = value.get("id")
    if number is not None and (not isinstance(number, int) or not 0 < number < 2**31):
        raise DomainError(UNREADABLE, code="layout")
    return Square(
        row=_number(value, "row", least=0),
        column=_number(value, "column", least=0),
        kind=value["kind"],
        code=_text(value, "code", 12),
        zone=_text(value, "zone", 4),
        label=_text(value, "label", 20),
        power=value.get("power") is True,
        large=value.get("large") is True,
        spare=value.get("spare") is True,
        id=number,
    )


def _number(value: Mapping[str, Any], name: str, least: int = 1) -> int:
    number = value.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= MOST_LINES:
        raise DomainError(UNREADABLE, code="layout")
    return number


def _text(value: Mapping[str, Any], name: str, longest: int) -> str:
    text = value.get(name, "")
    if not isinstance(text, str) or len(text) > longest or any(ord(ch) < 32 for ch in text):
        raise DomainError(UNREADABLE, code="layout")
    return text.strip()
