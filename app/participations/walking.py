"""The way to a booth: from a door along the aisles, as squares, as a line, and in words.

Squares people walk on are aisles, doors, and the squares of the hall's rectangle that nobody
drew. Where no aisle touches a booth (a row with its back to the wall), one may also walk
along the outside of the rectangle: halls leave a way there. Of the shortest ways the one with
the fewest turns is shown, as it is the one that can be told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from flask_babel import gettext, pgettext

from app.participations.plan import HallPlan, PlanBooth, PlanView
from app.participations.states import BoothKind

Square = tuple[int, int]
Heading = tuple[int, int]
UP, RIGHT, DOWN, LEFT = (-1, 0), (0, 1), (1, 0), (0, -1)
HEADINGS: tuple[Heading, ...] = (UP, RIGHT, DOWN, LEFT)
WALKABLE = frozenset({BoothKind.AISLE, BoothKind.ENTRANCE})
# What a turn costs in the choice among ways, less than a square.
TURN = 0.01


@dataclass(frozen=True)
class Door:
    """A way in: its square and what is written on it."""

    square: Square
    label: str


@dataclass(frozen=True)
class Way:
    """From a door to a booth: ``line`` are the points of a polyline, ``words`` what to do."""

    hall: HallPlan
    door: Door
    booth: PlanBooth
    squares: tuple[Square, ...]
    line: str
    words: tuple[str, ...]


def doors_of(hall: HallPlan) -> list[Door]:
    """The ways into a hall from left to right, top to bottom; squares that touch are one."""
    found: list[Door] = []
    for square, (kind, label) in sorted(hall.squares.items()):
        if kind is not BoothKind.ENTRANCE:
            continue
        row, column = square
        before = hall.squares.get((row, column - 1))
        if before is None or before[0] is not BoothKind.ENTRANCE:
            found.append(Door(square, label or str(gettext("Entrance"))))
    return found


def way_to(plan: PlanView, code: str, door: int | None = None) -> Way | None:
    """The way to a booth from one of its hall's doors, by default from the nearest.

    None if there is no such booth, no door, or no way between them.
    """
    for hall in plan.halls:
        for booth in hall.booths:
            if booth.code == code:
                doors = doors_of(hall)
                chosen = [doors[door]] if door is not None and 0 <= door < len(doors) else doors
                ways = [way for one in chosen if (way := _way(hall, one, booth))]
                return min(ways, key=lambda way: len(way.squares), default=None)
    return None


def _way(hall: HallPlan, door: Door, booth: PlanBooth) -> Way | None:
    for outside in (False, True):
        squares = find_squares(hall.squares, door.square, booth.square, outside=outside)
        if squares:
            return Way(
                hall,
                door,
                booth,
                squares,
                " ".join(
                    f"{x},{y}"
                    for x, y in [*_points(hall, squares), _edge(hall, squares[-1], booth)]
                ),
                tuple(_say(hall, door, booth, squares)),
            )
    return None


def find_squares(
    drawn: Mapping[Square, tuple[BoothKind, str]],
    start: Square,
    goal: Square,
    *,
    outside: bool = False,
) -> tuple[Square, ...]:
    """The squares from ``start`` to one beside ``goal``; nothing if there is no way."""
    rows = [row for row, _column in drawn]
    columns = [column for _row, column in drawn]
    margin = int(outside)
    low = min(rows) - margin, min(columns) - margin
    high = max(rows) + margin, max(columns) + margin

    def is_open(square: Square) -> bool:
        inside = low[0] <= square[0] <= high[0] and low[1] <= square[1] <= high[1]
        kind = drawn.get(square)
        return inside and (kind is None or kind[0] in WALKABLE)

    goals = {_next(goal, heading) for heading in HEADINGS}
    queue: list[tuple[float, Square, int, tuple[Square, ...]]] = [
        (0.0, start, number, (start,)) for number in range(4)
    ]
    best: dict[tuple[Square, int], float] = {}
    while queue:
        cost, square, heading, walked = heappop(queue)
        if square in goals:
            return walked
        if best.get((square, heading), cost + 1) <= cost:
            continue
        best[square, heading] = cost
        for number, step in enumerate(HEADINGS):
            ahead = _next(square, step)
            if is_open(ahead):
                price = cost + 1 + (TURN if number != heading else 0)
                heappush(queue, (price, ahead, number, (*walked, ahead)))
    return ()


def _next(square: Square, heading: Heading) -> Square:
    return square[0] + heading[0], square[1] + heading[1]


def _points(hall: HallPlan, squares: Sequence[Square]) -> Iterator[tuple[int, int]]:
    """The corners of the way as points of the drawing."""
    for number, (row, column) in enumerate(squares):
        if 0 < number < len(squares) - 1:
            before, after = squares[number - 1], squares[number + 1]
            if before[0] == row == after[0] or before[1] == column == after[1]:
                continue
        yield hall.x_of(column), hall.y_of(row)


def _edge(hall: HallPlan, square: Square, booth: PlanBooth) -> tuple[int, int]:
    """Where the way touches the booth: its code stays free to be read."""
    x, y = hall.x_of(square[1]), hall.y_of(square[0])
    return (
        min(max(x, booth.x), booth.x + booth.w),
        min(max(y, booth.y), booth.y + booth.h),
    )


# ---------------------------------------------------------------------------- words


def _say(hall: HallPlan, door: Door, booth: PlanBooth, squares: Sequence[Square]) -> Iterator[str]:
    legs, inwards = _legs(squares), _inwards(hall, door)
    first = _heading(legs[0]) if legs else inwards
    if first == inwards:
        yield str(gettext("From %(door)s go straight on", door=door.label))
    elif first == _right_of(inwards):
        yield str(gettext("From %(door)s turn right at once", door=door.label))
    else:
        yield str(gettext("From %(door)s turn left at once", door=door.label))
    heading: Heading | None = None
    for number, leg in enumerate(legs):
        if heading is not None:
            previous = legs[number - 1]
            yield _turn(hall, previous, heading, leg)
        heading = _heading(leg)
    if heading is None:
        heading = inwards
    last = squares[-1]
    side = booth.square[0] - last[0], booth.square[1] - last[1]
    if side == heading:
        yield str(gettext("%(booth)s is straight ahead", booth=booth.code))
    elif side == _right_of(heading):
        yield str(gettext("%(booth)s is on your right", booth=booth.code))
    elif side == _right_of(_right_of(heading)):
        yield str(gettext("%(booth)s is right beside the door", booth=booth.code))
    else:
        yield str(gettext("%(booth)s is on your left", booth=booth.code))


def _legs(squares: Sequence[Square]) -> list[list[Square]]:
    """The straight parts of a way; a corner belongs to both."""
    legs: list[list[Square]] = []
    for before, after in pairwise(squares):
        step = after[0] - before[0], after[1] - before[1]
        if legs and _heading(legs[-1]) == step:
            legs[-1].append(after)
        else:
            legs.append([before, after])
    return legs


def _heading(leg: Sequence[Square]) -> Heading:
    return leg[1][0] - leg[0][0], leg[1][1] - leg[0][1]


def _inwards(hall: HallPlan, door: Door) -> Heading:
    rows = [row for row, _column in hall.squares]
    return UP if door.square[0] * 2 > min(rows) + max(rows) else DOWN


def _right_of(heading: Heading) -> Heading:
    return HEADINGS[(HEADINGS.index(heading) + 1) % 4]


def _turn(
    hall: HallPlan, leg: Sequence[Square], heading: Heading, following: Sequence[Square]
) -> str:
    """Which opening to take: counted on its side along the leg before it."""
    side = _heading(following)
    count, was_open = 0, True
    for square in leg:
        is_open = _is_open(hall, _next(square, side))
        count += is_open and not was_open
        was_open = is_open
    # An opening that began where the leg began was not counted, yet it is one.
    count = max(1, count)
    which = ORDINALS[count - 1] if count <= len(ORDINALS) else None
    if side == _right_of(heading):
        if which is None:
            return str(gettext("turn right after %(n)s aisles", n=count - 1))
        return str(gettext("%(which)s aisle on the right", which=_ordinal(count)))
    if which is None:
        return str(gettext("turn left after %(n)s aisles", n=count - 1))
    return str(gettext("%(which)s aisle on the left", which=_ordinal(count)))


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def _ordinal(number: int) -> str:
    words = (
        pgettext("aisle", "first"),
        pgettext("aisle", "second"),
        pgettext("aisle", "third"),
        pgettext("aisle", "fourth"),
        pgettext("aisle", "fifth"),
        pgettext("aisle", "sixth"),
    )
    return str(words[number - 1])


def _is_open(hall: HallPlan, square: Square) -> bool:
    kind = hall.squares.get(square)
    if kind is not None:
        return kind[0] in WALKABLE
    rows = [row for row, _column in hall.squares]
    columns = [column for _row, column in hall.squares]
    return min(rows) <= square[0] <= max(rows) and min(columns) <= square[1] <= max(columns)
