"""The ladder: what one side marks, what both confirm, how it ends and begins again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import NotFound, TooMany
from app.core.files import keep
from app.intents import services
from app.intents.models import Intent, IntentStep
from app.intents.services.ladder import (
    Confirmed,
    NothingOpen,
    NotReached,
    NotYours,
    ProposalChanged,
)
from app.intents.services.record import Ended, NotShared
from app.intents.states import INTENT_FLOW, LADDER, RANK, REACHED_RANK, Act, Given, Side, Step, Via
from app.notices.models import Notice
from tests.factories import make_position, make_staff
from tests.intents.scene import make_scene, make_unshared, propose, reach, share

PDF = b"%PDF-1.4 a contract"


@pytest.fixture
def scene(database):
    return make_scene()


@pytest.fixture
def intent(scene):
    return share(scene)


def test_only_both_together_pass_the_preliminary_intent():
    for step in LADDER[:REACHED_RANK]:
        beyond = {target for target in LADDER if RANK[target] > REACHED_RANK}
        assert not beyond & INTENT_FLOW.moves[step]


def test_the_employer_marks_alone_and_twice_is_once(scene, intent):
    services.mark(intent, Step.SHORTLISTED, by=scene.recruiter)
    services.mark(intent, Step.SHORTLISTED, by=scene.recruiter)
    assert intent.step is Step.SHORTLISTED
    assert [row.step for row in intent.steps] == [Step.RESUME_RECEIVED, Step.SHORTLISTED]
    assert intent.steps[-1].actor_label == "周敏"
    assert intent.steps[-1].booth_code == scene.participation.booth.code
    assert intent.reached_rank < REACHED_RANK


def test_a_mark_does_not_pass_for_an_intent(scene, intent):
    with pytest.raises(NotFound):
        services.mark(intent, Step.PRELIMINARY, by=scene.recruiter)


def test_a_mark_set_by_mistake_is_taken_back_and_stays_in_the_record(scene, intent):
    services.mark(intent, Step.INTERVIEWED, by=scene.recruiter)
    services.unmark(intent, Step.INTERVIEWED, by=scene.recruiter)
    assert intent.step is Step.RESUME_RECEIVED
    assert intent.reached_rank == RANK[Step.RESUME_RECEIVED]
    assert [row.act for row in intent.steps] == [Act.SET, Act.SET, Act.TAKEN_BACK]


def test_an_interview_after_the_intent_is_kept_and_lowers_nothing(scene):
    intent = reach(scene)
    services.mark(intent, Step.INTERVIEWED, by=scene.recruiter)
    assert intent.step is Step.PRELIMINARY
    assert Step.INTERVIEWED in intent.rungs
    services.unmark(intent, Step.INTERVIEWED, by=scene.recruiter)
    assert intent.step is Step.PRELIMINARY


@pytest.mark.parametrize("first", [Side.EMPLOYER, Side.STUDENT])
def test_one_proposes_the_other_confirms(scene, intent, first):
    propose(intent, scene, first, scene.position)
    assert intent.reached_rank < REACHED_RANK
    assert intent.reached_at is None
    second = Side.STUDENT if first is Side.EMPLOYER else Side.EMPLOYER
    by = scene.student.user if second is Side.STUDENT else scene.recruiter
    services.confirm(intent, side=second, by=by, key=intent.proposal_key)
    assert intent.step is Step.PRELIMINARY
    assert intent.reached_rank == REACHED_RANK
    assert intent.reached_at is not None
    assert intent.proposed_step is None
    assert intent.position == scene.position


def test_nobody_confirms_their_own_proposal(scene, intent):
    propose(intent, scene)
    with pytest.raises(NothingOpen):
        services.confirm(intent, side=Side.EMPLOYER, by=scene.recruiter, key=intent.proposal_key)
    assert intent.reached_rank < REACHED_RANK


def test_both_proposing_the_same_counts_as_confirmed_once(scene, intent):
    propose(intent, scene, Side.EMPLOYER, scene.position)
    propose(intent, scene, Side.STUDENT, scene.position)
    assert intent.is_reached
    confirmed = [row for row in intent.steps if row.act is Act.CONFIRMED]
    assert len(confirmed) == 1


def test_an_offer_for_another_position_takes_the_first_ones_place(scene, intent):
    another = make_position(employer=scene.employer, title="工艺工程师")
    propose(intent, scene, Side.EMPLOYER, scene.position)
    seen = intent.proposal_key
    propose(intent, scene, Side.STUDENT, another)
    assert not intent.is_reached
    assert intent.proposed_by is Side.STUDENT
    assert intent.position == another
    with pytest.raises(ProposalChanged):
        services.confirm(intent, side=Side.EMPLOYER, by=scene.recruiter, key=seen)


def test_proposing_twice_is_proposing_once(scene, intent):
    propose(intent, scene)
    propose(intent, scene)
    assert [row.act for row in intent.steps].count(Act.PROPOSED) == 1


def test_confirming_twice_is_confirming_once(scene, intent):
    propose(intent, scene)
    key = intent.proposal_key
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=key)
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=key)
    assert [row.act for row in intent.steps].count(Act.CONFIRMED) == 1


def test_a_changed_proposal_is_not_confirmed_unseen(scene, intent):
    propose(intent, scene, position=scene.position)
    seen = intent.proposal_key
    another = make_position(employer=scene.employer)
    services.change_position(intent, another, by=scene.recruiter)
    with pytest.raises(ProposalChanged):
        services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=seen)


def test_a_position_of_another_employer_is_not_found(scene, intent):
    with pytest.raises(NotFound):
        propose(intent, scene, position=make_position())
    with pytest.raises(NotFound):
        services.change_position(intent, make_position(), by=scene.recruiter)


def test_a_proposal_taken_back_cannot_be_confirmed(scene, intent):
    propose(intent, scene)
    key = intent.proposal_key
    services.take_back(intent, side=Side.EMPLOYER, by=scene.recruiter)
    assert intent.step is Step.RESUME_RECEIVED
    with pytest.raises(NothingOpen):
        services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=key)


def test_a_confirmed_proposal_cannot_be_taken_back(scene):
    intent = reach(scene)
    with pytest.raises(NothingOpen):
        services.take_back(intent, side=Side.EMPLOYER, by=scene.recruiter)
    assert intent.is_reached


def test_an_intent_needs_a_name(scene):
    intent = make_unshared(scene)
    services.mark(intent, Step.SHORTLISTED, by=scene.recruiter)
    with pytest.raises(NotShared):
        propose(intent, scene)
    with pytest.raises(NotShared):
        propose(intent, scene, Side.STUDENT)


@pytest.mark.parametrize("side", [Side.STUDENT, Side.EMPLOYER])
def test_either_declines_and_what_was_reached_stays_reached(scene, side):
    intent = reach(scene)
    by = scene.student.user if side is Side.STUDENT else scene.recruiter
    services.decline(intent, side=side, by=by, reason="已有去向")
    assert intent.step.value == f"declined_by_{side.value}"
    assert intent.ended_reason == "已有去向"
    assert intent.reached_rank == REACHED_RANK
    assert not intent.is_reached
    assert intent.ended_by is side


def test_no_to_a_proposal_is_a_refusal(scene, intent):
    propose(intent, scene)
    services.decline(intent, side=Side.STUDENT, by=scene.student.user)
    assert intent.steps[-1].act is Act.REFUSED
    assert intent.proposed_step is None


def test_nothing_moves_on_an_ended_ladder(scene, intent):
    services.decline(intent, side=Side.EMPLOYER, by=scene.recruiter)
    with pytest.raises(Ended):
        services.mark(intent, Step.SHORTLISTED, by=scene.recruiter)
    with pytest.raises(Ended):
        propose(intent, scene, Side.STUDENT)


def test_whoever_ended_it_reopens_it_as_a_further_step(scene):
    intent = reach(scene)
    services.mark(intent, Step.INTERVIEWED, by=scene.recruiter)
    services.decline(intent, side=Side.STUDENT, by=scene.student.user)
    with pytest.raises(NotYours):
        services.reopen(intent, side=Side.EMPLOYER, by=scene.recruiter)
    services.reopen(intent, side=Side.STUDENT, by=scene.student.user)
    assert intent.step is Step.INTERVIEWED
    assert not intent.is_reached
    assert Step.PRELIMINARY not in intent.rungs
    assert intent.reached_rank == REACHED_RANK
    assert intent.steps[-1].act is Act.REOPENED
    propose(intent, scene)
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    assert intent.is_reached
    assert db.session.scalars(select(Intent)).one() is intent


def test_a_confirmed_position_is_not_changed_by_one(scene):
    intent = reach(scene)
    with pytest.raises(Confirmed):
        services.change_position(intent, make_position(employer=scene.employer), by=scene.recruiter)


def test_a_proposal_nobody_answers_lapses_and_either_may_go_on(scene, intent):
    propose(intent, scene)
    assert services.lapse_proposals() == 0
    with frozen(utcnow() + timedelta(days=14, minutes=1)):
        assert services.lapse_proposals() == 1
        assert services.lapse_proposals() == 0
    assert intent.step is Step.LAPSED
    assert intent.reached_rank < REACHED_RANK
    services.reopen(intent, side=Side.EMPLOYER, by=scene.recruiter)
    assert intent.step is Step.RESUME_RECEIVED


def test_the_student_is_reminded_three_times_at_most(scene, intent):
    propose(intent, scene)
    with pytest.raises(TooMany):
        services.remind(intent, by=scene.recruiter)
    start = utcnow()
    for number in range(1, 4):
        with frozen(start + timedelta(minutes=11 * number)):
            services.remind(intent, by=scene.recruiter)
    with frozen(start + timedelta(hours=2)), pytest.raises(TooMany):
        services.remind(intent, by=scene.recruiter)


def test_there_is_nothing_to_remind_of_without_a_question(scene, intent):
    with pytest.raises(NothingOpen):
        services.remind(intent, by=scene.recruiter)


def test_later_steps_stand_on_an_intent_of_both_and_on_a_paper(scene, intent):
    kept = keep(PDF, "offer.pdf", limit=1_000_000)
    with pytest.raises(NotReached):
        services.record_later(intent, Step.OFFERED, kept, by=scene.recruiter)
    propose(intent, scene)
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    with pytest.raises(NotFound):
        services.record_later(intent, Step.AGREEMENT_SIGNED, kept, by=scene.recruiter)
    row = services.record_later(intent, Step.OFFERED, kept, by=scene.recruiter)
    assert row.file_key == kept.key
    planner = make_staff()
    services.record_later(intent, Step.CONTRACT_SIGNED, kept, by=planner)
    assert intent.step is Step.CONTRACT_SIGNED
    assert intent.steps[-1].side is Side.ORGANISER
    services.unmark(intent, Step.CONTRACT_SIGNED, by=planner)
    assert intent.step is Step.OFFERED
    assert intent.reached_rank == RANK[Step.OFFERED]


def test_acts_of_the_employer_stand_in_the_log_with_masked_names(scene, intent):
    services.mark(intent, Step.SHORTLISTED, by=scene.recruiter)
    propose(intent, scene)
    entries = db.session.scalars(select(AuditEntry).filter_by(object_kind="intent")).all()
    assert [entry.action for entry in entries] == ["intent.mark", "intent.propose"]
    assert all(scene.student.name not in entry.object_label for entry in entries)
    assert entries[0].fair_id == scene.fair.id


def test_the_other_side_is_told(scene, intent):
    propose(intent, scene)
    told = db.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert (told[-1].template, told[-1].user_id) == (
        "intents/proposed-to-student",
        scene.student.user_id,
    )
    services.confirm(intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key)
    people = set(db.session.scalars(select(Notice.user_id).filter_by(template="intents/confirmed")))
    assert people == {scene.student.user_id, scene.recruiter.id}


def test_every_step_says_who_when_and_by_which_way(scene):
    intent = share(scene, Given.CONTACT)
    row = db.session.scalars(select(IntentStep)).one()
    assert (row.side, row.via, row.actor_id) == (Side.STUDENT, Via.BOOTH, scene.student.user_id)
    # The student's own name is not copied into the record.
    assert row.actor_label == ""
    assert row.intent is intent
