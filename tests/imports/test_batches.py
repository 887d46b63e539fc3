import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.db import db
from app.core.errors import IllegalTransition
from app.core.transaction import transaction
from app.imports import queries, services
from app.imports.services import AppliedAlready, HasProblems, NotTheLatest
from app.imports.states import ImportKind, ImportStatus, RowVerdict
from app.places import queries as places
from app.places import services as place_services
from app.places.models import School
from tests.factories import make_school, make_staff, make_venue
from tests.imports.tables import HEAD, csv_bytes, ministry_rows, school
from tests.live import run_together


@pytest.fixture
def by():
    return make_staff(Role.PLANNER)


def read(rows, name="名单.xlsx"):
    return services.read_file(ImportKind.SCHOOLS, csv_bytes(rows), name)


def check(rows, by):
    return services.keep_checked(read(rows), by=by)


def apply(rows, by, **given):
    batch = check(rows, by)
    services.apply_batch(batch, services.prepare(batch), by=by, **given)
    db.session.commit()
    return batch


def state():
    """Everything of every school, to see whether anything changed."""
    db.session.expire_all()
    rows = db.session.scalars(select(School).order_by(School.id)).all()
    return [
        {name: getattr(row, name) for name in School.__table__.columns.keys()}  # noqa: SIM118
        for row in rows
    ]


def verdicts(batch):
    return {row.values["name"]: row.verdict for row in queries.list_rows(batch)}


def test_nothing_is_written_before_apply(by):
    batch = check(ministry_rows(), by)
    assert batch.status is ImportStatus.CHECKED
    assert (batch.totals["rows"], batch.totals["new"], batch.totals["skipped"]) == (4, 4, 1)
    assert places.count_schools() == 0


def test_an_import_adds_schools_that_are_found_at_once(by):
    batch = apply(ministry_rows(), by)
    assert batch.status is ImportStatus.APPLIED
    assert places.count_schools() == 4
    found = places.suggest_schools("江城理工")
    assert [row.name for row in found] == ["江城 理工大学"]
    college = places.find_school_by_code("4199010003")
    assert (college.tier, college.remark, college.city) == ("专科", "民办", "江城")
    assert college.province == "江城省"
    rows = queries.list_rows(batch)
    assert [row.object_id is not None for row in rows] == [True] * 4 + [False]
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.after) == ("import.apply", {"new": 4, "changed": 0})


def test_a_second_run_changes_nothing(by):
    apply(ministry_rows(), by)
    before = state()
    batch = apply(ministry_rows(), by)
    assert state() == before
    assert batch.totals["same"] == 4
    assert [row.verdict for row in queries.list_rows(batch)] == [RowVerdict.SKIPPED]


def test_a_new_name_under_a_known_code_keeps_the_old_one(by):
    apply([HEAD, school(1, "江城工学院", 4199010001.0)], by)
    batch = apply([HEAD, school(1, "江城工业大学", 4199010001.0)], by)
    (row,) = places.suggest_schools("江城工学院")
    assert (row.name, row.former_names) == ("江城工业大学", ["江城工学院"])
    assert batch.totals["changed"] == 1
    (kept,) = queries.list_rows(batch)
    assert services.in_english(kept.messages) == ["It was called 江城工学院 before."]
    apply([HEAD, school(1, "江城工业大学", 4199010001.0)], by)
    assert places.find_school_by_code("4199010001").former_names == ["江城工学院"]


def test_two_schools_may_swap_their_names(by):
    apply([HEAD, school(1, "甲学院", 4199010001.0), school(2, "乙学院", 4199010002.0)], by)
    apply([HEAD, school(1, "乙学院", 4199010001.0), school(2, "甲学院", 4199010002.0)], by)
    first = places.find_school_by_code("4199010001")
    assert (first.name, first.former_names) == ("乙学院", ["甲学院"])


def test_a_school_known_by_name_alone_gets_its_code(by):
    known = make_school(name="江城大学", moe_code=None)
    apply([HEAD, school(1, "江城大学", 4199010001.0)], by)
    assert known.moe_code == "4199010001"
    assert places.count_schools() == 1


