"""On the morning: which employers are here?"""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import utcnow
from app.core.errors import DomainError
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.models import Participation
from app.participations.states import ParticipationStatus
from app.participations.views.door import bp, staff_fair, staff_participation, toast, warn
from app.web.access import requires
from app.web.forms import answer

RECORD = Permission.CHECKIN_RECORD


@bp.get("/staff/fairs/<slug>/arrivals")
@requires(RECORD)
def arrivals(slug: str) -> ResponseReturnValue:
    """Everybody who is expected, by booth."""
    fair = staff_fair(slug, RECORD)
    expected = queries.list_present(fair, current_user.scope_of(RECORD))
    is_late = utcnow() >= services.late_from(fair)
    here = [one for one in expected if one.status is ParticipationStatus.ARRIVED]
    words = request.args.get("q", "").strip()[:40].casefold()
    show = request.args.get("show", "")
    listed = [one for one in expected if show != "missing" or one not in here]
    listed = [one for one in listed if show != "here" or one in here]
    return answer(
        "participations/arrivals.html",
        fair=fair,
        rows=[one for one in listed if not words or words in _words(one)],
        here=len(here),
        expected=len(expected),
        may_release=current_user.can(Permission.CHECKIN_OVERRIDE),
        late=sum(one.status is ParticipationStatus.CONFIRMED for one in expected) if is_late else 0,
        late_from=services.late_from(fair),
        is_late=is_late,
    )


def _words(participation: Participation) -> str:
    employer, booth = participation.employer, participation.booth
    parts = (employer.name, employer.short_name, employer.initials, booth.code if booth else "")
    return " ".join(part or "" for part in parts).casefold()


@bp.post("/staff/fairs/<slug>/arrivals/<employer_slug>")
@requires(RECORD)
def record_arrival(slug: str, employer_slug: str) -> ResponseReturnValue:
    """One tap: they are here."""
    participation = staff_participation(slug, employer_slug, RECORD)
    back = url_for("participations.arrivals", slug=slug, **_kept())
    try:
        with transaction():
            services.record_arrival(participation, by=current_user, via="list")
    except DomainError as error:
        warn(error)
    else:
        toast(
            gettext("%(name)s is here", name=participation.employer.display_name),
            url_for("participations.undo_arrival", slug=slug, employer_slug=employer_slug),
        )
    return redirect(back, 303)


@bp.post("/staff/fairs/<slug>/arrivals/<employer_slug>/undo")
@requires(RECORD)
def undo_arrival(slug: str, employer_slug: str) -> ResponseReturnValue:
    """They are not here after all."""
    participation = staff_participation(slug, employer_slug, RECORD)
    with transaction():
        services.undo_arrival(participation, by=current_user)
    flash(gettext("Taken back"), "success")
    return redirect(url_for("participations.arrivals", slug=slug, **_kept()), 303)


@bp.post("/staff/fairs/<slug>/arrivals/<employer_slug>/release")
@requires(Permission.CHECKIN_OVERRIDE)
def release(slug: str, employer_slug: str) -> ResponseReturnValue:
    """They did not come; the booth is free for somebody else."""
    participation = staff_participation(slug, employer_slug, Permission.CHECKIN_OVERRIDE)
    try:
        with transaction():
            services.release_absent(participation, by=current_user)
    except DomainError as error:
        warn(error)
    else:
        name = participation.employer.display_name
        flash(gettext("%(name)s did not come; the booth is free", name=name), "success")
    return redirect(url_for("participations.arrivals", slug=slug, **_kept()), 303)


def _kept() -> dict[str, Any]:
    """The filter of the list, sent along by its buttons."""
    return {name: request.form[name] for name in ("show", "q") if request.form.get(name)}
