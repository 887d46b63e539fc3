"""What phones were told, written down durably, and the oracle that holds a database against it.

A phone writes ``S <id> <ticket>`` before it sends a scan, ``A <id> <code>`` for the light it
shows because a server said so, ``L <id> <code>`` for a light it decided alone, ``R <id> <code>``
when a server answers the same scan again and ``Q <id> quarantined`` when one sets it aside; each
line with an fsync, so that no crash of anything can make the ledger lie.
"""

import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass

from sqlalchemy import select

from app.checkins.merge import derive
from app.checkins.models import Admission, Attendance, QuarantinedScan, Scan
from app.core.db import db
from app.registrations.models import Registration, Ticket
from app.tours.models import Fair

DERIVED = (
    "first_at",
    "first_gate_id",
    "last_direction",
    "last_at",
    "evidence",
    "duplicates",
    "flags",
)


class Ledger:
    """The diary of one phone, one file."""

    def __init__(self, path):
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def sent(self, id_, ticket):
        self._write(f"S {id_} {ticket}")

    def lit(self, id_, code):
        self._write(f"A {id_} {code}")

    def decided(self, id_, code):
        self._write(f"L {id_} {code}")

    def set_aside(self, id_, why):
        self._write(f"Q {id_} {why}")

    def repeated(self, id_, code):
        self._write(f"R {id_} {code}")

    def _write(self, line):
        os.write(self._file, line.encode() + b"\n")
        os.fsync(self._file)

    def close(self):
        os.close(self._file)


class Diaries:
    """All diaries together, by the id of the scan."""

    def __init__(self, phones):
        self.tickets, self.phones = {}, {}
        self.lights, self.alone, self.again = {}, set(), defaultdict(set)
        self.quarantined = set()
        for number, phone in enumerate(phones):
            for line in phone.ledger.path.read_text().splitlines():
                self._read(number, *line.split(" "))

    def _read(self, phone, kind, id_, word):
        if kind == "S":
            self.tickets[id_], self.phones[id_] = word, phone
        elif kind == "R":
            self.again[id_].add(word)
        elif kind == "Q":
            self.quarantined.add(id_)
        else:
            self.lights[id_] = word
            if kind == "L":
                self.alone.add(id_)

    @property
    def acknowledged(self):
        """What a server has said it keeps."""
        told = self.lights.keys() - self.alone
        return told | self.again.keys() | self.quarantined


@dataclass
class Findings:
    """What the oracle found.

    ``lost`` were acknowledged and are not stored, ``phantom`` are stored and were never sent,
    ``flipped`` were answered or remembered otherwise than shown, ``greens`` is the most greens one
    ticket got, ``conflicts`` are tickets green at two phones and ``hidden`` those that the stored
    attendance does not show as such (or shows without reason), ``drift`` are attendances that the
    scans do not explain, ``gaps`` numbers a phone was told are missing.
    """

    sent: int
    acknowledged: int
    stored: int
    lost: int
    phantom: int
    flipped: int
    greens: int
    conflicts: int
    hidden: int
    drift: int
    gaps: int

    def is_clean(self, *, greens=1, hidden=0):
        """Whether nothing is wrong, but for so many greens a ticket and false conflicts."""
        within = self.greens <= greens and self.hidden <= hidden
        return within and not (self.lost or self.phantom or self.flipped or self.drift or self.gaps)

    def __str__(self):
        return " ".join(f"{name}={value}" for name, value in asdict(self).items())


