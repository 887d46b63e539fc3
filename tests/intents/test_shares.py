"""Sharing: by the student's own act, for one employer, until they take it back."""

import pytest
from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Gone, NotFound
from app.intents import queries, services
from app.intents.models import Consent, DataView, Intent, ResumeShare
from app.intents.queries import CandidateFilter
from app.intents.services.meeting import NotHere
from app.intents.services.shares import NoResume, NotRegistered, Sharing
from app.intents.states import SHARE_TEXT_VERSION, Given, Side, Step
from app.participations.states import ParticipationStatus
from app.registrations.services import cancel
from app.tours.states import FairStatus
from tests.factories import make_participation, make_position, make_student
from tests.intents.scene import (
    CONSENT,
    draft,
    make_registration,
    make_scene,
    make_unshared,
    propose,
    reach,
    share,
    sign,
    signed,
)


@pytest.fixture
def scene(database):
    return make_scene()


def test_a_share_keeps_the_words_that_were_agreed_to(scene):
    intent = share(scene, position=scene.position)
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.text, consent.text_version) == (CONSENT, SHARE_TEXT_VERSION)
    assert consent.employer_id == scene.employer.id
    assert intent.step is Step.RESUME_RECEIVED
    assert intent.position == scene.position
    assert intent.registration_id == scene.registration.id
    assert intent.is_shared
    assert intent.share.resume is not None


def test_sharing_twice_is_sharing_once(scene):
    share(scene)
    share(scene)
    assert len(db.session.scalars(select(ResumeShare)).all()) == 1
    assert len(db.session.scalars(select(Consent)).all()) == 1
    assert len(db.session.scalars(select(Intent)).one().steps) == 1


def test_name_and_phone_may_be_given_without_the_resume_and_the_resume_later(scene):
    intent = share(scene, Given.CONTACT)
    assert intent.share.resume is None
    with pytest.raises(NotFound):
        queries.get_resume(scene.employer, intent.uid)
    share(scene, Given.RESUME)
    assert queries.get_resume(scene.employer, intent.uid).text == "三年减速器项目经验。"
    old, new = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert old.withdrawn_at is not None
    assert new.withdrawn_at is None


def test_there_must_be_a_resume_to_give(database):
    scene = make_scene(with_resume=False)
    with pytest.raises(NoResume):
        share(scene)
    share(scene, Given.CONTACT)


def test_only_who_is_registered_shares(scene):
    stranger = make_student()
    sharing = Sharing(given=Given.CONTACT, text=CONSENT)
    with pytest.raises(NotRegistered):
        services.share(stranger, scene.participation, sharing, by=stranger.user)
    cancel(scene.registration, by=None)
    with pytest.raises(NotRegistered):
        share(scene)


@pytest.mark.parametrize("status", [ParticipationStatus.SUBMITTED, ParticipationStatus.WITHDRAWN])
def test_only_employers_that_come_are_given_anything(scene, status):
    scene.participation.booth = None
    scene.participation.status = status
    with pytest.raises(NotHere):
        share(scene)


def test_nothing_is_given_at_a_cancelled_fair(scene):
    scene.fair.status = FairStatus.CANCELLED
    with pytest.raises(NotHere):
        share(scene)


def test_a_position_of_another_employer_is_not_wished_for(scene):
    with pytest.raises(NotFound):
        share(scene, position=make_position())


def test_taking_back_is_for_one_employer_and_at_once(scene):
    intent = share(scene)
    second = make_participation(fair=scene.fair)
    sharing = Sharing(given=Given.RESUME, text=CONSENT)
    kept = services.share(scene.student, second, sharing, by=scene.student.user)
    services.withdraw_share(intent, by=scene.student.user)
    db.session.commit()
    assert intent.step is Step.WITHDRAWN
    with pytest.raises(Gone):
        queries.get_candidate(scene.employer, intent.uid)
    with pytest.raises(Gone):
        queries.get_resume(scene.employer, intent.uid)
    assert queries.get_resume(second.employer, kept.uid)
    first, other = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert first.withdrawn_at is not None
    assert other.withdrawn_at is None


