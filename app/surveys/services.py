"""Opening a survey, sending its links, taking answers, closing it for good."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.accounts.services import address_label, messages_off_token
from app.audit.services import record
from app.core.clock import local, today, utcnow
from app.core.codes import fingerprint, random_code
from app.core.db import db
from app.core.errors import Conflict, DomainError, Gone
from app.core.text import N_, shorten
from app.jobs.errands import leave_errand
from app.notices.models import Notice
from app.notices.services import Addressee, check_texts, hold_purse, queue_many
from app.notices.states import NoticeStatus
from app.questions.answers import MissingAnswer, Value, read_value
from app.questions.models import Question
from app.questions.queries import count_asked, list_asked, list_asked_shared
from app.questions.services import add_question
from app.questions.states import TEXTS, Occasion
from app.surveys import queries
from app.surveys.models import Survey, SurveyAnswer, SurveyResponse
from app.surveys.states import AUDIENCES, MOST_DAYS, SURVEY_FLOW, SurveyStatus
from app.surveys.usual import USUAL
from app.tours.models import Fair
from app.tours.states import FairStatus

# So many links are made in one transaction: a writer is never held for long.
BATCH = 100
# So many old texts are deleted at a time.
TEXTS_AT_ONCE = 5_000
TEMPLATE = "surveys/invitation"
# What a text message says: that there is a survey, and of which fair. The link is in the inbox.
HINT = "surveys/hint"


class CannotOpen(DomainError):
    """There is nothing to ask, nobody to ask, or the fair is not over."""

    code = "survey-cannot-open"

    TOO_EARLY = N_("The survey opens once the fair is over.")
    NO_QUESTIONS = N_("Write a question first, or take the usual ones.")
    NOBODY = N_("Nobody who came can be reached: no survey is sent.")
    BAD_DAY = N_("Choose a day from tomorrow on, at most 60 days from now.")


class SurveyClosed(Gone):
    """Answers are counted now; none can be given or changed."""

    code = "survey-closed"
    message = N_("This survey is closed. Thank you for your interest.")


class NothingSaid(DomainError):
    """An answer without any."""

    code = "nothing-said"
    message = N_("Answer at least one question.")


def take_usual_questions(fair: Fair, occasion: Occasion, *, by: User) -> int:
    """Ask the usual questions, where none is asked yet; return how many."""
    if occasion not in AUDIENCES or count_asked(fair, occasion):
        return 0
    for draft in USUAL[occasion]:
        add_question(fair, occasion, draft, by=by)
    return len(USUAL[occasion])


def may_open(fair: Fair, now: datetime | None = None) -> bool:
    """Whether a fair took place and is over."""
    took_place = fair.status in (FairStatus.PUBLISHED, FairStatus.CLOSED)
    return took_place and (now or utcnow()) >= fair.ends_at


def open_survey(
    fair: Fair, occasion: Occasion, *, closes_at: datetime, by: User, by_text: bool = False
) -> Survey:
    """Open a survey; its links go out once this is durable. Raises :class:`CannotOpen`.

    ``by_text``: those without an e-mail get a text message too; ``TextsDown`` and
    ``TooManyTexts`` where not all of these can go. Of two who open it at once the second is
    told (``Conflict``).
    """
    if not may_open(fair):
        raise CannotOpen(CannotOpen.TOO_EARLY)
    if not list_asked(fair, occasion):
        raise CannotOpen(CannotOpen.NO_QUESTIONS)
    if not queries.count_to_ask(fair, occasion):
        raise CannotOpen(CannotOpen.NOBODY)
    _check_day(closes_at, fair)
    texts = _promise_texts(fair, occasion) if by_text else 0
    survey = Survey(fair=fair, occasion=occasion, closes_at=closes_at, opened_by=by, texts=texts)
    try:
        with db.session.begin_nested():
            db.session.add(survey)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict() from error
    _note("survey.open", survey, by, texts=survey.texts)
    leave_errand("surveys.invite", survey_id=survey.id)
    return survey


def _promise_texts(fair: Fair, occasion: Occasion) -> int:
    hold_purse()
    texts = queries.count_to_text(fair, occasion)
    check_texts(HINT, texts, fair.id)
    return texts


def move_closing(survey: Survey, *, closes_at: datetime, by: User) -> None:
    """Close on another day. Raises :class:`SurveyClosed` where it is closed already."""
    _hold(survey)
    if not survey.is_open_at(utcnow()):
        raise SurveyClosed()
    _check_day(closes_at, survey.fair)
    survey.closes_at = closes_at
    _note("survey.edit", survey, by)


def _check_day(closes_at: datetime, fair: Fair) -> None:
    latest = today(fair.time_zone) + timedelta(days=MOST_DAYS + 1)
    if closes_at <= utcnow() or local(closes_at, fair.time_zone).date() > latest:
        raise CannotOpen(CannotOpen.BAD_DAY, field="closes_on")


def invite_some(survey: Survey) -> int | None:
    """Make and send the next links; the last id they are for, or None when nobody is left.

    Where it stands is read under the lock: two workers with one errand never ask twice.

    Whose link is whose is nowhere written but in their own notice: the rows are written in
    an order of their own and handed out by lot.
    """
    _hold(survey)
    if not survey.is_open_at(utcnow()):
        return None
    after = survey.last_asked_id
    heads = queries.heads_to_ask(survey.fair, survey.occasion, after=after, limit=BATCH)
    if not heads:
        survey.sent_at = survey.sent_at or utcnow()
        return None
    tokens = [f"{survey.uid}{random_code()}" for _ in heads]
    responses = [SurveyResponse(survey_id=survey.id, token_hash=fingerprint(t)) for t in tokens]
    db.session.add_all(responses)
    random.SystemRandom().shuffle(tokens)
    phones = _next_phones(survey, [user for _, people in heads for user in people])
    addressees = [
        _addressee(survey, user, token, by_text=user.id in phones)
        for token, (_, people) in zip(tokens, heads, strict=True)
        for user in people
    ]
    queue_many(TEMPLATE, addressees, cause=survey.cause, fair_id=survey.fair_id, hint=HINT)
    survey.invited += len(heads)
    survey.texted += len(phones)
    survey.last_asked_id = heads[-1][0]
    db.session.flush()
    return survey.last_asked_id


def _next_phones(survey: Survey, people: Iterable[User]) -> set[int]:
    """Who of some gets a text message: whom no mail reaches, and no more than were promised."""
    without = [user.id for user in people if user.text_phone and not user.email]
    return set(without[: survey.texts - survey.texted])


def _addressee(survey: Survey, user: User, token: str, *, by_text: bool) -> Addressee:
    fair = survey.fair
    payload = {
        "fair_zh": fair.title_zh,
        "fair_en": fair.title_en,
        "token": token,
        "closes_at": survey.closes_at,
        "zone": fair.time_zone,
        "company": survey.occasion is Occasion.EMPLOYERS,
        "off": messages_off_token(user),
    }
    if by_text:
        payload["fair"] = shorten(fair.title_in(user.locale))
    return Addressee(
        user_id=user.id,
        inbox=user.uid,
        label=address_label(user),
        locale=user.locale or "zh_Hans",
        payload=payload,
        email=user.email,
        phone=user.text_phone if by_text else None,
    )


# ---------------------------------------------------------------------------- answers


def answer_survey(token: str, values: Mapping[int, Value], *, asked: frozenset[int]) -> None:
    """Take an answer, or the better one that replaces it. ``values`` by question id.

    Raises :class:`SurveyClosed`, ``NotFound`` for a link that is none, ``MissingAnswer`` and
    ``BadAnswer`` at the field of their question, :class:`NothingSaid`.
    """
    survey = queries.get_survey_of_token(token)
    # Shared: whoever closes the survey waits for us, other answers do not.
    db.session.execute(select(Survey.id).filter_by(id=survey.id).with_for_update(read=True))
    db.session.refresh(survey)
    if not survey.is_open_at(utcnow()):
        raise SurveyClosed()
    response = queries.get_response(survey, token)
    db.session.execute(select(SurveyResponse.uid).filter_by(uid=response.uid).with_for_update())
    said = [
        row
        for question in list_asked_shared(survey.fair, survey.occasion)
        if question.id in asked
        for row in _said(question, values.get(question.id))
    ]
    if not said:
        raise NothingSaid()
    db.session.execute(delete(SurveyAnswer).where(SurveyAnswer.response_uid == response.uid))
    for question_id, value in said:
        db.session.add(
            SurveyAnswer(response_uid=response.uid, question_id=question_id, value=value)
        )
    response.answered_on = today(survey.fair.time_zone)
    db.session.flush()


def _said(question: Question, given: Value) -> list[tuple[int, str]]:
    value = read_value(question, given)
    if value is None:
        if question.is_required:
            raise MissingAnswer(field=question.field_name)
        return []
    listed = value if isinstance(value, list) else [value]
    return [(question.id, str(one)) for one in listed]


# ---------------------------------------------------------------------------- the end


def close_survey(survey: Survey, *, by: User | None) -> None:
    """Take no more answers, and forget by which link each came: this cannot be taken back.

    Links that were not used are deleted, and so is what was written to people to send them.
    """
    _hold(survey)
    survey.status = SURVEY_FLOW.check(survey.status, SurveyStatus.CLOSED)
    survey.closed_at = utcnow()
    of_it = SurveyResponse.survey_id == survey.id
    db.session.execute(delete(SurveyResponse).where(of_it, SurveyResponse.answered_on.is_(None)))
    _quietly(update(SurveyResponse).where(of_it).values(token_hash=None))
    sent = update(Notice).where(Notice.cause == survey.cause)
    _quietly(
        sent.where(Notice.status == NoticeStatus.QUEUED).values(
            status=NoticeStatus.FAILED, last_error="survey closed"
        )
    )
    _quietly(sent.values(payload=None, is_wiped=True))
    _note("survey.close", survey, by)


def forget_old_texts(before: datetime) -> int:
    """Delete what was written in words about fairs that ended before a moment; counts stay."""
    over = (
        select(SurveyAnswer.id)
        .join(SurveyAnswer.question)
        .join(Question.fair)
        .where(Question.kind.in_(TEXTS), Fair.ends_at < before)
        .limit(TEXTS_AT_ONCE)
    )
    gone = 0
    while ids := db.session.scalars(over).all():
        _quietly(delete(SurveyAnswer).where(SurveyAnswer.id.in_(ids)))
        gone += len(ids)
    return gone


def _quietly(statement: object) -> None:
    db.session.execute(
        statement,  # type: ignore[call-overload]
        execution_options={"synchronize_session": False},
    )


def _hold(survey: Survey) -> None:
    db.session.execute(select(Survey.id).filter_by(id=survey.id).with_for_update())
    db.session.refresh(survey)


def _note(action: str, survey: Survey, by: User | None, **more: int) -> None:
    record(
        action,
        by=by,
        on="survey",
        object_id=survey.id,
        label=survey.fair.title_zh,
        fair_id=survey.fair_id,
        after={"kind": survey.occasion.value, "deadline": survey.closes_at.isoformat(), **more},
    )
