"""The server is put back to yesterday; the phones of the gates bring today again (F21)."""

import os
import sys
from time import perf_counter

import pytest

from app.checkins import services
from app.core.codes import random_short_code
from app.core.crypto import newest_ticket_key_id
from app.core.db import db
from app.pages.backups import make_backup
from app.registrations.models import Registration, Ticket
from app.registrations.states import RegistrationStatus
from app.registrations.tickets import hash_of, make_code
from app.tours.models import Fair
from tests.checkins.devices import Phone
from tests.checkins.judging import attended, check_cache, lost_and_phantom
from tests.checkins.pocket import Network, PocketPhone
from tests.factories import make_fair, make_student

pytestmark = [pytest.mark.slow, pytest.mark.own_database]

PEOPLE = int(os.environ.get("XUNPIN_RESTORED_SCANS", "20000"))


def crowd(fair, number):
    """People with tickets, quickly: one student stands for all of their names."""
    template = make_student()
    people = []
    for place in range(number):
        person = Registration(
            uid=f"R{place:025d}",
            fair=fair,
            student=type(template)(
                name=template.name, school_name=template.school_name, level=template.level
            ),
            status=RegistrationStatus.CONFIRMED,
        )
        key_id = newest_ticket_key_id()
        person.tickets.append(
            Ticket(
                hash=hash_of(make_code(person.uid, 0, key_id)),
                fair_id=fair.id,
                generation=0,
                key_id=key_id,
                short_code=f"{random_short_code()}{place}",
                version=place + 1,
            )
        )
        people.append(person)
    db.session.add_all(people)
    db.session.commit()
    return people


def test_phones_bring_a_restored_server_back_to_today(live_app, tmp_path, capsys):
    places = live_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "files"
    with live_app.app_context():
        fair = make_fair()
        people = crowd(fair, PEOPLE)
        network = Network("lost")
        phones = [PocketPhone(Phone(live_app.test_client(), fair), network) for _ in range(4)]
        ever = []

        def scan(some):
            network.mode = "lost"
            for place, person in enumerate(some):
                ever.append(phones[place % 4].scan(person))
            network.mode = "ok"
            done = [phone.sync() for phone in phones]
            return all(done)

        assert scan(people[: PEOPLE // 2])
        make_backup(tmp_path / "noon.tar", database_url=places[0], files=places[1])
        assert scan(people[PEOPLE // 2 :])
        fair_id = fair.id
        db.session.remove()
        db.engine.dispose()
    command = ["ops", "restore", str(tmp_path / "noon.tar"), "--yes"]
    told = live_app.test_cli_runner().invoke(args=command)
    assert told.exit_code == 0, told.output
    with live_app.app_context():
        services.forget_devices()
        began = perf_counter()
        for _ in range(3):
            [phone.sync() for phone in phones]
        took = perf_counter() - began
        fair = db.session.get(Fair, fair_id)
        assert lost_and_phantom(fair, ever) == (set(), set())
        assert len(attended(fair)) == PEOPLE
        check_cache(fair)
    with capsys.disabled():
        sys.stdout.write(f"{PEOPLE} scans were back after {took:.1f} s\n")
