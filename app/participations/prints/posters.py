"""What each employer hires, to hang behind its table."""

from collections.abc import Iterator

from flask_babel import gettext

from app.core.pdf import BLUE, SOFT, Paper
from app.participations.prints.content import Content, Event, Post, Stall

LEFT, WIDTH, BOTTOM, CODE = 14.0, 182.0, 254.0, 34.0


def draw_positions(content: Content, _size: str) -> Iterator[Paper]:
    """A4 upright, as many pages as an employer's positions fill."""
    paper = Paper(gettext("Position posters"))
    for stall in content.stalls:
        top = _new_page(paper, stall, content.event)
        if not stall.posts:
            paper.text_line(
                (LEFT, top, WIDTH), gettext("No positions are listed."), 16, colour=SOFT
            )
        for post in stall.posts:
            height = _height(paper, post)
            if top + height > BOTTOM:
                top = _new_page(paper, stall, content.event)
            _draw(paper, post, top)
            top += height
        yield paper


def _new_page(paper: Paper, stall: Stall, event: Event) -> float:
    paper.add_page()
    paper.text_line((LEFT, 10, WIDTH * 0.64), event.title, 12, colour=SOFT)
    paper.text_line((LEFT + WIDTH * 0.64, 10, WIDTH * 0.36), event.when, 11, align="R", colour=SOFT)
    paper.rule(LEFT, 17, WIDTH, weight=0.6)
    paper.text_block((LEFT, 20, WIDTH - 40, 24), stall.name, 30, bold=True, middle=True, least=18)
    paper.text_line((LEFT + WIDTH - 36, 22, 36), stall.booth, 44, bold=True, align="R", colour=BLUE)
    paper.text_line((LEFT, 45, WIDTH), stall.about, 13, colour=SOFT)
    paper.rule(LEFT, 54, WIDTH)
    paper.text_line((LEFT, 284, WIDTH - 40), event.host, 10, colour=SOFT)
    if stall.address:
        paper.qr(stall.address, LEFT + WIDTH - CODE, 257, CODE)
        text = gettext("Scan: see the positions, give your resume")
        paper.text_line((LEFT, 270, WIDTH - CODE - 4), text, 13, bold=True, align="R")
    return 58.0


def _height(paper: Paper, post: Post) -> float:
    lines = min(3, len(paper.break_lines(paper.readable(post.text), 11, WIDTH))) if post.text else 0
    return 16 + lines * 5.3 + 5


def _draw(paper: Paper, post: Post, top: float) -> None:
    paper.text_line((LEFT, top, WIDTH * 0.66), post.title, 19, bold=True)
    paper.text_line(
        (LEFT + WIDTH * 0.67, top + 0.8, WIDTH * 0.33), post.pay, 17, bold=True, align="R"
    )
    about = " · ".join(part for part in (post.people, post.wanted, post.where) if part)
    paper.text_line((LEFT, top + 9.5, WIDTH), about, 12, colour=SOFT, least=9)
    if post.text:
        paper.text_block((LEFT, top + 16, WIDTH, 16.2), post.text, 11, least=11)
    paper.rule(LEFT, top + _height(paper, post) - 2, WIDTH)
