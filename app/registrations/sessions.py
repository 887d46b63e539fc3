"""What a browser remembers of tickets without an account.

A walk-in whose phone could not be confirmed has no account to sign in to: the ticket lives
in the browser that registered, and the poster at the gate knows it there.
"""

from flask import session

from app.registrations import queries
from app.registrations.models import Registration
from app.tours.models import Fair

# fair → the student without an account this browser registered there
WALK_IN = "walk_in"


def remember_walk_in(registration: Registration) -> None:
    """Keep in this browser which ticket without an account is its own."""
    kept = dict(session.get(WALK_IN, {}))
    kept[registration.fair.slug] = [registration.student.uid, registration.uid]
    session[WALK_IN] = kept
    session.permanent = True


def own_walk_in(fair: Fair) -> Registration | None:
    """The registration without an account that this browser made for a fair."""
    uids = session.get(WALK_IN, {}).get(fair.slug)
    return queries.find_unlinked_registration(*uids) if uids else None
