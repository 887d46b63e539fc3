"""Facts of two sides in any order come to the same, and never to "agreed" without both (T10)."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.db import db
from app.core.errors import DomainError
from app.intents import services
from app.intents.states import REACHED_RANK, AgreementStatus, Side, Step
from tests.intents.scene import draft, make_scene, share

EMPLOYER, STUDENT, WITHDRAWAL = "employer signs", "student signs", "student withdraws"
LOOSE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def act_on_letter(letter, scene, fact):
    """One fact; what comes too late is refused and changes nothing."""
    before = letter.status
    try:
        if fact == WITHDRAWAL:
            services.withdraw_letter(
                letter, side=Side.STUDENT, by=scene.student.user, reason="另有去向"
            )
        else:
            side = Side.EMPLOYER if fact == EMPLOYER else Side.STUDENT
            by = scene.recruiter if side is Side.EMPLOYER else scene.student.user
            services.sign_letter(letter, side=side, by=by, sha256=letter.text_sha256)
    except DomainError:
        assert letter.status is before


def meaning(facts):
    """What a set of facts comes to, whatever their order; who drafted does not matter."""
    if WITHDRAWAL in facts:
        return "over"
    return "agreed" if {EMPLOYER, STUDENT} <= facts else "open"


def standing(letter):
    if letter.status is AgreementStatus.SIGNED:
        return "agreed"
    return "open" if letter.status is AgreementStatus.PROPOSED else "over"


@LOOSE
@given(
    facts=st.lists(st.sampled_from([EMPLOYER, STUDENT, WITHDRAWAL]), max_size=6),
    drafter=st.sampled_from([Side.EMPLOYER, Side.STUDENT]),
)
def test_a_letter_stands_where_its_facts_put_it(database, facts, drafter):
    scene = make_scene()
    letter = draft(scene, side=drafter)
    for index, fact in enumerate(facts):
        act_on_letter(letter, scene, fact)
        so_far = set(facts[: index + 1])
        assert standing(letter) == meaning(so_far)
        if letter.status is AgreementStatus.SIGNED:
            assert letter.employer_signed_at is not None
            assert letter.student_signed_at is not None
        agreed = letter.intent.step is Step.AGREEMENT_SIGNED
        assert agreed == (letter.status is AgreementStatus.SIGNED)
    db.session.rollback()


YES, NO = "says yes", "declines"


@LOOSE
@given(
    facts=st.lists(
        st.tuples(st.sampled_from([Side.EMPLOYER, Side.STUDENT]), st.sampled_from([YES, NO])),
        max_size=6,
    )
)
def test_an_intent_counts_only_after_both_have_said_yes(database, facts):
    scene = make_scene()
    intent = share(scene)
    heard = set()
    for side, fact in facts:
        by = scene.recruiter if side is Side.EMPLOYER else scene.student.user
        try:
            if fact == YES:
                services.propose(intent, side=side, by=by)
            else:
                services.decline(intent, side=side, by=by)
        except DomainError:
            continue
        heard.add((side, fact))
        both = {(Side.EMPLOYER, YES), (Side.STUDENT, YES)} <= heard
        declined = any(said == NO for _, said in heard)
        assert (intent.reached_rank >= REACHED_RANK) == both
        assert intent.is_reached == (both and not declined)
    db.session.rollback()
