"""A fair with everything that is counted, for the tests of this room."""

from datetime import timedelta
from itertools import count

from app.checkins.models import Attendance
from app.checkins.states import Direction, Evidence
from app.core.clock import utcnow
from app.core.db import db
from app.intents.models import Agreement, Consent, Intent, ResumeShare
from app.intents.states import RANK, AgreementStatus, ConsentPurpose, Step
from app.places.states import EducationLevel
from app.registrations.models import Registration
from app.registrations.states import RegistrationSource, RegistrationStatus
from tests.factories import make_student

_number = count(1)


def register(fair, student=None, *, before=True, walk_in=False, **given):
    """A confirmed registration, before the doors opened unless told otherwise."""
    when = fair.opens_doors_at + timedelta(minutes=-5 if before else 5)
    registration = Registration(
        **{
            "fair": fair,
            "student": student or make_student(),
            "status": RegistrationStatus.CONFIRMED,
            "source": RegistrationSource.WALK_IN if walk_in else RegistrationSource.SELF,
            "registered_at": when,
        }
        | given
    )
    db.session.add(registration)
    db.session.flush()
    return registration


def attend(registration, *, direction=Direction.IN, minutes_ago=5):
    """Let somebody in."""
    moment = utcnow() - timedelta(minutes=minutes_ago)
    attendance = Attendance(
        registration_id=registration.id,
        fair_id=registration.fair_id,
        first_at=moment,
        last_direction=direction,
        last_at=moment,
        evidence=Evidence.STAFF_SCAN,
    )
    db.session.add(attendance)
    db.session.flush()
    return attendance


def share(participation, student):
    consent = Consent(
        student_id=student.id,
        employer_id=participation.employer_id,
        purpose=ConsentPurpose.SHARE,
        text_version="1",
    )
    db.session.add(consent)
    db.session.flush()
    row = ResumeShare(
        fair_id=participation.fair_id,
        student_id=student.id,
        employer_id=participation.employer_id,
        participation_id=participation.id,
        consent_id=consent.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def intend(participation, student, step=Step.PRELIMINARY, **given):
    """An intent that reached a rung (and stands there unless ``step`` is given as an ending)."""
    reached = given.pop("reached", step)
    intent = Intent(
        fair_id=participation.fair_id,
        student_id=student.id,
        employer_id=participation.employer_id,
        participation_id=participation.id,
        step=step,
        reached_rank=RANK[reached],
        reached_at=utcnow(),
        **given,
    )
    db.session.add(intent)
    db.session.flush()
    return intent


def sign(intent, status=AgreementStatus.SIGNED):
    number = next(_number)
    agreement = Agreement(
        intent_id=intent.id,
        live_intent_id=intent.id if status is AgreementStatus.SIGNED else None,
        number=f"WZ-TEST-{number:06d}",
        status=status,
        student_name="陈思远",
        employer_name="样例",
        position_title="工程师",
        text="…",
        text_sha256="0" * 64,
        employer_signed_at=utcnow(),
        student_signed_at=utcnow(),
    )
    db.session.add(agreement)
    db.session.flush()
    return agreement


def student(level=EducationLevel.MASTERS, **given):
    return make_student(level=level, **given)
