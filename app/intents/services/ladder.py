"""The ladder: marks of the employer, the preliminary intent of both, endings."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, DomainError, NotFound, TooMany
from app.core.files import Kept, attach
from app.core.text import N_
from app.employers.models import Position
from app.intents.models import Intent, IntentStep
from app.intents.services.letters import end_live_letter, lapse_letter
from app.intents.services.record import (
    NotShared,
    TakenBack,
    check_standing,
    climb,
    close_proposal,
    hold,
    keep_step,
    move,
    note,
    open_proposal,
    other,
    reopen_at,
    tell,
)
from app.intents.states import (
    ENDINGS,
    LATER,
    MARKS,
    RANK,
    Act,
    Side,
    Step,
    Via,
)

REMINDERS = 3
REMINDER_PAUSE = timedelta(minutes=10)
DECLINED = {Side.STUDENT: Step.DECLINED_BY_STUDENT, Side.EMPLOYER: Step.DECLINED_BY_EMPLOYER}


class NothingOpen(Conflict):
    """The proposal somebody answers has been taken back, answered or has lapsed."""

    code = "nothing-open"
    message = N_("This proposal is no longer open. Look at how things stand now.")


class ProposalChanged(Conflict):
    """Somebody answers another proposal than the one they saw."""

    code = "proposal-changed"
    message = N_("The proposal has changed in the meantime. Read it again before you answer.")


class NotYours(Conflict):
    """Whoever ended a ladder reopens it, not the other side."""

    code = "not-yours"
    message = N_("The other side ended this. Only they can reopen it.")


class Confirmed(Conflict):
    """What both have confirmed is not changed by one."""

    code = "confirmed"
    message = N_("Both sides have confirmed this position. Another one needs both again.")


class NotReached(DomainError):
    """Later steps stand on a preliminary intent of both."""

    code = "not-reached"
    message = N_("Both sides have to confirm a preliminary intent first.")


def mark(intent: Intent, step: Step, *, by: User, via: Via = Via.OWN) -> Intent:
    """Set what the employer marks alone: shortlisted, interviewed. Twice is once."""
    if step not in MARKS:
        raise NotFound()
    intent = hold(intent)
    check_standing(intent)
    if step not in intent.rungs:
        keep_step(intent, step, Act.SET, side=Side.EMPLOYER, by=by, via=via)
        climb(intent, step)
        note("mark", intent, by=by, step=step)
    return intent


def unmark(intent: Intent, step: Step, *, by: User) -> Intent:
    """Take back a mark or a later step that was set by mistake; it stays in the record.

    An employer takes back its own, the organiser any.
    """
    intent = hold(intent)
    side = Side.EMPLOYER if by.is_employer else Side.ORGANISER
    if side is Side.EMPLOYER:
        check_standing(intent)
    row = intent.rungs.get(step) if step in MARKS | LATER else None
    if row is None or intent.has_ended or side not in (row.side, Side.ORGANISER):
        raise NothingOpen()
    keep_step(intent, step, Act.TAKEN_BACK, side=side, by=by)
    standing = [one for one in intent.rungs if one is not Step.CONTACTED]
    move(intent, max(standing, key=RANK.__getitem__, default=Step.CONTACTED))
    intent.reached_rank = _highest_ever(intent)
    note("unmark", intent, by=by, step=step)
    return intent


def propose(
    intent: Intent,
    *,
    side: Side,
    by: User,
    position: Position | None = None,
    via: Via = Via.OWN,
) -> Intent:
    """Offer the other side a preliminary intent; ``position`` None leaves the one that stands.

    If the other side has offered the same already, this is the confirmation: two offers at
    once count as one confirmed intent. An offer for another position than theirs takes its
    place, and now they are to answer.
    """
    intent = hold(intent)
    check_standing(intent)
    if not intent.is_shared:
        raise NotShared()
    if intent.is_reached:
        return intent
    _check_position(intent, position)
    if intent.proposed_by is other(side) and _is_same(intent, position):
        intent.position = position or intent.position
        return _reach(intent, side=side, by=by, via=via)
    if intent.proposed_by is side and (position is None or position.id == intent.position_id):
        return intent
    intent.position = position or intent.position
    open_proposal(intent, Step.PRELIMINARY, side)
    keep_step(intent, Step.PRELIMINARY, Act.PROPOSED, side=side, by=by, via=via)
    if side is Side.EMPLOYER:
        note("propose", intent, by=by)
    tell(other(side), intent, f"proposed-to-{other(side)}")
    return intent


def confirm(intent: Intent, *, side: Side, by: User, key: str, via: Via = Via.OWN) -> Intent:
    """Answer an open proposal with yes. ``key`` names the proposal that was shown.

    ``by`` is who acted: the employer's member for a code that the student read out.
    """
    intent = hold(intent)
    check_standing(intent)
    if intent.is_reached:
        return intent
    if intent.proposed_step is not Step.PRELIMINARY or intent.proposed_by is not other(side):
        raise NothingOpen()
    if key != intent.proposal_key:
        raise ProposalChanged()
    if not intent.is_shared:
        raise NotShared()
    return _reach(intent, side=side, by=by, via=via)


def take_back(intent: Intent, *, side: Side, by: User) -> Intent:
    """Take back one's own open proposal, unless the other side was faster."""
    intent = hold(intent)
    if intent.proposed_step is not Step.PRELIMINARY or intent.proposed_by is not side:
        raise NothingOpen()
    close_proposal(intent)
    keep_step(intent, Step.PRELIMINARY, Act.TAKEN_BACK, side=side, by=by)
    if side is Side.EMPLOYER:
        note("take-back", intent, by=by)
    return intent


