"""Laying out a fair's halls: a grid in one act, then square by square."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from sqlalchemy import delete, or_, select

from app.audit.services import Actor, record
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound
from app.core.text import N_
from app.employers.states import PillarIndustry
from app.participations.models import Booth, BoothHold, BoothMove, BoothZone, Participation
from app.participations.services.placing import touch_plan
from app.participations.states import BoothKind
from app.places.models import Delegation
from app.tours.models import Fair

MOST_BOOTHS = 700


@dataclass(frozen=True)
class Grid:
    """A hall in one form: how many booths, how they are grouped, what they are called.

    A zone is ``zone_columns`` × ``zone_rows`` booths (0: the whole width or height); between
    zones there is an aisle, and inside them after every ``aisle_columns`` or ``aisle_rows``
    (0: none). ``pattern`` is a sample such as ``A01`` or places such as ``{row}{nn}``:
    ``{zone}`` and ``{row}`` are letters, ``{n}``, ``{nn}``, ``{nnn}`` the number.
    ``entrance`` is top, bottom or nothing.
    """

    hall: str = ""
    rows: int = 8
    columns: int = 12
    pattern: str = "A01"
    zone_columns: int = 0
    zone_rows: int = 0
    aisle_columns: int = 0
    aisle_rows: int = 0
    entrance: str = "bottom"
    has_power: bool = False


def make_grid(fair: Fair, grid: Grid, *, by: Actor) -> int:
    """Lay out a hall, in place of the one with this name. Return how many booths it has.

    A hall in which somebody stands already is not touched (:class:`Conflict`).
    """
    if not 1 <= grid.rows * grid.columns <= MOST_BOOTHS:
        raise DomainError(
            N_("A hall has between 1 and %(most)s booths."), field="rows", most=MOST_BOOTHS
        )
    touch_plan(fair)
    _clear_hall(fair, grid.hall)
    used = _used_codes(fair)
    squares = _squares(fair, grid, _free_letters({code[:1] for code in used}))
    codes = Counter(square.code for square in squares if square.code)
    if codes.most_common(1)[0][1] > 1 or used & codes.keys():
        raise DomainError(N_("This pattern gives two booths the same code."), field="pattern")
    db.session.add_all(squares)
    db.session.flush()
    name_new_zones(fair, squares)
    _note(fair, "make-hall", by, hall=grid.hall, booths=len(codes))
    return len(codes)


def remove_hall(fair: Fair, hall: str, *, by: Actor) -> None:
    """Take a hall off the plan, unless somebody stands in it."""
    touch_plan(fair)
    _clear_hall(fair, hall)
    _note(fair, "remove-hall", by, hall=hall)


def _clear_hall(fair: Fair, hall: str) -> None:
    own = select(Booth.id).filter_by(fair_id=fair.id, hall=hall)
    taken = select(Participation.id).where(Participation.booth_id.in_(own)).limit(1)
    if db.session.scalar(taken) is not None:
        raise Conflict(N_("Employers stand in this hall already; take their booths away first."))
    touches = or_(BoothMove.from_booth_id.in_(own), BoothMove.to_booth_id.in_(own))
    db.session.execute(delete(BoothMove).where(touches), execution_options=_BLIND)
    holds = delete(BoothHold).where(BoothHold.booth_id.in_(own))
    db.session.execute(holds, execution_options=_BLIND)
    db.session.execute(
        delete(Booth).where(Booth.fair_id == fair.id, Booth.hall == hall),
        execution_options=_BLIND,
    )
    db.session.expire_all()


_BLIND = {"synchronize_session": False}


def _used_codes(fair: Fair) -> set[str]:
    query = select(Booth.code).filter_by(fair_id=fair.id).where(Booth.code.is_not(None))
    return {code for code in db.session.scalars(query) if code}


def _free_letters(used: set[str]) -> list[str]:
    double = [first + second for first in ascii_uppercase for second in ascii_uppercase]
    return [letter for letter in ascii_uppercase if letter not in used] + double


def _squares(fair: Fair, grid: Grid, letters: Sequence[str]) -> list[Booth]:
    across = _spread(grid.columns, grid.zone_columns, grid.aisle_columns)
    down = _spread(grid.rows, grid.zone_rows, grid.aisle_rows)
    if grid.entrance == "top":
        down.insert(0, None)
    elif grid.entrance == "bottom":
        down.append(None)
    zones_across = -(-grid.columns // (grid.zone_columns or grid.columns))
    pattern = _places(grid.pattern)
    by_row = "{row}" in pattern and "{zone}" not in pattern
    numbers: Counter[str] = Counter()
    squares = []
    for row, booth_row in enumerate(down):
        for column, booth_column in enumerate(across):
            square = Booth(
                fair=fair, hall=grid.hall, row=row, column=column, kind=BoothKind.AISLE, code=None
            )
            squares.append(square)
            if booth_row is None or booth_column is None:
                continue
            block = booth_row // (grid.zone_rows or grid.rows) * zones_across + booth_column // (
                grid.zone_columns or grid.columns
            )
            square.kind, square.has_power = BoothKind.BOOTH, grid.has_power
            square.zone = letters[booth_row if by_row else block]
            scope = square.zone if by_row or "{zone}" in pattern else ""
            numbers[scope] += 1
            square.code = _fill(pattern, square.zone, letters[booth_row], numbers[scope])
    if grid.entrance in ("top", "bottom"):
        door = 0 if grid.entrance == "top" else len(down) - 1
        middle = len(across) // 2
        for square in squares:
            if (square.row, square.column) == (door, middle):
                square.kind = BoothKind.ENTRANCE
    return squares


def _spread(booths: int, zone: int, aisle: int) -> list[int | None]:
    """Booth numbers of one direction with None for each aisle between them."""
    found: list[int | None] = []
    for number in range(booths):
        inside = number % zone if zone else number
        if number and (inside == 0 or (aisle and inside % aisle == 0)):
            found.append(None)
        found.append(number)
    return found


def _places(pattern: str) -> str:
    """A pattern with places: a sample like ``A01`` is read as ``{zone}{nn}``."""
    if "{" not in pattern:
        sample = re.fullmatch(r"([^\W\d_]+)?(\W|_)?(\d{1,3})", pattern.strip())
        if sample is None:
            raise DomainError(
                N_("Write the pattern like A01, or with {zone}, {row} and {nn}."), field="pattern"
            )
        letter, middle, digits = sample.groups()
        return ("{zone}" if letter else "") + (middle or "") + "{" + "n" * len(digits) + "}"
    rest = re.sub(r"\{(zone|row|n{1,3})\}", "", pattern)
    if "{" in rest or "}" in rest or not re.search(r"\{n{1,3}\}", pattern) or len(rest) > 10:
        raise DomainError(
            N_("Write the pattern like A01, or with {zone}, {row} and {nn}."), field="pattern"
        )
    return pattern.strip()


def _fill(pattern: str, zone: str, row: str, number: int) -> str:
    code = pattern.replace("{zone}", zone).replace("{row}", row)
    return re.sub(r"\{(n+)\}", lambda found: str(number).zfill(len(found[1])), code)


def name_new_zones(fair: Fair, squares: Sequence[Booth]) -> None:
    """Give every zone of new squares a row, so that it can be named."""
    wanted = {square.zone for square in squares if square.zone}
    query = select(BoothZone.zone).filter_by(fair_id=fair.id)
    for zone in sorted(wanted - set(db.session.scalars(query))):
        db.session.add(BoothZone(fair_id=fair.id, zone=zone))
    db.session.flush()


def mark_square(
    fair: Fair,
    square_id: int,
    *,
    by: Actor,
    kind: BoothKind | None = None,
    has_power: bool | None = None,
    is_large: bool | None = None,
    is_spare: bool | None = None,
    label: str | None = None,
) -> Booth:
    """Say what a square of the hall is; where an employer stands, it stays a booth."""
    query = select(Booth).filter_by(id=square_id, fair_id=fair.id).with_for_update()
    square = db.session.scalars(query).one_or_none()
    if square is None:
        raise NotFound()
    touch_plan(fair)
    if kind is not None and kind is not square.kind:
        _refuse_taken(square)
        square.kind = kind
        if kind is BoothKind.BOOTH and not square.code:
            square.zone, square.code = next_code(fair, square)
    for name, value in (
        ("has_power", has_power),
        ("is_large", is_large),
        ("is_spare", is_spare),
    ):
        if value is not None:
            setattr(square, name, value)
    if label is not None:
        square.label = label
    db.session.flush()
    _note(fair, "mark-square", by, square=square.code or f"{square.row}/{square.column}")
    return square


def _refuse_taken(square: Booth) -> None:
    holder = db.session.scalars(select(Participation).filter_by(booth_id=square.id)).one_or_none()
    if holder is not None:
        raise Conflict(
            N_("%(employer)s stands at %(booth)s; move it first."),
            employer=holder.employer.display_name,
            booth=square.code,
        )


def next_code(fair: Fair, square: Booth) -> tuple[str, str]:
    """The zone of the nearest booth, and the number after the greatest there."""
    query = select(Booth).filter_by(fair_id=fair.id).where(Booth.code.is_not(None))
    coded = db.session.scalars(query).all()
    near = [one for one in coded if one.hall == square.hall] or list(coded)
    if not near:
        return "A", "A01"
    nearest = min(near, key=lambda one: abs(one.row - square.row) + abs(one.column - square.column))
    found = re.fullmatch(r"(.*?)(\d+)", nearest.code or "") or re.fullmatch("(.*)()", "A")
    prefix, digits = (found[1], found[2]) if found else ("A", "")
    numbers = [
        int(match[1])
        for one in coded
        if (match := re.fullmatch(re.escape(prefix) + r"(\d+)", one.code or ""))
    ]
    number = max(numbers, default=0) + 1
    return nearest.zone, f"{prefix}{str(number).zfill(len(digits) or 2)}"


def name_zone(
    fair: Fair,
    zone: str,
    *,
    name_zh: str,
    name_en: str,
    delegation: Delegation | None,
    pillar_industry: PillarIndustry | None,
    by: Actor,
) -> BoothZone:
    """Say what a zone is called and for whom it is meant."""
    row = db.session.scalars(select(BoothZone).filter_by(fair_id=fair.id, zone=zone)).one_or_none()
    if row is None:
        raise NotFound()
    row.name_zh, row.name_en = name_zh, name_en
    row.delegation, row.pillar_industry = delegation, pillar_industry
    db.session.flush()
    _note(fair, "name-zone", by, zone=zone, name=name_zh)
    return row


def _note(fair: Fair, action: str, by: Actor, **facts: str | int) -> None:
    record(
        f"booth.{action}",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after=facts,
    )
