"""The sealed roster: what a device may know, and that it misses no change."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select, update

from app.checkins import services
from app.checkins.services import roster
from app.core.clock import frozen, utcnow
from app.core.db import db
from app.core.qr import qr_svg
from app.core.transaction import transaction
from app.registrations import services as registrations
from app.registrations.models import FairSeats, Registration, Ticket
from app.registrations.services import seats
from app.tours.models import Fair
from tests.checkins.devices import Phone
from tests.checkins.making import code_of
from tests.factories import make_fair, make_staff, make_student
from tests.live import run_together
from tests.statements import count_statements


@pytest.fixture(autouse=True)
def nothing_remembered():
    services.forget_devices()


def enter(fair, **given):
    return registrations.register(make_student(**given), fair)


def unseal(entry, code):
    """As a device does it, with nothing of ours: HKDF, then AES-GCM with the hash beside it."""
    key = HKDF(SHA256(), 32, salt=None, info=b"xunpin/roster").derive(code.encode())
    sealed = base64.b64decode(entry["s"])
    opened = AESGCM(key).decrypt(sealed[:12], sealed[12:], bytes.fromhex(entry["t"]))
    return json.loads(opened)


def test_an_entry_opens_with_its_ticket_and_with_no_other(client):
    phone = Phone(client)
    person = enter(phone.fair, name="陈思远", school_name="江城理工大学")
    other = enter(phone.fair)
    first, second = phone.roster().json["entries"]
    assert unseal(first, code_of(person)) == {
        "n": "陈*远",
        "s": "江城理工大学",
        "l": person.student.level.value,
    }
    with pytest.raises(InvalidTag):
        unseal(first, code_of(other))
    with pytest.raises(InvalidTag):
        unseal(first | {"t": second["t"]}, code_of(person))


def test_nothing_readable_is_in_the_answer(client):
    phone = Phone(client)
    person = enter(phone.fair, name="Grace Hopper", school_name="Yale")
    text = phone.roster().text
    for secret in ("Grace", "Yale", code_of(person), person.uid, person.tickets[0].short_code):
        assert secret not in text


def test_the_same_entry_is_the_same_bytes_and_a_changed_one_has_another_nonce(client):
    phone = Phone(client)
    person = enter(phone.fair, name="陈思远")
    [before] = phone.roster().json["entries"]
    assert phone.roster().json["entries"] == [before]
    person.student.name = "陈思进"
    db.session.commit()
    [after] = phone.roster().json["entries"]
    nonces = {base64.b64decode(entry["s"])[:12] for entry in (before, after)}
    assert len(nonces) == 2


def test_a_roster_says_what_the_fair_is_and_how_a_pin_is_checked(client):
    phone = Phone(client)
    told = phone.roster().json
    assert (told["entries"], told["cursor"], told["more"], told["pin"]) == ([], None, False, None)
    assert told["fair"]["slug"] == phone.fair.slug
    assert told["gates"][0]["id"] == phone.gate.id
    services.set_supervisor_pin(phone.fair, services.make_pin("908172"), by=make_staff())
    services.forget_devices()
    pin = phone.roster().json["pin"]
    assert (pin["iterations"], len(bytes.fromhex(pin["salt"]))) == (300_000, 16)
    assert len(bytes.fromhex(pin["hash"])) == 32


def test_a_fair_comes_with_the_code_to_register_by_and_never_with_that_of_a_poster(client):
    phone = Phone(client)
    answer = phone.roster()
    register = answer.json["fair"]["register"]
    assert register["url"].endswith(f"/fairs/{phone.fair.slug}/register")
    drawn = qr_svg(register["url"])
    assert (register["path"], register["size"]) == (drawn, drawn.size)
    assert phone.gate.code not in answer.text


def test_a_code_that_is_not_listed_is_unknown_only_when_nobody_can_register_any_more(client):
    phone = Phone(client)
    assert phone.roster().json["final"] is False
    with frozen(phone.fair.ends_at):
        assert phone.roster().json["final"] is True


# -- changes ----------------------------------------------------------------------------------


def changes(phone, cursor):
    told = phone.sync(since=cursor)["roster"]
    return {entry["t"]: entry for entry in told["changes"]}, told["cursor"]


def test_every_change_of_a_ticket_is_a_change_of_the_roster(client):
    fair = make_fair(capacity=1)
    phone = Phone(client, fair)
    person, waiting = enter(fair), enter(fair)
    cursor = phone.roster().json["cursor"]
    hash_of = {who: who.tickets[-1].hash.hex() for who in (person, waiting)}
    entries = {entry["t"]: entry["f"] for entry in phone.roster().json["entries"]}
    assert entries == {hash_of[person]: "", hash_of[waiting]: "w"}

    old = hash_of[person]
    registrations.reissue_ticket(person, by=None, why="lost")
    found, cursor = changes(phone, cursor)
    assert (found[old]["f"], found[person.tickets[-1].hash.hex()]["f"]) == ("r", "")
    assert "at" in found[old]

    registrations.cancel(person, by=None)
    found, cursor = changes(phone, cursor)
    assert found[person.tickets[-1].hash.hex()]["c"] == 1
    assert found[hash_of[waiting]]["f"] == ""

    registrations.come_back(person)
    found, cursor = changes(phone, cursor)
    assert found[person.tickets[-1].hash.hex()]["f"] == "w"
    assert "c" not in found[old]
    assert changes(phone, cursor) == ({}, cursor)


def test_a_confirmed_phone_is_a_change(client):
    phone = Phone(client)
    student = make_student()
    person = registrations.register(student, phone.fair, verified=False)
    [entry] = phone.roster().json["entries"]
    assert entry["f"] == "u"
    registrations.register(student, phone.fair)
    found, _ = changes(phone, entry["v"])
    assert found[person.tickets[0].hash.hex()]["f"] == ""


def test_a_roster_in_pages_is_the_whole_roster_and_a_version_is_never_cut(client):
    phone = Phone(client)
    people = [enter(phone.fair) for _ in range(7)]
    same = [person.tickets[0].id for person in people[2:6]]
    db.session.execute(update(Ticket).where(Ticket.id.in_(same)).values(version=3))
    db.session.commit()
    seen, cursor, pages = [], "", 0
    while True:
        told = phone.roster(f"?limit=2{cursor}").json
        seen += [entry["t"] for entry in told["entries"]]
        cursor, pages = f"&cursor={told['cursor']}", pages + 1
        if not told["more"]:
            break
    assert sorted(seen) == sorted(person.tickets[0].hash.hex() for person in people)
    assert pages < 7


@pytest.mark.parametrize("query", ["?cursor=x", "?limit=0", "?limit=99999999999", "?cursor=-5"])
def test_odd_questions_get_a_page(client, query):
    phone = Phone(client)
    enter(phone.fair)
    assert len(phone.roster(query).json["entries"]) == 1


@pytest.mark.parametrize("query", ["?cursor=99999999999999999999", "?cursor=9223372036854775807"])
def test_a_cursor_from_the_future_finds_nothing_new(client, query):
    phone = Phone(client)
    enter(phone.fair)
    assert phone.roster(query).json["entries"] == []


def test_a_phone_that_has_no_roster_yet_is_told_to_ask_for_pages(client):
    phone = Phone(client)
    enter(phone.fair)
    assert phone.sync(since=None)["roster"] == {"cursor": None, "changes": [], "more": True}


def test_a_page_costs_the_same_for_two_and_for_twenty(client):
    phone, used = Phone(client), []
    for number in (2, 18):
        for _ in range(number):
            enter(phone.fair)
        phone.roster()
        with count_statements() as seen:
            phone.roster()
        used.append(len(seen))
    assert used[0] == used[1] <= 2


# -- never a change missed ------------------------------------------------------------------------


def follow(fair_id):
    """What a reader has seen, and a function that catches up by its cursor."""
    seen, cursor = {}, None

    def catch_up():
        nonlocal cursor
        db.session.rollback()
        while True:
            page = services.read_roster(fair_id, cursor, limit=3)
            seen.update({entry["t"]: entry["v"] for entry in page.entries})
            cursor = page.cursor
            if not page.more:
                return

    return seen, catch_up


@pytest.mark.own_database
def test_a_change_that_is_committed_late_is_not_missed(live_app):
    """Writers take versions at once and commit in any order; a reader follows by its cursor."""
    with live_app.app_context():
        fair = make_fair()
        people = [enter(fair).id for _ in range(8)]
        db.session.commit()
        fair_id = fair.id
    seen, catch_up = follow(fair_id)

    def act(index):
        if index == 0:
            for _ in range(60):
                catch_up()
            return None
        for _ in range(5):
            with transaction():
                person = db.session.get(Registration, people[index - 1])
                registrations.reissue_ticket(person, by=None, why="again")
        return None

    assert run_together(live_app, 9, act) == [None] * 9
    with live_app.app_context():
        catch_up()
        stored = {
            ticket.hash.hex(): ticket.version
            for ticket in db.session.scalars(select(Ticket).filter_by(fair_id=fair_id))
        }
        assert seen == stored
        assert len(set(stored.values())) == len(people)
        assert db.session.get(FairSeats, fair_id).version == max(stored.values())


@pytest.mark.own_database
def test_versions_taken_without_the_lock_would_lose_a_change(live_app):
    """The tooth: a number taken before the lock can be committed after a greater one."""
    with live_app.app_context():
        fair = make_fair()
        one, two = (enter(fair).tickets[0].id for _ in range(2))
        db.session.commit()
        fair_id = fair.id
        cursor = services.read_roster(fair_id, None).cursor
        early = db.session.get(FairSeats, fair_id).version + 1  # read, not held
        with transaction():
            seats.hold(db.session.get(Fair, fair_id))
            db.session.get(Ticket, two).version = (
                seats.next_version(db.session.get(Fair, fair_id)) + 1
            )
        cursor = services.read_roster(fair_id, cursor).cursor
        with transaction():
            db.session.get(Ticket, one).version = early
        assert services.read_roster(fair_id, cursor).entries == []


def test_hkdf_is_that_of_the_standard():
    code = "RV06CJX2CY69J29MEQX8Y10RVGBD"
    expected = HKDF(SHA256(), 32, salt=None, info=b"xunpin/roster").derive(code.encode())
    assert roster.key_of(code) == expected


def test_times_of_revoked_entries_say_since_when(client):
    phone = Phone(client)
    person = enter(phone.fair)
    then = utcnow() + timedelta(minutes=1)
    with frozen(then):
        registrations.cancel(person, by=None)
        [entry] = phone.roster().json["entries"]
    assert entry["at"] == then.isoformat()