def decline(intent: Intent, *, side: Side, by: User, reason: str = "") -> Intent:
    """End the ladder for one side; an open proposal is answered with no, a letter ends with it."""
    intent = hold(intent)
    if intent.has_ended:
        return intent
    asked = intent.proposed_by is other(side)
    end_live_letter(intent, side=side, by=by, reason=reason)
    close_proposal(intent)
    intent.ended_reason = reason
    move(intent, DECLINED[side])
    act = Act.REFUSED if asked else Act.ENDED
    keep_step(intent, intent.step, act, side=side, by=by, reason=reason)
    if side is Side.EMPLOYER:
        note("decline", intent, by=by, reason=reason)
    if side is Side.STUDENT or intent.is_shared:
        tell(other(side), intent, f"declined-to-{other(side)}", reason=reason)
    return intent


def reopen(intent: Intent, *, side: Side, by: User) -> Intent:
    """Go on after an ending, as a further step: both must confirm anew what needs both.

    Whoever ended it may reopen it; what lapsed, either.
    """
    intent = hold(intent)
    if not intent.has_ended:
        return intent
    if intent.is_taken_back:
        raise TakenBack() if side is Side.EMPLOYER else NotShared()
    if intent.ended_by not in (side, Side.SYSTEM):
        raise NotYours()
    reopen_at(intent, intent.lower_step if intent.is_shared else Step.CONTACTED, side=side, by=by)
    if side is Side.EMPLOYER:
        note("reopen", intent, by=by)
    return intent


def change_position(intent: Intent, position: Position, *, by: User) -> Intent:
    """Move a candidate to another position of the employer.

    With a proposal of one's own open it is proposed anew; over the student's proposal it is
    an offer of one's own. What both have confirmed stays as it was confirmed.
    """
    held = hold(intent)
    check_standing(held)
    _check_position(held, position)
    if held.is_reached:
        raise Confirmed()
    if held.position_id == position.id:
        return held
    if held.proposed_step is Step.PRELIMINARY:
        return propose(held, side=Side.EMPLOYER, by=by, position=position)
    held.position = position
    keep_step(held, held.step, Act.MOVED, side=Side.EMPLOYER, by=by)
    note("move", held, by=by, position=position.title)
    return held


