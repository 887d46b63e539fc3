"""How dates, times and numbers read, in Chinese and in English.

Every function returns what a person reads in the language of the request (or the one forced for
a mail); None reads as a dash. Times are aware UTC inside and are shown in the fair's zone, which
the caller names.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import get_locale, gettext, ngettext

from app.core.masking import mask_name, mask_phone

SHANGHAI = "Asia/Shanghai"
NONE = "—"
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PERIODS_ZH = {"year": "年", "month": "月", "day": "天", "hour": "小时"}
PERIODS_EN = {"year": "a year", "month": "a month", "day": "a day", "hour": "an hour"}

Number: TypeAlias = int | float | Decimal  # of things, of yuan, of hundredths
Zone: TypeAlias = str | tzinfo
Day: TypeAlias = date | datetime


def is_chinese() -> bool:
    """Whether the reader of this page reads Chinese."""
    locale = get_locale()
    return locale is not None and locale.language == "zh"


def lang_code() -> str:
    """The language as `<html lang>` wants it."""
    return "zh-Hans" if is_chinese() else "en"


def _in_zone(moment: datetime, tz: Zone) -> datetime:
    return moment.astimezone(ZoneInfo(tz) if isinstance(tz, str) else tz)


def _day(value: Day, tz: Zone) -> date:
    return _in_zone(value, tz).date() if isinstance(value, datetime) else value


# ---------------------------------------------------------------------------- days and times


def fmt_weekday(value: Day | None, tz: Zone = SHANGHAI) -> str:
    """周日 / Sun."""
    if value is None:
        return NONE
    number = _day(value, tz).weekday()
    return f"周{WEEKDAYS_ZH[number]}" if is_chinese() else WEEKDAYS_EN[number]


def fmt_date(value: Day | None, tz: Zone = SHANGHAI) -> str:
    """2026年3月15日(周日) / Sun 15 Mar 2026."""
    if value is None:
        return NONE
    day = _day(value, tz)
    if is_chinese():
        return f"{day.year}年{day.month}月{day.day}日({fmt_weekday(day)})"
    return f"{fmt_weekday(day)} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"


def fmt_short_date(value: Day | None, tz: Zone = SHANGHAI) -> str:
    """3月15日 / 15 Mar: where the year is plain from the page."""
    if value is None:
        return NONE
    day = _day(value, tz)
    return f"{day.month}月{day.day}日" if is_chinese() else f"{day.day} {MONTHS_EN[day.month - 1]}"


def fmt_time(value: datetime | None, tz: Zone = SHANGHAI, *, seconds: bool = False) -> str:
    """09:12, or 09:12:05 at a gate."""
    if value is None:
        return NONE
    return _in_zone(value, tz).strftime("%H:%M:%S" if seconds else "%H:%M")


def _joined(day: str, time: str) -> str:
    return f"{day} {time}" if is_chinese() else f"{day}, {time}"


def fmt_moment(value: datetime | None, tz: Zone = SHANGHAI) -> str:
    """2026年3月15日(周日) 09:12 / Sun 15 Mar 2026, 09:12."""
    return NONE if value is None else _joined(fmt_date(value, tz), fmt_time(value, tz))


def fmt_short_moment(value: datetime | None, tz: Zone = SHANGHAI) -> str:
    """3月15日 09:12 / 15 Mar, 09:12."""
    return NONE if value is None else _joined(fmt_short_date(value, tz), fmt_time(value, tz))


def _span(start: datetime, end: datetime, tz: Zone, day: Callable[[datetime, Zone], str]) -> str:
    first = _joined(day(start, tz), fmt_time(start, tz))
    if _day(start, tz) == _day(end, tz):
        return f"{first}–{fmt_time(end, tz)}"
    return f"{first} {'—' if is_chinese() else '–'} {_joined(day(end, tz), fmt_time(end, tz))}"


def fmt_span(start: datetime | None, end: datetime | None, tz: Zone = SHANGHAI) -> str:
    """2026年3月15日(周日) 09:00–12:00 / Sun 15 Mar 2026, 09:00–12:00.

    Over midnight both days are named.
    """
    if start is None or end is None:
        return fmt_moment(start or end, tz)
    return _span(start, end, tz, fmt_date)


def _day_and_weekday(value: datetime, tz: Zone) -> str:
    if is_chinese():
        return f"{fmt_short_date(value, tz)}({fmt_weekday(value, tz)})"
    return f"{fmt_weekday(value, tz)} {fmt_short_date(value, tz)}"


def fmt_short_span(start: datetime | None, end: datetime | None, tz: Zone = SHANGHAI) -> str:
    """3月15日(周日) 09:00–12:00 / Sun 15 Mar, 09:00–12:00."""
    if start is None or end is None:
        return fmt_short_moment(start or end, tz)
    return _span(start, end, tz, _day_and_weekday)


def fmt_days(
    first: Day | None, last: Day | None = None, tz: Zone = SHANGHAI, *, year: bool = False
) -> str:
    """3月14—15日 / 14–15 Mar, as short as is still clear.

    ``year`` adds the year; two different years are always named.
    """
    if first is None:
        return NONE
    start = _day(first, tz)
    end = start if last is None else _day(last, tz)
    year = year or start.year != end.year
    return _days_zh(start, end, year=year) if is_chinese() else _days_en(start, end, year=year)


def _days_zh(start: date, end: date, *, year: bool) -> str:
    head = f"{start.year}年" if year else ""
    if start == end:
        return f"{head}{start.month}月{start.day}日"
    if start.year != end.year:
        return f"{head}{start.month}月{start.day}日—{end.year}年{end.month}月{end.day}日"
    if start.month != end.month:
        return f"{head}{start.month}月{start.day}日—{end.month}月{end.day}日"
    return f"{head}{start.month}月{start.day}—{end.day}日"


def _days_en(start: date, end: date, *, year: bool) -> str:
    first, last = (f"{day.day} {MONTHS_EN[day.month - 1]}" for day in (start, end))
    tail = f" {end.year}" if year else ""
    if start == end:
        return f"{first}{tail}"
    if start.year != end.year:
        return f"{first} {start.year} – {last}{tail}"
    if start.month != end.month:
        return f"{first} – {last}{tail}"
    return f"{start.day}–{last}{tail}"


def fmt_months(first: int, last: int | None = None) -> str:
    """1—9月 / Jan–Sep."""
    if last is None or last == first:
        return f"{first}月" if is_chinese() else MONTHS_EN[first - 1]
    return f"{first}—{last}月" if is_chinese() else f"{MONTHS_EN[first - 1]}–{MONTHS_EN[last - 1]}"


def fmt_relative_days(
    value: Day | None, today: Day, tz: Zone = SHANGHAI, *, late: bool = True
) -> str:
    """还有 7 天 / in 7 days; 今天 / today; 已晚 2 天 / 2 days late.

    With ``late=False``, for what is past and no duty: 2 天前 / 2 days ago.
    """
    if value is None:
        return NONE
    days = (_day(value, tz) - _day(today, tz)).days
    if days == 0:
        return gettext("today")
    if days > 0:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    if late:
        return ngettext("%(num)s day late", "%(num)s days late", -days)
    return ngettext("%(num)s day ago", "%(num)s days ago", -days)


# ---------------------------------------------------------------------------- numbers


def _rounded(value: Number, digits: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _plain(value: Decimal) -> str:
    """The number without trailing zeros: 81.80 → 81.8, 8.00 → 8."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fmt_number(value: Number | None, digits: int = 0) -> str:
    """3,305."""
    return NONE if value is None else f"{_rounded(value, digits):,f}"


