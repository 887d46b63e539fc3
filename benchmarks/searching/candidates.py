"""Other kinds of index on the same texts: how large, how long to make, how fast."""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, text

from app.core.db import db, is_sqlite
from app.core.words import asked_runs, is_han, needed_for, pattern_of, tokens_of
from app.employers.models import POSITION_WORDS, PositionEntry
from searching.data import tidy

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
    runs = asked_runs(words)
    again = [PositionEntry.text.like(pattern_of(run)) for run in runs]
    entry = select(PositionEntry.position_id).where(*again)
    wanted = [[needed_for(run)] for run in runs]
    return db.session.execute(POSITION_WORDS.newest(entry, wanted, 1000)).all()