def test_a_school_whose_code_changed_is_pointed_at_and_not_doubled(by):
    known = make_school(name="江城大学", moe_code="4199019999")
    batch = apply([HEAD, school(1, "江城大学", 4199010001.0)], by)
    assert known.moe_code == "4199010001"
    assert verdicts(batch) == {"江城大学": RowVerdict.WARNING}
    assert places.count_schools() == 1


def test_namesakes_with_codes_of_their_own_stay_two(by):
    first = [HEAD, school(1, "江城学院", 4199010001.0)]
    apply(first, by)
    both = [*first, school(2, "江城学院", 4199010002.0)]
    batch = apply(both, by)
    assert places.count_schools() == 2
    assert verdicts(batch) == {"江城学院": RowVerdict.WARNING}
    assert [row["name"] for row in state()] == ["江城学院"] * 2
    assert apply(both, by).totals["same"] == 2


def test_a_seeded_school_is_completed_and_stays_marked(by):
    place_services.seed_double_first_class()
    code = "4142010486"
    apply([HEAD, school(1, "武汉大学", float(code), city="武汉市")], by)
    wuhan = places.find_school_by_code(code)
    assert wuhan.is_double_first_class
    assert (wuhan.supervisor, wuhan.city) == ("江城省", "武汉")
    assert "武大" in wuhan.abbreviations


def test_faulty_rows_are_left_out_and_the_rest_is_applied(by):
    rows = [HEAD, school(1, "江城大学", "12"), school(2, "海滨大学", 4199010002.0)]
    batch = apply(rows, by)
    assert [row["name"] for row in state()] == ["海滨大学"]
    assert batch.totals["faulty"] == 1


def test_what_is_said_of_a_file_adds_up(by):
    apply([HEAD, school(1, "甲学院", 4199010001.0), school(2, "乙学院", 4199010002.0)], by)
    batch = check(
        [
            HEAD,
            school(1, "甲学院", 4199010001.0),
            school(2, "乙大学", 4199010002.0, tier="研究院"),
            school(3, "丙学院", 4199010003.0),
            school(4, "丁军校", ""),
            school(5, "戊学院", "12"),
            ["注：完。"],
        ],
        by,
    )
    wanted = {"rows": 5, "new": 2, "changed": 1, "same": 1, "faulty": 1, "warning": 2}
    assert wanted.items() <= batch.totals.items()
    faulty = next(row for row in queries.list_rows(batch) if row.verdict is RowVerdict.FAULTY)
    assert len(faulty.messages) == 1


def test_a_school_that_is_named_twice_is_taken_once(by):
    batch = apply([["学校名称", "学校标识码"], ["江城军校", ""], ["江城军校", ""]], by)
    assert places.count_schools() == 1
    assert batch.totals["faulty"] == 1


def test_an_empty_remark_takes_the_old_one_away_but_an_empty_city_says_nothing(by):
    apply([HEAD, school(1, "江城学院", 4199010001.0, remark="民办")], by)
    apply([HEAD, school(1, "江城学院", 4199010001.0, city="", remark="")], by)
    row = places.find_school_by_code("4199010001")
    assert (row.remark, row.city) == ("", "江城")


def test_a_file_that_contradicts_itself_is_applied_only_on_purpose(by):
    rows = ministry_rows()
    del rows[5]
    batch = check(rows, by)
    with pytest.raises(HasProblems):
        services.apply_batch(batch, {}, by=by)
    assert places.count_schools() == 0
    services.apply_batch(batch, {}, by=by, despite_problems=True)
    assert places.count_schools() == 3


def test_what_somebody_did_meanwhile_is_neither_doubled_nor_undone(by):
    batch = check([HEAD, school(1, "江城大学", 4199010001.0)], by)
    apply([HEAD, school(1, "江城大学", 4199010001.0)], by)
    first = queries.find_latest_applied(ImportKind.SCHOOLS)
    services.apply_batch(batch, services.prepare(batch), by=by)
    assert places.count_schools() == 1
    services.undo_batch(batch, by=by)
    assert places.count_schools() == 1
    services.undo_batch(first, by=by)
    assert places.count_schools() == 0


