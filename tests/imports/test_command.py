"""``flask imports run``, on made-up lists and, where it is present, on the ministry's own."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.imports import queries
from app.imports.models import ImportBatch, ImportRow
from app.places import queries as places
from app.places import services as place_services
from app.places.models import School
from tests.imports.tables import HEAD, csv_bytes, ministry_rows, school, xlsx

REAL = Path(__file__).parents[2].parent / "shared/data/moe_universities_2025.xls"
real_file = pytest.mark.skipif(not REAL.exists(), reason="the ministry's list is not here")


def state():
    """Everything of every school, to see whether anything changed."""
    db.session.expire_all()
    rows = db.session.scalars(select(School).order_by(School.id)).all()
    names = School.__mapper__.columns.keys()
    return [[getattr(row, name) for name in names] for row in rows]


@pytest.fixture
def file(tmp_path):
    def write(rows, name="list.xlsx"):
        path = tmp_path / name
        path.write_bytes(xlsx(rows) if name.endswith("xlsx") else csv_bytes(rows))
        return str(path)

    return write


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["imports", "run", *arguments])


def test_the_command_imports_and_says_what_it_did(app, file):
    done = run(app, "schools", file(ministry_rows()))
    assert done.exit_code == 0, done.output
    assert "4 rows (4 new, 1 skipped), applied" in done.output
    assert places.count_schools() == 4


def test_the_command_answers_as_json(app, file):
    done = run(app, "schools", file(ministry_rows()), "--json")
    answer = json.loads(done.output)
    assert answer["status"] == "applied"
    assert (answer["rows"], answer["new"], answer["groups"], answer["problems"]) == (4, 4, 2, [])
    assert queries.get_batch(answer["batch"]).totals["made"] == 4
    again = json.loads(run(app, "schools", file(ministry_rows()), "--json").output)
    assert (again["status"], again["same"]) == ("unchanged", 4)
    assert db.session.scalar(select(func.count(ImportBatch.id))) == 1


def test_a_dry_run_writes_nothing(app, file):
    done = run(app, "schools", file(ministry_rows()), "--dry-run", "--json")
    assert json.loads(done.output)["status"] == "checked"
    assert places.count_schools() == 0
    assert db.session.scalar(select(func.count(ImportBatch.id))) == 0


def test_the_command_stops_at_a_contradiction(app, file):
    rows = ministry_rows()
    del rows[4]
    done = run(app, "schools", file(rows))
    assert done.exit_code == 1
    assert "problem: Row 4: 江城省 declares 3 schools, 2 follow." in done.output
    assert places.count_schools() == 0
    assert run(app, "schools", file(rows), "--accept-problems").exit_code == 0
    assert places.count_schools() == 3


def test_the_command_lists_rows_to_look_at(app, file):
    rows = [HEAD, *(school(i, f"学院{i}", f"{i}") for i in range(60))]
    done = run(app, "schools", file(rows, "list.csv"))
    assert "row 2 学院0: The code must have ten digits, not “0”." in done.output
    assert "… and 10 more" in done.output


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_refuses_what_it_cannot_read(app, tmp_path, as_json):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04")
    done = run(app, "schools", str(path), *(["--json"] if as_json else []))
    assert done.exit_code == 1
    assert "cannot be read" in done.output


def test_the_command_knows_its_kinds(app, file):
    assert run(app, "people", file(ministry_rows())).exit_code == 2
    assert run(app, "schools", "/nowhere").exit_code == 2


def test_schools_are_seeded_by_a_command(app):
    done = app.test_cli_runner().invoke(args=["places", "seed-schools"])
    assert "147 schools added" in done.output
    assert places.count_schools() == 147


# ---------------------------------------------------------------------------- the real list


@real_file
def test_the_ministrys_list_is_taken_as_it_is_published(app):
    place_services.seed_double_first_class()
    db.session.commit()
    answer = json.loads(run(app, "schools", str(REAL), "--json").output)
    assert (answer["rows"], answer["groups"], answer["problems"]) == (2919, 31, [])
    assert (answer["faulty"], answer["warning"]) == (0, 0)
    # Three of the seeded universities have no code and are not on the list.
    assert (answer["new"], answer["changed"]) == (2919 - 144, 144)
    assert places.count_schools() == 2919 + 3
    tiers = dict(
        db.session.execute(
            select(School.tier, func.count())
            .where(School.moe_code.is_not(None))
            .group_by(School.tier)
        ).all()
    )
    assert tiers == {"本科": 1365, "专科": 1554}
    codes = db.session.scalars(select(School.moe_code).where(School.moe_code.is_not(None))).all()
    assert all(len(code) == 10 and code.isdigit() for code in codes)
    assert (
        db.session.scalar(select(func.count(School.id)).where(School.is_double_first_class)) == 147
    )
    names = db.session.scalars(select(School.name)).all()
    assert all(name == name.strip() for name in names)
    for typed, name in (("武大", "武汉大学"), ("huake", "华中科技大学"), ("whlg", "武汉理工大学")):
        assert places.suggest_schools(typed)[0].name == name
    before = state()
    again = json.loads(run(app, "schools", str(REAL), "--json").output)
    assert (again["status"], again["same"]) == ("unchanged", 2919)
    assert state() == before
    assert db.session.scalar(select(func.count(ImportRow.id))) == 2919
