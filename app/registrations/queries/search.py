"""The help desk's search: who may be meant by a text."""

import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from app.accounts.models import User
from app.core.crypto import keyed_hash
from app.core.db import db
from app.registrations.models import Registration
from app.registrations.queries.reading import (
    find_ticket_by_hash,
    find_ticket_by_short_code,
    hash_from_text,
    whole,
)
from app.students.models import Student
from app.tours.models import Fair

PHONE_DIGITS = 11
# How many names are opened at a time while searching.
_CHUNK = 2_000


def is_searchable(text: str) -> bool:
    """Whether a text is enough to look somebody up: two Han or three other characters."""
    folded = _fold(text)
    han = sum("\u3400" <= ch <= "\u9fff" or ch >= "\U00020000" for ch in folded)
    return han >= 2 or len(folded) >= 3


def search_people(fair: Fair, text: str, limit: int = 20) -> list[Registration]:
    """Registrations of a fair that a text may mean, best first; nothing for too short a text.

    By ticket (scanned, or its short code), by phone (last four digits, or whole), else by
    a part of the name. Names are stored sealed, so they are opened here one by one: about
    7 µs each, and nobody who steals the database can do the same.
    """
    if not is_searchable(text):
        return []
    for found in (_by_ticket(fair, text), _by_phone(fair, text)):
        if found:
            return _people(found[:limit])
    return _people(_by_name(fair, _fold(text))[:limit])


def _by_ticket(fair: Fair, text: str) -> list[int]:
    hash_ = hash_from_text(text)
    ticket = find_ticket_by_hash(hash_) if hash_ else find_ticket_by_short_code(fair, text)
    return [ticket.registration_id] if ticket and ticket.fair_id == fair.id else []


def _by_phone(fair: Fair, text: str) -> list[int]:
    digits = "".join(ch for ch in _fold(text) if ch.isdigit())
    query = select(Registration.id).join(Registration.student).outerjoin(Student.user)
    query = query.where(Registration.fair_id == fair.id).order_by(Registration.id)
    if len(digits) == 4 and len(_fold(text)) == 4:
        match = or_(User.phone_last4 == digits, Student.phone_last4 == digits)
        return list(db.session.scalars(query.where(match)))
    if len(digits) < PHONE_DIGITS:
        return []
    phone = digits[-PHONE_DIGITS:]
    said = db.session.execute(
        query.add_columns(Student.phone).where(Student.phone_last4 == phone[-4:])
    )
    proved = db.session.scalars(query.where(User.phone_hash == keyed_hash("phone", phone)))
    return [*proved, *(row_id for row_id, number in said if number == phone)]


def _by_name(fair: Fair, wanted: str) -> list[int]:
    """Whole names first, then beginnings, then anything inside."""
    query = (
        select(Registration.id, Student.name)
        .join(Registration.student)
        .where(Registration.fair_id == fair.id, Student.closed_at.is_(None))
        .order_by(Registration.id)
        .execution_options(yield_per=_CHUNK)
    )
    found = [
        (folded != wanted, not folded.startswith(wanted), row_id)
        for row_id, name in db.session.execute(query)
        if wanted in (folded := _fold(name))
    ]
    return [row_id for *_, row_id in sorted(found)]


def _people(ids: Sequence[int]) -> list[Registration]:
    rows = {row.id: row for row in db.session.scalars(whole().where(Registration.id.in_(ids)))}
    return [rows[row_id] for row_id in ids if row_id in rows]


def _fold(text: str) -> str:
    """A name as it is compared: one width, one case, nothing but letters and digits."""
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        folded: Iterable[str] = text.casefold()
    else:
        folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in folded if ch.isalnum())
