"""Paper lists: what was written down while nothing worked, entered as scans in the evening.

Every line gets a verdict before anything is written; applying writes all of them in one
transaction, under ids that follow from the list, so that a second click changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.audit.services import record
from app.checkins.models import Gate, PaperList, Scan
from app.checkins.services.answers import DoorFacts, HallFacts, IncomingScan
from app.checkins.services.decisions import decide
from app.checkins.services.paper_lines import (
    CHOSEN,
    CHUNK,
    INSISTED,
    MOST_LINES,
    PERSON,
    BadList,
    Line,
    chunks,
    decode,
    judge,
    list_attended,
    read_lines,
)
from app.checkins.services.rulings import void_scans
from app.checkins.services.scans import record_scans
from app.checkins.states import Decision, Evidence, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.db import changed_one, db
from app.core.errors import DomainError, NotFound
from app.core.masking import mask_name
from app.core.text import N_
from app.registrations.models import Registration
from app.registrations.states import RegistrationStatus
from app.tours.models import Fair

_ENTERED = frozenset({Verdict.ADMITTED, Verdict.RE_ENTRY})


class BadMoment(DomainError):
    """People come in while the doors are open."""

    code = "bad-moment"
    message = N_("The doors were not open then. Write a time between opening and now.")


def make_list(
    fair: Fair, text: str, *, gate: Gate | None, came_at: datetime | None, reason: str, by: User
) -> PaperList:
    """Keep a list with a verdict for every line; nobody is entered yet."""
    if came_at is None or not fair.opens_doors_at <= came_at <= min(fair.ends_at, utcnow()):
        raise BadMoment(field="came_at")
    lines = judge(fair, read_lines(text))
    paper = PaperList(
        fair_id=fair.id,
        gate_id=gate.id if gate else None,
        came_at=came_at,
        reason=reason,
        lines=_sealed(lines),
        made_by_id=by.id,
    )
    db.session.add(paper)
    db.session.flush()
    _note("paper.make", paper, by, scans=0)
    return paper


def list_lines(paper: PaperList) -> list[Line]:
    """The lines as they were judged."""
    return [Line.of(kept) for kept in paper.lines["lines"]]


def list_people(lines: Sequence[Line]) -> dict[int, Registration]:
    """Everybody a list means or may mean, by registration."""
    ids = {id_ for line in lines for id_ in (line.registration, *line.candidates) if id_}
    found: dict[int, Registration] = {}
    for some in chunks(ids):
        query = select(Registration).where(Registration.id.in_(some)).options(*PERSON)
        found |= {row.id: row for row in db.session.scalars(query)}
    return found


def apply_list(
    paper: PaperList,
    *,
    choices: Mapping[int, int],
    insisted: Collection[int],
    by: User,
) -> int:
    """Enter everybody a list means as scans; return how many. A second time changes nothing.

    ``choices`` says who is meant where a line fits several people (line → registration);
    ``insisted`` are the lines whose people were inside although they were waiting or had
    cancelled. Who came in meanwhile is left alone. The hall's limit stops nobody here:
    these people were inside.
    """
    mine = update(PaperList).where(
        PaperList.id == paper.id, PaperList.applied_at.is_(None), PaperList.undone_at.is_(None)
    )
    if not changed_one(mine.values(applied_at=utcnow(), applied_by_id=by.id)):
        return 0
    lines = [_chosen(line, choices) for line in list_lines(paper)]
    people = list_people(lines)
    inside = list_attended(people)
    scans: dict[int, IncomingScan] = {}
    taken: set[int] = set()
    for line in lines:
        row = people.get(line.registration or 0)
        if row is None or row.id in inside | taken or not row.tickets:
            continue
        standing = row.status is RegistrationStatus.CONFIRMED
        if not standing and line.number not in insisted:
            continue
        taken.add(row.id)
        scans[line.number] = IncomingScan(
            id=_scan_id(paper, line.number),
            ticket_hash=row.tickets[-1].hash,
            scanned_at=paper.came_at,
        )
    entered = _record(paper, scans, by=by)
    paper.entered = len(entered)
    paper.lines = _sealed([_kept(line, people, entered) for line in lines])
    db.session.flush()
    _note("paper.apply", paper, by, scans=len(entered))
    return len(entered)


def undo_list(paper: PaperList, *, by: User) -> None:
    """Take a whole list back: its scans are void. An unapplied list is put aside."""
    mine = update(PaperList).where(PaperList.id == paper.id, PaperList.undone_at.is_(None))
    if not changed_one(mine.values(undone_at=utcnow(), undone_by_id=by.id)):
        return
    # Not from the lines: they may have served their time.
    numbers = range(1, MOST_LINES + 1) if paper.entered else ()
    ids = [_scan_id(paper, number) for number in numbers]
    voided = void_scans(ids, by=by, reason=paper.reason) if ids else []
    db.session.refresh(paper)
    _note("paper.undo", paper, by, scans=len(voided))


def forget_lines(before: datetime) -> int:
    """Remove what stood on lists made before a moment; what was entered stays, as scans."""
    query = select(PaperList).where(PaperList.made_at < before)
    old = [paper for paper in db.session.scalars(query) if paper.lines["lines"]]
    for paper in old:
        paper.lines = _sealed([])
    return len(old)


def list_papers(fair: Fair) -> Sequence[PaperList]:
    """A fair's paper lists, the newest first."""
    query = (
        select(PaperList)
        .where(PaperList.fair_id == fair.id)
        .options(joinedload(PaperList.gate), joinedload(PaperList.made_by))
        .order_by(PaperList.id.desc())
    )
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def get_paper(fair: Fair, uid: str) -> PaperList:
    """A paper list of a fair."""
    query = (
        select(PaperList)
        .where(PaperList.uid == uid.replace("\0", ""), PaperList.fair_id == fair.id)
        .options(joinedload(PaperList.gate))
    )
    paper = db.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if paper is None:
        raise NotFound()
    return paper


