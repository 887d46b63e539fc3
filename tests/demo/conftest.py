"""One small sample world for all tests of this folder, which only read it."""

import pytest

from app.core.db import db
from app.core.transaction import transaction
from app.demo.world import load
from app.factory import create_app
from tests.databases import empty_database, make_settings


@pytest.fixture(scope="package")
def world(tmp_path_factory):
    url = empty_database("demo")
    app = create_app(make_settings(tmp_path_factory.mktemp("demo"), url, demo=True))
    with app.app_context():
        db.create_all()
        with transaction():
            load(lambda *_: None, scale=0.08)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def inside(world):
    with world.app_context():
        yield
        db.session.remove()
