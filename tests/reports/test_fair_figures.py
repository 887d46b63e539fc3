from datetime import date, timedelta

import pytest

from app.accounts.permissions import Scope
from app.checkins.models import Admission, Scan
from app.checkins.states import Evidence, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.employers.states import Ownership, PillarIndustry
from app.intents.states import AgreementStatus, Step
from app.participations.states import ParticipationStatus
from app.places.states import EducationLevel
from app.registrations.states import RegistrationStatus
from app.reports.queries import Parts, fair_figures, period_figures, stop_figures, tour_figures
from tests.factories import (
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_school,
    make_stop,
    make_student,
    make_tour,
    save,
)
from tests.reports.world import attend, intend, register, share, sign, student
from tests.statements import count_statements


def part(figures, breakdown, key):
    return next(row.counts for row in figures.parts.by[breakdown] if row.key == key)


def test_an_empty_fair_counts_one_fair_and_nothing_else():
    figures = fair_figures(make_fair())
    assert figures.counts["fairs"] == 1
    assert {k: v for k, v in figures.counts.items() if v} == {"fairs": 1}
    assert figures.values["attendance_rate"] is None


def test_employers_are_those_confirmed_and_not_absent():
    fair = make_fair()
    for status in ParticipationStatus:
        make_participation(fair=fair, status=status)
    counts = fair_figures(fair).counts
    assert counts["employers"] == 2
    assert counts["employer_visits"] == 2
    assert counts["employers_arrived"] == 1
    assert counts["employers_absent"] == 1


def test_employers_in_parts():
    fair, yueqing = make_fair(), make_delegation(code="yq", name_zh="乐清", position=1)
    make_participation(
        fair=fair,
        employer=make_employer(
            ownership=Ownership.FOREIGN,
            industry="电气",
            pillar_industry=PillarIndustry.ELECTRICAL,
            delegation=yueqing,
        ),
        delegation_id=yueqing.id,
    )
    make_participation(fair=fair, employer=make_employer(industry=" 电气 "))
    make_participation(fair=fair)
    figures = fair_figures(fair)
    assert part(figures, "ownership", "foreign") == {"employers": 1, "employer_visits": 1}
    assert part(figures, "ownership", "private")["employers"] == 2
    assert part(figures, "industry", "电气")["employers"] == 2
    assert part(figures, "industry", "")["employers"] == 1
    assert part(figures, "pillar", "electrical")["employers"] == 1
    assert part(figures, "pillar", "")["employers"] == 2
    assert part(figures, "delegation", "yq")["employers"] == 1
    assert figures.parts.by["delegation"][0].name_zh == "乐清"
    assert figures.parts.by["delegation"][-1].key == ""


def test_positions_are_not_openings_and_several_is_not_a_number():
    fair = make_fair()
    employer = make_employer()
    levels = [EducationLevel.MASTERS, EducationLevel.DOCTORAL]
    make_participation(
        fair=fair,
        employer=employer,
        positions=[
            make_position(employer=employer, openings=3, levels=levels),
            make_position(employer=employer, openings=None, levels=[EducationLevel.BACHELORS]),
            make_position(employer=employer, openings=5, levels=[]),
        ],
    )
    make_participation(
        fair=fair, status=ParticipationStatus.NO_SHOW, positions=[make_position(openings=9)]
    )
    figures = fair_figures(fair)
    assert figures.counts["positions"] == 3
    assert figures.counts["openings"] == 8
    assert figures.counts["openings_unknown"] == 1
    assert part(figures, "position_level", "masters") == {"positions": 1, "openings": 3}
    assert part(figures, "position_level", "bachelors") == {"positions": 1, "openings": 0}
    assert part(figures, "position_level", "") == {"positions": 1, "openings": 5}


@pytest.mark.parametrize("with_doors", [True, False])
def test_walk_ins_stand_apart_from_those_registered_before_the_doors_opened(with_doors):
    fair = make_fair() if with_doors else make_fair(doors_at=None)
    attend(register(fair))
    register(fair)
    attend(register(fair, before=False))
    attend(register(fair, walk_in=True))
    register(fair, status=RegistrationStatus.CANCELLED)
    register(fair, status=RegistrationStatus.WAITLISTED)
    figures = fair_figures(fair)
    assert figures.counts["registered"] == 4
    assert figures.counts["registered_before"] == 2
    assert figures.counts["walk_ins"] == 2
    assert figures.counts["attended"] == 3
    assert figures.counts["attended_registered"] == 1
    assert str(figures.values["attendance_rate"]) == "50.0"


