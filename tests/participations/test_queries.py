"""Finding what is offered, who comes, who fits where."""

import pytest

from app.accounts.permissions import Scope
from app.core.errors import NotFound
from app.employers.services import PositionDetails, create_position
from app.employers.states import PillarIndustry
from app.participations import queries
from app.participations.models import BoothZone
from app.participations.states import ParticipationStatus as S
from app.places.states import EducationLevel
from tests.factories import (
    make_booth,
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_tour,
    save,
)
from tests.statements import count_statements


@pytest.fixture
def fair():
    return make_coming_fair()


def offer(fair, status=S.CONFIRMED, employer=None, **details):
    employer = employer or make_employer()
    usual = {"title": "工程师", "openings": 2, "place": "温州·乐清"}
    position = create_position(
        employer, PositionDetails(**usual | details), by=make_recruiter(employer)
    )
    make_participation(fair=fair, employer=employer, status=status, positions=[position])
    return position


def titles(fair, words="", **given):
    wanted = queries.Wanted(words=words, **given)
    return [row.position.title for row in queries.page_offered(fair, wanted).items]


def test_only_those_who_come_are_searched(fair):
    offer(fair, title="来的")
    offer(fair, title="没批的", status=S.SUBMITTED)
    offer(make_coming_fair(), title="别处的")
    assert titles(fair) == ["来的"]


def test_words_are_found_in_the_position_and_in_the_employers_names(fair):
    offer(fair, title="算法工程师", description="PyTorch 100%")
    offer(fair, title="外贸专员", employer=make_employer(short_name="瓯屿智造", initials="oyzz"))
    assert titles(fair, "算法") == ["算法工程师"]
    assert titles(fair, "pytorch") == ["算法工程师"]
    assert titles(fair, "oyzz 外贸") == ["外贸专员"]
    assert titles(fair, "瓯屿 算法") == []
    assert titles(fair, "100%") == ["算法工程师"]
    assert titles(fair, "%") == titles(fair)
    assert titles(fair, "\0") == titles(fair)


def test_a_level_or_major_that_is_not_named_takes_all(fair):
    offer(fair, title="博士岗", levels=[EducationLevel.DOCTORAL])
    offer(fair, title="不限学历")
    offer(fair, title="机械岗", majors=["机械工程", "自动化"], description="机械工程设计")
    assert set(titles(fair, level=EducationLevel.MASTERS)) == {"不限学历", "机械岗"}
    assert set(titles(fair, level=EducationLevel.DOCTORAL)) == {"博士岗", "不限学历", "机械岗"}
    assert set(titles(fair, major="自动化")) == {"博士岗", "不限学历", "机械岗"}
    assert set(titles(fair, major="哲学")) == {"博士岗", "不限学历"}


def test_pay_is_compared_by_the_month(fair):
    offer(fair, title="年薪", pay_text="24-36万/年")
    offer(fair, title="月薪", pay_text="8千-1.2万")
    offer(fair, title="面议", pay_text="面议")
    assert titles(fair, min_pay=20_000) == ["年薪"]
    assert set(titles(fair, min_pay=12_000)) == {"年薪", "月薪"}
    assert len(titles(fair)) == 3
    assert titles(fair, place="乐清", min_pay=30_001) == []


def test_what_is_offered_is_counted_with_unknown_openings_apart(fair):
    offer(fair, openings=3)
    offer(fair, openings=None)
    offer(fair, openings=5, status=S.REJECTED)
    counted = queries.count_offered(fair)
    assert (counted.positions, counted.openings, counted.unknown) == (2, 3, 1)


def test_every_state_is_counted_by_name(fair):
    make_participation(fair=fair)
    counted = queries.count_by_status(fair)
    assert counted[S.CONFIRMED] == 1
    assert set(counted) == set(S)


