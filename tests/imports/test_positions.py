"""Lists of positions as they come."""

import io

import pytest
import xlsxwriter
from sqlalchemy import delete, func, select

from app.core.clock import frozen
from app.core.db import db, is_sqlite
from app.employers.models import Employer, Position, PositionEntry, PositionLevel
from app.employers.states import PayPeriod
from app.imports.models import ImportBatch, ImportEmployer, ImportRow
from app.imports.services import acting, filling
from app.places.states import EducationLevel
from tests.factories import make_employer, make_fair
from tests.imports.tables import (
    POSITION_HEAD,
    company_name,
    credit_code,
    csv_bytes,
    shifted_positions,
)
from tests.imports.test_employers import run  # noqa: F401

E = EducationLevel


def post(title="机械工程师", company=None, **given):
    values = {
        "单位名称": company if company is not None else company_name(1),
        "岗位名称": title,
        "招聘人数": 3,
        "学历要求": "本科及以上",
        "专业要求": "机械类、电气类",
        "薪资待遇": "8千-1.2万",
        "工作地点": "温州·鹿城区",
        "联系电话": "13800138000",
    }
    return [(values | given)[heading] for heading in POSITION_HEAD]


@pytest.fixture
def positions(run):  # noqa: F811
    def positions(rows, *options, **given):
        return run(rows, *options, kind="positions", **given)

    return positions


def only():
    db.session.expire_all()
    return db.session.scalars(select(Position)).one()


def test_positions_come_with_their_companies(positions):
    answer = positions([POSITION_HEAD, post(), post("会计"), post(company=company_name(2))])
    assert (answer["status"], answer["new"], answer["exit"]) == ("applied", 3, 0)
    assert db.session.scalar(select(func.count(Employer.id))) == 2
    first = db.session.scalars(select(Position).order_by(Position.id)).first()
    assert (first.title, first.openings, first.place) == ("机械工程师", 3, "温州·鹿城区")
    assert first.levels == [E.DOCTORAL, E.MASTERS, E.BACHELORS]
    assert first.majors == ["机械类", "电气类"]
    assert (first.pay_low, first.pay_high, first.pay_period) == (8000, 12000, PayPeriod.MONTH)
    assert (first.employer.name, first.employer.contact_phone) == (company_name(1), "13800138000")
    assert (first.hints, first.version, first.archived_at, len(first.uid)) == ([], 1, None, 26)


@pytest.mark.parametrize(
    ("text", "low", "high", "period", "months"),
    [
        ("8千-1.2万", 8_000, 12_000, "month", None),
        ("1-1.5万/月", 10_000, 15_000, "month", None),
        ("20-40万/年", 200_000, 400_000, "year", None),
        ("1.5-2.5万·13薪", 15_000, 25_000, "month", 13),
        ("150元/天", 150, 150, "day", None),
        ("8k-16k", 8_000, 16_000, "month", None),
        ("8k以上", 8_000, None, "month", None),
        ("面议", None, None, None, None),
    ],
)
def test_pay_is_kept_with_unit_and_months(positions, text, low, high, period, months):
    positions([POSITION_HEAD, post(薪资待遇=text)])
    kept = only()
    assert kept.pay_text == text
    assert (kept.pay_low, kept.pay_high, kept.pay_period, kept.pay_months) == (
        low,
        high,
        period,
        months,
    )


def test_openings_that_are_not_known_stay_unknown(positions):
    answer = positions([POSITION_HEAD, post(招聘人数="若干"), post("会计", 招聘人数=0)])
    assert answer["reasons"] == {"openings-zero": 1}
    assert only().openings is None


def test_list_literals_and_wide_characters_are_read(positions):
    positions(
        [
            POSITION_HEAD,
            post(学历要求="['本科']", 招聘人数="３人", 工作地点="上海 · 浦东新区\u200b"),
        ]
    )
    kept = only()
    assert (kept.levels, kept.openings, kept.place) == ([E.BACHELORS], 3, "上海·浦东新区")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_rows_shifted_by_one_are_recognised(positions, encoding):
    rows, told = shifted_positions(1_200)
    answer = positions(None, "--dry-run", data=csv_bytes(rows, encoding), name="岗位.csv")
    assert answer["reasons"].get("columns-shifted") == told.total()
    assert answer["refused"] == told.total()
    assert answer["rows"] == 1_200


def test_a_company_named_once_for_several_rows_is_filled_down(positions):
    rows = [
        POSITION_HEAD,
        post(),
        post("会计", company="", 联系电话=""),
        post("普工", company="同上"),
    ]
    answer = positions(rows)
    assert (answer["new"], answer["reasons"]) == (3, {"employer-from-above": 2})
    assert db.session.scalar(select(func.count(Employer.id))) == 1


