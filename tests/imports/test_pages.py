import io

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core.db import db
from app.imports.models import ImportBatch
from app.imports.states import ImportStatus
from app.places import queries as places
from tests.factories import make_staff
from tests.imports.tables import HEAD, csv_bytes, ministry_rows, school, xlsx
from tests.statements import count_statements

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en"}


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER))


def upload(client, data, name="名单.xlsx", kind="schools", headers=None):
    sent = {"kind": kind, "file": (io.BytesIO(data), name)}
    answer = client.post("/staff/import", data=sent, headers=headers)
    # The client keeps a large body in a temporary file and leaves it open.
    answer.request.environ["wsgi.input"].close()
    return answer


def only_batch():
    db.session.expire_all()
    return db.session.scalars(select(ImportBatch)).one()


@pytest.mark.parametrize("headers", [EN, ZH])
def test_a_file_is_looked_at_applied_and_undone(client, planner, headers):
    assert client.get("/staff/import", headers=headers).status_code == 200
    answer = upload(client, xlsx(ministry_rows()), headers=headers)
    assert answer.status_code == 303
    path = answer.location
    assert places.count_schools() == 0
    page = client.get(path, headers=headers).text
    assert "江城大学" in page
    assert ("4 rows" if headers is EN else "共 4 行") in page
    assert client.post(f"{path}/apply").status_code == 303
    assert places.count_schools() == 4
    assert "data-toast" in client.get(path, headers=headers).text
    assert client.post(f"{path}/apply").status_code == 409
    assert client.post(f"{path}/undo").status_code == 303
    assert places.count_schools() == 0
    assert client.get(path, headers=headers).status_code == 200
    assert "名单.xlsx" in client.get("/staff/import", headers=headers).text


def test_a_contradiction_is_shown_and_applied_only_on_purpose(client, planner):
    rows = ministry_rows()
    del rows[5]
    path = upload(client, xlsx(rows)).location
    page = client.get(path, headers=ZH).text
    assert "第 4 行：江城省写的是 3 所，下面实有 2 所。" in page
    refused = client.post(f"{path}/apply", headers=ZH)
    assert refused.status_code == 422
    assert places.count_schools() == 0
    assert client.post(f"{path}/apply", data={"despite_problems": "y"}).status_code == 303
    assert places.count_schools() == 3


def test_rows_are_filtered_by_verdict(client, planner):
    rows = [HEAD, school(1, "江城大学", "12"), school(2, "海滨大学", 4199010002.0)]
    path = upload(client, csv_bytes(rows), "list.csv").location
    faulty = client.get(f"{path}?verdict=faulty", headers=ZH).text
    assert "江城大学" in faulty
    assert "海滨大学" not in faulty
    assert "标识码要 10 位数字" in faulty
    for odd in ("verdict=never", "page=x", "page=99", "verdict=%00"):
        assert client.get(f"{path}?{odd}").status_code == 200


def test_a_known_file_has_nothing_to_apply(client, planner):
    first = upload(client, xlsx(ministry_rows())).location
    client.post(f"{first}/apply")
    second = upload(client, xlsx(ministry_rows())).location
    page = client.get(second, headers=EN).text
    assert "There is nothing to apply." in page
    assert "Import these rows" not in page


def test_a_file_is_put_aside(client, planner):
    path = upload(client, xlsx(ministry_rows())).location
    assert client.post(f"{path}/refuse").status_code == 303
    assert only_batch().status is ImportStatus.REFUSED
    assert client.post(f"{path}/apply").status_code == 409


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.xlsx"),
        (b"PK\x03\x04", "torn.xlsx"),
        (b"%PDF-1.7", "paper.pdf"),
        (b"\x00\x00", "x.csv"),
        ("城市,人口\n武汉,1".encode(), "cities.csv"),
        (b"x" * 10_050_000, "large.csv"),
    ],
)
def test_a_file_that_is_no_list_is_refused_and_nothing_is_kept(client, planner, data, name):
    answer = upload(client, data, name)
    assert answer.status_code == 422
    assert 'id="errors"' in answer.text
    assert db.session.scalars(select(ImportBatch)).all() == []


def test_a_missing_file_and_an_unknown_kind_are_refused(client, planner):
    assert client.post("/staff/import", data={"kind": "schools"}).status_code == 422
    assert upload(client, xlsx(ministry_rows()), kind="people").status_code == 422


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\temp\\a.xlsx", "\x00", "字" * 400, "🎓.xlsx"]
)
def test_a_files_name_is_only_shown(client, planner, name):
    path = upload(client, xlsx(ministry_rows()), name).location
    assert client.get(path).status_code == 200
    assert "/" not in only_batch().file_name
    assert len(only_batch().file_name) <= 120


def test_names_from_a_file_are_text_and_never_markup(client, planner):
    rows = [HEAD, school(1, "<script>alert(1)</script>", 4199010001.0)]
    path = upload(client, csv_bytes(rows), "list.csv").location
    page = client.get(path).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_import_that_is_not_there_is_not_found(client, planner):
    for path in ("nowhere", "%00"):
        assert client.get(f"/staff/import/{path}").status_code == 404
        for verb in ("apply", "undo", "refuse", "check", "shift-back", "wait-no-longer"):
            assert client.post(f"/staff/import/{path}/{verb}").status_code == 404


def test_a_reviewer_imports_nothing(client, log_in):
    log_in(make_staff(Role.REVIEWER))
    assert client.get("/staff/import").status_code == 403


def test_pages_do_not_ask_more_for_more(client, planner):
    def statements(path):
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    def rows(count):
        base = 4199010000 + count * 1000
        return [HEAD, *(school(i, f"学院{count}之{i}", float(base + i)) for i in range(count))]

    few = upload(client, csv_bytes(rows(2)), "a.csv").location
    many = upload(client, csv_bytes(rows(40)), "b.csv").location
    assert statements(few) == statements(many)
    first = statements("/staff/import")
    for _ in range(5):
        upload(client, csv_bytes(rows(2)), "c.csv")
    assert statements("/staff/import") == first
