"""Which pages are drawn for which bundle."""

from collections.abc import Callable, Iterator, Mapping

from app.core.pdf import Paper
from app.participations.prints.booths import (
    draw_badges,
    draw_booth_posters,
    draw_cards,
    draw_signs,
)
from app.participations.prints.content import Content
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
