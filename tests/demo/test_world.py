"""The sample world keeps every rule the services keep."""

import pytest
from sqlalchemy import func, select

from app.checkins.merge import derive
from app.checkins.models import Attendance, Scan
from app.core.clock import utcnow
from app.core.db import db
from app.demo.world import is_loaded
from app.intents.models import Agreement, Intent
from app.intents.states import RANK, AgreementStatus
from app.notices.models import Notice
from app.participations.models import Participation
from app.registrations.models import FairSeats, Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair
from app.tours.states import FairPhase, FairStatus
from tests.checkins.making import head_counts

pytestmark = pytest.mark.own_database


def test_the_head_counts_are_the_numbers_of_the_attendances():
    kept, counted = head_counts()
    assert kept == counted != {}


def test_attendance_is_what_the_scans_come_to():
    checked = 0
    for attendance in db.session.scalars(select(Attendance)):
        registration = db.session.get(Registration, attendance.registration_id)
        tickets = {ticket.hash: ticket.revoked_at for ticket in registration.tickets}
        scans = db.session.scalars(select(Scan).where(Scan.ticket_hash.in_(tickets))).all()
        derived = derive(scans, tickets, registration, registration.fair)
        assert derived is not None
        assert (derived.first_at, derived.last_direction, derived.last_at, derived.evidence) == (
            attendance.first_at,
            attendance.last_direction,
            attendance.last_at,
            attendance.evidence,
        )
        assert derived.duplicates == attendance.duplicates
        checked += 1
    assert checked > 50


def test_the_seats_taken_are_the_confirmed_registrations():
    for seats in db.session.scalars(select(FairSeats)):
        confirmed = db.session.scalar(
            select(func.count(Registration.id)).where(
                Registration.fair_id == seats.fair_id,
                Registration.status == RegistrationStatus.CONFIRMED,
            )
        )
        assert seats.taken == confirmed


def test_everybody_confirmed_holds_one_ticket():
    confirmed = db.session.scalar(
        select(func.count(Registration.id)).where(
            Registration.status == RegistrationStatus.CONFIRMED
        )
    )
    valid = db.session.scalar(select(func.count(Ticket.id)).where(Ticket.revoked_at.is_(None)))
    assert valid == confirmed


def test_every_ladder_reached_what_its_steps_say():
    intents = db.session.scalars(select(Intent)).all()
    assert intents
    for intent in intents:
        highest = max(intent.rungs, key=RANK.__getitem__)
        assert RANK[highest] == intent.reached_rank
        assert intent.step is highest


def test_the_letters_are_signed_by_both_and_numbered():
    letters = db.session.scalars(select(Agreement)).all()
    assert letters
    assert all(one.status is AgreementStatus.SIGNED and one.number for one in letters)


def test_every_state_of_a_fair_can_be_seen():
    fairs = db.session.scalars(select(Fair)).all()
    assert {fair.status for fair in fairs} == set(FairStatus)
    phases = {fair.phase_at(utcnow()) for fair in fairs}
    assert {FairPhase.ONGOING, FairPhase.OPEN, FairPhase.ENDED} <= phases


def test_nobody_is_flooded_with_notices():
    assert db.session.scalar(select(func.count(Notice.id))) < 100


def test_every_employer_of_a_hall_has_a_booth_of_its_own():
    placed = db.session.scalars(
        select(Participation.booth_id).where(Participation.booth_id.is_not(None))
    ).all()
    assert len(placed) == len(set(placed)) > 10


def test_it_knows_that_it_is_loaded():
    assert is_loaded()
