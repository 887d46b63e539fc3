"""What is asked of the search, by turns, and the table of how long it took."""

import argparse
import gc
import json
import os
import random
import statistics
import time

from sqlalchemy import func, select

from app.core.clock import utcnow
from app.core.db import db, is_sqlite
from app.core.words import is_han, pattern_of
from app.employers.models import PositionEntry
from app.employers.states import PillarIndustry
from app.participations.queries import (
    Wanted,
    find_positions,
    list_meetings,
    list_positions_found,
)
from app.places.states import EducationLevel
from app.tours.models import Fair

TARGET_MS = 100.0


def questions() -> dict[str, tuple[Wanted, int, bool]]:
    """What is asked: the search, the page, and whether of one tour only."""
    masters, apparel = EducationLevel.MASTERS, PillarIndustry.APPAREL
    return {
        "all: nothing": (Wanted(), 1, False),
        "all: level": (Wanted(level=masters), 1, False),
        "all: 机械 (common)": (Wanted(words="机械"), 1, False),
        "all: 机械, page 20": (Wanted(words="机械"), 20, False),
        "all: 机械 + level + place": (Wanted(words="机械", level=masters, place="泰顺"), 1, False),
        "all: 工程师 + pay + pillar": (
            Wanted(words="工程师", min_pay=20_000, pillar=apparel), 1, False),
        "all: Java开发 (mixed)": (Wanted(words="Java开发"), 1, False),
        "all: CNC": (Wanted(words="CNC"), 1, False),
        "all: solidworks": (Wanted(words="solidworks"), 1, False),
        "all: 品牌经理 (long)": (Wanted(words="品牌经理"), 1, False),
        "all: 丁丕 (rare)": (Wanted(words="丁丕"), 1, False),
        "all: 鸿蒙 (none)": (Wanted(words="鸿蒙"), 1, False),
        "all: initials dkj": (Wanted(words="dkj"), 1, False),
        "all: 数控 护理 (never together)": (Wanted(words="数控 护理"), 1, False),
        "all: major + category": (Wanted(major="车辆工程", category="0809"), 1, False),
        "all: delegation + place": (Wanted(delegation_id=5, place="泰顺"), 1, False),
        "tour: nothing": (Wanted(), 1, True),
        "tour: 机械": (Wanted(words="机械"), 1, True),
        "tour: Java开发 + level": (Wanted(words="Java开发", level=masters), 1, True),
        "tour: 设 + place + major": (Wanted(words="设", place="乐清", major="机械工程"), 1, True),
    }  # fmt: skip


def ask(options: argparse.Namespace, seconds: dict[str, float]) -> int:
    fairs = list(db.session.scalars(select(Fair.id).where(Fair.slug.like("f3-%"))))
    asked = questions()
    # As wsgi.py does: else what the imports made is looked through for garbage now and then.
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in [*asked, "plain look: 丁丕"]}
    work: dict[str, list[float]] = {name: [] for name in asked}
    totals: dict[str, str] = {"plain look: 丁丕": ""}
    for turn in range(options.rounds + 2):
        order = list(asked)
        random.Random(turn).shuffle(order)
        for name in order:
            begun = time.process_time()
            spent, total = timed(*asked[name], fairs)
            if turn > 1:
                times[name].append(spent)
                work[name].append((time.process_time() - begun) * 1000)
                totals[name] = total
        if turn > 1 and turn % 5 == 0:
            times["plain look: 丁丕"].append(look_plainly("丁丕"))
    report(options, times, work, totals, seconds)
    slow = [name for name in asked if p95(times[name]) > TARGET_MS]
    return 1 if slow else 0


def timed(wanted: Wanted, page: int, in_tour: bool, fairs: list[int]) -> tuple[float, str]:
    """Milliseconds of what a page asks of the database, and what was found."""
    now, scope = utcnow(), fairs if in_tour else None
    db.session.rollback()
    db.session.expunge_all()
    begun = time.perf_counter()
    found = find_positions(wanted, scope, moment=now, number=page)
    list_positions_found(found.ids)
    list_meetings(found.ids, scope, now)
    spent = (time.perf_counter() - begun) * 1000
    return spent, f"{found.total:,}{'+' if found.is_many else ''}"


def look_plainly(word: str) -> float:
    begun = time.perf_counter()
    query = select(func.count()).where(PositionEntry.text.like(pattern_of(word)))
    db.session.scalar(query)
    return (time.perf_counter() - begun) * 1000


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def report(
    options: argparse.Namespace,
    times: dict[str, list[float]],
    work: dict[str, list[float]],
    totals: dict[str, str],
    seconds: dict[str, float],
) -> None:
    rows = [
        {
            "question": name,
            "found": totals.get(name, ""),
            "p50_ms": round(statistics.median(some), 1),
            "p95_ms": round(p95(some), 1),
            "p95_processor_ms": round(p95(work[name]), 1) if name in work else "",
        }
        for name, some in times.items()
        if some
    ]
    if options.json:
        print(json.dumps({"rows": rows, "seconds": seconds}, ensure_ascii=False, indent=1))
        return
    engine = "SQLite" if is_sqlite() else "PostgreSQL"
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{engine}, {options.positions:,} positions, {options.rounds} rounds, load {loads}")
    for name, spent in seconds.items():
        print(f"  made {name}: {spent:.0f} s")
    print(f"{'question':<36}{'found':>9}{'p50 ms':>9}{'p95 ms':>9}{'p95 cpu':>9}")
    for row in rows:
        wide = sum(1 for sign in row["question"] if is_han(sign))
        width = 36 - wide
        times_shown = f"{row['p50_ms']:>9}{row['p95_ms']:>9}{row['p95_processor_ms']:>9}"
        print(f"{row['question']:<{width}}{row['found']:>9}{times_shown}")
