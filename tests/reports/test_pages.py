import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from app.accounts.permissions import Role, ScopeKind
from app.core.db import db
from app.reports.models import ExternalFigure, FairSnapshot, Target
from app.reports.services import TotalDetails, close_fair, enter_total, seed_reference_years
from app.reports.states import Measure
from app.tours.states import FairStatus
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_fair,
    make_participation,
    make_position,
    make_staff,
    make_student,
)
from tests.reports.world import attend, intend, register, share
from tests.statements import count_statements

ZH = {"Accept-Language": "zh-CN"}
EN = {"Accept-Language": "en-GB"}
TOTAL = {
    "measure": "fairs",
    "value": "12",
    "first_on": "2025-01-01",
    "last_on": "2025-12-31",
    "delegation": "",
    "source": "人才办台账",
}


def text_of(answer):
    return answer.get_data(as_text=True)


def sheets_of(answer):
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def boss(log_in):
    return log_in(make_staff())


# ---------------------------------------------------------------------------- the yearly report


def test_the_report_of_2022_shows_the_published_figures_in_chinese(client, boss):
    seed_reference_years()
    text = text_of(client.get("/staff/report/2022?as_of=2022-10-15", headers=ZH))
    for shown in ("651", "81.8", "万个", "万人", "146%", "165%", "119%", "161.33%", "110.17%"):
        assert shown in text
    assert "截至 2022年10月15日" in text
    assert "倒推" in text
    assert "2021年全年 446场" in text


def test_the_report_of_2022_shows_the_published_figures_in_english(client, boss):
    seed_reference_years()
    text = text_of(client.get("/staff/report/2022", headers=EN))
    for shown in ("651", "818,000", "80,000", "146%", "165%", "119%", "161.33%", "110.17%"):
        assert shown in text
    assert "reconstructed" in text
    assert "It is not a growth rate." in text


def test_the_report_opens_on_this_year(client, boss):
    assert client.get("/staff/report", headers=EN).status_code == 200


@pytest.mark.parametrize("day", ["yesterday", "2022-02-30", "😀"])
def test_a_day_that_is_none_is_answered_with_a_readable_page(client, boss, day):
    answer = client.get("/staff/report/2022", query_string={"as_of": day}, headers=EN)
    assert answer.status_code == 422
    assert "Write the day like" in text_of(answer)


@pytest.mark.parametrize("year", ["1999", "2101", "99999999999"])
def test_a_year_out_of_reach_is_not_found(client, boss, year):
    assert client.get(f"/staff/report/{year}").status_code == 404
    assert client.get(f"/staff/report/{year}/report.xlsx").status_code == 404


def test_the_spreadsheet_has_every_section_and_the_definitions(client, boss):
    seed_reference_years()
    fair = make_fair(title_zh="=1+1 双选会")
    make_participation(fair=fair, positions=[make_position()])
    db.session.commit()
    answer = client.get("/staff/report/2022/report.xlsx?as_of=2022-10-15", headers=EN)
    sheets = sheets_of(answer)
    assert {"Totals", "Targets", "Fairs by month", "Delegations", "Definitions"} <= set(sheets)
    fairs = next(row for row in sheets["Totals"] if row[0] == "Fairs held")
    assert fairs[2] == 651
    assert fairs[6] == 146
    assert fairs[8] == "last year"
    assert ["Doctoral graduates recruited", 484, 300, 161.33] in sheets["Targets"]
    this_year = fair.starts_at.year
    rows = sheets_of(client.get(f"/staff/report/{this_year}/report.xlsx", headers=ZH))["场次"]
    assert "=1+1 双选会" in [row[1] for row in rows]
    assert client.get("/staff/report/2022/report.xlsx?as_of=x").status_code == 200


def test_a_reviewer_of_one_delegation_sees_its_figures_alone(client, log_in):
    mine, theirs = make_delegation(name_zh="乐清"), make_delegation(name_zh="瑞安")
    fair = make_fair()
    for delegation, number in ((mine, 1), (theirs, 3)):
        for _ in range(number):
            make_participation(
                fair=fair, delegation_id=delegation.id, positions=[make_position(openings=111)]
            )
    attend(register(fair))
    year = fair.starts_at.year
    log_in(make_staff(Role.REVIEWER, scope_kind=ScopeKind.DELEGATION, scope_id=mine.id))
    text = text_of(client.get(f"/staff/report/{year}", headers=ZH))
    assert "乐清" in text
    assert "瑞安" not in text
    assert "444" not in text
    page = text_of(client.get(f"/staff/fairs/{fair.slug}/result", headers=ZH))
    assert "本分团的数字" in page
    assert "瑞安" not in page
    assert "进场人数按学历" not in page
    sheets = sheets_of(client.get(f"/staff/fairs/{fair.slug}/result.xlsx", headers=ZH))
    assert next(row[:2] for row in sheets["统计"] if row[0] == "需求人数") == ["需求人数", 111]


