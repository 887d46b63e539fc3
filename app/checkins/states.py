"""Words of the check-in protocol."""

from app.core.states import Word
from app.core.text import N_


class Direction(Word):
    """Which way somebody went."""

    IN = "in", N_("In")
    OUT = "out", N_("Out")


class ScanSource(Word):
    """How a scan came to be."""

    DEVICE = "device", N_("Gate phone")
    STAFF = "staff", N_("Signed-in staff")
    SELF = "self", N_("The student")
    DESK = "desk", N_("Help desk")
    PAPER = "paper", N_("Paper list")


class Evidence(Word):
    """How well an attendance is proved, best first."""

    STAFF_SCAN = "staff_scan", N_("Scanned by staff")
    SCREEN_CODE = "screen_code", N_("Code on the screen")
    POSTER = "poster", N_("Poster")
    TYPED = "typed", N_("Typed code")
    MANUAL = "manual", N_("Entered by hand")


class Verdict(Word):
    """The words of an answer, on the server and on the device."""

    ADMITTED = "admitted", N_("Please go in")
    UNVERIFIED = "unverified", N_("Check the student card")
    ALREADY_ADMITTED = "already_admitted", N_("Already in")
    RE_ENTRY = "re_entry", N_("Welcome back")
    EXITED = "exited", N_("Goodbye")
    UNKNOWN = "unknown", N_("Code not known")
    REVOKED = "revoked", N_("Ticket revoked")
    WRONG_FAIR = "wrong_fair", N_("Another fair")
    WAITLISTED = "waitlisted", N_("On the waiting list")
    NOT_OPEN = "not_open", N_("Not open yet")
    OVER = "over", N_("It is over")
    CAPACITY = "capacity", N_("Hall is full")
    OVERRIDE = "override", N_("Let in by the supervisor")
    CANNOT_RECORD = "cannot_record", N_("Not recorded")


# The verdicts after which somebody is inside.
GREEN = frozenset({Verdict.ADMITTED, Verdict.RE_ENTRY, Verdict.OVERRIDE})


class Decision(Word):
    """What the person at the gate decided on an amber or blue verdict."""

    LET_IN = "let_in", N_("Let in")
    TURNED_AWAY = "turned_away", N_("Turned away")


class RecordKind(Word):
    """What a device may say about a scan afterwards."""

    SHOWN = "shown", N_("Light that was shown")
    DECISION = "decision", N_("Decision at the gate")
    VOID = "void", N_("Taken back")


class DeviceRole(Word):
    """Where a device stands."""

    GATE = "gate", N_("At a gate")
    BOOTH = "booth", N_("At a booth")


class HallState(Word):
    """How full a hall is, against the number of people permitted in it."""

    FREE = "free", N_("People may go in")
    NEAR = "near", N_("Nearly full")
    FULL = "full", N_("Full: one out, one in")


# From this share of the permitted number on the board and the gates warn.
NEARLY_FULL = 0.95


def hall_state(inside: int, permitted: int | None) -> HallState | None:
    """The state of a hall; None where nobody said how many may be inside."""
    if permitted is None:
        return None
    if inside >= permitted:
        return HallState.FULL
    return HallState.NEAR if inside >= NEARLY_FULL * permitted else HallState.FREE


class RulingKind(Word):
    """What an organiser decided about scans that are stored already."""

    KEEP_ONE = "keep_one", N_("One scan kept, the others void")
    ALL_RIGHT = "all_right", N_("All scans are right")
    DEVICE_RANGE = "device_range", N_("Scans of a phone void")


class PaperVerdict(Word):
    """What was found for a line of a paper list."""

    FOUND = "found", N_("Person found")
    ALREADY_IN = "already_in", N_("Already in")
    AMBIGUOUS = "ambiguous", N_("Several people: choose")
    NAME_DIFFERS = "name_differs", N_("Another name: choose")
    WAITLISTED = "waitlisted", N_("On the waiting list")
    CANCELLED = "cancelled", N_("Registration cancelled")
    OTHER_FAIR = "other_fair", N_("Registered for another fair")
    REPEATED = "repeated", N_("Twice on this list")
    NOT_FOUND = "not_found", N_("Not found")
