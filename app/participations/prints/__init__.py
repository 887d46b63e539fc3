"""What goes to the printer: every bundle as PDF pages, drawn from plain values."""

from collections.abc import Callable, Iterator, Mapping

from app.core.pdf import Paper
from app.participations.prints.booths import (
    draw_badges,
    draw_booth_posters,
    draw_cards,
    draw_signs,
)
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
from app.participations.prints.posters import draw_positions
from app.participations.prints.programme import draw_plan, draw_programme
from app.participations.prints.sheets import draw_sheet
from app.participations.states import Bundle

Draw = Callable[[Content, str], Iterator[Paper]]

DRAWN: Mapping[Bundle, Draw] = {
    Bundle.SIGNS: draw_signs,
    Bundle.CARDS: draw_cards,
    Bundle.BADGES: draw_badges,
    Bundle.BOOTH_POSTERS: draw_booth_posters,
    Bundle.POSITIONS: draw_positions,
    Bundle.PROGRAMME: draw_programme,
    Bundle.PLAN: draw_plan,
    Bundle.EMPLOYER_SHEET: draw_sheet,
    Bundle.STUDENT_SHEET: draw_sheet,
}


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

    Raises :class:`~app.core.pdf.NoFont` where there is nothing to write Chinese with.
    """
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
