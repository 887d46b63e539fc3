"""Who stands where, decided in one go: employers and booths in, a choice for each out.

Plain values in and out, no database, no chance: the same hall and the same employers give
the same plan, in whatever order the rows come. What counts, in this order:

1. needs: power and a double booth are had by whoever needs them, as far as there are any;
2. zones: one meant for the employer's delegation, then one for its industry, then one meant
   for nobody, where those of one delegation stand together; other zones only at last;
3. corners go to the largest of a zone, by the people they hire at this fair;
4. rivals that were named stand at least ``APART`` squares from each other.

Booths that are kept spare stay free. Every choice carries its reasons, so that an organiser
can answer an employer who asks.
"""

from collections.abc import Iterable

from app.participations.placement.reasons import explain
from app.participations.placement.seats import Seats
from app.participations.placement.terms import (
    APART,
    Aim,
    Because,
    Choice,
    Guest,
    Hall,
    Reason,
    Stand,
    is_corner,
    meets_needs,
)
from app.participations.placement.zones import Rooms, choose_zones

__all__ = [
    "APART",
    "Aim",
    "Because",
    "Choice",
    "Guest",
    "Hall",
    "Reason",
    "Stand",
    "is_corner",
    "meets_needs",
    "place",
]


def place(hall: Hall, guests: Iterable[Guest]) -> list[Choice]:
    """Decide for every guest, in the order of seniority."""
    ordered = sorted(guests, key=lambda one: (one.seniority, one.id))
    rooms = Rooms(hall)
    choose_zones(rooms, ordered)
    seats = Seats(hall, rooms, ordered)
    seats.fill()
    seats.part_rivals()
    return [explain(hall, rooms, seats, guest) for guest in ordered]
