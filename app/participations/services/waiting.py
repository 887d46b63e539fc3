"""The waiting list: who moves up when a promised place becomes free.

The rule: the place belongs to its delegation, so its longest waiting employer comes first,
then the longest waiting of all. Passed over is a company that is not approved itself or that
stayed away twice before: for those somebody decides. The freed booth goes along where it
still is free and has what is needed.
"""

from app.accounts.permissions import Role
from app.accounts.queries import list_users_with_role
from app.accounts.services import notify_user
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import Conflict, IllegalTransition
from app.employers.states import EmployerStatus
from app.participations.models import Booth, Participation
from app.participations.placement import meets_needs
from app.participations.queries import count_no_shows, list_lapsing, list_waitlisted
from app.participations.services.booths import give_freed_booth
from app.participations.services.moves import move, note_release, tell
from app.participations.services.review import approve
from app.participations.states import ParticipationStatus
from app.tours.states import FairStatus

# So often somebody may stay away before a person has to say yes.
MOST_MISSED = 2


def next_in_line(gone: Participation) -> Participation | None:
    """Who takes the place of somebody who does not come, by the rule; None where nobody can."""
    waiting = [
        one
        for one in list_waitlisted(gone.fair)
        if one.id != gone.id and one.employer.status is EmployerStatus.APPROVED
    ]
    missed = count_no_shows([one.employer_id for one in waiting])
    fit = [one for one in waiting if missed.get(one.employer_id, 0) < MOST_MISSED]
    own = [one for one in fit if one.delegation_id == gone.delegation_id]
    return next(iter(own or fit), None)


def fill_place(gone: Participation, freed_booth_id: int | None) -> Participation | None:
    """Approve the next one in line, give it the freed booth, and tell the planners.

    Nothing moves once the fair has begun or is off. Where people wait and none of them may
    move up by the rule, the planners are told that a place is free.
    """
    fair = gone.fair
    if fair.status is not FairStatus.PUBLISHED or fair.starts_at <= utcnow():
        return None
    following = next_in_line(gone)
    if following is None:
        tell_planners(gone)
        return None
    try:
        approve(following, by=None)
    except (Conflict, IllegalTransition):
        return None  # decided on by somebody this very moment
    booth = db.session.get(Booth, freed_booth_id) if freed_booth_id is not None else None
    if booth is not None and meets_needs(booth, following):
        give_freed_booth(following, booth)
    tell_planners(gone, following)
    return following


def lapse_unconfirmed() -> int:
    """End the approval of whoever did not confirm in time; return how many.

    The booth becomes free, the employer is told, and the next one in line moves up.
    """
    now, lapsed = utcnow(), 0
    for participation_id in list_lapsing(now):
        participation = db.session.get(Participation, participation_id)
        if participation is None:
            continue
        booth_id = participation.booth_id
        try:
            move(
                participation,
                ParticipationStatus.LAPSED,
                by=None,
                action="lapse",
                condition=Participation.confirm_by < now,
                booth_id=None,
            )
        except (Conflict, IllegalTransition):
            continue  # confirmed or withdrawn this very moment
        note_release(participation, booth_id, None)
        tell(participation, "lapsed")
        fill_place(participation, booth_id)
        lapsed += 1
    return lapsed


def tell_planners(gone: Participation, moved_up: Participation | None = None) -> None:
    """Tell the planners who does not come, and who moved up or is first in line."""
    fair = gone.fair
    waiting = [] if moved_up is not None else list_waitlisted(fair)
    first = moved_up or (waiting[0] if waiting else None)
    if first is None:
        return
    for planner in list_users_with_role(Role.PLANNER, fair.id):
        notify_user(
            planner,
            "participations/place-taken" if moved_up else "participations/place-free",
            fair_id=fair.id,
            fair_zh=fair.title_zh,
            fair_en=fair.title_en,
            fair_slug=fair.slug,
            gone=gone.employer.display_name,
            first=first.employer.display_name,
            first_slug=first.employer.slug,
        )
