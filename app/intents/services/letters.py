"""Letters of intent: drafted, signed by both, numbered, withdrawn."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from app.accounts.models import User
from app.core.clock import local, utcnow
from app.core.db import db, insert_if_absent
from app.core.errors import Conflict, NotFound
from app.core.text import N_
from app.intents.agreements import (
    Letter,
    compose,
    numbered,
    place_code,
    series_prefix,
    text_hash,
)
from app.intents.models import Agreement, Intent, NumberSeries
from app.intents.services.record import (
    RULES,
    NotShared,
    check_standing,
    climb,
    close_proposal,
    hold,
    keep_step,
    move,
    note,
    open_proposal,
    other,
    tell,
)
from app.intents.states import AGREEMENT_FLOW, Act, AgreementStatus, Side, Step

A = AgreementStatus


class TextChanged(Conflict):
    """Somebody signs another text than the one that stands."""

    code = "text-changed"
    message = N_("The text has changed since you read it. Read it again before you sign.")


class NotOpen(Conflict):
    """A letter that is signed, refused, withdrawn or lapsed takes no more signatures."""

    code = "letter-not-open"
    message = N_("This letter is no longer open for signing.")


class LetterExists(Conflict):
    """One letter at a time."""

    code = "letter-exists"
    message = N_("There is a letter already. Sign it, or withdraw it before writing another.")


class NoIntentYet(Conflict):
    """A letter stands on a preliminary intent of both."""

    code = "no-intent-yet"
    message = N_("Both sides have to confirm a preliminary intent before the letter.")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a letter says beyond who and where: as written by whoever drafts it."""

    position: str
    place: str = ""
    pay: str = ""
    starts_on: date | None = None
    text: str = ""


def draft_letter(intent: Intent, terms: Terms, *, side: Side, by: User) -> Agreement:
    """Write a letter for both to sign. Nobody has signed it yet."""
    intent = hold(intent)
    check_standing(intent)
    if not intent.is_reached:
        raise NoIntentYet()
    if not intent.is_shared:
        raise NotShared()
    if intent.live_agreement is not None:
        raise LetterExists()
    letter = Agreement(live_intent_id=intent.id, proposed_by=side)
    _write(letter, intent, terms)
    intent.agreements.append(letter)
    open_proposal(intent, Step.AGREEMENT_SIGNED, side)
    keep_step(intent, Step.AGREEMENT_SIGNED, Act.PROPOSED, side=side, by=by)
    if side is Side.EMPLOYER:
        note("draft-letter", intent, by=by)
    return letter


def redraft_letter(letter: Agreement, terms: Terms, *, side: Side, by: User) -> Agreement:
    """Change a letter that is not signed by both; a signature under the old text falls away."""
    letter = _held(letter)
    if letter.status is not A.PROPOSED or letter.proposed_by is not side:
        raise NotOpen()
    before = letter.text_sha256
    _write(letter, letter.intent, terms)
    if letter.text_sha256 != before:
        letter.employer_signed_at = letter.student_signed_at = None
        letter.employer_signed_by = ""
        open_proposal(letter.intent, Step.AGREEMENT_SIGNED, side)
        keep_step(letter.intent, Step.AGREEMENT_SIGNED, Act.PROPOSED, side=side, by=by)
        if side is Side.EMPLOYER:
            note("draft-letter", letter.intent, by=by)
    return letter


def sign_letter(letter: Agreement, *, side: Side, by: User, sha256: str) -> Agreement:
    """Sign the text with a hash. The second signature issues the number.

    The order of the two is of no matter and each is its own act in its own session. A hash
    that is not the text's raises :class:`TextChanged`; signing twice is signing once.
    """
    letter = _held(letter)
    if letter.signed_at(side) is not None and letter.is_live:
        return letter
    if letter.status is not A.PROPOSED:
        raise NotOpen()
    if not sha256 == letter.text_sha256 == text_hash(letter.text):
        raise TextChanged()
    intent, now = letter.intent, utcnow()
    if side is Side.STUDENT:
        letter.student_signed_at = now
    else:
        letter.employer_signed_at, letter.employer_signed_by = now, by.label
    if side is Side.EMPLOYER:
        note("sign-letter", intent, by=by, sha256=sha256[:16])
    if letter.signed_at(other(side)) is None:
        open_proposal(intent, Step.AGREEMENT_SIGNED, side)
        keep_step(intent, Step.AGREEMENT_SIGNED, Act.PROPOSED, side=side, by=by)
        tell(other(side), intent, f"letter-to-{other(side)}")
        return letter
    _issue(letter)
    climb(intent, Step.AGREEMENT_SIGNED)
    close_proposal(intent)
    keep_step(intent, Step.AGREEMENT_SIGNED, Act.CONFIRMED, side=side, by=by)
    tell(Side.STUDENT, intent, "letter-signed")
    tell(Side.EMPLOYER, intent, "letter-signed")
    return letter


