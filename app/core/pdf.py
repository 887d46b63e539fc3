"""Paper: PDF pages with Chinese text, drawn in millimetres from the upper left corner.

The fonts are the machine's own (:mod:`app.core.fonts`); only the characters used go into a
document, once for all its pages. Without such a font nothing is made: ``NoFont`` says why, and
the print views of the browser, which brings fonts of its own, are offered instead.
"""

import io
import logging
import warnings
from bisect import bisect_right
from collections.abc import Iterable
from weakref import finalize

from fontTools.ttLib import TTFont
from fpdf import FPDF

from app.core.fonts import NoFont, find_fonts
from app.core.qr import qr_png

# The library says at every page which characters a font lacks; we look before we write.
logging.getLogger("fpdf").setLevel(logging.ERROR)

INK = (19, 31, 51)
SOFT = (75, 88, 108)
LINE = (160, 170, 186)
BLUE = (28, 77, 176)
MISSING = "□"


def _close(fonts: Iterable[TTFont]) -> None:
    for font in fonts:
        font.close()


class Paper(FPDF):
    """A document. Text is measured and made to fit its box: smaller first, then cut."""

    def __init__(
        self,
        title: str,
        *,
        size: str | tuple[float, float] = "A4",
        landscape: bool = False,
        numbered: bool = False,
    ) -> None:
        fonts = find_fonts()
        if fonts is None:
            raise NoFont()
        super().__init__(orientation="L" if landscape else "P", unit="mm", format=size)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for style, (path, number) in (("", fonts.regular), ("B", fonts.bold)):
                self.add_font("text", style, path, collection_font_number=number)
        faces = (self.fonts["text"], self.fonts["textB"])
        # The library never closes the fonts it reads, not even those of a document nobody wanted.
        finalize(self, _close, [face.ttfont for face in faces if hasattr(face, "ttfont")])
        self._known = set.intersection(*(set(getattr(face, "cmap", ())) for face in faces))
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        self.numbered = numbered
        self._widths: tuple[dict[str, float], dict[str, float]] = ({}, {})
        self.set_title(title)
        self.set_creator("Xunpin")

    def footer(self) -> None:
        """The page's number, from the second page on, where pages are numbered."""
        if self.numbered and self.page_no() > 1:
            self.text_line((0, self.h - 10, self.w), str(self.page_no()), 9, align="C", colour=SOFT)

    def readable(self, text: str) -> str:
        """A text with what the font cannot show (emoji, rare signs) as empty squares."""
        return "".join(ch if ord(ch) in self._known else MISSING for ch in text.replace("\n", " "))

    def width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text is in millimetres at a size in points.

        A sum of widths kept by character: lines are broken by measuring again and again.
        """
        kept = self._widths[bold]
        wide = 0.0
        for ch in text:
            if ch not in kept:
                self.set_font("text", "B" if bold else "", 100)
                kept[ch] = float(self.get_string_width(ch)) / 100
            wide += kept[ch]
        return wide * size

    def text_line(
        self,
        box: tuple[float, float, float],
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: str = "L",
        colour: tuple[int, int, int] = INK,
        least: float | None = None,
    ) -> float:
        """One line whose upper left corner and width are ``box``; returns its height.

        Too long a text is set smaller, down to ``least`` points, and then cut with "…".
        """
        x, y, width = box
        text = self.readable(text)
        wide = self.width_of(text, size, bold=bold)
        if wide > width:
            size = max(least or size * 0.6, size * width / wide)
            text = self._cut(text, size, width, bold=bold)
        self.set_font("text", "B" if bold else "", size)
        self.set_text_color(*colour)
        height = size * 0.3528 * 1.35
        self.set_xy(x, y)
        self.cell(width, height, text, align=align)
        return height

    def _cut(self, text: str, size: float, width: float, *, bold: bool) -> str:
        if self.width_of(text, size, bold=bold) <= width * 1.001:
            return text
        fits = bisect_right(
            range(1, len(text)),
            width,
            key=lambda length: self.width_of(text[:length] + "…", size, bold=bold),
        )
        return text[:fits] + "…"

    def text_block(
        self,
        box: tuple[float, float, float, float],
        text: str,
        size: float,
        *,
        bold: bool = False,
        align: str = "L",
        middle: bool = False,
        colour: tuple[int, int, int] = INK,
        least: float | None = None,
    ) -> float:
        """Lines inside x, y, width, height, smaller until they fit; returns the height used."""
        x, y, width, height = box
        text = self.readable(text)
        smallest = least or size * 0.5
        while True:
            lines = self.break_lines(text, size, width, bold=bold)
            step = size * 0.3528 * 1.35
            if len(lines) * step <= height or size <= smallest:
                break
            size = max(smallest, size * 0.93)
        room = max(1, int(height / step + 0.001))
        if len(lines) > room:
            lines = [
                *lines[: room - 1],
                self._cut("".join(lines[room - 1 :]), size, width, bold=bold),
            ]
        top = y + (height - len(lines) * step) / 2 if middle else y
        for number, line in enumerate(lines):
            self.text_line(
                (x, top + number * step, width), line, size, bold=bold, align=align, colour=colour
            )
        return len(lines) * step

    def break_lines(self, text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """A text in lines: between any two Chinese characters, between Latin words."""
        lines, line = [], ""
        for part in _parts(text):
            if line and self.width_of((line + part).rstrip(), size, bold=bold) > width:
                lines.append(line.rstrip())
                line = part.lstrip()
            else:
                line += part
            while len(line) > 1 and self.width_of(line, size, bold=bold) > width:
                # One word wider than the box: as much of it as fits, at least a letter.
                cut = bisect_right(
                    range(1, len(line)),
                    width,
                    key=lambda length: self.width_of(line[:length], size, bold=bold),
                )
                lines.append(line[: max(1, cut)])
                line = line[max(1, cut) :]
        return [*lines, line.rstrip()] if line.strip() or not lines else lines

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code with its quiet zone inside a square of ``side`` millimetres."""
        self.image(io.BytesIO(qr_png(text, box=4)), x=x, y=y, w=side, h=side)

    def rule(self, x: float, y: float, width: float, *, weight: float = 0.25) -> None:
        """A horizontal hairline."""
        self.set_draw_color(*LINE)
        self.set_line_width(weight)
        self.line(x, y, x + width, y)

    def fold(self, y: float) -> None:
        """A dashed line across the page: fold here."""
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=2, gap=2)
        self.line(0, y, self.w, y)
        self.set_dash_pattern()

    def to_bytes(self) -> bytes:
        """The whole document."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bytes(self.output())


# What may not begin a line of Chinese.
_CLOSING = "，。、；：？！）》」』”’…%‰·"


def _parts(text: str) -> Iterable[str]:
    """A text in parts between which a line may be broken."""
    part = ""
    for ch in text:
        han = ord(ch) > 0x2E7F
        if ch in _CLOSING:
            part += ch
        elif han:
            if part:
                yield part
            part = ch
        elif ch == " ":
            yield part + ch
            part = ""
        else:
            if part and ord(part[-1]) > 0x2E7F:
                yield part
                part = ""
            part += ch
    if part:
        yield part
