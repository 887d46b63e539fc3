"""The pages of files whose rows have verdicts: look, correct, apply, take back."""

import io
import subprocess
from datetime import timedelta

import pytest
from flask_babel import force_locale
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from app.accounts.permissions import Role, ScopeKind
from app.core.clock import frozen, utcnow
from app.core.db import db, is_sqlite
from app.core.transaction import in_steps, transaction
from app.employers.models import Employer, Position
from app.imports import exports, services, tasks
from app.imports.models import ImportBatch, ImportMemory, ImportRow
from app.imports.states import ImportKind, ImportStatus, RowVerdict
from tests.factories import make_delegation, make_employer, make_fair, make_staff
from tests.imports.tables import (
    EMPLOYER_HEAD,
    POSITION_HEAD,
    company_name,
    credit_code,
    csv_bytes,
    damaged_employers,
    shifted_positions,
    xlsx,
)
from tests.imports.test_employers import row
from tests.imports.test_pages import EN, ZH
from tests.statements import count_statements


@pytest.fixture
def planner(log_in):
    return log_in(make_staff(Role.PLANNER))


def upload(client, data, name="名单.xlsx", kind="employers", **given):
    sent = {"kind": kind, "file": (io.BytesIO(data), name), "delegation_id": "", **given}
    answer = client.post("/staff/import", data=sent)
    answer.request.environ["wsgi.input"].close()
    return answer


def only_batch():
    db.session.expire_all()
    return db.session.scalars(select(ImportBatch)).one()


def count(model=Employer):
    return db.session.scalar(select(func.count(model.id)))


@pytest.mark.parametrize("headers", [EN, ZH])
def test_companies_are_looked_at_applied_and_undone(client, planner, headers):
    data = xlsx([EMPLOYER_HEAD, row(1), row(2), row(3, code="12")])
    path = upload(client, data).location
    assert count() == 0
    page = client.get(path, headers=headers).text
    assert company_name(1) in page
    assert ("not 2." in page) if headers is EN else ("这里是 2 位" in page)
    assert "C4" in page
    assert client.post(f"{path}/apply").status_code == 303
    assert count() == 2
    page = client.get(path, headers=headers).text
    assert "data-toast" in page
    assert client.post(f"{path}/undo").status_code == 303
    assert count() == 0
    assert client.get(path, headers=headers).status_code == 200
    assert client.get("/staff/import", headers=headers).status_code == 200


def test_a_row_is_corrected_in_place(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2, code="12")])).location
    page = client.get(f"{path}/rows/0/3", headers=ZH).text
    assert "这里是 2 位" in page
    answer = client.post(f"{path}/rows/0/3", data={"cell-2": credit_code(2)})
    assert answer.status_code == 303
    kept = db.session.scalars(select(ImportRow).where(ImportRow.number == 3)).one()
    assert kept.verdict is RowVerdict.OK
    client.post(f"{path}/apply")
    assert count() == 2


def test_an_applied_file_is_not_corrected_any_more(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1)])).location
    client.post(f"{path}/apply")
    assert client.post(f"{path}/rows/0/2", data={"cell-1": "别的"}).status_code == 409
    assert client.post(f"{path}/columns", data={"c-0-1": "name"}).status_code == 409
    assert client.post(f"{path}/check").status_code == 409


def test_columns_are_corrected_and_remembered_for_the_sender(client, planner):
    rows = [["何人", "何码"], [company_name(1), credit_code(1)]]
    path = upload(client, xlsx(rows), sender="瑞安分团").location
    assert only_batch().status is ImportStatus.CHECKED
    page = client.get(f"{path}/columns", headers=ZH)
    assert page.status_code == 200
    client.post(f"{path}/columns", data={"c-0-0": "name", "c-0-1": ""})
    assert only_batch().totals["reasons"] == {"code-missing": 1}
    memory = db.session.scalars(select(ImportMemory)).one()
    assert (memory.sender, memory.headings) == ("瑞安分团", {"何人": "name", "何码": ""})


def test_columns_without_headings_are_remembered_by_their_place(client, planner):
    data = csv_bytes([row(number) for number in range(1, 5)])
    path = upload(client, data, "list.csv", sender="平阳").location
    sent = {"c-0-1": "name", "c-0-2": "uscc", "c-0-3": "", "c-0-6": "contact_phone"}
    client.post(f"{path}/columns", data=sent)
    upload(client, data, "next.csv", sender="平阳")
    plans = [services.plans_of(one)[0] for one in db.session.scalars(select(ImportBatch))]
    assert plans[0].columns == plans[1].columns