def test_a_scope_hides_what_is_not_its_own(fair):
    delegation = make_delegation()
    own = make_participation(fair=fair, employer=make_employer(delegation=delegation))
    other = make_participation(fair=fair)
    scope = Scope(delegations=frozenset({delegation.id}))
    assert queries.get_participation(fair, own.employer.slug, scope) is own
    with pytest.raises(NotFound):
        queries.get_participation(fair, other.employer.slug, scope)
    assert sum(queries.count_by_status(fair, scope).values()) == 1
    assert list(queries.list_present(fair, scope)) == [own]
    at_fair = Scope(fairs=frozenset({fair.id}))
    assert queries.get_participation(fair, other.employer.slug, at_fair) is other
    assert list(queries.list_present(fair, Scope())) == []


def test_a_public_code_finds_its_employer(fair):
    participation = make_participation(fair=fair)
    assert queries.get_by_public_code(participation.public_code) is participation
    assert queries.find_by_public_code("nothing\0") is None
    with pytest.raises(NotFound):
        queries.get_by_public_code("nothing")


def test_a_booth_fits_by_delegation_industry_and_power(fair):
    delegation, other = make_delegation(), make_delegation()
    booths = [
        make_booth(fair=fair, code="A01", zone="A"),
        make_booth(fair=fair, code="B01", zone="B"),
        make_booth(fair=fair, code="B02", zone="B", has_power=True),
        make_booth(fair=fair, code="C01", zone="C"),
        make_booth(fair=fair, code="D01", zone="D"),
    ]
    zones = [
        save(BoothZone(fair_id=fair.id, zone="A", delegation=other)),
        save(BoothZone(fair_id=fair.id, zone="B", delegation=delegation)),
        save(BoothZone(fair_id=fair.id, zone="C", pillar_industry=PillarIndustry.APPAREL)),
    ]
    employer = make_employer(delegation=delegation, pillar_industry=PillarIndustry.APPAREL)
    participation = make_participation(fair=fair, employer=employer)

    def best(taken=(), limit=9):
        found = queries.suggest_booths(participation, booths, zones, set(taken), limit)
        return [booth.code for booth in found]

    assert best() == ["B01", "B02"]
    participation.needs_power = True
    assert best() == ["B02"]
    assert best(taken={booths[2].id}) == []
    participation.needs_power = False
    assert best(taken={booths[1].id, booths[2].id}) == ["C01"]
    assert best(taken={booths[1].id, booths[2].id, booths[3].id}) == ["D01"]


def test_zones_are_named_and_those_too_narrow_keep_silent(app, fair):
    delegation = make_delegation(name_zh="乐清分团", name_en="Yueqing")
    save(BoothZone(fair_id=fair.id, zone="A", name_zh="智能装备", delegation=delegation))
    make_booth(fair=fair, code="A01", zone="A", row=0, column=0)
    (zone,) = queries.plan_of(fair).zones
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert (zone.name, zone.sub) == ("智能装备", "")
        zone.right = zone.x + 400
        assert zone.sub == "乐清分团"
        zone.row.name_zh = ""
        assert (zone.name, zone.sub) == ("乐清分团", "")


def test_a_zone_without_a_name_takes_no_room_for_a_heading(fair):
    make_booth(fair=fair, code="A01", zone="A", row=0, column=0)
    plain = queries.plan_of(fair)
    assert plain.zones[0].x is None
    save(BoothZone(fair_id=fair.id, zone="A", name_zh="智能装备"))
    assert queries.plan_of(fair).halls[0].height > plain.halls[0].height


def test_open_fairs_are_those_that_have_not_begun():
    coming, now = make_coming_fair(), make_fair()
    listed = queries.list_open_fairs(now.starts_at)
    assert coming in listed
    assert now not in listed
    tour = make_tour()
    fair = make_coming_fair(tour=tour)
    assert list(queries.list_apply_fairs(tour)) == [fair]


def test_the_plan_costs_three_statements_however_large(fair):
    for number in range(30):
        booth = make_booth(fair=fair, code=f"A{number:02d}", row=number // 6, column=number % 6)
        if number % 2:
            employer = make_employer()
            make_position(employer=employer)
            make_participation(fair=fair, employer=employer, booth=booth)
    with count_statements() as seen:
        view = queries.plan_of(fair)
        assert sum(bool(booth.employer) for booth in view.booths) == 15
        assert [zone.sub for zone in view.zones] == [""]
    assert len(seen) == 3
