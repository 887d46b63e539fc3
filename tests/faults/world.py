"""A fair whose doors are open, with tickets in people's hands and phones at its gates."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import insert, select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.core.clock import utcnow
from app.core.codes import random_code, random_short_code
from app.core.db import db
from app.factory import create_app
from app.places.states import EducationLevel
from app.registrations.models import Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import hash_of, make_code
from app.students.models import Student
from tests.databases import make_settings
from tests.factories import make_fair, make_gate
from tests.faults.ledger import Ledger, judge
from tests.faults.phone import Phone
from tests.faults.server import Server


@dataclass
class World:
    """``app`` speaks to the same database as the server; ``tickets`` are hashes in hex.

    ``codes`` are what the QR codes say, ``students`` the sessions' names of those who have
    accounts, both in the order of the tickets. Phones keep their diaries in ``diaries``, never on
    the server's disk.
    """

    app: object
    url: str
    folder: Path
    diaries: Path
    fair_id: int
    slug: str
    gates: list
    tickets: list = field(default_factory=list)
    codes: list = field(default_factory=list)
    students: list = field(default_factory=list)
    enrolled: list = field(default_factory=list)
    _phones: list = field(default_factory=list)

    def phone(self, port, **given):
        """A further phone, enrolled as ``flask devices enrol`` does it, with a diary of its own."""
        name = self.gates[len(self.enrolled) % len(self.gates)]
        runner = self.app.test_cli_runner()
        done = runner.invoke(args=["devices", "enrol", self.slug, "--gate", name])
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        gate = said["gate"]["id"] if isinstance(said["gate"], dict) else said["gate"]
        self.enrolled.append(said)
        ledger = Ledger(self.diaries / f"{self.slug}-{len(self.enrolled):04d}")
        self._phones.append(Phone(port, said["token"], gate, ledger, **given))
        return self._phones[-1]

    def phones(self, port, number, **given):
        return [self.phone(port, **given) for _ in range(number)]

    def server(self, **environment):
        """The production server on this world's database, not started yet."""
        return Server(self.folder, self.url, **environment)

    def judge(self, phones, **given):
        return judge(self.app, self.fair_id, phones, **given)

    def close(self):
        """Let go of the database and of every connection; both come back when they are needed."""
        for phone in self._phones:
            phone.hang_up()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def make_world(folder, url="", *, diaries=None, **given):
    """Make the tables and a fair in them. An empty ``url`` is SQLite in ``folder``."""
    settings = make_settings(folder, url, testing=False, environment="development")
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        db.session.remove()
    return add_fair(app, settings.database_url, folder, diaries or folder, **given)


def add_fair(app, url, folder, diaries, *, tickets=500, gates=2, accounts=False, **given):
    """A further fair in tables that are there."""
    with app.app_context():
        fair = make_fair(**given)
        names = [make_gate(fair=fair).name for _ in range(gates)]
        world = World(app, url, folder, diaries, fair.id, fair.slug, names)
        world.tickets, world.codes, world.students = register(fair.id, tickets, accounts)
        db.session.remove()
    return world


def register(fair_id, number, accounts=False):
    """Register so many people in bulk and give each a ticket.

    Returns the tickets' hashes in hex, their codes, and the accounts' names in a session.
    """
    now = utcnow()
    users = [{"uid": random_code(), "role": Role.STUDENT} for _ in range(number * accounts)]
    user_ids = _insert(User, users) if accounts else [None] * number
    student = {
        "name": "陈思远",
        "school_name": "江城理工大学",
        "level": EducationLevel.MASTERS,
        "privacy_agreed_at": now,
    }
    ids = _insert(Student, [student | {"uid": random_code(), "user_id": id_} for id_ in user_ids])
    place = {
        "fair_id": fair_id,
        "status": RegistrationStatus.CONFIRMED,
        "verified_at": now,
        "generation": 1,
    }
    places = [place | {"uid": random_code(), "student_id": id_} for id_ in ids]
    ids = _insert(Registration, places)
    codes = [make_code(place["uid"], 1, 1) for place in places]
    short_codes = set()
    while len(short_codes) < number:
        short_codes.add(random_short_code())
    ticket = {"fair_id": fair_id, "generation": 1, "key_id": 1}
    tickets = [
        ticket | {"hash": hash_of(code), "registration_id": id_, "short_code": short_code}
        for code, id_, short_code in zip(codes, ids, short_codes, strict=True)
    ]
    db.session.execute(insert(Ticket), tickets)
    db.session.commit()
    hashes = [ticket["hash"].hex() for ticket in tickets]
    return hashes, codes, [f"{user['uid']}:1" for user in users]


def _insert(model, rows):
    """Insert rows; return their ids in the order of the rows."""
    db.session.execute(insert(model), rows)
    db.session.commit()
    found = dict(db.session.execute(select(model.uid, model.id)).all())
    return [found[row["uid"]] for row in rows]


def open_world(world, folder, url=""):
    """The same fair on another database, which is filled from a backup of the first."""
    folder.mkdir()
    settings = make_settings(folder, url, testing=False, environment="development")
    place = (create_app(settings), settings.database_url, folder, folder)
    return World(*place, world.fair_id, world.slug, world.gates)


def uids_of(world, tickets):
    """The uids of the registrations that these tickets belong to."""
    wanted = {bytes.fromhex(ticket) for ticket in tickets}
    with world.app.app_context():
        rows = db.session.execute(
            select(Ticket.hash, Registration.uid).join(Ticket.registration)
        ).all()
        db.session.remove()
    return {uid for hash_, uid in rows if hash_ in wanted}
