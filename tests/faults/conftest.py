"""Real servers, real phones, real faults."""

import json
import os
from pathlib import Path

import pytest

from tests.databases import empty_database
from tests.faults import postgres
from tests.faults.world import add_fair, make_world
from tools.catalogues import build


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/faults" in item.path.as_posix():
            item.add_marker(pytest.mark.own_database)


@pytest.fixture(scope="session")
def cluster():
    """A PostgreSQL that may be killed."""
    if (why := postgres.why_not()) is not None:
        pytest.skip(why)
    cluster = postgres.Cluster()
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def store(request):
    """A maker of empty databases, of the engine asked for, else of the one this run is for.

    ``store(name)`` returns a URL; an empty one means SQLite in the folder of whoever uses it.
    """
    engine = getattr(request, "param", None)
    if engine == "postgresql":
        return request.getfixturevalue("cluster").make_database
    if engine == "sqlite":
        return lambda _name: ""
    return empty_database


ENGINES = [pytest.param(name, marks=pytest.mark.any_database) for name in ("sqlite", "postgresql")]
on_both = pytest.mark.parametrize("store", ENGINES, indirect=True)


@pytest.fixture
def worlds(tmp_path, store):
    """A maker of worlds, each on a database of its own."""
    build()
    made = []

    def make(folder=None, url=None, **given):
        name = f"faults{len(made)}"
        folder = folder or tmp_path / name
        folder.mkdir(exist_ok=True)
        url = store(name) if url is None else url
        made.append(make_world(folder, url, diaries=tmp_path, **given))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """A server that nobody kills, for short tests; each brings a fair of its own."""
    build()
    folder = tmp_path_factory.mktemp("running")
    url = empty_database("running")
    world = make_world(folder, url, tickets=1)
    with world.server() as server:
        yield world, server
    world.close()


@pytest.fixture
def fairs(running, tmp_path):
    """A maker of fairs at the running server; gives a world and the server."""
    first, server = running
    made = []

    def make(**given):
        made.append(add_fair(first.app, first.url, first.folder, tmp_path, **given))
        return made[-1], server

    yield make
    for world in made:
        world.close()


@pytest.fixture
def report(request):
    """Write down what a test found, if somebody wants to know (``XUNPIN_FAULTS_REPORT``)."""

    def write(case, **figures):
        line = {"case": case, "test": request.node.nodeid, **figures}
        path = os.environ.get("XUNPIN_FAULTS_REPORT")
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with Path(path).open("a") as file:
                file.write(json.dumps(line, default=str) + "\n")

    return write