def test_headings_meant_by_hand_are_known_the_next_time(client, planner):
    rows = [["单位名称", "代号", "联系人"], [company_name(1), credit_code(1), "陈经理"]]
    path = upload(client, xlsx(rows), sender="平阳").location
    assert only_batch().totals["reasons"] == {"code-missing": 1}
    client.post(f"{path}/columns", data={"c-0-0": "name", "c-0-1": "uscc", "c-0-2": ""})
    assert only_batch().totals["reasons"] == {}
    second = upload(
        client, xlsx([*rows, [company_name(2), credit_code(2), ""]]), sender="平阳"
    ).location
    uid = second.rpartition("/")[2]
    batch = db.session.scalars(select(ImportBatch).filter_by(uid=uid)).one()
    assert (batch.totals["ok"], batch.totals["reasons"]) == (2, {})


def test_one_field_stands_for_one_column(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1)])).location
    answer = client.post(f"{path}/columns", data={"c-0-1": "name", "c-0-2": "name"})
    assert answer.status_code == 409


def test_a_file_without_headings_is_applied_only_after_a_look(client, planner):
    data = csv_bytes([row(number) for number in range(1, 5)])
    path = upload(client, data, "list.csv").location
    assert "没有表头" in client.get(path, headers=ZH).text
    assert client.post(f"{path}/apply").status_code == 409
    plan = services.plans_of(only_batch())[0]
    sent = {f"c-0-{at}": plan.columns.get(at, "") for at in range(plan.width)}
    assert client.post(f"{path}/columns", data=sent).status_code == 303
    assert client.post(f"{path}/apply").status_code == 303
    assert count() == 4


def test_shifted_rows_are_moved_back_at_once(client, planner):
    rows, told = shifted_positions(200, share=0.1)
    path = upload(client, csv_bytes(rows), "岗位.csv", kind="positions").location
    assert only_batch().totals["reasons"]["columns-shifted"] == told.total()
    assert client.post(f"{path}/shift-back").status_code == 303
    assert "columns-shifted" not in only_batch().totals["reasons"]


def test_a_similar_company_is_merged_or_added_as_somebody_says(client, planner):
    known = make_employer(name="温州瓯屿机械有限公司", slug="wen-zhou-ou-yu-ji-xie")
    rows = [EMPLOYER_HEAD, row(1, name="瓯屿机械（温州）有限公司")]
    path = upload(client, xlsx(rows)).location
    assert "是同一家吗" in client.get(f"{path}/rows/0/2", headers=ZH).text
    client.post(f"{path}/rows/0/2/decide", data={"merge": known.slug})
    assert (only_batch().totals["changed"], only_batch().totals["reasons"]) == (1, {})
    client.post(f"{path}/rows/0/2/decide", data={})
    assert (only_batch().totals["new"], only_batch().totals["reasons"]) == (1, {})


def sheet_of(data):
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_the_file_comes_back_with_results(client, planner):
    rows = [["附件"], EMPLOYER_HEAD, row(1), row(2, code="12"), ["合计", "2"]]
    path = upload(client, xlsx(rows)).location
    answer = client.get(f"{path}/result.xlsx", headers=ZH)
    assert answer.status_code == 200
    found = sheet_of(answer.data)
    assert found[0][-2:] == ["结果", "原因"]
    assert found[1][1] == company_name(1)
    assert found[1][-2].startswith("没问题")
    assert "这里是 2 位" in found[2][-1]


@pytest.mark.own_database
@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_a_child_writes_the_same_file_with_results(live_app, monkeypatch, locale):
    with live_app.app_context(), force_locale(locale):
        data = xlsx([["附件"], EMPLOYER_HEAD, row(1), row(2, code="12"), row(3, name="=1+1")])
        with transaction():
            key = services.seal_file(data)
            batch = services.receive(
                ImportKind.EMPLOYERS, key=key, data=data, name="a.xlsx", by=None
            )
        in_steps(services.check_steps(batch))
        direct = sheet_of(exports.make_result(batch))
        assert len(direct) == 4
        monkeypatch.setattr(exports, "MANY", batch.total - 1)
        started = []
        run = subprocess.run
        monkeypatch.setattr(
            subprocess, "run", lambda *args, **given: started.append(args) or run(*args, **given)
        )
        assert sheet_of(exports.make_result(batch)) == direct
        assert len(started) == 1


