import pytest

from app.accounts.permissions import Role
from app.core.db import db
from app.places import queries, services
from app.places.services import CodeTaken
from tests.factories import make_delegation, make_staff


@pytest.fixture
def administrator(log_in):
    return log_in(make_staff(Role.ADMINISTRATOR))


def codes():
    db.session.expire_all()
    return [row.code for row in queries.list_delegations()]


def test_delegations_keep_the_order_they_are_moved_into():
    by = make_staff()
    for code in ("a", "b", "c"):
        services.create_delegation(code, code.upper(), by=by)
    last = queries.get_delegation("c")
    services.move_delegation(last, up=True, by=by)
    services.move_delegation(last, up=True, by=by)
    services.move_delegation(last, up=True, by=by)
    db.session.flush()
    assert codes() == ["c", "a", "b"]
    services.move_delegation(last, up=False, by=by)
    db.session.flush()
    assert codes() == ["a", "c", "b"]


def test_a_code_belongs_to_one_delegation():
    by = make_staff()
    make_delegation(code="yueqing")
    with pytest.raises(CodeTaken):
        services.create_delegation("yueqing", "乐清", by=by)
    other = make_delegation(code="ruian")
    with pytest.raises(CodeTaken):
        services.edit_delegation(other, "yueqing", "瑞安", by=by)


def test_an_archived_delegation_leaves_the_list():
    row = make_delegation(code="ruian")
    services.archive_delegation(row, by=make_staff())
    assert queries.list_delegations() == []
    assert queries.list_delegations(with_archived=True) == [row]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_pages_of_delegations_open(client, administrator, language):
    headers = {"Accept-Language": language}
    assert client.get("/staff/delegations", headers=headers).status_code == 200
    make_delegation(code="ruian", name_zh="瑞安分团", name_en="")
    assert "瑞安分团" in client.get("/staff/delegations", headers=headers).text
    assert client.get("/staff/delegations/ruian", headers=headers).status_code == 200
    assert client.get("/staff/delegations/nowhere", headers=headers).status_code == 404


def test_a_delegation_is_added_changed_moved_and_archived_by_the_pages(client, administrator):
    for code in ("ruian", "yueqing"):
        sent = client.post("/staff/delegations", data={"code": code, "name_zh": code})
        assert sent.status_code == 303
    client.post("/staff/delegations/yueqing/move", data={"to": "up"})
    assert codes() == ["yueqing", "ruian"]
    client.post("/staff/delegations/yueqing/move", data={"to": "down"})
    assert codes() == ["ruian", "yueqing"]
    changed = {"code": "yq", "name_zh": "乐清分团", "name_en": "Yueqing"}
    assert client.post("/staff/delegations/yueqing", data=changed).status_code == 303
    client.post("/staff/delegations/ruian/archive")
    assert codes() == ["yq"]
    client.post("/staff/delegations/ruian/archive", data={"restore": "yes"})
    assert codes() == ["ruian", "yq"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": ""},
        {"code": "有空格"},
        {"code": "a/b"},
        {"code": "a" * 21},
        {"name_zh": ""},
        {"name_zh": "\0"},
        {"name_zh": "分" * 61},
        {"code": "ruian"},
    ],
)
def test_wrong_input_is_answered_and_kept(client, administrator, wrong):
    make_delegation(code="ruian")
    typed = {"code": "yueqing", "name_zh": "乐清", "name_en": "Yueqing 🎓"} | wrong
    answer = client.post("/staff/delegations", data=typed)
    assert answer.status_code == 422
    assert "Yueqing 🎓" in answer.text
    assert codes() == ["ruian"]


def test_a_delegation_cannot_take_anothers_code_by_the_form(client, administrator):
    make_delegation(code="ruian")
    make_delegation(code="yueqing")
    answer = client.post("/staff/delegations/yueqing", data={"code": "ruian", "name_zh": "乐"})
    assert answer.status_code == 422


def test_a_planner_does_not_manage_delegations(client, log_in):
    log_in(make_staff(Role.PLANNER))
    assert client.get("/staff/delegations").status_code == 403
