"""What happens at the booths of the sample world: shares, ladders, letters of intent."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from app.accounts.models import User
from app.core.clock import frozen
from app.core.db import db
from app.demo.people import code
from app.intents import services as intents
from app.intents.models import Consent, Intent, IntentStep, ResumeShare
from app.intents.states import RANK, Act, ConsentPurpose, Side, Step
from app.participations.models import Participation
from app.registrations.models import Registration

# How far a hundred ladders have come by now.
HEIGHTS = (
    [Step.RESUME_RECEIVED] * 42
    + [Step.SHORTLISTED] * 20
    + [Step.INTERVIEWED] * 12
    + [Step.PRELIMINARY] * 26
)
LOWER = (Step.RESUME_RECEIVED, Step.SHORTLISTED, Step.INTERVIEWED, Step.PRELIMINARY)


def meet(
    pairs: Sequence[tuple[Registration, Participation, datetime]],
    rng: Random,
    *,
    until: datetime,
    heights: Sequence[Step] = HEIGHTS,
) -> list[Intent]:
    """One ladder for each pair; the time is when the student left the resume."""
    made = [
        _ladder(registration, participation, at, rng, until, rng.choice(heights))
        for registration, participation, at in pairs
    ]
    db.session.flush()
    return made


def _ladder(
    registration: Registration,
    participation: Participation,
    at: datetime,
    rng: Random,
    until: datetime,
    height: Step,
) -> Intent:
    position = rng.choice(participation.offered).position
    consent = Consent(
        student_id=registration.student_id,
        employer_id=participation.employer_id,
        fair_id=participation.fair_id,
        purpose=ConsentPurpose.SHARE,
        text_version="demo",
        text="把姓名、电话和简历给这一家单位。",
        given_at=at,
    )
    db.session.add(consent)
    db.session.add(
        ResumeShare(
            fair_id=participation.fair_id,
            student_id=registration.student_id,
            employer_id=participation.employer_id,
            participation=participation,
            consent=consent,
            resume=registration.student.resumes[0] if registration.student.resumes else None,
            shared_at=at,
        )
    )
    intent = Intent(
        uid=code(rng),
        fair_id=participation.fair_id,
        student_id=registration.student_id,
        employer_id=participation.employer_id,
        participation=participation,
        registration_id=registration.id,
        position=position,
        step=height,
        reached_rank=RANK[height],
        created_at=at,
        updated_at=at,
    )
    for step, moment in _moments(height, at, until, rng):
        side = Side.STUDENT if step is Step.RESUME_RECEIVED else Side.EMPLOYER
        if step is Step.PRELIMINARY:
            _act(intent, step, Act.PROPOSED, Side.EMPLOYER, moment)
            _act(intent, step, Act.CONFIRMED, Side.STUDENT, moment + timedelta(minutes=1))
            intent.reached_at = moment + timedelta(minutes=1)
        else:
            _act(intent, step, Act.SET, side, moment)
        intent.updated_at = moment
    db.session.add(intent)
    return intent


def _moments(
    height: Step, at: datetime, until: datetime, rng: Random
) -> Iterator[tuple[Step, datetime]]:
    moment = at
    for step in LOWER[: LOWER.index(height) + 1]:
        yield step, min(moment, until - timedelta(minutes=2))
        moment += timedelta(minutes=rng.randint(2, 9))


def _act(intent: Intent, step: Step, act: Act, side: Side, at: datetime) -> None:
    booth = intent.participation.booth
    intent.steps.append(
        IntentStep(
            step=step,
            act=act,
            side=side,
            at=at,
            via="demo",
            booth_code=(booth.code or "") if booth else "",
            position_id=None,
        )
    )


def greet(
    registration: Registration,
    present: Sequence[Participation],
    recruiter: User,
    rng: Random,
    *,
    until: datetime,
) -> None:
    """Give the demo's student something to answer: three resumes left, one intent proposed."""
    theirs = next(one for one in present if one.employer.members)
    others = [one for one in present if one is not theirs][:2]
    pairs = [(registration, one, until - timedelta(minutes=25)) for one in (theirs, *others)]
    made = meet(pairs, rng, until=until, heights=[Step.SHORTLISTED])
    with frozen(until - timedelta(minutes=2)):
        intents.propose(made[0], side=Side.EMPLOYER, by=recruiter)


def write_letters(
    made: Sequence[Intent], recruiter: User, *, wanted: int, at: datetime, starts_on: date
) -> int:
    """Let both sides sign letters for some of the preliminary intents, by the real services."""
    signed = 0
    for intent in made:
        student = intent.student.user
        if signed >= wanted or intent.step is not Step.PRELIMINARY or student is None:
            continue
        position = intent.position
        with frozen(at + timedelta(seconds=signed)):
            letter = intents.draft_letter(
                intent,
                intents.Terms(
                    position=position.title if position else "待定",
                    place=position.place if position else "温州",
                    pay=position.pay_text if position else "面议",
                    starts_on=starts_on,
                ),
                side=Side.EMPLOYER,
                by=recruiter,
            )
            intents.sign_letter(letter, side=Side.EMPLOYER, by=recruiter, sha256=letter.text_sha256)
            intents.sign_letter(letter, side=Side.STUDENT, by=student, sha256=letter.text_sha256)
        signed += 1
    return signed
