"""Reading applications."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.permissions import Scope
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.employers.models import Employer
from app.employers.queries import PastFair, clean, matches_words
from app.participations.models import Booth, NoShowAppeal, OfferedPosition, Participation
from app.participations.states import COMING, ParticipationStatus
from app.tours.models import Fair


@dataclass(frozen=True)
class ReviewFilter:
    """What a fair's list of applications is narrowed by. ``ids`` None means all."""

    words: str = ""
    status: ParticipationStatus | None = None
    delegation_id: int | None = None
    ids: frozenset[int] | None = None


# What the pages about one application or many of them show.
WHOLE = (
    joinedload(Participation.fair),
    joinedload(Participation.employer).joinedload(Employer.delegation),
    joinedload(Participation.delegation),
    joinedload(Participation.booth),
    joinedload(Participation.reviewed_by),
    joinedload(Participation.appeal),
    selectinload(Participation.offered).joinedload(OfferedPosition.position),
    selectinload(Participation.representatives),
)


def find_by_public_code(code: str) -> Participation | None:
    """The participation whose booth sign carries a code, in whatever state."""
    query = select(Participation).filter_by(public_code=clean(code)).options(*WHOLE)
    return db.session.scalars(query).one_or_none()


def get_by_public_code(code: str) -> Participation:
    """The participation whose booth sign carries a code, in whatever state."""
    participation = find_by_public_code(code)
    if participation is None:
        raise NotFound()
    return participation


