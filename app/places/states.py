"""Words that several rooms share."""

from app.core.states import Word
from app.core.text import N_


class EducationLevel(Word):
    """Education levels, best first."""

    DOCTORAL = "doctoral", N_("Doctorate")
    MASTERS = "masters", N_("Master's")
    BACHELORS = "bachelors", N_("Bachelor's")
    JUNIOR_COLLEGE = "junior_college", N_("Junior college")
    VOCATIONAL = "vocational", N_("Vocational school")
    OTHER = "other", N_("Other")


class GateDirection(Word):
    """Which way people pass a gate."""

    ENTRANCE = "entrance", N_("Entrance")
    EXIT = "exit", N_("Exit")
    BOTH = "both", N_("Entrance and exit")
