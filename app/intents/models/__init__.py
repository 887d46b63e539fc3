"""The tables of this room."""

from app.intents.models.ladder import (
    Agreement,
    CandidateNote,
    Consent,
    ContactQuota,
    DataView,
    Intent,
    IntentStep,
    NumberSeries,
    ResumeShare,
)
from app.intents.models.stands import BoothContact, BoothScan

__all__ = [
    "Agreement",
    "BoothContact",
    "BoothScan",
    "CandidateNote",
    "Consent",
    "ContactQuota",
    "DataView",
    "Intent",
    "IntentStep",
    "NumberSeries",
    "ResumeShare",
]
