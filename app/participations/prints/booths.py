"""What stands at the booths: signs, table cards, posters with the code, badges."""

from collections.abc import Iterator

from flask_babel import gettext

from app.core.pdf import BLUE, INK, LINE, SOFT, Paper
from app.participations.prints.content import Content, Event, Person, Stall
from app.participations.states import BadgeSize


def draw_signs(content: Content, _size: str) -> Iterator[Paper]:
    """A4 across, one page an employer: read from the other end of the aisle."""
    paper = Paper(gettext("Booth signs"), landscape=True)
    for stall in content.stalls:
        paper.add_page()
        _head(paper, content.event)
        paper.set_fill_color(*BLUE)
        paper.rect(14, 34, 62, 62, style="F", round_corners=True, corner_radius=5)
        paper.text_block(
            (16, 34, 58, 62),
            stall.booth or "–",
            92,
            bold=True,
            align="C",
            middle=True,
            colour=(255, 255, 255),
        )
        paper.text_line((14, 99, 62), stall.zone_name, 18, align="C", colour=SOFT)
        paper.text_block((86, 32, 197, 58), stall.name, 54, bold=True, middle=True, least=26)
        paper.text_line((86, 92, 197), stall.name_en, 20, colour=SOFT)
        paper.text_line((86, 101, 197), stall.about, 16, colour=SOFT)
        paper.rule(14, 118, 269)
        _posts(paper, stall, (14, 123, 190 if stall.address else 269, 70))
        if stall.address:
            paper.qr(stall.address, 213, 120, 66)
            paper.text_line(
                (208, 186, 76),
                gettext("Scan: see the positions, give your resume"),
                12,
                bold=True,
                align="C",
                least=9,
            )
        paper.text_line((14, 196, 190), content.event.host, 11, colour=SOFT)
        yield paper


def _head(paper: Paper, event: Event) -> None:
    width = paper.w - 28
    paper.text_line((14, 11, width * 0.66), event.title, 16, bold=True, colour=SOFT)
    paper.text_line((14 + width * 0.66, 11.6, width * 0.34), event.when, 12, align="R", colour=SOFT)
    paper.rule(14, 24, width, weight=0.6)


