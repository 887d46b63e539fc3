"""The code on a gate's screen: what it is now, what it was worth, and the pass it is swapped for.

A live code says gate and time step and proves both with a keyed hash, so nothing is stored
and a screen can be given the codes of the next minutes. Whoever opens a current one is given
a *pass*: good for one check-in at that gate within fifteen minutes, long enough to sign in or
to register. A photograph of the screen is worth what is left of its step and one step more.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.codes import decode_crockford, encode_crockford, uuid7
from app.core.crypto import read_signed_text, sign, signed_text

STEP = timedelta(seconds=30)
# How many steps a code may be off: the clock of nobody is asked, but scanning takes a moment.
TOLERANCE = 1
AHEAD = timedelta(minutes=10)
PASS_TIME = timedelta(minutes=15)
CODE_BYTES = 16
REF_BYTES = 11
_CODE, _REF, _PASS = "screen-code", "screen-gate", "screen-pass"


@dataclass(frozen=True)
class LiveCode:
    """What a code of ours says: which gate, and which step of time."""

    gate_id: int
    step: int

    def is_current(self, moment: datetime) -> bool:
        """Whether the code is on the screen now, or was or will be one step ago or ahead."""
        return abs(self.step - step_at(moment)) <= TOLERANCE


@dataclass(frozen=True)
class Pass:
    """A live code that was opened in time. ``scan_id`` is the one scan it is good for."""

    gate_id: int
    scan_id: UUID
    until: datetime


def step_at(moment: datetime) -> int:
    """The number of the step a moment lies in, counted from 1970."""
    return int(moment.timestamp() // STEP.total_seconds())


def live_code(gate_id: int, step: int) -> str:
    """A gate's code of one step: 26 characters in base 32."""
    body = gate_id.to_bytes(4) + step.to_bytes(4)
    return encode_crockford(body + sign(_CODE, body)[: CODE_BYTES - len(body)])


def read_live_code(text: str) -> LiveCode | None:
    """What a live code says, however old it is; None for one we never made."""
    data = decode_crockford(text, CODE_BYTES)
    if data is None:
        return None
    body, tag = data[:8], data[8:]
    if not hmac.compare_digest(sign(_CODE, body)[: len(tag)], tag):
        return None
    return LiveCode(int.from_bytes(body[:4]), int.from_bytes(body[4:]))


def next_codes(
    gate_id: int, moment: datetime, *, after: int | None = None
) -> list[tuple[int, str]]:
    """The codes of the next ten minutes as (step, code), from the present one or after a step."""
    first = step_at(moment)
    last = step_at(moment + AHEAD)
    if after is not None and first <= after <= last:
        first = after + 1
    return [(step, live_code(gate_id, step)) for step in range(first, last + 1)]


def gate_ref(gate_id: int) -> str:
    """The gate's name in the address behind its screen.

    Not the code of its poster: who photographs the screen must not learn that one.
    """
    body = gate_id.to_bytes(4)
    return encode_crockford(body + sign(_REF, body)[: REF_BYTES - len(body)])


def read_gate_ref(text: str) -> int | None:
    """The id of the gate that a :func:`gate_ref` names."""
    data = decode_crockford(text, REF_BYTES)
    if data is None or not hmac.compare_digest(sign(_REF, data[:4])[: REF_BYTES - 4], data[4:]):
        return None
    return int.from_bytes(data[:4])


def make_pass(gate_id: int, *, now: datetime) -> str:
    """A pass for a gate, signed, to be kept by the browser that opened the live code.

    The id of its scan is made here: whoever copies the pass can only repeat that scan.
    """
    until = int((now + PASS_TIME).timestamp())
    return signed_text(_PASS, {"gate": gate_id, "scan": uuid7().hex, "until": until})


def read_pass(text: str, *, now: datetime) -> Pass | None:
    """A pass that is ours and not over."""
    try:
        said = read_signed_text(_PASS, text)
    except ValueError:
        return None
    if said is None:
        return None
    until = datetime.fromtimestamp(said["until"], tz=UTC)
    return Pass(said["gate"], UUID(said["scan"]), until) if now < until else None
