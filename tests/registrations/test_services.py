from datetime import timedelta

import pytest

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.errors import IllegalTransition
from app.notices.models import Notice
from app.places.states import EducationLevel
from app.registrations import queries, services
from app.registrations.models import FairSeats
from app.registrations.services import FairIsOver, NoTicket, RegistrationClosed
from app.registrations.states import RegistrationSource, RegistrationStatus
from app.registrations.tickets import hash_of, read_code
from app.students.services import Profile
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_fair, make_staff, make_student, make_user
from tests.factories.registrations import make_registration

R = RegistrationStatus
PROFILE = Profile(name="林晓", school_name="江城理工大学", level=EducationLevel.BACHELORS)


def statuses(*registrations):
    return [registration.status for registration in registrations]


def test_registering_takes_a_place_and_gives_a_ticket():
    registration = make_registration()
    ticket = registration.ticket
    assert registration.status is R.CONFIRMED
    assert registration.verified_at is not None
    assert queries.seats_taken(registration.fair) == 1
    code = services.ticket_code(ticket)
    assert read_code(code) == code
    assert ticket.hash == hash_of(code)
    assert queries.find_ticket_by_hash(queries.hash_from_text(f"http://x/t/{code}")) is ticket


def test_registering_twice_changes_nothing():
    first = make_registration()
    again = services.register(first.student, first.fair)
    assert again is first
    assert len(again.tickets) == 1
    assert queries.seats_taken(first.fair) == 1


def test_a_full_fair_puts_people_on_the_waiting_list_in_order():
    fair = make_coming_fair(capacity=1)
    first, second, third = (make_registration(fair) for _ in range(3))
    assert statuses(first, second, third) == [R.CONFIRMED, R.WAITLISTED, R.WAITLISTED]
    assert [queries.waitlist_position(r) for r in (first, second, third)] == [0, 1, 2]
    assert queries.seats_taken(fair) == 1
    assert not queries.has_free_seat(fair)


def test_cancelling_moves_up_the_oldest_waiting_person_and_tells_them():
    fair = make_coming_fair(capacity=1)
    first, second, third = (make_registration(fair) for _ in range(3))
    services.cancel(first, by=first.student.user, reason="考试")
    assert statuses(first, second, third) == [R.CANCELLED, R.CONFIRMED, R.WAITLISTED]
    assert queries.seats_taken(fair) == 1
    assert first.ticket is None
    assert first.tickets[0].revoked_why == "考试"
    told = {(n.user_id, n.template) for n in db.session.query(Notice)}
    assert told == {(second.student.user_id, "registrations/moved-up")}


def test_cancelling_on_the_waiting_list_frees_nothing():
    fair = make_coming_fair(capacity=1)
    first, second = (make_registration(fair) for _ in range(2))
    services.cancel(second, by=second.student.user)
    assert statuses(first, second) == [R.CONFIRMED, R.CANCELLED]
    assert queries.seats_taken(fair) == 1


def test_somebody_who_cancelled_comes_back_on_the_same_row_with_another_ticket():
    first = make_registration()
    old = services.ticket_code(first.ticket)
    services.cancel(first, by=first.student.user)
    again = services.register(first.student, first.fair)
    assert again is first
    assert again.status is R.CONFIRMED
    assert again.generation == 1
    assert services.ticket_code(again.ticket) != old
    assert queries.seats_taken(first.fair) == 1
    assert [ticket.revoked_at is None for ticket in again.tickets] == [False, True]


def test_cancelling_twice_is_refused():
    first = make_registration()
    services.cancel(first, by=first.student.user)
    with pytest.raises(IllegalTransition):
        services.cancel(first, by=first.student.user)


def test_more_capacity_goes_to_those_who_wait_before_anybody_new():
    fair = make_coming_fair(capacity=1)
    first, second = (make_registration(fair) for _ in range(2))
    fair.capacity = 2
    db.session.commit()
    third = make_registration(fair)
    assert statuses(first, second, third) == [R.CONFIRMED, R.CONFIRMED, R.WAITLISTED]


def test_a_replaced_ticket_is_dead_at_once():
    registration = make_registration()
    old = services.ticket_code(registration.ticket)
    services.reissue_ticket(registration, by=registration.student.user, why="lost")
    ticket = queries.find_ticket_by_hash(hash_of(old))
    assert ticket.revoked_at is not None
    assert ticket.revoked_why == "lost"
    assert services.ticket_code(registration.ticket) != old
    assert registration.ticket.short_code != ticket.short_code