def test_who_registered_at_the_very_moment_the_doors_opened_is_a_walk_in():
    fair = make_fair(doors_at=None, starts_at=utcnow().replace(microsecond=0))
    register(fair, registered_at=fair.opens_doors_at)
    register(fair, registered_at=fair.opens_doors_at - timedelta(microseconds=1000))
    counts = fair_figures(fair).counts
    assert (counts["walk_ins"], counts["registered_before"]) == (1, 1)


def test_a_person_on_two_days_is_one_person_and_two_visits():
    fair = make_fair()
    registration = register(fair)
    attend(registration)
    for day, cycle in ((date(2026, 3, 14), 0), (date(2026, 3, 15), 0), (date(2026, 3, 15), 1)):
        scan = save(
            Scan(
                id=uuid7(),
                fair_id=fair.id,
                source=ScanSource.SELF,
                evidence=Evidence.POSTER,
                scanned_at=utcnow(),
                answer=Verdict.ADMITTED,
            )
        )
        save(
            Admission(
                fair_id=fair.id,
                registration_id=registration.id,
                day=day,
                cycle=cycle,
                scan_id=scan.id,
            )
        )
    counts = fair_figures(fair).counts
    assert (counts["attended"], counts["attendances"]) == (1, 2)


def test_intents_count_people_and_pairs_and_what_both_confirmed():
    fair = make_fair()
    one, two = make_participation(fair=fair), make_participation(fair=fair)
    huazhong = make_school(name="华中大学", is_double_first_class=True)
    wang = student(EducationLevel.DOCTORAL, school=huazhong, major="机械", origin="浙江")
    li, zhao = student(EducationLevel.MASTERS), student(EducationLevel.MASTERS)
    intend(one, wang)
    intend(two, wang, Step.CONTRACT_SIGNED)
    intend(one, li, Step.WITHDRAWN, reached=Step.AGREEMENT_SIGNED)
    intend(one, zhao, Step.INTERVIEWED, proposed_step=None)
    figures = fair_figures(fair)
    counts = figures.counts
    assert (counts["intents"], counts["intent_pairs"]) == (2, 3)
    assert counts["intents_current"] == 1
    assert counts["contracts"] == 1
    assert (counts["doctoral"], counts["masters"], counts["graduates"]) == (1, 0, 1)
    assert part(figures, "intent_level", "doctoral") == {
        "intents": 1,
        "intent_pairs": 2,
        "intents_current": 1,
    }
    assert part(figures, "intent_school", "华中大学") == {"intents": 1, "intent_pairs": 2}
    assert part(figures, "intent_school", "江城理工大学")["intents"] == 1
    assert part(figures, "intent_tier", "yes")["intents"] == 1
    assert part(figures, "intent_tier", "no")["intents"] == 1
    assert part(figures, "intent_major", "机械")["intents"] == 1
    assert part(figures, "intent_origin", "浙江")["intents"] == 1
    assert part(figures, "intent_delegation", "")["intents"] == 2


def test_resumes_and_letters_of_intent():
    fair = make_fair()
    one, two = make_participation(fair=fair), make_participation(fair=fair)
    wang, li = make_student(), make_student()
    share(one, wang)
    share(two, wang)
    share(one, li)
    sign(intend(one, wang, Step.AGREEMENT_SIGNED))
    sign(intend(one, li, Step.AGREEMENT_SIGNED), AgreementStatus.WITHDRAWN)
    counts = fair_figures(fair).counts
    assert (counts["resumes"], counts["resume_people"]) == (3, 2)
    assert counts["agreements"] == 1


def test_online_visitors_are_never_added_to_those_who_came():
    fair = make_fair(online_visitors=20_000)
    attend(register(fair))
    counts = fair_figures(fair).counts
    assert (counts["online_visitors"], counts["attended"], counts["attendances"]) == (20_000, 1, 1)


