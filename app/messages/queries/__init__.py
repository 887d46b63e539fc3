"""Reading messages and what became of them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from app.accounts.permissions import Scope
from app.core.db import db
from app.core.errors import NotFound
from app.core.paging import Page, paged
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.queries.segments import (
    Audience,
    Reach,
    count_reach,
    find_sample,
    list_people,
    select_people,
)
from app.messages.states import MessageStatus, RecipientStatus
from app.notices.queries import Outcome, outcomes_of
from app.tours.models import Fair
from app.tours.queries import may_change

__all__ = [
    "Audience",
    "Reach",
    "audience_of",
    "count_of_day",
    "count_outcomes",
    "count_promised_texts",
    "count_reach",
    "count_recipients",
    "fairs_of",
    "find_by_key",
    "find_message",
    "find_sample",
    "get_message",
    "list_messages",
    "list_people",
    "list_waiting",
    "select_people",
]


def list_messages(fair: Fair, scope: Scope, number: int = 1) -> Page[OrganiserMessage]:
    """A fair's messages within somebody's reach, newest first."""
    query = _seen(fair, scope).order_by(OrganiserMessage.id.desc())
    return paged(query, number, 20)


def get_message(fair: Fair, uid: str, scope: Scope) -> OrganiserMessage:
    """One message of a fair within somebody's reach."""
    query = _seen(fair, scope).where(OrganiserMessage.uid == uid)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _seen(fair: Fair, scope: Scope) -> Select[OrganiserMessage]:
    """Organisers of a fair see all its messages, a delegation those to its own employers."""
    query = (
        select(OrganiserMessage)
        .where(OrganiserMessage.fair_id == fair.id)
        .options(joinedload(OrganiserMessage.created_by), joinedload(OrganiserMessage.delegation))
    )
    if not may_change(fair, scope):
        query = query.where(OrganiserMessage.delegation_id.in_(scope.delegations))
    return query


def find_message(message_id: int) -> OrganiserMessage | None:
    """The message with an id as it stands now."""
    return db.session.get(OrganiserMessage, message_id, populate_existing=True)


def find_by_key(key: str) -> OrganiserMessage | None:
    """The message that a page has sent already, if it has."""
    return db.session.scalars(select(OrganiserMessage).filter_by(key=key)).one_or_none()


def count_of_day(fair: Fair, day: date) -> int:
    """How many messages a fair has sent on a day."""
    query = select(func.count(OrganiserMessage.id)).filter_by(fair_id=fair.id, sent_on=day)
    return db.session.scalar(query) or 0


def count_outcomes(messages: Iterable[OrganiserMessage]) -> dict[int, Outcome]:
    """What became of messages outside the inbox, by the message's id."""
    by_cause = {message.cause: message.id for message in messages}
    return {by_cause[cause]: found for cause, found in outcomes_of(by_cause).items()}


def count_promised_texts(fair_id: int | None = None) -> int:
    """How many text messages are still to be written for messages being sent, of a fair or all."""
    query = (
        select(func.count(MessageRecipient.id))
        .join(OrganiserMessage, OrganiserMessage.id == MessageRecipient.message_id)
        .where(OrganiserMessage.status == MessageStatus.SENDING, OrganiserMessage.texts > 0)
        .where(MessageRecipient.status == RecipientStatus.WAITING, MessageRecipient.by_text)
    )
    if fair_id is not None:
        query = query.where(OrganiserMessage.fair_id == fair_id)
    return db.session.scalar(query) or 0


def count_recipients(message: OrganiserMessage) -> tuple[int, int]:
    """How many people a message was taken down for, and how many of them get a text message."""
    texts = func.count(case((MessageRecipient.by_text, 1)))
    query = select(func.count(), texts).where(MessageRecipient.message_id == message.id)
    people, by_text = db.session.execute(query).one()
    return people, by_text


def list_waiting(
    message: OrganiserMessage, *, after: int, limit: int
) -> Sequence[MessageRecipient]:
    """The next people a message is for, in the order of their rows."""
    query = select(MessageRecipient).where(
        MessageRecipient.message_id == message.id,
        MessageRecipient.status == RecipientStatus.WAITING,
        MessageRecipient.id > after,
    )
    return db.session.scalars(query.order_by(MessageRecipient.id).limit(limit)).all()


def fairs_of(fair: Fair, *, whole_stop: bool) -> tuple[int, ...]:
    """The ids of the fairs a message speaks to: one, or all of the stop."""
    if not whole_stop or fair.stop_id is None:
        return (fair.id,)
    query = select(Fair.id).filter_by(stop_id=fair.stop_id).order_by(Fair.id)
    return tuple(db.session.scalars(query))


def audience_of(message: OrganiserMessage) -> Audience:
    """Whom a message is for, as things stand now."""
    fairs = fairs_of(message.fair, whole_stop=message.whole_stop)
    return Audience(message.segment, fairs, message.delegation_id)
