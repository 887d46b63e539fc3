"""Which fonts of this machine write Chinese on paper.

A sans of Simplified Chinese in two weights (Debian: package fonts-noto-cjk), or the files the
settings name. Without one, :class:`NoFont` says why there is no PDF.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.core.errors import DomainError
from app.core.text import N_

logging.getLogger("fontTools").setLevel(logging.ERROR)

# Where systems keep a sans of Simplified Chinese: (regular, bold), the first found is used.
KNOWN = (
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
    ),
    (
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    ),
    (
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    ),
    ("/System/Library/Fonts/STHeiti Light.ttc", "/System/Library/Fonts/STHeiti Medium.ttc"),
    ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msyhbd.ttc"),
)
# How the face of Simplified Chinese is called inside a collection that holds several.
FACES = ("CJK SC", "Hans", "SC", "YaHei", "MicroHei", "Zen Hei")
_given: list[tuple[str, str]] = []


class NoFont(DomainError):
    """This machine has no font with Chinese characters that a PDF could carry."""

    code = "no-font"
    message = N_("This machine has no Chinese font, so no PDF can be made here.")


@dataclass(frozen=True)
class Fonts:
    """The files of the two weights, each with the number of its face."""

    regular: tuple[Path, int]
    bold: tuple[Path, int]


def configure(regular: str = "", bold: str = "") -> None:
    """Take the font files the settings name; empty: look where systems keep them."""
    _given[:] = [(regular, bold or regular)] if regular else []
    find_fonts.cache_clear()


@lru_cache(maxsize=1)
def find_fonts() -> Fonts | None:
    """The fonts to write with, or None. A file that is no font counts as none."""
    for regular, bold in _given or KNOWN:
        faces = _face(Path(regular)), _face(Path(bold))
        if faces[0] is not None:
            return Fonts(faces[0], faces[1] or faces[0])
    return None


def _face(path: Path) -> tuple[Path, int] | None:
    """A font file with the number of its Simplified Chinese face."""
    # Loaded when a font is first looked for: it costs every start of a process, and few print.
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.ttCollection import TTCollection

    try:
        # Read through a handle of our own: the library leaves the one of a broken file open.
        with path.open("rb") as stream:
            if path.suffix.lower() not in (".ttc", ".otc"):
                return (path, 0) if ord("中") in TTFont(stream, lazy=True).getBestCmap() else None
            fonts = TTCollection(stream, lazy=True).fonts
            names = [str(font["name"].getDebugName(4) or "") for font in fonts]
    except Exception:  # whatever a missing or a broken file makes the library say
        return None
    plain = [number for number, name in enumerate(names) if "Mono" not in name]
    for face in FACES:
        for number in plain:
            if face in names[number]:
                return path, number
    return path, 0