def _record(paper: PaperList, scans: Mapping[int, IncomingScan], *, by: User) -> set[int]:
    """Write the scans; return the lines whose people count now."""
    fair = db.session.get_one(Fair, paper.fair_id)
    hall = replace(HallFacts.of(fair), permitted_number=None)
    gate = db.session.get(Gate, paper.gate_id) if paper.gate_id else None
    numbers = sorted(scans)
    entered: set[int] = set()
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        answers = record_scans(
            hall,
            [scans[number] for number in some],
            gate=DoorFacts.of(gate) if gate else None,
            actor=by,
            source=ScanSource.PAPER,
            evidence=Evidence.MANUAL,
        )
        for number, said in zip(some, answers, strict=True):
            if said.code not in _ENTERED:
                scan = db.session.get_one(Scan, said.id)
                decide(scan, Decision.LET_IN, by=by, may_override=True, reason=paper.reason)
            entered.add(number)
    return entered


def _chosen(line: Line, choices: Mapping[int, int]) -> Line:
    choice = choices.get(line.number)
    if line.registration is None and choice in line.candidates:
        return replace(line, registration=choice)
    return line


def _kept(line: Line, people: Mapping[int, Registration], entered: Collection[int]) -> Line:
    """A line after it was applied: of whom is known by now no name is kept here."""
    row = people.get(line.registration or 0)
    if row is None:
        return line
    masked = mask_name(row.student.name)
    return replace(line, text=masked, name=masked, entered=line.number in entered)


def _scan_id(paper: PaperList, number: int) -> UUID:
    """The id a line's scan always has."""
    return UUID(bytes=sha256(f"paper/{paper.uid}/{number}".encode()).digest()[:16], version=5)


def _sealed(lines: Sequence[Line]) -> dict[str, Any]:
    return {"lines": [asdict(line) for line in lines]}


def _note(action: str, paper: PaperList, by: User, *, scans: int) -> None:
    record(
        action,
        by=by,
        on="paper",
        object_id=paper.id,
        label=paper.uid[:6],
        fair_id=paper.fair_id,
        after={"scans": scans},
        reason=paper.reason,
    )


__all__ = [
    "CHOSEN",
    "INSISTED",
    "BadList",
    "BadMoment",
    "Line",
    "apply_list",
    "decode",
    "forget_lines",
    "get_paper",
    "judge",
    "list_lines",
    "list_papers",
    "list_people",
    "make_list",
    "read_lines",
    "undo_list",
]