def _posts(paper: Paper, stall: Stall, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = box
    shown = stall.posts[:6]
    step = height / 7
    for number, post in enumerate(shown):
        top = y + number * step
        paper.text_line((x, top, width * 0.52), post.title, 16, bold=True)
        paper.text_line((x + width * 0.53, top, width * 0.15), post.people, 15, align="R")
        paper.text_line((x + width * 0.7, top, width * 0.3), post.pay, 15, align="R")
    if len(stall.posts) > len(shown):
        text = gettext("and %(n)s more, scan to see them", n=len(stall.posts) - len(shown))
        paper.text_line((x, y + 6 * step, width), text, 13, colour=SOFT)


def draw_cards(content: Content, _size: str) -> Iterator[Paper]:
    """A4 upright, folded in the middle: the same words to both sides of a table."""
    paper = Paper(gettext("Table cards"))
    middle = 297 / 2
    for stall in content.stalls:
        paper.add_page()
        with paper.rotation(180, 105, middle / 2):
            _card(paper, stall, content.event, 0)
        paper.fold(middle)
        _card(paper, stall, content.event, middle)
        yield paper


def _card(paper: Paper, stall: Stall, event: Event, top: float) -> None:
    paper.text_line((14, top + 12, 182), event.title, 13, align="C", colour=SOFT)
    paper.text_block(
        (14, top + 30, 182, 62), stall.name, 46, bold=True, align="C", middle=True, least=24
    )
    paper.text_line((14, top + 94, 182), stall.name_en, 16, align="C", colour=SOFT)
    paper.text_line((14, top + 110, 182), stall.booth, 40, bold=True, align="C", colour=BLUE)


def draw_booth_posters(content: Content, _size: str) -> Iterator[Paper]:
    """A4 upright with the booth's code, large enough to be scanned over two people's heads."""
    paper = Paper(gettext("Booth posters"))
    for stall in content.stalls:
        paper.add_page()
        _head(paper, content.event)
        paper.text_block(
            (14, 32, 182, 40), stall.name, 38, bold=True, align="C", middle=True, least=22
        )
        paper.text_line((14, 74, 182), stall.booth, 44, bold=True, align="C", colour=BLUE)
        if stall.address:
            paper.qr(stall.address, 35, 98, 140)
            paper.text_line(
                (14, 240, 182),
                gettext("Scan: see the positions, give your resume"),
                24,
                bold=True,
                align="C",
            )
            paper.text_line(
                (14, 253, 182),
                gettext("You are asked first. Nothing is handed over by scanning."),
                14,
                align="C",
                colour=SOFT,
            )
            paper.text_line((14, 264, 182), stall.address, 10, align="C", colour=SOFT)
        paper.text_line((14, 280, 182), content.event.host, 11, align="C", colour=SOFT)
        yield paper


# Ten cards of 90 × 54 mm on A4: two across, five down, with marks to cut along.
_LEFT, _TOP, _WIDE, _HIGH = 15.0, 13.5, 90.0, 54.0


def draw_badges(content: Content, size: str) -> Iterator[Paper]:
    """For the employers' people by booth, then for the organiser's."""
    large = size == BadgeSize.A6
    paper = Paper(gettext("Badges"), size=(105, 148) if large else "A4")
    for number, person in enumerate(content.people):
        if large:
            paper.add_page()
            _large_badge(paper, person, content.event)
        else:
            place = number % 10
            if place == 0:
                paper.add_page()
                _cutting_marks(paper)
            x, y = _LEFT + place % 2 * _WIDE, _TOP + place // 2 * _HIGH
            _small_badge(paper, person, content.event, x, y)
        yield paper


def _cutting_marks(paper: Paper) -> None:
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.15)
    for column in range(3):
        x = _LEFT + column * _WIDE
        paper.line(x, _TOP - 7, x, _TOP - 2)
        paper.line(x, _TOP + 5 * _HIGH + 2, x, _TOP + 5 * _HIGH + 7)
    for row in range(6):
        y = _TOP + row * _HIGH
        paper.line(_LEFT - 7, y, _LEFT - 2, y)
        paper.line(_LEFT + 2 * _WIDE + 2, y, _LEFT + 2 * _WIDE + 7, y)


def _small_badge(paper: Paper, person: Person, event: Event, x: float, y: float) -> None:
    paper.text_line((x + 6, y + 5, _WIDE - 12), event.title, 9, colour=SOFT)
    paper.rule(x + 6, y + 10.5, _WIDE - 12)
    paper.text_line((x + 6, y + 13, _WIDE - 12), person.name, 26, bold=True, least=14)
    paper.text_line((x + 6, y + 26.5, _WIDE - 12), person.title, 11, colour=SOFT)
    paper.text_block((x + 6, y + 33, _WIDE - 36, 15), person.of, 11.5, bold=True, least=8)
    colour = BLUE if not person.is_staff else INK
    paper.text_line(
        (x + _WIDE - 32, y + 36, 26), person.place, 24, bold=True, align="R", colour=colour, least=9
    )


def _large_badge(paper: Paper, person: Person, event: Event) -> None:
    paper.set_fill_color(*(INK if person.is_staff else BLUE))
    paper.rect(0, 0, 105, 30, style="F")
    paper.text_block(
        (8, 5, 89, 20),
        event.title,
        15,
        bold=True,
        align="C",
        middle=True,
        colour=(255, 255, 255),
        least=9,
    )
    paper.text_line((8, 44, 89), person.name, 40, bold=True, align="C", least=20)
    paper.text_line((8, 66, 89), person.title, 15, align="C", colour=SOFT)
    paper.text_block((8, 80, 89, 26), person.of, 17, bold=True, align="C", middle=True, least=10)
    paper.text_line((8, 112, 89), person.place, 34, bold=True, align="C", colour=BLUE, least=16)
    paper.text_line((8, 136, 89), event.when, 9, align="C", colour=SOFT)
