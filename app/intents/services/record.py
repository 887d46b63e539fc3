"""What every act of this room needs: the row held, the step kept, the others told."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.accounts.services import notify_user
from app.audit import services as audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, Gone
from app.core.masking import mask_name
from app.core.text import N_
from app.employers.queries import list_members
from app.intents.models import Intent, IntentStep
from app.intents.states import INTENT_FLOW, RANK, REACHED_RANK, Act, Side, Step, Via
from app.participations.models import Participation


class NotShared(DomainError):
    """An intent needs a name: the student has to share first."""

    code = "not-shared"
    message = N_("This needs the student's name and phone. The student has to share them first.")


class Ended(Conflict):
    """The ladder has ended; it may be reopened as a further step."""

    code = "ended"
    message = N_("This has ended. Reopen it first.")


class TakenBack(Gone):
    """The student has taken their data back from this employer."""

    code = "taken-back"
    message = N_("The student has taken their data back from your company.")


@dataclass
class Rules:
    """What an installation may choose; the factory says."""

    bureau_code: str = "WZ"
    proposal_days: int = 14


RULES = Rules()


def configure(*, bureau_code: str, proposal_days: int) -> None:
    """Take the letters that begin a letter's number, and the days a proposal stays open."""
    RULES.bureau_code, RULES.proposal_days = bureau_code, proposal_days


def patience() -> timedelta:
    """How long a proposal waits for its answer."""
    return timedelta(days=RULES.proposal_days)


def other(side: Side) -> Side:
    """The side across the table."""
    return Side.EMPLOYER if side is Side.STUDENT else Side.STUDENT


def hold(intent: Intent) -> Intent:
    """Lock an intent until the transaction ends and read it anew.

    Every act begins here, so acts on one ladder come one after another and each decides
    on what the one before it left.
    """
    query = select(Intent).where(Intent.id == intent.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def find_intent(student_id: int, participation: Participation) -> Intent | None:
    """What a student and an employer have with each other at a fair, if anything."""
    query = select(Intent).filter_by(
        fair_id=participation.fair_id,
        student_id=student_id,
        employer_id=participation.employer_id,
    )
    return db.session.scalars(query).one_or_none()


def keep_step(
    intent: Intent,
    step: Step,
    act: Act,
    *,
    side: Side,
    by: User | None,
    via: Via = Via.OWN,
    reason: str = "",
) -> IntentStep:
    """Add one act to the record of a ladder: who, when, which way, at which booth."""
    booth = intent.participation.booth
    now = utcnow()
    row = IntentStep(
        step=step,
        act=act,
        side=side,
        actor_id=by.id if by else None,
        actor_label=by.label if by and side is not Side.STUDENT else "",
        at=now,
        via=via.value,
        booth_code=(booth.code or "") if booth else "",
        position_id=intent.position_id,
        reason=reason,
    )
    intent.steps.append(row)
    intent.updated_at = now
    db.session.flush()
    return row


def move(intent: Intent, step: Step) -> None:
    """Put an intent on a rung or an ending, along the flow; a rung it stands on is no move."""
    if intent.step is not step:
        intent.step = INTENT_FLOW.check(intent.step, step)


def climb(intent: Intent, step: Step) -> None:
    """Go up to a rung, never down, and remember the highest that was ever confirmed."""
    if RANK[step] > RANK[intent.step]:
        move(intent, step)
    intent.reached_rank = max(intent.reached_rank, RANK[step])
    if RANK[step] >= REACHED_RANK and intent.reached_at is None:
        intent.reached_at = utcnow()


def open_proposal(intent: Intent, step: Step, side: Side) -> None:
    """Let a side wait for the other."""
    now = utcnow()
    intent.proposed_step, intent.proposed_by = step, side
    intent.proposed_at, intent.proposal_lapses_at = now, now + patience()


def close_proposal(intent: Intent) -> None:
    """Nobody waits any more."""
    intent.proposed_step = intent.proposed_by = None
    intent.proposed_at = intent.proposal_lapses_at = None


def reopen_at(intent: Intent, step: Step, *, side: Side, by: User, via: Via = Via.OWN) -> None:
    """Put an ended ladder up again, at a rung below the preliminary intent."""
    intent.ended_reason = ""
    move(intent, step)
    keep_step(intent, step, Act.REOPENED, side=side, by=by, via=via)


def check_standing(intent: Intent) -> None:
    """Raise unless acts on a ladder are possible now."""
    if intent.is_taken_back:
        raise TakenBack()
    if intent.has_ended:
        raise Ended()


def note(action: str, intent: Intent, *, by: User | None, reason: str = "", **after: str) -> None:
    """Write an act of an employer or of the organiser into the activity log, names masked."""
    audit.record(
        f"intent.{action}",
        by=by,
        on="intent",
        object_id=intent.id,
        label=f"{mask_name(intent.student.name)} · {intent.employer.display_name}",
        fair_id=intent.fair_id,
        delegation_id=intent.participation.delegation_id,
        after=dict(after) or None,
        reason=reason,
    )


def tell(side: Side, intent: Intent, template: str, *, reason: str = "") -> None:
    """Send one side a notice of this room in the caller's transaction.

    To the student, if they have an account; else to whoever of the employer acted last on
    this ladder, or to its owners. A student's name is masked: a mail cannot be taken back.
    """
    if side is Side.STUDENT:
        user = intent.student.user
        if user is not None:
            _tell(user, intent, template, side, who=intent.employer.name, reason=reason)
        return
    for user in _people_of(intent):
        _tell(user, intent, template, side, who=mask_name(intent.student.name), reason=reason)


def _people_of(intent: Intent) -> list[User]:
    members = list_members(intent.employer)
    people = {row.user_id: row.user for row in members}
    acted = [row.actor_id for row in intent.steps if row.side is Side.EMPLOYER]
    for one in reversed(acted):
        if one in people:
            return [people[one]]
    return [row.user for row in members if row.role is Role.EMPLOYER_OWNER]


def _tell(user: User, intent: Intent, template: str, side: Side, *, who: str, reason: str) -> None:
    booth = intent.participation.booth
    notify_user(
        user,
        f"intents/{template}",
        fair_id=intent.fair_id,
        who=who,
        side=side.value,
        fair_zh=intent.fair.title_zh or intent.fair.title_en,
        fair_en=intent.fair.title_en or intent.fair.title_zh,
        position=intent.position.title if intent.position else "",
        booth=(booth.code or "") if booth else "",
        code=intent.participation.public_code,
        uid=intent.uid,
        reason=reason,
    )
