"""What comes under an id that is stored already: the same scan again, or another one."""

from typing import Any

from app.audit.services import Actor
from app.checkins.services.answers import Door, Hall, IncomingScan


def difference(
    fair: Hall, scan: IncomingScan, row: Any, seat: Any, actor: Actor | None, gate: Door | None
) -> str | None:
    """What makes a scan another than the stored row of its id; None if it is the same.

    The best estimate of the time may have become better since, and what was shown or
    decided may have been added: neither makes it another.
    """
    hand: tuple[Any, ...] = (fair.id, scan.device_id)
    stored_hand: tuple[Any, ...] = (row.fair_id, row.device_id)
    if scan.device_id is None:
        hand += (actor.id if actor else None,)
        stored_hand += (row.actor_id,)
    if hand != stored_hand:
        return "same-id-other-hand"
    said: tuple[Any, ...] = (scan.direction,)
    stored: tuple[Any, ...] = (row.direction,)
    if scan.device_id is not None:
        said += (scan.seq, gate.id if gate else None, scan.device_time)
        stored += (row.seq, row.gate_id, row.device_time)
    # A short code nobody knew then may be known by now.
    if row.ticket_hash is not None or scan.short_code is None:
        said += (seat.hash if seat else scan.ticket_hash,)
        stored += (row.ticket_hash,)
    return None if said == stored else "same-id-other-content"