def remind(intent: Intent, *, by: User) -> Intent:
    """Ask the student again: three times a question, with ten minutes between."""
    intent = hold(intent)
    check_standing(intent)
    if intent.proposed_by is not Side.EMPLOYER:
        raise NothingOpen()
    since = intent.proposed_at or intent.created_at
    sent = [row for row in intent.steps if row.act is Act.REMINDED and row.at >= since]
    last = sent[-1].at if sent else since
    if len(sent) >= REMINDERS:
        raise TooMany(N_("The student has been reminded often enough."), retry_after=3600)
    if utcnow() < last + REMINDER_PAUSE:
        raise TooMany(N_("The student has just been asked. Wait ten minutes."), retry_after=600)
    keep_step(intent, intent.proposed_step or intent.step, Act.REMINDED, side=Side.EMPLOYER, by=by)
    tell(Side.STUDENT, intent, "reminder")
    return intent


def record_later(
    intent: Intent, step: Step, kept: Kept, *, by: User, remark: str = ""
) -> IntentStep:
    """Record what came of it later, with a paper: offer, tripartite agreement, contract, start."""
    if step not in LATER:
        raise NotFound()
    intent = hold(intent)
    side = Side.EMPLOYER if by.is_employer else Side.ORGANISER
    if side is Side.EMPLOYER:
        check_standing(intent)
    if not intent.is_reached:
        raise NotReached()
    row = keep_step(intent, step, Act.SET, side=side, by=by, via=Via.NONE, reason=remark)
    attach(row, kept, at=row.at)
    climb(intent, step)
    note("record", intent, by=by, step=step)
    return row


def lapse_proposals(now: datetime | None = None, *, limit: int = 200) -> int:
    """Close what has waited too long; returns how many.

    A preliminary intent nobody answered lapses with its ladder; a letter nobody signed
    lapses alone and the preliminary intent stands.
    """
    now = now or utcnow()
    due = select(Intent).where(Intent.proposal_lapses_at <= now).order_by(Intent.id).limit(limit)
    found = [hold(intent) for intent in db.session.scalars(due).all()]
    lapsed = [one for one in found if one.proposal_lapses_at and one.proposal_lapses_at <= now]
    for intent in lapsed:
        was = intent.proposed_step
        close_proposal(intent)
        if was is Step.AGREEMENT_SIGNED:
            lapse_letter(intent)
            keep_step(intent, was, Act.TAKEN_BACK, side=Side.SYSTEM, by=None, via=Via.NONE)
        else:
            move(intent, Step.LAPSED)
            keep_step(intent, Step.LAPSED, Act.ENDED, side=Side.SYSTEM, by=None, via=Via.NONE)
        tell(Side.STUDENT, intent, "lapsed")
        tell(Side.EMPLOYER, intent, "lapsed")
    return len(lapsed)


def _reach(intent: Intent, *, side: Side, by: User, via: Via) -> Intent:
    """Both have said yes to the same: from here on it counts."""
    close_proposal(intent)
    climb(intent, Step.PRELIMINARY)
    keep_step(intent, Step.PRELIMINARY, Act.CONFIRMED, side=side, by=by, via=via)
    if by.is_employer:
        note("confirm", intent, by=by, via=via)
    tell(Side.STUDENT, intent, "confirmed")
    tell(Side.EMPLOYER, intent, "confirmed")
    return intent


def _is_same(intent: Intent, position: Position | None) -> bool:
    return position is None or intent.position_id is None or position.id == intent.position_id


def _check_position(intent: Intent, position: Position | None) -> None:
    if position is not None and position.employer_id != intent.employer_id:
        raise NotFound()


def _highest_ever(intent: Intent) -> int:
    """The rank of the highest rung that was ever set and not taken back as a mistake."""
    ever: set[Step] = {Step.CONTACTED}
    for row in intent.steps:
        if row.act in (Act.SET, Act.CONFIRMED) and row.step not in ENDINGS:
            ever.add(row.step)
        elif row.act is Act.TAKEN_BACK and row.step in MARKS | LATER:
            ever.discard(row.step)
    return max(RANK[step] for step in ever)