def big_parts(value: Number | None) -> tuple[str, str]:
    """The number and the word for its size, ('81.8', '万'), for a tile that sets them apart."""
    if value is None:
        return NONE, ""
    exact = Decimal(str(value))
    if not is_chinese() or abs(exact) < 10_000:
        return fmt_number(value), ""
    size, word = (100_000_000, "亿") if abs(exact) >= 100_000_000 else (10_000, "万")
    return _plain(_rounded(exact / size, 2)), word


def fmt_big(value: Number | None) -> str:
    """81.8万, 8万, 11.44万 from 10,000 on; 818,000 in English; 3,305 below."""
    return "".join(big_parts(value))


def fmt_percent(value: Number | None, digits: int = 2) -> str:
    """161.33%; the number is already in hundredths. None → —."""
    return NONE if value is None else f"{_rounded(value, digits):,f}%"


def fmt_change(value: Number | None, digits: int = 1) -> str:
    """+86.5%, −3.0%; a missing or zero base gives —."""
    if value is None:
        return NONE
    rounded = _rounded(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{abs(rounded):,f}%"


def fmt_count(value: int | None) -> str:
    """A headcount: 5, or 若干 / several when the employer left it open. Never 0 for unknown."""
    return gettext("several") if value is None else fmt_number(value)


def _money_zh(value: Number, unit: str) -> str:
    divisor = {"万": 10_000, "千": 1_000}.get(unit, 1)
    return _plain(_rounded(Decimal(str(value)) / divisor, 2))


def _unit_zh(value: Number) -> str:
    if value >= 10_000:
        return "万"
    return "千" if value >= 1_000 and value % 100 == 0 else "元"


def _pay_zh(low: Number | None, high: Number | None, per: str) -> str:
    ends = [value for value in (low, high) if value is not None]
    units = [_unit_zh(value) for value in ends]
    if "元" in units and "万" not in units:
        units = ["元"] * len(units)
    if len(ends) == 1 or ends[0] == ends[1]:
        text = f"{_money_zh(ends[0], units[0])}{units[0]}/{per}"
        if len(ends) == 2:
            return text
        return f"{text}起" if high is None else f"{text}以内"
    first = _money_zh(ends[0], units[0]) + ("" if units[0] == units[1] else units[0])
    return f"{first}–{_money_zh(ends[1], units[1])}{units[1]}/{per}"


def _money_en(value: Number) -> str:
    thousands = value >= 1_000 and value % 100 == 0
    return f"{_plain(_rounded(Decimal(str(value)) / 1000, 1))}k" if thousands else f"{value:,}"


def _pay_en(low: Number | None, high: Number | None, per: str) -> str:
    if low is not None and high is not None and low != high:
        return f"¥{_money_en(low)}–{_money_en(high)} {per}"
    end = low if low is not None else high
    assert end is not None
    text = f"¥{_money_en(end)} {per}"
    if low is not None and high is not None:
        return text
    return f"from {text}" if high is None else f"up to {text}"


def fmt_pay(low: Number | None, high: Number | None, per: str = "month") -> str:
    """18–25万/年, 9千–1.3万/月, 面议 / ¥180k–250k a year, negotiable. Amounts are yuan."""
    if low is None and high is None:
        return gettext("negotiable")
    if is_chinese():
        return _pay_zh(low, high, PERIODS_ZH[per])
    return _pay_en(low, high, PERIODS_EN[per])


def fmt_size(value: int | None) -> str:
    """The size of a file: 340 KB, 1.2 MB."""
    if value is None:
        return NONE
    if value < 1_000_000:
        return f"{max(1, round(value / 1000)):,} KB"
    return f"{_plain(_rounded(value / 1_000_000, 1))} MB"


FILTERS: tuple[Callable[..., object], ...] = (
    fmt_weekday,
    fmt_date,
    fmt_short_date,
    fmt_time,
    fmt_moment,
    fmt_short_moment,
    fmt_span,
    fmt_short_span,
    fmt_days,
    fmt_months,
    fmt_relative_days,
    fmt_number,
    fmt_big,
    big_parts,
    fmt_percent,
    fmt_change,
    fmt_count,
    fmt_pay,
    fmt_size,
    mask_name,
    mask_phone,
)


def init_app(app: Flask) -> None:
    """Give templates every function above, as a filter and as a global."""
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function
        app.jinja_env.globals[function.__name__] = function
    app.jinja_env.globals["lang_code"] = lang_code
    app.jinja_env.globals["is_chinese"] = is_chinese
