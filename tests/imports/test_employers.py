"""Lists of companies as they come: damaged codes, repetitions, what is known already."""

import json

import pytest
from sqlalchemy import func, select

from app.core.db import db
from app.employers.models import Employer
from app.employers.states import EmployerStatus
from app.imports import queries
from app.imports.models import ImportBatch, ImportRow
from app.imports.states import ImportStatus, RowAction, RowVerdict
from tests.factories import make_employer
from tests.imports.tables import (
    EMPLOYER_HEAD,
    company_name,
    credit_code,
    csv_bytes,
    damaged_employers,
    id_number,
    xlsx,
)


@pytest.fixture
def run(app, tmp_path):
    """The command on a file; its answer."""

    def run(rows, *options, kind="employers", name="list.xlsx", data=None):
        path = tmp_path / name
        if data is None:
            data = xlsx(rows) if name.endswith("xlsx") else csv_bytes(rows)
        path.write_bytes(data)
        done = app.test_cli_runner().invoke(
            args=["imports", "run", kind, str(path), "--json", *options]
        )
        assert done.output, done.exc_info
        answer = json.loads(done.output)
        return answer | {"exit": done.exit_code}

    return run


def row(number, name=None, code=None, **given):
    values = {
        "序号": number,
        "单位名称": name or company_name(number),
        "统一社会信用代码": credit_code(number) if code is None else code,
        "单位性质": "民营",
        "所属行业": "机械",
        "联系人": "陈经理",
        "联系电话": "13800138000",
    }
    return [(values | given)[heading] for heading in EMPLOYER_HEAD]


def count():
    return db.session.scalar(select(func.count(Employer.id)))


def test_every_damaged_code_is_told_apart(run):
    rows, told = damaged_employers(1_500)
    answer = run(rows, "--dry-run")
    assert answer["reasons"] == dict(sorted(told.items(), key=lambda one: (-one[1], one[0])))
    refused = sum(told.values()) - told["code-old"] - told["code-missing"]
    assert (answer["rows"], answer["refused"]) == (1_500, refused)
    assert answer["distinct"] == 1_500 - refused
    assert answer["ok"] + answer["warnings"] + answer["refused"] == answer["rows"]


def test_an_import_makes_companies_that_wait_for_review(run):
    answer = run([EMPLOYER_HEAD, row(1), row(2, 单位性质="国企")])
    assert (answer["status"], answer["exit"], answer["ok"]) == ("applied", 0, 2)
    first, second = db.session.scalars(select(Employer).order_by(Employer.id))
    assert (first.name, first.uscc) == (company_name(1), credit_code(1))
    assert (first.status, second.ownership) == (EmployerStatus.PENDING, "state_owned")
    assert (first.contact_phone, first.contact_name) == ("13800138000", "陈经理")
    assert first.slug.startswith("wen-zhou")
    assert first.initials.startswith("wz")
    assert (first.version, first.city, first.delegation_id) == (1, "", None)


def test_a_dry_run_writes_nothing(run):
    assert run([EMPLOYER_HEAD, row(1)], "--dry-run")["status"] == "checked"
    assert count() == 0
    assert db.session.scalar(select(func.count(ImportBatch.id))) == 0


def test_an_id_number_is_neither_kept_nor_answered(run, app, caplog):
    number = id_number(5)
    answer = run([EMPLOYER_HEAD, row(1, code=number), row(2, 联系人=f"身份证{number}")])
    assert answer["reasons"] == {"id-number": 1, "id-number-removed": 1}
    assert number not in json.dumps(answer)
    assert number not in caplog.text
    kept = db.session.scalars(select(ImportRow)).all()
    assert len(kept) == 3
    assert all(number not in json.dumps([one.values, one.messages, one.cells]) for one in kept)
    assert db.session.scalars(select(Employer.contact_name)).all() == ["身份证［身份证号］"]


def test_a_letter_is_named_with_what_was_meant(run):
    good = credit_code(10)
    wrong = good[:4] + "O" + good[5:]
    answer = run([EMPLOYER_HEAD, row(1, code=wrong)], "--dry-run")
    (remark,) = answer["remarks"]
    assert remark["messages"] == [f"Character 5 is the letter O, probably a {good[4]}: {good}"] or (
        good[4] != "0"
    )


def test_a_second_run_changes_nothing(run):
    rows = [EMPLOYER_HEAD, row(1), row(2)]
    run(rows)
    answer = run(rows)
    assert (answer["status"], answer["same"]) == ("unchanged", 2)
    assert count() == 2


def test_a_known_company_is_updated_and_the_difference_is_kept(run):
    known = make_employer(name=company_name(1), uscc=credit_code(1), industry="鞋革")
    known.contact_phone = "0577-11111111"
    db.session.commit()
    answer = run([EMPLOYER_HEAD, row(1, 联系电话="", 单位性质="外资")])
    assert (answer["changed"], answer["new"]) == (1, 0)
    db.session.expire_all()
    assert (known.industry, known.ownership, known.contact_phone) == (
        "机械",
        "foreign",
        "0577-11111111",
    )
    kept = db.session.scalars(select(ImportRow).where(ImportRow.number == 2)).one()
    assert kept.action is RowAction.CHANGED
    assert kept.before["industry"] == "鞋革"
    assert kept.values["changes"]["industry"] == "机械"


