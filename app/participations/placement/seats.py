"""Which booth of its zone each employer gets, and how rivals are parted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.participations.placement.terms import APART, LARGE_FROM, LARGEST, Guest, Hall, Stand
from app.participations.placement.zones import Rooms, need_of


class Seats:
    """Which booth each guest has."""

    def __init__(self, hall: Hall, rooms: Rooms, ordered: Sequence[Guest]) -> None:
        self.hall, self.rooms, self.ordered = hall, rooms, ordered
        self.guests = {guest.id: guest for guest in [*hall.staying, *ordered]}
        self.at: dict[int, Stand] = {guest.id: stand for guest, stand in hall.staying.items()}
        self.large = _largest([*hall.staying, *ordered])
        self.rivals: dict[int, list[int]] = defaultdict(list)
        for pair in hall.rivals:
            if len(pair) == 2 and pair <= self.guests.keys():
                one, other = sorted(pair)
                self.rivals[one].append(other)
                self.rivals[other].append(one)

    def fill(self) -> None:
        """Seat every zone."""
        stands: dict[str, list[Stand]] = defaultdict(list)
        for stand in self.hall.stands:
            stands[stand.zone].append(stand)
        for zone, own in sorted(stands.items()):
            members = [one for one in self.ordered if self.rooms.of.get(one.id) == zone]
            self._fill_zone(members, sorted(own, key=_walk))

    def _fill_zone(self, members: list[Guest], stands: list[Stand]) -> None:
        by_size = sorted(members, key=lambda one: (-one.openings, one.seniority, one.id))
        for guest in by_size:
            if guest.id in self.large:
                corners = (one for one in stands if one.is_corner)
                self._sit_first(guest, corners, members, stands)
        members.sort(key=lambda one: (one.group, one.industry or "", one.seniority, one.id))
        for stand in list(stands):
            fitting = [one for one in members if one.can_use(stand)]
            # A double booth is kept for who needs one, while there are others.
            fitting.sort(key=lambda one: stand.is_large and not one.needs_large)
            for guest in fitting:
                wasted = stand.is_large and not guest.needs_large
                if wasted and _suffice([one for one in stands if one is not stand], members):
                    break
                if self._sit(guest, stand, members, stands):
                    break

    def _sit_first(
        self,
        guest: Guest,
        wanted: Iterable[Stand],
        members: list[Guest],
        stands: list[Stand],
    ) -> None:
        for stand in list(wanted):
            if guest.can_use(stand) and self._sit(guest, stand, members, stands):
                return

    def _sit(self, guest: Guest, stand: Stand, members: list[Guest], stands: list[Stand]) -> bool:
        """Give a booth if the others' needs can still be met after that."""
        rest = [one for one in stands if one is not stand]
        if not _suffice(rest, [one for one in members if one is not guest]):
            return False
        self.at[guest.id] = stand
        members.remove(guest)
        stands.remove(stand)
        return True

    # ------------------------------------------------------------------------ rivals

    def part_rivals(self) -> None:
        """Move those who stand too near to a rival, or change their booths with others'."""
        for guest in reversed(self.ordered):
            if guest.id in self.at and self.nearest(guest.id, self.at[guest.id]) < APART:
                self._move_away(guest)

    def nearest(
        self, guest_id: int, stand: Stand, instead: Mapping[int, Stand] | None = None
    ) -> int:
        """How far the nearest rival would be if a guest stood somewhere."""
        found = [10_000]
        for rival in self.rivals[guest_id]:
            other = (instead or {}).get(rival) or self.at.get(rival)
            away = stand.distance(other) if other else None
            if away is not None:
                found.append(away)
        return min(found)

    def _move_away(self, guest: Guest) -> None:
        here = self.at[guest.id]
        holders = {self.at[one.id].id: one for one in self.ordered if one.id in self.at}
        best: tuple[tuple[Any, ...], Stand, Guest | None] | None = None
        for stand in self.hall.stands:
            other = holders.get(stand.id)
            if stand is here or not self._may_swap(guest, here, stand, other):
                continue
            instead = {guest.id: stand} | ({other.id: here} if other else {})
            away = self.nearest(guest.id, stand, instead)
            if away <= self.nearest(guest.id, here):
                continue
            if other and self.nearest(other.id, here, instead) < APART:
                continue
            order = (
                -min(away, APART),
                stand.zone != here.zone,
                stand.is_corner != here.is_corner,
                other is None,
                away,
                stand.hall,
                stand.row,
                stand.column,
            )
            if best is None or order < best[0]:
                best = (order, stand, other)
        if best is None:
            return
        _order, stand, other = best
        self.at[guest.id] = stand
        if other:
            self.at[other.id] = here

    def _may_swap(self, guest: Guest, here: Stand, stand: Stand, other: Guest | None) -> bool:
        if not guest.can_use(stand) or (other and not other.can_use(here)):
            return False
        if stand.zone == here.zone:
            # A corner that was given for size is only changed for another corner.
            return (
                other is None or (here.is_corner == stand.is_corner) or other.id not in self.large
            )
        rank = self.rooms.rank
        if rank(stand.zone, guest) < min(0, rank(here.zone, guest)):
            return False
        return other is None or rank(here.zone, other) >= rank(stand.zone, other)


def _walk(stand: Stand) -> tuple[str, int, int]:
    """Booths in the order of a walk: along one row and back along the next."""
    return stand.hall, stand.row, stand.column if stand.row % 2 == 0 else -stand.column


def _suffice(stands: Sequence[Stand], guests: Sequence[Guest]) -> bool:
    """Whether these booths can hold these guests with all their needs (Hall's condition)."""
    have = Counter((one.has_power, one.is_large) for one in stands)
    want = Counter(need_of(one) for one in guests)
    both = have[True, True]
    return (
        want[True, True] <= both
        and want[True, True] + want[True, False] <= both + have[True, False]
        and want[True, True] + want[False, True] <= both + have[False, True]
        and want.total() - want[False, False] <= have.total() - have[False, False]
        and want.total() <= have.total()
    )


def _largest(guests: Sequence[Guest]) -> set[int]:
    """The fifth that hires most, if it is many at all."""
    by_size = sorted(guests, key=lambda one: (-one.openings, one.seniority, one.id))
    some = by_size[: -(-len(by_size) // LARGEST)]
    return {one.id for one in some if one.openings >= LARGE_FROM}
