"""How long a search for positions takes at the size of many tours.

    python benchmarks/search.py [--positions 818000] [--rounds 15] [--candidates]
                                [--database-url postgresql+psycopg://…]

Makes a scratch database of invented positions (SQLite in a temporary folder, or an empty
PostgreSQL database that is named), all of them at fairs that are still to come, thirteen
thousand a tour, and asks what the pages ask: one search statement and the two that load the
page. The questions take turns, round by round, so that a busy moment hits all alike; a plain
look at every text is among them for comparison. Beside the time on the wall stands that of
the processor: SQLite works in this process, so on a busy machine that is the time to believe.
``--candidates`` compares other indexes on the same texts instead. Exit code 1 if a question's
p95 is above 100 ms.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, insert, select, text, update  # noqa: E402

from app.core.clock import utcnow  # noqa: E402
from app.core.db import db, is_sqlite  # noqa: E402
from app.core.words import asked_runs, is_han, needed_for, pattern_of, tokens_of  # noqa: E402
from app.employers.models import (  # noqa: E402
    POSITION_WORDS,
    Employer,
    Position,
    PositionEntry,
    PositionLevel,
)
from app.employers.services import index_positions  # noqa: E402
from app.employers.services.index import tokens_of_entry  # noqa: E402
from app.employers.states import EmployerStatus, Ownership, PillarIndustry  # noqa: E402
from app.factory import create_app  # noqa: E402
from app.participations.models import OfferedPosition, Participation  # noqa: E402
from app.participations.queries import (  # noqa: E402
    Wanted,
    find_positions,
    list_meetings,
    list_positions_found,
)
from app.participations.states import ParticipationStatus  # noqa: E402
from app.places.models import Delegation  # noqa: E402
from app.places.states import EducationLevel  # noqa: E402
from app.tours.models import Fair, Tour  # noqa: E402
from app.tours.states import FairStatus  # noqa: E402
from config import Settings  # noqa: E402

TARGET_MS = 100.0
A_TOUR = 13_000


def spaced(words: str) -> list[str]:
    return words.split()


AREAS = spaced(
    "机械 电气 软件 嵌入式 前端 Java CNC 数控 模具 自动化 结构 工艺 质量 采购 外贸 销售 财务 "
    "人力资源 行政 新能源 电池 泵阀 阀门 鞋类 服装 皮革 汽车零部件 芯片 算法 视觉 机器人 化工 "
    "材料 土木 护理 临床 英语 法务 审计 仓储 物流 跨境电商 品牌 平面 Python C++ PLC"
)
JOBS = spaced(
    "工程师 设计师 技术员 操作工 主管 经理 助理 研发工程师 开发工程师 专员 储备干部 实习生 "
    "教师 顾问"
)
MAJORS = spaced(
    "机械工程 机械设计制造及其自动化 机械类 电气工程及其自动化 自动化 计算机科学与技术 "
    "软件工程 电子信息工程 材料科学与工程 化学工程与工艺 服装设计与工程 国际经济与贸易 会计学 "
    "财务管理 市场营销 英语 法学 临床医学 护理学 土木工程 物流管理 车辆工程 数学与应用数学"
)
PHRASES = spaced(
    "负责产品方案设计与评审 配合生产解决现场问题 编写技术文件和作业指导书 熟悉常用设计软件 "
    "有较强的沟通协调能力 能适应短期出差 参与新产品开发项目 跟踪客户需求并及时反馈 "
    "五险一金年终奖金 提供住宿和工作餐 带薪年假节日福利 专业对口优先 英语四级以上 "
    "责任心强踏实肯学 掌握SolidWorks和AutoCAD 熟悉MySQL与Redis 会使用Office办公软件"
)
PLACES = spaced(
    "鹿城 龙湾 瓯海 洞头 瑞安 乐清 永嘉 平阳 苍南 文成 泰顺 龙港 温州 杭州·滨江区 上海·浦东新区"
)
BRANCHES = spaced("科技 电气 阀门 鞋业 服饰 集团")
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)]


def main() -> int:
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="xunpin-bench-") as folder:
        settings = Settings(
            environment="test",
            secret_key="a secret of the benchmark, long enough to pass",
            ticket_keys={1: "a ticket key of the benchmark, long enough"},
            database_url=options.database_url,
            data_dir=Path(options.folder or folder),
            queue_url="memory",
            testing=True,
            public_url="http://localhost",
        )
        with create_app(settings).app_context():
            seconds = prepare(options.positions)
            if options.candidates:
                return compare_candidates(options)
            return ask(options, seconds)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--positions", type=int, default=818_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database")
    parser.add_argument("--folder", default="", help="keep SQLite here, and use what is there")
    parser.add_argument("--candidates", action="store_true", help="compare kinds of index")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# ---------------------------------------------------------------------------- the data


def prepare(positions: int) -> dict[str, float]:
    """Make tables and rows unless they are there; say how long the parts took."""
    db.create_all()
    if db.session.scalar(select(func.count()).select_from(PositionEntry)):
        return {}
    seconds = {}
    begun = time.perf_counter()
    rng = random.Random(20261125)
    delegations = make_rows(
        Delegation, [{"code": f"d{n}", "name_zh": f"分团{n}", "position": n} for n in range(13)]
    )
    for number, first in enumerate(range(0, positions, A_TOUR)):
        make_tour(number, min(A_TOUR, positions - first), delegations, rng)
    db.session.commit()
    seconds["rows"] = time.perf_counter() - begun
    begun = time.perf_counter()
    ids = db.session.scalars(select(Position.id).order_by(Position.id)).all()
    for start in range(0, len(ids), 5000):
        index_positions(ids[start : start + 5000])
        db.session.commit()
    seconds["entries"] = time.perf_counter() - begun
    begun = time.perf_counter()
    soon = utcnow() + timedelta(days=30)
    db.session.execute(update(PositionEntry).values(open_until=soon))
    db.session.commit()
    columns = PositionEntry.__table__
    for start in range(0, len(ids), 5000):
        rows = db.session.execute(
            select(columns).where(columns.c.position_id.in_(ids[start : start + 5000]))
        ).mappings()
        POSITION_WORDS.add({row["position_id"]: tokens_of_entry(row) for row in rows})
        db.session.commit()
    seconds["words"] = time.perf_counter() - begun
    tidy()
    return seconds


def tidy() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if is_sqlite() else "VACUUM ANALYZE"))


def make_rows(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows and return their ids, which follow on those there are."""
    last = db.session.scalar(select(func.max(model.id))) or 0
    for number, row in enumerate(rows, start=last + 1):
        row["id"] = number
    db.session.execute(insert(model), rows)
    if not is_sqlite():
        table = model.__tablename__
        db.session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\""
            )
        )
    return [row["id"] for row in rows]


