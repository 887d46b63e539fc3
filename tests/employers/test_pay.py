"""Reading pay as employers write it."""

import csv
from pathlib import Path

import pytest

from app.employers.models import Position
from app.employers.pay import parse_pay
from app.employers.states import PayPeriod

MONTH, YEAR = PayPeriod.MONTH, PayPeriod.YEAR
JOBS = Path(__file__).parents[2].parent / "shared/data/jobs_51job_2023_utf8.csv"


@pytest.mark.parametrize(
    ("text", "low", "high", "period", "months"),
    [
        ("8千-1.2万", 8_000, 12_000, MONTH, None),
        ("2-3万", 20_000, 30_000, MONTH, None),
        ("1.5-2.5万·13薪", 15_000, 25_000, MONTH, 13),
        ("20-40万/年", 200_000, 400_000, YEAR, None),
        ("6000-8000元/月", 6_000, 8_000, MONTH, None),
        ("4.5-9千", 4_500, 9_000, MONTH, None),
        ("5.5千-1.1万·13薪", 5_500, 11_000, MONTH, 13),
        ("8k-12k", 8_000, 12_000, MONTH, None),
        ("8-12K·14薪", 8_000, 12_000, MONTH, 14),
        ("8千-12000", 8_000, 12_000, MONTH, None),
        ("年薪30-50万", 300_000, 500_000, YEAR, None),
        ("30-50万", 300_000, 500_000, YEAR, None),
        ("15万—25万/年", 150_000, 250_000, YEAR, None),
        ("10,000-15,000元", 10_000, 15_000, MONTH, None),
        ("1.2万/月", 12_000, 12_000, MONTH, None),
        ("6000元以上", 6_000, None, MONTH, None),
        ("月薪8000起", 8_000, None, MONTH, None),
        ("20万以上/年", 200_000, None, YEAR, None),
        ("1万以内", None, 10_000, MONTH, None),
        ("8000~10000 元/月", 8_000, 10_000, MONTH, None),
    ],
)
def test_pay_becomes_a_range_in_yuan(text, low, high, period, months):
    pay = parse_pay(text)
    assert (pay.low, pay.high, pay.period, pay.months) == (low, high, period, months)
    assert pay.is_known


def test_pay_by_day_and_by_hour_keeps_its_period():
    day, hour = parse_pay("150-200元/天"), parse_pay("50元/小时")
    assert (day.low, day.high, day.period) == (150, 200, PayPeriod.DAY)
    assert (hour.low, hour.period) == (50, PayPeriod.HOUR)
    assert Position(pay_low=150, pay_period=PayPeriod.DAY).monthly_low == 150 * 21.75


def test_what_is_added_to_a_pay_does_not_hide_it():
    assert (parse_pay("4500-6000元+提成").low, parse_pay("8000元左右").low) == (4500, 8000)


@pytest.mark.parametrize(
    "text",
    ["3/天", "50万元/小时", "3-2万", "高薪", "8-12", "100万亿", "1-2万·99薪", "😀", "1" * 300],
)
def test_unreadable_pay_is_kept_as_written(text):
    pay = parse_pay(text)
    assert not pay.is_known
    assert pay.period is None
    assert not pay.is_negotiable
    assert pay.text == text[:60]


@pytest.mark.parametrize("text", ["面议", "薪资面议", "Negotiable", "1-2万(可面议)"])
def test_negotiable_pay_has_no_range(text):
    assert parse_pay(text).is_negotiable
    assert not parse_pay(text).is_known


def test_no_pay_at_all_is_neither():
    assert parse_pay("  ") == parse_pay("")
    assert not parse_pay("").is_negotiable


@pytest.mark.skipif(not JOBS.exists(), reason="the sample of job advertisements is not here")
def test_at_least_99_in_100_real_advertisements_are_read():
    with JOBS.open(encoding="utf-8-sig", newline="") as stream:
        written = [row["薪资"] or "" for row in csv.DictReader(stream)]
    read = [pay for pay in map(parse_pay, written) if pay.is_known]
    assert len(read) / len(written) >= 0.99
    assert all(pay.low <= pay.high for pay in read)
    assert {pay.text for pay in map(parse_pay, written) if not pay.is_known} <= {""}