def test_nobody_gets_the_name_of_another_company_that_is_here(run):
    make_employer(name=company_name(1), uscc=credit_code(1))
    other = make_employer(name=company_name(2), uscc=credit_code(2))
    db.session.commit()
    answer = run([EMPLOYER_HEAD, row(2, name=company_name(1))])
    assert answer["reasons"] == {"name-taken": 1}
    db.session.expire_all()
    assert other.name == company_name(2)


def test_a_code_that_belongs_to_two_names_is_refused(run):
    rows = [EMPLOYER_HEAD, row(1), row(2, code=credit_code(1)), row(3, name=company_name(1))]
    answer = run(rows, "--dry-run")
    assert answer["reasons"] == {"code-of-another": 1, "name-of-another": 1}


def test_a_similar_name_is_offered_and_never_merged(run):
    make_employer(name="温州瓯屿机械有限公司", slug="wen-zhou-ou-yu-ji-xie", uscc=None)
    rows = [
        EMPLOYER_HEAD,
        row(1, name="瓯屿机械（温州）有限公司"),
        row(2, name="温州欧屿机械有限公司"),
    ]
    answer = run(rows)
    assert answer["reasons"]["similar-name"] == 2
    assert count() == 3


def test_names_with_other_codes_are_not_similar(run):
    make_employer(name="温州瓯屿机械有限公司", slug="known", uscc=credit_code(99))
    answer = run([EMPLOYER_HEAD, row(1, name="瓯屿机械（温州）有限公司")], "--dry-run")
    assert answer["reasons"] == {}


def test_rows_that_are_no_companies_are_dropped_and_counted(run):
    rows = [
        ["附件3"],
        ["2026年参会企业汇总表"],
        EMPLOYER_HEAD,
        ["一、瑞安市（2家）"],
        row(1),
        row(2),
        [],
        ["平阳县（1家）"],
        row(3),
        EMPLOYER_HEAD,
        row(4),
        ["合计", "4家"],
        ["填表人：陈某", "", "", "联系电话：13800138000"],
    ]
    answer = run(rows, "--dry-run")
    assert (answer["rows"], answer["ok"], answer["skipped"]) == (4, 4, 6)
    assert answer["skipped_as"] == {"blank": 1, "footer": 1, "group": 2, "heading": 1, "sum": 1}


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_headings_are_found_in_two_rows_and_with_line_ends_inside(run, name):
    rows = [
        ["企业\n基本情况", "", "联系\n方式", ""],
        ["*企业 名称（必填）", "统一社会\n信用代码", "联系人", "联系\n电话"],
        [company_name(1), credit_code(1), "陈经理", "13800138000"],
    ]
    answer = run(rows, "--dry-run", name=name)
    assert answer["sheets"][0]["columns"] == {
        "1": "name",
        "2": "uscc",
        "3": "contact_name",
        "4": "contact_phone",
    }
    assert (answer["ok"], answer["skipped"]) == (1, 0)


def test_headings_in_english_are_known_too(run):
    rows = [["Company", "Credit code", "Phone"], [company_name(1), credit_code(1), "13800138000"]]
    assert run(rows, "--dry-run")["ok"] == 1


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n", "\n\r", "\u2028", "\x85", "\x0b"])
def test_a_list_without_header_and_with_odd_line_ends_is_a_guess(run, end):
    rows = [row(number) for number in range(1, 8)]
    text = end.join(",".join(str(cell) for cell in line) for line in rows) + end
    data = text.encode("utf-8" if end in "\u2028\x85" else "gb18030")
    answer = run(None, "--dry-run", data=data, name="list.csv")
    assert (answer["rows"], answer["ok"]) == (7, 7)
    (sheet,) = answer["sheets"]
    assert sheet["by"] == "content"
    assert {"name", "uscc", "contact_phone", "ownership"} <= set(sheet["columns"].values())
    refused = run(None, data=data, name="list.csv")
    assert (refused["status"], refused["exit"], count()) == ("refused", 1, 0)
    assert run(None, "--accept-guess", data=data, name="list.csv")["status"] == "applied"
    assert count() == 7


def test_mixed_line_ends_are_read(run):
    lines = [",".join(map(str, one)) for one in [EMPLOYER_HEAD, *(row(n) for n in range(1, 6))]]
    text = "".join(
        line + end for line, end in zip(lines, ["\r", "\n", "\r\n", "\r", "\n", ""], strict=True)
    )
    assert run(None, "--dry-run", data=text.encode("gbk"), name="list.csv")["ok"] == 5


def test_what_no_table_is_says_so(run):
    answer = run([["何时", "何地"], ["今天", "这里"]], "--dry-run")
    assert (answer["status"], answer["code"], answer["exit"]) == ("unreadable", "no-table", 1)


def test_the_batch_keeps_every_row_with_its_verdict(run):
    answer = run([["标题"], EMPLOYER_HEAD, row(1), row(2, code="12")])
    batch = queries.get_batch(answer["batch"])
    assert batch.status is ImportStatus.APPLIED
    rows = queries.list_rows(batch)
    assert [one.number for one in rows] == [1, 2, 3, 4]
    assert [one.verdict for one in rows][2:] == [RowVerdict.OK, RowVerdict.REFUSED]
    assert rows[3].reasons == " code-length "
    assert rows[3].values == {"name": company_name(2)}
    assert batch.totals["rows"] == 2
    assert (batch.done, batch.total) == (4, 4)
