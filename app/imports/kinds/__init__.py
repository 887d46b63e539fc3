"""The kinds of files: which columns each may have, and how a row of each is judged. Pure."""

from app.imports.kinds.base import Field, Kind, Seen
from app.imports.kinds.employers import EMPLOYERS
from app.imports.kinds.fairs import BOOTHS, PARTICIPATIONS, REGISTRATIONS
from app.imports.kinds.positions import POSITIONS
from app.imports.states import ImportKind

KINDS: dict[ImportKind, Kind] = {
    ImportKind.EMPLOYERS: EMPLOYERS,
    ImportKind.POSITIONS: POSITIONS,
    ImportKind.PARTICIPATIONS: PARTICIPATIONS,
    ImportKind.BOOTHS: BOOTHS,
    ImportKind.REGISTRATIONS: REGISTRATIONS,
}

# Kinds whose rows belong to one fair.
OF_A_FAIR = frozenset({ImportKind.PARTICIPATIONS, ImportKind.BOOTHS, ImportKind.REGISTRATIONS})

__all__ = ["KINDS", "OF_A_FAIR", "Field", "Kind", "Seen"]
