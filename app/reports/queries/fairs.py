"""The figures of one fair, and of the fairs of a period, a tour, a stop, a delegation."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from app.accounts.permissions import Scope
from app.checkins.models import Device
from app.checkins.services.fleet import Phone, list_devices
from app.checkins.states import DeviceRole
from app.core.clock import at_zone, utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.participations.models import Participation
from app.places.models import Delegation
from app.reports.measures import with_rates
from app.reports.models import FairSnapshot
from app.reports.queries.breakdowns import Parts, break_down
from app.reports.queries.counting import TAKING_PART, Chosen, Counts, count_everything
from app.reports.queries.entered import Entered, entered_totals
from app.reports.states import Measure
from app.tours.models import Fair, Stop, Tour
from app.tours.states import FairStatus

HELD = (FairStatus.PUBLISHED, FairStatus.CLOSED)


@dataclass(frozen=True)
class Figures:
    """Counts of the registry by key, and their parts. A count that cannot be known is None.

    ``counted`` is what this system counted, ``entered`` the totals that join it.
    """

    counted: Counts
    parts: Parts
    entered: dict[Measure, Entered] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """Counted and entered together."""
        return with_entered(self.counted, self.entered)

    @property
    def values(self) -> dict[str, int | Decimal | None]:
        """The counts and the rates; rates follow from what was counted here alone."""
        return {**with_rates(self.counted), **self.counts}


def with_entered(counted: Counts, entered: dict[Measure, Entered]) -> Counts:
    """Counts with the totals that join them; what could not be counted may have been entered."""
    found = dict(counted)
    for measure, total in entered.items():
        if total.counted:
            found[measure.value] = (found.get(measure.value) or 0) + total.value
    return found


def fair_figures(fair: Fair, *, scope: Scope | None = None) -> Figures:
    """Everything counted at one fair, in a fixed number of statements.

    People of one delegation (``scope``) see the figures of their delegation there.
    """
    return _figures(Chosen([fair], own_delegations(scope, fair)))


def period_figures(
    first_on: date,
    last_on: date,
    *,
    delegation: Delegation | None = None,
    tour: Tour | None = None,
    stop: Stop | None = None,
    scope: Scope | None = None,
) -> Figures:
    """Everything counted at the fairs that began on these days (both included).

    Employers (家) and people (人) are distinct over all of them. Totals entered by hand join
    by the rule of ``queries.entered``; they belong to the bureau or a delegation, never to a
    tour, a stop or a person's single fair.
    """
    chosen = choose(first_on, last_on, delegation=delegation, tour=tour, stop=stop, scope=scope)
    found = _figures(chosen)
    if tour is not None or stop is not None or is_of_fairs(scope):
        return found
    return replace(found, entered=entered_totals(first_on, last_on, delegations=chosen.delegations))


def tour_figures(tour: Tour) -> Figures:
    """Everything counted on one tour so far."""
    return period_figures(date.min, date.max, tour=tour)


def stop_figures(stop: Stop) -> Figures:
    """Everything counted at one stop so far."""
    return period_figures(date.min, date.max, stop=stop)


def _figures(chosen: Chosen) -> Figures:
    return Figures(count_everything(chosen), break_down(chosen))


# ---------------------------------------------------------------------------- which fairs


def choose(
    first_on: date,
    last_on: date,
    *,
    delegation: Delegation | None = None,
    tour: Tour | None = None,
    stop: Stop | None = None,
    scope: Scope | None = None,
) -> Chosen:
    """The fairs held on these days, and whose figures are wanted."""
    delegations = own_delegations(scope)
    if delegation is not None:
        own = frozenset({delegation.id})
        delegations = own if delegations is None else own & delegations
    fairs = list_held(first_on, last_on, tour=tour, stop=stop, scope=scope)
    return with_delegations(fairs, delegations)


def with_delegations(fairs: list[Fair], delegations: frozenset[int] | None) -> Chosen:
    """These fairs for these delegations: only those at which one of them took part."""
    if delegations is None:
        return Chosen(fairs)
    there = set(
        db.session.scalars(
            select(Participation.fair_id)
            .where(
                Participation.fair_id.in_([fair.id for fair in fairs]),
                Participation.delegation_id.in_(delegations),
                Participation.status.in_(TAKING_PART),
            )
            .distinct()
        )
    )
    kept = [fair for fair in fairs if fair.id in there or fair.delegation_id in delegations]
    return Chosen(kept, delegations)


def own_delegations(scope: Scope | None, fair: Fair | None = None) -> frozenset[int] | None:
    """The delegations whose figures alone somebody may see, or None for everybody's."""
    if scope is None or scope.bureau or (fair is not None and fair.id in scope.fairs):
        return None
    return scope.delegations if scope.delegations or not scope.fairs else None


