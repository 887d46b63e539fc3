"""What people say about a scan afterwards: undo it, let in, turn away."""

from datetime import timedelta

from sqlalchemy import update

from app.accounts.models import User
from app.audit.services import record
from app.checkins.models import Admission, Scan
from app.checkins.queries import find_last_scan, find_seat
from app.checkins.services import statements
from app.checkins.services.attendance import rederive
from app.checkins.services.cases import ASKED, OVERRIDABLE, place_of
from app.checkins.states import Decision, Direction, Verdict
from app.core.clock import utcnow
from app.core.db import changed_one, db, insert_if_absent
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.text import N_
from app.tours.models import Fair

# How long gate staff may take their own last scan back.
UNDO_TIME = timedelta(minutes=2)


class UndoTooLate(DomainError):
    """The time to take a scan back oneself is over."""

    code = "undo-too-late"
    message = N_("Only your own last scan can be undone, within 2 minutes. Ask a supervisor.")


class ReasonNeeded(DomainError):
    """An override says why."""

    code = "reason-needed"
    message = N_("Please write down the reason.")


class NobodyToLetIn(DomainError):
    """A scan of no registration of this fair cannot become an attendance."""

    code = "nobody-to-let-in"
    message = N_("Register this person for the fair instead, at the help desk.")


def undo_scan(scan: Scan, *, by: User, may_undo_any: bool = False, reason: str = "") -> None:
    """Take a scan back: one's own last within two minutes, or any with that permission."""
    if not may_undo_any:
        last = find_last_scan(scan.fair_id, by)
        is_last = last is not None and last.id == scan.id
        if not is_last or utcnow() - scan.received_at > UNDO_TIME:
            raise UndoTooLate()
    void_scan(scan, by=by, reason=reason)


def void_scan(scan: Scan, *, by: User, reason: str = "") -> None:
    """Strike a scan out. The row stays; its admission is free, so the next scan is green."""
    now = utcnow()
    statement = update(Scan).where(Scan.id == scan.id, Scan.voided_at.is_(None))
    if not changed_one(statement.values(voided_at=now, voided_by_id=by.id, void_reason=reason)):
        return
    db.session.connection().execute(statements.FREE_ADMISSIONS, {"scan_ids": [scan.id]})
    _follow(scan)
    _note("scan.void", scan, by, reason)


def decide(
    scan: Scan, decision: Decision, *, by: User, may_override: bool = False, reason: str = ""
) -> Verdict:
    """Record what the person at the gate decided, and return the verdict that stands.

    Gate staff decide on amber and blue; against a full hall or a revoked ticket only
    somebody who may override does, with a reason. A decision is made once: a repeat of
    the same is answered alike, another one is a conflict.
    """
    is_override = decision is Decision.LET_IN and scan.answer not in ASKED
    if is_override and not may_override:
        raise Forbidden(N_("Only a supervisor can let somebody in here."))
    if decision is Decision.LET_IN and scan.answer not in OVERRIDABLE:
        raise NobodyToLetIn()
    if is_override and not reason:
        raise ReasonNeeded(field="reason")
    now = utcnow()
    statement = update(Scan).where(
        Scan.id == scan.id, Scan.decision.is_(None), Scan.voided_at.is_(None)
    )
    changed = changed_one(
        statement.values(
            decision=decision, decided_at=now, decided_by_id=by.id, decision_reason=reason
        )
    )
    db.session.refresh(scan)
    if not changed:
        if scan.decision is not decision or scan.voided_at is not None:
            raise Conflict(N_("Somebody has decided on this scan already."))
    else:
        if decision is Decision.LET_IN:
            _admit(scan)
        _follow(scan)
        _note("scan.decide", scan, by, reason, decision=decision.value)
    return Verdict.OVERRIDE if decision is Decision.LET_IN else scan.answer


def _admit(scan: Scan) -> None:
    """Take the ticket's place in the present cycle, so that a copy of it is not green."""
    fair, seat = db.session.get_one(Fair, scan.fair_id), find_seat(scan)
    if seat is None or seat.fair_id != fair.id or scan.direction is Direction.OUT:
        return
    place = place_of(fair, seat.id, at=scan.scanned_at, exits=seat.exits)
    if place is not None:
        registration_id, day, cycle = place
        insert_if_absent(
            Admission,
            fair_id=fair.id,
            registration_id=registration_id,
            day=day,
            cycle=cycle,
            scan_id=scan.id,
        )


def _follow(scan: Scan) -> None:
    """Bring the attendance of the scanned person up to date, and the row in memory."""
    seat = find_seat(scan)
    if seat is not None:
        rederive(db.session.get_one(Fair, seat.fair_id), [seat.id])
    db.session.refresh(scan)


def _note(action: str, scan: Scan, by: User, reason: str, **after: str) -> None:
    record(
        action,
        by=by,
        on="scan",
        label=str(scan.id),
        fair_id=scan.fair_id,
        after={"answer": scan.answer.value, **after},
        reason=reason,
    )


__all__ = ["ASKED", "OVERRIDABLE", "decide", "undo_scan", "void_scan"]
