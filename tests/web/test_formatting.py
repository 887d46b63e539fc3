"""The vectors of the house style: dates, times and numbers in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale

from app.web import formatting as f

SHEET = Path(__file__).resolve().parents[2] / "app/translations/zh_Hans/formatting.po"
SUNDAY = date(2026, 3, 15)
NINE = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
NOON = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def speaking(tmp_path_factory):
    """A context manager in which pages are made in one language, with the real translations."""
    folder = tmp_path_factory.mktemp("translations")
    served = folder / "zh_Hans" / "LC_MESSAGES" / "messages.mo"
    served.parent.mkdir(parents=True)
    with SHEET.open("rb") as sheet, served.open("wb") as out:
        write_mo(out, read_po(sheet, locale="zh_Hans"))
    app = Flask(__name__)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    Babel(app, default_locale="en")
    f.init_app(app)

    @contextmanager
    def speak(language: str) -> Iterator[Flask]:
        with app.test_request_context(), force_locale(language):
            yield app

    return speak


@pytest.fixture
def zh(speaking):
    with speaking("zh_Hans") as app:
        yield app


@pytest.fixture
def en(speaking):
    with speaking("en") as app:
        yield app


def test_dates_and_times_in_chinese(zh):
    assert f.lang_code() == "zh-Hans"
    assert f.fmt_date(SUNDAY) == "2026年3月15日(周日)"
    assert f.fmt_short_date(SUNDAY) == "3月15日"
    assert f.fmt_weekday(SUNDAY) == "周日"
    assert f.fmt_time(NINE) == "09:00"
    assert f.fmt_time(NINE, seconds=True) == "09:00:00"
    assert f.fmt_moment(NINE) == "2026年3月15日(周日) 09:00"
    assert f.fmt_short_moment(NINE) == "3月15日 09:00"
    assert f.fmt_span(NINE, NOON) == "2026年3月15日(周日) 09:00–12:00"
    assert f.fmt_short_span(NINE, NOON) == "3月15日(周日) 09:00–12:00"


def test_dates_and_times_in_english(en):
    assert f.lang_code() == "en"
    assert f.fmt_date(SUNDAY) == "Sun 15 Mar 2026"
    assert f.fmt_short_date(SUNDAY) == "15 Mar"
    assert f.fmt_weekday(SUNDAY) == "Sun"
    assert f.fmt_moment(NINE) == "Sun 15 Mar 2026, 09:00"
    assert f.fmt_short_moment(NINE) == "15 Mar, 09:00"
    assert f.fmt_span(NINE, NOON) == "Sun 15 Mar 2026, 09:00–12:00"
    assert f.fmt_short_span(NINE, NOON) == "Sun 15 Mar, 09:00–12:00"


def test_a_moment_is_shown_in_the_zone_of_the_fair(en):
    assert f.fmt_moment(NINE, "Europe/London") == "Sun 15 Mar 2026, 01:00"
    assert f.fmt_date(datetime(2026, 3, 14, 17, 0, tzinfo=UTC)) == "Sun 15 Mar 2026"


def test_a_span_over_midnight_names_both_days(speaking):
    late = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    with speaking("zh_Hans"):
        assert f.fmt_span(NINE, late) == "2026年3月15日(周日) 09:00 — 2026年3月16日(周一) 17:30"
    with speaking("en"):
        assert f.fmt_span(NINE, late) == "Sun 15 Mar 2026, 09:00 – Mon 16 Mar 2026, 17:30"


@pytest.mark.parametrize(
    ("first", "last", "year", "zh", "en"),
    [
        (date(2026, 3, 14), date(2026, 3, 15), False, "3月14—15日", "14–15 Mar"),
        (date(2026, 3, 14), date(2026, 3, 14), False, "3月14日", "14 Mar"),
        (date(2026, 3, 14), None, True, "2026年3月14日", "14 Mar 2026"),
        (date(2026, 3, 28), date(2026, 4, 2), False, "3月28日—4月2日", "28 Mar – 2 Apr"),
        (date(2026, 3, 1), date(2026, 4, 2), True, "2026年3月1日—4月2日", "1 Mar – 2 Apr 2026"),
        (
            date(2026, 12, 30),
            date(2027, 1, 2),
            False,
            "2026年12月30日—2027年1月2日",
            "30 Dec 2026 – 2 Jan 2027",
        ),
    ],
)
def test_ranges_of_days(speaking, first, last, year, zh, en):
    with speaking("zh_Hans"):
        assert f.fmt_days(first, last, year=year) == zh
    with speaking("en"):
        assert f.fmt_days(first, last, year=year) == en


def test_ranges_of_months(speaking):
    with speaking("zh_Hans"):
        assert f.fmt_months(1, 9) == "1—9月"
        assert f.fmt_months(3) == "3月"
    with speaking("en"):
        assert f.fmt_months(1, 9) == "Jan–Sep"
        assert f.fmt_months(3) == "Mar"


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2026, 3, 22), "还有 7 天", "in 7 days"),
        (date(2026, 3, 16), "还有 1 天", "in 1 day"),
        (date(2026, 3, 15), "今天", "today"),
        (date(2026, 3, 14), "已晚 1 天", "1 day late"),
        (date(2026, 3, 13), "已晚 2 天", "2 days late"),
    ],
)
def test_days_from_today(speaking, day, zh, en):
    with speaking("zh_Hans"):
        assert f.fmt_relative_days(day, SUNDAY) == zh
    with speaking("en"):
        assert f.fmt_relative_days(day, SUNDAY) == en


def test_what_is_past_and_no_duty_is_not_late(speaking):
    with speaking("zh_Hans"):
        assert f.fmt_relative_days(date(2026, 3, 13), SUNDAY, late=False) == "2 天前"
    with speaking("en"):
        assert f.fmt_relative_days(date(2026, 3, 13), SUNDAY, late=False) == "2 days ago"


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (818_000, "81.8万", "818,000"),
        (80_000, "8万", "80,000"),
        (114_400, "11.44万", "114,400"),
        (205_000, "20.5万", "205,000"),
        (10_000, "1万", "10,000"),
        (9_999, "9,999", "9,999"),
        (3_305, "3,305", "3,305"),
        (0, "0", "0"),
        (120_000_000, "1.2亿", "120,000,000"),
        (None, "—", "—"),
    ],
)
def test_big_numbers(speaking, number, zh, en):
    with speaking("zh_Hans"):
        assert f.fmt_big(number) == zh
    with speaking("en"):
        assert f.fmt_big(number) == en


def test_a_tile_sets_number_and_size_apart(zh):
    assert f.big_parts(818_000) == ("81.8", "万")
    assert f.big_parts(651) == ("651", "")


def test_shares_and_changes(en):
    assert f.fmt_percent(161.33) == "161.33%"
    assert f.fmt_percent(110.165) == "110.17%"
    assert f.fmt_percent(146, 0) == "146%"
    assert f.fmt_percent(59.1, 1) == "59.1%"
    assert f.fmt_percent(None) == "—"
    assert f.fmt_change(86.5) == "+86.5%"
    assert f.fmt_change(-3) == "−3.0%"
    assert f.fmt_change(0) == "0.0%"
    assert f.fmt_change(None) == "—"


def test_an_unknown_headcount_is_never_nought(speaking):
    with speaking("zh_Hans"):
        assert f.fmt_count(None) == "若干"
        assert f.fmt_count(3_305) == "3,305"
    with speaking("en"):
        assert f.fmt_count(None) == "several"


@pytest.mark.parametrize(
    ("low", "high", "per", "zh", "en"),
    [
        (180_000, 250_000, "year", "18–25万/年", "¥180k–250k a year"),
        (12_000, 18_000, "month", "1.2–1.8万/月", "¥12k–18k a month"),
        (9_000, 13_000, "month", "9千–1.3万/月", "¥9k–13k a month"),
        (6_000, 8_000, "month", "6–8千/月", "¥6k–8k a month"),
        (6_250, 8_000, "month", "6,250–8,000元/月", "¥6,250–8k a month"),
        (20_000, 20_000, "month", "2万/月", "¥20k a month"),
        (180_000, None, "year", "18万/年起", "from ¥180k a year"),
        (None, 250_000, "year", "25万/年以内", "up to ¥250k a year"),
        (200, 300, "day", "200–300元/天", "¥200–300 a day"),
        (None, None, "month", "面议", "negotiable"),
    ],
)
def test_pay(speaking, low, high, per, zh, en):
    with speaking("zh_Hans"):
        assert f.fmt_pay(low, high, per) == zh
    with speaking("en"):
        assert f.fmt_pay(low, high, per) == en


def test_sizes_of_files(en):
    assert f.fmt_size(340_000) == "340 KB"
    assert f.fmt_size(10) == "1 KB"
    assert f.fmt_size(1_234_567) == "1.2 MB"


def test_what_is_not_known_reads_as_a_dash(en):
    dates = (f.fmt_date, f.fmt_short_date, f.fmt_time, f.fmt_moment, f.fmt_days, f.fmt_weekday)
    for function in dates:
        assert function(None) == "—"
    assert f.fmt_span(None, None) == "—"
    assert f.fmt_span(NINE, None) == "Sun 15 Mar 2026, 09:00"
    assert f.fmt_relative_days(None, SUNDAY) == "—"
    assert f.fmt_number(None) == f.fmt_size(None) == f.fmt_short_moment(None) == "—"


def test_templates_have_them_as_filters_and_as_functions(en):
    page = (
        "{{ n|fmt_big }} {{ fmt_months(1, 9) }} "
        "{{ '王小明'|mask_name }} {{ '13812345678'|mask_phone }}"
    )
    drawn = en.jinja_env.from_string(page).render(n=818_000)
    assert drawn == "818,000 Jan–Sep 王*明 138****5678"