def is_of_fairs(scope: Scope | None) -> bool:
    """Whether somebody's permission reaches single fairs only."""
    return scope is not None and not scope.bureau and not scope.delegations


def list_held(
    first_on: date,
    last_on: date,
    *,
    tour: Tour | None = None,
    stop: Stop | None = None,
    scope: Scope | None = None,
) -> list[Fair]:
    """The fairs that have begun, on a day of their own zone between these two, by time.

    A fair on the road from draft to published, postponed or cancelled has not been held.
    """
    first, last = _roughly(first_on, last_on)
    query = select(Fair).where(
        Fair.status.in_(HELD),
        Fair.starts_at.between(first, last),
        or_(Fair.starts_at <= utcnow(), Fair.status == FairStatus.CLOSED),
    )
    if tour is not None:
        query = query.where(Fair.tour_id == tour.id)
    if stop is not None:
        query = query.where(Fair.stop_id == stop.id)
    if scope is not None and is_of_fairs(scope):
        query = query.where(Fair.id.in_(scope.fairs))
    fairs = db.session.scalars(query.order_by(Fair.starts_at, Fair.id))
    return [fair for fair in fairs if first_on <= day_of(fair) <= last_on]


def day_of(fair: Fair) -> date:
    """The day a fair begins on, where it is held."""
    return fair.starts_at.astimezone(ZoneInfo(fair.time_zone)).date()


def _roughly(first_on: date, last_on: date) -> tuple[datetime, datetime]:
    """Moments around the days in whatever zone; the exact day is looked at fair by fair."""
    margin = timedelta(days=2)
    first = max(first_on, date(1970, 1, 3)) - margin
    last = min(last_on, date(9999, 12, 1)) + margin
    return at_zone(datetime.combine(first, time())), at_zone(datetime.combine(last, time()))


# ---------------------------------------------------------------------------- snapshots


def list_snapshots(fair: Fair) -> list[FairSnapshot]:
    """The published figures of a fair, the newest first."""
    query = select(FairSnapshot).filter_by(fair_id=fair.id).order_by(FairSnapshot.number.desc())
    return list(db.session.scalars(query))


def get_snapshot(fair: Fair, number: int) -> FairSnapshot:
    """The published figures of a fair with a number."""
    query = select(FairSnapshot).filter_by(fair_id=fair.id, number=number)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def frozen_figures(snapshot: FairSnapshot) -> Figures:
    """What a snapshot keeps, as figures again."""
    kept = snapshot.figures
    return Figures(dict(kept["counts"]), Parts.from_json(kept["parts"]))


# Whoever went on speaking for so long after their last scan had nothing left to say.
IDLE = timedelta(minutes=10)


def list_unsynced_devices(fair: Fair) -> list[Device]:
    """The gate phones of a fair that may still hold scans: while there are some, its figures
    are provisional.

    A phone is waited for if it said itself that it holds unsent scans; if numbers are
    missing among its scans; if it fell silent at work (its last word came before the end of
    the fair and within ten minutes of its last scan); or if it was enrolled and never spoke.
    A revoked phone is not waited for, nor is one at an employer's stand.
    """
    end = min(fair.ends_at, utcnow() - timedelta(minutes=2))
    phones = [phone for phone in list_devices(fair) if _is_waited_for(phone, end)]
    return [phone.device for phone in reversed(phones)]


def _is_waited_for(phone: Phone, end: datetime) -> bool:
    device = phone.device
    if device.revoked_at is not None or device.role is not DeviceRole.GATE:
        return False
    if phone.is_behind:
        return True
    if device.token_hash is None:
        return False
    if phone.seen_at is None:
        return device.created_at < end
    if phone.seen_at >= end or phone.last_scan_at is None:
        return False
    return phone.seen_at - phone.last_scan_at < IDLE


def count_provisional(fairs: Sequence[Fair]) -> int:
    """How many of these fairs published figures, last, that were provisional."""
    newest = (
        select(func.max(FairSnapshot.id))
        .where(FairSnapshot.fair_id.in_([fair.id for fair in fairs]))
        .group_by(FairSnapshot.fair_id)
    )
    query = select(func.count()).where(FairSnapshot.id.in_(newest), FairSnapshot.is_provisional)
    return db.session.scalar(query) or 0
