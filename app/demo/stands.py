"""The phone of a stand in the sample world: whom it asked, and who has not answered yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from app.accounts.models import User
from app.checkins.models import Attendance
from app.checkins.services import enrol_booth, find_device
from app.core.clock import frozen
from app.core.codes import uuid7
from app.core.db import db
from app.intents.models import Intent
from app.intents.services import Brought, StandScan, refuse_contact, take_stand_scans
from app.intents.services.contacts import NO_SCAN, Proposal, ask_student
from app.intents.states import Step
from app.participations.models import Participation
from app.registrations.models import Registration

# What the stand proposes to one after the other; the last one says no.
PROPOSED = (
    Step.RESUME_RECEIVED,
    Step.SHORTLISTED,
    Step.RESUME_RECEIVED,
    Step.INTERVIEWED,
    Step.PRELIMINARY,
    Step.RESUME_RECEIVED,
)


def ask_at_stands(
    present: Sequence[Participation],
    came: Sequence[Registration],
    recruiter: User,
    rng: Random,
    *,
    until: datetime,
) -> None:
    """Six people the recruiter's phone has scanned; and the first student is asked elsewhere.

    ``came`` begins with the student who signs in to the demo.
    """
    theirs = next(one for one in present if one.employer.members)
    student = came[0]
    met = _stands_of(student)
    elsewhere = next(one for one in present if one is not theirs and one.id not in met)
    _scan_some(theirs, _strangers(theirs, came[1:], rng, until=until), recruiter, until=until)
    at = until - timedelta(minutes=4)
    # Nobody has an account there: whoever scanned is not named.
    asked = Proposal(scan_id=NO_SCAN, step=Step.RESUME_RECEIVED, scanned_at=at, by=None)
    with frozen(at):
        ask_student(elsewhere, student, asked)


def _scan_some(
    stand: Participation, people: Sequence[Registration], recruiter: User, *, until: datetime
) -> None:
    with frozen(stand.fair.starts_at - timedelta(minutes=15)):
        token = enrol_booth(stand, name="展位手机", by=recruiter).token
    for number, (registration, step) in enumerate(zip(people, PROPOSED, strict=False), start=1):
        at = until - timedelta(minutes=15 - 2 * number)
        with frozen(at):
            scan = StandScan(
                id=uuid7(),
                seq=number,
                step=step,
                scanned_at=at,
                ticket_hash=registration.tickets[-1].hash,
                device_time=at,
                offset_ms=0,
            )
            take_stand_scans(Brought(find_device(token), [scan], queued=0, offset_ms=0))
    with frozen(until - timedelta(minutes=2)):
        refuse_contact(people[-1].student, stand)


def _strangers(
    stand: Participation, came: Sequence[Registration], rng: Random, *, until: datetime
) -> list[Registration]:
    """People who had come before the phone scanned anybody and have given this stand nothing."""
    known = set(
        db.session.scalars(
            select(Intent.registration_id).where(Intent.participation_id == stand.id)
        )
    )
    early = select(Attendance.registration_id).where(
        Attendance.fair_id == stand.fair_id,
        Attendance.first_at < until - timedelta(minutes=15),
    )
    there = set(db.session.scalars(early)) - known
    return rng.sample([row for row in came if row.id in there], len(PROPOSED))


def _stands_of(registration: Registration) -> set[int]:
    query = select(Intent.participation_id).where(Intent.registration_id == registration.id)
    return set(db.session.scalars(query))
