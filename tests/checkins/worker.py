"""A process of its own that scans one ticket from many threads: ``worker.py JSON``.

Says ``ready``, waits for a line, scans, and prints the answers. With ``broken`` it decides
as the tempting wrong design does: a lock inside the process around look-then-write. Its
first look then says ``looked`` and waits for a line, so that both processes have looked
before either writes.
"""

import json
import sys
import uuid
from pathlib import Path
from threading import Event, Lock

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import select

from app.checkins.models import Gate, Scan
from app.checkins.services import IncomingScan, Who, record_scans
from app.checkins.states import Direction, Evidence, ScanSource, Verdict
from app.core.clock import utcnow
from app.core.db import db
from app.core.transaction import transaction
from app.factory import create_app
from app.tours.models import Fair
from tests.databases import make_settings
from tests.live import run_together

IN_PROCESS = Lock()
MET = Event()


def scan_rightly(fair_id, code, actor_id):
    with transaction():
        fair = db.session.get(Fair, fair_id)
        gate = db.session.scalars(select(Gate).filter_by(fair_id=fair_id)).first()
        [answer] = record_scans(
            fair,
            [IncomingScan(id=uuid.uuid4(), code=code)],
            gate=gate,
            actor=Who(actor_id, "gate"),
            source=ScanSource.STAFF,
        )
    return answer.code.value


def scan_wrongly(fair_id, code, actor_id):
    ticket_hash = IncomingScan(id=uuid.uuid4(), code=code).read().ticket_hash
    with IN_PROCESS:
        taken = db.session.scalars(select(Scan.id).filter_by(ticket_hash=ticket_hash)).first()
        db.session.rollback()
        if not MET.is_set():
            say("looked")
            sys.stdin.readline()
            MET.set()
        verdict = Verdict.ALREADY_ADMITTED if taken else Verdict.ADMITTED
        with transaction():
            db.session.add(
                Scan(
                    id=uuid.uuid4(),
                    fair_id=fair_id,
                    actor_id=actor_id,
                    ticket_hash=ticket_hash,
                    direction=Direction.IN,
                    scanned_at=utcnow(),
                    source=ScanSource.STAFF,
                    evidence=Evidence.STAFF_SCAN,
                    answer=verdict,
                )
            )
    return verdict.value


def main():
    told = json.loads(sys.argv[1])
    app = create_app(make_settings(Path(told["folder"]), told["url"]))
    scan = scan_wrongly if told["broken"] else scan_rightly
    say("ready")
    sys.stdin.readline()
    results = run_together(
        app, told["threads"], lambda _: scan(told["fair_id"], told["code"], told["actor_id"])
    )
    say(json.dumps([str(result) for result in results]))


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
