"""Placing everybody in one act, which is explained and can be taken back as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.accounts.permissions import Scope
from app.audit.services import Actor, record
from app.core.clock import utcnow
from app.core.codes import random_code
from app.core.db import changed_one, db, insert_if_absent
from app.core.errors import Conflict, DomainError, NotFound, StaleVersion
from app.core.states import Word
from app.core.text import N_
from app.employers.models import Employer
from app.participations import placement
from app.participations.models import (
    Booth,
    BoothHold,
    BoothMove,
    FloorPlan,
    Participation,
    Rivalry,
)
from app.participations.placement import Aim, Choice, Guest, Hall, Stand
from app.participations.queries import (
    find_floor_plan,
    list_automatic_ids,
    list_booths,
    list_rivalries,
    list_to_place,
    list_zones,
)
from app.participations.services.moves import note
from app.participations.states import BoothKind, ParticipationStatus
from app.tours.models import Fair

# Squares people walk on.
WALKABLE = (BoothKind.AISLE, BoothKind.ENTRANCE)
MOST_SPARE = 100


class Again(Word):
    """Whose booth an automatic placement may change."""

    NOBODY = "nobody", N_("Only those without a booth")
    AUTOMATIC = "automatic", N_("Also those it placed before")
    EVERYBODY = "everybody", N_("Everybody, also those placed by hand")


@dataclass(frozen=True)
class Placement:
    """What an automatic placement did: its batch, and the choice for each it looked at.

    ``moved`` have another booth than before; ``left`` have none.
    """

    batch: str
    choices: Sequence[Choice]
    moved: int

    @property
    def left(self) -> int:
        """How many have no booth after it."""
        return sum(choice.stand is None for choice in self.choices)


def place_employers(
    fair: Fair, scope: Scope, *, by: User, again: Again = Again.NOBODY, spare: int | None = None
) -> Placement:
    """Give everybody in reach a booth as far as there are any; one act, one undo.

    Who has a booth never loses it for nothing: at worst it stays. Booths that are held by
    an employer who is choosing, and those kept spare, are not given.
    """
    if spare is not None:
        set_spare(fair, spare, by=by)
    # Nobody begins to choose a booth while this decides: they wait for its row.
    db.session.execute(select(Booth.id).filter_by(fair_id=fair.id).with_for_update())
    everybody = list_to_place(fair, locked=True)
    movable = _movable(fair, everybody, scope, again)
    choices = _decide(fair, everybody, movable)
    moved = sum(
        one.stand is not None and movable[one.guest.id].booth_id != one.stand.id for one in choices
    )
    done = Placement(random_code(16), choices, moved)
    if choices:
        _write(fair, done.batch, choices, movable, by)
        _note(fair, "place", by, placed=done.moved, left=done.left)
    return done


def _movable(
    fair: Fair, everybody: Sequence[Participation], scope: Scope, again: Again
) -> dict[int, Participation]:
    automatic = list_automatic_ids(fair) if again is Again.AUTOMATIC else set()
    return {
        one.id: one
        for one in everybody
        if (scope.bureau or one.delegation_id in scope.delegations or fair.id in scope.fairs)
        and (one.booth_id is None or again is Again.EVERYBODY or one.id in automatic)
        and one.status is not ParticipationStatus.ARRIVED
    }


def _decide(
    fair: Fair, everybody: Sequence[Participation], movable: dict[int, Participation]
) -> list[Choice]:
    squares = list_booths(fair)
    stands = _stands(squares)
    kept_back = set(db.session.scalars(_holds_until(fair))) | {
        one.id for one in squares if one.is_spare
    }
    rivals = _rivals(fair, everybody)
    aims = {
        zone.zone: Aim(
            zone.delegation_id, zone.pillar_industry.value if zone.pillar_industry else None
        )
        for zone in list_zones(fair)
    }
    plan = find_floor_plan(fair)
    spare = plan.spare if plan else 0
    while True:
        own = {one.booth_id for one in movable.values() if one.booth_id}
        staying = {
            _guest(one): stands[one.booth_id]
            for one in everybody
            if one.id not in movable and one.booth_id in stands
        }
        used = {stand.id for stand in staying.values()}
        free = [
            stand
            for stand in stands.values()
            if stand.id not in used and (stand.id in own or stand.id not in kept_back)
        ]
        hall = Hall(free, aims, staying, rivals, min(spare, max(0, len(free) - len(own))))
        choices = placement.place(hall, [_guest(one) for one in movable.values()])
        # Nobody loses a booth because no other suits: it stays, and the rest is decided anew.
        losing = [
            one.guest.id for one in choices if not one.stand and movable[one.guest.id].booth_id
        ]
        if not losing:
            return choices
        for number in losing:
            del movable[number]


def _stands(squares: Sequence[Booth]) -> dict[int, Stand]:
    """The booths by id; a corner is told by the aisles that pass it."""
    walkable: dict[str, set[tuple[int, int]]] = {}
    for square in squares:
        if square.kind in WALKABLE:
            walkable.setdefault(square.hall, set()).add((square.row, square.column))
    return {
        one.id: Stand(
            id=one.id,
            hall=one.hall,
            row=one.row,
            column=one.column,
            code=one.code or "",
            zone=one.zone,
            has_power=one.has_power,
            is_large=one.is_large,
            is_corner=placement.is_corner((one.row, one.column), walkable.get(one.hall, set())),
        )
        for one in squares
        if one.kind is BoothKind.BOOTH
    }


def _guest(one: Participation) -> Guest:
    """An employer as the placement sees it; who has a booth or confirmed first, chooses first."""
    sent = int(one.submitted_at.timestamp()) if one.submitted_at else 0
    return Guest(
        id=one.id,
        name=one.employer.display_name,
        seniority=(
            int(one.booth_id is None),
            int(one.status is ParticipationStatus.APPROVED),
            sent,
        ),
        delegation_id=one.delegation_id,
        industry=one.employer.pillar_industry.value if one.employer.pillar_industry else None,
        openings=sum(row.openings or 0 for row in one.offered),
        needs_power=one.needs_power,
        needs_large=one.needs_large,
    )


def _rivals(fair: Fair, everybody: Sequence[Participation]) -> set[frozenset[int]]:
    by_employer = {one.employer_id: one.id for one in everybody}
    return {
        frozenset((by_employer[pair.first_id], by_employer[pair.second_id]))
        for pair in list_rivalries(fair)
        if pair.first_id in by_employer and pair.second_id in by_employer
    }


def _holds_until(fair: Fair) -> Any:
    """The booths of a fair that somebody is choosing at this moment."""
    return (
        select(BoothHold.booth_id)
        .join(Booth)
        .where(Booth.fair_id == fair.id, BoothHold.expires_at > utcnow())
    )


def _write(
    fair: Fair,
    batch: str,
    choices: Sequence[Choice],
    movable: dict[int, Participation],
    by: User,
) -> None:
    """Empty every booth that changes hands, then fill them: one booth never has two."""
    before = {number: one.booth_id for number, one in movable.items()}
    changed = [
        choice
        for choice in choices
        if choice.stand is not None and before[choice.guest.id] != choice.stand.id
    ]
    for choice in changed:
        movable[choice.guest.id].booth_id = None
    db.session.flush()
    for choice in changed:
        movable[choice.guest.id].booth_id = choice.stand.id if choice.stand else None
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise Conflict() from error
    moment = utcnow()
    for choice in choices:
        participation = movable[choice.guest.id]
        db.session.expire(participation, ["booth"])
        db.session.add(
            BoothMove(
                fair_id=fair.id,
                participation_id=participation.id,
                from_booth_id=before[participation.id],
                to_booth_id=choice.stand.id if choice.stand else None,
                batch=batch,
                at=moment,
                by_id=by.id,
                because=[[one.because.value, dict(one.params)] for one in choice.reasons],
            )
        )
    db.session.flush()


# ---------------------------------------------------------------------------- what it obeys


def floor_plan_of(fair: Fair) -> FloorPlan:
    """The fair's plan as a whole, made when it is first needed."""
    insert_if_absent(FloorPlan, fair_id=fair.id, version=1, spare=0)
    return db.session.get_one(FloorPlan, fair.id, populate_existing=True)