def test_rows_are_filtered_by_reason_and_verdict(client, planner):
    data = xlsx([EMPLOYER_HEAD, row(1), row(2, code="12"), row(3, code="")])
    path = upload(client, data).location
    page = client.get(f"{path}?reason=code-length", headers=ZH).text
    assert company_name(2) in page or "第 3 行" in page
    assert company_name(1) not in page
    for odd in ("verdict=never", "reason=%00", "reason=' or 1", "action=x", "page=999"):
        assert client.get(f"{path}?{odd}").status_code == 200


def test_a_larger_file_is_checked_by_the_worker(client, planner, monkeypatch):
    monkeypatch.setattr("app.imports.views.batches.SMALL_FILE", 10)
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1)])).location
    assert only_batch().status is ImportStatus.UPLOADED
    page = client.get(path, headers=ZH).text
    assert 'data-poll-every="2"' in page
    assert "正在读取" in client.get(f"{path}/progress", headers=ZH).text
    tasks.check(only_batch().uid)
    assert only_batch().status is ImportStatus.CHECKED
    assert "好了" in client.get(f"{path}/progress", headers=ZH).text


def test_what_the_worker_lost_is_found_by_the_sweep(client, planner, monkeypatch):
    monkeypatch.setattr("app.imports.views.batches.SMALL_FILE", 10)
    upload(client, xlsx([EMPLOYER_HEAD, row(1)]))
    tasks.sweep()
    assert only_batch().status is ImportStatus.UPLOADED
    with frozen(utcnow() + timedelta(minutes=5)):
        tasks.sweep()
    assert only_batch().status is ImportStatus.CHECKED


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr("app.imports.services.acting.AT_ONCE", 1)


def test_many_rows_are_applied_by_the_worker(client, planner, many):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    assert client.post(f"{path}/apply").status_code == 303
    assert count() == 0
    assert "正在导入" in client.get(path, headers=ZH).text
    tasks.apply(only_batch().uid)
    assert (count(), only_batch().status) == (2, ImportStatus.APPLIED)


def test_of_two_who_ask_the_second_is_told(client, planner, many, new_client, log_in):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply")
    other = new_client()
    log_in(make_staff(Role.PLANNER), other)
    answer = other.post(f"{path}/apply", headers=ZH)
    assert answer.status_code == 409
    assert f"{planner.name} 已经在导入这个文件" in answer.text
    tasks.apply(only_batch().uid)
    answer = other.post(f"{path}/apply", headers=ZH)
    assert answer.status_code == 409


def test_on_sqlite_many_rows_wait_while_doors_are_open(client, planner, many):
    if not is_sqlite():
        pytest.skip("PostgreSQL has room for several writers")
    make_fair()
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply")
    tasks.apply(only_batch().uid)
    assert (count(), only_batch().status) == (0, ImportStatus.CHECKED)
    assert "散场后导入" in client.get(path, headers=ZH).text
    with frozen(utcnow() + timedelta(hours=12)):
        tasks.sweep()
    assert count() == 2


def test_a_supervisor_may_insist(client, log_in, many):
    make_fair()
    log_in(make_staff(Role.ADMINISTRATOR))
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply", data={"insist": "y"})
    tasks.apply(only_batch().uid)
    assert count() == 2


def test_a_planner_cannot_insist(client, planner, many):
    make_fair()
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply", data={"insist": "y"})
    assert not only_batch().insists
    client.post(f"{path}/wait-no-longer")
    assert only_batch().wanted_at is None


def test_what_changed_since_the_check_stops_the_import(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1)])).location
    make_employer(name=company_name(1), uscc=credit_code(1))
    assert client.post(f"{path}/apply").status_code == 409
    assert client.post(f"{path}/check").status_code == 303
    assert only_batch().totals["changed"] == 1
    assert client.post(f"{path}/apply").status_code == 303
    assert count() == 1


def test_an_import_somebody_worked_on_is_not_undone_and_it_is_said_where(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply")
    touched = db.session.scalars(select(Employer).filter_by(name=company_name(2))).one()
    touched.introduction = "补充"
    db.session.commit()
    answer = client.post(f"{path}/undo", headers=ZH)
    assert answer.status_code == 409
    assert company_name(2) in answer.text
    assert company_name(1) not in answer.text
    assert count() == 2


def test_undoing_restores_what_was_changed(client, planner):
    known = make_employer(name=company_name(1), uscc=credit_code(1), industry="鞋革")
    known.contact_phone = "0577-11111111"
    db.session.commit()
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1), row(2)])).location
    client.post(f"{path}/apply")
    db.session.expire_all()
    assert (known.industry, known.contact_phone) == ("机械", "13800138000")
    assert client.post(f"{path}/undo").status_code == 303
    db.session.expire_all()
    assert (known.industry, known.contact_phone) == ("鞋革", "0577-11111111")
    assert count() == 1


