"""Why a choice is as it is."""

from app.participations.placement.seats import Seats
from app.participations.placement.terms import (
    APART,
    Because,
    Choice,
    Guest,
    Hall,
    Reason,
    Stand,
)
from app.participations.placement.zones import Rooms, need_of


def explain(hall: Hall, rooms: Rooms, seats: Seats, guest: Guest) -> Choice:
    """A guest's booth with the reasons for it, or why there is none."""
    stand = seats.at.get(guest.id)
    if stand is None:
        return Choice(guest, None, (_why_none(hall, seats, guest),))
    reasons = [_why_zone(hall, rooms, guest, stand)]
    fellows = [
        other
        for other in seats.guests.values()
        if other is not guest
        and other.delegation_id == guest.delegation_id
        and (at := seats.at.get(other.id))
        and at.zone == stand.zone
    ]
    if (
        guest.delegation_id is not None
        and fellows
        and reasons[0].because is not Because.FOR_DELEGATION
    ):
        reasons.append(Reason(Because.TOGETHER, {"n": len(fellows)}))
    if stand.is_corner and guest.id in seats.large:
        reasons.append(Reason(Because.CORNER, {"n": guest.openings}))
    if guest.needs_power:
        reasons.append(Reason(Because.POWER))
    if guest.needs_large:
        reasons.append(Reason(Because.LARGE))
    for rival in sorted(seats.rivals[guest.id]):
        other_stand = seats.at.get(rival)
        away = stand.distance(other_stand) if other_stand else None
        if away is not None:
            near = Because.RIVAL_NEAR if away < APART else Because.RIVAL_APART
            reasons.append(Reason(near, {"n": away, "name": seats.guests[rival].name}))
    return Choice(guest, stand, tuple(reasons))


def _why_zone(hall: Hall, rooms: Rooms, guest: Guest, stand: Stand) -> Reason:
    aim, rank = hall.aims.get(stand.zone), rooms.rank(stand.zone, guest)
    if rank > 0 and aim:
        meant = aim.delegation_id is not None and aim.delegation_id == guest.delegation_id
        because = Because.FOR_DELEGATION if meant else Because.FOR_INDUSTRY
        return Reason(because, {"zone": stand.zone})
    own = sorted(
        (zone for zone in hall.aims if rooms.rank(zone, guest) > 0),
        key=lambda zone: (-rooms.rank(zone, guest), zone),
    )
    if own:
        has_room = rooms.left[own[0]].total() if own[0] in rooms.left else 0
        because = Because.OWN_LACKS if has_room and any(need_of(guest)) else Because.OWN_FULL
        return Reason(because, {"own": own[0], "zone": stand.zone})
    because = Because.FOR_ANYBODY if rank == 0 else Because.ROOM_ELSEWHERE
    return Reason(because, {"zone": stand.zone})


def _why_none(hall: Hall, seats: Seats, guest: Guest) -> Reason:
    taken = {stand.id for stand in seats.at.values()}
    free = [stand for stand in hall.stands if stand.id not in taken]
    if not free:
        return Reason(Because.NO_BOOTH)
    if any(guest.can_use(stand) for stand in free):
        return Reason(Because.KEPT_SPARE)
    if guest.needs_power and guest.needs_large:
        return Reason(Because.NO_MATCH)
    return Reason(Because.NO_POWER if guest.needs_power else Because.NO_LARGE)
