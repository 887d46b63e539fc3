"""The terms of a placement: booths, employers, for whom zones are meant, reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.core.states import Word
from app.core.text import N_

# How many squares of the grid, across plus down, keep rivals out of each other's sight.
APART = 6
# Corners are for the largest fifth, and not for whoever hires fewer than this many people.
LARGEST = 5
LARGE_FROM = 10


class Because(Word):
    """Why an employer stands where it stands, or why it has no booth; labels have places."""

    FOR_DELEGATION = "for-delegation", N_("zone %(zone)s is meant for its delegation")
    FOR_INDUSTRY = "for-industry", N_("zone %(zone)s is meant for its industry")
    FOR_ANYBODY = "for-anybody", N_("zone %(zone)s is open to everybody")
    OWN_FULL = "own-full", N_("its own zone %(own)s is full, zone %(zone)s has room")
    OWN_LACKS = "own-lacks", N_("its own zone %(own)s has nothing left that meets its needs")
    ROOM_ELSEWHERE = (
        "room-elsewhere",
        N_("no zone is meant for it or for everybody, zone %(zone)s has room"),
    )
    TOGETHER = "together", N_("in one zone with %(n)s more of its delegation")
    CORNER = "corner", N_("a corner, as it is among those that hire most (%(n)s people)")
    POWER = "power", N_("has the power it needs")
    LARGE = "large", N_("has the double size it needs")
    RIVAL_APART = "rival-apart", N_("%(n)s squares away from %(name)s")
    RIVAL_NEAR = "rival-near", N_("only %(n)s squares away from %(name)s, nothing else fits")
    NO_BOOTH = "no-booth", N_("every booth is taken")
    KEPT_SPARE = "kept-spare", N_("the booths still free are kept spare")
    NO_POWER = "no-power", N_("it needs power, and no free booth has any")
    NO_LARGE = "no-large", N_("it needs a double booth, and none is free")
    NO_MATCH = "no-match", N_("no free booth has both the power and the size it needs")


class Offers(Protocol):
    """What a booth has, wherever it is drawn or stored."""

    @property
    def has_power(self) -> bool: ...
    @property
    def is_large(self) -> bool: ...


class Needs(Protocol):
    """What an employer asked for, likewise."""

    @property
    def needs_power(self) -> bool: ...
    @property
    def needs_large(self) -> bool: ...


def meets_needs(booth: Offers, who: Needs) -> bool:
    """Whether a booth has what an employer said it needs."""
    return (booth.has_power or not who.needs_power) and (booth.is_large or not who.needs_large)


@dataclass(frozen=True)
class Stand:
    """A booth that may be given."""

    id: int
    hall: str
    row: int
    column: int
    code: str
    zone: str
    has_power: bool = False
    is_large: bool = False
    is_corner: bool = False

    def distance(self, other: "Stand") -> int | None:
        """Squares across plus down to another booth; None if it is in another hall."""
        if self.hall != other.hall:
            return None
        return abs(self.row - other.row) + abs(self.column - other.column)


@dataclass(frozen=True)
class Guest:
    """An employer that comes. ``seniority`` sorts: who comes first in it chooses first."""

    id: int
    name: str
    seniority: tuple[int, ...] = ()
    delegation_id: int | None = None
    industry: str | None = None
    openings: int = 0
    needs_power: bool = False
    needs_large: bool = False

    @property
    def group(self) -> str:
        """With whom it should stand: its delegation, else its industry."""
        if self.delegation_id is not None:
            return f"d{self.delegation_id:09d}"
        return f"i{self.industry}" if self.industry else ""

    def can_use(self, stand: Stand) -> bool:
        """Whether a booth has what it needs."""
        return meets_needs(stand, self)


@dataclass(frozen=True)
class Aim:
    """For whom a zone is meant; both None: for anybody."""

    delegation_id: int | None = None
    industry: str | None = None

    def rank(self, guest: Guest) -> int:
        """How well a zone suits: its delegation 4, its industry 2, anybody 0, others less."""
        return _points(self.delegation_id, guest.delegation_id, 4) + _points(
            self.industry, guest.industry, 2
        )


def _points(wanted: object, own: object, points: int) -> int:
    if wanted is None:
        return 0
    return points if wanted == own else -points


@dataclass(frozen=True)
class Reason:
    """One reason with what fills its places."""

    because: Because
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What became of one employer; ``stand`` is None where nothing fits."""

    guest: Guest
    stand: Stand | None
    reasons: tuple[Reason, ...]


@dataclass
class Hall:
    """All that a decision depends on.

    ``stands`` may be given, ``staying`` says who keeps which booth (it is not among the
    stands), ``rivals`` are pairs of ids of guests, ``spare`` booths are to stay free.
    """

    stands: Sequence[Stand]
    aims: Mapping[str, Aim] = field(default_factory=dict)
    staying: Mapping[Guest, Stand] = field(default_factory=dict)
    rivals: Collection[frozenset[int]] = ()
    spare: int = 0


def is_corner(booth: tuple[int, int], walkable: Collection[tuple[int, int]]) -> bool:
    """Whether a booth is passed on two sides that meet: an aisle beside it and one before it."""
    row, column = booth
    beside = (row, column - 1) in walkable or (row, column + 1) in walkable
    return beside and ((row - 1, column) in walkable or (row + 1, column) in walkable)
