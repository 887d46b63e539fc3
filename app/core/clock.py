"""The one place the house reads the time, so that tests may set it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"

# A process may be started with a wrong clock on purpose, to prove that nothing depends on it.
_offset = timedelta(seconds=float(os.environ.get("XUNPIN_CLOCK_OFFSET", "0")))
_frozen: list[datetime] = []


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC) + _offset


def today(zone: str = DEFAULT_ZONE) -> date:
    """Return the present date in a zone."""
    return utcnow().astimezone(ZoneInfo(zone)).date()


def local(moment: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """Return a moment as the clocks of a zone show it."""
    return moment.astimezone(ZoneInfo(zone))


def at_zone(naive: datetime, zone: str = DEFAULT_ZONE) -> datetime:
    """Return the UTC moment at which a zone's wall clock shows a naive time."""
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at a moment, for a test or for the demo's past."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime: {moment!r}")
    _frozen.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()
