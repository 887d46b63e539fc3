"""Contacts of a stand: whom it met, what it proposes, and what the student says to that.

The rules, in one place:

1. A stand and a registration have one contact, however many phones scan however often.
2. Its step is that of the newest scan, by ``(scanned_at, id)``: in whatever order scans
   arrive, and however often, the same stands there in the end. The page on which the company's
   people read tickets online has no scans: it asks for the resume where nothing is asked, and
   whatever a phone scans decides over it.
3. Until the student says yes it is a question. It counts nowhere, and the stand sees a
   masked name. A yes is a share like any other; only then the step is set, as an act of
   whoever scanned: a mark, or an offer of a preliminary intent, which the student then
   answers for itself.
4. After a yes a newer scan is an act of the employer too, as on the candidate's page.
5. After a no nobody asks again; the student may still give by themselves. What the company
   took back, and what nobody answered, is asked again by a scan made later.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.accounts.services import notify_user
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import db, insert_if_absent, is_sqlite
from app.core.errors import Conflict
from app.core.text import N_
from app.intents.models import BoothContact, BoothScan, Intent
from app.intents.services.ladder import mark, propose
from app.intents.services.record import find_intent, patience
from app.intents.states import CONTACT_FLOW, MARKS, ContactState, Side, Step, Via
from app.participations.models import Participation
from app.registrations.models import Registration
from app.students.models import Student
from app.tours.models import Fair

# Stands for the scan of a question that was asked on the page.
NO_SCAN = UUID(int=0)
ASKED_AGAIN = frozenset({ContactState.WITHDRAWN, ContactState.EXPIRED})


class NotWaiting(Conflict):
    """The student has answered, or the question was taken back already."""

    code = "not-waiting"
    message = N_("This has been answered or taken back already.")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What one scan of a stand proposes to one student. ``by`` is who scanned."""

    scan_id: UUID
    step: Step
    scanned_at: datetime
    by: User | None

    def decides_over(self, contact: BoothContact) -> bool:
        """Whether this scan decides instead of the one that stands."""
        if self.scan_id == NO_SCAN:
            return contact.state in ASKED_AGAIN
        if contact.scan_id == NO_SCAN:
            return True
        stands = contact.scanned_at, contact.scan_id
        return (self.scanned_at, self.scan_id) > stands


def take_turn(participation: Participation, registration: Registration) -> None:
    """Let a question and a gift of the same two come one after another, until the commit.

    Without it each could be written without seeing the other, and a student who has given
    would be asked still. SQLite has one writer at a time anyway.
    """
    if not is_sqlite():
        turn = func.pg_advisory_xact_lock(participation.id, registration.id)
        db.session.execute(select(turn))


def ask_student(
    participation: Participation, registration: Registration, proposal: Proposal
) -> BoothContact:
    """Ask a student what a scan proposes, or take up what is asked or agreed already."""
    take_turn(participation, registration)
    now = utcnow()
    is_new = insert_if_absent(
        BoothContact,
        uid=random_code(),
        participation_id=participation.id,
        registration_id=registration.id,
        step=proposal.step,
        scanned_at=proposal.scanned_at,
        scan_id=proposal.scan_id,
        state=ContactState.WAITING,
        asked_at=now,
        lapses_at=now + patience(),
        updated_at=now,
    )
    contact = _hold(participation.id, registration.id)
    known = find_intent(registration.student_id, participation)
    if not is_new and not proposal.decides_over(contact):
        return contact
    contact.step, contact.updated_at = proposal.step, now
    contact.scanned_at, contact.scan_id = proposal.scanned_at, proposal.scan_id
    if known is not None and known.is_shared:
        _move(contact, ContactState.CONFIRMED)
        _set_step(known, contact.step, by=proposal.by)
    elif known is not None and (known.is_taken_back or known.ended_by is Side.STUDENT):
        _move(contact, ContactState.DECLINED)
    elif is_new or _asks_again(contact, proposal):
        _move(contact, ContactState.WAITING)
        contact.answered_at, contact.lapses_at = None, now + patience()
        _tell(contact)
    db.session.flush()
    return contact


def follow_share(intent: Intent) -> None:
    """After a yes: the contact of the two is confirmed, and what was proposed is set.

    Once a student had said no before, nothing is set: it was not asked any more.
    """
    contact = _find(intent.participation_id, intent.student_id)
    if contact is None or contact.state is ContactState.CONFIRMED:
        return
    was_waiting = contact.is_waiting
    _move(contact, ContactState.CONFIRMED)
    db.session.flush()
    if was_waiting:
        _set_step(intent, contact.step, by=_scanner_of(contact))


def refuse_contact(student: Student, participation: Participation) -> bool:
    """Say no to a stand that asks; False where it does not ask."""
    contact = _find(participation.id, student.id)
    if contact is None or not contact.is_waiting:
        return False
    _move(contact, ContactState.DECLINED)
    db.session.flush()
    return True


def follow_withdrawal(intent: Intent) -> None:
    """After a student took everything back: nobody asks again."""
    contact = _find(intent.participation_id, intent.student_id)
    if contact is not None and contact.state is not ContactState.DECLINED:
        _move(contact, ContactState.DECLINED)
        db.session.flush()