def judge(app, fair_id, phones, *, one_life=True):
    """Hold the database of ``app`` against the diaries of ``phones``.

    In one life of a database an answer never changes. After a restore a server may answer a scan
    anew; then what counts is that it knows the light that was shown.
    """
    told = Diaries(phones)
    with app.app_context():
        here = Scan.fair_id == fair_id
        rows = db.session.execute(select(Scan.id, Scan.answer, Scan.shown).where(here)).all()
        aside = set(db.session.scalars(select(QuarantinedScan.scan_id)))
        drift = count_drift(fair_id)
        doubled = set(
            db.session.scalars(
                select(Ticket.hash)
                .join(Attendance, Attendance.registration_id == Ticket.registration_id)
                .where(Attendance.fair_id == fair_id, Attendance.duplicates > 0)
            )
        )
        db.session.remove()
    stored = {str(row.id): (row.shown or row.answer).value for row in rows}
    flipped = {id_ for id_, light in told.lights.items() if stored.get(id_, light) != light}
    if one_life:
        flipped |= {
            id_
            for id_, codes in told.again.items()
            if len(codes) > 1 or (id_ not in told.alone and codes != {told.lights.get(id_)})
        }
    greens = defaultdict(set)
    for id_, light in [*told.lights.items(), *stored.items()]:
        if light == "admitted" and id_ in told.tickets:
            greens[told.tickets[id_]].add(id_)
    conflicts = {
        ticket for ticket, ids in greens.items() if len({told.phones[id_] for id_ in ids}) > 1
    }
    return Findings(
        sent=len(told.tickets),
        acknowledged=len(told.acknowledged),
        stored=len(stored),
        lost=len(told.acknowledged - stored.keys() - aside),
        phantom=len(stored.keys() - told.tickets.keys()),
        flipped=len(flipped),
        greens=max(map(len, greens.values()), default=0),
        conflicts=len(conflicts),
        hidden=len(conflicts ^ {hash_.hex() for hash_ in doubled}),
        drift=drift,
        gaps=sum(len(phone.missing) for phone in phones),
    )


def count_drift(fair_id):
    """How many people's stored attendance, or admission, is not what the stored scans say."""
    fair = db.session.get(Fair, fair_id)
    tickets = db.session.scalars(select(Ticket).filter_by(fair_id=fair_id)).all()
    owner = {ticket.hash: ticket.registration_id for ticket in tickets}
    own = defaultdict(dict)
    for ticket in tickets:
        own[ticket.registration_id][ticket.hash] = ticket.revoked_at
    rows = defaultdict(list)
    scans = {}
    for row in db.session.scalars(select(Scan).filter_by(fair_id=fair_id)):
        scans[row.id] = row
        if row.ticket_hash in owner:
            rows[owner[row.ticket_hash]].append(row)
    stored = {
        row.registration_id: row
        for row in db.session.scalars(select(Attendance).filter_by(fair_id=fair_id))
    }
    seats = db.session.scalars(select(Registration).filter_by(fair_id=fair_id))
    drift = 0
    for seat in seats:
        derived = derive(rows[seat.id], own[seat.id], seat, fair)
        drift += facts(derived) != facts(stored.get(seat.id))
    # An admission without its scan would lock somebody out for good.
    admissions = db.session.scalars(select(Admission).filter_by(fair_id=fair_id))
    return drift + sum(admission.scan_id not in scans for admission in admissions)


def facts(row):
    """What is compared of an attendance, stored or derived."""
    return row and [
        list(value) if name == "flags" else value
        for name, value in ((name, getattr(row, name)) for name in DERIVED)
    ]


def picture(app, fair_id):
    """The whole check-in state of a fair as comparable text, without arrival times and row ids.

    Two databases that hold the same scans, however they came, give the same picture.
    """
    with app.app_context():
        uid = dict(
            db.session.execute(
                select(Registration.id, Registration.uid).filter_by(fair_id=fair_id)
            ).all()
        )
        scans = sorted(
            (str(row.id), row.scanned_at.isoformat(), (row.ticket_hash or b"").hex(), row.direction)
            for row in db.session.scalars(select(Scan).filter_by(fair_id=fair_id))
        )
        people = sorted(
            (uid[row.registration_id], str(facts(row)))
            for row in db.session.scalars(select(Attendance).filter_by(fair_id=fair_id))
        )
        db.session.remove()
    return json.dumps([scans, people], ensure_ascii=False)


def attended(app, fair_id):
    """The uids of the registrations that came."""
    with app.app_context():
        found = set(
            db.session.scalars(
                select(Registration.uid)
                .join(Attendance, Attendance.registration_id == Registration.id)
                .where(Attendance.fair_id == fair_id)
            )
        )
        db.session.remove()
    return found
