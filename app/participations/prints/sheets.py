"""Sign-in sheets: what the door falls back to when nothing else works."""

from collections.abc import Iterator

from flask_babel import gettext

from app.core.pdf import SOFT, Paper
from app.participations.prints.content import Content, Sheet

ROW, TOP, BOTTOM, LEFT, WIDTH = 10.0, 36.0, 14.0, 12.0, 186.0


def draw_sheet(content: Content, _size: str) -> Iterator[Paper]:
    """A4 upright; every page has its head, its number, and three blank rows at the end."""
    sheet = content.sheet
    paper = Paper(sheet.title if sheet else "")
    if sheet is None:
        return
    room = int((297 - TOP - ROW - BOTTOM) // ROW)
    rows = [*sheet.rows, *[()] * 3]
    pages = -(-len(rows) // room)
    for page in range(pages):
        paper.add_page()
        paper.text_line((LEFT, 10, WIDTH * 0.7), sheet.title, 18, bold=True)
        number = gettext("Page %(n)s of %(all)s", n=page + 1, all=pages)
        paper.text_line((LEFT + WIDTH * 0.7, 12, WIDTH * 0.3), number, 10, align="R", colour=SOFT)
        line = f"{content.event.title} · {content.event.when}"
        paper.text_line((LEFT, 21, WIDTH), line, 11, colour=SOFT)
        _row(paper, sheet, [column.title for column in sheet.columns], TOP, bold=True)
        for place, row in enumerate(rows[page * room : (page + 1) * room]):
            _row(paper, sheet, row, TOP + (place + 1) * ROW)
            yield paper


def _row(paper: Paper, sheet: Sheet, texts: object, top: float, *, bold: bool = False) -> None:
    x = LEFT
    cells = list(texts)  # type: ignore[call-overload]
    for column, text in zip(sheet.columns, [*cells, *[""] * len(sheet.columns)], strict=False):
        width = column.share * WIDTH
        if text:
            paper.text_block(
                (x + 1, top + 0.5, width - 2, ROW - 1), text, 10, bold=bold, middle=True, least=6
            )
        paper.line(x, top, x, top + ROW)
        x += width
    paper.line(x, top, x, top + ROW)
    paper.rule(LEFT, top, WIDTH)
    paper.rule(LEFT, top + ROW, WIDTH)
