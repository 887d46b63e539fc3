"""Pay as employers write it, read into a range of yuan.

What cannot be read is kept as it was written and takes no part in comparisons. A figure
without a period is meant by the month, as job sites in China write it, unless the lower end
is 80,000 yuan or more: nobody pays that a month, so it is a year's pay.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from app.employers.states import PayPeriod

YEARLY_FROM = 80_000
# What is paid for one such period lies between these; anything else was misread.
BOUNDS = {
    PayPeriod.YEAR: (500, 50_000_000),
    PayPeriod.MONTH: (500, 50_000_000),
    PayPeriod.DAY: (20, 100_000),
    PayPeriod.HOUR: (5, 10_000),
}
NEGOTIABLE = re.compile(r"面议|面谈|另议|协商|negotiable|competitive", re.IGNORECASE)

_UNITS = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "": 1}
_NUMBER = r"(\d+(?:\.\d+)?)\s*(万|千|w|k)?\s*元?"
_FORM = re.compile(
    rf"""
    (?:税前|税后|综合|底薪|起薪|月薪|年薪|日薪|时薪|约|rmb|cny|¥)*
    {_NUMBER}
    (?:\s*[-–—~至到]\s*{_NUMBER})?
    (?P<open>以上|及以上|起|以下|以内)?
    (?:[/每]?(?P<period>年|月|天|日|小时|时|annum|year|month|yr|mo|day|hour|hr|a|d|h))?
    (?P<open2>以上|及以上|起|以下|以内)?
    (?:税前|税后|左右)?
    (?:\+[^\d]{{1,12}})?
    (?:[·•・x*,，/]?(?P<months>\d{{2}})薪)?
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Pay:
    """A pay as written and as read: yuan per ``period``, and how many months a year are paid.

    ``low`` and ``high`` are null for negotiable or unreadable pay; ``high`` alone is null
    for "from", ``low`` alone for "up to".
    """

    text: str
    low: int | None = None
    high: int | None = None
    period: PayPeriod | None = None
    months: int | None = None
    is_negotiable: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is a figure to compare."""
        return self.low is not None or self.high is not None


def parse_pay(text: str) -> Pay:
    """Read a pay such as 8千-1.2万, 2-3万, 1.5-2.5万·13薪, 20-40万/年, 6000-8000元/月, 面议."""
    written = " ".join(text.split())[:60]
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).lower()
    folded = re.sub(r"(?<=\d),(?=\d{3})", "", folded)
    if not folded:
        return Pay(written)
    if NEGOTIABLE.search(folded):
        return Pay(written, is_negotiable=True)
    found = _FORM.fullmatch(folded)
    return _read(written, folded, found) if found else Pay(written)


def _read(written: str, folded: str, found: re.Match[str]) -> Pay:
    first, unit, second, last_unit = found[1], found[2] or "", found[3], found[4] or ""
    ends = [_yuan(first, unit or last_unit)]
    if second is not None:
        ends.append(_yuan(second, last_unit or ("" if _is_whole(second) else unit)))
    limit = found["open"] or found["open2"] or ""
    period = _period(folded, found["period"], ends[0])
    months = int(found["months"]) if found["months"] else None
    if len(ends) == 2 and (ends[1] < ends[0] or limit):
        return Pay(written)
    least, most = BOUNDS[period]
    if not all(least <= end <= most for end in ends) or (months and not 12 <= months <= 24):
        return Pay(written)
    low: int | None
    high: int | None
    low, high = ends[0], ends[-1]
    if limit in ("以下", "以内"):
        low = None
    elif limit:
        high = None
    return Pay(written, low, high, period, months)


def _yuan(number: str, unit: str) -> int:
    return int(Decimal(number) * _UNITS[unit])


def _is_whole(number: str) -> bool:
    """Whether a number says yuan by itself: 8千-12000."""
    return len(number) >= 4 and number.isdigit()


def _period(folded: str, word: str | None, low: int) -> PayPeriod:
    if word in ("年", "annum", "year", "yr", "a") or "年薪" in folded:
        return PayPeriod.YEAR
    if word in ("天", "日", "day", "d") or "日薪" in folded:
        return PayPeriod.DAY
    if word in ("小时", "时", "hour", "hr", "h") or "时薪" in folded:
        return PayPeriod.HOUR
    if word is None and "月薪" not in folded and low >= YEARLY_FROM:
        return PayPeriod.YEAR
    return PayPeriod.MONTH
