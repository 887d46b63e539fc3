"""What an employer says about not having come, and what the organiser makes of it."""

from datetime import timedelta

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.participations.models import NoShowAppeal, Participation
from app.participations.services.moves import note, tell
from app.participations.states import ParticipationStatus

# So long after the fair an employer may say why it did not come.
APPEAL_TIME = timedelta(days=14)


def may_appeal(participation: Participation) -> bool:
    """Whether an employer may still say why it did not come, once."""
    return (
        participation.status is ParticipationStatus.NO_SHOW
        and participation.appeal is None
        and utcnow() < participation.fair.ends_at + APPEAL_TIME
    )


def write_appeal(participation: Participation, text: str, *, by: User) -> None:
    """Say why nobody came. Once; of two colleagues who write at once the first counts."""
    if not text.strip():
        raise DomainError(N_("Say what happened."), field="text")
    if not may_appeal(participation):
        raise Conflict(N_("It is too late to say something about this fair."))
    written = insert_if_absent(
        NoShowAppeal,
        participation_id=participation.id,
        text=text.strip(),
        written_at=utcnow(),
        written_by_id=by.id,
        answer="",
    )
    if not written:
        raise Conflict(N_("A colleague has written already."))
    db.session.expire(participation, ["appeal"])
    note(participation, by=by, action="appeal", reason=text.strip())


def decide_appeal(
    participation: Participation, accepted: bool, answer: str = "", *, by: User
) -> None:
    """Excuse an employer, so that the fair does not count against it, or not, with a reason."""
    appeal = participation.appeal
    if appeal is None or appeal.accepted is not None:
        raise Conflict(N_("Somebody has answered already."))
    if not accepted and not answer.strip():
        raise DomainError(N_("Say why, so that the company knows."), field="answer")
    appeal.accepted, appeal.answer = accepted, answer.strip()
    appeal.decided_at, appeal.decided_by_id = utcnow(), by.id
    note(participation, by=by, action="excuse" if accepted else "no-excuse", reason=answer)
    tell(participation, "appeal-answered", accepted=accepted, answer=answer.strip())