def make_tour(number: int, positions: int, delegations: list[int], rng: random.Random) -> None:
    """A tour of four fairs, its employers at two to four of them, twenty positions each."""
    start = utcnow() + timedelta(days=30)
    [tour] = make_rows(
        Tour,
        [{"slug": f"t{number}", "title_zh": f"专列{number}", "starts_on": start.date(),
          "ends_on": start.date()}],
    )  # fmt: skip
    fairs = make_rows(
        Fair,
        [{"slug": f"f{number}-{n}", "tour_id": tour, "title_zh": f"场{n}", "city": "武汉",
          "starts_at": start, "ends_at": start + timedelta(hours=3),
          "status": FairStatus.PUBLISHED, "published_at": start - timedelta(days=90)}
         for n in range(4)],
    )  # fmt: skip
    employers = make_rows(
        Employer, [make_employer(rng, delegations) for _ in range(positions // 20 or 1)]
    )
    rows = [make_position(rng, employers) for _ in range(positions)]
    ids = make_rows(Position, rows)
    levels = [
        {"position_id": key, "level": level}
        for key in ids
        for level in rng.sample(list(EducationLevel)[:4], rng.choice((0, 1, 2)))
    ]
    db.session.execute(insert(PositionLevel), levels)
    of_employer: dict[int, list[int]] = {}
    for key, row in zip(ids, rows, strict=True):
        of_employer.setdefault(row["employer_id"], []).append(key)
    wishes = [(e, f) for e in employers for f in rng.sample(fairs, rng.choice((2, 3, 4)))]
    came = make_rows(
        Participation,
        [{"employer_id": e, "fair_id": f, "status": ParticipationStatus.CONFIRMED,
          "public_code": f"{rng.getrandbits(80):020x}"} for e, f in wishes],
    )  # fmt: skip
    offers = [
        {"participation_id": key, "position_id": position, "openings": 2}
        for key, (employer, _) in zip(came, wishes, strict=True)
        for position in of_employer.get(employer, ())
    ]
    make_rows(OfferedPosition, offers)


def make_employer(rng: random.Random, delegations: list[int]) -> dict[str, Any]:
    stem = "".join(rng.choices(HAN, k=2)) + rng.choice(BRANCHES)
    mark = f"{rng.getrandbits(40):010x}"
    return {
        "slug": mark,
        "name": f"温州{stem}{mark[:4]}有限公司",
        "short_name": stem,
        "ownership": Ownership.PRIVATE,
        "status": EmployerStatus.APPROVED,
        "delegation_id": rng.choice(delegations),
        "pillar_industry": rng.choice([None, *PillarIndustry]),
    }


def common(rng: random.Random, words: list[str], number: int = 1) -> list[str]:
    """Some of a list, the first more often than the last."""
    return rng.choices(words, [1 / (place + 1) ** 0.7 for place in range(len(words))], k=number)


def make_position(rng: random.Random, employers: list[int]) -> dict[str, Any]:
    pay = rng.choice((None, 5000, 7000, 9000, 13_000, 21_000))
    rare = "".join(rng.choices(HAN, k=2))
    return {
        "uid": f"{rng.getrandbits(80):020x}",
        "employer_id": rng.choice(employers),
        "title": common(rng, AREAS)[0] + common(rng, JOBS)[0],
        "majors": common(rng, MAJORS, rng.choice((0, 1, 2, 3))),
        "place": common(rng, PLACES)[0],
        "pay_low": pay,
        "pay_high": pay,
        "openings": 2,
        "description": "，".join([*common(rng, PHRASES, rng.choice((2, 4, 6))), rare]),
        "hints": [],
    }


# ---------------------------------------------------------------------------- the questions


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
    print(f"{engine}, {options.positions:,} positions, {options.rounds} rounds")
    for name, spent in seconds.items():
        print(f"  made {name}: {spent:.0f} s")
    print(f"{'question':<36}{'found':>9}{'p50 ms':>9}{'p95 ms':>9}{'p95 cpu':>9}")
    for row in rows:
        wide = sum(1 for sign in row["question"] if is_han(sign))
        width = 36 - wide
        times_shown = f"{row['p50_ms']:>9}{row['p95_ms']:>9}{row['p95_processor_ms']:>9}"
        print(f"{row['question']:<{width}}{row['found']:>9}{times_shown}")


# ---------------------------------------------------------------------------- candidates

WORDS = ("机械", "机械设计", "工程师", "品牌经理", "丁丕", "鸿蒙", "Java开发", "数控 护理", "cnc")


def compare_candidates(options: argparse.Namespace) -> int:
    """Build each index on the same folded texts; time the newest 1,000 rows of each word."""
    candidates = sqlite_candidates() if is_sqlite() else postgresql_candidates()
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(options.rounds):
        for words in WORDS:
            for name, look in candidates.items():
                begun = time.perf_counter()
                look(words)
                spent = (time.perf_counter() - begun) * 1000
                times.setdefault((name, words), []).append(spent)
    for name in candidates:
        line = ", ".join(f"{w} {statistics.median(times[name, w]):.1f}" for w in WORDS)
        print(f"{name}: median ms: {line}")
    return 0


Look = Callable[[str], Any]


def texts() -> Iterator[list[tuple[int, str]]]:
    last = 0
    while True:
        query = select(PositionEntry.position_id, PositionEntry.text)
        query = query.where(PositionEntry.position_id > last)
        rows = db.session.execute(query.order_by(PositionEntry.position_id).limit(5000)).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [(key, folded) for key, folded in rows]


def likes(words: str) -> tuple[str, dict[str, str]]:
    patterns = {f"p{n}": pattern_of(run) for n, run in enumerate(asked_runs(words))}
    return " AND ".join(f"e.text LIKE :{name}" for name in patterns), patterns


def sqlite_candidates() -> dict[str, Look]:
    tokenizer = "tokenize=\"ascii tokenchars '+#='\""
    made = {
        "pairs, detail=none": (f"content='', detail=none, {tokenizer}", False),
        "pairs, detail=full": (f"content='', {tokenizer}", True),
        "trigram": ("content='', tokenize='trigram'", None),
    }
    looks: dict[str, Look] = {"plain look": lambda words: run_sql(plain_sql(), likes(words))}
    for number, (name, (kind, in_order)) in enumerate(made.items()):
        table = f"candidate_{number}"
        begun, before = time.perf_counter(), size_of_file()
        db.session.execute(text(f"DROP TABLE IF EXISTS {table}"))
        db.session.execute(text(f"CREATE VIRTUAL TABLE {table} USING fts5(tokens, {kind})"))
        for rows in texts():
            db.session.execute(
                text(f"INSERT INTO {table} (rowid, tokens) VALUES (:id, :tokens)"),
                [{"id": key, "tokens": fts_tokens(folded, in_order)} for key, folded in rows],
            )
        db.session.commit()
        print(f"{name}: {time.perf_counter() - begun:.0f} s, {size_of_file() - before} MB")
        looks[name] = fts_look(table, in_order)
    return looks


def size_of_file() -> int:
    db.session.commit()
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    pages = db.session.scalar(text("PRAGMA page_count")) or 0
    free = db.session.scalar(text("PRAGMA freelist_count")) or 0
    return int((pages - free) * (db.session.scalar(text("PRAGMA page_size")) or 0)) >> 20


def fts_tokens(folded: str, in_order: bool | None) -> str:
    if in_order is None:
        return folded
    return " ".join(tokens_of(folded) if in_order else set(tokens_of(folded)))


def fts_look(table: str, in_order: bool | None) -> Look:
    def look(words: str) -> Any:
        runs = asked_runs(words)
        if in_order is None and any(len(run) < 3 for run in runs):
            return run_sql(plain_sql(), likes(words))
        parts = []
        for run in runs:
            if in_order is None or not is_han(run):
                parts.append(f'"{run}"' + ("*" if in_order is not None else ""))
            elif in_order:
                parts.append('"' + " ".join(needed_for(run)) + '"')
            else:
                parts += [f'"{pair}"' for pair in needed_for(run)]
        condition, values = likes(words)
        again = "" if in_order else f" AND {condition}"
        sql = (
            f"SELECT e.position_id FROM {table} CROSS JOIN position_entry e "
            f"ON e.position_id = {table}.rowid WHERE {table} MATCH :match{again} "
            f"ORDER BY {table}.rowid DESC LIMIT 1000"
        )
        return run_sql(sql, ("", values | {"match": " AND ".join(parts)}))

    return look


def plain_sql() -> str:
    return "SELECT e.position_id FROM position_entry e WHERE {} ORDER BY 1 DESC LIMIT 1000"


def run_sql(sql: str, asked: tuple[str, dict[str, str]]) -> Any:
    condition, values = asked
    return db.session.execute(text(sql.replace("{}", condition)), values).all()


def postgresql_candidates() -> dict[str, Look]:
    db.session.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    makers = {
        "trigrams (pg_trgm)": [
            "CREATE INDEX candidate_trgm ON position_entry USING gin (text gin_trgm_ops)"
        ],
        "tsvector of pairs": [
            "CREATE TABLE candidate_ts (id int PRIMARY KEY, tokens tsvector)",
            "{fill}",
            "CREATE INDEX candidate_ts_gin ON candidate_ts USING gin (tokens)",
        ],
    }
    db.session.execute(text("DROP TABLE IF EXISTS candidate_ts"))
    db.session.execute(text("DROP INDEX IF EXISTS candidate_trgm"))
    for name, statements in makers.items():
        begun = time.perf_counter()
        for statement in statements:
            if statement == "{fill}":
                for rows in texts():
                    db.session.execute(
                        text("INSERT INTO candidate_ts VALUES (:id, CAST(:tokens AS tsvector))"),
                        [{"id": key, "tokens": ts_tokens(folded)} for key, folded in rows],
                    )
            else:
                db.session.execute(text(statement))
        db.session.commit()
        print(f"{name}: {time.perf_counter() - begun:.0f} s")
    tidy()
    for name in ("candidate_trgm", "candidate_ts", "candidate_ts_gin", "position_words",
                 "ix_position_words_tokens"):  # fmt: skip
        size = db.session.scalar(text(f"SELECT pg_relation_size('{name}') >> 20"))
        print(f"  {name}: {size} MB")
    return {
        "arrays of pairs": arrays_look,
        "trigrams (pg_trgm)": lambda words: run_sql(plain_sql(), likes(words)),
        "tsvector of pairs": ts_look,
    }


def ts_tokens(folded: str) -> str:
    return " ".join(f"'{token}'" for token in set(tokens_of(folded)))


def ts_look(words: str) -> Any:
    parts = []
    for run in asked_runs(words):
        parts += [f"'{pair}'" for pair in needed_for(run)] if is_han(run) else [f"'{run}':*"]
    condition, values = likes(words)
    sql = (
        "SELECT w.id FROM (SELECT id FROM candidate_ts WHERE tokens @@ CAST(:q AS tsquery) "
        "ORDER BY id DESC LIMIT 1000) w, LATERAL (SELECT 1 FROM position_entry e "
        "WHERE e.position_id = w.id AND {} OFFSET 0) x"
    )
    return run_sql(sql, (condition, values | {"q": " & ".join(parts)}))


def arrays_look(words: str) -> Any:
    ids = (
        select(POSITION_WORDS.id)
        .where(POSITION_WORDS.holds([[needed_for(run)] for run in asked_runs(words)]))
        .order_by(POSITION_WORDS.id.desc())
        .limit(1000)
        .subquery()
    )
    again = [PositionEntry.text.like(pattern_of(run)) for run in asked_runs(words)]
    entry = select(PositionEntry.position_id).where(PositionEntry.position_id == ids.c.id, *again)
    return db.session.execute(select(entry.offset(0).lateral())).all()


if __name__ == "__main__":
    raise SystemExit(main())
