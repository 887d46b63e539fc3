"""The organiser: figures, flags, and what came of an intent later."""

from io import BytesIO

import pytest
from sqlalchemy import select

from app.accounts.permissions import Role, Scope, ScopeKind
from app.core.db import db
from app.intents import queries, services
from app.intents.models import IntentStep
from app.intents.queries import Count, FlagKind
from app.intents.services import Sharing, Terms
from app.intents.states import Given, Side, Step
from app.places.states import EducationLevel
from tests.factories import (
    make_delegation,
    make_employer,
    make_fair,
    make_participation,
    make_position,
    make_recruiter,
    make_staff,
    make_student,
)
from tests.intents.scene import CONSENT, make_registration, make_scene, reach, share, signed

BUREAU = Scope(bureau=True)
PDF = b"%PDF-1.4 contract"


@pytest.fixture
def scene(database):
    return make_scene()


def text_of(answer):
    return answer.get_data(as_text=True)


def meet_again(scene, openings=3, delegation=None):
    """The same student and fair, another employer: reached and signed."""
    employer = make_employer(delegation=delegation)
    position = make_position(employer=employer, openings=openings)
    participation = make_participation(fair=scene.fair, employer=employer, positions=[position])
    recruiter = make_recruiter(employer)
    by = scene.student.user
    sharing = Sharing(given=Given.CONTACT, text=CONSENT, position=position)
    intent = services.share(scene.student, participation, sharing, by=by)
    services.propose(intent, side=Side.EMPLOYER, by=recruiter)
    services.confirm(intent, side=Side.STUDENT, by=by, key=intent.proposal_key)
    letter = services.draft_letter(
        intent, Terms(position=position.title), side=Side.EMPLOYER, by=recruiter
    )
    for side, who in ((Side.EMPLOYER, recruiter), (Side.STUDENT, by)):
        services.sign_letter(letter, side=side, by=who, sha256=letter.text_sha256)
    db.session.commit()
    return letter


def test_people_and_pairs_are_counted_apart_and_only_what_both_confirmed(scene):
    assert queries.count_reached(scene.fair) == Count(0, 0)
    share(scene)
    assert queries.count_reached(scene.fair) == Count(0, 0)
    reach(scene)
    delegation = make_delegation()
    meet_again(scene, delegation=delegation)
    assert queries.count_reached(scene.fair) == Count(1, 2)
    levels = queries.count_by_level(scene.fair)
    assert levels[EducationLevel.MASTERS] == Count(1, 2)
    assert levels[EducationLevel.DOCTORAL] == Count(0, 0)
    assert queries.count_by_delegation(scene.fair) == {
        None: Count(1, 1),
        delegation.id: Count(1, 1),
    }
    assert queries.count_shares(scene.fair) == Count(1, 2)
    assert queries.count_agreements(scene.fair) == Count(1, 1)
    steps = queries.count_steps(scene.fair)
    assert steps[Step.PRELIMINARY] == Count(1, 2)
    assert steps[Step.AGREEMENT_SIGNED] == Count(1, 1)
    assert queries.count_reached(make_fair()) == Count(0, 0)


def test_what_has_ended_leaves_the_current_figure_only(scene):
    letter = signed(scene)
    services.withdraw_letter(letter, side=Side.STUDENT, by=scene.student.user, reason="x")
    assert queries.count_reached(scene.fair) == Count(1, 1)
    assert queries.count_reached(scene.fair, current=True) == Count(0, 0)
    assert queries.count_by_level(scene.fair, current=True)[EducationLevel.MASTERS] == Count()
    assert queries.count_agreements(scene.fair) == Count(1, 1)
    assert queries.count_agreements(scene.fair, current=True) == Count(0, 0)


def test_what_looks_odd_is_flagged(scene):
    signed(scene)
    kinds = [flag.kind for flag in queries.list_flags(scene.fair, BUREAU)]
    assert kinds == [FlagKind.ABSENT]
    meet_again(scene)
    meet_again(scene, openings=None)
    flags = {flag.kind: flag for flag in queries.list_flags(scene.fair, BUREAU)}
    assert flags[FlagKind.MANY].count == 3
    assert flags[FlagKind.MANY].about == scene.student.masked_name
    assert FlagKind.ABOVE not in flags


