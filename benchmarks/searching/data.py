"""What is searched: invented positions at fairs still to come, thirteen thousand a tour.

PostgreSQL is given the rows of the two longest tables by COPY and makes the index of words when
all words are there: told row by row, it takes over half an hour for 818,000.
"""

import random
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, text, update

from app.core.clock import utcnow
from app.core.db import db, is_sqlite
from app.core.wordindex import POSTGRESQL
from app.employers.models import (
    POSITION_WORDS,
    Employer,
    Position,
    PositionEntry,
    PositionLevel,
)
from app.employers.services import index_positions
from app.employers.services.index import tokens_of_entry
from app.employers.states import EmployerStatus, Ownership, PillarIndustry
from app.participations.models import OfferedPosition, Participation
from app.participations.states import ParticipationStatus
from app.places.models import Delegation
from app.places.states import EducationLevel
from app.tours.models import Fair, Tour
from app.tours.states import FairStatus

A_TOUR = 13_000
AT_ONCE = 5_000


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


def prepare(positions: int) -> dict[str, float]:
    """Make tables and rows unless they are there; say how long the parts took."""
    db.create_all()
    if db.session.scalar(select(func.count()).select_from(PositionEntry)):
        return {}
    seconds: dict[str, float] = {}
    with timed(seconds, "rows"):
        make_tours(positions)
    ids = db.session.scalars(select(Position.id).order_by(Position.id)).all()
    with timed(seconds, "entries"):
        for start in range(0, len(ids), AT_ONCE):
            index_positions(ids[start : start + AT_ONCE])
            db.session.commit()
        soon = utcnow() + timedelta(days=30)
        db.session.execute(update(PositionEntry).values(open_until=soon))
        db.session.commit()
    with timed(seconds, "words"), index_made_afterwards():
        for start in range(0, len(ids), AT_ONCE):
            add_words(ids[start : start + AT_ONCE])
    tidy()
    return seconds


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - begun


def add_words(ids: Collection[int]) -> None:
    columns = PositionEntry.__table__
    query = select(columns).where(columns.c.position_id.in_(ids))
    rows = db.session.execute(query).mappings()
    POSITION_WORDS.add({row["position_id"]: tokens_of_entry(row) for row in rows})
    db.session.commit()


@contextmanager
def index_made_afterwards() -> Iterator[None]:
    """PostgreSQL's index of words is dropped, and made again when all words are there."""
    if is_sqlite():
        yield
        return
    _, index = POSTGRESQL
    db.session.execute(text(f"DROP INDEX ix_{POSITION_WORDS.name}_tokens"))
    db.session.commit()
    yield
    db.session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    db.session.execute(text(index.format(name=POSITION_WORDS.name)))
    db.session.commit()


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


def add_rows(model: Any, names: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """Insert rows of plain values, as they are written."""
    table, columns = model.__tablename__, ", ".join(names)
    driver = db.session.connection().connection.driver_connection
    if is_sqlite():
        marks = ", ".join("?" * len(names))
        driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def make_tours(positions: int) -> None:
    rng = random.Random(20261125)
    delegations = make_rows(
        Delegation, [{"code": f"d{n}", "name_zh": f"分团{n}", "position": n} for n in range(13)]
    )
    for number, first in enumerate(range(0, positions, A_TOUR)):
        make_tour(number, min(A_TOUR, positions - first), delegations, rng)
    db.session.commit()


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
        (key, level.value)
        for key in ids
        for level in rng.sample(list(EducationLevel)[:4], rng.choice((0, 1, 2)))
    ]
    add_rows(PositionLevel, ("position_id", "level"), levels)
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
        (key, position, 2)
        for key, (employer, _) in zip(came, wishes, strict=True)
        for position in of_employer.get(employer, ())
    ]
    add_rows(OfferedPosition, ("participation_id", "position_id", "openings"), offers)


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
