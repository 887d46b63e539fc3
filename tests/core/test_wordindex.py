"""The index gives the newest rows that hold what is wanted, however far apart they stand."""

from random import Random

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from app.core.db import db
from app.core.wordindex import SHELVES, WordIndex

SEVERAL = [[["开发"], ["机械", "=m"]], [["java"]]]


@pytest.fixture(scope="module")
def beside():
    return Table("row", MetaData(), Column("id", Integer, primary_key=True))


@pytest.fixture(scope="module")
def words(beside):
    return WordIndex("row_words", beside)


@pytest.fixture
def made(beside, words):
    """A function that fills table and index with rows: ``{id: tokens}``."""
    beside.create(db.session.connection())

    def make(rows):
        db.session.execute(insert(beside), [{"id": key} for key in rows])
        words.add(rows)

    return make


def found(beside, words, wanted, limit=100_000):
    return db.session.scalars(words.newest(select(beside.c.id), wanted, limit)).all()


@pytest.mark.parametrize(
    ("oldest", "newest"),
    [
        (1, 1),
        (1, 40_000),
        (1, (1 << 16) + 1),
        ((1 << 16) - 1, 1 << 16),
        (1, (1 << 18) - 1),
        (1, 1 << 18),
        (300_000, 3_000_000),
        ((1 << 31) - 1_000_000, (1 << 31) - 1),
    ],
)
def test_every_row_stands_on_one_shelf_that_is_looked_through(beside, words, made, oldest, newest):
    rng = Random(newest)
    ids = {oldest, newest, *(rng.randint(oldest, newest) for _ in range(300))}
    for bits in SHELVES:
        edges = [number << bits for number in range(oldest >> bits, (newest >> bits) + 1)]
        near = {edge + step for edge in rng.sample(edges, min(len(edges), 60)) for step in (-1, 0)}
        ids |= {key for key in near if oldest <= key <= newest}
    made({key: ["开发"] for key in ids})
    assert found(beside, words, [[["开发"]]]) == sorted(ids, reverse=True)
    assert found(beside, words, [[["开发"]]], 7) == sorted(ids, reverse=True)[:7]


def test_rows_hold_one_of_the_ways_of_all_that_is_wanted(beside, words, made):
    made(
        {
            1: ["开发", "javascript"],
            2: ["机械", "java"],
            3: ["机械", "=m", "java"],
            4: ["开发"],
            400_000: ["开发", "java"],
        }
    )
    assert found(beside, words, SEVERAL) == [400_000, 3, 1]


def test_a_row_taken_out_is_not_found(beside, words, made):
    made({1: ["开发"], 2: ["开发"]})
    words.remove({1: ["开发"]})
    assert found(beside, words, [[["开发"]]]) == [2]


def test_only_what_the_query_lets_through_counts(beside, words, made):
    made({key: ["开发"] for key in range(1, 101)})
    query = select(beside.c.id).where(beside.c.id % 10 == 0)
    rows = db.session.scalars(words.newest(query, [[["开发"]]], 3)).all()
    assert rows == [100, 90, 80]
