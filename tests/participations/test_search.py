"""The index finds what a plain look finds: on random data, after every kind of change."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from app.core.clock import utcnow
from app.core.db import db
from app.core.words import asked_runs, pattern_of
from app.employers.models import Position, PositionEntry
from app.employers.services import (
    PositionDetails,
    create_position,
    edit_position,
    edit_profile,
    index_positions,
)
from app.employers.states import PAY_STEPS, PillarIndustry
from app.participations import services
from app.participations.models import Participation
from app.participations.queries import Wanted, find_positions, search
from app.participations.services import moves
from app.participations.states import COMING, ParticipationStatus
from app.places.majors import categories_of
from app.places.states import EducationLevel
from app.tours.services import cancel_fair, postpone_fair, publish_fair
from app.tours.states import FairStatus
from tests.employers.test_services import profile_of
from tests.factories import (
    make_coming_fair,
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_staff,
)
from tests.statements import count_statements

WORDS = ["机械", "工程师", "Java", "开发", "CNC", "设计", "C++", "电气", "护理", "解决方案"]
MAJORS = ["机械工程", "机械类", "软件工程", "会计学", "理工科", "专业不限"]
PLACES = ["温州", "乐清", "温州·鹿城", "上海·浦东新区", ""]


def found(wanted=None, fairs=None, **given):
    given = {"moment": utcnow()} | given
    return find_positions(
        wanted or Wanted(), None if fairs is None else [fair.id for fair in fairs], **given
    )


def make_offer(fair, status=ParticipationStatus.CONFIRMED, employer=None, **given):
    employer = employer or make_employer()
    position = make_position(employer=employer, **given)
    make_participation(fair=fair, employer=employer, positions=[position], status=status)
    return position


def make_random_offers(fairs, number, seed):
    rng = Random(seed)
    delegations = [make_delegation(), make_delegation()]
    for _ in range(number):
        employer = make_employer(
            delegation=rng.choice([*delegations, None]),
            pillar_industry=rng.choice([None, *PillarIndustry]),
        )
        positions = [
            make_position(
                employer=employer,
                title="".join(rng.choices(WORDS, k=rng.randint(1, 3))),
                description="，".join(rng.choices(WORDS, k=rng.randint(0, 4))),
                majors=rng.sample(MAJORS, rng.randint(0, 2)),
                place=rng.choice(PLACES),
                levels=rng.sample(list(EducationLevel), rng.randint(0, 3)),
                pay_low=rng.choice([None, 5000, 9000, 20000]),
            )
            for _ in range(rng.randint(1, 3))
        ]
        for fair in rng.sample(fairs, rng.randint(1, len(fairs))):
            status = rng.choice([*COMING, ParticipationStatus.SUBMITTED])
            make_participation(fair=fair, employer=employer, positions=positions, status=status)
    return delegations


def plain_look(wanted, fairs, *, moment):
    """The same search without entries or index: every row is looked at in Python."""
    ids = set()
    for participation in db.session.scalars(select(Participation)):
        fair = participation.fair
        open_now = fair.status is FairStatus.PUBLISHED and fair.ends_at > moment
        if participation.status not in COMING or not (fair in fairs if fairs else open_now):
            continue
        ids |= {o.position_id for o in participation.offered if fits(o.position, wanted)}
    return ids


def fits(position, wanted):
    entry = db.session.get(PositionEntry, position.id)
    has = {
        "words": all(pattern_of(run)[1:-1] in entry.text for run in asked_runs(wanted.words)),
        "level": not wanted.level or not position.levels or wanted.level in position.levels,
        "place": all(run in entry.place for run in asked_runs(wanted.place)),
        "pay": wanted.min_pay is None or (position.pay_low or 0) >= wanted.min_pay,
        "delegation": wanted.delegation_id in (None, position.employer.delegation_id),
        "pillar": wanted.pillar in (None, position.employer.pillar_industry),
    }
    takes_any = not position.majors or "专业不限" in position.majors
    if wanted.category:
        codes = set().union(*(categories_of(m) | search_names(m) for m in position.majors))
        has["category"] = (
            takes_any if wanted.category == "any" else not takes_any and wanted.category in codes
        )
    if wanted.major:
        wholes = set().union(*map(search_names, position.majors))
        has["major"] = (
            takes_any
            or any(wanted.major in major for major in position.majors)
            or bool(wholes & categories_of(wanted.major))
        )
    return all(has.values())


def search_names(major):
    from app.places.majors import names_category

    return names_category(major)


def random_wanted(rng, delegations):
    words = " ".join(rng.sample(WORDS, rng.choice([0, 1, 1, 2])))
    given = {
        "level": rng.choice([None, *EducationLevel]),
        "major": rng.choice(["", "机械工程", "车辆工程", "软件"]),
        "place": rng.choice(["", "温州", "鹿城", "浦东新区"]),
        "min_pay": rng.choice([None, 6000, 8000, 12000]),
        "delegation_id": rng.choice([None, delegations[0].id]),
        "pillar": rng.choice([None, PillarIndustry.APPAREL]),
        "category": rng.choice(["", "0802", "any"]),
    }
    kept = rng.sample(sorted(given), rng.randint(0, 2))
    return Wanted(words=words, **{name: given[name] for name in kept})


@pytest.mark.parametrize("seed", [1, 2])
def test_index_and_plain_look_agree_on_random_positions(seed, monkeypatch):
    monkeypatch.setattr(search, "MANY", 10_000)
    fairs = [make_coming_fair(), make_coming_fair(), make_fair()]
    past = make_fair(starts_at=utcnow() - timedelta(days=3), ends_at=utcnow() - timedelta(days=2))
    delegations = make_random_offers([*fairs, past], 25, seed)
    rng, moment = Random(seed), utcnow()
    for _ in range(60):
        wanted = random_wanted(rng, delegations)
        for some in (None, [fairs[0]], [fairs[1], past]):
            answer = found(wanted, some, size=1000)
            expected = plain_look(wanted, some, moment=moment)
            assert set(answer.ids) == expected, (wanted, some)
            assert answer.total == len(expected)


def test_a_facet_says_how_many_choosing_it_leaves():
    fairs = [make_coming_fair(), make_coming_fair()]
    make_random_offers(fairs, 25, 3)
    names = {"level": "level", "pillar": "pillar", "place": "place", "category": "category"}
    several = Wanted(level=EducationLevel.MASTERS, place="温州", min_pay=5000, words="工程师")
    one = Wanted(level=EducationLevel.MASTERS)
    for wanted in (Wanted(), Wanted(words="工程师"), one, several):
        for some in (None, fairs):
            facets = found(wanted, some).facets
            assert facets["level"]
            assert facets["place"]
            for facet, name in names.items():
                for choice in facets[facet]:
                    value = choice.value
                    if facet == "level":
                        value = EducationLevel(value)
                    narrowed = found(Wanted(**{**vars(wanted), name: value}), some)
                    assert narrowed.total == choice.number, (wanted, facet, choice)


def test_facets_of_a_tour_are_what_counting_in_python_gives():
    fairs = [make_coming_fair(), make_coming_fair()]
    make_random_offers(fairs, 30, 4)
    facets = found(Wanted(), fairs).facets
    some = [db.session.get(Position, key) for key in plain_look(Wanted(), fairs, moment=utcnow())]
    entries = [db.session.get(PositionEntry, position.id) for position in some]
    expected = {
        "level": Counter(level for p in some for level in p.levels or EducationLevel),
        "pay": Counter(s for p in some for s in PAY_STEPS if (p.pay_low or 0) >= s),
        "delegation": Counter(p.employer.delegation_id for p in some),
        "pillar": Counter(p.employer.pillar_industry for p in some),
        "category": Counter(c for e in entries for c in e.categories.split())
        + Counter("any" for e in entries if not e.majors),
    }
    for name, counts in expected.items():
        most = sorted((str(k), n) for k, n in counts.items() if k is not None)
        given = sorted((choice.value, choice.number) for choice in facets[name])
        assert set(given) <= set(most), name
        assert len(given) == min(len(most), 12), name


def test_what_people_write_breaks_no_line_of_a_facet():
    fair = make_coming_fair()
    for place in ("温州|鹿城", "上海\n浦东", "\n", "|", ""):
        make_offer(fair, place=place, title="焊接\n工程师", majors=["会计\n学|"])
    for some in (None, [fair]):
        answer = found(Wanted(words="焊接"), some)
        assert answer.total == 5
        assert [(c.value, c.number) for c in answer.facets["place"]] == [("上海", 1), ("温州", 1)]
        assert sum(c.number for c in answer.facets["pillar"]) == 0


def test_initials_of_an_employer_find_its_positions():
    fair = make_coming_fair()
    employer = make_employer(name="浙江正泰集团有限公司", short_name="正泰集团")
    position = make_offer(fair, employer=employer)
    for words in ("ZTJT", "zjzt", "正泰", "ZTJT 集团"):
        assert found(Wanted(words=words)).ids == [position.id], words
        assert found(Wanted(words=words), [fair]).ids == [position.id], words
    assert found(Wanted(words="tjt")).ids == [position.id]
    assert found(Wanted(words="ztjx")).ids == []


def test_titles_come_before_texts_and_the_newest_first():
    fair = make_coming_fair()
    first = make_offer(fair, title="Java开发工程师")
    second = make_offer(fair, title="测试", description="会Java开发")
    third = make_offer(fair, title="高级Java工程师")
    assert found(Wanted(words="java")).ids == [third.id, first.id, second.id]


def test_a_position_is_found_from_approval_to_withdrawal():
    fair = make_coming_fair()
    position = make_offer(fair, ParticipationStatus.SUBMITTED, title="焊接工程师")
    participation = db.session.scalars(select(Participation)).one()
    assert found(Wanted(words="焊接")).total == 0
    services.approve(participation, by=make_staff())
    assert found(Wanted(words="焊接")).ids == [position.id]
    assert found(Wanted(words="焊接"), [fair]).ids == [position.id]
    services.withdraw(participation, by=make_recruiter(participation.employer))
    assert found(Wanted(words="焊接")).total == 0
    assert found(Wanted(words="焊接"), [fair]).total == 0


def test_a_fair_takes_its_positions_along_when_it_is_published_put_off_or_cancelled():
    planner = make_staff()
    fair = make_coming_fair(status=FairStatus.DRAFT, published_at=None)
    make_offer(fair, title="焊接工程师")
    assert found(Wanted(words="焊接")).total == 0
    publish_fair(fair, by=planner)
    assert found(Wanted(words="焊接")).total == 1
    postpone_fair(fair, reason="维修", by=planner)
    assert found(Wanted(words="焊接")).total == 0
    start = utcnow() + timedelta(days=40)
    from app.tours.services import republish

    republish(fair, starts_at=start, by=planner)
    assert found(Wanted(words="焊接"), moment=start).total == 1
    cancel_fair(fair, reason="取消", by=planner)
    assert found(Wanted(words="焊接")).total == 0


def test_what_is_over_is_not_found_and_leaves_the_index():
    fair = make_coming_fair()
    make_offer(fair, title="焊接工程师")
    later = fair.ends_at + timedelta(seconds=1)
    assert found(Wanted(words="焊接"), moment=later).total == 0
    assert found(Wanted(words="焊接"), [fair], moment=later).total == 1
    from app.core.clock import frozen

    with frozen(later):
        assert services.close_past_positions() == 1
        assert services.close_past_positions() == 0
    assert count_words() == 0


def test_editing_a_position_or_its_employer_moves_the_index():
    fair = make_coming_fair()
    employer = make_employer(name="温州老名字有限公司", short_name="老名字")
    by = make_recruiter(employer)
    position = create_position(employer, PositionDetails(title="焊接工程师"), by=by)
    make_participation(fair=fair, employer=employer, positions=[position])
    details = PositionDetails(title="喷涂工程师", majors=["机械类"])
    edit_position(position, details, version=position.version, by=by)
    assert found(Wanted(words="焊接")).total == 0
    assert found(Wanted(words="喷涂", category="0802")).total == 1
    profile = profile_of(employer, short_name="新名字")
    edit_profile(employer, profile, version=employer.version, by=by)
    assert found(Wanted(words="新名字")).total == 1
    assert found(Wanted(words="xmz")).total == 1


def test_writing_an_entry_again_leaves_the_words_as_they_were():
    fair = make_coming_fair()
    position = make_offer(fair, title="焊接工程师")
    index_positions([position.id])
    services.refresh_open([position.id])
    assert count_words() == 1
    assert found(Wanted(words="焊接")).total == 1


def test_the_index_made_anew_is_the_index_there_was(app):
    fair = make_coming_fair()
    for _ in range(5):
        make_offer(fair, title="焊接工程师")
    db.session.commit()
    answer = app.test_cli_runner().invoke(args=["positions", "reindex"])
    assert "5 positions, 5 of them" in answer.output
    assert found(Wanted(words="焊接")).total == 5


def test_a_load_that_forgot_the_index_is_caught_up_with():
    employer = make_employer()
    position = Position(employer=employer, title="焊接工程师")
    db.session.add(position)
    db.session.flush()
    assert services.index_missing() == 1
    assert services.index_missing() == 0


def test_rows_written_past_the_services_are_caught_up_with():
    fair = make_coming_fair()
    position = make_offer(fair, ParticipationStatus.SUBMITTED, title="焊接工程师")
    participation = db.session.scalars(select(Participation)).one()
    participation.status = ParticipationStatus.CONFIRMED
    assert found(Wanted(words="焊接")).total == 0
    assert services.open_missing() == 1
    assert services.open_missing() == 0
    assert found(Wanted(words="焊接")).ids == [position.id]


def test_the_tooth_an_index_that_is_not_told_is_seen(monkeypatch):
    fair = make_coming_fair()
    make_offer(fair, ParticipationStatus.SUBMITTED, title="焊接工程师")
    participation = db.session.scalars(select(Participation)).one()
    monkeypatch.setattr(moves, "refresh_participation", lambda participation: None)
    services.approve(participation, by=make_staff())
    expected = plain_look(Wanted(words="焊接"), None, moment=utcnow())
    assert set(found(Wanted(words="焊接")).ids) != expected


@pytest.mark.parametrize(
    "words",
    ["\0", "😀", "%", "_", "\\", "' OR 1=1", '" AND "', "*", "a" * 500, "NEAR(", "电", "=l1"],
)
def test_odd_words_break_no_search(words):
    fair = make_coming_fair()
    make_offer(fair)
    for some in (None, [fair]):
        wanted = Wanted(words=words, major=words, place=words)
        assert found(wanted, some).total >= 0


def test_beyond_a_tour_a_thousand_is_the_most_that_is_counted(monkeypatch):
    monkeypatch.setattr(search, "MANY", 3)
    monkeypatch.setattr(search, "SAMPLE", 5)
    fair = make_coming_fair()
    for _ in range(7):
        make_offer(fair, title="焊接工程师", place="乐清")
    answer = found(Wanted(words="焊接"), size=2, number=2)
    assert (answer.total, answer.is_many, len(answer.ids)) == (3, True, 1)
    assert [(c.number, c.is_least) for c in answer.facets["place"]] == [(3, True)]
    exact = found(Wanted(words="焊接"), [fair])
    assert (exact.total, exact.is_many) == (7, False)
    assert [(c.number, c.is_least) for c in exact.facets["place"]] == [(7, False)]


def test_what_the_index_names_too_many_hides_nothing(monkeypatch):
    monkeypatch.setattr(search, "MANY", 3)
    monkeypatch.setattr(search, "SAMPLE", 5)
    fair = make_coming_fair()
    well_paid = [make_offer(fair, title="焊接工程师", pay_low=11_000) for _ in range(2)]
    for _ in range(7):
        make_offer(fair, title="焊接工程师", pay_low=10_500)
    # The index knows steps of pay only, and both reach the same.
    answer = found(Wanted(words="焊接", min_pay=11_000))
    assert answer.ids == [position.id for position in reversed(well_paid)]
    assert (answer.total, answer.is_many) == (2, False)
    assert next((c.number, c.is_least) for c in answer.facets["level"]) == (2, False)


def test_a_search_is_one_statement_however_much_is_asked():
    fair = make_coming_fair()
    make_offer(fair, title="焊接工程师")
    much = Wanted(words="焊接", level=EducationLevel.MASTERS, major="机械工程", min_pay=6000)
    for wanted in (Wanted(), much):
        for some in (None, [fair]):
            with count_statements() as statements:
                found(wanted, some)
            assert len(statements) == 1, (wanted, some)


def count_words():
    table = "position_words_docsize" if db.engine.dialect.name == "sqlite" else "position_words"
    return db.session.scalar(text(f"SELECT count(*) FROM {table}"))
