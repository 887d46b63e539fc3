"""The one way a participation changes its state, and what every change leaves behind."""

from typing import Any

from sqlalchemy import update

from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.db import changed_one, db
from app.core.errors import Conflict
from app.employers.services import notify_members
from app.participations.models import BoothMove, Participation
from app.participations.services.index import refresh_participation
from app.participations.states import COMING, PARTICIPATION_FLOW, ParticipationStatus


def move(
    participation: Participation,
    target: ParticipationStatus,
    *,
    by: Actor | None,
    action: str,
    reason: str = "",
    condition: Any = None,
    **values: Any,
) -> None:
    """Move along the flow, unless somebody moved it a moment ago; write the log.

    A conditional update settles races: of two acts that begin at one state one is done and
    the other gets :class:`Conflict`. ``condition`` narrows it further.
    """
    current = participation.status
    PARTICIPATION_FLOW.check(current, target)
    set_columns(participation, current, condition, status=target, **values)
    if (current in COMING) != (target in COMING):
        refresh_participation(participation)
    note(participation, by=by, action=action, reason=reason, before=current, after=target)


def set_columns(
    participation: Participation,
    current: ParticipationStatus,
    condition: Any = None,
    **values: Any,
) -> None:
    """Set columns of a row that is still in the state it was read in."""
    statement = update(Participation).where(
        Participation.id == participation.id, Participation.status == current
    )
    if condition is not None:
        statement = statement.where(condition)
    if not changed_one(statement.values(version=Participation.version + 1, **values)):
        raise Conflict()
    db.session.refresh(participation, [*values, "version"])
    db.session.expire(participation, ["booth"])


def note(
    participation: Participation,
    *,
    by: Actor | None,
    action: str,
    reason: str = "",
    before: Any = None,
    after: Any = None,
    **facts: Any,
) -> None:
    """Write the log's line about a participation."""
    record(
        f"participation.{action}",
        by=by,
        on="participation",
        object_id=participation.id,
        label=f"{participation.employer.display_name} · {participation.fair.title_zh}",
        fair_id=participation.fair_id,
        delegation_id=participation.delegation_id,
        before=None if before is None else {"status": before},
        after={**({} if after is None else {"status": after}), **facts} or None,
        reason=reason,
    )


def tell(participation: Participation, template: str, **payload: Any) -> None:
    """Tell everybody who acts for the employer."""
    fair = participation.fair
    notify_members(
        participation.employer,
        f"participations/{template}",
        fair_id=fair.id,
        fair_zh=fair.title_zh,
        fair_en=fair.title_en,
        fair_slug=fair.slug,
        starts_at=fair.starts_at,
        ends_at=fair.ends_at,
        city=fair.city,
        employer=participation.employer.name,
        **payload,
    )


def note_release(participation: Participation, booth_id: int | None, by: Actor | None) -> None:
    """Keep that a booth became free because its employer will not come."""
    if booth_id is not None:
        db.session.add(
            BoothMove(
                fair_id=participation.fair_id,
                participation=participation,
                from_booth_id=booth_id,
                to_booth_id=None,
                at=utcnow(),
                by_id=by.id if by else None,
                # Not a choice of the organiser's, so not theirs to undo.
                undone_at=utcnow(),
            )
        )
