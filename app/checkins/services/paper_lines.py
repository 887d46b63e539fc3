"""What stands on a paper list: reading its lines, and finding whom each means.

A line holds a short code, or the last four digits of a phone, and a name, in whatever order
and with whatever between them people write.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.checkins.models import Attendance
from app.checkins.states import PaperVerdict
from app.core.db import db
from app.core.errors import DomainError
from app.core.masking import mask_name
from app.core.text import N_
from app.registrations.models import Registration, Ticket
from app.registrations.queries import short_code_from_text
from app.registrations.states import RegistrationStatus
from app.students.models import Student
from app.tours.models import Fair

V = PaperVerdict
MOST_LINES = 2_000
LONGEST_LINE = 200
CHUNK = 500
MOST_BYTES = 1_000_000
_BREAKS = re.compile(r"[\s,;|\u3001\u3000]+")
_HEADINGS = frozenset({"姓名", "name", "短码", "code", "手机", "phone", "尾号", "手机尾号", "序号"})
# A person has to say which of several is meant, or that somebody was inside all the same.
CHOSEN = frozenset({V.AMBIGUOUS, V.NAME_DIFFERS})
INSISTED = frozenset({V.WAITLISTED, V.CANCELLED})


class BadList(DomainError):
    """A list that cannot be read, or says nothing."""

    code = "bad-list"
    message = N_("Write one person a line: short code or last four digits, and the name.")


@dataclass(frozen=True)
class Line:
    """One line: what was written, what it says, what was found.

    ``registration`` is whom it means, ``candidates`` whom it may mean.
    """

    number: int
    text: str
    name: str = ""
    codes: list[str] = field(default_factory=list)
    last4: str = ""
    verdict: PaperVerdict = V.NOT_FOUND
    registration: int | None = None
    candidates: list[int] = field(default_factory=list)
    other_fair: str = ""
    entered: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Line":
        """A line as it was kept."""
        return cls(**{**kept, "verdict": PaperVerdict(kept["verdict"])})


def decode(data: bytes) -> str:
    """A file's text: utf-8, utf-16 with a mark, else what Excel in China writes."""
    if len(data) > MOST_BYTES:
        raise BadList(N_("This file is too large for a paper list."), field="file")
    ladder = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in ladder:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList(N_("This file is no text. Save it as CSV or text and try again."), field="file")


def read_lines(text: str) -> list[Line]:
    """The lines of a list with their codes, digits and names; headings and blanks left out."""
    lines: list[Line] = []
    for raw in text.splitlines():
        shown = "".join(ch for ch in raw if ch.isprintable() or ch == "\t").strip()
        if not shown:
            continue
        read = _read_line(len(lines) + 1, shown[:LONGEST_LINE])
        words = {word.casefold() for word in _BREAKS.split(read.text) if word}
        if not read.codes and not read.last4 and words & _HEADINGS:
            continue
        lines.append(read)
        if len(lines) > MOST_LINES:
            raise BadList(N_("At most %(most)s lines at once."), most=MOST_LINES, field="lines")
    if not lines:
        raise BadList(field="lines")
    return lines


def _read_line(number: int, text: str) -> Line:
    words = [word.strip("\"'") for word in _BREAKS.split(unicodedata.normalize("NFKC", text))]
    codes, names, last4 = [], [], ""
    for word in filter(None, words):
        digits = re.sub(r"[-+*]", "", word)
        if not last4 and digits.isascii() and digits.isdigit() and len(digits) in (4, 7, 11, 13):
            last4 = digits[-4:]
        elif (code := short_code_from_text(word)) is not None:
            codes.append(code)
            # A surname of six Latin letters reads like a code: it may be either.
            if word.isalpha():
                names.append(word)
        elif not word.isdigit():
            names.append(word)
    if not codes and not last4:
        # Written in two halves, as it stands on the ticket.
        halves = [word for word in words if word.isascii() and len(word) == 3]
        joined = short_code_from_text("".join(halves)) if len(halves) == 2 else None
        if joined is not None:
            codes, names = [joined], [word for word in names if word not in halves]
    return Line(number=number, text=text, name=" ".join(names), codes=codes, last4=last4)


# -- judging ---------------------------------------------------------------------------


def judge(fair: Fair, lines: Sequence[Line]) -> list[Line]:
    """The same lines with their verdicts, by a few statements for all of them."""
    by_code = _by_code(fair, {code for line in lines for code in line.codes})
    by_last4 = _by_last4(fair, {line.last4 for line in lines if line.last4})
    elsewhere = _elsewhere(fair, {code for line in lines for code in line.codes} - by_code.keys())
    people = {row.id: row for rows in by_last4.values() for row in rows}
    people |= {row.id: row for row in by_code.values()}
    inside = list_attended(people)
    judged: list[Line] = []
    seen: set[int] = set()
    for line in lines:
        one = _judge(line, by_code, by_last4, elsewhere)
        row = people.get(one.registration or 0)
        if row is not None:
            one = replace(one, verdict=_state(row, inside, seen, one.verdict))
            seen.add(row.id)
        judged.append(one)
    return judged