def test_one_sheet_a_company_takes_its_name_from_the_sheet(positions):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for number in (1, 2):
            sheet = book.add_worksheet(f"温州第{number}机械有限公司")
            sheet.write_row(0, 0, ["岗位名称", "人数", "学历", "月薪"])
            sheet.write_row(1, 0, ["机械工程师", 2, "本科", "8k-12k"])
        book.add_worksheet("填表说明").write(0, 0, "请如实填写")
    answer = positions(None, data=target.getvalue())
    assert (answer["new"], answer["status"]) == (2, "applied")
    assert set(db.session.scalars(select(Employer.name))) == {
        "温州第1机械有限公司",
        "温州第2机械有限公司",
    }


def test_merged_cells_are_filled_down(positions):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 6, "招聘岗位汇总表")
        sheet.merge_range(1, 0, 2, 0, "单位名称")
        sheet.merge_range(1, 1, 2, 1, "岗位")
        sheet.merge_range(1, 2, 1, 4, "岗位要求")
        sheet.write_row(2, 2, ["学历", "专业", "年龄"])
        sheet.merge_range(1, 5, 2, 5, "人数")
        sheet.merge_range(1, 6, 2, 6, "月薪\n（元）")
        sheet.merge_range(3, 0, 4, 0, company_name(1))
        sheet.write_row(3, 1, ["车间主任", "大专", "机械类", "35周岁以下", 1, "6000-8000"])
        sheet.write_row(4, 1, ["普工", "不限", "不限", "", 20, "5000-7000"])
    answer = positions(None, data=target.getvalue())
    assert answer["sheets"][0]["columns"] == {
        "1": "name",
        "2": "title",
        "3": "levels",
        "4": "majors",
        "5": "age",
        "6": "openings",
        "7": "pay_text",
    }
    assert (answer["ok"], answer["skipped"], answer["new"]) == (2, 0, 2)
    first = db.session.scalars(select(Position).order_by(Position.id)).first()
    assert first.requirements == "年龄：35周岁以下"
    assert first.hints == ["35周岁以下"]


def test_the_same_file_again_changes_nothing_and_a_changed_row_updates_its_position(positions):
    positions([POSITION_HEAD, post(), post("会计")])
    again = positions([POSITION_HEAD, post(), post("会计")])
    assert (again["status"], again["same"]) == ("unchanged", 2)
    answer = positions([POSITION_HEAD, post(薪资待遇="1-1.5万/月"), post("会计")])
    assert (answer["changed"], answer["same"], answer["new"]) == (1, 1, 0)
    kept = db.session.scalars(select(Position).where(Position.title == "机械工程师")).one()
    assert (kept.pay_low, kept.pay_text, kept.version) == (10_000, "1-1.5万/月", 2)


def test_a_position_goes_to_the_company_with_the_code(positions):
    known = make_employer(name="温州旧名机械有限公司", uscc=credit_code(1))
    head = ["统一社会信用代码", *POSITION_HEAD]
    positions([head, [credit_code(1), *post(company="")]])
    assert only().employer_id == known.id


def test_a_code_alone_that_nobody_knows_is_refused(positions):
    head = ["统一社会信用代码", *POSITION_HEAD]
    answer = positions([head, [credit_code(1), *post(company="")]], "--dry-run")
    assert answer["reasons"] == {"employer-unknown": 1}


def made():
    """Everything of every position, but for its number and its name in addresses."""
    db.session.expire_all()
    return [
        (one.employer.name, one.title, one.openings, one.levels, one.majors, one.pay_low)
        for one in db.session.scalars(select(Position).order_by(Position.id))
    ]


def test_an_apply_that_rests_in_between_makes_the_same_positions(positions, monkeypatch):
    rows = [post(f"岗位{n}", company_name(n % 3)) for n in range(8)]
    rows[5][POSITION_HEAD.index("学历要求")] = "硕士"
    assert positions([POSITION_HEAD, *rows])["new"] == 8
    expected = made()
    db.session.execute(delete(PositionLevel))
    for model in (ImportRow, ImportEmployer, ImportBatch, Position, PositionEntry, Employer):
        db.session.execute(delete(model))
    db.session.commit()
    rests = []
    monkeypatch.setattr(filling, "PART", 3)
    monkeypatch.setattr(filling, "pause", rests.append)
    monkeypatch.setattr(acting, "rest_of_apply", lambda: 2.0)
    assert positions([POSITION_HEAD, *rows])["new"] == 8
    assert made() == expected
    assert len(rests) == 3
    assert all(rest > 0 for rest in rests)


def test_an_apply_rests_beside_open_doors_where_others_can_write_meanwhile(app):
    fair = make_fair()
    with frozen(fair.ends_at):
        assert acting.rest_of_apply() == 0
    with frozen(fair.starts_at):
        assert acting.rest_of_apply() == (0 if is_sqlite() else 2)
