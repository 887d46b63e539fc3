"""Taking what devices bring: the one function between the API and the scan path."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, case, update

from app.checkins.models import Device
from app.checkins.queries import count_people
from app.checkins.services.alarms import put_in_quarantine
from app.checkins.services.answers import Answer, IncomingScan
from app.checkins.services.calls import Call, Numbers, Record, RecordAnswer, Taken, Unreadable
from app.checkins.services.devices import FairFacts
from app.checkins.services.numbers import read_numbers
from app.checkins.services.records import grow, take_records
from app.checkins.services.scans import record_scans
from app.checkins.states import ScanSource
from app.core.clock import utcnow
from app.core.db import db

_NOTE = (
    update(Device.__table__)  # type: ignore[arg-type]
    .where(Device.id == bindparam("device_id"))
    .values(
        seen_at=bindparam("now", type_=Device.seen_at.type),
        reported_queue=bindparam("queued"),
        offset_ms=bindparam("offset"),
        contiguous_seq=bindparam("contiguous"),
        acknowledged_seq=case(
            (Device.acknowledged_seq < bindparam("acknowledged"), bindparam("acknowledged")),
            else_=Device.acknowledged_seq,
        ),
    )
)


def take_scans(call: Call) -> Taken:
    """Store everything one call brings, in the caller's transaction."""
    [taken] = take_calls([call])
    return taken


def take_calls(calls: Sequence[Call]) -> list[Taken]:
    """Store everything several calls bring, in one transaction of the caller.

    Calls may come from devices of different fairs; each is answered as if it were alone.
    """
    taken = [Taken([], []) for _ in calls]
    for fair, own in _by_fair(calls, taken):
        _take_scans(fair, own)
    for call, answers in zip(calls, taken, strict=True):
        aside = [one for one in (*call.scans, *call.records) if isinstance(one, Unreadable)]
        put_in_quarantine(call.device, aside)
        answers.records = _take_records(call)
    _note_syncs(calls, taken)
    return taken


def _by_fair(
    calls: Sequence[Call], taken: Sequence[Taken]
) -> list[tuple[FairFacts | None, list[tuple[Call, Taken]]]]:
    """The calls of each fair, fairs in one order, so that two groups never cross."""
    fairs: dict[int, tuple[FairFacts | None, list[tuple[Call, Taken]]]] = {}
    for call, answers in zip(calls, taken, strict=True):
        fair = call.device.fair
        fairs.setdefault(fair.hall.id if fair else 0, (fair, []))[1].append((call, answers))
    return [fairs[id_] for id_ in sorted(fairs)]


def _take_scans(fair: FairFacts | None, own: Sequence[tuple[Call, Taken]]) -> None:
    scans = [scan for call, _ in own for scan in call.scans if isinstance(scan, IncomingScan)]
    found: Iterable[Answer] = ()
    if fair is not None and scans:
        found = record_scans(fair.hall, scans, gate=None, actor=None, source=ScanSource.DEVICE)
    answers = iter(found)
    for call, taken in own:
        for scan in call.scans:
            taken.answers.append(next(answers) if isinstance(scan, IncomingScan) else scan)
        _grow(call, taken)
        last = next((one for one in reversed(taken.answers) if _counts(one)), None)
        if isinstance(last, Answer):
            taken.inside, taken.attended = last.inside, last.attended


def _counts(answer: Answer | Unreadable) -> bool:
    return isinstance(answer, Answer) and answer.inside is not None


def _grow(call: Call, taken: Taken) -> None:
    """Add what a repeated scan says more than the stored one."""
    pairs = zip(call.scans, taken.answers, strict=True)
    said = [
        (scan.id, scan.shown, scan.decision)
        for scan, answer in pairs
        if isinstance(scan, IncomingScan) and isinstance(answer, Answer) and answer.grows
    ]
    if said and call.device.fair is not None:
        grow(call.device.fair.hall, call.device, said)


def _take_records(call: Call) -> list[RecordAnswer]:
    fair = call.device.fair
    records = [record for record in call.records if isinstance(record, Record)]
    found = iter(take_records(fair.hall, call.device, records) if fair else ())
    return [
        RecordAnswer(record.id, "refused", record.why)
        if isinstance(record, Unreadable)
        else next(found)
        for record in call.records
    ]


def _note_syncs(calls: Sequence[Call], taken: Sequence[Taken]) -> None:
    """Write down what devices said about themselves, and tell them which numbers are here."""
    pairs = [
        (call, answers)
        for call, answers in zip(calls, taken, strict=True)
        if call.sync is not None and call.device.refused_because is None
    ]
    if not pairs:
        return
    numbers = read_numbers({call.device.id for call, _ in pairs if call.device.id})
    rows: dict[int, dict[str, Any]] = {}
    for call, answers in pairs:
        answers.numbers = numbers.get(call.device.id or 0, Numbers())
        rows[call.device.id or 0] = _note(call, answers.numbers)
        if answers.inside is None and call.device.fair is not None:
            counts = count_people(call.device.fair.hall)
            answers.inside, answers.attended = counts.inside, counts.attended
    db.session.connection().execute(_NOTE, [rows[id_] for id_ in sorted(rows)])


def _note(call: Call, numbers: Numbers) -> dict[str, Any]:
    sync = call.sync
    assert sync is not None
    return {
        "device_id": call.device.id,
        "now": utcnow(),
        "queued": sync.queued,
        "offset": sync.offset_ms,
        "contiguous": numbers.contiguous,
        "acknowledged": sync.acknowledged or 0,
    }
