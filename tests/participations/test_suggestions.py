import pytest

from app.core.clock import utcnow
from app.participations.queries import suggest_positions
from app.places.majors import Match
from app.places.states import EducationLevel
from tests.factories import make_coming_fair, make_employer, make_participation, make_position

L = EducationLevel


def offer(fair, title, levels, majors):
    employer = make_employer()
    position = make_position(employer=employer, title=title, levels=levels, majors=majors)
    make_participation(fair=fair, employer=employer, positions=[position])
    return position


def suggested(fair, level=L.MASTERS, major="车辆工程", **given):
    ids = None if fair is None else [fair.id]
    return suggest_positions(level, major, ids, moment=utcnow(), **given)


def titles(found):
    return [one.position.title for one in found.items]


@pytest.fixture
def fair():
    return make_coming_fair()


def test_the_same_major_comes_first_then_part_category_and_any(fair):
    offer(fair, "任何专业", [], [])
    offer(fair, "机械类的", [L.MASTERS], ["机械类"])
    offer(fair, "会计的", [L.MASTERS], ["会计学"])
    offer(fair, "同名的", [L.MASTERS], ["车辆工程"])
    offer(fair, "部分的", [L.MASTERS], ["车辆工程（新能源）"])
    found = suggested(fair)
    assert titles(found) == ["同名的", "部分的", "机械类的", "任何专业"]
    assert [one.reason.match for one in found.items] == [
        Match.SAME,
        Match.PART,
        Match.CATEGORY,
        Match.ANY,
    ]
    assert found.items[2].reason.wish == "机械类"


def test_a_level_fits_where_it_or_a_lower_one_is_asked(fair):
    offer(fair, "博士的", [L.DOCTORAL], ["车辆工程"])
    offer(fair, "本科的", [L.BACHELORS], ["车辆工程"])
    offer(fair, "硕士的", [L.MASTERS, L.DOCTORAL], ["车辆工程"])
    found = suggested(fair)
    assert titles(found) == ["硕士的", "本科的"]
    assert [one.reason.level for one in found.items] == [L.MASTERS, L.BACHELORS]
    assert titles(suggested(fair, L.DOCTORAL)) == ["硕士的", "博士的", "本科的"]
    assert titles(suggested(fair, L.JUNIOR_COLLEGE)) == []


def test_the_order_is_the_same_each_time_and_the_rest_is_counted(fair):
    for number in range(5):
        offer(fair, f"岗位{number}", [L.MASTERS], ["机械类"])
    first = suggested(fair, limit=3)
    assert titles(first) == ["岗位4", "岗位3", "岗位2"]
    assert first.total == 5
    assert titles(suggested(fair, limit=3)) == titles(first)


def test_over_all_fairs_the_index_leads_to_the_same(fair):
    offer(fair, "机械类的", [L.MASTERS], ["机械类"])
    offer(fair, "会计的", [L.MASTERS], ["会计学"])
    offer(make_coming_fair(), "任何专业", [], [])
    assert titles(suggested(None)) == ["机械类的", "任何专业"]


@pytest.mark.parametrize("major", ["", "\0", "😀", "%", "a" * 4000])
def test_an_odd_major_fits_what_takes_any(fair, major):
    offer(fair, "任何专业", [], [])
    offer(fair, "机械类的", [L.MASTERS], ["机械类"])
    for some in (fair, None):
        assert "任何专业" in titles(suggested(some, major=major))
