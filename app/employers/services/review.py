"""What a reviewer decides about a company."""

from sqlalchemy import update

from app.accounts.models import User
from app.audit.services import record
from app.core.clock import utcnow
from app.core.db import changed_one, db
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.employers.models import Employer
from app.employers.services.members import notify_members
from app.employers.states import EMPLOYER_FLOW, EmployerStatus


def approve_employer(employer: Employer, *, by: User) -> None:
    """Say that a company is what it says it is."""
    _decide(employer, EmployerStatus.APPROVED, "approve", "", by)
    notify_members(employer, "employers/approved", company=employer.name)


def return_employer(employer: Employer, reason: str, *, by: User) -> None:
    """Ask for changes."""
    _decide(employer, EmployerStatus.RETURNED, "return", _needed(reason), by)
    notify_members(employer, "employers/returned", company=employer.name, reason=reason)


def reject_employer(employer: Employer, reason: str, *, by: User) -> None:
    """Turn a company away for good."""
    _decide(employer, EmployerStatus.REJECTED, "reject", _needed(reason), by)
    notify_members(employer, "employers/rejected", company=employer.name, reason=reason)


def suspend_employer(employer: Employer, reason: str, *, by: User) -> None:
    """Keep an approved company from applying until it is let in again."""
    _decide(employer, EmployerStatus.SUSPENDED, "suspend", _needed(reason), by)
    notify_members(employer, "employers/suspended", company=employer.name, reason=reason)


def unsuspend_employer(employer: Employer, *, by: User) -> None:
    """Let a suspended company in again."""
    if employer.status is not EmployerStatus.SUSPENDED:
        EMPLOYER_FLOW.check(employer.status, EmployerStatus.SUSPENDED)
        raise Conflict()
    _decide(employer, EmployerStatus.APPROVED, "unsuspend", "", by)
    notify_members(employer, "employers/approved", company=employer.name)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise DomainError(N_("Say why, so that the company knows what to do."), field="reason")
    return reason.strip()


def _decide(employer: Employer, target: EmployerStatus, action: str, reason: str, by: User) -> None:
    """Move along the flow unless another reviewer was faster; write the log."""
    current = EMPLOYER_FLOW.check(employer.status, target) and employer.status
    statement = (
        update(Employer)
        .where(Employer.id == employer.id, Employer.status == current)
        .values(
            status=target,
            status_reason=reason,
            reviewed_at=utcnow(),
            reviewed_by_id=by.id,
            version=Employer.version + 1,
        )
    )
    if not changed_one(statement):
        raise Conflict()
    names = ["status", "status_reason", "reviewed_at", "reviewed_by_id", "version"]
    db.session.refresh(employer, names)
    db.session.expire(employer, ["reviewed_by"])
    record(
        f"employer.{action}",
        by=by,
        on="employer",
        object_id=employer.id,
        label=employer.name,
        delegation_id=employer.delegation_id,
        before={"status": current},
        after={"status": target},
        reason=reason,
    )