def _judge(
    line: Line,
    by_code: Mapping[str, Registration],
    by_last4: Mapping[str, Sequence[Registration]],
    elsewhere: Mapping[str, tuple[str, str]],
) -> Line:
    coded = [by_code[code] for code in line.codes if code in by_code]
    # A word that was the code itself is no name.
    known = by_code.keys() | elsewhere.keys()
    name = " ".join(
        word for word in line.name.split(" ") if short_code_from_text(word) not in known
    )
    if coded:
        found = coded[0]
        if name and not _is_name_of(found, name):
            return replace(line, verdict=V.NAME_DIFFERS, candidates=[found.id])
        return replace(line, verdict=V.FOUND, registration=found.id)
    rows = by_last4.get(line.last4, ()) if line.last4 else ()
    named = [row for row in rows if name and _is_name_of(row, name)]
    fitting = named or ([] if name else list(rows))
    if len(fitting) == 1:
        return replace(line, verdict=V.FOUND, registration=fitting[0].id)
    if len(fitting) > 1:
        return replace(line, verdict=V.AMBIGUOUS, candidates=[row.id for row in fitting])
    if rows:
        return replace(line, verdict=V.NAME_DIFFERS, candidates=[row.id for row in rows])
    for code in line.codes:
        title, holder = elsewhere.get(code, ("", ""))
        if title and (not name or _fold(name) == _fold(holder)):
            return replace(line, verdict=V.OTHER_FAIR, other_fair=title)
    return replace(line, verdict=V.NOT_FOUND)


def _state(
    row: Registration, inside: Collection[int], seen: Collection[int], found: PaperVerdict
) -> PaperVerdict:
    if row.id in inside:
        return V.ALREADY_IN
    if row.id in seen:
        return V.REPEATED
    if row.status is RegistrationStatus.CANCELLED:
        return V.CANCELLED
    return V.WAITLISTED if row.status is RegistrationStatus.WAITLISTED else found


def _is_name_of(row: Registration, name: str) -> bool:
    """Whether a name is somebody's, in full or masked as the slip shows it."""
    real = row.student.name
    return _fold(name) == _fold(real) or name.replace(" ", "") == mask_name(real).replace(" ", "")


def _fold(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(ch for ch in folded if ch.isalnum())


PERSON = (
    joinedload(Registration.student).joinedload(Student.user),
    selectinload(Registration.tickets),
)


def _by_code(fair: Fair, codes: Collection[str]) -> dict[str, Registration]:
    found: dict[str, Registration] = {}
    for some in chunks(codes):
        query = (
            select(Ticket)
            .where(Ticket.fair_id == fair.id, Ticket.short_code.in_(some))
            .options(joinedload(Ticket.registration).options(*PERSON))
        )
        found |= {ticket.short_code: ticket.registration for ticket in db.session.scalars(query)}
    return found


def _by_last4(fair: Fair, digits: Collection[str]) -> dict[str, list[Registration]]:
    found: dict[str, list[Registration]] = {}
    for some in chunks(digits):
        query = (
            select(Registration)
            .join(Registration.student)
            .outerjoin(Student.user)
            .where(
                Registration.fair_id == fair.id,
                or_(User.phone_last4.in_(some), Student.phone_last4.in_(some)),
            )
            .options(*PERSON)
            .order_by(Registration.id)
        )
        for row in db.session.scalars(query):
            user = row.student.user
            own = (row.student.phone_last4, user.phone_last4 if user else None)
            for last4 in {digits for digits in own if digits in some and digits is not None}:
                found.setdefault(last4, []).append(row)
    return found


def _elsewhere(fair: Fair, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """The fair and the holder's name of codes that are good for another fair."""
    found: dict[str, tuple[str, str]] = {}
    for some in chunks(codes):
        query = (
            select(Ticket.short_code, Fair.title_zh, Student.name)
            .join(Ticket.registration)
            .join(Registration.student)
            .join(Fair, Fair.id == Ticket.fair_id)
            .where(Ticket.fair_id != fair.id, Ticket.short_code.in_(some))
            .order_by(Ticket.id)
        )
        found |= {code: (title, name) for code, title, name in db.session.execute(query)}
    return found


def list_attended(ids: Collection[int]) -> set[int]:
    """Which of these registrations have come."""
    found: set[int] = set()
    for some in chunks(ids):
        query = select(Attendance.registration_id).where(Attendance.registration_id.in_(some))
        found |= set(db.session.scalars(query))
    return found


def chunks(values: Collection[Any]) -> Iterable[list[Any]]:
    """Values in the lists one statement takes."""
    listed = sorted(values)
    return (listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK))
