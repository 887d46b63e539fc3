"""What goes to the printer: every bundle as PDF pages, drawn from plain values."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.participations.prints.content import (
    Content,
    Event,
    Person,
    Post,
    Sheet,
    Stall,
    employer_sheet,
    know_students,
    read_event,
    read_stall,
    student_sheet,
)
from app.participations.states import Bundle

if TYPE_CHECKING:
    from app.core.pdf import Paper


def count(bundle: Bundle, content: Content) -> int:
    """How many things a bundle has to draw, for its progress."""
    if bundle is Bundle.BADGES:
        return len(content.people)
    if bundle is Bundle.PLAN:
        return len(content.plan.halls)
    if content.sheet is not None:
        return len(content.sheet.rows)
    return len(content.stalls)


def make_pdf(
    bundle: Bundle,
    content: Content,
    *,
    size: str = "",
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Draw a bundle. ``progress`` is told after each thing how many are done; it may raise.

    Raises :class:`~app.core.fonts.NoFont` where there is nothing to write Chinese with.
    """
    # Whoever serves pages draws none: the libraries of paper are loaded by who prints.
    from app.participations.prints.drawing import DRAWN

    paper: Paper | None = None
    for done, drawn in enumerate(DRAWN[bundle](content, size), start=1):
        paper = drawn
        progress(done)
    return paper.to_bytes() if paper is not None else b""


__all__ = [
    "Content",
    "Event",
    "Person",
    "Post",
    "Sheet",
    "Stall",
    "count",
    "employer_sheet",
    "know_students",
    "make_pdf",
    "read_event",
    "read_stall",
    "student_sheet",
]
