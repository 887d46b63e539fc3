"""Who stands where: one booth, one employer, settled by the database."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.accounts.models import User
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import changed_one, db
from app.core.errors import Conflict, IllegalTransition
from app.core.text import N_
from app.participations.models import Booth, BoothHold, BoothMove, Participation
from app.participations.queries import find_last_move
from app.participations.services.moves import note
from app.participations.states import COMING, BoothKind
from app.tours.models import Fair


def assign_booth(
    participation: Participation, booth: Booth, *, by: User, batch: str = ""
) -> BoothMove:
    """Give an employer a booth, or another one than before.

    Raises :class:`Conflict` that names who has it, if the booth went to somebody else first.
    """
    if booth.kind is not BoothKind.BOOTH or booth.fair_id != participation.fair_id:
        raise Conflict(N_("%(booth)s is not a booth of this fair."), booth=booth.code or "")
    _take(participation, booth)
    return _keep_move(participation, booth, by, batch)


def give_freed_booth(participation: Participation, booth: Booth) -> bool:
    """Hand a booth on to whoever moves up; False if it went to somebody else meanwhile."""
    try:
        _take(participation, booth)
    except (Conflict, IllegalTransition):
        return False
    _keep_move(participation, booth, None, "")
    return True


def _take(participation: Participation, booth: Booth) -> None:
    """Write the booth's id into the row, unless another row has it."""
    # Whoever wants this square waits here; where rows cannot be locked, writers queue anyway.
    db.session.get(Booth, booth.id, with_for_update=True)
    _refuse_held(participation, booth)
    other = aliased(Participation)
    taken = select(other.id).where(other.booth_id == booth.id, other.id != participation.id)
    statement = (
        update(Participation)
        .where(
            Participation.id == participation.id,
            Participation.status.in_(COMING),
            ~taken.exists(),
        )
        .values(booth_id=booth.id, version=Participation.version + 1)
    )
    try:
        with db.session.begin_nested():
            done = changed_one(statement)
    except IntegrityError:
        done = False
    if not done:
        holder = db.session.scalars(
            select(Participation).filter_by(booth_id=booth.id)
        ).one_or_none()
        if holder is None or holder.id == participation.id:
            raise IllegalTransition(participation.status.label, "booth")
        raise Conflict(
            N_("%(booth)s was just given to %(employer)s, choose another."),
            code="booth-taken",
            booth=booth.code,
            employer=holder.employer.display_name,
        )


def _refuse_held(participation: Participation, booth: Booth) -> None:
    """A booth that another employer is choosing waits until its ten minutes are over."""
    held = db.session.scalars(
        select(BoothHold).where(
            BoothHold.booth_id == booth.id,
            BoothHold.participation_id != participation.id,
            BoothHold.expires_at > utcnow(),
        )
    ).one_or_none()
    if held is not None:
        raise Conflict(
            N_("%(employer)s is choosing %(booth)s right now. Wait or choose another."),
            code="booth-held",
            booth=booth.code,
            employer=held.participation.employer.display_name,
        )


def _keep_move(
    participation: Participation, booth: Booth | None, by: User | None, batch: str
) -> BoothMove:
    before = participation.booth_id
    _reload(participation)
    kept = BoothMove(
        fair_id=participation.fair_id,
        participation=participation,
        from_booth_id=before,
        to_booth_id=booth.id if booth else None,
        batch=batch or random_code(16),
        at=utcnow(),
        by_id=by.id if by else None,
    )
    db.session.add(kept)
    db.session.flush()
    note(participation, by=by, action="booth", booth=booth.code if booth else None)
    return kept


def _reload(participation: Participation) -> None:
    db.session.refresh(participation, ["booth_id", "version"])
    db.session.expire(participation, ["booth"])


def unassign_booth(participation: Participation, *, by: User) -> BoothMove | None:
    """Take an employer's booth away; nothing happens if it has none."""
    if participation.booth_id is None:
        return None
    _clear(participation)
    return _keep_move(participation, None, by, "")


def _clear(participation: Participation) -> None:
    statement = update(Participation).where(
        Participation.id == participation.id, Participation.booth_id == participation.booth_id
    )
    if not changed_one(statement.values(booth_id=None, version=Participation.version + 1)):
        raise Conflict()


def undo_last_move(fair: Fair, *, by: User, batch: str = "") -> Sequence[BoothMove]:
    """Take back the last assignment of a fair with all moves of its act.

    ``batch`` names the act that was shown to the person; if another came after it, or a
    booth meanwhile went to somebody else, :class:`Conflict` says so and nothing is undone.
    """
    last = find_last_move(fair)
    if last is None:
        raise Conflict(N_("There is no assignment to undo."))
    if batch and last.batch != batch:
        raise Conflict(N_("Something else was assigned since; undo that first."))
    query = select(BoothMove).filter_by(fair_id=fair.id, batch=last.batch, undone_at=None)
    moves = db.session.scalars(query.order_by(BoothMove.id.desc())).all()
    changed = [one for one in moves if one.from_booth_id != one.to_booth_id]
    for kept in changed:
        if kept.participation.booth_id != kept.to_booth_id:
            raise Conflict(N_("This assignment has changed since and cannot be undone."))
    # First all leave, then all return: within one act booths may have changed hands.
    for kept in changed:
        if kept.to_booth_id is not None:
            _clear(kept.participation)
            _reload(kept.participation)
    for kept in changed:
        _undo(kept, by)
    for kept in moves:
        kept.undone_at = utcnow()
    db.session.flush()
    return changed or moves


def _undo(kept: BoothMove, by: User) -> None:
    participation = kept.participation
    before = db.session.get(Booth, kept.from_booth_id) if kept.from_booth_id else None
    if before is not None:
        _take(participation, before)
        _reload(participation)
    note(participation, by=by, action="booth-undo", booth=before.code if before else None)
