"""What is odd about applications: found for a whole fair in four statements."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Text, cast, func, select

from app.accounts.permissions import Scope
from app.core.db import db
from app.employers.models import Employer, Position
from app.employers.states import EmployerStatus, Papers
from app.participations.models import OfferedPosition, Participation
from app.participations.queries.applications import count_no_shows, within
from app.participations.states import ParticipationStatus, ReviewHint
from app.tours.models import Fair

H = ReviewHint
_PAPERS = {
    Papers.MISSING: H.PAPERS_MISSING,
    Papers.EXPIRED: H.PAPERS_EXPIRED,
    Papers.EXPIRING: H.PAPERS_EXPIRING,
}
# The organisation code inside the 18 characters of a credit code (GB 32100-2015, table 1).
ORGANISATION_CODE = slice(8, 17)


@dataclass(frozen=True)
class Oddities:
    """What is odd about one application. ``counts`` says how often, where that can be counted.

    ``same_code`` names the other companies whose credit code holds the same organisation code.
    """

    hints: tuple[ReviewHint, ...] = ()
    counts: Mapping[ReviewHint, int] = field(default_factory=dict)
    same_code: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing needs a second look."""
        return not self.hints


def find_oddities(
    fair: Fair,
    day: date,
    scope: Scope,
    *,
    status: ParticipationStatus | None = None,
    delegation_id: int | None = None,
    ids: Iterable[int] | None = None,
) -> dict[int, Oddities]:
    """The oddities of a fair's applications within a scope, by participation id.

    Papers are judged as they will be on ``day``. A clean application has an entry too.
    """
    query = (
        select(Participation.id, Participation.employer_id, Employer)
        .join(Participation.employer)
        .where(Participation.fair_id == fair.id)
        .order_by(Participation.submitted_at, Participation.id)
    )
    if status is not None:
        query = query.where(Participation.status == status)
    if delegation_id is not None:
        query = query.where(Participation.delegation_id == delegation_id)
    if ids is not None:
        query = query.where(Participation.id.in_(list(ids)))
    rows = db.session.execute(within(query, scope)).all()
    brought = _brought(query.with_only_columns(Participation.id).order_by(None))
    missed = count_no_shows([row.employer_id for row in rows])
    twins = _twins([row.Employer for row in rows])
    return {row.id: _judge(row.Employer, day, brought.get(row.id), missed, twins) for row in rows}


def _brought(ids: Any) -> dict[int, Any]:
    """Per application: positions, those without openings or pay, those with odd wording."""
    wordings = cast(Position.hints, Text).not_in(("[]", "null"))
    query = (
        select(
            OfferedPosition.participation_id,
            func.count().label("positions"),
            func.count().filter(OfferedPosition.openings.is_(None)).label("no_openings"),
            func.count().filter(Position.pay_text == "").label("no_pay"),
            func.count().filter(wordings).label("wordings"),
        )
        .join(OfferedPosition.position)
        .where(OfferedPosition.participation_id.in_(ids))
        .group_by(OfferedPosition.participation_id)
    )
    return {row.participation_id: row for row in db.session.execute(query)}


def _twins(employers: list[Employer]) -> dict[int, tuple[str, ...]]:
    """The other companies with an employer's organisation code: one of both is mistyped."""
    codes = {one.uscc[ORGANISATION_CODE] for one in employers if one.uscc}
    if not codes:
        return {}
    part = func.substr(Employer.uscc, ORGANISATION_CODE.start + 1, 9)
    query = select(part, Employer.id, Employer.name).where(part.in_(codes))
    holders: dict[str, list[tuple[int, str]]] = {}
    for code, employer_id, name in db.session.execute(query.order_by(Employer.name)):
        holders.setdefault(code, []).append((employer_id, name))
    return {
        employer_id: tuple(name for other, name in holding if other != employer_id)
        for holding in holders.values()
        for employer_id, _ in holding
    }


def _judge(
    employer: Employer,
    day: date,
    brought: Any,
    missed: Mapping[int, int],
    twins: Mapping[int, tuple[str, ...]],
) -> Oddities:
    counts: Counter[ReviewHint] = Counter()
    counts[H.COMPANY] = int(employer.status is not EmployerStatus.APPROVED)
    counts[H.NO_SHOW] = missed.get(employer.id, 0)
    papers = _PAPERS.get(employer.papers_on(day))
    if papers is not None:
        counts[papers] = 1
    counts[H.SAME_CODE] = len(twins.get(employer.id, ()))
    if brought is None:
        counts[H.NO_POSITIONS] = 1
    else:
        counts[H.WORDING] = brought.wordings
        counts[H.OPENINGS] = brought.no_openings
        counts[H.PAY] = brought.no_pay
    hints = tuple(hint for hint in ReviewHint if counts[hint])
    return Oddities(hints, {hint: counts[hint] for hint in hints}, twins.get(employer.id, ()))


def count_by_hint(found: Iterable[Oddities]) -> dict[ReviewHint, int]:
    """How many applications have each hint; hints nobody has are left out."""
    counted = Counter(hint for one in found for hint in one.hints)
    return {hint: counted[hint] for hint in ReviewHint if counted[hint]}
