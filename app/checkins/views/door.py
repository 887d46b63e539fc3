"""The blueprint of this room, and who stands before its doors."""

from typing import Any

from flask import Blueprint
from flask_login import current_user

from app.accounts.permissions import Permission, Scope
from app.checkins import queries
from app.checkins.models import Gate
from app.checkins.services import Answer, DoorFacts, Who
from app.checkins.verdicts import Words, words_of
from app.core.errors import Forbidden
from app.tours import queries as tours
from app.tours.models import Fair

bp = Blueprint("checkins", __name__)

# Whoever may set gates up need not scan, and the other way round.
AT_GATES = (Permission.CHECKIN_RECORD, Permission.DEVICE_MANAGE)


def scope_of(*permissions: Permission) -> Scope:
    """How far any of these permissions of the signed-in person reaches."""
    scopes = [current_user.scope_of(permission) for permission in permissions]
    return Scope(
        bureau=any(scope.bureau for scope in scopes),
        delegations=frozenset().union(*(scope.delegations for scope in scopes)),
        fairs=frozenset().union(*(scope.fairs for scope in scopes)),
    )


def fair_for(slug: str, *permissions: Permission) -> Fair:
    """The fair with a slug, for whoever holds one of the permissions there."""
    if not any(current_user.can(permission) for permission in permissions):
        raise Forbidden()
    return tours.get_fair_within(slug, scope_of(*permissions))


def may(permission: Permission, fair: Fair) -> bool:
    """Whether the signed-in person holds a permission at a fair."""
    return current_user.can(permission) and tours.is_within(fair, current_user.scope_of(permission))


def who() -> Who:
    """The signed-in person, as a copy no transaction expires."""
    return Who(current_user.id, current_user.label)


def counts_of(fair: Fair) -> dict[str, Any]:
    """What the top of every gate page shows."""
    return {
        "inside": queries.count_inside(fair),
        "permitted": fair.permitted_number,
        "alarm": bool(queries.list_alarms(fair)),
    }


def spoken(answer: Answer, fair: Fair, gate: Gate | DoorFacts | None) -> Words:
    """An answer in words for the people at a gate."""
    return words_of(answer, fair, gate.name if gate else "")