def test_undoing_positions_takes_their_companies_along(client, planner):
    rows, _ = shifted_positions(30, share=0)
    path = upload(client, csv_bytes(rows), "岗位.csv", kind="positions").location
    client.post(f"{path}/apply")
    assert (count(Position), count()) == (30, 10)
    assert client.post(f"{path}/undo").status_code == 303
    assert (count(Position), count()) == (0, 0)


# --------------------------------------------------------------------------------- delegations


@pytest.fixture
def county(log_in):
    delegation = make_delegation(name_zh="瑞安分团")
    user = make_staff(Role.PLANNER, ScopeKind.DELEGATION, delegation.id)
    log_in(user)
    return delegation


def test_a_delegation_imports_for_itself(client, county):
    answer = upload(client, xlsx([EMPLOYER_HEAD, row(1)]), delegation_id=str(county.id))
    client.post(f"{answer.location}/apply")
    assert db.session.scalars(select(Employer.delegation_id)).one() == county.id


def test_a_delegation_imports_for_no_other(client, county):
    other = make_delegation(name_zh="平阳分团")
    answer = upload(client, xlsx([EMPLOYER_HEAD, row(1)]), delegation_id=str(other.id))
    assert answer.status_code == 422
    make_employer(name=company_name(1), uscc=credit_code(1), delegation_id=other.id)
    head = [*EMPLOYER_HEAD, "分团"]
    rows = [head, [*row(1), ""], [*row(2), "平阳"], [*row(3), "瑞安市"]]
    upload(client, xlsx(rows), delegation_id=str(county.id))
    assert only_batch().totals["reasons"] == {"other-delegation": 2}
    assert only_batch().totals["new"] == 1


def test_the_imports_of_others_are_not_there(client, log_in, county, new_client):
    other = new_client()
    log_in(make_staff(Role.PLANNER), other)
    path = upload(other, xlsx([EMPLOYER_HEAD, row(1)])).location
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/apply").status_code == 404
    assert path.rpartition("/")[2] not in client.get("/staff/import").text


def test_pages_do_not_ask_more_for_more_rows(client, planner):
    def statements(path):
        with count_statements() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    few = upload(client, xlsx([EMPLOYER_HEAD, row(1)]), "a.xlsx").location
    rows, _ = damaged_employers(45)
    many_rows = upload(client, xlsx(rows), "b.xlsx").location
    assert statements(few) == statements(many_rows)


@pytest.mark.parametrize("kind", ["", "people", "\x00"])
def test_an_unknown_kind_is_refused(client, planner, kind):
    assert upload(client, xlsx([EMPLOYER_HEAD]), kind=kind).status_code == 422


def test_odd_corrections_are_answered_and_never_crash(client, planner):
    path = upload(client, xlsx([EMPLOYER_HEAD, row(1)])).location
    for sent in ({"cell-999": "x"}, {"cell-1": "\x00🎓" * 50}, {"cell-x": "1"}, {}):
        assert client.post(f"{path}/rows/0/2", data=sent).status_code in (303, 409)
    assert client.post(f"{path}/rows/9/9", data={}).status_code == 404
    assert client.post(f"{path}/rows/0/2/decide", data={"merge": "\x00"}).status_code == 303
    assert client.get(path).status_code == 200


def test_a_head_of_positions_is_no_list_of_companies(client, planner):
    answer = upload(client, csv_bytes([["甲", "乙"], ["1", "2"]]), "x.csv", kind="positions")
    assert only_batch().status is ImportStatus.REFUSED
    assert "没找到表格" in client.get(answer.location, headers=ZH).text
    assert POSITION_HEAD


@pytest.mark.parametrize("page", ["columns", "result.xlsx", "rows/0/1"])
def test_the_list_of_schools_has_no_columns_to_correct(client, planner, page):
    batch = ImportBatch(kind=ImportKind.SCHOOLS, file_name="a.xls", file_sha256="0")
    db.session.add(batch)
    db.session.commit()
    assert client.get(f"/staff/import/{batch.uid}/{page}").status_code == 404
