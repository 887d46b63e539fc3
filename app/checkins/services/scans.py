"""Recording scans: the one way in for gate pages, posters, the desk and devices.

``record_scans`` takes a batch and stands in its caller's transaction. For a ticket's first
scan it sends at most five statements, for any other at most eight (a test counts them).
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from app.audit.services import Actor
from app.checkins import merge
from app.checkins.services import statements
from app.checkins.services.alarms import set_aside, watch_unknown
from app.checkins.services.answers import Answer, Door, First, Hall, IncomingScan, OtherFair
from app.checkins.services.at_once import Written, write_at_once
from app.checkins.services.attendance import first_rows, follow, shard
from app.checkins.services.cases import Case, NewRow, Person, place_of
from app.checkins.services.repeats import difference
from app.checkins.states import GREEN, Direction, Evidence, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.db import db, is_sqlite
from app.core.masking import mask_name
from app.registrations.states import RegistrationStatus

V = Verdict
# Answers to a good ticket: only these can change an attendance.
VALID = frozenset({V.ADMITTED, V.RE_ENTRY, V.ALREADY_ADMITTED, V.EXITED})
# With fewer places left than this, gates of several processes take turns to count.
NARROW = 50

# How many places each hall had left when this process last looked. On PostgreSQL the count
# is exact while the hall is held; a process that has not looked for long may let one more in.
_room_left: dict[int, int] = {}


def record_scans(
    fair: Hall,
    scans: Sequence[IncomingScan],
    *,
    gate: Door | None,
    actor: Actor | None,
    source: ScanSource,
    evidence: Evidence = Evidence.STAFF_SCAN,
) -> list[Answer]:
    """Store scans and answer them, in their order. Nothing is refused, everything answered.

    They may come from several devices and gates: each scan may name its own, else the
    caller's. An id that is stored already gets its stored answer again; the same id with
    other content, or from another hand, goes to quarantine. Of all scans of one ticket in
    one admission cycle exactly one is answered *admitted*: the primary key of
    ``admission`` says which.
    """
    db.session.flush()
    batch = _Batch(fair, gate, actor, source, evidence)
    every = [scan.read() for scan in scans]
    firsts: dict[UUID, IncomingScan] = {}
    for scan in every:
        firsts.setdefault(scan.id, scan)
    batch.find_seats(firsts.values())
    known = batch.find_known(firsts.values())
    cases = batch.judge(scan for scan in firsts.values() if scan.id not in known)
    batch.write_at_once(cases)
    batch.settle(cases)
    stored = batch.store(cases)
    # Sent twice at the same moment: the other one was stored while we waited.
    late = [case.scan for case in cases if case.scan.id not in stored]
    if late:
        cases = [case for case in cases if case.scan.id in stored]
        known |= batch.known_rows(late)
        batch.give_back(late)
    batch.derive(cases)
    batch.watch(cases)
    new = {case.scan.id: case for case in cases}
    return [
        new[scan.id].answer
        if scan.id in new and scan is firsts[scan.id]
        else batch.replay(scan, known[scan.id] if scan.id in known else new[scan.id].row)
        for scan in every
    ]


class _Batch:
    """The scans of one call, and the steps they take together."""

    def __init__(
        self,
        fair: Hall,
        gate: Door | None,
        actor: Actor | None,
        source: ScanSource,
        evidence: Evidence,
    ) -> None:
        self.fair, self.gate, self.actor = fair, gate, actor
        self.source, self.evidence = source, evidence
        self.now, self.connection = utcnow(), db.session.connection()
        self.by_hash: dict[bytes, Any] = {}
        self.by_short_code: dict[str, Any] = {}
        self.other_fairs: dict[int, OtherFair] = {}
        self.people: dict[int, Person] = {}
        self.won: set[UUID] = set()
        self.written: Written | None = None
        self.inside = self.attended = 0

    def _run(self, statement: Any, values: Any) -> Any:
        return self.connection.execute(statement, values)

    # -- looking --------------------------------------------------------------------

    def find_seats(self, scans: Iterable[IncomingScan]) -> None:
        """Find and hold the registrations of all tickets in the batch."""
        scans = list(scans)
        hashes = [scan.ticket_hash for scan in scans if scan.ticket_hash is not None]
        short_codes = [scan.short_code for scan in scans if scan.short_code is not None]
        self._hold_narrow_hall()
        values = {
            "ids": [scan.id for scan in scans],
            "fair_id": self.fair.id,
            "hashes": hashes,
            "short_codes": short_codes,
        }
        statement = statements.seats_by(hashes=bool(hashes), short_codes=bool(short_codes))
        for seat in statement.run(self.connection, values):
            self.by_hash[seat.hash] = seat
            if seat.fair_id == self.fair.id:
                self.by_short_code[seat.short_code] = seat
            self.inside, self.attended = seat.inside, seat.attended
            self.people[seat.id] = Person(
                seat.exits, seat.last_direction is Direction.IN, seat.first_at is not None
            )
        others = {seat.fair_id for seat in self.by_hash.values()} - {self.fair.id}
        if others:
            for row in self._run(statements.FAIRS, {"ids": sorted(others)}):
                self.other_fairs[row.id] = OtherFair(*row[1:])
        if self.by_hash and self.fair.permitted_number is not None:
            _room_left[self.fair.id] = self.fair.permitted_number - self.inside

    def _hold_narrow_hall(self) -> None:
        if self.fair.permitted_number is None or is_sqlite():
            return
        if _room_left.get(self.fair.id, 0) < NARROW:
            self._run(statements.HOLD_HALL, {"fair_id": self.fair.id})

    def seat_of(self, scan: IncomingScan) -> Any:
        """The registration a scan's ticket belongs to, or None."""
        if scan.ticket_hash is not None:
            return self.by_hash.get(scan.ticket_hash)
        return self.by_short_code.get(scan.short_code or "")

    def find_known(self, scans: Iterable[IncomingScan]) -> dict[UUID, Any]:
        """The stored rows of the batch, asked for only where there may be some."""
        scans = list(scans)
        if not any(seat.some_known for seat in self.by_hash.values()):
            scans = [scan for scan in scans if self.seat_of(scan) is None]
        return self.known_rows(scans)

    def known_rows(self, scans: Sequence[IncomingScan]) -> dict[UUID, Any]:
        """Those of these scans that are stored."""
        if not scans:
            return {}
        rows = statements.known().run(self.connection, {"ids": [scan.id for scan in scans]})
        return {row.id: row for row in rows}

    # -- judging --------------------------------------------------------------------

    def judge(self, scans: Iterable[IncomingScan]) -> list[Case]:
        """Say what each scan is worth before the arbiter has spoken, person by person."""
        cases = []
        for scan in scans:
            seat, at = self.seat_of(scan), scan.scanned_at or self.now
            answer = self._answer(scan, seat, V.UNKNOWN)
            cases.append(Case(scan, at, seat, answer, scan.gate or self.gate))
        cases.sort(key=lambda case: (case.seat.id if case.seat else 0, case.at, case.scan.id))
        for case in cases:
            case.answer.code = self._verdict(case)
            if case.was_let_in and case.answer.code not in VALID:
                self._go_in(case)
            if case.seat:
                case.answer.inside, case.answer.attended = self.inside, self.attended
            case.answer.why = case.refused_decision
        return cases

    def _verdict(self, case: Case) -> Verdict:
        if case.seat is None:
            return V.UNKNOWN
        seat, direction = case.seat, case.scan.direction
        worth = merge.class_of(
            self.fair, seat, revoked_at=seat.revoked_at, direction=direction, at=case.at
        )
        if worth is not V.ADMITTED:
            return worth
        person = self.people[seat.id]
        if direction is Direction.OUT:
            self.inside -= person.is_inside
            person.exits, person.is_inside = person.exits + 1, False
            return V.EXITED
        if case.was_sent_away:
            return case.scan.shown or V.ADMITTED
        permitted = self.fair.permitted_number
        # Too late for whoever is inside: a full hall refuses at its door, not afterwards.
        is_asked = case.scan.shown is None and not person.is_inside
        if permitted is not None and is_asked and self.inside >= permitted:
            return V.CAPACITY
        return self._go_in(case)

    def _go_in(self, case: Case) -> Verdict:
        """Count somebody in; green unless the arbiter says otherwise."""
        seat = case.seat
        if seat is None or seat.fair_id != self.fair.id or case.scan.direction is Direction.OUT:
            return case.answer.code
        person = self.people[seat.id]
        verdict = self._entry(case, person)
        if not person.came:
            self.attended += 1
            case.answer.number = self.attended
        self.inside += not person.is_inside
        person.is_inside = person.came = True
        return verdict

    def _entry(self, case: Case, person: Person) -> Verdict:
        """Green by the fair's policy, and the place in ``admission`` it has to win."""
        case.key = place_of(self.fair, case.seat.id, at=case.at, exits=person.exits)
        if case.key is None:
            return V.RE_ENTRY if person.came else V.ADMITTED
        return V.RE_ENTRY if case.key[2] else V.ADMITTED

    def write_at_once(self, cases: Sequence[Case]) -> None:
        """On PostgreSQL, write everything as if nobody had come in between."""
        if is_sqlite() or not cases:
            return
        self._make_rows(cases)
        _, fresh = self._touched(cases)
        self.written = write_at_once(
            self.connection,
            admissions=self._admissions(self._entries(cases)),
            scans=[vars(case.row) for case in cases],
            attendances=first_rows(self.fair, fresh),
            fair_id=self.fair.id,
            shard=shard(),
        )

    def _entries(self, cases: Sequence[Case]) -> list[Case]:
        """Those that need a place in ``admission``, in the order all batches ask for them."""
        return sorted(
            (case for case in cases if case.key), key=lambda case: (case.key, case.at, case.scan.id)
        )

    def _admissions(self, entries: Sequence[Case]) -> list[dict[str, Any]]:
        names = ("registration_id", "day", "cycle")
        return [
            dict(zip(names, case.key or (), strict=True))
            | {"fair_id": self.fair.id, "scan_id": case.scan.id}
            for case in entries
        ]

    def settle(self, cases: Sequence[Case]) -> None:
        """Let the primary key of ``admission`` decide; losers learn who was first."""
        entries = self._entries(cases)
        if not entries:
            return
        if self.written is not None:
            self.won = self.written.won
        else:
            rows = self._admissions(entries)
            self.won = set(statements.ADD_ADMISSIONS.add(self.connection, rows))
        lost = [case for case in entries if case.scan.id not in self.won]
        if not lost:
            return
        keys = sorted({case.key for case in lost if case.key})
        found = self._run(statements.WINNERS, {"fair_id": self.fair.id, "keys": keys})
        winners = {(row.registration_id, row.day, row.cycle): row for row in found}
        ours = {case.scan.id: case for case in cases}
        for case in lost:
            winner = winners[case.key]  # type: ignore[index]
            if winner.scan_id == case.scan.id or case.answer.code not in GREEN:
                continue  # the same scan, sent twice at once; or somebody let in all the same
            case.answer.code, case.answer.number = V.ALREADY_ADMITTED, None
            if winner.scan_id in ours:
                own = ours[winner.scan_id]
                case.answer.first = First(own.at, own.gate_name)
            elif winner.scanned_at is not None:
                case.answer.first = First(winner.scanned_at, winner.gate or "")

    # -- storing --------------------------------------------------------------------

    def store(self, cases: Sequence[Case]) -> set[UUID]:
        """Write the rows; return the ids that were new."""
        if not cases:
            return set()
        if self.written is not None and self.written.stored is not None:
            return self.written.stored
        self._make_rows(cases)
        rows = [vars(case.row) for case in cases]
        return set(statements.ADD_SCANS.add(self.connection, rows))

    def _make_rows(self, cases: Sequence[Case]) -> None:
        for case in cases:
            case.row = self._row(case)

    def _row(self, case: Case) -> NewRow:
        scan, actor, decision = case.scan, case.scan.actor or self.actor, case.decision
        return NewRow(
            id=scan.id,
            fair_id=self.fair.id,
            device_id=scan.device_id,
            seq=scan.seq,
            gate_id=case.gate.id if case.gate else None,
            actor_id=actor.id if actor else None,
            ticket_hash=case.seat.hash if case.seat else scan.ticket_hash,
            direction=scan.direction,
            scanned_at=case.at,
            device_time=scan.device_time,
            offset_ms=scan.offset_ms,
            source=self.source,
            evidence=scan.evidence or self.evidence,
            roster_version=scan.roster_version,
            answer=case.answer.code,
            received_at=self.now,
            shown=scan.shown,
            decision=decision,
            decided_at=(scan.decided_at or case.at) if decision else None,
            decided_by_id=actor.id if decision and actor else None,
        )

    def give_back(self, scans: Sequence[IncomingScan]) -> None:
        """Free admissions won in this call for scans that turned out to be stored before."""
        ids = [scan.id for scan in scans if scan.id in self.won]
        if ids:
            self._run(statements.FREE_ADMISSIONS, {"scan_ids": ids})

    def derive(self, cases: Sequence[Case]) -> None:
        """Bring the attendance of everybody touched up to date."""
        touched, fresh = self._touched(cases)
        seats = {id_: own[0].seat for id_, own in touched.items()}
        follow(self.fair, fresh, seats, written=self.written.added if self.written else None)

    def _touched(
        self, cases: Sequence[Case]
    ) -> tuple[dict[int, list[Case]], dict[int, merge.Derived | None]]:
        """Whose attendance the scans are about, and what follows for whoever had none before."""
        touched: dict[int, list[Case]] = {}
        for case in cases:
            is_here = case.seat is not None and case.seat.fair_id == self.fair.id
            if case.answer.code in VALID or (is_here and case.was_let_in):
                touched.setdefault(case.seat.id, []).append(case)
        fresh: dict[int, merge.Derived | None] = {}
        for id_, own in touched.items():
            seat = own[0].seat
            if not seat.scans:
                tickets = {case.seat.hash: case.seat.revoked_at for case in own}
                fresh[id_] = merge.derive([case.row for case in own], tickets, seat, self.fair)
        return touched, fresh

    def watch(self, cases: Sequence[Case]) -> None:
        """Look twice at whoever shows codes that nobody issued."""
        hands: dict[tuple[int | None, int | None], Case] = {}
        for case in cases:
            actor = case.scan.actor or self.actor
            if case.answer.code is V.UNKNOWN and actor is not None:
                hands[case.scan.device_id, actor.id] = case
        for case in hands.values():
            actor = case.scan.actor or self.actor
            if actor is not None:
                watch_unknown(
                    self.fair, case.gate, actor, device_id=case.scan.device_id, now=self.now
                )

    # -- answering ------------------------------------------------------------------

    def _answer(self, scan: IncomingScan, seat: Any, code: Verdict) -> Answer:
        answer = Answer(scan.id, code, permitted=self.fair.permitted_number)
        if seat is None:
            return answer
        answer.name, answer.school, answer.level = (
            mask_name(seat.name),
            seat.school_name,
            seat.level,
        )
        answer.registration_uid = seat.uid
        answer.is_unverified = seat.verified_at is None
        answer.is_cancelled = seat.status is RegistrationStatus.CANCELLED
        answer.since = seat.cancelled_at if answer.is_cancelled else seat.revoked_at
        if seat.first_at is not None:
            answer.first = First(seat.first_at, seat.first_gate or "")
        if seat.fair_id != self.fair.id:
            answer.other_fair = self.other_fairs.get(seat.fair_id)
        return answer

    def replay(self, scan: IncomingScan, row: Any) -> Answer:
        """The stored answer again; a record that says something else is set aside."""
        seat = self.seat_of(scan)
        hand = scan.actor or self.actor, scan.gate or self.gate
        why = difference(self.fair, scan, row, seat, *hand)
        if why is None:
            answer = self._answer(scan, seat, row.answer)
            answer.stored = "known"
            if seat:
                answer.inside, answer.attended = self.inside, self.attended
            answer.grows = bool(
                (scan.shown and row.shown is None) or (scan.decision and row.decision is None)
            )
            return answer
        ticket_hash = seat.hash if seat else scan.ticket_hash
        set_aside(self.fair, scan, ticket_hash, scan.actor or self.actor, why=why)
        return Answer(scan.id, V.CANNOT_RECORD, stored="quarantined", why=why)