def test_the_report_page_costs_the_same_with_many_fairs(client, boss):
    seen = []
    for number in (2, 20):
        for _ in range(number):
            intend(make_participation(delegation_id=make_delegation().id), make_student())
        db.session.commit()
        with count_statements() as statements:
            assert client.get("/staff/report").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


# ---------------------------------------------------------------------------- a fair's result


def test_a_fair_is_closed_after_a_page_that_names_it(client, boss):
    fair = make_fair(title_zh="江城双选会")
    make_participation(fair=fair)
    attend(register(fair))
    page = text_of(client.get(f"/staff/fairs/{fair.slug}/close", headers=ZH))
    assert "结束“江城双选会”？" in page
    assert "1 家已确认的单位没有报到" in page
    db.session.refresh(fair)
    assert fair.status is FairStatus.PUBLISHED
    answer = client.post(f"/staff/fairs/{fair.slug}/close")
    assert answer.status_code == 303
    text = text_of(client.get(answer.headers["Location"], headers=ZH))
    assert "快照已锁定，第 1 号" in text
    assert "家次" in text
    assert "进场学生去重" in text


def test_a_correction_is_published_beside_the_first_figures(client, boss):
    fair = make_fair()
    close_fair(fair, by=boss)
    attend(register(fair))
    db.session.commit()
    result = f"/staff/fairs/{fair.slug}/result"
    assert "Changed since" in text_of(client.get(result, headers=EN))
    correct = f"/staff/fairs/{fair.slug}/correct"
    assert "Counted otherwise now" in text_of(client.get(correct, headers=EN))
    refused = client.post(correct, data={"note": "  "}, headers=EN)
    assert refused.status_code == 422
    assert client.post(correct, data={"note": "补录 1 人"}).status_code == 303
    text = text_of(client.get(result, headers=EN))
    assert "Published, no. 2" in text
    assert "补录 1 人" in text
    old = text_of(client.get(f"{result}?snapshot=1", headers=EN))
    assert "These figures were replaced by no. 2." in old
    assert client.get(f"{result}?snapshot=9").status_code == 404
    sheets = sheets_of(client.get(f"{result}.xlsx?snapshot=1", headers=EN))
    assert next(row[1] for row in sheets["Figures"] if row[0] == "People who came") == 0
    assert len(sheets["Published figures"]) == 3


def test_a_correction_of_an_open_fair_is_refused_in_the_form(client, boss):
    fair = make_fair()
    answer = client.post(f"/staff/fairs/{fair.slug}/correct", data={"note": "x"}, headers=EN)
    assert answer.status_code == 422
    assert "The fair is not closed yet" in text_of(answer)
    assert db.session.query(FairSnapshot).count() == 0


def test_a_fair_to_come_is_not_closed(client, boss):
    fair = make_coming_fair()
    answer = client.post(f"/staff/fairs/{fair.slug}/close", headers=EN)
    assert answer.status_code == 409
    assert "has not begun yet" in text_of(answer)


def test_a_fair_is_closed_once(client, boss):
    fair = make_fair()
    assert client.post(f"/staff/fairs/{fair.slug}/close").status_code == 303
    assert client.post(f"/staff/fairs/{fair.slug}/close").status_code == 409


@pytest.mark.parametrize("path", ["result", "result.xlsx", "close", "correct"])
def test_a_fair_that_is_not_mine_is_not_found(client, log_in, path):
    mine, other = make_fair(), make_fair()
    log_in(make_staff(Role.PLANNER, scope_kind=ScopeKind.FAIR, scope_id=mine.id))
    assert client.get(f"/staff/fairs/{mine.slug}/{path}").status_code == 200
    assert client.get(f"/staff/fairs/{other.slug}/{path}").status_code == 404


def test_many_schools_are_folded_away_and_the_page_costs_the_same(client, boss):
    seen = []
    for number in (2, 20):
        fair = make_fair()
        for n in range(number):
            here = make_participation(fair=fair, positions=[make_position()])
            person = make_student(school_name=f"学校{n}", major=f"专业{n}")
            attend(register(fair, person))
            share(here, person)
            intend(here, person)
        db.session.commit()
        with count_statements() as statements:
            text = text_of(client.get(f"/staff/fairs/{fair.slug}/result", headers=EN))
        seen.append(len(statements))
    assert "12 more" in text
    assert seen[0] == seen[1]


# ---------------------------------------------------------------------------- targets and totals