def test_more_letters_than_openings_are_flagged(scene):
    scene.participation.offered[0].openings = 1
    signed(scene)
    scene.student = make_student()
    scene.registration = make_registration(scene.student, scene.fair)
    intent = services.share(
        scene.student,
        scene.participation,
        Sharing(given=Given.CONTACT, text=CONSENT, position=scene.position),
        by=scene.student.user,
    )
    services.propose(intent, side=Side.EMPLOYER, by=scene.recruiter)
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    letter = services.draft_letter(
        intent, Terms(position="x"), side=Side.EMPLOYER, by=scene.recruiter
    )
    for side, who in ((Side.EMPLOYER, scene.recruiter), (Side.STUDENT, scene.student.user)):
        services.sign_letter(letter, side=side, by=who, sha256=letter.text_sha256)
    db.session.commit()
    [flag] = [one for one in queries.list_flags(scene.fair, BUREAU) if one.kind is FlagKind.ABOVE]
    assert (flag.count, flag.limit) == (2, 1)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_names_nobody_in_full(client, scene, log_in, language):
    letter = signed(scene)
    log_in(make_staff(Role.PLANNER))
    headers = {"Accept-Language": language}
    address = f"/staff/fairs/{scene.fair.slug}/intents"
    for page in (
        text_of(client.get(address, headers=headers)),
        text_of(client.get(f"{address}?q={letter.number[-6:]}", headers=headers)),
        text_of(client.get(f"{address}/{letter.intent.uid}", headers=headers)),
    ):
        assert scene.student.masked_name in page
        assert scene.student.name not in page
    assert "xp-empty" in text_of(client.get(f"{address}?q=999999"))


def test_a_contract_is_recorded_with_its_paper_and_taken_back(client, scene, log_in):
    intent = reach(scene)
    log_in(make_staff(Role.PLANNER))
    address = f"/staff/fairs/{scene.fair.slug}/intents/{intent.uid}"
    assert client.post(address, data={"step": "contract_signed"}).status_code == 422
    paper = {"step": "contract_signed", "file": (BytesIO(PDF), "合同.pdf")}
    assert client.post(address, data=paper).status_code == 303
    row = db.session.scalars(select(IntentStep).filter_by(step=Step.CONTRACT_SIGNED)).one()
    with client.get(f"{address}/papers/{row.id}") as answer:
        assert answer.get_data() == PDF
    db.session.refresh(intent)
    assert intent.step is Step.CONTRACT_SIGNED
    client.post(f"{address}/unmark/contract_signed")
    db.session.refresh(intent)
    assert intent.step is Step.PRELIMINARY
    assert client.post(f"{address}/unmark/shortlisted").status_code == 409


def test_the_organiser_records_though_the_student_took_back_from_the_company(client, scene, log_in):
    letter = signed(scene)
    services.withdraw_share(letter.intent, by=scene.student.user)
    db.session.commit()
    log_in(make_staff(Role.PLANNER))
    address = f"/staff/fairs/{scene.fair.slug}/intents/{letter.intent.uid}"
    paper = {"step": "onboarded", "file": (BytesIO(PDF), "报到.pdf")}
    assert client.post(address, data=paper).status_code == 303


def test_what_only_one_side_claims_is_not_found(client, scene, log_in):
    intent = share(scene)
    log_in(make_staff(Role.PLANNER))
    address = f"/staff/fairs/{scene.fair.slug}/intents"
    assert client.get(f"{address}/{intent.uid}").status_code == 404


def test_a_delegations_officer_sees_its_own_employers_only(client, scene, log_in):
    reach(scene)
    mine, theirs = make_delegation(), make_delegation()
    letter = meet_again(scene, delegation=mine)
    officer = make_staff(Role.PLANNER, ScopeKind.DELEGATION, mine.id)
    log_in(officer)
    address = f"/staff/fairs/{scene.fair.slug}/intents"
    page = text_of(client.get(address))
    assert letter.intent.employer.display_name in page
    assert scene.employer.display_name not in page
    stranger = make_staff(Role.PLANNER, ScopeKind.DELEGATION, theirs.id)
    log_in(stranger)
    assert client.get(f"{address}/{letter.intent.uid}").status_code == 404