def test_a_cancelled_registration_has_no_ticket_to_replace():
    registration = make_registration()
    services.cancel(registration, by=None)
    with pytest.raises(NoTicket):
        services.reissue_ticket(registration, by=None, why="lost")


def test_after_the_end_nothing_changes_any_more():
    registration = make_registration()
    with frozen(registration.fair.ends_at):
        with pytest.raises(FairIsOver):
            services.cancel(registration, by=None)
        with pytest.raises(FairIsOver):
            services.reissue_ticket(registration, by=None, why="lost")
        with pytest.raises(RegistrationClosed, match="over"):
            services.register(make_student(), registration.fair)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"registration_opens_at": utcnow() + timedelta(days=2)}, "not opened yet"),
        ({"registration_closes_at": utcnow() - timedelta(days=2)}, "is closed"),
        ({"status": FairStatus.CANCELLED}, "has been cancelled"),
        ({"status": FairStatus.POSTPONED}, "postponed"),
        ({"status": FairStatus.DRAFT}, "closed"),
    ],
)
def test_registration_outside_its_window_says_why_not(given, words):
    fair = make_coming_fair(**given)
    with pytest.raises(RegistrationClosed, match=words):
        services.register(make_student(), fair)


def test_walk_ins_register_until_the_end_although_registration_has_closed():
    fair = make_fair(registration_closes_at=utcnow() - timedelta(days=1))
    registration = make_registration(fair, source=RegistrationSource.WALK_IN)
    assert registration.status is R.CONFIRMED


def test_the_desk_registers_somebody_without_a_phone_and_it_is_logged():
    fair = make_coming_fair(registration_closes_at=utcnow() - timedelta(days=1))
    staff = make_staff(Role.HELP_DESK)
    registration = services.register_at_desk(fair, PROFILE, by=staff)
    assert registration.source is RegistrationSource.DESK
    assert registration.student.user is None
    entry = db.session.query(AuditEntry).filter_by(action="registration.desk").one()
    assert (entry.fair_id, entry.object_label) == (fair.id, "林*")


def test_an_unverified_walk_in_touches_no_account_with_the_same_phone():
    owner = make_student()
    fair = make_fair()
    registration = services.register_unverified(fair, PROFILE, phone=owner.user.phone, agreed=True)
    assert registration.student is not owner
    assert registration.student.user is None
    assert registration.verified_at is None
    assert registration.source is RegistrationSource.WALK_IN


def test_confirming_the_phone_joins_the_walk_in_to_a_new_account():
    registration = services.register_unverified(
        make_fair(), PROFILE, phone="13800001111", agreed=True
    )
    user = make_user(Role.STUDENT, phone="13800001111")
    joined = services.join_account(registration, user)
    assert joined is registration
    assert joined.student.user_id == user.id
    assert joined.student.phone is None
    assert joined.verified_at is not None


def test_confirming_the_phone_joins_the_walk_in_to_the_student_of_the_account():
    owner = make_student()
    registration = services.register_unverified(
        make_fair(), PROFILE, phone=owner.user.phone, agreed=True
    )
    left = registration.student
    joined = services.join_account(registration, owner.user)
    assert joined.student is owner
    assert left.closed_at is not None
    assert queries.seats_taken(joined.fair) == 1


def test_of_two_places_of_one_person_the_confirmed_one_stands():
    before = make_registration(make_fair())
    walk_in = services.register_unverified(
        before.fair, PROFILE, phone=before.student.user.phone, agreed=True
    )
    joined = services.join_account(walk_in, before.student.user)
    assert joined is before
    assert statuses(before, walk_in) == [R.CONFIRMED, R.CANCELLED]
    assert queries.seats_taken(before.fair) == 1


def test_places_are_counted_as_they_are_taken():
    fair = make_coming_fair(capacity=3)
    kept = [make_registration(fair) for _ in range(5)]
    services.cancel(kept[0], by=None)
    services.cancel(kept[4], by=None)
    counts = queries.count_by_status(fair)
    assert counts == {R.CONFIRMED: 3, R.WAITLISTED: 0, R.CANCELLED: 2}
    assert db.session.get(FairSeats, fair.id, populate_existing=True).taken == 3


def test_only_standing_tickets_of_registered_people_are_printed():
    fair = make_coming_fair(capacity=2)
    first, second, _waiting = (make_registration(fair) for _ in range(3))
    services.reissue_ticket(first, by=None, why="lost")
    codes = queries.list_codes(fair)
    assert codes == [services.ticket_code(first.ticket), services.ticket_code(second.ticket)]
