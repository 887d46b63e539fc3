"""The list of applications to a fair, and the queue a reviewer works through.

A queue is what the list shows: its filters travel in the address (``delegation``, ``hint``) from
one application to the next, so that a reviewer stays within them.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.accounts.permissions import Permission
from app.core.clock import local, today
from app.core.transaction import transaction
from app.participations import queries, services
from app.participations.models import Participation
from app.participations.states import ParticipationStatus, ReviewHint
from app.participations.views.door import bp, staff_fair
from app.places.queries import list_delegations
from app.tours.models import Fair
from app.web.access import requires
from app.web.forms import answer

REVIEW = Permission.EMPLOYER_REVIEW
MOST_AT_ONCE = 1000
CLEAN = "none"


def day_of(fair: Fair) -> date:
    """The day on which papers must be valid: that of the fair, or today once it is past."""
    return max(today(fair.time_zone), local(fair.starts_at, fair.time_zone).date())


@dataclass(frozen=True)
class Place:
    """Where an application stands in the queue: its number from 1, and its neighbours."""

    number: int | None
    total: int
    previous: Any
    following: Any
    next_address: str
    previous_address: str
    list_address: str


@dataclass(frozen=True)
class Queue:
    """A fair's waiting applications under the filters of the present address."""

    fair: Fair
    delegation_id: int | None
    hint: str

    @classmethod
    def of(cls, fair: Fair) -> "Queue":
        """The queue of this request."""
        hint = request.args.get("hint", "")
        known = hint == CLEAN or hint in list(ReviewHint)
        return cls(fair, request.args.get("delegation", type=int), hint if known else "")

    @property
    def kept(self) -> dict[str, Any]:
        """The filters, for the addresses of buttons and links."""
        return {"delegation": self.delegation_id, "hint": self.hint or None}

    def address(self, employer_slug: str) -> str:
        """The page of one application in this queue."""
        return url_for(
            "participations.review",
            slug=self.fair.slug,
            employer_slug=employer_slug,
            **self.kept,
        )

    @property
    def list_address(self) -> str:
        """The list this queue is."""
        return url_for("participations.review_list", slug=self.fair.slug, **self.kept)

    def wanted(self, odd: queries.Oddities) -> bool:
        """Whether an application passes the filter by hint."""
        if self.hint == CLEAN:
            return odd.is_clean
        return not self.hint or ReviewHint(self.hint) in odd.hints

    @cached_property
    def rows(self) -> list[Any]:
        """Who waits, longest first: (id, slug, name)."""
        scope, ids = current_user.scope_of(REVIEW), None
        if self.hint:
            found = queries.find_oddities(
                self.fair,
                day_of(self.fair),
                scope,
                status=ParticipationStatus.SUBMITTED,
                delegation_id=self.delegation_id,
            )
            ids = [id_ for id_, odd in found.items() if self.wanted(odd)]
        return list(queries.list_queue(self.fair, scope, delegation_id=self.delegation_id, ids=ids))

    def place_of(self, participation: Participation) -> Place:
        """An application's place. One that is decided already leads to whoever came after it."""
        others = [row for row in self.rows if row.id != participation.id]
        number = next(
            (at for at, row in enumerate(self.rows, 1) if row.id == participation.id), None
        )
        key = (participation.submitted_at, participation.id)
        at = number - 1 if number else self._after(key)
        following = (others[at:] or others[:1] or [None])[0]
        previous = (others[:at][-1:] or others[-1:] or [None])[0]
        return Place(
            number,
            len(self.rows),
            previous,
            following,
            self.address(following.slug) if following else "",
            self.address(previous.slug) if previous else "",
            self.list_address,
        )

    def _after(self, key: tuple[Any, int]) -> int:
        """How many of those waiting handed in before a moment."""
        return sum((row.submitted_at, row.id) < key for row in self.rows)


@bp.get("/staff/fairs/<slug>/review")
@requires(REVIEW)
def review_list(slug: str) -> ResponseReturnValue:
    """Which employers wait for an answer, and what about the others?"""
    fair, scope = staff_fair(slug, REVIEW), current_user.scope_of(REVIEW)
    queue = Queue.of(fair)
    status = _status(request.args.get("status", "submitted"))
    odd = queries.find_oddities(
        fair, day_of(fair), scope, status=status, delegation_id=queue.delegation_id
    )
    wanted = queries.ReviewFilter(
        words=request.args.get("q", "")[:60].replace("\0", ""),
        status=status,
        delegation_id=queue.delegation_id,
        ids=frozenset(id_ for id_, one in odd.items() if queue.wanted(one)) if queue.hint else None,
    )
    page = queries.list_for_review(fair, wanted, scope, request.args.get("page", 1, type=int))
    by_delegation = queries.count_by_delegation(fair, scope, status)
    return answer(
        "participations/review_list.html",
        fair=fair,
        page=page,
        status=status,
        counts=queries.count_by_status(fair, scope),
        delegations=[
            (row, by_delegation[row.id]) for row in list_delegations() if row.id in by_delegation
        ],
        odd=odd,
        by_hint=queries.count_by_hint(odd.values()),
        clean=sum(one.is_clean for one in odd.values()),
        queue=queue,
        day=day_of(fair),
    )


def _status(text: str) -> ParticipationStatus | None:
    return ParticipationStatus(text) if text in list(ParticipationStatus) else None


@bp.get("/staff/fairs/<slug>/review-clean")
@requires(REVIEW)
def approve_clean(slug: str) -> ResponseReturnValue:
    """Everybody who waits and needs no second look: approve them together?"""
    fair, scope = staff_fair(slug, REVIEW), current_user.scope_of(REVIEW)
    queue = Queue(fair, request.args.get("delegation", type=int), CLEAN)
    slugs = [row.slug for row in queue.rows[:MOST_AT_ONCE]]
    return _ask(fair, queries.list_by_slugs(fair, slugs, scope))


def _ask(fair: Fair, ticked: Any) -> ResponseReturnValue:
    """The page that names whom the button will approve."""
    scope = current_user.scope_of(REVIEW)
    odd = queries.find_oddities(fair, day_of(fair), scope, ids=[one.id for one in ticked])
    return answer(
        "participations/approve_many.html",
        fair=fair,
        ticked=ticked,
        odd=odd,
        deadline=services.deadline_of(fair),
    )


@bp.post("/staff/fairs/<slug>/review")
@requires(REVIEW)
def approve_ticked(slug: str) -> ResponseReturnValue:
    """Approve everybody who is ticked, once it was said that this is meant."""
    fair, scope = staff_fair(slug, REVIEW), current_user.scope_of(REVIEW)
    slugs = request.form.getlist("employer")[:MOST_AT_ONCE]
    back = url_for("participations.review_list", slug=slug)
    ticked = queries.list_by_slugs(fair, slugs, scope) if slugs else []
    if not ticked:
        flash(gettext("Tick somebody first."), "warning")
        return redirect(back, 303)
    if not request.form.get("sure"):
        return _ask(fair, ticked)
    with transaction():
        ticked = queries.list_by_slugs(fair, slugs, scope)
        done, left = services.approve_all(ticked, by=current_user)
    if done:
        flash(ngettext("%(num)s employer approved", "%(num)s employers approved", done), "success")
    if left:
        names = "、".join(one.employer.display_name for one in left[:8])
        text = gettext("Left as they are, look at them one by one: %(names)s", names=names)
        flash(text, "warning")
    return redirect(back, 303)
