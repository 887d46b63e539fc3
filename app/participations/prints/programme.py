"""The programme 会刊: cover, plan, who stands where, what each hires; the plan alone on A3."""

from collections.abc import Iterator

from flask_babel import gettext

from app.core.pdf import BLUE, LINE, SOFT, Paper
from app.participations.plan import HallPlan, PlanBooth
from app.participations.prints.content import Content, Post, Stall

LEFT, WIDTH, BOTTOM = 16.0, 178.0, 280.0
# The tints of the zones in the light theme, za to zf; the letter in every code says the same.
TINTS = (
    (219, 231, 253),
    (216, 240, 230),
    (253, 230, 207),
    (246, 223, 238),
    (229, 224, 248),
    (217, 238, 245),
)
ACCENT = (184, 72, 10)


def draw_programme(content: Content, _size: str) -> Iterator[Paper]:
    """A4 upright, the plan across; page numbers from the cover on."""
    paper = Paper(gettext("Programme"), numbered=True)
    _cover(paper, content)
    for hall in content.plan.halls:
        paper.add_page(orientation="L")
        draw_hall(paper, hall, content)
    _index(paper, content)
    top = _new_page(paper)
    for stall in content.stalls:
        top = _entry(paper, stall, top)
        yield paper


def _cover(paper: Paper, content: Content) -> None:
    event = content.event
    paper.add_page()
    paper.set_fill_color(18, 48, 111)
    paper.rect(0, 0, 210, 150, style="F")
    white = (255, 255, 255)
    paper.text_line((LEFT, 24, WIDTH), event.host, 13, colour=(201, 216, 246))
    paper.text_block((LEFT, 48, WIDTH, 62), event.title, 40, bold=True, middle=True, colour=white)
    paper.text_line((LEFT, 116, WIDTH), event.other_title, 16, colour=(201, 216, 246))
    paper.text_line((LEFT, 168, WIDTH), gettext("Programme"), 26, bold=True)
    paper.text_line((LEFT, 184, WIDTH), event.when, 16)
    paper.text_line((LEFT, 194, WIDTH), event.place, 16)
    posts = sum(len(stall.posts) for stall in content.stalls)
    text = gettext(
        "%(employers)s employers, %(positions)s positions",
        employers=len(content.stalls),
        positions=posts,
    )
    paper.text_line((LEFT, 210, WIDTH), text, 13, colour=SOFT)
    paper.text_line(
        (LEFT, 272, WIDTH),
        gettext("Changes after printing stand on the fair's page."),
        10,
        colour=SOFT,
    )


def _index(paper: Paper, content: Content) -> None:
    """Booth and name in two columns, a heading where a zone begins."""
    per_column, step = 46, 5.6
    lines: list[tuple[str, str]] = []
    zone = None
    for stall in content.stalls:
        if stall.zone != zone:
            zone = stall.zone
            lines.append(
                ("", f"{stall.zone} {stall.zone_name}".strip() or gettext("Without a booth"))
            )
        lines.append((stall.booth, stall.name))
    for number, (booth, text) in enumerate(lines):
        column, place = divmod(number % (2 * per_column), per_column)
        if number % (2 * per_column) == 0:
            paper.add_page()
            paper.text_line((LEFT, 14, WIDTH), gettext("Who stands where"), 18, bold=True)
            paper.rule(LEFT, 25, WIDTH, weight=0.5)
        x, y = LEFT + column * (WIDTH / 2 + 3), 28 + place * step
        if booth or not text:
            paper.text_line((x, y, 13), booth, 9.5, bold=True, colour=BLUE)
            paper.text_line((x + 14, y, WIDTH / 2 - 20), text, 9.5, least=7)
        else:
            paper.text_line((x, y, WIDTH / 2 - 4), text, 9.5, bold=True, colour=SOFT)


def _new_page(paper: Paper) -> float:
    paper.add_page()
    return 16.0


def _entry(paper: Paper, stall: Stall, top: float) -> float:
    intro = paper.break_lines(paper.readable(stall.introduction), 9, WIDTH)[:4]
    intro = intro if stall.introduction else []
    head = 14 + len(intro) * 4.6
    if top + head + min(2, len(stall.posts)) * 6.4 > BOTTOM:
        top = _new_page(paper)
    paper.text_line((LEFT, top, 20), stall.booth, 14, bold=True, colour=BLUE)
    paper.text_line((LEFT + 20, top, WIDTH - 20), stall.name, 14, bold=True, least=9)
    paper.text_line((LEFT + 20, top + 7, WIDTH - 20), stall.about, 9, colour=SOFT)
    y = top + 12.5
    for number, line in enumerate(intro):
        last = number == 3 and len(stall.introduction) > sum(map(len, intro))
        paper.text_line((LEFT, y, WIDTH), line[:-1] + "…" if last else line, 9)
        y += 4.6
    for post in stall.posts:
        if y + 6.4 > BOTTOM:
            y = _new_page(paper)
        _post(paper, post, y)
        y += 6.4
    paper.rule(LEFT, y + 1.5, WIDTH)
    return y + 6