def withdraw_contact(contact: BoothContact) -> BoothContact:
    """Take a question back, unless the student was faster."""
    held = _hold(contact.participation_id, contact.registration_id)
    if not held.is_waiting:
        raise NotWaiting()
    _move(held, ContactState.WITHDRAWN)
    db.session.flush()
    return held


def expire_contacts(now: datetime | None = None, *, limit: int = 500) -> int:
    """Close the questions nobody answered in time; returns how many."""
    now = now or utcnow()
    due = (
        select(BoothContact)
        .where(BoothContact.state == ContactState.WAITING, BoothContact.lapses_at <= now)
        .order_by(BoothContact.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = db.session.scalars(due, execution_options={"populate_existing": True}).all()
    for contact in found:
        _move(contact, ContactState.EXPIRED)
    db.session.flush()
    return len(found)


def forget_contacts(student: Student) -> None:
    """Remove what stands hold on somebody who leaves: contacts, and which ticket was scanned."""
    theirs = (
        select(BoothContact.id)
        .join(Registration, Registration.id == BoothContact.registration_id)
        .where(Registration.student_id == student.id)
    )
    _remove(list(db.session.scalars(theirs)))


def forget_past_contacts(before: datetime, *, limit: int = 500) -> int:
    """Remove what nobody said yes to at fairs that ended before a moment; returns how many.

    Scans nobody could make out lose their code too; that they were made stays, so that the
    phones' numbers have no gaps.
    """
    ended = (
        select(Participation.id)
        .join(Fair, Fair.id == Participation.fair_id)
        .where(Fair.ends_at < before)
    )
    old = (
        select(BoothContact.id)
        .where(
            BoothContact.state != ContactState.CONFIRMED,
            BoothContact.participation_id.in_(ended),
        )
        .order_by(BoothContact.id)
        .limit(limit)
    )
    ids = list(db.session.scalars(old))
    _remove(ids)
    unknown = update(BoothScan).where(
        BoothScan.participation_id.in_(ended),
        BoothScan.contact_id.is_(None),
        BoothScan.ticket_hash.is_not(None) | BoothScan.short_code.is_not(None),
    )
    db.session.execute(unknown.values(ticket_hash=None, short_code=None))
    return len(ids)


def _remove(ids: list[int]) -> None:
    """Delete contacts; their scans stay as numbers without a ticket."""
    scans = update(BoothScan).where(BoothScan.contact_id.in_(ids))
    db.session.execute(scans.values(contact_id=None, ticket_hash=None, short_code=None))
    db.session.execute(delete(BoothContact).where(BoothContact.id.in_(ids)))


def _asks_again(contact: BoothContact, proposal: Proposal) -> bool:
    """Whether a scan was made after the question had been closed without an answer."""
    closed = contact.answered_at
    return contact.state in ASKED_AGAIN and closed is not None and proposal.scanned_at > closed


def _set_step(intent: Intent, step: Step, *, by: User | None) -> None:
    """Set what a stand proposed, as its act; nothing where the ladder has ended."""
    if by is None or intent.has_ended:
        return
    if step in MARKS:
        mark(intent, step, by=by, via=Via.TICKET)
    elif step is Step.PRELIMINARY:
        propose(intent, side=Side.EMPLOYER, by=by, via=Via.TICKET)


def _move(contact: BoothContact, state: ContactState) -> None:
    """Put a contact into a state, along the flow; one it is in is no move."""
    if contact.state is state:
        return
    contact.state = CONTACT_FLOW.check(contact.state, state)
    contact.answered_at = contact.updated_at = utcnow()


def _scanner_of(contact: BoothContact) -> User | None:
    """Whose phone made the scan that decided."""
    scan = db.session.get(BoothScan, contact.scan_id)
    return scan.device.user if scan is not None else None


def _hold(participation_id: int, registration_id: int) -> BoothContact:
    """Lock a contact until the transaction ends and read it anew."""
    query = (
        select(BoothContact)
        .filter_by(participation_id=participation_id, registration_id=registration_id)
        .with_for_update()
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _find(participation_id: int, student_id: int) -> BoothContact | None:
    """The contact of a stand and a student, held; None if there is none."""
    query = (
        select(BoothContact.registration_id)
        .join(Registration, Registration.id == BoothContact.registration_id)
        .where(
            BoothContact.participation_id == participation_id,
            Registration.student_id == student_id,
        )
    )
    registration_id = db.session.scalar(query)
    return None if registration_id is None else _hold(participation_id, registration_id)


def _tell(contact: BoothContact) -> None:
    """Tell the student that a stand asks: in their inbox, and by mail if they have one."""
    participation, user = contact.participation, contact.registration.student.user
    if user is None:
        return
    fair, booth = participation.fair, participation.booth
    notify_user(
        user,
        "intents/asked-at-stand",
        fair_id=fair.id,
        who=participation.employer.name,
        fair_zh=fair.title_zh or fair.title_en,
        fair_en=fair.title_en or fair.title_zh,
        booth=(booth.code or "") if booth else "",
        code=participation.public_code,
        step=contact.step.value,
    )
