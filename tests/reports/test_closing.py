from datetime import timedelta

import pytest

from app.accounts.permissions import Role
from app.audit.models import AuditEntry
from app.checkins.models import Device, Scan
from app.checkins.states import DeviceRole, Evidence, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.codes import uuid7
from app.core.db import db
from app.core.errors import IllegalTransition
from app.core.transaction import transaction
from app.participations.states import ParticipationStatus
from app.reports.queries import frozen_figures, get_snapshot, list_snapshots, list_unsynced_devices
from app.reports.services import (
    NotClosed,
    NotYetHeld,
    ReasonMissing,
    close_fair,
    correct_figures,
)
from app.tours.models import Fair
from app.tours.states import FairStatus
from tests.factories import make_coming_fair, make_fair, make_participation, make_staff, save
from tests.live import run_together
from tests.reports.world import attend, register


def make_device(fair, **given):
    return save(Device(**{"fair_id": fair.id, "name": "东门 1"} | given))


def with_scans(device, *numbers, at):
    """The same device with scans of these numbers, made and received at a moment."""
    for number in numbers:
        save(
            Scan(
                id=uuid7(),
                fair_id=device.fair_id,
                device_id=device.id,
                seq=number,
                source=ScanSource.DEVICE,
                evidence=Evidence.STAFF_SCAN,
                answer=Verdict.UNKNOWN,
                ticket_hash=b"0" * 16,
                scanned_at=at,
                received_at=at,
            )
        )
    return device


def test_closing_freezes_the_figures_as_number_one():
    fair, boss = make_fair(), make_staff()
    attend(register(fair))
    snapshot = close_fair(fair, by=boss)
    assert fair.status is FairStatus.CLOSED
    assert snapshot.number == 1
    assert not snapshot.is_provisional
    assert snapshot.figures["counts"]["attended"] == 1
    attend(register(fair))
    db.session.flush()
    assert frozen_figures(get_snapshot(fair, 1)).counts["attended"] == 1
    actions = {row.action for row in db.session.query(AuditEntry).filter_by(fair_id=fair.id)}
    assert {"fair.close", "figures.publish"} <= actions


def test_closing_marks_employers_that_were_not_seen_as_absent():
    fair = make_fair()
    came = make_participation(fair=fair, status=ParticipationStatus.ARRIVED)
    missing = make_participation(fair=fair, status=ParticipationStatus.CONFIRMED)
    snapshot = close_fair(fair, by=make_staff())
    db.session.refresh(missing)
    assert missing.status is ParticipationStatus.NO_SHOW
    assert came.status is ParticipationStatus.ARRIVED
    assert snapshot.figures["counts"]["employers"] == 1
    assert snapshot.figures["counts"]["employers_absent"] == 1


def test_a_correction_is_a_further_snapshot_and_the_old_one_stays():
    fair, boss = make_fair(), make_staff()
    close_fair(fair, by=boss)
    attend(register(fair))
    second = correct_figures(fair, note=" 补录纸质表 1 人 ", by=boss)
    assert (second.number, second.note) == (2, "补录纸质表 1 人")
    assert [row.number for row in list_snapshots(fair)] == [2, 1]
    assert frozen_figures(get_snapshot(fair, 1)).counts["attended"] == 0
    assert frozen_figures(get_snapshot(fair, 2)).counts["attended"] == 1


def test_what_is_not_closed_cannot_be_corrected_and_a_correction_says_why():
    fair, boss = make_fair(), make_staff()
    with pytest.raises(NotClosed):
        correct_figures(fair, note="x", by=boss)
    close_fair(fair, by=boss)
    with pytest.raises(ReasonMissing):
        correct_figures(fair, note="  ", by=boss)


def test_a_fair_that_has_not_begun_cannot_be_closed():
    fair = make_coming_fair()
    with pytest.raises(NotYetHeld):
        close_fair(fair, by=make_staff())
    assert fair.status is FairStatus.PUBLISHED


@pytest.mark.parametrize("status", [FairStatus.DRAFT, FairStatus.CANCELLED, FairStatus.CLOSED])
def test_only_a_published_fair_can_be_closed(status):
    fair = make_fair(status=status)
    with pytest.raises(IllegalTransition):
        close_fair(fair, by=make_staff())
    assert list_snapshots(fair) == []


def test_figures_are_provisional_until_every_listed_phone_has_sent_its_scans():
    fair, boss = make_fair(ends_at=utcnow() - timedelta(minutes=1)), make_staff()
    hour_ago = utcnow() - timedelta(hours=1)
    waiting = [
        # It says so itself.
        make_device(fair, reported_queue=3, seen_at=utcnow()),
        # Enrolled, and never heard of.
        make_device(fair, token_hash="b", created_at=hour_ago),
        # Number 2 is missing, though it was heard of since.
        with_scans(make_device(fair, token_hash="e", seen_at=utcnow()), 1, 3, at=hour_ago),
        # Silent since it was at work.
        with_scans(make_device(fair, token_hash="f", seen_at=hour_ago), 1, 2, at=hour_ago),
    ]
    make_device(fair, token_hash="c", reported_queue=0, seen_at=utcnow())
    make_device(fair, token_hash="d", revoked_at=utcnow(), reported_queue=9)
    make_device(fair, role=DeviceRole.BOOTH, reported_queue=9)
    make_device(fair, token_hash="g", seen_at=hour_ago)
    # It went on speaking for half an hour after its last scan: it had nothing left to say.
    idle = make_device(fair, token_hash="h", seen_at=hour_ago)
    with_scans(idle, 1, 2, at=hour_ago - timedelta(minutes=30))
    make_device(fair)
    assert list_unsynced_devices(fair) == waiting
    snapshot = close_fair(fair, by=boss)
    assert snapshot.is_provisional
    assert snapshot.figures["waiting_for"] == ["东门 1"] * 4
    for device in waiting:
        device.reported_queue, device.seen_at = 0, utcnow()
    with_scans(waiting[2], 2, at=hour_ago)
    assert not correct_figures(fair, note="东门手机已上传", by=boss).is_provisional


@pytest.mark.own_database
def test_of_two_who_close_at_once_one_publishes(live_app):
    with live_app.app_context():
        fair_id = make_fair().id
        make_staff(Role.PLANNER)

    def close(_):
        with transaction():
            return close_fair(db.session.get(Fair, fair_id), by=None).number

    results = run_together(live_app, 4, close)
    assert sorted(str(r) for r in results if isinstance(r, int)) == ["1"]
    assert sum(isinstance(r, IllegalTransition) for r in results) == 3


@pytest.mark.own_database
def test_corrections_at_once_get_numbers_of_their_own(live_app):
    with live_app.app_context():
        boss_id = make_staff(Role.PLANNER).id
        fair = make_fair()
        fair_id = fair.id
        with transaction():
            close_fair(fair, by=None)

    def correct(n):
        from app.accounts.models import User

        with transaction():
            boss = db.session.get(User, boss_id)
            return correct_figures(db.session.get(Fair, fair_id), note=f"{n}", by=boss).number

    assert sorted(run_together(live_app, 4, correct)) == [2, 3, 4, 5]