def _post(paper: Paper, post: Post, y: float) -> None:
    paper.text_line((LEFT, y, 58), post.title, 10, bold=True, least=7.5)
    paper.text_line((LEFT + 60, y, 16), post.people, 9, align="R", least=7)
    paper.text_line((LEFT + 79, y, 64), post.wanted, 9, colour=SOFT, least=7)
    paper.text_line((LEFT + 145, y, 33), post.pay, 9.5, align="R", least=7)


def draw_plan(content: Content, _size: str) -> Iterator[Paper]:
    """A3 across, a page a hall: the plan with the employers' names in their booths."""
    paper = Paper(gettext("Floor plan"), size="A3", landscape=True)
    for hall in content.plan.halls:
        paper.add_page()
        draw_hall(paper, hall, content, names=True)
        yield paper


def draw_hall(paper: Paper, hall: HallPlan, content: Content, *, names: bool = False) -> None:
    """One hall in the middle of the page, as large as it goes."""
    head = 26.0
    scale = min((paper.w - 24) / hall.width, (paper.h - head - 16) / hall.height)
    left = (paper.w - hall.width * scale) / 2
    title = f"{content.event.title} · {hall.name}" if hall.name else content.event.title
    paper.text_line((12, 9, paper.w * 0.6), title, 16, bold=True)
    paper.text_line(
        (paper.w * 0.62, 10, paper.w * 0.38 - 12), content.event.when, 11, align="R", colour=SOFT
    )
    box = _Box(paper, left, head, scale)
    paper.set_draw_color(*SOFT)
    paper.set_line_width(0.5)
    paper.rect(
        left + 6 * scale, head + 6 * scale, (hall.width - 12) * scale, (hall.height - 12) * scale
    )
    for fixture in hall.fixtures:
        x, y, w, h = box.of(fixture.x, fixture.y, fixture.w, fixture.h)
        paper.set_fill_color(*(ACCENT if fixture.kind == "entrance" else (235, 239, 245)))
        paper.rect(x, y, w, h, style="F")
        if fixture.kind == "entrance":
            above = y - 5 if fixture.y > 40 else y + h + 1
            paper.text_line(
                (x - 10, above, w + 20), f"▲ {fixture.text}", 9, bold=True, align="C", colour=ACCENT
            )
        else:
            paper.text_block(
                (x, y, w, h), fixture.text, 10, align="C", middle=True, colour=SOFT, least=5
            )
    tints = {zone.key: TINTS[number % len(TINTS)] for number, zone in enumerate(hall.zones)}
    for zone in hall.zones:
        if zone.x is not None:
            x, y, w, _h = box.of(zone.x, zone.y - 22, zone.right - zone.x, 0)
            paper.text_line(
                (x, y, w), f"{zone.key} {zone.name}", 11 if names else 8, bold=True, least=5
            )
    for booth in hall.booths:
        _booth(paper, booth, box, tints.get(booth.zone, TINTS[0]), names=names)


class _Box:
    """From the units of the plan to millimetres on the page."""

    def __init__(self, paper: Paper, left: float, top: float, scale: float) -> None:
        self.paper, self.left, self.top, self.scale = paper, left, top, scale

    def of(self, x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        """A box on the page."""
        return (
            self.left + x * self.scale,
            self.top + y * self.scale,
            w * self.scale,
            h * self.scale,
        )


def _booth(
    paper: Paper, booth: PlanBooth, box: _Box, tint: tuple[int, int, int], *, names: bool
) -> None:
    x, y, w, h = box.of(booth.x, booth.y, booth.w, booth.h)
    paper.set_draw_color(*LINE)
    paper.set_line_width(0.15)
    if booth.participation is not None:
        paper.set_fill_color(*tint)
        paper.rect(x, y, w, h, style="DF")
    else:
        paper.rect(x, y, w, h)
    if not names:
        paper.text_block((x, y, w, h), booth.code, 9, bold=True, align="C", middle=True, least=4)
        return
    paper.text_line((x, y + h * 0.05, w), booth.code, 10, bold=True, align="C", least=4)
    paper.text_block(
        (x + 0.4, y + h * 0.38, w - 0.8, h * 0.6),
        booth.employer,
        6.5,
        align="C",
        middle=True,
        least=4,
    )