def test_targets_are_typed_and_shown_in_the_report(client, boss):
    answer = client.post("/staff/targets?year=2026", data={"doctoral": "300", "masters": ""})
    assert answer.status_code == 303
    assert [(t.measure, t.value) for t in db.session.query(Target)] == [(Measure.DOCTORAL, 300)]
    text = text_of(client.get("/staff/targets?year=2026", headers=ZH))
    assert 'value="300"' in text
    assert "2026年任务" in text


@pytest.mark.parametrize("typed", ["-1", "many", "99999999999", "1.5", "😀"])
def test_a_target_that_is_no_number_is_refused_and_kept(client, boss, typed):
    answer = client.post("/staff/targets?year=2026", data={"doctoral": typed}, headers=EN)
    assert answer.status_code == 422
    assert typed in text_of(answer)
    assert db.session.query(Target).count() == 0


def test_two_who_set_one_target_at_once_see_what_differs(client, boss):
    client.post("/staff/targets?year=2026", data={"doctoral": "300"})
    stale = {"doctoral": "500", "seen_doctoral": "200"}
    answer = client.post("/staff/targets?year=2026", data=stale, headers=EN)
    assert answer.status_code == 409
    assert "500" in text_of(answer)
    again = client.post("/staff/targets?year=2026", data=stale | {"overwrite": "yes"})
    assert again.status_code == 303
    assert db.session.query(Target).one().value == 500


def test_a_total_is_entered_changed_removed_and_brought_back(client, boss):
    delegation = make_delegation(name_zh="乐清")
    answer = client.post(
        "/staff/totals/new",
        data=TOTAL | {"delegation": str(delegation.id), "is_reconstructed": "y"},
    )
    assert answer.status_code == 303
    row = db.session.query(ExternalFigure).one()
    assert (row.value, row.delegation_id, row.is_reconstructed) == (12, delegation.id, True)
    assert row.entered_by_id == boss.id
    address = f"/staff/totals/{row.id}"
    assert 'value="12"' in text_of(client.get(address, headers=ZH))
    changed = client.post(address, data=TOTAL | {"value": "13", "version": str(row.version)})
    assert changed.status_code == 303
    db.session.refresh(row)
    assert (row.value, row.delegation_id) == (13, None)
    assert client.post(f"{address}/remove").status_code == 303
    text = text_of(client.get("/staff/targets?year=2025", headers=ZH))
    assert "总数已移除" in text
    assert "2025年没有录入总数" in text
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/restore").status_code == 303
    assert client.post(f"{address}/restore").status_code == 404
    assert client.get(address).status_code == 200


def test_two_editors_of_a_total_see_what_differs(client, boss):
    row = enter_total(
        TotalDetails(Measure.FAIRS, date(2025, 1, 1), date(2025, 1, 1), 3, "x"), by=None
    )
    db.session.commit()
    address = f"/staff/totals/{row.id}"
    seen = str(row.version)
    assert client.post(address, data=TOTAL | {"version": seen}).status_code == 303
    late = TOTAL | {"value": "99", "version": seen}
    answer = client.post(address, data=late, headers=EN)
    assert answer.status_code == 409
    assert "99" in text_of(answer)
    assert client.post(address, data=late | {"overwrite": "yes"}).status_code == 303
    db.session.refresh(row)
    assert row.value == 99


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": ""},
        {"value": "-3"},
        {"measure": "nonsense"},
        {"measure": ""},
        {"last_on": "2024-12-31"},
        {"first_on": "soon"},
        {"source": " "},
        {"source": "长" * 201},
        {"delegation": "999999"},
        {"note": "x" * 501},
    ],
)
def test_a_faulty_total_is_refused_with_what_was_typed(client, boss, wrong):
    answer = client.post("/staff/totals/new", data=TOTAL | wrong, headers=EN)
    assert answer.status_code == 422
    assert "人才办台账" in text_of(answer) or "source" in wrong
    assert db.session.query(ExternalFigure).count() == 0


def test_nul_and_emoji_in_a_total_do_no_harm(client, boss):
    data = TOTAL | {"source": "台账\0😀", "note": "<script>alert(1)</script>"}
    assert client.post("/staff/totals/new", data=data).status_code == 303
    text = text_of(client.get("/staff/targets?year=2025"))
    assert "台账😀" in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("year", ["x", "1", "20265", ""])
def test_a_year_that_is_none_shows_this_year(client, boss, year):
    assert client.get("/staff/targets", query_string={"year": year}).status_code == 200


def test_a_planner_reads_reports_and_sets_no_targets(client, log_in):
    log_in(make_staff(Role.PLANNER))
    assert client.get("/staff/report").status_code == 200
    assert client.get("/staff/targets").status_code == 403
    assert client.post("/staff/totals/new", data=TOTAL).status_code == 403
