"""The few things a message may leave open for each recipient.

Written ``{name}``, or in Chinese ``{姓名}``; full-width braces, which a Chinese keyboard types,
count as braces. Whatever else stands between braces is no placeholder and is found before
anything is sent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.clock import local
from app.tours.models import Fair

NAMES = {"fair": "招聘会", "date": "日期", "venue": "地点", "name": "姓名"}
_KNOWN = {word: name for name, chinese in NAMES.items() for word in (name, chinese)}
_BRACED = re.compile(r"[{｛]([^{}｛｝\n]{0,40})[}｝]")
_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Words:
    """A message as it was written: Chinese always, English in both parts or in none."""

    subject_zh: str
    body_zh: str
    subject_en: str = ""
    body_en: str = ""


def unknown_in(text: str) -> str | None:
    """The first thing between braces that is no placeholder, or None."""
    for found in _BRACED.finditer(text):
        if _folded(found.group(1)) not in _KNOWN:
            return found.group(1).strip()
    return None


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders filled; ``values`` has all of :data:`NAMES`."""

    def value(found: re.Match[str]) -> str:
        name = _KNOWN.get(_folded(found.group(1)))
        return found.group() if name is None else values[name]

    return _BRACED.sub(value, text)


def values_in(language: str, fair: Fair, name: str) -> dict[str, str]:
    """What the placeholders say of a fair to somebody, in ``zh`` or ``en``."""
    venue, is_english = fair.venue, language == "en"
    place = fair.city
    if venue is not None:
        place = (venue.name_en if is_english else "") or venue.name_zh
    return {
        "fair": fair.title_in(language),
        "date": _day(fair.starts_at, fair.time_zone, is_english),
        "venue": place,
        "name": name,
    }


def _folded(word: str) -> str:
    return word.strip().lower()


def _day(moment: datetime, zone: str, is_english: bool) -> str:
    """As the pages write it: 2026年3月15日(周日), Sun 15 Mar 2026."""
    day = local(moment, zone)
    if is_english:
        weekday, month = _WEEKDAYS_EN[day.weekday()], _MONTHS_EN[day.month - 1]
        return f"{weekday} {day.day} {month} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日(周{_WEEKDAYS_ZH[day.weekday()]})"
