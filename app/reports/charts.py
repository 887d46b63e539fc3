"""Where the parts of a drawing lie; templates only write them down."""

from collections.abc import Sequence
from dataclasses import dataclass

# Steps of a scale; the top of a scale is an even number of one of them.
_NICE = (1, 2, 5)


@dataclass(frozen=True)
class Column:
    """One column: its box, its value, and whether it is the present one or the highest."""

    x: float
    y: float
    width: float
    height: float
    value: int
    is_now: bool
    is_peak: bool

    @property
    def middle(self) -> float:
        """Where a label over it is centred."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Columns:
    """Columns from zero on a scale of three lines."""

    width: int
    height: int
    base: int
    columns: list[Column]
    lines: list[tuple[float, int]]

    @property
    def peak(self) -> Column | None:
        """The highest column (of equals the first), if anything was counted."""
        return next((column for column in self.columns if column.is_peak), None)


@dataclass(frozen=True)
class MonthPair:
    """A month's two columns: last year's behind, this year's before it (None: still to come)."""

    middle: float
    before: Column
    now: Column | None


@dataclass(frozen=True)
class Months:
    """Twelve pairs of columns from zero on a scale of three lines."""

    width: int
    height: int
    left: int
    months: list[MonthPair]
    lines: list[tuple[float, int]]


def ceiling(value: int) -> int:
    """The top of a scale for values up to this one: even, and round to read; at least 4."""
    size = 1
    while True:
        for nice in _NICE:
            if nice * size * 2 >= max(value, 4):
                return nice * size * 2
        size *= 10


def month_columns(
    now: Sequence[int | None], before: Sequence[int], *, width: int = 720, height: int = 250
) -> Months:
    """Last year's and this year's numbers by month."""
    left, top, bottom = 40, 24, 30
    room, base = height - top - bottom, height - bottom
    scale = ceiling(max([*before, *(n or 0 for n in now)], default=0))
    slot = (width - left) / 12

    def column(x: float, column_width: float, value: int) -> Column:
        tall = round(room * value / scale, 1)
        return Column(round(x, 1), round(base - tall, 1), column_width, tall, value, False, False)

    months = []
    for n, (new, old) in enumerate(zip(now, before, strict=True)):
        middle = round(left + n * slot + slot / 2, 1)
        months.append(
            MonthPair(
                middle,
                column(middle - (21 if new is not None else 9), 18, old),
                None if new is None else column(middle - 1, 22, new),
            )
        )
    lines = [(round(base - room * part / 2, 1), scale * part // 2) for part in range(3)]
    return Months(width, height, left, months, lines)


def arrivals_columns(values: Sequence[int], *, width: int = 960, height: int = 360) -> Columns:
    """Arrivals in each minute; the last is the minute that is running."""
    top, bottom, right = 40, 34, 56
    room, base = height - top - bottom, height - bottom
    scale = ceiling(max(values, default=0))
    slot = (width - right) / max(1, len(values))
    highest = max(values, default=0)
    peak_at = values.index(highest) if highest else -1
    columns = [
        Column(
            x=round(n * slot + 2, 1),
            y=round(base - room * value / scale, 1),
            width=round(slot - 5, 1),
            height=round(room * value / scale, 1),
            value=value,
            is_now=n == len(values) - 1,
            is_peak=n == peak_at,
        )
        for n, value in enumerate(values)
    ]
    lines = [(round(base - room * part / 2, 1), scale * part // 2) for part in range(3)]
    return Columns(width, height, base, columns, lines)


@dataclass(frozen=True)
class Flow:
    """People in above a line and out below it, minute by minute, on one scale."""

    width: int
    height: int
    base: float
    came: list[Column]
    went: list[Column]
    lines: list[tuple[float, int]]


def flow_columns(
    came: Sequence[int], went: Sequence[int], *, width: int = 960, height: int = 300
) -> Flow:
    """Entries and exits in each minute; the last is the minute that is running."""
    top, bottom, right = 16, 34, 46
    highest = ceiling(max(came, default=0))
    lowest = ceiling(max(went)) if any(went) else 0
    room = (height - top - bottom) / (highest + lowest)
    base = round(top + room * highest, 1)
    slot = (width - right) / max(1, len(came))

    def columns(values: Sequence[int], *, down: bool) -> list[Column]:
        return [
            Column(
                x=round(n * slot + 1.5, 1),
                y=base if down else round(base - room * value, 1),
                width=round(slot - 3, 1),
                height=round(room * value, 1),
                value=value,
                is_now=n == len(values) - 1,
                is_peak=False,
            )
            for n, value in enumerate(values)
        ]

    lines = [
        (round(base - room * highest * part / 2, 1), highest * part // 2) for part in (0, 1, 2)
    ]
    if lowest:
        lines.append((round(base + room * lowest, 1), lowest))
    return Flow(width, height, base, columns(came, down=False), columns(went, down=True), lines)


def spark_columns(values: Sequence[int], *, width: int = 180, height: int = 32) -> list[Column]:
    """A small row of columns without a scale; the numbers stand beside it."""
    highest = max([*values, 1])
    slot = width / max(1, len(values))
    return [
        Column(
            x=round(n * slot + 0.5, 1),
            y=round(height - height * value / highest, 1),
            width=round(slot - 1, 1),
            height=round(height * value / highest, 1),
            value=value,
            is_now=n == len(values) - 1,
            is_peak=False,
        )
        for n, value in enumerate(values)
    ]
