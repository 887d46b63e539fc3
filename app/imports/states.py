"""The life of an import."""

from app.core.states import Flow, Word
from app.core.text import N_


class ImportKind(Word):
    """What a file holds."""

    SCHOOLS = "schools", N_("Schools")
    EMPLOYERS = "employers", N_("Employers")
    POSITIONS = "positions", N_("Positions")
    PARTICIPATIONS = "participations", N_("Applications to a fair")
    BOOTHS = "booths", N_("Booths of a fair")
    REGISTRATIONS = "registrations", N_("Registrations for a fair")


class ImportStatus(Word):
    """Where an import stands. Nothing is written before "apply"."""

    UPLOADED = "uploaded", N_("Not checked yet")
    CHECKED = "checked", N_("Checked")
    APPLIED = "applied", N_("Imported")
    REFUSED = "refused", N_("Refused")
    UNDONE = "undone", N_("Undone")


IMPORT_FLOW = Flow(
    {
        ImportStatus.UPLOADED: {ImportStatus.CHECKED, ImportStatus.REFUSED},
        ImportStatus.CHECKED: {
            ImportStatus.APPLIED,
            ImportStatus.REFUSED,
            # A column or a cell was corrected: the rows are judged again.
            ImportStatus.UPLOADED,
        },
        ImportStatus.APPLIED: {ImportStatus.UNDONE},
    }
)


class RowVerdict(Word):
    """What is to be done with one row of a file.

    The first four are what becomes of a row of a list of schools; rows of the other kinds are
    fine, to be looked at, or refused, and their action is said apart.
    """

    NEW = "new", N_("New")
    CHANGED = "changed", N_("Changed")
    SAME = "same", N_("No change")
    FAULTY = "faulty", N_("Faulty")
    OK = "ok", N_("Fine")
    WARNING = "warning", N_("To be looked at")
    REFUSED = "refused", N_("Refused")
    SKIPPED = "skipped", N_("Skipped")


# The verdicts of the kinds that have actions, the gravest first.
VERDICTS = (RowVerdict.REFUSED, RowVerdict.WARNING, RowVerdict.OK, RowVerdict.SKIPPED)
USABLE = frozenset({RowVerdict.OK, RowVerdict.WARNING})


class RowAction(Word):
    """What applying does with a row."""

    NEW = "new", N_("Will be added")
    CHANGED = "changed", N_("Will be updated")
    SAME = "same", N_("Known already")
    NONE = "none", N_("Left out")
