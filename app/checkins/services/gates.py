"""Gates of a fair, who stands there, and links for screens."""

from collections.abc import Collection

from sqlalchemy import select, update

from app.accounts.models import User
from app.accounts.permissions import GRANTS, Permission, Role
from app.accounts.queries import list_users_with_role
from app.audit.services import changes, record
from app.checkins.models import DisplayLink, Gate, GateStaff
from app.checkins.queries import list_gates
from app.core.clock import utcnow
from app.core.codes import fingerprint, random_token
from app.core.db import changed_one, db, insert_if_absent
from app.core.errors import Conflict, DomainError
from app.core.text import N_
from app.places.models import Venue
from app.places.states import GateDirection
from app.tours.models import Fair

# The name of the one gate of a fair whose venue names none.
ONLY_GATE = "正门"
GATE_ROLES = tuple(role for role in Role if Permission.CHECKIN_RECORD in GRANTS[role])


class GateNameTaken(Conflict):
    """Two gates of one fair cannot be told apart by the same name."""

    code = "gate-name-taken"
    message = N_("There is a gate of this name already.")


def ensure_gates(fair: Fair) -> list[Gate]:
    """The gates of a fair; if it has none, copies of its venue's, else one main gate."""
    gates = list_gates(fair)
    if gates:
        return gates
    venue = db.session.get(Venue, fair.venue_id) if fair.venue_id else None
    for number, (name, direction) in enumerate(proposed_gates(venue)):
        insert_if_absent(Gate, fair_id=fair.id, name=name, direction=direction, position=number)
    return list_gates(fair)


def proposed_gates(venue: Venue | None) -> list[tuple[str, GateDirection]]:
    """What :func:`ensure_gates` would make for a fair at a venue."""
    gates = [(gate.name, gate.direction) for gate in venue.gates] if venue else []
    return gates or [(ONLY_GATE, GateDirection.BOTH)]


def add_gate(fair: Fair, name: str, direction: GateDirection, *, by: User) -> Gate:
    """Add a gate at the end of the list."""
    position = max((gate.position for gate in list_gates(fair)), default=-1) + 1
    if not insert_if_absent(
        Gate, fair_id=fair.id, name=name, direction=direction, position=position
    ):
        raise GateNameTaken(field="name")
    gate = db.session.scalars(select(Gate).filter_by(fair_id=fair.id, name=name)).one()
    _note("gate.add", gate, by, after={"name": name, "direction": direction.value})
    return gate


def edit_gate(
    gate: Gate, *, name: str, direction: GateDirection, staff: Collection[User], by: User
) -> None:
    """Rename a gate, say which way it goes and who stands there."""
    others = select(Gate.id).where(
        Gate.fair_id == gate.fair_id, Gate.name == name, Gate.id != gate.id
    )
    if db.session.scalar(others) is not None:
        raise GateNameTaken(field="name")
    before, after = changes(gate, {"name": name, "direction": direction})
    for field, value in after.items():
        setattr(gate, field, value)
    kept = {row.user_id: row for row in gate.staff}
    wanted = {user.id: user for user in staff}
    if kept.keys() != wanted.keys():
        before["staff"] = [row.user.label for row in gate.staff]
        after["staff"] = [user.label for user in staff]
        gate.staff = [kept.get(user_id) or GateStaff(user=user) for user_id, user in wanted.items()]
    if after:
        _note("gate.edit", gate, by, before=before, after=after)


def close_gate(gate: Gate, *, by: User) -> None:
    """Take a gate out of use; its scans stay."""
    if gate.closed_at is None:
        gate.closed_at = utcnow()
        _note("gate.close", gate, by)


def reopen_gate(gate: Gate, *, by: User) -> None:
    """Put a gate into use again."""
    if gate.closed_at is not None:
        gate.closed_at = None
        _note("gate.reopen", gate, by)


def list_gate_people(fair: Fair) -> list[User]:
    """Whoever may be put at a gate: holders of a role that scans, at this fair or everywhere."""
    found = {user.id: user for role in GATE_ROLES for user in list_users_with_role(role, fair.id)}
    return sorted(found.values(), key=lambda user: (user.label, user.id))


# -- links for screens -----------------------------------------------------------------


class NoLabel(DomainError):
    """A link nobody can name cannot be revoked knowingly."""

    code = "no-label"
    message = N_("Say where the screen stands.")


def make_display_link(fair: Fair, label: str, *, by: User) -> tuple[DisplayLink, str]:
    """A link that opens the fair's screens without signing in, and its token, shown once."""
    if not label:
        raise NoLabel(field="label")
    token = random_token()
    link = DisplayLink(
        fair_id=fair.id, token_hash=fingerprint(token), label=label, created_by_id=by.id
    )
    db.session.add(link)
    db.session.flush()
    record(
        "display-link.make",
        by=by,
        on="display_link",
        object_id=link.id,
        label=label,
        fair_id=fair.id,
    )
    return link, token


def revoke_display_link(link: DisplayLink, *, by: User) -> None:
    """End a link at once; a second time changes nothing."""
    statement = update(DisplayLink).where(
        DisplayLink.id == link.id, DisplayLink.revoked_at.is_(None)
    )
    if changed_one(statement.values(revoked_at=utcnow())):
        record(
            "display-link.revoke",
            by=by,
            on="display_link",
            object_id=link.id,
            label=link.label,
            fair_id=link.fair_id,
        )


def find_display(token: str) -> DisplayLink | None:
    """The link in force that a token belongs to."""
    query = select(DisplayLink).filter_by(token_hash=fingerprint(token), revoked_at=None)
    return db.session.scalars(query).one_or_none()


def _note(
    action: str,
    gate: Gate,
    by: User,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(
        action,
        by=by,
        on="gate",
        object_id=gate.id,
        label=gate.name,
        fair_id=gate.fair_id,
        before=before,
        after=after,
    )