def test_undoing_removes_the_new_and_restores_the_changed(by):
    apply([HEAD, school(1, "甲学院", 4199010001.0), school(2, "乙学院", 4199010002.0)], by)
    before = state()
    batch = apply(
        [
            HEAD,
            school(1, "甲大学", 4199010001.0, city="海滨市", tier="专科", remark="民办"),
            school(2, "乙学院", 4199010002.0),
            school(3, "丙学院", 4199010003.0),
        ],
        by,
    )
    services.undo_batch(batch, by=by)
    db.session.commit()
    assert state() == before
    assert batch.status is ImportStatus.UNDONE
    assert (batch.totals["removed"], batch.totals["restored"], batch.totals["kept"]) == (1, 1, 0)
    with pytest.raises(IllegalTransition):
        services.undo_batch(batch, by=by)


def test_a_new_school_that_is_in_use_stays_when_the_import_is_undone(by):
    batch = apply(ministry_rows(), by)
    make_venue(school=places.find_school_by_code("4199010001"))
    services.undo_batch(batch, by=by)
    db.session.commit()
    assert [row["name"] for row in state()] == ["江城大学"]
    assert (batch.totals["removed"], batch.totals["kept"]) == (3, 1)


def test_imports_are_undone_in_the_order_they_came(by):
    first = apply(ministry_rows(), by)
    second = apply([HEAD, school(1, "另一所", 4199010009.0)], by)
    with pytest.raises(NotTheLatest):
        services.undo_batch(first, by=by)
    services.undo_batch(second, by=by)
    services.undo_batch(first, by=by)
    assert places.count_schools() == 0


def test_a_file_put_aside_is_not_applied_later(by):
    batch = check(ministry_rows(), by)
    services.refuse_batch(batch, by=by)
    with pytest.raises(IllegalTransition):
        services.apply_batch(batch, {}, by=by)


def test_the_number_of_statements_hardly_grows_with_the_rows(by):
    from tests.statements import count_statements

    def statements(count):
        base = 4199010000 + count * 1000
        rows = [HEAD, *(school(i, f"学院{count}之{i}", float(base + i)) for i in range(count))]
        batch = check(rows, by)
        drafts = services.prepare(batch)
        db.session.flush()
        with count_statements() as seen:
            services.apply_batch(batch, drafts, by=by)
            db.session.flush()
        # SQLite inserts row by row in our own process; PostgreSQL gets them in batches.
        return len([one for one in seen if not one.startswith("INSERT INTO school")])

    assert statements(300) <= statements(20) + 4


@pytest.mark.own_database
def test_of_two_who_apply_at_once_one_does(live_app):
    with live_app.app_context():
        by = make_staff(Role.PLANNER)
        with transaction():
            uid = check(ministry_rows(), by).uid

    def act(_):
        batch = queries.get_batch(uid)
        drafts = services.prepare(batch)
        with transaction():
            services.apply_batch(batch, drafts, by=None)
        return True

    results = run_together(live_app, 4, act)
    assert results.count(True) == 1, results
    assert all(r is True or isinstance(r, AppliedAlready) for r in results), results
    with live_app.app_context():
        assert places.count_schools() == 4


@pytest.mark.own_database
def test_an_import_that_fails_half_way_leaves_nothing(live_app, monkeypatch):
    with live_app.app_context():
        by = make_staff(Role.PLANNER)
        with transaction():
            batch = check(ministry_rows(), by)
        drafts = services.prepare(batch)
        monkeypatch.setattr("app.imports.services.batches.record", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction():
            services.apply_batch(batch, drafts, by=by)
        assert places.count_schools() == 0
        assert queries.get_batch(batch.uid).status is ImportStatus.CHECKED