def get_participation(fair: Fair, employer_slug: str, scope: Scope) -> Participation:
    """An employer's application to a fair, for the organiser within a scope."""
    query = (
        select(Participation)
        .join(Participation.employer)
        .where(Participation.fair_id == fair.id, Employer.slug == clean(employer_slug))
        .options(*WHOLE)
    )
    found: Participation | None = db.session.scalars(within(query, scope)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def find_own(fair: Fair, employer: Employer) -> Participation | None:
    """An employer's own application to a fair, if it made one."""
    query = select(Participation).filter_by(fair_id=fair.id, employer_id=employer.id)
    return db.session.scalars(query.options(*WHOLE)).one_or_none()


def get_own(fair_slug: str, employer: Employer) -> Participation:
    """An employer's own application to the fair with a slug."""
    query = (
        select(Participation)
        .join(Participation.fair)
        .where(Fair.slug == clean(fair_slug), Participation.employer_id == employer.id)
        .options(*WHOLE)
    )
    participation = db.session.scalars(query).one_or_none()
    if participation is None:
        raise NotFound()
    return participation


def list_own(employer: Employer) -> Sequence[Participation]:
    """An employer's applications: coming fairs first by date, then the past ones backwards."""
    query = (
        select(Participation)
        .join(Participation.fair)
        .where(Participation.employer_id == employer.id)
        .options(*WHOLE)
        .order_by(Fair.starts_at, Participation.id)
    )
    return db.session.scalars(query).all()


def list_coming(fair: Fair) -> Sequence[Participation]:
    """The employers that stand on a fair's public page, by booth, then by name.

    Employer, booth and offered positions are loaded.
    """
    query = (
        select(Participation)
        .join(Participation.employer)
        .outerjoin(Participation.booth)
        .where(Participation.fair_id == fair.id, Participation.status.in_(COMING))
        .options(
            contains_eager(Participation.employer),
            contains_eager(Participation.booth),
            selectinload(Participation.offered).joinedload(OfferedPosition.position),
        )
        .order_by(Booth.code.is_(None), Booth.hall, Booth.code, Employer.name)
    )
    return db.session.scalars(query).all()


def list_present(fair: Fair, scope: Scope) -> Sequence[Participation]:
    """Whoever was expected at a fair, by booth: confirmed, arrived, missing; approved too."""
    expected = {*COMING, ParticipationStatus.NO_SHOW}
    query = (
        select(Participation)
        .join(Participation.employer)
        .outerjoin(Participation.booth)
        .where(Participation.fair_id == fair.id, Participation.status.in_(expected))
        .options(
            contains_eager(Participation.employer),
            contains_eager(Participation.booth),
            selectinload(Participation.representatives),
        )
        .order_by(Booth.code.is_(None), Booth.hall, Booth.code, Employer.name)
    )
    return db.session.scalars(within(query, scope)).all()


def count_by_status(fair: Fair, scope: Scope | None = None) -> dict[ParticipationStatus, int]:
    """How many applications to a fair are in each state (every state is named)."""
    query = select(Participation.status, func.count()).filter_by(fair_id=fair.id)
    query = within(query.group_by(Participation.status), scope or Scope(bureau=True))
    counted = {status: int(n) for status, n in db.session.execute(query)}
    return {status: counted.get(status, 0) for status in ParticipationStatus}


def count_by_delegation(
    fair: Fair, scope: Scope, status: ParticipationStatus | None = None
) -> dict[int | None, int]:
    """How many applications to a fair each delegation has: ``{delegation id or None: n}``."""
    query = select(Participation.delegation_id, func.count()).filter_by(fair_id=fair.id)
    if status:
        query = query.where(Participation.status == status)
    query = within(query.group_by(Participation.delegation_id), scope)
    return {delegation: int(n) for delegation, n in db.session.execute(query)}


def count_open_reviews(scope: Scope) -> int:
    """How many applications wait for a reviewer at all fairs within a scope."""
    query = select(func.count(Participation.id)).where(
        Participation.status == ParticipationStatus.SUBMITTED
    )
    return db.session.scalar(within(query, scope)) or 0


def count_no_shows(employer_ids: Sequence[int]) -> dict[int, int]:
    """How often each of some employers did not come: ``{employer id: times}``.

    What the organiser excused after an appeal does not count.
    """
    excused = select(NoShowAppeal.id).where(
        NoShowAppeal.participation_id == Participation.id, NoShowAppeal.accepted.is_(True)
    )
    query = (
        select(Participation.employer_id, func.count())
        .where(
            Participation.employer_id.in_(employer_ids),
            Participation.status == ParticipationStatus.NO_SHOW,
            ~excused.exists(),
        )
        .group_by(Participation.employer_id)
    )
    return {employer: int(n) for employer, n in db.session.execute(query)}


def list_no_shows(fair: Fair, scope: Scope) -> Sequence[Participation]:
    """Who did not come to a fair, those whose appeal waits for an answer first."""
    waits = case((NoShowAppeal.id.is_not(None) & NoShowAppeal.accepted.is_(None), 0), else_=1)
    query = (
        select(Participation)
        .join(Participation.employer)
        .outerjoin(Participation.appeal)
        .where(
            Participation.fair_id == fair.id, Participation.status == ParticipationStatus.NO_SHOW
        )
        .options(*WHOLE)
        .order_by(waits, Employer.name)
    )
    found: Sequence[Participation] = db.session.scalars(within(query, scope)).all()
    return found


def count_open_appeals(scope: Scope) -> dict[int, int]:
    """How many appeals wait for an answer, by fair: ``{fair id: appeals}``."""
    query = (
        select(Participation.fair_id, func.count())
        .join(Participation.appeal)
        .where(NoShowAppeal.accepted.is_(None), Participation.status == ParticipationStatus.NO_SHOW)
        .group_by(Participation.fair_id)
    )
    return {fair: int(n) for fair, n in db.session.execute(within(query, scope))}


def list_for_review(
    fair: Fair, wanted: ReviewFilter, scope: Scope, page: int = 1
) -> Page[Participation]:
    """A page of a fair's applications: those waiting for a reviewer first, oldest first."""
    query = (
        select(Participation)
        .join(Participation.employer)
        .where(Participation.fair_id == fair.id)
        .options(*WHOLE)
    )
    if wanted.status:
        query = query.where(Participation.status == wanted.status)
    if wanted.delegation_id:
        query = query.where(Participation.delegation_id == wanted.delegation_id)
    if wanted.words:
        query = query.where(matches_words(wanted.words))
    if wanted.ids is not None:
        query = query.where(Participation.id.in_(wanted.ids))
    order = (_waiting_first(), Participation.submitted_at, Participation.id)
    return paged(within(query, scope).order_by(*order), page)


def list_queue(
    fair: Fair, scope: Scope, *, delegation_id: int | None = None, ids: Iterable[int] | None = None
) -> Sequence[Row[tuple[int, datetime, str, str]]]:
    """Who waits for a reviewer at a fair, longest first: (id, submitted_at, slug, name)."""
    name = func.coalesce(func.nullif(Employer.short_name, ""), Employer.name)
    query = (
        select(Participation.id, Participation.submitted_at, Employer.slug, name.label("name"))
        .join(Participation.employer)
        .where(
            Participation.fair_id == fair.id,
            Participation.status == ParticipationStatus.SUBMITTED,
        )
        .order_by(Participation.submitted_at, Participation.id)
    )
    if delegation_id is not None:
        query = query.where(Participation.delegation_id == delegation_id)
    if ids is not None:
        query = query.where(Participation.id.in_(list(ids)))
    return list(db.session.execute(within(query, scope)))


def list_by_slugs(fair: Fair, slugs: Sequence[str], scope: Scope) -> Sequence[Participation]:
    """The applications of some employers to a fair, those within a scope."""
    query = (
        select(Participation)
        .join(Participation.employer)
        .where(Participation.fair_id == fair.id, Employer.slug.in_([clean(slug) for slug in slugs]))
        .options(*WHOLE)
        .order_by(Participation.submitted_at, Participation.id)
    )
    found: Sequence[Participation] = db.session.scalars(within(query, scope)).all()
    return found


def list_waitlisted(fair: Fair) -> Sequence[Participation]:
    """The employers on a fair's waiting list, longest waiting first."""
    query = (
        select(Participation)
        .filter_by(fair_id=fair.id, status=ParticipationStatus.WAITLISTED)
        .options(joinedload(Participation.employer))
        .order_by(Participation.submitted_at, Participation.id)
    )
    return db.session.scalars(query).all()


def list_lapsing(moment: datetime) -> Sequence[int]:
    """The ids of approved applications whose time to confirm has passed."""
    query = select(Participation.id).where(
        Participation.status == ParticipationStatus.APPROVED, Participation.confirm_by < moment
    )
    return db.session.scalars(query.order_by(Participation.id)).all()


def list_to_remind(moment: datetime, until: datetime) -> Sequence[Participation]:
    """Approved applications to be confirmed between two moments, whose employers were not told."""
    query = (
        select(Participation)
        .where(
            Participation.status == ParticipationStatus.APPROVED,
            Participation.reminded_at.is_(None),
            Participation.confirm_by > moment,
            Participation.confirm_by <= until,
        )
        .options(*WHOLE)
    )
    return db.session.scalars(query).all()


def list_past_of(employer: Employer) -> Sequence[PastFair]:
    """The fairs an employer applied for, newest first, for the employer's own file."""
    query = (
        select(Fair.slug, Fair.title_zh, Fair.title_en, Fair.starts_at, Participation.status)
        .join(Participation, Participation.fair_id == Fair.id)
        .where(Participation.employer_id == employer.id)
        .order_by(Fair.starts_at.desc())
    )
    return [PastFair(*row) for row in db.session.execute(query)]


def _waiting_first() -> Any:
    return case((Participation.status == ParticipationStatus.SUBMITTED, 0), else_=1)


def within(query: Any, scope: Scope) -> Any:
    """Narrow a query over participations to what a scope reaches."""
    if scope.bureau:
        return query
    return query.where(
        or_(
            false(),
            Participation.delegation_id.in_(scope.delegations),
            Participation.fair_id.in_(scope.fairs),
        )
    )