def touch_plan(fair: Fair, *, version: int | None = None) -> None:
    """Count a change of the hall; with ``version``, only if nobody changed it since.

    Raises :class:`StaleVersion`, which carries the version to save over on purpose.
    """
    plan = floor_plan_of(fair)
    statement = update(FloorPlan).where(FloorPlan.fair_id == fair.id)
    if version is not None:
        statement = statement.where(FloorPlan.version == version)
    if not changed_one(statement.values(version=FloorPlan.version + 1)):
        raise StaleVersion(
            [(N_("Hall and zones"), N_("changed by somebody else"), N_("as you drew it"))],
            current_version=plan.version,
        )
    db.session.refresh(plan)


def set_spare(fair: Fair, number: int, *, by: Actor) -> None:
    """Say how many booths an automatic placement keeps free."""
    if not 0 <= number <= MOST_SPARE:
        raise DomainError(
            N_("Keep between 0 and %(most)s booths spare."), field="spare", most=MOST_SPARE
        )
    plan = floor_plan_of(fair)
    if plan.spare != number:
        _note(fair, "spare", by, spare=number)
        plan.spare = number
        db.session.flush()


def keep_apart(fair: Fair, one: Employer, other: Employer, *, by: Actor) -> Rivalry:
    """Name two employers that should not stand near each other; naming them twice is one."""
    if one.id == other.id:
        raise DomainError(N_("Choose two different employers."), field="second")
    first, second = sorted((one.id, other.id))
    query = select(Rivalry).filter_by(first_id=first, second_id=second)
    if insert_if_absent(Rivalry, first_id=first, second_id=second, created_at=utcnow()):
        _note(fair, "rivals", by, first=one.display_name, second=other.display_name)
    return db.session.scalars(query).one()


def let_together(fair: Fair, number: int, *, by: Actor) -> None:
    """Take a pair of rivals back, if one of them is at this fair."""
    here = select(Participation.employer_id).filter_by(fair_id=fair.id)
    query = select(Rivalry).where(
        Rivalry.id == number, or_(Rivalry.first_id.in_(here), Rivalry.second_id.in_(here))
    )
    pair = db.session.scalars(query).one_or_none() if number < 2**31 else None
    if pair is None:
        raise NotFound()
    _note(
        fair,
        "rivals-removed",
        by,
        first=pair.first.display_name,
        second=pair.second.display_name,
    )
    db.session.delete(pair)
    db.session.flush()


def set_needs(participation: Participation, *, power: bool, large: bool, by: Actor) -> None:
    """Say what an employer's booth must have."""
    participation.needs_power, participation.needs_large = power, large
    db.session.flush()
    note(participation, by=by, action="needs", power=power, large=large)


def _note(fair: Fair, action: str, by: Actor, **facts: str | int) -> None:
    record(
        f"booth.{action}",
        by=by,
        on="fair",
        object_id=fair.id,
        label=fair.title_zh,
        fair_id=fair.id,
        after=facts,
    )
