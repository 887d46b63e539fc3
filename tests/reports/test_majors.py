from io import BytesIO

from python_calamine import load_workbook

from app.accounts.permissions import Role
from app.core.db import db
from app.employers.states import PillarIndustry
from app.registrations.services import register
from app.registrations.states import RegistrationSource
from app.reports.queries import count_majors
from tests.factories import (
    make_coming_fair,
    make_employer,
    make_participation,
    make_position,
    make_staff,
    make_student,
    make_tour,
)
from tests.statements import count_statements

CHINESE = {"Accept-Language": "zh-CN"}


def offer(fairs, pillar=None, **given):
    employer = make_employer(pillar_industry=pillar)
    position = make_position(employer=employer, **given)
    for fair in fairs:
        make_participation(fair=fair, employer=employer, positions=[position])


def make_wanting_tour():
    tour = make_tour()
    fairs = [make_coming_fair(tour=tour), make_coming_fair(tour=tour)]
    offer(fairs, PillarIndustry.ELECTRICAL, majors=["电气工程", "机械类"], openings=5)
    offer(fairs[:1], None, majors=["机械工程"], openings=None)
    offer(fairs[:1], None, majors=[], openings=2)
    offer(fairs[:1], None, majors=["飞碟驾驶"], openings=1)
    offer([make_coming_fair()], None, majors=["机械工程"], openings=9)
    student = make_student(major="车辆工程")
    for fair in fairs:
        register(student, fair, source=RegistrationSource.SELF, verified=True)
    return tour


def test_a_position_counts_once_a_tour_under_every_category_it_names():
    lines = {line.code: line for line in count_majors(make_wanting_tour())}
    assert set(lines) == {"0802", "0806", "any", ""}
    machines = lines["0802"]
    assert (machines.positions, machines.openings) == ({"electrical": 1, "": 1}, {"electrical": 5})
    assert (machines.unknown, machines.students) == (1, 1)
    assert (lines["0806"].all_positions, lines["0806"].students) == (1, 0)
    assert lines["any"].all_openings == 2


def test_the_page_shows_table_and_chart_and_the_spreadsheet_the_same(client, log_in):
    tour = make_wanting_tour()
    log_in(make_staff(Role.PLANNER))
    page = client.get(f"/staff/tours/{tour.slug}/majors", headers=CHINESE).text
    assert "机械类" in page
    assert "<svg" in page
    body = client.get(f"/staff/tours/{tour.slug}/majors.xlsx", headers=CHINESE).data
    rows = load_workbook(BytesIO(body)).get_sheet_by_index(0).to_python()
    line = next(row for row in rows if row[1] == "机械类")
    assert line[:6] == ["0802", "机械类", 2, 5, 1, 1]
    assert f"/staff/tours/{tour.slug}/majors" in client.get(f"/staff/tours/{tour.slug}").text


def test_a_tour_without_positions_says_so(client, log_in):
    log_in(make_staff(Role.PLANNER))
    tour = make_tour()
    page = client.get(f"/staff/tours/{tour.slug}/majors", headers={"Accept-Language": "en"})
    assert "No positions yet" in page.text


def test_more_positions_need_no_more_statements():
    tour = make_wanting_tour()
    db.session.commit()
    with count_statements() as few:
        count_majors(tour)
    offer([make_coming_fair(tour=tour)], majors=["法学"])
    db.session.commit()
    with count_statements() as many:
        count_majors(tour)
    assert len(many) == len(few)
