"""Migrations: numbered, linear, up–down–up, and equal to the models."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from app.core.db import Model, db, is_sqlite
from app.core.wordindex import shelves_of
from app.factory import create_app
from tests.databases import empty_database, make_settings

ROOT = Path(__file__).parents[1]
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty_app(tmp_path):
    url = empty_database("empty")
    app = create_app(make_settings(tmp_path, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def is_compared(name, kind, _parents):
    """The index of words is not among the models' tables: its shape is each database's own."""
    return not (kind == "table" and name.startswith("position_words"))


def test_migrations_are_numbered_and_linear():
    assert [path.name[:4] for path in VERSIONS] == [f"{n + 1:04d}" for n in range(len(VERSIONS))]
    for before, path in zip([None, *VERSIONS], VERSIONS, strict=False):
        text = path.read_text("utf-8")
        wanted = f'"{before.stem}"' if before else "None"
        assert re.search(rf'^revision = "{path.stem}"$', text, re.M), path.name
        assert re.search(rf"^down_revision = {wanted}$", text, re.M), path.name


def test_the_head_is_written_down_so_that_two_branches_meet_in_git():
    assert (ROOT / "migrations" / "HEAD").read_text("utf-8").strip() == VERSIONS[-1].stem


@pytest.mark.own_database
def test_the_migrations_make_what_the_models_say(empty_app):
    upgrade()
    with db.engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_compared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Model.metadata) == []


@pytest.mark.own_database
def test_the_index_of_words_is_made_as_the_models_make_it(empty_app):
    def shape():
        if db.engine.dialect.name == "sqlite":
            query = text("SELECT sql FROM sqlite_master WHERE name = 'position_words'")
        else:
            query = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'position_words'")
        with db.engine.connect() as connection:
            return sorted(connection.scalars(query))

    upgrade()
    migrated = shape()
    downgrade(revision="base")
    db.create_all()
    assert migrated == shape() != []
    db.drop_all()
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


@pytest.mark.own_database
def test_words_that_stand_in_the_index_are_put_on_their_shelves(empty_app):
    if is_sqlite():
        return  # FTS5 has none.
    upgrade(revision="0031_surveys")
    ids = (1, 70_000, 2_000_000_000)
    kept = {}
    with db.engine.begin() as connection:
        query = text("INSERT INTO position_words VALUES (:id, ARRAY[7, -7])")
        connection.execute(query, [{"id": id_} for id_ in ids])
    for step, revision in ((upgrade, "0032_shelves"), (downgrade, "0031_surveys")):
        step(revision=revision)
        with db.engine.connect() as connection:
            kept[revision] = dict(connection.execute(text("SELECT * FROM position_words")).all())
    assert kept["0032_shelves"] == {id_: [7, -7, *shelves_of(id_)] for id_ in ids}
    assert kept["0031_surveys"] == {id_: [7, -7] for id_ in ids}


@pytest.mark.own_database
def test_the_way_down_leads_back_to_nothing_and_up_again(empty_app):
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "scan" in inspect(db.engine).get_table_names()
