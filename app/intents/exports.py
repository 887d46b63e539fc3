"""Candidates as a table."""

from collections.abc import Callable, Sequence

from app.core.clock import local
from app.core.sheets import Cell, xlsx_bytes
from app.core.text import N_
from app.intents.models import CandidateNote, Intent

HEADERS = (
    N_("Name"),
    N_("Phone"),
    N_("School"),
    N_("Level"),
    N_("Major"),
    N_("Graduation year"),
    N_("Position"),
    N_("How far"),
    N_("Shared at"),
    N_("Fair"),
    N_("Notes"),
)


def candidates_table(intents: Sequence[Intent], said: Callable[[str], str]) -> bytes:
    """One row for each candidate who shares now; the rest are left out.

    ``said`` translates a catalogue string for whoever takes the table.
    """
    return xlsx_bytes(
        said(N_("Candidates")),
        [said(header) for header in HEADERS],
        (_row(intent, said) for intent in intents if intent.is_shared),
    )


def _row(intent: Intent, said: Callable[[str], str]) -> list[Cell]:
    student, share = intent.student, intent.share
    fair = intent.fair
    return [
        student.name,
        (student.user.phone if student.user else None) or "",
        student.school_name,
        said(student.level.label),
        student.major,
        student.graduation_year,
        intent.position.title if intent.position else "",
        said(intent.step.label),
        local(share.shared_at, fair.time_zone) if share else None,
        fair.title_zh,
        "\n".join(_noted(one, said) for one in intent.notes),
    ]


def _noted(one: CandidateNote, said: Callable[[str], str]) -> str:
    """A note in one line: who, how warm, the tags, the words."""
    warmth = said(one.warmth.label) if one.warmth else ""
    words = [part for part in (warmth, *(said(tag) for tag in one.tags), one.text) if part]
    return ": ".join(
        part for part in (one.user.name if one.user else "", " · ".join(words)) if part
    )