def withdraw_letter(letter: Agreement, *, side: Side, by: User, reason: str) -> Agreement:
    """Take back a letter, with a reason. A signed one stays on record as withdrawn.

    Withdrawing a signed letter ends the ladder; one that is not signed by both leaves the
    preliminary intent as it is.
    """
    letter = _held(letter)
    if not letter.is_live:
        raise NotOpen()
    intent, was_signed = letter.intent, letter.status is A.SIGNED
    _end(letter, side=side, reason=reason)
    close_proposal(intent)
    if was_signed:
        intent.ended_reason = reason
        move(intent, Step.WITHDRAWN)
        keep_step(intent, Step.WITHDRAWN, Act.ENDED, side=side, by=by, reason=reason)
    else:
        act = Act.TAKEN_BACK if side is letter.proposed_by else Act.REFUSED
        keep_step(intent, Step.AGREEMENT_SIGNED, act, side=side, by=by, reason=reason)
    if side is Side.EMPLOYER:
        note("withdraw-letter", intent, by=by, reason=reason)
    tell(other(side), intent, f"letter-withdrawn-to-{other(side)}", reason=reason)
    return letter


def end_live_letter(intent: Intent, *, side: Side, by: User | None, reason: str) -> None:
    """End the letter of a held intent, if one is alive, because the ladder ends."""
    letter = intent.live_agreement
    if letter is not None:
        _end(_fresh(letter), side=side, reason=reason)
        if by is not None and by.is_employer:
            note("withdraw-letter", intent, by=by, reason=reason)


def lapse_letter(intent: Intent) -> None:
    """Close the letter of a held intent that nobody signed in time."""
    letter = intent.live_agreement
    if letter is not None:
        letter = _fresh(letter)
        letter.status = AGREEMENT_FLOW.check(letter.status, A.LAPSED)
        letter.live_intent_id = None
        db.session.flush()


def _end(letter: Agreement, *, side: Side, reason: str) -> None:
    refused = letter.status is A.PROPOSED and letter.proposed_by is not side
    letter.status = AGREEMENT_FLOW.check(letter.status, A.REFUSED if refused else A.WITHDRAWN)
    letter.live_intent_id = None
    letter.withdrawn_at, letter.withdrawn_by, letter.withdrawn_reason = utcnow(), side, reason
    db.session.flush()


def _held(letter: Agreement) -> Agreement:
    """The letter, its ladder locked first: all acts on one ladder come one after another."""
    hold(letter.intent)
    return _fresh(letter)


def _fresh(letter: Agreement) -> Agreement:
    query = select(Agreement).where(Agreement.id == letter.id)
    found = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def _write(letter: Agreement, intent: Intent, terms: Terms) -> None:
    """Compose the text and remember what it was made from."""
    student, employer, fair = intent.student, intent.employer, intent.fair
    letter.student_name, letter.employer_name = student.name, employer.name
    letter.position_title, letter.place, letter.pay_text = terms.position, terms.place, terms.pay
    letter.starts_on, letter.terms = terms.starts_on, terms.text
    letter.text = compose(
        Letter(
            employer_name=employer.name,
            employer_code=employer.uscc or employer.registration_number or "",
            student_name=student.name,
            school=student.school_name,
            major=student.major,
            level=student.level,
            graduation_year=student.graduation_year,
            fair_zh=fair.title_zh,
            fair_en=fair.title_en,
            held_on=local(fair.starts_at, fair.time_zone).date(),
            position=terms.position,
            place=terms.place,
            pay=terms.pay,
            starts_on=terms.starts_on,
            terms=terms.text,
        )
    )
    letter.text_sha256 = text_hash(letter.text)


def _issue(letter: Agreement) -> None:
    """Number a letter that both have signed.

    The series' row is raised in the same transaction, so that a signature that fails leaves
    no gap and two at once wait for each other.
    """
    fair, now = letter.intent.fair, utcnow()
    school = fair.host_school
    place = place_code(fair.city, school.abbreviations if school else ())
    prefix = series_prefix(RULES.bureau_code, local(now, fair.time_zone).year, place)
    insert_if_absent(NumberSeries, prefix=prefix, last=0)
    raised = (
        update(NumberSeries)
        .where(NumberSeries.prefix == prefix)
        .values(last=NumberSeries.last + 1)
        .returning(NumberSeries.last)
        .execution_options(synchronize_session=False)
    )
    letter.number = numbered(prefix, db.session.scalars(raised).one())
    letter.status = AGREEMENT_FLOW.check(letter.status, A.SIGNED)
    letter.issued_at = now
    db.session.flush()


__all__ = [
    "LetterExists",
    "NoIntentYet",
    "NotOpen",
    "Terms",
    "TextChanged",
    "draft_letter",
    "redraft_letter",
    "sign_letter",
    "withdraw_letter",
]
