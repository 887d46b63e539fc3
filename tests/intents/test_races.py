"""Two people at the same moment: exactly one outcome, every count exact (F29)."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import db
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.intents import services
from app.intents.models import (
    Agreement,
    BoothContact,
    ContactQuota,
    Intent,
    IntentStep,
    NumberSeries,
    ResumeShare,
)
from app.intents.services import Sharing, meeting
from app.intents.states import REACHED_RANK, Act, Fault, Given, Side, Step
from app.participations.models import Participation
from app.students.models import Student
from tests.factories import make_student
from tests.intents.scene import (
    CONSENT,
    draft,
    make_registration,
    make_scene,
    propose,
    reach,
    share,
    sign,
)
from tests.live import run_together

pytestmark = pytest.mark.own_database


def build(app, make):
    """Make rows for good in their own context and return what ``make`` returns: plain values."""
    with app.app_context():
        made = make()
        db.session.commit()
        db.session.remove()
    return made


def read(app, query):
    with app.app_context():
        found = db.session.scalars(query).all()
        db.session.remove()
    return found


def refused(results):
    return [one for one in results if isinstance(one, DomainError)]


def faults(results):
    return [
        one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)
    ]


def test_both_proposing_at_once_is_one_confirmed_intent(live_app):
    def make():
        scene = make_scene()
        return share(scene).id, scene.recruiter.id, scene.student.user_id

    intent_id, recruiter_id, student_id = build(live_app, make)

    def act(index):
        with transaction():
            side = Side.EMPLOYER if index % 2 else Side.STUDENT
            by = db.session.get(User, recruiter_id if index % 2 else student_id)
            services.propose(db.session.get(Intent, intent_id), side=side, by=by)

    results = run_together(live_app, 8, act)
    assert not faults(results)
    assert not refused(results)
    acts = Counter(
        read(live_app, select(IntentStep.act).where(IntentStep.step == Step.PRELIMINARY))
    )
    assert acts == {Act.PROPOSED: 1, Act.CONFIRMED: 1}
    assert read(live_app, select(Intent.reached_rank)) == [REACHED_RANK]


@pytest.mark.parametrize("round_", range(5))
def test_an_offer_withdrawn_while_it_is_accepted_has_one_outcome(live_app, round_):
    def make():
        scene = make_scene()
        intent = propose(share(scene), scene)
        return intent.id, scene.recruiter.id, scene.student.user_id, intent.proposal_key

    intent_id, recruiter_id, student_id, key = build(live_app, make)

    def act(index):
        with transaction():
            intent = db.session.get(Intent, intent_id)
            if index % 2:
                by = db.session.get(User, recruiter_id)
                services.take_back(intent, side=Side.EMPLOYER, by=by)
                return "taken back"
            by = db.session.get(User, student_id)
            services.confirm(intent, side=Side.STUDENT, by=by, key=key)
            return "confirmed"

    results = run_together(live_app, 2, act)
    assert not faults(results)
    assert len(refused(results)) == 1
    [won] = [one for one in results if isinstance(one, str)]
    [rank] = read(live_app, select(Intent.reached_rank))
    assert (rank >= REACHED_RANK) == (won == "confirmed")
    acts = read(live_app, select(IntentStep.act).where(IntentStep.step == Step.PRELIMINARY))
    assert sorted(acts) == sorted(
        [Act.PROPOSED, Act.CONFIRMED if won == "confirmed" else Act.TAKEN_BACK]
    )


def test_fifty_taps_on_give_make_one_share(live_app):
    def make():
        scene = make_scene()
        return scene.student.id, scene.participation.id

    student_id, participation_id = build(live_app, make)

    def act(_):
        with transaction():
            student = db.session.get(Student, student_id)
            sharing = Sharing(given=Given.RESUME, text=CONSENT)
            participation = db.session.get(Participation, participation_id)
            services.share(student, participation, sharing, by=student.user)

    results = run_together(live_app, 20, act)
    assert not faults(results)
    assert not refused(results)
    assert read(live_app, select(func.count(ResumeShare.id))) == [1]
    assert read(live_app, select(func.count(Intent.id))) == [1]
    assert read(live_app, select(func.count(IntentStep.id))) == [1]


def test_both_signing_at_once_is_one_letter_with_one_number(live_app):
    def make():
        scene = make_scene()
        letter = draft(scene)
        return letter.id, scene.recruiter.id, scene.student.user_id, letter.text_sha256

    letter_id, recruiter_id, student_id, digest = build(live_app, make)

    def act(index):
        with transaction():
            side = Side.EMPLOYER if index % 2 else Side.STUDENT
            by = db.session.get(User, recruiter_id if index % 2 else student_id)
            letter = db.session.get(Agreement, letter_id)
            services.sign_letter(letter, side=side, by=by, sha256=digest)

    results = run_together(live_app, 8, act)
    assert not faults(results)
    assert not refused(results)
    [letter] = read(live_app, select(Agreement))
    assert letter.status == "signed"
    assert letter.number.endswith("-000001")
    assert read(live_app, select(NumberSeries.last)) == [1]


def test_a_letter_withdrawn_while_it_is_signed_has_one_outcome(live_app):
    def make():
        scene = make_scene()
        letter = sign(draft(scene), scene, Side.EMPLOYER)
        return letter.id, scene.recruiter.id, scene.student.user_id, letter.text_sha256

    letter_id, recruiter_id, student_id, digest = build(live_app, make)

    def act(index):
        with transaction():
            letter = db.session.get(Agreement, letter_id)
            if index:
                by = db.session.get(User, recruiter_id)
                services.withdraw_letter(letter, side=Side.EMPLOYER, by=by, reason="岗位取消")
            else:
                by = db.session.get(User, student_id)
                services.sign_letter(letter, side=Side.STUDENT, by=by, sha256=digest)

    results = run_together(live_app, 2, act)
    assert not faults(results)
    [letter] = read(live_app, select(Agreement))
    # Signed and then withdrawn, or withdrawn and the signature refused.
    assert letter.status == "withdrawn"
    assert (letter.number is None) == (len(refused(results)) == 1)


def test_numbers_have_no_gap_and_no_twin(live_app):
    people = 10

    def make():
        scene = make_scene()
        made = [draft(scene)]
        for _ in range(people - 1):
            scene.student = make_student()
            make_registration(scene.student, scene.fair)
            intent = share(scene, Given.CONTACT)
            propose(intent, scene)
            services.confirm(
                intent, side=Side.STUDENT, by=scene.student.user, key=intent.proposal_key
            )
            db.session.commit()
            made.append(draft(scene, intent))
        for letter in made:
            sign(letter, scene, Side.EMPLOYER)
        return [
            (one.id, one.intent.student.user_id, one.text_sha256, index % 3 == 2)
            for index, one in enumerate(made)
        ]

    letters = build(live_app, make)

    def act(index):
        letter_id, user_id, digest, fails = letters[index]
        with transaction():
            letter = db.session.get(Agreement, letter_id)
            by = db.session.get(User, user_id)
            services.sign_letter(letter, side=Side.STUDENT, by=by, sha256=digest)
            if fails:
                raise RuntimeError("the power is cut after the number was drawn")

    run_together(live_app, people, act)
    numbers = [one for one in read(live_app, select(Agreement.number)) if one]
    signed = sum(not fails for *_, fails in letters)
    assert sorted(int(one[-6:]) for one in numbers) == list(range(1, signed + 1))


def test_two_drafts_at_once_are_one_letter(live_app):
    def make():
        scene = make_scene()
        return reach(scene).id, scene.recruiter.id, scene.student.user_id

    intent_id, recruiter_id, student_id = build(live_app, make)

    def act(index):
        with transaction():
            side = Side.EMPLOYER if index % 2 else Side.STUDENT
            by = db.session.get(User, recruiter_id if index % 2 else student_id)
            terms = services.Terms(position="机械设计工程师")
            services.draft_letter(db.session.get(Intent, intent_id), terms, side=side, by=by)

    results = run_together(live_app, 6, act)
    assert not faults(results)
    assert len(refused(results)) == 5
    assert read(live_app, select(func.count(Agreement.id))) == [1]


def test_the_days_number_of_scans_is_exact(live_app, monkeypatch):
    monkeypatch.setattr(meeting, "DAILY_CONTACTS", 5)

    def make():
        scene = make_scene()
        others = [make_registration(make_student(), scene.fair) for _ in range(12)]
        codes = [one.ticket.short_code for one in others]
        return scene.participation.id, scene.recruiter.id, codes

    participation_id, recruiter_id, codes = build(live_app, make)

    def act(index):
        with transaction():
            met = services.meet(
                db.session.get(Participation, participation_id),
                codes[index],
                by=db.session.get(User, recruiter_id),
            )
        return met if isinstance(met, Fault) else "asked"

    results = run_together(live_app, len(codes), act)
    assert not faults(results)
    assert Counter(results) == {"asked": 5, Fault.CAPPED: 7}
    assert read(live_app, select(ContactQuota.taken)) == [5]
    assert read(live_app, select(func.count(BoothContact.id))) == [5]


def test_a_share_taken_back_while_an_intent_is_confirmed_never_leaves_a_current_intent(live_app):
    def make():
        scene = make_scene()
        intent = propose(share(scene), scene)
        return intent.id, scene.student.user_id, intent.proposal_key

    intent_id, student_id, key = build(live_app, make)

    def act(index):
        with transaction():
            intent = db.session.get(Intent, intent_id)
            by = db.session.get(User, student_id)
            if index:
                services.withdraw_share(intent, by=by)
            else:
                services.confirm(intent, side=Side.STUDENT, by=by, key=key)

    results = run_together(live_app, 2, act)
    assert not faults(results)
    assert read(live_app, select(Intent.step)) == [Step.WITHDRAWN]
