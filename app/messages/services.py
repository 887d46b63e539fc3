"""Writing to many at once: checked, confirmed with its count, sent in small steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import false, insert, literal, update

from app.accounts.models import User
from app.accounts.services import address_label, messages_off_token
from app.audit.services import record
from app.core.clock import today, utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, DomainError, Forbidden, TooMany
from app.core.masking import mask_name
from app.core.text import N_, shorten
from app.jobs.errands import leave_errand
from app.messages import queries
from app.messages.models import MessageRecipient, OrganiserMessage
from app.messages.placeholders import Words, fill, unknown_in, values_in
from app.messages.queries import Audience, Reach
from app.messages.states import (
    AFTER_BEGIN,
    MESSAGE_FLOW,
    MessageStatus,
    RecipientStatus,
    Segment,
)
from app.notices.services import Addressee, check_texts, hold_purse, queue_many
from app.tours.models import Fair
from app.tours.queries import find_fair

TEMPLATE = "messages/organiser"
# What a text message says: that there is something to read, and about which fair.
HINT = "messages/hint"
# So many people are written to in one transaction: a writer is never held for long.
BATCH = 100


class UnknownPlaceholder(DomainError):
    """Something between braces that nothing will be put in for."""

    code = "unknown-placeholder"
    message = N_("{%(name)s} is not known. Use {fair}, {date}, {venue} or {name}.")


class HalfEnglish(DomainError):
    """An English subject without a text, or the other way round."""

    code = "half-english"
    message = N_("Write subject and text in English, or leave both empty.")


class NobodyThere(DomainError):
    """A segment in which nobody can be written to."""

    code = "nobody-there"
    message = N_("There is nobody in this group who can be written to.")


class TooEarly(DomainError):
    """A segment that means nothing yet."""

    code = "too-early"
    message = N_("Nobody has failed to come before the fair has begun.")


class AudienceChanged(Conflict):
    """Between the page and the button somebody joined or left."""

    code = "audience-changed"
    message = N_(
        "The group has changed since you looked: it was %(before)s people, now it is %(now)s. "
        "Look at the count again and confirm once more."
    )


class ReachChanged(AudienceChanged):
    """As many as before, but to be reached in other ways."""

    message = N_(
        "It is still %(now)s people, but some of them can be reached in another way than when you "
        "looked. Look at the counts again and confirm once more."
    )


class DayIsFull(TooMany):
    """A fair has sent as many messages today as it may."""

    code = "day-is-full"
    message = N_(
        "Today this fair has sent %(limit)s messages, more is not allowed. Go on tomorrow."
    )


@dataclass
class Limits:
    """How many messages a fair may send in a day; the factory says."""

    per_day: int = 10


LIMITS = Limits()


def configure(*, per_day: int) -> None:
    """Take the limit of this installation."""
    LIMITS.per_day = per_day


@dataclass(frozen=True)
class Outgoing:
    """What is about to be sent: to whom, the words, and by which ways beside the inbox."""

    segment: Segment
    words: Words
    delegation_id: int | None = None
    whole_stop: bool = False
    by_mail: bool = True
    by_text: bool = False


# ---------------------------------------------------------------------------- before


def check_words(words: Words) -> None:
    """Raise what is wrong with the words, at the field it is wrong in."""
    if bool(words.subject_en) is not bool(words.body_en):
        raise HalfEnglish(field="body_en" if words.subject_en else "subject_en")
    for field in ("subject_zh", "body_zh", "subject_en", "body_en"):
        unknown = unknown_in(getattr(words, field))
        if unknown is not None:
            raise UnknownPlaceholder(field=field, name=unknown)


def audience_for(fair: Fair, outgoing: Outgoing) -> Audience:
    """Whom it would go to. Raises :class:`TooEarly` for a segment that means nothing yet."""
    if outgoing.segment in AFTER_BEGIN and utcnow() < fair.starts_at:
        raise TooEarly(field="segment")
    is_wide = outgoing.whole_stop and outgoing.segment.is_of_employers
    delegation = outgoing.delegation_id if outgoing.segment.is_of_employers else None
    return Audience(outgoing.segment, queries.fairs_of(fair, whole_stop=is_wide), delegation)


@dataclass(frozen=True)
class Sample:
    """A message as one real recipient would get it, the name masked; English may be missing."""

    name: str
    zh: tuple[str, str]
    en: tuple[str, str] | None


def sample_of(fair: Fair, outgoing: Outgoing, audience: Audience) -> Sample | None:
    """The message as the first of an audience would read it; None where there is nobody."""
    row = queries.find_sample(audience)
    if row is None:
        return None
    name = mask_name(_name_of(row))
    zh, en = _filled(outgoing.words, find_fair(row.fair_id) or fair, name)
    return Sample(name, zh, en)


def left_today(fair: Fair) -> int:
    """How many messages a fair may still send today."""
    return max(0, LIMITS.per_day - queries.count_of_day(fair, _day(fair)))


# ---------------------------------------------------------------------------- sending


def send_message(
    fair: Fair, outgoing: Outgoing, *, key: str, seen: str, by: User
) -> OrganiserMessage:
    """Take down who gets it, once and for all, and leave the sending to a worker.

    ``key`` names the page that asks: the same one twice gets the same message back. ``seen``
    is the :attr:`Reach.key` that page showed. Raises :class:`AudienceChanged`,
    :class:`NobodyThere`, :class:`DayIsFull` and, for text messages that cannot all go,
    ``TextsDown`` and ``TooManyTexts``.
    """
    if outgoing.by_text:
        hold_purse()
    sent = queries.find_by_key(key)
    if sent is not None:
        return _same(sent, fair)
    check_words(outgoing.words)
    audience = audience_for(fair, outgoing)
    reach = queries.count_reach(audience)
    _check_seen(seen, reach)
    message, is_new = _write_down(fair, outgoing, audience, reach, key=key, by=by)
    if not is_new:
        return _same(message, fair)
    if message.texts:
        check_texts(HINT, message.texts, fair.id)
    if _freeze(message, audience) != (reach.people, message.texts):
        # Somebody joined or left between two statements (PostgreSQL shows each the newest).
        raise AudienceChanged(before=reach.people, now=queries.count_reach(audience).people)
    leave_errand("messages.send", message_id=message.id)
    record(
        "message.send",
        by=by,
        on="message",
        object_id=message.id,
        label=message.subject_zh,
        fair_id=fair.id,
        delegation_id=audience.delegation_id,
        after={
            "segment": message.segment.value,
            "people": message.people,
            "texts": message.texts,
        },
    )
    return message


def _same(sent: OrganiserMessage, fair: Fair) -> OrganiserMessage:
    """A key belongs to one fair."""
    if sent.fair_id != fair.id:
        raise Forbidden()
    return sent


def _check_seen(seen: str, reach: Reach) -> None:
    if not reach.people:
        raise NobodyThere(field="segment")
    if seen != reach.key:
        parts = seen.split(".")
        before = parts[1] if len(parts) == 6 else "?"
        changed = ReachChanged if before == str(reach.people) else AudienceChanged
        raise changed(before=before, now=reach.people)


def _write_down(
    fair: Fair, outgoing: Outgoing, audience: Audience, reach: Reach, *, key: str, by: User
) -> tuple[OrganiserMessage, bool]:
    """The message's row, and whether it was made now.

    Of two at once for one fair the second takes the next number; of two with one key, a
    button pressed twice, the second finds the first's.
    """
    day = _day(fair)
    number = queries.count_of_day(fair, day) + 1
    while number <= LIMITS.per_day:
        words = outgoing.words
        made = insert_if_absent(
            OrganiserMessage,
            key=key,
            fair_id=fair.id,
            sent_on=day,
            number=number,
            segment=audience.segment,
            delegation_id=audience.delegation_id,
            whole_stop=len(audience.fair_ids) > 1,
            by_mail=outgoing.by_mail,
            subject_zh=words.subject_zh,
            body_zh=words.body_zh,
            subject_en=words.subject_en,
            body_en=words.body_en,
            heads=reach.heads,
            people=reach.people,
            mails=reach.mails if outgoing.by_mail else 0,
            texts=reach.texts if outgoing.by_text else 0,
            declined=reach.declined,
            unreachable=reach.unreachable,
            created_at=utcnow(),
            created_by_id=by.id,
        )
        found = queries.find_by_key(key)
        if found is not None:
            return found, made
        number += 1
    raise DayIsFull(limit=LIMITS.per_day)


def _freeze(message: OrganiserMessage, audience: Audience) -> tuple[int, int]:
    """Take down who gets a message, in one statement; return how many they are, how many by text.

    The row count of an INSERT says nothing on PostgreSQL, so they are counted.
    """
    people = queries.select_people(audience).subquery()
    waiting = literal(RecipientStatus.WAITING, MessageRecipient.status.type)
    by_text = people.c.by_text if message.texts else false()
    chosen = people.select().with_only_columns(
        literal(message.id), people.c.user_id, people.c.fair_id, by_text, waiting
    )
    names = ["message_id", "user_id", "fair_id", "by_text", "status"]
    statement = insert(MessageRecipient).from_select(names, chosen)
    db.session.execute(statement)
    return queries.count_recipients(message)


def send_some(message: OrganiserMessage, *, after: int) -> int | None:
    """Write to the next of a message's people; return the last row dealt with, None at the end.

    Whoever has left the group meanwhile, or wants no such messages any more, is left out.
    A stopped message goes to nobody else.
    """
    if message.status is not MessageStatus.SENDING:
        return None
    waiting = queries.list_waiting(message, after=after, limit=BATCH)
    if not waiting:
        _finish(message)
        return None
    audience = queries.audience_of(message)
    rows = queries.list_people(audience, [one.user_id for one in waiting])
    there = {row.User.id: row for row in rows}
    mine = set(_claim(message, [one.id for one in waiting if one.user_id in there]))
    left_out = _leave_out(message, [one.id for one in waiting if one.user_id not in there])
    turn = [one for one in waiting if one.user_id in mine]
    _write_to(message, turn, there)
    db.session.execute(
        update(OrganiserMessage)
        .where(OrganiserMessage.id == message.id)
        .values(
            written=OrganiserMessage.written + len(turn),
            left_out=OrganiserMessage.left_out + left_out,
        ),
        execution_options={"synchronize_session": False},
    )
    return waiting[-1].id


def _claim(message: OrganiserMessage, ids: list[int]) -> Sequence[int]:
    """Mark people as written to; return the users this worker is the one to write to.

    The row is the arbiter: of two workers (one was taken for dead) each person is one's only.
    """
    mine = (
        update(MessageRecipient)
        .where(MessageRecipient.id.in_(ids), MessageRecipient.status == RecipientStatus.WAITING)
        .values(status=RecipientStatus.WRITTEN, at=utcnow())
        .returning(MessageRecipient.user_id)
    )
    return db.session.scalars(mine, execution_options={"synchronize_session": False}).all()


def _leave_out(message: OrganiserMessage, ids: list[int]) -> int:
    if not ids:
        return 0
    gone = (
        update(MessageRecipient)
        .where(MessageRecipient.id.in_(ids), MessageRecipient.status == RecipientStatus.WAITING)
        .values(status=RecipientStatus.LEFT_OUT, at=utcnow())
    )
    result = db.session.execute(gone, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]


def _write_to(
    message: OrganiserMessage, turn: list[MessageRecipient], there: dict[int, Any]
) -> None:
    fairs: dict[int, Fair | None] = {message.fair_id: message.fair}
    for one in turn:
        if one.fair_id not in fairs:
            fairs[one.fair_id] = find_fair(one.fair_id)
    words = Words(message.subject_zh, message.body_zh, message.subject_en, message.body_en)
    addressees = []
    for one in turn:
        row = there[one.user_id]
        fair = fairs[one.fair_id] or message.fair
        zh, en = _filled(words, fair, _name_of(row))
        payload = {"subject_zh": zh[0], "body_zh": zh[1], "off": messages_off_token(row.User)}
        if one.by_text:
            payload["fair"] = shorten(fair.title_in(row.User.locale))
        if en is not None:
            payload |= {"subject_en": en[0], "body_en": en[1]}
        addressees.append(
            Addressee(
                user_id=row.User.id,
                inbox=row.User.uid,
                label=address_label(row.User),
                locale=row.User.locale or "zh_Hans",
                payload=payload,
                email=row.User.email if message.by_mail else None,
                phone=row.User.text_phone if one.by_text else None,
            )
        )
    queue_many(TEMPLATE, addressees, cause=message.cause, fair_id=message.fair_id, hint=HINT)


def stop_message(message: OrganiserMessage, *, by: User) -> None:
    """Write to nobody else; what has been written stays."""
    message.status = MESSAGE_FLOW.check(message.status, MessageStatus.STOPPED)
    message.finished_at = utcnow()
    record(
        "message.stop",
        by=by,
        on="message",
        object_id=message.id,
        label=message.subject_zh,
        fair_id=message.fair_id,
        delegation_id=message.delegation_id,
        after={"written": message.written},
    )


def _finish(message: OrganiserMessage) -> None:
    message.status = MESSAGE_FLOW.check(message.status, MessageStatus.SENT)
    message.finished_at = utcnow()


def _filled(words: Words, fair: Fair, name: str) -> tuple[tuple[str, str], tuple[str, str] | None]:
    """Subject and text in Chinese and, where it was written, in English."""
    chinese = values_in("zh", fair, name)
    zh = fill(words.subject_zh, chinese), fill(words.body_zh, chinese)
    if not words.body_en:
        return zh, None
    english = values_in("en", fair, name)
    return zh, (fill(words.subject_en, english), fill(words.body_en, english))


def _name_of(row: Any) -> str:
    """How a message calls somebody: the student, the person of the company, else the company."""
    return row.student_name or row.User.name or row.company or ""


def _day(fair: Fair) -> date:
    return today(fair.time_zone)
