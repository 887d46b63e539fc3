"""The head count is kept, not counted: it must equal the attendances whatever happens."""

from datetime import timedelta
from random import Random

from app.checkins import services
from app.checkins.models import HallCount, Scan
from app.checkins.services import record_scans
from app.checkins.states import Decision, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.db import db
from tests.checkins.making import (
    gate_person,
    head_counts,
    make_registration,
    scan,
    scan_of,
)
from tests.factories import make_fair


def kept_is_counted():
    kept, counted = head_counts()
    assert kept == counted
    return list(kept.values())


def test_entries_and_exits_and_late_ones_keep_the_count_true():
    fair, rng, now = make_fair(), Random(7), utcnow()
    people = [make_registration(fair) for _ in range(6)]
    for _ in range(12):
        batch = [
            scan_of(
                rng.choice(people),
                out=rng.random() < 0.4,
                scanned_at=now - timedelta(minutes=rng.randint(0, 50)),
            )
            for _ in range(rng.randint(1, 7))
        ]
        record_scans(fair, batch, gate=None, actor=gate_person(), source=ScanSource.STAFF)
        kept_is_counted()


def test_a_scan_taken_back_takes_the_person_out_of_the_count():
    fair, by = make_fair(), gate_person()
    stays, goes = make_registration(fair), make_registration(fair)
    scan(fair, stays)
    answer = scan(fair, goes)
    assert kept_is_counted() == [[2, 2]]
    services.void_scan(db.session.get(Scan, answer.id), by=by)
    assert kept_is_counted() == [[1, 1]]
    assert scan(fair, goes).number == 2


def test_somebody_let_in_by_decision_counts():
    fair = make_fair(permitted_number=1)
    scan(fair, make_registration(fair))
    late = scan(fair, make_registration(fair))
    assert late.code is Verdict.CAPACITY
    row = db.session.get(Scan, late.id)
    services.decide(row, Decision.LET_IN, by=gate_person(), may_override=True, reason="VIP")
    assert kept_is_counted() == [[2, 2]]


def test_other_times_of_a_fair_change_the_count_with_the_attendances():
    fair = make_fair()
    for _ in range(3):
        scan(fair, make_registration(fair))
    fair.doors_at, fair.starts_at = utcnow() + timedelta(hours=1), utcnow() + timedelta(hours=2)
    db.session.flush()
    services.rederive_fair(fair)
    assert kept_is_counted() == []


def test_a_count_lost_is_made_anew_from_the_attendances():
    fair = make_fair()
    scan(fair, make_registration(fair))
    db.session.query(HallCount).delete()
    services.recount(fair)
    services.recount(fair)
    assert kept_is_counted() == [[1, 1]]