def test_giving_again_is_a_further_consent_on_the_same_row(scene):
    intent = share(scene)
    services.withdraw_share(intent, by=scene.student.user)
    again = share(scene)
    assert again is intent
    assert intent.step is Step.RESUME_RECEIVED
    assert len(db.session.scalars(select(ResumeShare)).all()) == 1
    assert len(db.session.scalars(select(Consent)).all()) == 2
    assert queries.get_candidate(scene.employer, intent.uid)


def test_taking_back_closes_what_was_proposed(scene):
    intent = propose(share(scene), scene)
    services.withdraw_share(intent, by=scene.student.user)
    assert intent.proposed_step is None
    assert intent.has_ended


def test_taking_back_ends_a_letter_that_is_not_signed_by_both(scene):
    letter = sign(draft(scene), scene, Side.EMPLOYER)
    services.withdraw_share(letter.intent, by=scene.student.user)
    assert letter.status == "refused"
    assert not letter.is_live


def test_a_letter_both_have_signed_outlives_the_share(scene):
    letter = signed(scene)
    services.withdraw_share(letter.intent, by=scene.student.user)
    assert letter.status == "signed"
    assert letter.intent.step is Step.AGREEMENT_SIGNED
    with pytest.raises(Gone):
        queries.get_candidate(scene.employer, letter.intent.uid)
    assert queries.get_letter_of_employer(scene.employer, letter.public_code) is letter


def test_whoever_looks_is_written_down_for_the_student(scene):
    intent = share(scene)
    services.log_view(intent, "phone", by=scene.recruiter)
    services.log_export([intent], by=scene.recruiter)
    [row] = queries.list_shares(scene.student)
    assert {view.what for view in row.views} == {"phone", "export"}
    assert row.views[0].viewer_label == "周敏"


def test_a_removed_resume_is_gone(scene):
    intent = share(scene)
    scene.student.resumes[0].removed_at = utcnow()
    db.session.commit()
    with pytest.raises(Gone):
        queries.get_resume(scene.employer, intent.uid)


def test_searching_does_not_tell_names_that_are_hidden(scene):
    shared, hidden = make_student(name="梁可欣"), make_student(name="郭可染")
    for student in (shared, hidden):
        make_registration(student, scene.fair)
    sharing = Sharing(given=Given.CONTACT, text=CONSENT)
    services.share(shared, scene.participation, sharing, by=shared.user)
    make_unshared(scene, hidden)
    found = queries.list_candidates(scene.employer, CandidateFilter(words="可"))
    assert [row.student.name for row in found.items] == ["梁可欣"]
    both = queries.list_candidates(scene.employer, CandidateFilter(words="机械工程"))
    assert both.total == 2


def test_leaving_closes_everything_and_keeps_the_figures(scene):
    letter = signed(scene)
    intent = letter.intent
    unseen = services.note_mark(None)
    services.annotate(intent, text="做过减速器", tags=[], seen=unseen, by=scene.recruiter)
    services.forget_student(scene.student, by=scene.student.user)
    assert letter.status == "withdrawn"
    assert scene.student.name not in letter.text
    assert letter.student_name == "–"
    assert intent.notes == []
    assert intent.has_ended
    assert queries.count_reached(scene.fair).people == 1
    assert queries.count_reached(scene.fair, current=True).people == 0
    assert db.session.scalars(select(DataView)).all() == []


def test_what_waits_for_the_student(scene):
    assert queries.list_waiting(scene.student) == []
    intent = share(scene)
    assert queries.list_waiting(scene.student) == []
    propose(intent, scene)
    assert queries.list_waiting(scene.student) == [intent]


def test_the_mark_of_the_cards_changes_with_every_act(scene):
    marks = [queries.card_mark(scene.student, scene.fair)]
    intent = reach(scene)
    marks.append(queries.card_mark(scene.student, scene.fair))
    services.withdraw_share(intent, by=scene.student.user)
    marks.append(queries.card_mark(scene.student, scene.fair))
    assert len(set(marks)) == 3
