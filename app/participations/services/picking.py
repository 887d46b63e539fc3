"""Employers choose among the free booths themselves: first held, then taken.

A hold keeps a booth for ten minutes while its employer decides. Booth and employer are both
unique in the table of holds, and whoever takes or holds a booth waits for its row first, so
that of many who click at once exactly one has it.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from app.accounts.models import User
from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict
from app.core.text import N_
from app.participations.models import Booth, BoothHold, BoothMove, Participation
from app.participations.queries import find_floor_plan, find_hold, list_pickable
from app.participations.services.booths import assign_booth
from app.participations.services.placing import floor_plan_of
from app.participations.states import ParticipationStatus
from app.tours.models import Fair

HELD_FOR = timedelta(minutes=10)
MAY_PICK = frozenset({ParticipationStatus.APPROVED, ParticipationStatus.CONFIRMED})


class BoothTaken(Conflict):
    """Somebody else has it, or holds it while choosing."""

    code = "booth-taken"
    message = N_("%(booth)s just went to somebody else, choose another.")


class HoldOver(Conflict):
    """Ten minutes are over, or nothing was held."""

    code = "hold-over"
    message = N_("Your ten minutes are over. Choose a booth again.")


def may_pick(participation: Participation, now: datetime) -> bool:
    """Whether an employer may choose its booth itself at a moment."""
    plan = find_floor_plan(participation.fair)
    return (
        participation.status in MAY_PICK
        and plan is not None
        and plan.picks_until is not None
        and now < min(plan.picks_until, participation.fair.starts_at)
    )


def hold_booth(participation: Participation, booth: Booth) -> BoothHold:
    """Keep a free booth for an employer while it decides; its former hold ends.

    Raises :class:`BoothTaken` if somebody was faster, :class:`Conflict` if this employer may
    not choose, or not this booth.
    """
    now = utcnow()
    if not may_pick(participation, now):
        raise Conflict(N_("The organiser assigns the booths of this fair now."))
    # Whoever wants this square waits here; where rows cannot be locked, writers queue anyway.
    db.session.get(Booth, booth.id, with_for_update=True)
    over = delete(BoothHold).where(
        or_(
            BoothHold.participation_id == participation.id,
            (BoothHold.booth_id == booth.id) & (BoothHold.expires_at <= now),
        )
    )
    db.session.execute(over, execution_options={"synchronize_session": False})
    if booth not in list_pickable(participation):
        raise BoothTaken(booth=booth.code or "")
    if not insert_if_absent(
        BoothHold,
        booth_id=booth.id,
        participation_id=participation.id,
        expires_at=now + HELD_FOR,
    ):
        raise BoothTaken(booth=booth.code or "")
    return db.session.scalars(select(BoothHold).filter_by(participation_id=participation.id)).one()


def take_held(participation: Participation, *, by: User) -> BoothMove:
    """Turn an employer's hold into its booth."""
    held = find_hold(participation)
    if held is None:
        raise HoldOver()
    if not may_pick(participation, utcnow()):
        raise Conflict(N_("The organiser assigns the booths of this fair now."))
    booth = held.booth
    move = assign_booth(participation, booth, by=by)
    release_hold(participation)
    return move


def release_hold(participation: Participation) -> None:
    """Let go of what an employer holds, if anything."""
    own = delete(BoothHold).where(BoothHold.participation_id == participation.id)
    db.session.execute(own, execution_options={"synchronize_session": False})
    db.session.expire_all()


def sweep_holds() -> None:
    """Delete holds that are over; they have not counted since they were."""
    over = delete(BoothHold).where(BoothHold.expires_at <= utcnow())
    db.session.execute(over, execution_options={"synchronize_session": False})


def let_employers_pick(fair: Fair, until: datetime | None, *, by: Actor) -> None:
    """Say until when employers may choose their booths themselves; None: not at all."""
    plan = floor_plan_of(fair)
    if plan.picks_until == until:
        return
    plan.picks_until = until
    db.session.flush()
    record(
        "booth.picks",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after={"until": until},
    )
