"""Which zone each employer goes to."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from app.participations.placement.terms import Guest, Hall

Need = tuple[bool, bool]
# Which booths serve a need, those nobody else needs first: (power, large).
_SERVED: Mapping[Need, tuple[Need, ...]] = {
    (True, True): ((True, True),),
    (False, True): ((False, True), (True, True)),
    (True, False): ((True, False), (True, True)),
    (False, False): ((False, False), (True, False), (False, True), (True, True)),
}


def need_of(guest: Guest) -> Need:
    """What a guest's booth must have: (power, large)."""
    return guest.needs_power, guest.needs_large


class Rooms:
    """How many booths of which kind each zone has left while guests choose zones."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.left: dict[str, Counter[Need]] = defaultdict(Counter)
        for stand in hall.stands:
            self.left[stand.zone][stand.has_power, stand.is_large] += 1
        self.allowed = max(0, len(hall.stands) - hall.spare)
        self.of: dict[int, str] = {}
        self.members: dict[str, Counter[str]] = defaultdict(Counter)
        for guest, stand in hall.staying.items():
            self.members[stand.zone][guest.group] += 1

    def rank(self, zone: str, guest: Guest) -> int:
        """How well a zone suits a guest."""
        aim = self.hall.aims.get(zone)
        return aim.rank(guest) if aim else 0

    def fits(self, zone: str, guest: Guest) -> bool:
        """Whether a zone still has a booth for a guest's needs."""
        left = self.left[zone]
        return any(left[kind] for kind in _SERVED[need_of(guest)])

    def enter(self, zone: str, guest: Guest) -> None:
        """Keep a booth in a zone for a guest."""
        left = self.left[zone]
        left[next(kind for kind in _SERVED[need_of(guest)] if left[kind])] -= 1
        self.of[guest.id] = zone
        self.members[zone][guest.group] += 1
        self.allowed -= 1


def choose_zones(rooms: Rooms, ordered: Sequence[Guest]) -> None:
    """Those with needs first, as their booths are few; then the rest."""
    waiting = list(ordered)
    while waiting and rooms.allowed:
        # As many as there are booths for; if one of them finds nothing, the next may try.
        now, waiting = waiting[: rooms.allowed], waiting[rooms.allowed :]
        for needy in (2, 1, 0):
            some = [one for one in now if sum(need_of(one)) == needy]
            some = _enter_own(rooms, some)
            some = _enter_groups(rooms, some)
            for guest in some:
                _enter_any(rooms, guest)


def _enter_own(rooms: Rooms, guests: Sequence[Guest]) -> list[Guest]:
    """Into zones meant for them; returns those for whom there is none with room."""
    rest = []
    for guest in guests:
        own = [zone for zone in rooms.left if rooms.rank(zone, guest) > 0]
        able = [zone for zone in own if rooms.fits(zone, guest)]
        if able:
            rooms.enter(min(able, key=lambda zone: (-rooms.rank(zone, guest), zone)), guest)
        else:
            rest.append(guest)
    return rest


def _enter_groups(rooms: Rooms, guests: Sequence[Guest]) -> list[Guest]:
    """Into zones meant for nobody, the largest groups first, each as whole as can be."""
    groups: dict[str, list[Guest]] = defaultdict(list)
    for guest in guests:
        groups[guest.group].append(guest)
    rest = []
    for _key, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        while group:
            zone = _best_for_group(rooms, group)
            if zone is None:
                rest += group
                break
            for guest in list(group):
                if rooms.fits(zone, guest):
                    rooms.enter(zone, guest)
                    group.remove(guest)
    return rest


def _best_for_group(rooms: Rooms, group: Sequence[Guest]) -> str | None:
    """Where its fellows are; else the least zone that takes all; else the one with most room."""
    first = group[0]
    open_to = [
        zone for zone in rooms.left if rooms.rank(zone, first) == 0 and rooms.fits(zone, first)
    ]

    def order(zone: str) -> tuple[int, int, str]:
        if not first.group:
            return 0, 0, zone
        room, fellows = rooms.left[zone].total(), rooms.members[zone][first.group]
        return -fellows, room if room >= len(group) else 10_000 - room, zone

    return min(open_to, key=order, default=None)


def _enter_any(rooms: Rooms, guest: Guest) -> None:
    able = [zone for zone in rooms.left if rooms.fits(zone, guest)]
    if able:
        rooms.enter(
            min(
                able,
                key=lambda zone: (
                    -rooms.rank(zone, guest),
                    -rooms.members[zone][guest.group],
                    zone,
                ),
            ),
            guest,
        )