def test_another_fair_adds_nothing():
    fair, other = make_fair(), make_fair()
    here = make_participation(fair=other, positions=[make_position()])
    wang = make_student()
    attend(register(other, wang))
    share(here, wang)
    sign(intend(here, wang, Step.CONTRACT_SIGNED))
    assert {k for k, v in fair_figures(fair).counts.items() if v} == {"fairs"}


def test_people_and_employers_are_distinct_over_the_fairs_of_a_tour():
    tour = make_tour()
    stop = make_stop(tour=tour)
    fairs = [make_fair(tour=tour, stop=stop), make_fair(tour=tour)]
    employer, wang = make_employer(), make_student()
    position = make_position(employer=employer)
    for fair in fairs:
        here = make_participation(fair=fair, employer=employer, positions=[position])
        attend(register(fair, wang))
        share(here, wang)
        intend(here, wang)
    counts = tour_figures(tour).counts
    assert (counts["fairs"], counts["employers"], counts["employer_visits"]) == (2, 1, 2)
    assert (counts["positions"], counts["positions_distinct"], counts["openings"]) == (2, 1, 6)
    assert (counts["attended"], counts["attendances"]) == (1, 2)
    assert (counts["resumes"], counts["resume_people"]) == (2, 1)
    assert (counts["intents"], counts["intent_pairs"]) == (1, 2)
    assert stop_figures(stop).counts["fairs"] == 1
    assert stop_figures(stop).counts["attended"] == 1


def test_a_delegation_sees_its_employers_and_no_students_of_others():
    fair, mine, theirs = make_fair(), make_delegation(), make_delegation()
    ours = make_participation(fair=fair, delegation_id=mine.id, positions=[make_position()])
    others = make_participation(fair=fair, delegation_id=theirs.id, positions=[make_position()])
    wang, li = make_student(), make_student()
    for here, person in ((ours, wang), (others, wang), (others, li)):
        share(here, person)
        sign(intend(here, person, Step.AGREEMENT_SIGNED))
    attend(register(fair, wang))
    figures = fair_figures(fair, scope=Scope(delegations=frozenset({mine.id})))
    counts = figures.counts
    assert (counts["employers"], counts["positions"], counts["resumes"]) == (1, 1, 1)
    assert (counts["intents"], counts["agreements"]) == (1, 1)
    assert counts["attended"] is None
    assert counts["registered"] is None
    assert "attended_level" not in figures.parts.by
    assert [row.key for row in figures.parts.by["delegation"]] == [mine.code]
    whole = fair_figures(fair, scope=Scope(bureau=True)).counts
    assert (whole["employers"], whole["intents"], whole["attended"]) == (2, 2, 1)


def test_a_delegations_period_has_only_the_fairs_it_took_part_in():
    mine = make_delegation()
    make_participation(fair=make_fair(), delegation_id=mine.id)
    make_fair()
    make_fair(delegation=mine)
    today = utcnow().date()
    span = (today - timedelta(days=3), today + timedelta(days=3))
    assert period_figures(*span, delegation=mine).counts["fairs"] == 2
    assert period_figures(*span).counts["fairs"] == 3
    assert period_figures(*span, scope=Scope()).counts["fairs"] == 0


def test_parts_survive_being_kept_as_json():
    fair = make_fair()
    make_participation(fair=fair, positions=[make_position()])
    parts = fair_figures(fair).parts
    assert Parts.from_json(parts.to_json()) == parts
    assert Parts.from_json(parts.to_json() | {"gone": []}) == parts


def test_the_number_of_statements_does_not_grow_with_what_is_counted():
    def fill(fair, number):
        delegation = make_delegation()
        for n in range(number):
            here = make_participation(
                fair=fair, positions=[make_position()], delegation_id=delegation.id
            )
            person = make_student(major=f"专业{n}", school_name=f"学校{n}")
            attend(register(fair, person))
            share(here, person)
            sign(intend(here, person, Step.AGREEMENT_SIGNED))
        db.session.commit()

    small, large = make_fair(), make_fair()
    fill(small, 2)
    fill(large, 20)
    seen = []
    for fair in (small, large):
        with count_statements() as statements:
            counts = fair_figures(fair).counts
        seen.append(len(statements))
    assert counts["employers"] == 20
    assert seen[0] == seen[1] <= 20
