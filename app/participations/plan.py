"""The floor plan's geometry: squares of a grid in, boxes of a drawing out.

A hall is a grid of squares. Columns and rows without a booth are aisles and are drawn
narrow; above the first row of a zone there is room for its heading. The numbers are those
of the drawing that ``components/plan.html`` makes: a booth is 74 × 52.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from app.participations.models import Booth, BoothZone, Participation
from app.participations.states import BoothKind
from app.web.i18n import bilingual

BOOTH_W, BOOTH_H = 74, 52
GAP_X, GAP_Y = 7, 3
AISLE_W, AISLE_H = 23, 27
HEADING = 34
MARGIN = 33
# How high a zone must be for the large letter of the overview.
LETTER = 100
# Narrow halls are drawn in a wide room, so that their booths are no larger than elsewhere.
MIN_WIDTH = 760


@dataclass
class PlanBooth:
    """One booth as drawn. The page that shows it sets ``href``, and may set ``state``.

    ``state`` is a word of components/plan.html: taken, free, fit, clash, sel. ``kind`` is
    for the page that edits the hall, where aisles are drawn too.
    """

    id: int
    hall: str
    code: str
    zone: str
    kind: BoothKind
    square: tuple[int, int]
    x: int
    y: int
    w: int
    h: int
    has_power: bool = False
    is_large: bool = False
    is_spare: bool = False
    state: str = "free"
    label: str = ""
    href: str = ""
    text: str = ""
    participation: Participation | None = None

    @property
    def employer(self) -> str:
        """Who stands here, by their short name."""
        return self.participation.employer.display_name if self.participation else ""


@dataclass
class PlanZone:
    """A zone: its letter, its name, for whom it is meant, where its heading stands.

    One without a name has no heading (``x`` is None): its letter stands in every code.
    """

    key: str
    row: BoothZone | None = None
    x: int | None = None
    y: int = 0
    right: int = 0
    cx: int | None = None
    cy: int = 0
    booths: int = 0
    taken: int = 0

    @property
    def name(self) -> str:
        """The zone's name in the reader's language."""
        if self.row is None:
            return ""
        return bilingual(self.row, "name") or self._meant

    @property
    def _meant(self) -> str:
        """The delegation or the industry the zone is for."""
        if self.row is not None and self.row.delegation:
            return bilingual(self.row.delegation, "name")
        if self.row is not None and self.row.pillar_industry:
            return str(gettext(self.row.pillar_industry.label))
        return ""

    @property
    def sub(self) -> str:
        """For whom the zone is meant, where the name does not say it and there is room."""
        meant = self._meant
        room = self.right - (self.x or 0) - _width(f"{self.key} {self.name}", 27) - 12
        return meant if meant != self.name and _width(meant, 20) <= room else ""


def _width(text: str, size: int) -> float:
    """About how wide a text is: a Chinese character is a square, a letter half of one."""
    return sum(size if ord(ch) > 0x2E7F else size * 0.58 for ch in text)


@dataclass
class PlanFixture:
    """Something that is no booth: a wall or a desk (``fix``), the way in (``entrance``)."""

    kind: str
    x: int
    y: int
    w: int
    h: int
    label: str = ""

    @property
    def text(self) -> str:
        """What is written on it."""
        return self.label or (str(gettext("Entrance")) if self.kind == "entrance" else "")


@dataclass
class HallPlan:
    """One hall as drawn."""

    name: str
    width: int
    height: int
    booths: list[PlanBooth] = field(default_factory=list)
    zones: list[PlanZone] = field(default_factory=list)
    fixtures: list[PlanFixture] = field(default_factory=list)
    # The squares that are no booths, for the page that edits the hall.
    spaces: list[PlanBooth] = field(default_factory=list)
    # What every square is and what is written on it, and the middle of every column and row.
    squares: dict[tuple[int, int], tuple[BoothKind, str]] = field(default_factory=dict)
    xs: dict[int, int] = field(default_factory=dict)
    ys: dict[int, int] = field(default_factory=dict)

    def x_of(self, column: int) -> int:
        """The middle of a column in the drawing; outside the grid it is the margin's."""
        return self.xs.get(column, MARGIN // 2 if column < 0 else self.width - MARGIN // 2)

    def y_of(self, row: int) -> int:
        """The middle of a row in the drawing; outside the grid it is the margin's."""
        return self.ys.get(row, 14 if row < 0 else self.height - 14)

    @property
    def is_wide(self) -> bool:
        """Whether the drawing is too wide to be read without moving it."""
        return self.width > 1300


@dataclass
class PlanView:
    """All halls of a fair."""

    halls: list[HallPlan] = field(default_factory=list)

    @property
    def booths(self) -> list[PlanBooth]:
        """The booths of all halls."""
        return [booth for hall in self.halls for booth in hall.booths]

    @property
    def zones(self) -> list[PlanZone]:
        """The zones of all halls."""
        return [zone for hall in self.halls for zone in hall.zones]

    @property
    def taken(self) -> int:
        """How many booths have an employer."""
        return sum(booth.participation is not None for booth in self.booths)

    def find(self, code: str) -> PlanBooth | None:
        """The booth with a code."""
        return next((booth for booth in self.booths if booth.code == code), None)


def draw(
    squares: Iterable[Booth],
    zones: Iterable[BoothZone],
    occupants: Mapping[int, Participation],
) -> PlanView:
    """Lay out all halls. ``occupants`` maps a booth's id to who stands there."""
    named = {zone.zone: zone for zone in zones}
    halls: dict[str, list[Booth]] = defaultdict(list)
    for square in squares:
        halls[square.hall].append(square)
    return PlanView([_hall(name, rows, named, occupants) for name, rows in sorted(halls.items())])


def _hall(
    name: str,
    squares: Sequence[Booth],
    named: Mapping[str, BoothZone],
    occupants: Mapping[int, Participation],
) -> HallPlan:
    stands = [square for square in squares if square.kind is BoothKind.BOOTH]
    solid = [square for square in squares if square.kind is not BoothKind.AISLE]
    left, width = _columns(squares, {square.column for square in solid if _is_wide(square)})
    headed = [one for one in stands if has_heading(named.get(one.zone))]
    top, height = _rows(squares, {square.row for square in solid if _is_wide(square)}, headed)
    hall = HallPlan(name, max(width, MIN_WIDTH), height)
    shift = (hall.width - width) // 2
    hall.xs = {column: x + shift + w // 2 for column, (x, w) in left.items()}
    hall.ys = {row: y + h // 2 for row, (y, h) in top.items()}
    for square in squares:
        hall.squares[square.row, square.column] = square.kind, square.label
        x, w = left[square.column]
        y, h = top[square.row]
        box = (x + shift, y, w, h)
        if square.kind is BoothKind.BOOTH:
            hall.booths.append(_booth(square, box, occupants.get(square.id)))
            continue
        hall.spaces.append(_booth(square, box, None))
    hall.zones = _zones(hall.booths, named)
    hall.fixtures = _fixtures(hall, squares)
    return hall


def has_heading(zone: BoothZone | None) -> bool:
    """Whether there is anything to be written above a zone."""
    return zone is not None and bool(
        zone.name_zh or zone.name_en or zone.delegation_id or zone.pillar_industry
    )


def _is_wide(square: Booth) -> bool:
    return square.kind in (BoothKind.BOOTH, BoothKind.BLOCKED)


def _columns(squares: Sequence[Booth], wide: set[int]) -> tuple[dict[int, tuple[int, int]], int]:
    """Where each column begins and how wide it is; the whole width."""
    x, places = MARGIN, {}
    for column in range(max((square.column for square in squares), default=-1) + 1):
        width = BOOTH_W if column in wide else AISLE_W
        places[column] = (x, width)
        x += width + GAP_X
    return places, x - GAP_X + MARGIN


def _rows(
    squares: Sequence[Booth], wide: set[int], stands: Sequence[Booth]
) -> tuple[dict[int, tuple[int, int]], int]:
    """Where each row begins and how high it is; the whole height."""
    firsts: dict[str, int] = {}
    for stand in stands:
        firsts[stand.zone] = min(firsts.get(stand.zone, stand.row), stand.row)
    headed = set(firsts.values())
    y, places = 22, {}
    for row in range(max((square.row for square in squares), default=-1) + 1):
        if row in headed:
            y += HEADING
        height = BOOTH_H if row in wide else AISLE_H
        places[row] = (y, height)
        y += height + GAP_Y
    return places, y - GAP_Y + 22


def _booth(square: Booth, box: tuple[int, int, int, int], who: Participation | None) -> PlanBooth:
    x, y, w, h = box
    return PlanBooth(
        id=square.id,
        hall=square.hall,
        code=square.code or "",
        zone=square.zone,
        kind=square.kind,
        square=(square.row, square.column),
        x=x,
        y=y,
        w=w,
        h=h,
        has_power=square.has_power,
        is_large=square.is_large,
        is_spare=square.is_spare,
        state="taken" if who else "free",
        label=who.employer.display_name if who else square.label,
        participation=who,
    )


def _zones(booths: Sequence[PlanBooth], named: Mapping[str, BoothZone]) -> list[PlanZone]:
    grouped: dict[str, list[PlanBooth]] = defaultdict(list)
    for booth in booths:
        grouped[booth.zone].append(booth)
    zones = []
    for key, members in sorted(grouped.items()):
        x, y = min(booth.x for booth in members), min(booth.y for booth in members)
        right = max(booth.x + booth.w for booth in members)
        bottom = max(booth.y + booth.h for booth in members)
        zones.append(
            PlanZone(
                key=key,
                row=named.get(key),
                x=x if has_heading(named.get(key)) else None,
                y=y - 12,
                right=right,
                cx=(x + right) // 2 if bottom - y >= LETTER else None,
                cy=(y + bottom) // 2 + 30,
                booths=len(members),
                taken=sum(booth.participation is not None for booth in members),
            )
        )
    return zones


def _fixtures(hall: HallPlan, squares: Sequence[Booth]) -> list[PlanFixture]:
    """Blocked squares that touch in a row and say the same are one; so are entrances."""
    kinds = {square.id: square.kind for square in squares}
    places = {square.id: (square.row, square.column) for square in squares}
    runs: list[tuple[PlanFixture, tuple[int, int]]] = []
    for space in sorted(hall.spaces, key=lambda one: places[one.id]):
        kind = kinds[space.id]
        if kind is BoothKind.AISLE:
            continue
        row, column = places[space.id]
        word = "entrance" if kind is BoothKind.ENTRANCE else "fix"
        if runs:
            last, (last_row, last_column) = runs[-1]
            if (last_row, last_column + 1, last.kind, last.label) == (
                row,
                column,
                word,
                space.label,
            ):
                last.w = space.x + space.w - last.x
                runs[-1] = (last, (row, column))
                continue
        runs.append(
            (PlanFixture(word, space.x, space.y, space.w, space.h, space.label), (row, column))
        )
    return [_to_wall(fixture, hall) for fixture, _place in runs]


def _to_wall(fixture: PlanFixture, hall: HallPlan) -> PlanFixture:
    """An entrance is drawn as a door in the nearest wall above or below."""
    if fixture.kind == "entrance":
        below = fixture.y + fixture.h / 2 > hall.height / 2
        middle = fixture.x + fixture.w // 2
        fixture.w = max(fixture.w, 160)
        fixture.x = max(MARGIN, min(middle - fixture.w // 2, hall.width - MARGIN - fixture.w))
        fixture.y, fixture.h = (hall.height - 12 if below else 0), 12
    return fixture
