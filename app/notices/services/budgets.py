"""How many text messages may go out: a day's, a fair's, and whether so many more fit."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select

from app.core.clock import at_zone, today, utcnow
from app.core.db import db, is_sqlite
from app.core.errors import DomainError
from app.core.text import N_
from app.notices.queries import count_text_messages, has_sms_trouble


class SmsUnavailable(DomainError):
    """No text message can be sent now: a budget is spent."""

    code = "sms-unavailable"
    message = N_("Text messages cannot be sent at the moment. Ask the staff at the desk.")


class TextsDown(DomainError):
    """Text messages to many are not for this installation, or the gateway does not answer."""

    code = "texts-down"
    message = N_("Text messages do not go out at the moment. Send it without them, or later.")


class TooManyTexts(DomainError):
    """More text messages at once than the budgets hold."""

    code = "too-many-texts"
    message = N_(
        "Nothing has been sent: %(wanted)s text messages are more than what is left, %(day)s of "
        "today and %(fair)s of this fair. Send it without them, or to fewer people."
    )


@dataclass
class Limits:
    """How many text messages may go out, and which; the factory says."""

    sms_per_day: int = 20_000
    sms_per_fair: int = 5_000
    sms_templates: frozenset[str] = frozenset()


LIMITS = Limits()
ALWAYS = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
# How many text messages rooms above have promised and not written yet, of a fair or of all.
Promised = Callable[[int | None], int]
_promised: list[Promised] = []
# What PostgreSQL locks while text messages to many are being promised.
_PURSE = 0x7E8700


def configure(
    *, sms_per_day: int, sms_per_fair: int, sms_templates: Collection[str] = frozenset()
) -> None:
    """Take the budgets of this installation, and which texts really leave it."""
    LIMITS.sms_per_day, LIMITS.sms_per_fair = sms_per_day, sms_per_fair
    LIMITS.sms_templates = frozenset(sms_templates)


def know_promises(*promised: Promised) -> None:
    """Learn how many text messages are on their way into the outbox."""
    _promised[:] = promised


def budget_of(fair_id: int) -> str:
    """The purse that text messages of a fair are paid from."""
    return f"fair:{fair_id}"


def check_budget(budget_key: str = "") -> None:
    """Raise :class:`SmsUnavailable` if the day's or the fair's text messages are spent.

    Two requests at once may both take the last one: a purse, not a secret.
    """
    if _of_today() >= LIMITS.sms_per_day:
        raise SmsUnavailable()
    if budget_key and count_text_messages(since=ALWAYS, budget_key=budget_key) >= (
        LIMITS.sms_per_fair
    ):
        raise SmsUnavailable()


def _of_today() -> int:
    return count_text_messages(since=at_zone(datetime.combine(today(), time.min)))


def can_send_sms(budget_key: str = "") -> bool:
    """Whether a text message sent now would arrive: a budget is left and the gateway answers."""
    try:
        check_budget(budget_key)
    except SmsUnavailable:
        return False
    return not _is_down()


def _is_down() -> bool:
    return has_sms_trouble(utcnow() - timedelta(minutes=10))


@dataclass(frozen=True)
class TextOffer:
    """Text messages to many as they could be sent now, beside what the budgets still hold.

    ``day`` and ``fair`` are what is left of today's and of the fair's text messages, without
    those that were promised before; ``is_down``: the last ones did not go out.
    """

    number: int
    day: int
    fair: int
    is_down: bool

    @property
    def fits(self) -> bool:
        """Whether the budgets hold them all."""
        return self.number <= min(self.day, self.fair)

    @property
    def can_go(self) -> bool:
        """Whether they may be sent now."""
        return self.fits and not self.is_down


def sends_texts(hint: str) -> bool:
    """Whether a notice really leaves this installation as a text message."""
    return hint in LIMITS.sms_templates


def offer_texts(hint: str, number: int, fair_id: int) -> TextOffer | None:
    """What it would take to send so many; None for nobody, or where none leaves the house."""
    if not number or not sends_texts(hint):
        return None
    spent = count_text_messages(since=ALWAYS, budget_key=budget_of(fair_id))
    day = LIMITS.sms_per_day - _of_today() - _count_promised(None)
    fair = LIMITS.sms_per_fair - spent - _count_promised(fair_id)
    return TextOffer(number, max(0, day), max(0, fair), _is_down())


def _count_promised(fair_id: int | None) -> int:
    return sum(count(fair_id) for count in _promised)


def hold_purse() -> None:
    """Let one at a time promise text messages to many, or two would both take what is left.

    SQLite has one writer anyway; PostgreSQL locks a number until the transaction ends.
    """
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(_PURSE)))


def check_texts(hint: str, number: int, fair_id: int) -> None:
    """Raise :class:`TextsDown` or :class:`TooManyTexts` if so many cannot all be promised now.

    Ask under :func:`hold_purse` and before they are promised.
    """
    offer = offer_texts(hint, number, fair_id)
    if number and (offer is None or offer.is_down):
        raise TextsDown()
    if offer is not None and not offer.fits:
        raise TooManyTexts(wanted=number, day=offer.day, fair=offer.fair)
