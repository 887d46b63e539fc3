"""The blueprint of this room, and how far its visitors may write."""

from dataclasses import dataclass

from flask import Blueprint
from flask_babel import gettext
from flask_login import current_user

from app.accounts.permissions import Permission, Scope
from app.core.errors import Forbidden
from app.core.text import N_
from app.messages import queries
from app.messages.forms import MessageForm
from app.messages.services import Outgoing
from app.messages.states import CANDIDATES, EMPLOYERS, STUDENTS, Segment
from app.places.queries import list_delegations
from app.tours.models import Fair
from app.tours.queries import get_fair_within, may_change
from app.web.i18n import bilingual

bp = Blueprint("messages", __name__)

WRITE = Permission.MESSAGE_EMPLOYERS


@dataclass(frozen=True)
class Desk:
    """A fair, and to whom of it the visitor may write.

    The organisers of a fair write to everybody, a delegation to its own employers.
    """

    fair: Fair
    scope: Scope
    is_whole: bool
    with_students: bool
    stop_fairs: tuple[int, ...]

    @property
    def groups(self) -> list[tuple[str, tuple[Segment, ...]]]:
        """The segments to choose from, under their headings."""
        of_students = [
            (gettext("Students"), STUDENTS),
            (gettext("By how far they came with an employer"), CANDIDATES),
        ]
        return [(gettext("Employers"), EMPLOYERS), *(of_students if self.with_students else ())]

    @property
    def delegations(self) -> list[tuple[int, str]]:
        """Whose employers may be written to alone."""
        return [
            (row.id, bilingual(row, "name"))
            for row in list_delegations()
            if self.is_whole or row.id in self.scope.delegations
        ]

    @property
    def has_stop(self) -> bool:
        """Whether there are other fairs at the same stop to whose employers one may write."""
        return len(self.stop_fairs) > 1 and (
            self.scope.bureau or bool(self.scope.delegations) or self._has_all_fairs
        )

    @property
    def _has_all_fairs(self) -> bool:
        return set(self.stop_fairs) <= self.scope.fairs

    def offer(self, form: MessageForm) -> None:
        """Say what there is to choose from."""
        everybody = gettext("All delegations") if self.is_whole else None
        form.offer(self.delegations, everybody=everybody)

    def check(self, outgoing: Outgoing) -> None:
        """Raise :class:`Forbidden` for what this person may not write to."""
        if not outgoing.segment.is_of_employers:
            if not self.with_students:
                raise Forbidden()
            return
        own = outgoing.delegation_id in self.scope.delegations
        if not (self.is_whole or own):
            raise Forbidden()
        if outgoing.whole_stop and not (self.scope.bureau or own or self._has_all_fairs):
            raise Forbidden(
                N_("To the whole stop you can only write to your own delegation's employers.")
            )


def desk_of(slug: str) -> Desk:
    """The fair with a slug, within the visitor's reach."""
    scope = current_user.scope_of(WRITE)
    fair = get_fair_within(slug, scope)
    return Desk(
        fair=fair,
        scope=scope,
        is_whole=may_change(fair, scope),
        with_students=may_change(fair, current_user.scope_of(Permission.MESSAGE_STUDENTS)),
        stop_fairs=queries.fairs_of(fair, whole_stop=True),
    )
